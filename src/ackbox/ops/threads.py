"""thread.get, thread.list: conversations. Explained in docs/reference/message.md."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.model.message import Message
from ackbox.ops import show
from ackbox.ops.cursors import make_cursor, read_cursor
from ackbox.ops.messages import may_see, narrowed, visible
from ackbox.ops.table import Call, Context, Cursor, Limit, MessageId, op
from ackbox.store.messages import NEWEST

SHOWN_CHARS = 240


class GetThread(Call, frozen=True, kw_only=True):
    """Which conversation: the id of any message in it."""

    id: MessageId
    limit: Limit = 100
    cursor: Cursor | None = None


class Thread(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation, oldest first, and the cursor to go on; null when there is no more."""

    thread: Annotated[str, Meta(description="Id of the first message")]
    messages: Annotated[list[Message], Meta(description="Oldest first")]
    cursor: Annotated[str | None, Meta(description="To go on; null when there is no more")] = None


@op("thread.get", scope="read")
async def get(context: Context, params: GetThread) -> Thread:
    """Return one conversation, oldest first. Looking marks nothing.

    Raises NotFound, BadCursor.
    """
    row = await visible(context, params, params.id)
    ws = context.workspace.ws
    after = 0 if params.cursor is None else read_cursor(ws, f"thread {row.thread}", params.cursor)
    rows = await context.store.thread_page(row.thread, after=after, most=params.limit)
    seen = [each for each in rows if await may_see(context, params, each)]
    messages = [show.message(each, context.workspace.name) for each in seen]
    fitting = messages[: context.fits(messages).count]
    last = fitting[-1].seq if len(fitting) < len(messages) else rows[-1].seq if len(rows) == params.limit else None
    return Thread(thread=row.thread_id, messages=fitting, cursor=None if last is None else make_cursor(ws, f"thread {row.thread}", last))


class ListThreads(Call, frozen=True, kw_only=True):
    """Which conversations."""

    answered_only: Annotated[bool, Meta(description="Leave out messages that nobody has answered yet")] = False
    limit: Limit = 50
    cursor: Cursor | None = None


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who wrote in a conversation."""

    name: Annotated[str, Meta(description="Name")]
    kind: Annotated[str, Meta(description="agent, human or system")]
    messages: Annotated[int, Meta(description="How many of its messages")]


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation: how it began, its newest message, and who takes part."""

    thread: Annotated[str, Meta(description="Id of the first message")]
    first: Annotated[Message, Meta(description="How it began; the body cut to 240 characters")]
    last: Annotated[Message, Meta(description="The newest message; the body cut to 240 characters")]
    messages: Annotated[int, Meta(description="How many messages")]
    people: Annotated[list[Person], Meta(description="Who wrote in it, in order of their first word")]


class Threads(msgspec.Struct, frozen=True, kw_only=True):
    """Conversations, the one with the newest message first, and the cursor to go on."""

    threads: Annotated[list[Head], Meta(description="Newest first")]
    cursor: Annotated[str | None, Meta(description="To go on; null when there is no more")] = None


@op("thread.list", scope="read", is_slow=True)
async def list_threads(context: Context, params: ListThreads) -> Threads:
    """Return the workspace's conversations, the one with the newest message first. Looking marks nothing.

    Raises BadCursor.
    """
    ws, store, query = context.workspace.ws, context.store, f"threads {params.answered_only}"
    before = NEWEST if params.cursor is None else read_cursor(ws, query, params.cursor)
    found = await store.thread_heads(before=before, least=2 if params.answered_only else 1, visible_to=await narrowed(context, params),
                                     most=params.limit)
    heads = [await _head(context, thread, last, many) for thread, last, many in found]
    return Threads(threads=heads, cursor=make_cursor(ws, query, found[-1][1]) if len(found) == params.limit else None)


async def _head(context: Context, thread: int, last: int, many: int) -> Head:
    store, name = context.store, context.workspace.name
    rows = await store.messages_at([thread, last])
    first, newest = (show.message(msgspec.structs.replace(row, body=row.body[:SHOWN_CHARS]), name) for row in (rows[0], rows[-1]))
    people = [Person(name=who, kind=kind, messages=count) for who, kind, count in await store.thread_people(thread)]
    return Head(thread=first.thread, first=first, last=newest, messages=many, people=people)
