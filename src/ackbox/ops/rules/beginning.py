"""Beginnings of ids: which of a few things a text names, by its id or by enough of its start.

Messages and tasks have rules of their own, in named.py and ops/task/find.py.
Explained in docs/reference/cli.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from ackbox.errors import NotFound

# Characters of an id that are enough to name it, if no other begins with them.
LEAST = 6


class Named(Protocol):
    """Anything with an id."""

    @property
    def id(self) -> str: ...


Thing = TypeVar("Thing", bound=Named)


def beginning(things: Sequence[Thing], text: str) -> Thing | None:
    """Return the thing whose id is a text or begins with it; null if none is.

    Raises NotFound when more than one begins so.
    """
    found = [each for each in things if each.id == text]
    if not found and len(text) >= LEAST:
        found = [each for each in things if each.id.startswith(text)]
    if len(found) > 1:
        raise NotFound(
            f"More than one id begins with {text!r}.",
            hint="Give more characters of the id.",
            field="id",
        )
    return found[0] if found else None
