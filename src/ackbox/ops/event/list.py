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
from ackbox.store.messages import NEWEST


class ListEvents(Call, frozen=True, kw_only=True):
    """Filters for events."""

    of: Annotated[Name | None, Meta(description="Agent or person to filter by")] = None
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
    ws, store, query = context.workspace.ws, context.store, f"events {params.of!r}"
    before = NEWEST if params.cursor is None else read_cursor(ws, query, params.cursor)
    rows = await store.feed_newest(
        before=before,
        most=params.limit,
        of=await context.agent_number(params.of),
        visible_to=await narrowed(context, params),
    )
    names = {number: await name_of(context, number) for number in {row[3] for row in rows}}
    events = fitting([as_event(row, names[row[3]]) for row in rows])
    has_more = len(events) < len(rows) or len(rows) == params.limit
    return Activity(
        events=events, cursor=make_cursor(ws, query, events[-1].seq) if has_more else None
    )
