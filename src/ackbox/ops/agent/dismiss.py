"""agent.dismiss: withdrawing all messages for an unknown name.

Messages that wait for it are withdrawn, as if each sender had done so; the history stays. Explained
in docs/why/delivery.md, "Withdrawing".
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.errors import NotAllowed, NotFound
from ackbox.ops.message.withdraw import take_from
from ackbox.ops.table import Call, Context, op

# Messages taken back by one call.
MAX_WITHDRAWN = 500


class Dismiss(Call, frozen=True, kw_only=True):
    """Unknown name to dismiss."""

    name: Annotated[
        str, Meta(min_length=1, max_length=256, description="Name from `awaited` in agent.list")
    ]


class Dismissed(msgspec.Struct, frozen=True, kw_only=True):
    """Number of withdrawn messages, and whether more wait."""

    name: Annotated[str, Meta(description="Name")]
    withdrawn: Annotated[int, Meta(description="Number of withdrawn messages")]
    is_more: Annotated[bool, Meta(description="Whether more messages wait; call again")]


@op("agent.dismiss", scope="write", writes=True)
async def dismiss(context: Context, params: Dismiss) -> Dismissed:
    """Withdraw all messages that wait for an unknown name.

    The messages stay in the history.

    For people and operators. A later message to the name waits again.

    Raises NotAllowed, NotFound (also for an agent that has connected before).
    """
    store = context.store
    if not context.caller.sees_all:
        raise NotAllowed(
            "Only a person or an operator can dismiss an unknown name.",
            hint="Withdraw your messages with message.withdraw.",
        )
    reader = await store.reader(params.name)
    if reader is None or reader.seen or reader.kind == "system":
        raise NotFound(
            f"No message waits for an unknown agent {params.name!r}.",
            hint="See `awaited` in agent.list.",
            field="name",
        )
    waiting = await store.waiting_for(reader, most=MAX_WITHDRAWN)
    rows = {row.seq: row for row in await store.messages_at(sorted({seq for seq, _ in waiting}))}
    withdrawn = 0
    for seq, addressed in waiting:
        withdrawn += await take_from(context, rows[seq], addressed)
    if withdrawn:
        subject = {"agent": reader.name, "withdrawn": withdrawn}
        context.rings.add(
            await store.add_event("agent.dismissed", at=context.now, reader=0, subject=subject)
        )
    return Dismissed(name=reader.name, withdrawn=withdrawn, is_more=len(waiting) == MAX_WITHDRAWN)
