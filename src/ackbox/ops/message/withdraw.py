"""message.withdraw: taking back what nobody has read yet.

A message is a record and stays one; it leaves the mailboxes of those who have not read it.
Explained in docs/why/delivery.md, "Withdrawing".
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.errors import NotFound
from ackbox.ops.message.send import visible
from ackbox.ops.rules.marking import Target, mark_one
from ackbox.ops.table import Call, Context, MessageId, op
from ackbox.store.messages import Stored
from ackbox.store.readers import Reader

# Recipients looked at together.
LOOKED_AT = 500


class Withdraw(Call, frozen=True, kw_only=True):
    """Which message of yours to take back."""

    id: MessageId
    as_sender: Annotated[
        bool,
        Meta(description="Act as whoever sent it, when neither you nor your key say who you are"),
    ] = False


class Withdrawn(msgspec.Struct, frozen=True, kw_only=True):
    """From how many mailboxes it is gone, and from how many it is not."""

    id: Annotated[str, Meta(description="The message's id")]
    withdrawn: Annotated[
        int, Meta(description="Recipients who had not read it and do not find it any more")
    ]
    kept: Annotated[
        int,
        Meta(
            description=(
                "Recipients who had read it or put it away, or from whom it was taken back before"
            )
        ),
    ]


@op("message.withdraw", scope="write", writes=True)
async def withdraw(context: Context, params: Withdraw) -> Withdrawn:
    """Take back a message of yours from everyone who has not read it.

    It leaves their mailboxes for their archive, and stays in the history. Who has read it keeps it.
    Doing it again changes nothing.

    Raises NotFound, also for a message that somebody else sent.
    """
    row = await visible(context, params, params.id)
    if params.as_sender and params.agent is None and context.caller.agent is None:
        params = msgspec.structs.replace(
            params, agent=row.sender_name, instance=row.sender_instance
        )
    me = await context.me(params)
    if row.sender_agent != me.agent:
        raise NotFound(
            "You have sent no such message.",
            hint="Only its sender takes a message back.",
            field="id",
        )
    taken, kept, after = 0, 0, 0
    while found := await context.store.traces(
        row.seq,
        sender_agent=row.sender_agent,
        is_broadcast=row.is_for_everyone,
        after=after,
        most=LOOKED_AT,
    ):
        for (number, *_), trace in found:
            is_taken = trace.read_at is None and await take_from(context, row, number)
            taken, kept, after = taken + is_taken, kept + (not is_taken), number
    if row.is_for_everyone:
        # Also from those who register later, whom a broadcast of the last days would be given.
        await context.store.withdraw_from_newcomers(row.seq)
    if taken:
        subject = {"message": row.id, "seq": row.seq, "withdrawn": taken}
        context.rings.add(
            await context.store.note(
                "message.withdrawn", at=context.now, reader=me.agent, subject=subject
            )
        )
    return Withdrawn(id=row.id, withdrawn=taken, kept=kept)


async def take_from(context: Context, row: Stored, addressed: int) -> bool:
    """Put a message out of one recipient's mailbox; false when it was not there any more."""
    store = context.store
    reader = await store.reader_by_number(addressed)
    assert reader is not None
    agent = reader if reader.is_agent else await store.reader_by_number(reader.agent)
    assert agent is not None
    if not await mark_one(context, agent, Target(row, addressed), "archived", evidence=None):
        return False
    for each in await _family(context, agent, addressed):
        await store.set_off(each, "delivered", row.seq)
    if not agent.seen:
        # Post waits for it: what is in its archive is not there when it first comes.
        await store.hide(agent, row.seq)
    return True


async def _family(context: Context, agent: Reader, addressed: int) -> list[Reader]:
    return [
        each
        for each in await context.store.family(agent.agent)
        if each.seen and (each.is_agent or addressed in (agent.agent, each.reader))
    ]
