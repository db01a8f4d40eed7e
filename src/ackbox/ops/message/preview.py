"""message.preview: what would become of a send, before it is sent.

Stores nothing. Explained in docs/why/addresses.md.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.model.message import Priority
from ackbox.ops.message.audience import Recipient, look
from ackbox.ops.table import Call, Context, op


class Preview(Call, frozen=True, kw_only=True):
    """Recipients to check."""

    to: Annotated[str | list[str], Meta(description="Recipients, as in message.send")]
    to_instance: Annotated[str, Meta(description="Instance of the only recipient")] | None = None
    priority: Priority = 3


class Previewed(msgspec.Struct, frozen=True, kw_only=True):
    """The recipients, and how each is reached."""

    type: Annotated[str, Meta(description="Type: direct or broadcast")]
    sender: Annotated[str | None, Meta(description="Sender")]
    recipient_count: Annotated[int, Meta(description="Number of recipients")]
    online: Annotated[int, Meta(description="Number of them that are online")]
    recipients: Annotated[
        list[Recipient], Meta(description="Recipients; the first 50 of a broadcast")
    ]


@op("message.preview", scope="read")
async def preview(context: Context, params: Preview) -> Previewed:
    """Return who would receive a message, and how soon, without sending it.

    Raises Invalid.
    """
    sender = (
        None
        if params.agent is None and context.caller.agent is None
        else context.identity(params)[0]
    )
    found = await look(
        context,
        params.to,
        instance=params.to_instance,
        sender=sender,
        priority=params.priority,
    )
    return Previewed(
        type="broadcast" if found.is_everyone else "direct",
        sender=sender,
        recipient_count=found.count,
        online=found.online,
        recipients=found.recipients[:50],
    )
