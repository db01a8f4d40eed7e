"""Marking one message for one reader: what implies what, and for whom it counts.

Explained in docs/why/receipts.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from ackbox.model.receipt import Mark, Step, parse_receipt_id
from ackbox.ops.rules.named import NUMBER, named_messages
from ackbox.ops.table import Context
from ackbox.store.engine import Queries
from ackbox.store.events import Event
from ackbox.store.marks import Change, Trace
from ackbox.store.messages import Stored
from ackbox.store.readers import Reader
from ackbox.store.store import Store

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


class Named(msgspec.Struct, frozen=True):
    """The messages that a message id, its beginning, a number (`#42`) or a receipt id names."""

    text: str
    rows: list[Stored]
    receipt: Stored | None = None

    @property
    def all(self) -> list[Stored]:
        return [*self.rows, *([] if self.receipt is None else [self.receipt])]


async def find_named(context: Context, text: str) -> Named:
    """Return what an id names, in anybody's mailbox."""
    rows = await named_messages(context, text)
    named = None if rows else parse_receipt_id(text)
    return Named(text, rows, None if named is None else await context.store.message_at(named[0]))


async def find_targets(context: Context, me: Reader, what: Stored | Named) -> list[Target]:
    """Return the receipts of the caller that a message has, or that an id names.

    None when it is not in the caller's mailbox.
    """
    if isinstance(what, Stored):
        return await _of_message(context, me, what)
    mine = [targets for row in what.rows if (targets := await _of_message(context, me, row))]
    if len(mine) == 1:
        return mine[0]
    named = parse_receipt_id(what.text)
    row = None if named is None else what.receipt or await context.store.message_at(named[0])
    if named is None or row is None:
        return []
    # An instance's receipt also covers messages to its agent.
    return [
        target
        for target in await _of_message(context, me, row)
        if named[1] in (target.addressed, me.reader)
    ]


def asked_messages(store: Store, ids: Sequence[str]) -> list[Any]:
    """Return what `find_targets` asks first about what ids and numbers name."""
    queries = []
    for id in ids:
        if NUMBER.fullmatch(id):
            queries.append(store.query("message_by_seq", seq=int(id[1:])))
            continue
        queries.append(store.query("message_by_id", id=id))
        if (named := parse_receipt_id(id)) is not None:
            queries.append(store.query("message_by_seq", seq=named[0]))
            queries.append(store.query("reader_by_number", reader=named[1]))
    return queries


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
    """Set or clear one mark on one receipt, without the feed; true when it changed anything."""
    did = await mark_each(context, me, [target], mark, evidence=evidence, is_listed=False)
    return did[0]


async def mark_each(
    context: Context,
    me: Reader,
    targets: Sequence[Target],
    mark: Mark,
    *,
    evidence: str | None,
    is_listed: bool = True,
) -> list[bool]:
    """Set or clear one mark on different receipts; returns for each whether it changed anything.

    The feed lists those that did.
    """
    if not targets:
        return []
    store, who, undone = context.store, me.instance or "", UNDOES.get(mark)
    await store.ahead(lambda: _asked(store, me, targets))
    family = await store.family(me.agent)
    flags = {} if undone is None else await _flags(context, family, me, targets)
    entry = [who, context.now, context.face, context.operation, *([evidence] if evidence else [])]
    change, did = Change(), []
    for target in targets:
        before = await store.trace(target.row.seq, target.addressed)
        readers = _readers(family, me, target)
        if undone is not None:
            after = _without(before, undone, who)
            changed = _put_back(change, me, target, undone, after, readers, flags)
        else:
            after = _with(before, IMPLIES[mark], who, entry)
            changed = after != before
            # An agent's mark counts for every instance, also for one that has put the message back
            # since the first.
            if changed or me.is_agent:
                _take_out(change, target, mark, readers)
        if after != before:
            change.traces[target.row.seq, target.addressed] = after
        did.append(changed or after != before)
    seqs = [target.row.seq for target, has in zip(targets, did, strict=True) if has]
    event = _marked(context, me, mark, seqs) if seqs and is_listed else None
    seq = await store.apply(change, me.agent, event)
    if event is not None:
        context.rings.add(seq)
    return did


