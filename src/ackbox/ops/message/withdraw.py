"""message.withdraw: withdrawing messages that are not read yet.

A message is a record and stays one; it leaves the mailboxes of those who have not read it.
Explained in docs/why/delivery.md, "Withdrawing".
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.errors import NotFound
from ackbox.ops.message.read import visible
from ackbox.ops.rules.marking import Target, mark_one
from ackbox.ops.table import Call, Context, MessageId, op
from ackbox.store.messages import Stored
from ackbox.store.readers import Reader

# Recipients looked at together.
LOOKED_AT = 500


class Withdraw(Call, frozen=True, kw_only=True):
    """Message to withdraw."""

    id: MessageId
    as_sender: Annotated[
        bool,
        Meta(description="Whether to act as the sender, for a key without a name"),
    ] = False


class Withdrawn(msgspec.Struct, frozen=True, kw_only=True):
    """Number of mailboxes it left, and number that keep it."""

    id: Annotated[str, Meta(description="Id of the message")]
    withdrawn: Annotated[int, Meta(description="Number of recipients whose mailbox it left")]
    kept: Annotated[
        int,
        Meta(
            description=(
                "Number of recipients who had read or archived it, or from whom it was "
                "withdrawn before"
            )
        ),
    ]


@op("message.withdraw", scope="write", writes=True)
async def withdraw(context: Context, params: Withdraw) -> Withdrawn:
    """Withdraw a message from recipients who have not read it.

    It moves from their mailboxes to their archives and stays in the history. Recipients who have
    read it keep it. Repeating the call changes nothing.

    Raises NotFound, also for a message of another sender.
    """
    row = await visible(context, params, params.id)
    if params.as_sender and params.agent is None and context.caller.agent is None:
        params = msgspec.structs.replace(
            params, agent=row.sender_name, instance=row.sender_instance
        )
    me = await context.me(params)
    if row.sender_agent != me.agent:
        raise NotFound(
            "You did not send this message.",
            hint="Only the sender can withdraw a message.",
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
        # Later newcomers, who receive recent broadcasts, do not get it either.
        await context.store.withdraw_from_newcomers(row.seq)
    if not kept:
        await context.store.expect_no_reply(row.seq)
    if taken:
        subject = {"message": row.id, "seq": row.seq, "withdrawn": taken}
        context.rings.add(
            await context.store.add_event(
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
        # Messages wait for it; archived ones are not there when it first connects.
        await store.hide(agent, row.seq)
    return True


async def _family(context: Context, agent: Reader, addressed: int) -> list[Reader]:
    return [
        each
        for each in await context.store.family(agent.agent)
        if each.seen and (each.is_agent or addressed in (agent.agent, each.reader))
    ]
