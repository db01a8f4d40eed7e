"""event.list: what happened, newest first, for people who look back; programs follow event.feed.

Explained in docs/why/cursors.md.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.ops.event.feed import Event, as_event, name_of
from ackbox.ops.rules.cursors import make_cursor, read_cursor
from ackbox.ops.rules.paging import fitting
from ackbox.ops.rules.seeing import narrowed
from ackbox.ops.table import Call, Context, Cursor, Limit, Name, op
from ackbox.store.engine import Row
from ackbox.store.messages import NEWEST

# Events read at a time while narrowing.
LOOKED_AT = 200
MAX_LOOKS = 60


class ListEvents(Call, frozen=True, kw_only=True):
    """Filters for events."""

    of: Annotated[Name | None, Meta(description="Agent or person to filter by")] = None
    kinds: (
        Annotated[
            list[Annotated[str, Meta(max_length=64)]],
            Meta(max_length=50, description="Kinds of event to filter by, such as message.sent"),
        ]
        | None
    ) = None
    skip: Annotated[
        int, Meta(ge=0, le=10_000, description="Number of events to skip (0 to 10,000)")
    ] = 0
    limit: Limit = 20
    cursor: Cursor | None = None


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """A page of events."""

    events: Annotated[list[Event], Meta(description="Items, newest first")]
    cursor: Annotated[
        str | None, Meta(description="Cursor for the next page; null on the last page")
    ] = None


@op("event.list", scope="read")
async def list_events(context: Context, params: ListEvents) -> Activity:
    """List events, newest first: ids and kinds, never a body.

    Raises BadCursor.
    """
    ws, store = context.workspace.ws, context.store
    query = f"events {params.of!r} {sorted(params.kinds or [])}"
    before = NEWEST if params.cursor is None else read_cursor(ws, query, params.cursor)
    skip = params.skip if params.cursor is None else 0
    of, visible_to = await context.agent_number(params.of), await narrowed(context, params)
    most = LOOKED_AT if params.kinds or skip else params.limit
    found: list[Row] = []
    has_more = True
    for _ in range(MAX_LOOKS):
        rows = await store.feed_newest(before=before, most=most, of=of, visible_to=visible_to)
        found += [row for row in rows if not params.kinds or row[1] in params.kinds]
        has_more = len(rows) == most
        if not has_more or len(found) >= skip + params.limit:
            break
        before = rows[-1][0]
    page = found[skip : skip + params.limit]
    names = {number: await name_of(context, number) for number in {row[3] for row in page}}
    events = fitting([as_event(row, names[row[3]]) for row in page])
    if len(events) < len(found) - skip or (events and len(events) == params.limit):
        before, has_more = events[-1].seq, True
    return Activity(events=events, cursor=make_cursor(ws, query, before) if has_more else None)
