"""Fitting: how much of a page one answer of a face holds.

Explained in docs/why/operations.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec


class Fitted(msgspec.Struct, frozen=True):
    """How many items of a page fit into one answer, from the first on.

    `begun` holds the ids of those that are shown only in part.
    """

    count: int
    begun: frozenset[str] = frozenset()


# A face whose answers have a size decides what fits; the operation then marks, pages and counts
# exactly that.
Fits = Callable[[Sequence[Any]], Fitted]


def all_fit(items: Sequence[Any]) -> Fitted:
    """Return that everything fits, for faces without a maximum response size."""
    return Fitted(len(items))
