"""thread.get, thread.list: conversations. Explained in docs/reference/message.md."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.model.message import Message
from ackbox.ops.message.read import visible
from ackbox.ops.rules import show
from ackbox.ops.rules.cursors import make_cursor, read_cursor
from ackbox.ops.rules.paging import fitting, within
from ackbox.ops.rules.pauses import Paused, pause_of
from ackbox.ops.rules.seeing import narrowed, see_each
from ackbox.ops.table import Call, Context, Cursor, Limit, MessageId, op
from ackbox.store.messages import NEWEST

SHOWN_CHARS = 240


class GetThread(Call, frozen=True, kw_only=True):
    """Conversation to return, by the id of any message in it."""

    id: MessageId
    limit: Limit = 100
    cursor: Cursor | None = None


class Thread(msgspec.Struct, frozen=True, kw_only=True):
    """A page of one conversation, oldest first."""

    thread: Annotated[str, Meta(description="Id of the first message")]
    messages: Annotated[list[Message], Meta(description="Items, oldest first")]
    paused: Annotated[Paused | None, Meta(description="Pause that a person set; null for none")] = (
        None
    )
    cursor: Annotated[
        str | None, Meta(description="Cursor for the next page; null on the last page")
    ] = None


@op("thread.get", scope="read")
async def get(context: Context, params: GetThread) -> Thread:
    """Return one conversation, oldest first without marking anything.

    Raises NotFound, BadCursor.
    """
    row = await visible(context, params, params.id)
    ws = context.workspace.ws
    after = 0 if params.cursor is None else read_cursor(ws, f"thread {row.thread}", params.cursor)
    found = await context.store.thread_page(row.thread, after=after, most=params.limit)
    rows = within(found, show.size_of)
    messages = [
        show.message(each, context.workspace.name) for each in await see_each(context, params, rows)
    ]
    fitting = messages[: context.fits(messages).count]
    has_more = len(rows) < len(found) or len(found) == params.limit
    last = fitting[-1].seq if len(fitting) < len(messages) else rows[-1].seq if has_more else None
    return Thread(
        thread=row.thread_id,
        messages=fitting,
        paused=pause_of(context.workspace, "thread", row.thread_id),
        cursor=None if last is None else make_cursor(ws, f"thread {row.thread}", last),
    )


class ListThreads(Call, frozen=True, kw_only=True):
    """Filters for conversations."""

    answered_only: Annotated[
        bool, Meta(description="Whether to leave out messages without a reply")
    ] = False
    limit: Limit = 50
    cursor: Cursor | None = None


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A participant of a conversation."""

    name: Annotated[str, Meta(description="Name")]
    kind: Annotated[str, Meta(description="Kind: agent, human or system")]
    messages: Annotated[int, Meta(description="Number of messages")]


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation: first and newest message and participants, as far as the caller may see."""

    thread: Annotated[str, Meta(description="Id of the first message")]
    first: Annotated[Message, Meta(description="First message; body cut to 240 characters")]
    last: Annotated[Message, Meta(description="Newest message; body cut to 240 characters")]
    messages: Annotated[int, Meta(description="Number of messages")]
    people: Annotated[
        list[Person], Meta(description="Participants, in order of their first message")
    ]
    paused: Annotated[Paused | None, Meta(description="Pause that a person set; null for none")] = (
        None
    )


class Threads(msgspec.Struct, frozen=True, kw_only=True):
    """A page of conversations, by newest message."""

    threads: Annotated[list[Head], Meta(description="Items, newest first")]
    cursor: Annotated[
        str | None, Meta(description="Cursor for the next page; null on the last page")
    ] = None


@op("thread.list", scope="read", is_slow=True)
async def list_threads(context: Context, params: ListThreads) -> Threads:
    """List conversations, newest first without marking anything.

    Raises BadCursor.
    """
    ws, store, query = context.workspace.ws, context.store, f"threads {params.answered_only}"
    before = NEWEST if params.cursor is None else read_cursor(ws, query, params.cursor)
    found = await store.thread_heads(
        before=before,
        is_answered=params.answered_only,
        visible_to=await narrowed(context, params),
        most=params.limit,
    )
    heads = fitting([await _head(context, params, *each) for each in found])
    has_more = len(heads) < len(found) or len(found) == params.limit
    return Threads(
        threads=heads, cursor=make_cursor(ws, query, heads[-1].last.seq) if has_more else None
    )


async def _head(
    context: Context, params: ListThreads, thread: int, first: int, last: int, many: int
) -> Head:
    store, name = context.store, context.workspace.name
    seen = await see_each(context, params, await store.messages_at([first, last]))
    shown = [show.message(each, name, body_chars=SHOWN_CHARS) for each in seen]
    people = await store.thread_people(thread, visible_to=await narrowed(context, params))
    return Head(
        thread=shown[0].thread,
        first=shown[0],
        last=shown[-1],
        messages=many,
        paused=pause_of(context.workspace, "thread", shown[0].thread),
        people=[Person(name=who, kind=kind, messages=count) for who, kind, count in people],
    )
