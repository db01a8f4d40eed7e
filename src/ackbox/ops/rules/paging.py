"""Paging: the maximum length of a response. A list ends before the entry that would exceed it, and
its cursor continues there.

Explained in docs/why/limits.md, "Bytes in one answer".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from ackbox.ops.rules.cursors import make_cursor, read_cursor
from ackbox.ops.table import Call, Cursor

T = TypeVar("T")

# The entries of one answer together, as JSON.
REPLY_BYTES = 1 << 20


def fitting(entries: Sequence[T], most: int = REPLY_BYTES) -> list[T]:
    """Return the entries that fit into one answer, in their order.

    The first always fits, so that a reader makes progress.
    """
    size = 0
    for place, entry in enumerate(entries):
        size += len(msgspec.json.encode(entry)) + 1
        if place and size > most:
            return list(entries[:place])
    return list(entries)


def within(rows: Sequence[T], size_of: Callable[[T], int], most: int = REPLY_BYTES) -> list[T]:
    """Return the rows whose entries fit into one response, by an estimated size; the first always
    fits.
    """
    size = 0
    for place, row in enumerate(rows):
        size += size_of(row)
        if place and size > most:
            return list(rows[:place])
    return list(rows)


class Paged(Call, frozen=True, kw_only=True):
    """Page to return."""

    limit: (
        Annotated[
            int,
            Meta(
                ge=1,
                le=1000,
                description="Maximum number of entries to return; as many as fit when left out",
            ),
        ]
        | None
    ) = None
    cursor: Cursor | None = None


def page_of(ws: int, query: str, entries: Sequence[T], params: Paged) -> tuple[list[T], str | None]:
    """Return one page of a list that only grows at its end, and the next cursor.

    Null when there is no more.
    """
    skip = 0 if params.cursor is None else read_cursor(ws, query, params.cursor)
    page = fitting(entries[skip:][: params.limit])
    upto = skip + len(page)
    return page, make_cursor(ws, query, upto) if upto < len(entries) else None
