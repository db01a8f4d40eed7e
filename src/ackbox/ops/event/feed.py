"""event.feed: what happened, in order; ids and kinds, never a body.

Explained in docs/why/cursors.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from ackbox.model.message import Time
from ackbox.model.moment import to_text
from ackbox.ops.rules.cursors import make_cursor, read_cursor
from ackbox.ops.rules.paging import fitting
from ackbox.ops.rules.seeing import narrowed
from ackbox.ops.table import Call, Context, Cursor, Limit, MessageId, Name, op
from ackbox.store.engine import Row

# Lines looked at in one call that keeps only some of them.
LOOKED_AT = 500


class Feed(Call, frozen=True, kw_only=True):
    """Cursor, filters and waiting time."""

    cursor: (
        Annotated[
            Cursor,
            Meta(
                description=("Cursor from the last call; `start` for the beginning (default: now)")
            ),
        ]
        | None
    ) = None
    of: Annotated[
        Literal["workspace", "inbox"],
        Meta(
            description=(
                "Scope of the feed: workspace for all you may see, inbox for your messages only"
            )
        ),
    ] = "workspace"
    kinds: Annotated[
        list[Annotated[str, Meta(max_length=64)]],
        Meta(max_length=20, description="Kinds of events to filter by (at most 20)"),
    ] = []
    sender: Annotated[Name | None, Meta(description="Agent or person to filter by")] = None
    thread: Annotated[MessageId | None, Meta(description="Conversation to filter by")] = None
    limit: Limit = 100
    wait_s: Annotated[
        float, Meta(ge=0, le=50, description="Seconds to wait for a new event (0 to 50)")
    ] = 0


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One event."""

    seq: Annotated[int, Meta(description="Number in the workspace")]
    kind: Annotated[
        str,
        Meta(description="Kind of event: message.sent, receipt.marked, agent.checked_in and so on"),
    ]
    at: Annotated[Time, Meta(description="Time")]
    agent: Annotated[str | None, Meta(description="Agent or person that acted")]
    id: Annotated[str | None, Meta(description="Id of the message")] = None
    thread: Annotated[str | None, Meta(description="Id of the conversation")] = None
    details: Annotated[dict[str, Any], Meta(description="Details; never a body")] = {}


class Events(msgspec.Struct, frozen=True, kw_only=True):
    """Events after the cursor, oldest first, and the next cursor."""

    events: Annotated[list[Event], Meta(description="Items, oldest first")]
    cursor: Annotated[str, Meta(description="Cursor for the next call")]
    has_more: Annotated[bool, Meta(description="Whether there are more events now")] = False


async def _go_on(context: Context, params: Feed, last: Events) -> Events:
    return await feed(context, msgspec.structs.replace(params, cursor=last.cursor))


@op(
    "event.feed",
    scope="read",
    is_done=lambda result: bool(result.events) or result.has_more,
    recheck=_go_on,
)
async def feed(context: Context, params: Feed) -> Events:
    """Return events after a cursor, oldest first; can wait for new ones.

    With `wait_s` it waits when there are none. A client that keeps its cursor never misses an
    event; one cursor is valid for all filters. A page may be empty although `has_more` is true:
    call again.

    Raises Invalid, BadCursor.
    """
    ws, store = context.workspace.ws, context.store
    if params.cursor is None:
        last = await store.last_seq()
        return Events(events=[], cursor=make_cursor(ws, "feed", last))
    after = 0 if params.cursor == "start" else read_cursor(ws, "feed", params.cursor)
    most = LOOKED_AT if params.kinds or params.sender or params.thread else params.limit
    rows = await _rows(context, params, after, most)
    sender = await context.agent_number(params.sender)
    wanted = [row for row in rows if _fits(row, params, sender)]
    page = wanted[: params.limit]
    upto = page[-1][0] if len(wanted) > len(page) else rows[-1][0] if rows else after
    names = {number: await name_of(context, number) for number in {row[3] for row in page}}
    events = fitting([as_event(row, names[row[3]]) for row in page])
    if len(events) < len(page):
        upto = events[-1].seq
    return Events(
        events=events,
        cursor=make_cursor(ws, "feed", upto),
        has_more=len(wanted) > len(events) or len(rows) == most,
    )


async def _rows(context: Context, params: Feed, after: int, most: int) -> Sequence[Row]:
    if params.of == "inbox":
        me = await context.me(params)
        context.wait_for(me)
        return await context.store.feed_inbox(me, after=after, most=most)
    return await context.store.feed_page(
        after=after, most=most, visible_to=await narrowed(context, params)
    )


def _fits(row: Row, params: Feed, sender: int | None) -> bool:
    _, kind, _, reader, _, thread = row
    return (
        (not params.kinds or kind in params.kinds)
        and sender in (None, reader)
        and params.thread in (None, thread)
    )


async def name_of(context: Context, number: int) -> str | None:
    """Return the name of who did something, or null for nobody."""
    reader = await context.store.reader_by_number(number)
    return None if reader is None else reader.name


def as_event(row: tuple[Any, ...], name: str | None) -> Event:
    """Return a row of the feed as every face shows it."""
    seq, kind, at, _, subject, thread = row
    if kind == "message.sent":
        return Event(seq=seq, kind=kind, at=to_text(at), agent=name, id=subject, thread=thread)
    return Event(
        seq=seq, kind=kind, at=to_text(at), agent=name, details=msgspec.json.decode(subject)
    )
