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
from ackbox.ops.message.read import visible
from ackbox.ops.rules import show
from ackbox.ops.rules.cursors import make_cursor, read_cursor
from ackbox.ops.rules.metadata import has_metadata
from ackbox.ops.rules.paging import within
from ackbox.ops.rules.seeing import Seen, narrowed, see_each
from ackbox.ops.table import Call, Context, Cursor, MessageId, Name, Run, op
from ackbox.store.messages import NEWEST, Filter, Stored

MAX_CATCH_UP = 2_000
MAX_IDS = 200
# Messages of one conversation that are counted.
MAX_SIZE = 200
# Messages read at a time while filtering without an index, and maximum in one call, by metadata and
# by columns; the cursor continues after it.
LOOKED_AT = 500
MAX_LOOKED_AT = 20_000
WINDOW = 100_000
WORDS = 'Words that must all occur; also "a phrase", start*, -without'


class Narrow(Call, frozen=True, kw_only=True):
    """Filters for messages."""

    since: (
        Annotated[
            str,
            Meta(description="Earliest time, exclusive: RFC 3339, or 2h, 3d, yesterday 9:00"),
        ]
        | None
    ) = None
    until: (
        Annotated[str, Meta(description="Latest time, inclusive, in the same formats")] | None
    ) = None
    sender: Annotated[Name | None, Meta(description="Sender to filter by")] = None
    recipient: Annotated[Name | None, Meta(description="Recipient to filter by")] = None
    thread: Annotated[MessageId | None, Meta(description="Conversation to filter by")] = None
    intent: Annotated[str, Meta(max_length=32, description="Intent to filter by")] | None = None
    metadata: Annotated[
        dict[str, Any],
        Meta(description="Metadata values to filter by; {} for no filter"),
    ] = {}
    limit: Annotated[int, Meta(ge=1, le=500, description="Maximum number of items to return")] = 20
    cursor: Cursor | None = None
    with_cursors: Annotated[
        bool,
        Meta(description="Whether to return a cursor after each item"),
    ] = False

    @property
    def shown_chars(self) -> int | None:
        """How much of each body is shown; null for all of it."""
        return None


class History(Narrow, frozen=True, kw_only=True):
    """Filters for messages."""

    text: Annotated[str, Meta(max_length=400, description=WORDS)] | None = None
    ids: (
        Annotated[
            str | list[Annotated[str, Meta(max_length=64)]],
            Meta(description=("Message ids, with commas (at most 200); without other filters")),
        ]
        | None
    ) = None
    body_chars: (
        Annotated[
            int, Meta(ge=0, le=50_000, description="Maximum characters of each body (0 to 50,000)")
        ]
        | None
    ) = None
    audience: (
        Annotated[
            list[Annotated[str, Meta(max_length=512)]],
            Meta(
                min_length=1,
                max_length=200,
                description=(
                    "Audience to filter by: all names that a message was addressed to, in any"
                    " order; [*] for broadcasts"
                ),
            ),
        ]
        | None
    ) = None
    with_tallies: Annotated[bool, Meta(description="Whether to count each message's receipts")] = (
        False
    )
    with_sizes: Annotated[
        bool, Meta(description="Whether to count the messages of each conversation")
    ] = False

    @property
    def shown_chars(self) -> int | None:
        return self.body_chars


class Search(Narrow, frozen=True, kw_only=True):
    """Search words and filters."""

    query: Annotated[str, Meta(min_length=1, max_length=400, description=WORDS)]


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Receipt counts of one message."""

    id: Annotated[str, Meta(description="Id of the message")]
    recipients: Annotated[int, Meta(description="Number of recipients")]
    delivered: Annotated[int, Meta(description="Number of recipients it was delivered to")]
    read: Annotated[int, Meta(description="Number of recipients who read it")]
    acknowledged: Annotated[int, Meta(description="Number of recipients who acknowledged it")]


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page of messages."""

    messages: Annotated[list[Message], Meta(description="Items, newest first")]
    cursor: Annotated[
        str | None, Meta(description="Cursor for the next page; null on the last page")
    ] = None
    cursors: Annotated[
        list[str],
        Meta(description="Cursor after each message, in order; empty if not requested"),
    ] = []


class Past(Page, frozen=True, kw_only=True):
    """A page of messages, newest first, with receipt counts if requested."""

    tallies: Annotated[
        list[Tally],
        Meta(description="Receipt counts of each message, in order; empty if not requested"),
    ] = []
    sizes: Annotated[
        list[int],
        Meta(
            description=(
                "Number of messages in each conversation, in order; 201 means more than "
                "200, 0 unknown; empty if not requested"
            )
        ),
    ] = []


class Found(Page, frozen=True, kw_only=True):
    """Matching messages, newest first.

    `indexed_to` is the newest indexed seq, `behind` the number of messages after it.
    """

    indexed_to: Annotated[int, Meta(description="Newest seq that the index covers")]
    behind: Annotated[int, Meta(description="Number of newer messages that it does not cover")]


async def _catch_up(context: Context, params: Any) -> None:
    await context.store.index_more(MAX_CATCH_UP)


def _catch_up_for_text(params: History) -> Run | None:
    return None if params.text is None else _catch_up


@op("message.history", scope="read", write_first=_catch_up_for_text, is_slow=True)
async def history(context: Context, params: History) -> Past:
    """Return the workspace's messages, newest first without marking anything.

    `ids` selects messages directly; those that do not exist or that you may not see are left out.

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
    alone = (
        "since",
        "until",
        "sender",
        "recipient",
        "thread",
        "intent",
        "text",
        "audience",
        "cursor",
    )
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
    """Search subjects and bodies, newest first without marking anything.

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
    """Return a page of messages, the next cursor, and if requested the cursor after each."""
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
    # An unfiltered history skips nothing; a filter may match nothing in a million messages.
    newest = min(narrow.before, await store.last_seq() + 1)
    floor = max(newest - WINDOW, 0) if query is None else 0
    narrow = msgspec.structs.replace(narrow, after=floor)
    while True:
        audience = getattr(params, "audience", None)
        most = LOOKED_AT if params.metadata or audience else params.limit
        rows = await (
            store.history_page(narrow, most=most)
            if query is None
            else store.search_page(query, narrow, most=most)
        )
        found += [
            row
            for row in rows
            if has_metadata(row.metadata, params.metadata)
            and (audience is None or _is_for(row, audience))
        ]
        looked_at += most
        if len(found) >= params.limit:
            return found[: params.limit], None
        if len(rows) < most:
            return found, floor + 1 if floor else None
        if looked_at >= MAX_LOOKED_AT:
            return found, rows[-1].seq
        narrow = msgspec.structs.replace(narrow, before=rows[-1].seq)


def _is_for(row: Stored, audience: list[str]) -> bool:
    """Whether a message was addressed to exactly these agents; instances count as their agent."""
    names = {address.partition("/")[0] for address in show.addresses(row)}
    return names == {name.partition("/")[0] for name in audience}


def _asked(params: Narrow) -> str:
    """Return what a cursor of this page is bound to: its filters, but not the caller or the page
    size.
    """
    left_out = (*Call.__struct_fields__, "limit", "cursor", "with_cursors")
    return repr(
        [getattr(params, name) for name in params.__struct_fields__ if name not in left_out]
    )
