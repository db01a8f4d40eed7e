"""message.history, message.search: the workspace's messages, narrowed.

Explained in docs/why/search.md.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ackbox.errors import Invalid, TooLong
from ackbox.model.message import Message
from ackbox.model.moment import parse_moment
from ackbox.model.query import Query, parse_query
from ackbox.ops.message.send import has_metadata, visible
from ackbox.ops.rules import show
from ackbox.ops.rules.cursors import make_cursor, read_cursor
from ackbox.ops.rules.paging import within
from ackbox.ops.rules.seeing import Seen, narrowed, see_each
from ackbox.ops.table import Call, Context, Cursor, MessageId, Name, Run, op
from ackbox.store.messages import NEWEST, Filter, Stored

MAX_CATCH_UP = 2_000
MAX_IDS = 200
# Messages of one conversation that are counted.
MAX_SIZE = 200
# Messages read at a time while narrowing by what no index knows, and in one call: by metadata, and
# by what a row says. Whoever
# looks for more goes on with the cursor.
LOOKED_AT = 500
MAX_LOOKED_AT = 20_000
WINDOW = 100_000
WORDS = 'Words that must all be there; also "a phrase", start*, -without'


class Narrow(Call, frozen=True, kw_only=True):
    """Which messages; what is left out narrows nothing."""

    since: (
        Annotated[
            str,
            Meta(description="Only messages after this time: RFC 3339, or 2h, 3d, yesterday 9:00"),
        ]
        | None
    ) = None
    until: (
        Annotated[str, Meta(description="Only messages up to this time, written alike")] | None
    ) = None
    sender: Annotated[Name | None, Meta(description="Only from this sender")] = None
    recipient: Annotated[Name | None, Meta(description="Only to this recipient")] = None
    thread: Annotated[MessageId | None, Meta(description="Only this conversation")] = None
    intent: Annotated[str, Meta(max_length=32, description="Only with this intent")] | None = None
    metadata: Annotated[
        dict[str, Any],
        Meta(description="Only with these values in their metadata; {} narrows nothing"),
    ] = {}
    limit: Annotated[int, Meta(ge=1, le=500, description="At most this many")] = 20
    cursor: Cursor | None = None
    with_cursors: Annotated[
        bool,
        Meta(description="Also give the cursor after each, for who shows fewer than asked for"),
    ] = False

    @property
    def shown_chars(self) -> int | None:
        """How much of each body is shown; null for all of it."""
        return None


class History(Narrow, frozen=True, kw_only=True):
    """Which messages; what is left out narrows nothing."""

    text: Annotated[str, Meta(max_length=400, description=WORDS)] | None = None
    ids: (
        Annotated[
            str | list[Annotated[str, Meta(max_length=64)]],
            Meta(
                description=(
                    "Only these messages, at most 200; ids with commas between, or a list. Stands"
                    " alone"
                )
            ),
        ]
        | None
    ) = None
    body_chars: (
        Annotated[int, Meta(ge=0, le=50_000, description="Cut each body to so many characters")]
        | None
    ) = None
    with_tallies: Annotated[bool, Meta(description="Also tell how far each message has come")] = (
        False
    )
    with_sizes: Annotated[
        bool, Meta(description="Also tell how many messages the conversation of each has")
    ] = False

    @property
    def shown_chars(self) -> int | None:
        return self.body_chars


class Search(Narrow, frozen=True, kw_only=True):
    """What to look for, and where."""

    query: Annotated[str, Meta(min_length=1, max_length=400, description=WORDS)]


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How far one message has come."""

    id: Annotated[str, Meta(description="The message's id")]
    recipients: Annotated[int, Meta(description="How many it is for")]
    delivered: Annotated[int, Meta(description="How many were handed it")]
    read: Annotated[int, Meta(description="How many have read it")]
    acknowledged: Annotated[int, Meta(description="How many have dealt with it")]


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Messages, and the cursor to go on; null when there are no more."""

    messages: Annotated[list[Message], Meta(description="Newest first")]
    cursor: Annotated[str | None, Meta(description="To go on; null when there is no more")] = None
    cursors: Annotated[
        list[str],
        Meta(description="The cursor after each message, in their order; empty when not asked"),
    ] = []


class Past(Page, frozen=True, kw_only=True):
    """Messages, newest first, and how far each has come when that was asked."""

    tallies: Annotated[
        list[Tally], Meta(description="One for each message, in their order; empty when not asked")
    ] = []
    sizes: Annotated[
        list[int],
        Meta(
            description=(
                "How many messages the conversation of each has, in their order; 201 is more than"
                " 200, 0 is not known; empty when not asked"
            )
        ),
    ] = []


class Found(Page, frozen=True, kw_only=True):
    """Messages with the words, newest first.

    `indexed_to` is the newest seq the answer covers, `behind` how many it does not.
    """

    indexed_to: Annotated[int, Meta(description="The newest seq the answer covers")]
    behind: Annotated[int, Meta(description="How many newer ones it does not")]


async def _catch_up(context: Context, params: Any) -> None:
    await context.store.index_more(MAX_CATCH_UP)


def _catch_up_for_text(params: History) -> Run | None:
    return None if params.text is None else _catch_up


@op("message.history", scope="read", write_first=_catch_up_for_text, is_slow=True)
async def history(context: Context, params: History) -> Past:
    """Return the workspace's messages, newest first. Looking marks nothing.

    `ids` names the messages instead of narrowing; those that are not here, or not yours to see, are
    left out.
    Raises Invalid, TooLong, NotFound (thread), BadCursor.
    """
    if params.ids is None:
        seen, cursor, cursors = await _page(
            context, params, None if params.text is None else parse_query(params.text)
        )
    else:
        seen, cursor, cursors = await _named(context, params), None, []
    messages = [
        show.message(each, context.workspace.name, body_chars=params.body_chars) for each in seen
    ]
    rows, messages, cursor, cursors = _within(
        context, params, [each.row for each in seen], messages, cursor, cursors
    )
    tallies = await context.store.tallies([row.seq for row in rows]) if params.with_tallies else {}
    return Past(
        messages=messages,
        cursor=cursor,
        cursors=cursors,
        tallies=[_tally(row, tallies[row.seq]) for row in rows] if params.with_tallies else [],
        sizes=await _sizes(context, params, rows) if params.with_sizes else [],
    )


async def _sizes(context: Context, params: History, rows: list[Stored]) -> list[int]:
    found = await context.store.sizes(
        [row.seq for row in rows], visible_to=await narrowed(context, params), most=MAX_SIZE + 1
    )
    return [found[row.seq] for row in rows]


def _tally(row: Stored, counts: tuple[int, ...]) -> Tally:
    return Tally(
        id=row.id, recipients=counts[0], delivered=counts[1], read=counts[2], acknowledged=counts[3]
    )


async def _named(context: Context, params: History) -> list[Seen]:
    assert params.ids is not None
    ids = [
        each.strip()
        for each in (params.ids.split(",") if isinstance(params.ids, str) else params.ids)
    ]
    if len(ids) > MAX_IDS:
        raise TooLong(
            f"`ids` has {len(ids):,} ids; at most {MAX_IDS} are allowed.",
            field="ids",
            size=len(ids),
            limit=MAX_IDS,
            hint="Split them over several calls.",
        )
    alone = ("since", "until", "sender", "recipient", "thread", "intent", "text", "cursor")
    if any(getattr(params, name) is not None for name in alone):
        raise Invalid(
            "`ids` cannot be combined with other filters.",
            hint="Leave the other filters out.",
            field="ids",
        )
    rows = await context.store.messages_with(ids)
    return await see_each(
        context, params, within(rows, lambda row: show.size_of(row, params.shown_chars))
    )


@op("message.search", scope="read", write_first=lambda params: _catch_up, is_slow=True)
async def search(context: Context, params: Search) -> Found:
    """Return messages with these words in subject or body, newest first. Looking marks nothing.

    Raises Invalid, NotFound (thread), BadCursor.
    """
    seen, cursor, cursors = await _page(context, params, parse_query(params.query))
    messages = [show.message(each, context.workspace.name) for each in seen]
    _, messages, cursor, cursors = _within(
        context, params, [each.row for each in seen], messages, cursor, cursors
    )
    indexed, last = await context.store.indexed_to(), await context.store.last_seq()
    return Found(
        messages=messages,
        cursor=cursor,
        cursors=cursors,
        indexed_to=indexed,
        behind=max(last - indexed, 0),
    )


async def _page(
    context: Context, params: Narrow, query: Query | None
) -> tuple[list[Seen], str | None, list[str]]:
    """Return a page of messages, the cursor to go on, and when asked the cursor after each."""
    ws = context.workspace.ws
    name = f"history {_asked(params)}"
    narrow = Filter(
        before=NEWEST if params.cursor is None else read_cursor(ws, name, params.cursor),
        since=(
            None
            if params.since is None
            else parse_moment(params.since, field="since", now=context.now)
        ),
        until=(
            None
            if params.until is None
            else parse_moment(params.until, field="until", now=context.now)
        ),
        sender_agent=await context.agent_number(params.sender),
        recipient=await context.agent_number(params.recipient),
        thread=(
            None
            if params.thread is None
            else (await visible(context, params, params.thread)).thread
        ),
        intent=params.intent,
        visible_to=await narrowed(context, params),
    )
    found, looked_to = await _fitting(context, params, narrow, query)
    rows = within(found, lambda row: show.size_of(row, params.shown_chars))
    if len(rows) < len(found) or len(found) == params.limit:
        looked_to = rows[-1].seq
    cursors = [make_cursor(ws, name, row.seq) for row in rows] if params.with_cursors else []
    return (
        await see_each(context, params, rows),
        None if looked_to is None else make_cursor(ws, name, looked_to),
        cursors,
    )


def _within(
    context: Context,
    params: Narrow,
    rows: list[Stored],
    messages: list[Message],
    cursor: str | None,
    cursors: list[str],
) -> tuple[list[Stored], list[Message], str | None, list[str]]:
    """Return what one answer of the face holds of a page, with the cursor after it."""
    count = context.fits(messages).count
    if count == len(messages):
        return rows, messages, cursor, cursors
    if getattr(params, "ids", None) is None:
        cursor = make_cursor(context.workspace.ws, f"history {_asked(params)}", rows[count - 1].seq)
    return rows[:count], messages[:count], cursor, cursors[:count]


async def _fitting(
    context: Context, params: Narrow, narrow: Filter, query: Query | None
) -> tuple[list[Stored], int | None]:
    """Return the next messages that fit.

    And how far this call has looked, when there is more to look through.
    """
    store, found, looked_at = context.store, list[Stored](), 0
    # Of a whole history nothing is passed over; what narrows it may fit nothing in a million
    # messages.
    newest = min(narrow.before, await store.last_seq() + 1)
    floor = max(newest - WINDOW, 0) if query is None else 0
    narrow = msgspec.structs.replace(narrow, after=floor)
    while True:
        most = LOOKED_AT if params.metadata else params.limit
        rows = await (
            store.history_page(narrow, most=most)
            if query is None
            else store.search_page(query, narrow, most=most)
        )
        found += [row for row in rows if has_metadata(row.metadata, params.metadata)]
        looked_at += most
        if len(found) >= params.limit:
            return found[: params.limit], None
        if len(rows) < most:
            return found, floor + 1 if floor else None
        if looked_at >= MAX_LOOKED_AT:
            return found, rows[-1].seq
        narrow = msgspec.structs.replace(narrow, before=rows[-1].seq)


def _asked(params: Narrow) -> str:
    """Return what a cursor of this page is bound to: all that narrows it, nothing that says who
    looks or how much.
    """
    left_out = (*Call.__struct_fields__, "limit", "cursor", "with_cursors")
    return repr(
        [getattr(params, name) for name in params.__struct_fields__ if name not in left_out]
    )