def _asked(store: Store, me: Reader, targets: Sequence[Target]) -> Queries:
    return [
        store.query("readers_of_agent", agent=me.agent),
        *(
            store.query("receipt_find", seq=target.row.seq, reader=target.addressed)
            for target in targets
        ),
    ]


def _marked(context: Context, me: Reader, mark: Mark | Step, seqs: list[int]) -> Event:
    """Return the feed's line for marks or steps that changed something.

    It names messages by number, a tenth of what their ids take.
    """
    return Event("receipt.marked", context.now, me.agent, {"mark": mark, "seqs": seqs})


async def note_marked(context: Context, me: Reader, mark: Mark | Step, seqs: list[int]) -> None:
    """Write the feed's line for marks or steps that changed something."""
    event = _marked(context, me, mark, seqs)
    context.rings.add(
        await context.store.add_event(
            event.kind, at=event.at, reader=event.reader, subject=event.subject
        )
    )


async def mark_answered(context: Context, me: Reader, parent: Stored, *, reply: str) -> None:
    """Mark a message acknowledged for a recipient that replies to it, with the reply as evidence.

    Called before the reply is stored. It changes nothing for others than its recipients.
    """
    await look_ahead(context, me, [parent])
    targets = await find_targets(context, me, parent)
    await mark_each(context, me, targets, "acknowledged", evidence=f"reply {reply}")


async def look_ahead(context: Context, me: Reader, rows: Sequence[Stored]) -> None:
    """Ask together what it takes to mark some messages."""
    store = context.store
    named = [(row.seq, row.is_for_everyone) for row in rows]
    await store.ahead(lambda: store.asked_marks(me, named))


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


def _readers(family: Sequence[Reader], me: Reader, target: Target) -> list[Reader]:
    """Return the readers that a mark of this caller counts for: its agent, and itself or all
    instances.
    """
    if me.is_agent:
        return [
            reader
            for reader in family
            if reader.seen and (reader.is_agent or target.addressed in (me.agent, reader.reader))
        ]
    return [reader for reader in family if reader.reader in (me.agent, me.reader)]


def _take_out(change: Change, target: Target, mark: str, readers: list[Reader]) -> None:
    seq = target.row.seq
    for reader in readers:
        if mark != "archived":
            change.set_off(reader, "delivered", seq)
        if mark != "delivered":
            change.set_off(reader, "read", seq)
        if mark == "archived":
            change.hide(reader, seq)


Flags = dict[int, dict[int, tuple[bool, bool]]]


async def _flags(
    context: Context, family: Sequence[Reader], me: Reader, targets: Sequence[Target]
) -> Flags:
    """Return by reader and seq whether the readers of a mark have read and archived messages."""
    store, seqs = context.store, [target.row.seq for target in targets]
    readers = {each.reader: each for target in targets for each in _readers(family, me, target)}
    await store.ahead(
        lambda: [each for reader in readers.values() for each in store.asked_flags(reader, seqs)]
    )
    return {number: await store.flags(reader, seqs) for number, reader in readers.items()}


def _put_back(
    change: Change,
    me: Reader,
    target: Target,
    undone: str,
    after: Trace,
    readers: list[Reader],
    flags: Flags,
) -> bool:
    """Undo for the caller; for its agent too when no instance is left that has the mark."""
    seq, flags_changed = target.row.seq, False
    for reader in readers:
        if reader.is_agent and not me.is_agent and after.evidence.get(undone):
            continue
        read, archived = flags[reader.reader][seq]
        if undone == "archived" and archived:
            change.show(reader, seq)
            flags_changed = True
            if not _has_read(after, reader, me):
                change.set_on(reader, seq)
        if undone == "read" and read and not archived:
            change.set_on(reader, seq)
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
    # Asked of all where one is named, as a check foresees it: one for everyone has no such row.
    has_named = any(not row.is_for_everyone for row in rows)
    seqs = [row.seq for row in rows]
    numbers = await context.store.addressed_to(me.agent, seqs) if has_named else {}
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
