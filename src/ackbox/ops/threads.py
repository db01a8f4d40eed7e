"""thread.get: one conversation. Explained in docs/reference/message.md."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.model.message import Message
from ackbox.ops import show
from ackbox.ops.cursors import make_cursor, read_cursor
from ackbox.ops.messages import may_see, visible
from ackbox.ops.table import Call, Context, Cursor, Limit, MessageId, op


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
    cursor = make_cursor(ws, f"thread {row.thread}", rows[-1].seq) if len(rows) == params.limit else None
    return Thread(thread=row.thread_id, messages=[show.message(each, context.workspace.name) for each in seen], cursor=cursor)
