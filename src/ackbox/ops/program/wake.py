"""program.wake, program.signalled: start a turn of an idle agent program for its messages.

A bridge asks what to wake its program for, gives the program a signal, and says so. What may wake
it now is decided in ops/rules/waking.py. Explained in docs/why/reach.md, "Waking".
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ackbox.model.message import Letter
from ackbox.ops.program.report import AT_ONCE, fitting_letters
from ackbox.ops.program.shown import add_steps, own_session
from ackbox.ops.rules.attention import URGENT
from ackbox.ops.rules.marking import find_targets
from ackbox.ops.rules.waking import BY_POLL, LOOK_MS, REACH, SESSION, Due, due, reach_by
from ackbox.ops.table import Call, Context, NeedsWrite, op
from ackbox.store.messages import Stored
from ackbox.store.programs import Offer, ProgramSession, Wake
from ackbox.store.readers import Reader

EVENT = "wake"
# Until the program has reported, the bridge asks more often: hooks run at the start of a session.
UNREPORTED_S = 5.0
MAX_SENDERS = 5

Program = Annotated[str, Meta(min_length=1, max_length=32, description="Agent program")]


class Wakeable(Call, frozen=True, kw_only=True):
    """A running agent program, and the way to wake it."""

    program: Program
    program_session: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=128,
                description=(
                    "Id of the session in the program; left out, that of the caller's instance"
                ),
            ),
        ]
        | None
    ) = None
    way: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=14,
                description="Tested way to wake the program now; null for none",
            ),
        ]
        | None
    ) = None
    carries_text: Annotated[
        bool, Meta(description="Whether the wake takes the messages to the model itself")
    ] = False


class Woken(msgspec.Struct, frozen=True, kw_only=True):
    """The messages to wake a program for now."""

    program_session: Annotated[
        str | None, Meta(description="Session to wake; null while none has reported")
    ] = None
    ids: Annotated[
        list[str], Meta(description="Ids of the messages to wake it for; empty for none")
    ]
    senders: Annotated[list[str], Meta(description="Senders of these messages, at most 5")] = []
    urgent: Annotated[int, Meta(description="Number of these messages with priority 5")] = 0
    messages: Annotated[
        list[Letter], Meta(description="The messages to carry, with `carries_text`")
    ] = []
    offer: Annotated[
        str | None, Meta(description="Id for program.shown once they are shown; null for none")
    ] = None
    unread: Annotated[int, Meta(description="Number of messages that wait for this session")] = 0
    look_again_s: Annotated[float, Meta(description="Seconds after which to ask again")]


class Signalled(Call, frozen=True, kw_only=True):
    """The messages that a running program was signalled about."""

    program: Program
    program_session: Annotated[
        str, Meta(min_length=1, max_length=128, description="Id of the session in the program")
    ]
    way: Annotated[str, Meta(min_length=1, max_length=32, description="Way of the signal")]
    ids: Annotated[
        list[Annotated[str, Meta(max_length=64)]],
        Meta(max_length=200, description="Ids of the messages, as program.wake gave them"),
    ]


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """The number of messages with evidence of the signal."""

    noted: Annotated[int, Meta(description="Messages with evidence of the signal")]


@op("program.wake", scope="write", writes=lambda params: params.carries_text)
async def wake(context: Context, params: Wakeable) -> Woken:
    """Return the messages to wake an agent program for now.

    For the bridge of a session: it asks when a message has come and after `look_again_s`, and then
    signals the program. Only messages that are unread and not shown to its model yet count; the
    attention rules of the receiver hold, and a turn that runs is not interrupted. The same
    messages come again after growing gaps, five times at most, until the program has shown them.
    Senders see `way` in `reach`.

    Raises Invalid, NotAllowed, NotFound (no such session).
    """
    me, session = await _session(context, params)
    # A program whose hooks have never run shows its model nothing, even if its bridge can wake it.
    await _tell_reach(context, me, BY_POLL if session is None else reach_by(params.way))
    if session is None:
        return Woken(ids=[], look_again_s=UNREPORTED_S)
    now_due = (
        Due([], context.now + LOOK_MS) if params.way is None else await due(context, me, session)
    )
    look_again_s = max(now_due.look_at - context.now, 0) / 1000
    if not now_due.rows:
        return Woken(program_session=session.id, ids=[], look_again_s=look_again_s)
    if not context.store.tx.writable:
        raise NeedsWrite
    return await _woken(context, params, me, session, now_due.rows, look_again_s)


async def _woken(
    context: Context,
    params: Wakeable,
    me: Reader,
    session: ProgramSession,
    rows: list[Stored],
    look_again_s: float,
) -> Woken:
    """Claim a wake, so that no second bridge wakes the same session for the same messages."""
    letters: list[Letter] = []
    offer = None
    if params.carries_text:
        rows = sorted(rows, key=lambda row: (row.priority < URGENT, row.seq))[:AT_ONCE]
        letters, _ = await fitting_letters(context, params, me, rows)
        offer = Offer(context.new_id(context.now), EVENT, [each.seq for each in letters])
    before = session.memory.wake
    upto = max(row.seq for row in rows)
    is_news = before is None or min(row.seq for row in rows) > before.upto
    count = 1 if before is None or is_news else before.count + 1
    claimed = Wake(context.now, count, upto, offer)
    memory = msgspec.structs.replace(session.memory, wake=claimed)
    if any(row.priority < URGENT for row in rows) and params.carries_text:
        memory = msgspec.structs.replace(memory, digest_at=context.now)
    await context.store.put_program_session(msgspec.structs.replace(session, memory=memory))
    return Woken(
        program_session=session.id,
        ids=[row.id for row in rows],
        senders=list(dict.fromkeys(row.sender_name for row in rows))[:MAX_SENDERS],
        urgent=sum(row.priority >= URGENT for row in rows),
        messages=letters,
        offer=offer.id if offer is not None and letters else None,
        unread=len(rows),
        look_again_s=look_again_s,
    )


async def _session(context: Context, params: Wakeable) -> tuple[Reader, ProgramSession | None]:
    """Return the session that is meant, null while it has not reported, and its instance."""
    if params.program_session is not None:
        return await own_session(context, params, _Named(params.program, params.program_session))
    me = await context.me(params)
    presence = await context.store.presence(me.reader)
    card: dict[str, Any] = msgspec.json.decode(presence.card) if presence else {}
    session = await context.store.program_session(params.program, card.get(SESSION) or "")
    return me, session if session is not None and session.reader == me.reader else None


class _Named(msgspec.Struct, frozen=True):
    program: str
    program_session: str


async def _tell_reach(context: Context, me: Reader, reach: str) -> None:
    """Let others see how this instance can be reached now."""
    presence = await context.store.presence(me.reader)
    card: dict[str, Any] = msgspec.json.decode(presence.card) if presence else {}
    if presence is None or card.get(REACH) == reach:
        return
    if not context.store.tx.writable:
        raise NeedsWrite
    text = msgspec.json.encode({**card, REACH: reach}).decode()
    await context.store.put_presence(msgspec.structs.replace(presence, card=text))
    subject = {"agent": me.name, "instance": me.instance, "reach": reach}
    context.rings.add(
        await context.store.add_event(
            "agent.reach", at=context.now, reader=me.agent, subject=subject
        )
    )


@op("program.signalled", scope="write", writes=True)
async def signalled(context: Context, params: Signalled) -> Noted:
    """Record that a running program was signalled about messages.

    Marks nothing: the evidence `signalled` means that a notice went out by this way, not that a
    model was shown anything.

    Raises Invalid, NotAllowed, NotFound (no such session).
    """
    me, _ = await own_session(context, params, params)
    found = [await context.store.message(id) for id in params.ids]
    seqs = [row.seq for row in found if row and await find_targets(context, me, row)]
    await add_steps(context, params, me, seqs, params.way, "signalled")
    return Noted(noted=len(seqs))
