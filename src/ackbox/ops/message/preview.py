"""message.preview: what would become of a send, before it is sent.

Stores nothing. Explained in docs/why/addresses.md.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.ops.message.audience import Recipient, look
from ackbox.ops.table import Call, Context, op


class Preview(Call, frozen=True, kw_only=True):
    """Whom a message would go to."""

    to: Annotated[str | list[str], Meta(description="As in message.send")]
    to_instance: (
        Annotated[str, Meta(description="Narrows a single recipient to one instance")] | None
    ) = None


class Previewed(msgspec.Struct, frozen=True, kw_only=True):
    """Who would get it, and how each is reached."""

    type: Annotated[str, Meta(description="direct or broadcast")]
    sender: Annotated[str | None, Meta(description="Who it would be from")]
    recipient_count: Annotated[int, Meta(description="How many it would be for")]
    online: Annotated[int, Meta(description="How many of them are here now")]
    recipients: Annotated[
        list[Recipient], Meta(description="Who they are; of a broadcast the first fifty")
    ]


@op("message.preview", scope="read")
async def preview(context: Context, params: Preview) -> Previewed:
    """Say who would get a message and how each is reached, without sending it.

    Raises Invalid.
    """
    sender = (
        None
        if params.agent is None and context.caller.agent is None
        else context.identity(params)[0]
    )
    found = await look(context, params.to, instance=params.to_instance, sender=sender)
    return Previewed(
        type="broadcast" if found.is_everyone else "direct",
        sender=sender,
        recipient_count=found.count,
        online=found.online,
        recipients=found.recipients[:50],
    )
