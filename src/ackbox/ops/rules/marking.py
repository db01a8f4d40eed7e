"""Marking one message for one reader: what implies what, and for whom it counts.

Explained in docs/why/receipts.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from ackbox.model.receipt import Mark, Step, parse_receipt_id
from ackbox.ops.rules.named import named_messages
from ackbox.ops.table import Context
from ackbox.store.marks import Trace
from ackbox.store.messages import Stored
from ackbox.store.readers import Reader

# Marks that each mark implies; the time columns of a receipt in order.
IMPLIES: dict[str, tuple[str, ...]] = {
    "delivered": ("delivered",),
    "read": ("delivered", "read"),
    "acknowledged": ("delivered", "read", "acknowledged"),
    "archived": ("archived",),
}
# Of one step of one recipient; the newest are kept.
MAX_STEPS = 20
UNDOES: dict[str, str] = {"unread": "read", "unarchived": "archived"}


class Target(msgspec.Struct, frozen=True):
    """One receipt to mark: the message, and the number of the recipient it was addressed to."""

    row: Stored
    addressed: int


async def find_targets(context: Context, me: Reader, what: str | Stored) -> list[Target]:
    """Return the receipts of the caller that a message id, its beginning, a number (`#42`) or a
    receipt id names.

    None when it is not in the caller's mailbox.
    """
    if isinstance(what, Stored):
        return await _of_message(context, me, what)
    mine = [
        targets
        for row in await named_messages(context, what)
        if (targets := await _of_message(context, me, row))
    ]
    if len(mine) == 1:
        return mine[0]
    named = parse_receipt_id(what)
    if named is None:
        return []
    row = await context.store.message_at(named[0])
    if row is None:
        return []
    # An instance's receipt also covers messages to its agent.
    return [
        target
        for target in await _of_message(context, me, row)
        if named[1] in (target.addressed, me.reader)
    ]


async def marker_of(context: Context, me: Reader, what: str) -> Reader:
    """Return as whom a caller marks what an id names: for an agent that gives one of its
    instances' receipts, that instance alone.
    """
    named = parse_receipt_id(what)
    if (
        not me.is_agent
        or named is None
        or named[1] == me.reader
        or await context.store.message(what) is not None
    ):
        return me
    instance = await context.store.reader_by_number(named[1])
    if instance is None or instance.agent != me.agent or not instance.seen:
        return me
    # A message to that instance has one receipt, and the agent marks it for itself.
    channels = await context.store.channels(named[0])
    return me if any(channel == instance.reader for channel, *_ in channels) else instance


async def recipient_of(context: Context, receipt: str) -> Reader | None:
    """Return the reader a receipt belongs to.

    Null when there is none, or the key may not speak as it.
    """
    named = parse_receipt_id(receipt)
    reader = None if named is None else await context.store.reader_by_number(named[1])
    if reader is None or not reader.seen or not context.caller.speaks_as(reader.name):
        return None
    return reader if context.may_act_as(reader) else None


async def _of_message(context: Context, me: Reader, row: Stored) -> list[Target]:
    if row.is_for_everyone:
        agent = me if me.is_agent else await context.store.reader_by_number(me.agent)
        is_mine = (
            agent is not None
            and row.sender_agent != me.agent
            and await context.store.was_given(agent, row.seq)
        )
        return [Target(row, me.agent)] if is_mine else []
    channels = [
        channel for channel, agent, *_ in await context.store.channels(row.seq) if agent == me.agent
    ]
    return [
        Target(row, channel)
        for channel in channels
        if me.is_agent or channel in (me.agent, me.reader)
    ]


async def mark_one(
    context: Context, me: Reader, target: Target, mark: Mark, *, evidence: str | None
) -> bool:
    """Set or clear one mark on one receipt; true when it changed anything."""
    store, seq = context.store, target.row.seq
    before = await store.trace(seq, target.addressed)
    who = me.instance or ""
    undone = UNDOES.get(mark)
    if undone is not None:
        after = _without(before, undone, who)
        changed = await _put_back(context, me, target, undone, after)
    else:
        entry: list[Any] = [
            who,
            context.now,
            context.face,
            context.operation,
            *([evidence] if evidence else []),
        ]
        after = _with(before, IMPLIES[mark], who, entry)
        changed = after != before
        # An agent's mark counts for every instance, also for one that has put the message back
        # since the first.
        if changed or me.is_agent:
            await _take_out(context, me, target, mark)
    if after != before:
        await store.put_trace(seq, target.addressed, after)
    return changed or after != before


async def note_marked(context: Context, me: Reader, mark: Mark | Step, seqs: list[int]) -> None:
    """Write the feed's line for marks or steps that changed something.

    It names messages by number, a tenth of what their ids take.
    """
    seq = await context.store.add_event(
        "receipt.marked", at=context.now, reader=me.agent, subject={"mark": mark, "seqs": seqs}
    )
    context.rings.add(seq)


async def mark_answered(context: Context, me: Reader, parent: Stored, *, reply: str) -> None:
    """Mark a message acknowledged for a recipient that replies to it, with the reply as evidence.

    Called before the reply is stored. It changes nothing for others than its recipients.
    """
    did = [
        await mark_one(context, me, target, "acknowledged", evidence=f"reply {reply}")
        for target in await find_targets(context, me, parent)
    ]
    if any(did):
        await note_marked(context, me, "acknowledged", [parent.seq])


def _with(trace: Trace, marks: tuple[str, ...], who: str, entry: list[Any]) -> Trace:
    for mark in marks:
        entries = trace.evidence.get(mark, [])
        if any(known[0] == who for known in entries):
            continue
        trace = _timed(trace, mark, [*entries, entry])
    return trace


def _without(trace: Trace, mark: str, who: str) -> Trace:
    entries = trace.evidence.get(mark, [])
    left = [] if who == "" else [known for known in entries if known[0] != who]
    return trace if len(left) == len(entries) else _timed(trace, mark, left)


def _timed(trace: Trace, mark: str, entries: list[list[Any]]) -> Trace:
    evidence = {**trace.evidence, mark: entries}
    if not entries:
        del evidence[mark]
    first = min((known[1] for known in entries), default=None)
    return msgspec.structs.replace(trace, evidence=evidence, **{f"{mark}_at": first})


async def _readers(context: Context, me: Reader, target: Target) -> list[Reader]:
    """Return the readers that a mark of this caller counts for: its agent, and itself or all
    instances.
    """
    family = await context.store.family(me.agent)
    if me.is_agent:
        return [
            reader
            for reader in family
            if reader.seen and (reader.is_agent or target.addressed in (me.agent, reader.reader))
        ]
    return [reader for reader in family if reader.reader in (me.agent, me.reader)]


async def _take_out(context: Context, me: Reader, target: Target, mark: str) -> None:
    store, seq = context.store, target.row.seq
    for reader in await _readers(context, me, target):
        if mark != "archived":
            reader = await store.set_off(reader, "delivered", seq)
        if mark != "delivered":
            await store.set_off(reader, "read", seq)
        if mark == "archived":
            await store.hide(reader, seq)


async def _put_back(
    context: Context, me: Reader, target: Target, undone: str, after: Trace
) -> bool:
    """Undo for the caller; for its agent too when no instance is left that has the mark."""
    store, seq = context.store, target.row.seq
    flags_changed = False
    for reader in await _readers(context, me, target):
        if reader.is_agent and not me.is_agent and after.evidence.get(undone):
            continue
        read, archived = (await store.flags(reader, [seq]))[seq]
        if undone == "archived" and archived:
            await store.unhide(reader, seq)
            flags_changed = True
            if not _has_read(after, reader, me):
                await store.set_on(reader, seq)
        if undone == "read" and read and not archived:
            await store.set_on(reader, seq)
            flags_changed = True
    return flags_changed


def _has_read(trace: Trace, reader: Reader, me: Reader) -> bool:
    entries = trace.evidence.get("read", [])
    if reader.is_agent:
        return bool(entries)
    return any(known[0] in ("", reader.instance) for known in entries)


async def receipt_reader(context: Context, me: Reader, row: Stored) -> int:
    """Return the reader whose receipt is shown: an instance's, so that its mark leaves the message
    unread for the others.
    """
    return await addressed_reader(context, me, row) if me.is_agent else me.reader


async def receipt_readers(context: Context, me: Reader, rows: Sequence[Stored]) -> dict[int, int]:
    """Return for the seq of each message whose receipt a reader is given, as `receipt_reader`."""
    if not me.is_agent:
        return {row.seq: me.reader for row in rows}
    return await addressed_readers(context, me, rows)


async def addressed_reader(context: Context, me: Reader, row: Stored) -> int:
    """Return the reader a message was addressed to: the agent, unless only the instance was."""
    return (await addressed_readers(context, me, [row]))[row.seq]


async def addressed_readers(context: Context, me: Reader, rows: Sequence[Stored]) -> dict[int, int]:
    """Return for the seq of each message the reader it was addressed to, as
    `addressed_reader`.
    """
    named = [row.seq for row in rows if not row.is_for_everyone]
    numbers = await context.store.addressed_to(me.agent, named) if named else {}
    return {row.seq: _addressed(me, numbers.get(row.seq, ())) for row in rows}


def _addressed(me: Reader, numbers: Sequence[int]) -> int:
    return (
        me.agent
        if me.agent in numbers or not numbers
        else me.reader
        if me.reader in numbers
        else numbers[0]
    )


async def add_step(
    context: Context, me: Reader, target: Target, step: Step, *, evidence: str
) -> None:
    """Add evidence of a step on a message's way; each instance has one of each step and event."""
    seq = target.row.seq
    trace = await context.store.trace(seq, target.addressed)
    entries = trace.evidence.get(step, [])
    entry = [me.instance or "", context.now, context.face, context.operation, evidence]
    if any(known[0] == entry[0] and known[4:] == entry[4:] for known in entries):
        return
    steps = {**trace.evidence, step: [*entries, entry][-MAX_STEPS:]}
    await context.store.put_trace(
        seq, target.addressed, msgspec.structs.replace(trace, evidence=steps)
    )
