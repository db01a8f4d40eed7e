"""message.get: one message, and how other operations find one that the caller may see.

Explained in docs/why/workspaces.md.
"""

from __future__ import annotations

from ackbox.errors import NotFound
from ackbox.model.message import (
    Message,
)
from ackbox.ops.rules import show
from ackbox.ops.rules.seeing import Seen, see
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


async def find_seen(context: Context, call: Call, id: str) -> Seen:
    """Return a message that the caller may see, by its id. Raises NotFound."""
    row = await context.store.message(id)
    seen = None if row is None else await see(context, call, row)
    if seen is None:
        raise NotFound(
            "There is no such message.", hint="Use an id that a reading call returned.", field="id"
        )
    return seen


async def visible(context: Context, call: Call, id: str) -> Stored:
    """Return what is stored of a message that the caller may see. Raises NotFound."""
    return (await find_seen(context, call, id)).row
