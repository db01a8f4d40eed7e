"""Short ids in tables, and one thing of a list in full.

Explained in docs/reference/cli.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ackbox.faces.cli.context import REFUSED, CliContext
from ackbox.faces.terminal_text import Column, width

# An id begins with its time in milliseconds, which are 12 digits; enough of them are shown that no
# other id of the list begins so.
SHORTEST = 12


def shortened(ids: Sequence[str]) -> dict[str, str]:
    """Return for each id the shortest beginning that no other of them has."""
    found = {}
    for id in ids:
        length = SHORTEST
        while length < len(id) and sum(each.startswith(id[:length]) for each in ids) > 1:
            length += 1
        found[id] = id[:length]
    return found


def id_column(rows: Sequence[Any]) -> Column:
    """Return the column of short ids of a table."""
    short = shortened([each["id"] for each in rows])
    return Column("id", lambda each: short[each["id"]])


def one_of(ctx: CliContext, rows: Sequence[Any], id: str, *, what: str, listing: str) -> Any:
    """Return the row of an id or of the beginning of one; prints an error and ends otherwise."""
    found = [each for each in rows if each["id"] == id] or [
        each for each in rows if each["id"].startswith(id)
    ]
    if len(found) != 1:
        ctx.fail(
            REFUSED,
            "not_found",
            f"There is no {what} {id!r}." if not found else f"More than one id begins with {id!r}.",
            f"List them with: {listing}" if not found else "Give more characters of the id.",
        )
    return found[0]


def every(ctx: CliContext, operation: str, field: str, **params: Any) -> Iterator[Any]:
    """Return the rows of all pages of an operation."""
    cursor = None
    while True:
        page = ctx.call(operation, cursor=cursor, **params)
        yield from page[field]
        cursor = page["cursor"]
        if cursor is None:
            return


def in_full(of: Any, columns: Sequence[Column]) -> str:
    """Return the fields of one thing, a line each, without those that are empty."""
    room = max(width(each.title) for each in columns)
    return "\n".join(
        f"{each.title}{' ' * (room - width(each.title))}  {value}"
        for each in columns
        if (value := each.value(of)) not in (None, "")
    )
