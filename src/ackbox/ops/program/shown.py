"""program.shown: an agent program has shown its model what a report gave.

The mark and its evidence come only now, so that messages which a crash kept from the model come
again. Explained in docs/why/reach.md.
"""

from __future__ import annotations

from typing import Annotated, Protocol

import msgspec
from msgspec import Meta

from ackbox.errors import NotFound
from ackbox.model.receipt import Step
from ackbox.ops.rules.marking import add_step, find_targets, mark_one, note_marked
from ackbox.ops.table import Call, Context, op
from ackbox.store.programs import Memory, Offer, ProgramSession
from ackbox.store.readers import Reader

MAX_KEPT = 200


class Named(Protocol):
    """What names a session of a program."""

    @property
    def program(self) -> str: ...

    @property
    def program_session(self) -> str: ...


class HasShown(Call, frozen=True, kw_only=True):
    """Which messages an agent program has shown."""

    program: Annotated[str, Meta(min_length=1, max_length=32, description="Agent program")]
    program_session: Annotated[
        str, Meta(min_length=1, max_length=128, description="Id of the session in the program")
    ]
    offer: Annotated[str, Meta(max_length=64, description="Id that program.report gave")]


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """How many messages are marked delivered by this."""

    marked: Annotated[int, Meta(description="Messages marked delivered, with evidence")]


@op("program.shown", scope="write", writes=True)
async def shown(context: Context, params: HasShown) -> Shown:
    """Mark the messages of a report as shown to the model.

    Marks them delivered, with the program, its session and the event as evidence. An offer that
    was confirmed before, or that a later report replaced, marks nothing.

    Raises NotFound (no such session), NotAllowed.
    """
    me, session = await own_session(context, params, params)
    wake = session.memory.wake
    offers = [session.memory.offer, None if wake is None else wake.offer]
    offer = next((each for each in offers if each and each.id == params.offer), None)
    if offer is None:
        return Shown(marked=0)
    memory = await confirm(context, params, me, session.memory, offer)
    await context.store.put_program_session(msgspec.structs.replace(session, memory=memory))
    return Shown(marked=len(offer.seqs))


async def own_session(context: Context, call: Call, named: Named) -> tuple[Reader, ProgramSession]:
    """Return a session of the caller's, and the instance that it belongs to. Raises NotFound."""
    session = await context.store.program_session(named.program, named.program_session)
    owner = None if session is None else await context.store.reader_by_number(session.reader)
    if session is None or owner is None or owner.name != context.identity(call)[0]:
        raise NotFound(
            f"No session {named.program_session!r} of {named.program!r} has reported here.",
            hint="Report an event with program.report first.",
            field="program_session",
        )
    me = await context.me(msgspec.structs.replace(call, instance=owner.instance))
    return me, session


async def confirm(
    context: Context, named: Named, me: Reader, memory: Memory, offer: Offer
) -> Memory:
    """Mark the messages of an offer delivered, and return the memory after it."""
    changed = await add_steps(context, named, me, offer.seqs, offer.event, "injected")
    for seq, reminder in offer.reminders.items():
        await add_steps(context, named, me, [seq], offer.event, "reminded", of=f"{reminder}, ")
    if changed:
        await note_marked(context, me, "delivered", changed)
    return msgspec.structs.replace(
        memory,
        offer=None if memory.offer == offer else memory.offer,
        wake=None,
        collisions=memory.collisions[offer.collisions :],
        unseen=[*memory.unseen, *((seq, offer.event) for seq in offer.seqs)][-MAX_KEPT:],
        in_context=[*dict.fromkeys([*memory.in_context, *offer.seqs])][-MAX_KEPT:],
    )


async def take_as_seen(context: Context, named: Named, me: Reader, memory: Memory) -> Memory:
    """Note that a turn of the model has begun since messages were put into its context."""
    for event in dict.fromkeys(event for _, event in memory.unseen):
        seqs = [seq for seq, by in memory.unseen if by == event]
        await add_steps(context, named, me, seqs, event, "seen")
        await note_marked(context, me, "seen", seqs)
    return msgspec.structs.replace(memory, unseen=[])


async def add_steps(
    context: Context,
    named: Named,
    me: Reader,
    seqs: list[int],
    event: str,
    step: Step,
    *,
    of: str = "",
) -> list[int]:
    """Add a step with its evidence to some messages; returns those newly marked delivered."""
    evidence = f"{of}{named.program} {event}, session {named.program_session}"[:200]
    changed = []
    for row in await context.store.messages_at(sorted(seqs)):
        for target in await find_targets(context, me, row):
            if step == "injected" and await mark_one(
                context, me, target, "delivered", evidence=evidence
            ):
                changed.append(row.seq)
            await add_step(context, me, target, step, evidence=evidence)
    return changed
