"""message.get: one message, and what is stored of one that the caller may see.

Explained in docs/why/workspaces.md.
"""

from __future__ import annotations

from ackbox.model.message import (
    Message,
)
from ackbox.ops.rules import show
from ackbox.ops.rules.named import find_seen
from ackbox.ops.table import Call, Context, MessageId, op
from ackbox.store.messages import Stored


class Get(Call, frozen=True, kw_only=True):
    """Message to return."""

    id: MessageId


@op("message.get", scope="read")
async def get(context: Context, params: Get) -> Message:
    """Return one message without marking it.

    Raises NotFound, also for other workspaces.
    """
    return show.message(await find_seen(context, params, params.id), context.workspace.name)


async def visible(context: Context, call: Call, id: str) -> Stored:
    """Return what is stored of a message that the caller may see. Raises NotFound."""
    return (await find_seen(context, call, id)).row
