"""Marks: what each reader has done with its messages.

Above a reader's floor everything in its channels is unread; at or below it, only its holes.
Explained in docs/why/receipts.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from ackbox.store.bound import Bound
from ackbox.store.engine import Queries, Row, Writes
from ackbox.store.events import Event
from ackbox.store.readers import Reader

COUNTED_UP_TO = 1000
# Of what one agent has left unread below its floor.
HOLES_LOOKED_AT = 50


class Trace(msgspec.Struct, frozen=True):
    """One row of `receipt`: four times, and per mark who set it: instance ("" for the agent),
    time, face, operation.
    """

    delivered_at: int | None = None
    read_at: int | None = None
    acknowledged_at: int | None = None
    archived_at: int | None = None
    evidence: dict[str, list[list[Any]]] = {}


# Stored as acts, [letters of the marks, instance, time, face, operation, …]: one act often sets
# several marks. A row is kept
# for each recipient of each message, so a time that the row has already is a 0, and the words that
# come most have short forms.
_LETTERS = {"delivered": "d", "read": "r", "acknowledged": "k", "archived": "x"}
# Steps on the way that are no marks of a reader: they have evidence, and no time of their own.
_STEPS = {"signalled": "s", "injected": "i", "seen": "n", "reminded": "m", "rerouted": "t"}
_ALL = _LETTERS | _STEPS
_SHORT = {
    "rest": "r",
    "mcp": "m",
    "cli": "c",
    "bridge": "b",
    "hook": "h",
    "receipt.mark": "rm",
    "inbox.check": "ic",
    "inbox.wait": "iw",
}
_LONG = {short: word for word, short in _SHORT.items()}
_acts = msgspec.json.Decoder(list[list[Any]])


def _trace(times: Sequence[Any]) -> Trace:
    if times[4] is None:
        return Trace()
    acts = _acts.decode(times[4])
    firsts = dict(zip(_LETTERS.values(), times[:4], strict=True))
    evidence = {
        mark: [_entry(act, letter, firsts) for act in acts if letter in act[0]]
        for mark, letter in _ALL.items()
    }
    return Trace(
        times[0],
        times[1],
        times[2],
        times[3],
        {mark: entries for mark, entries in evidence.items() if entries},
    )


def _entry(act: list[Any], letter: str, firsts: dict[str, int]) -> list[Any]:
    """Return an act as the entry of one mark or step.

    An act without a time was the first for each mark that it set.
    """
    letters, instance, at, face, operation, *evidence = act
    marked = letter if letter in firsts else next((each for each in letters if each in firsts), "")
    return [
        instance,
        at or firsts[marked],
        _LONG.get(face, face),
        _LONG.get(operation, operation),
        *evidence,
    ]


def _as_acts(trace: Trace) -> str:
    acts: dict[tuple[Any, ...], str] = {}
    for mark, entries in trace.evidence.items():
        for entry in entries:
            acts[tuple(entry)] = acts.get(tuple(entry), "") + _ALL[mark]
    # In order of time, so that each mark's entries come back in the order they were made.
    return msgspec.json.encode(
        [
            _act(trace, letters, *act)
            for act, letters in sorted(acts.items(), key=lambda item: item[0][1])
        ]
    ).decode()


def _act(
    trace: Trace, letters: str, instance: str, at: int, face: str, operation: str, *evidence: str
) -> list[Any]:
    """Return what is stored of an act.

    Its time only when it was not the first for a mark it set.
    """
    firsts = {
        getattr(trace, f"{mark}_at") for mark, letter in _LETTERS.items() if letter in letters
    }
    return [
        letters,
        instance,
        0 if firsts == {at} else at,
        _SHORT.get(face, face),
        _SHORT.get(operation, operation),
        *evidence,
    ]


def evidence_in(stored: str) -> list[str]:
    """Return the evidence in the stored acts of a receipt."""
    return [str(text) for act in _acts.decode(stored) for text in act[5:]]


class Change:
    """What marks come to in rows, for the readers of one agent and different messages."""

    def __init__(self) -> None:
        self.traces: dict[tuple[int, int], Trace] = {}
        self.unread: list[dict[str, Any]] = []
        self.hidden: list[dict[str, Any]] = []
        self.shown: list[dict[str, Any]] = []
        self._readers: dict[int, Reader] = {}
        self._off: dict[tuple[int, str], set[int]] = {}

    def set_off(self, reader: Reader, mark: str, seq: int) -> None:
        """Take a message out of what a reader has unread (or undelivered)."""
        self._readers[reader.reader] = reader
        self._off.setdefault((reader.reader, mark), set()).add(seq)

    def set_on(self, reader: Reader, seq: int) -> None:
        """Put a message back among what a reader has unread."""
        if seq <= reader.read_floor:
            self.unread.append({"reader": reader.reader, "mark": "read", "seq": seq})

    def hide(self, reader: Reader, seq: int) -> None:
        """Archive a message."""
        self.hidden.append({"reader": reader.reader, "seq": seq})

    def show(self, reader: Reader, seq: int) -> None:
        """Take a message out of the archive."""
        self.shown.append({"reader": reader.reader, "seq": seq})

    def rows(self) -> list[tuple[str, list[dict[str, Any]]]]:
        """Return the writes.

        What is marked at or below a floor stops being a hole; what lies above it, up to the newest
        that is marked, and is not marked itself becomes one.
        """
        drops: list[dict[str, Any]] = []
        skips: list[dict[str, Any]] = []
        floors: dict[int, dict[str, int]] = {}
        for (number, mark), seqs in self._off.items():
            reader = self._readers[number]
            floor = start = reader.read_floor if mark == "read" else reader.delivered_floor
            for seq in sorted(seqs):
                place = {"reader": number, "mark": mark, "seq": seq}
                if seq <= start:
                    drops.append(place)
                    continue
                if seq > floor + 1:
                    skips.append({**place, "agent": reader.agent, "floor": floor})
                floor = seq
            if floor > start:
                floors.setdefault(number, {"read": 0, "delivered": 0})[mark] = floor
        return [
            ("hole_drop", drops),
            ("holes_skip", skips),
            ("reader_floors", [{"reader": number, **each} for number, each in floors.items()]),
            ("hole_add", self.unread),
            ("hidden_add", self.hidden),
            ("hidden_drop", self.shown),
            ("receipt_put", [_receipt(*key, trace) for key, trace in self.traces.items()]),
        ]


def _receipt(seq: int, reader: int, trace: Trace) -> dict[str, Any]:
    return {
        "seq": seq,
        "reader": reader,
        "delivered_at": trace.delivered_at,
        "read_at": trace.read_at,
        "acknowledged_at": trace.acknowledged_at,
        "archived_at": trace.archived_at,
        "evidence": _as_acts(trace),
    }


class Marks(Bound):
    """Questions about marks."""

    async def unmarked(
        self, reader: Reader, mark: str, *, after: int, most: int, now: int
    ) -> list[int]:
        """Return the seqs that a reader has not marked read (or delivered), oldest first.

        Expired ones are left out.
        """
        name, asked = self.asked_unmarked(reader, mark, after=after, most=most, now=now)
        return [row[0] for row in await self.tx.rows(name, **asked)]

    def asked_unmarked(
        self, reader: Reader, mark: str, *, after: int, most: int, now: int
    ) -> tuple[str, dict[str, Any]]:
        """Return what `unmarked` asks."""
        floor = reader.read_floor if mark == "read" else reader.delivered_floor
        return self.query(
            "unread_page",
            reader=reader.reader,
            agent=reader.agent,
            mark=mark,
            after=after,
            above=max(after, floor),
            most=most,
            now=now,
        )

    async def agents_with_post(self, *, now: int) -> set[int]:
        """Return the agents, by number, with unread direct messages."""
        return {
            row[0] for row in await self.rows("agents_with_post", now=now, most=HOLES_LOOKED_AT)
        }

    async def count_post(self, reader: Reader, *, after: int, now: int) -> tuple[int, int]:
        """Return how many messages a reader has after a seq, counted up to 1,001 at least, and how
        many will expire.
        """
        name, asked = self.asked_post(reader, after=after, now=now)
        rows = await self.tx.rows(name, **asked)
        return (rows[0][0], rows[0][1]) if rows else (0, 0)

    def asked_post(self, reader: Reader, *, after: int, now: int) -> tuple[str, dict[str, Any]]:
        """Return what `count_post` asks."""
        return self.query(
            "total_count",
            reader=reader.reader,
            agent=reader.agent,
            after=after,
            most=COUNTED_UP_TO + 1,
            now=now,
        )

    async def count_archived(self, reader: Reader, *, most: int, now: int) -> int:
        """Return how many messages a reader has archived, without expired ones, up to a number."""
        row = await self.row("archived_count", reader=reader.reader, most=most, now=now)
        assert row is not None
        return int(row[0])

    async def mailbox_page(self, reader: Reader, *, before: int, most: int) -> list[int]:
        """Return the seqs of everything in a reader's channels, newest first."""
        rows = await self.rows(
            "mailbox_page", reader=reader.reader, agent=reader.agent, before=before, most=most
        )
        return [row[0] for row in rows]

    def asked_flags(self, reader: Reader, seqs: Sequence[int]) -> list[tuple[str, dict[str, Any]]]:
        """Return what `flags` asks."""
        range = {"reader": reader.reader, "low": min(seqs), "high": max(seqs)}
        return [
            self.query("holes_within", mark="read", **range),
            self.query("hidden_within", **range),
        ]

    async def flags(self, reader: Reader, seqs: Sequence[int]) -> dict[int, tuple[bool, bool]]:
        """Return for each seq whether this reader has read it, and whether it has archived it."""
        if not seqs:
            return {}
        found = [
            {row[0] for row in await self.tx.rows(name, **asked)}
            for name, asked in self.asked_flags(reader, seqs)
        ]
        holes, hidden = found
        return {seq: (seq <= reader.read_floor and seq not in holes, seq in hidden) for seq in seqs}

    async def set_off(self, reader: Reader, mark: str, seq: int) -> None:
        """Take a message out of what a reader has unread (or undelivered)."""
        change = Change()
        change.set_off(reader, mark, seq)
        await self.add_rows(0, lambda _: change.rows(), of=frozenset((reader.agent,)))

    async def apply(self, change: Change, agent: int, event: Event | None) -> int:
        """Store what a change of one agent's marks comes to, and the feed's line about it.

        Returns the seq of the line, 0 without one.
        """
        self.posted.update(agent for _ in change.unread)

        def writes(seq: int) -> Writes:
            rows = change.rows()
            return rows if event is None else [*rows, event.row(seq)]

        return await self.add_rows(int(event is not None), writes, of=frozenset((agent,)))

    async def hide(self, reader: Reader, seq: int) -> None:
        await self.run("hidden_add", reader=reader.reader, seq=seq)

    async def withdraw_from_newcomers(self, seq: int) -> None:
        """Give a broadcast to nobody who registers later."""
        await self.run("hidden_add", reader=0, seq=seq)

    def asked_marks(
        self, me: Reader, rows: Sequence[tuple[int, bool]], *, marks: bool = True
    ) -> Queries:
        """Return what it takes to mark messages, each given as (seq, whether for everyone)."""
        asked = [self.query("readers_of_agent", agent=me.agent)]
        if not me.is_agent:
            asked.append(self.query("reader_by_number", reader=me.agent))
        for seq, is_for_everyone in rows:
            if not is_for_everyone:
                asked.append(self.query("channels_of", seq=seq))
            elif not me.is_agent or seq <= me.registered_seq:
                asked.append(self.query("newcomer_was_given", reader=me.agent, seq=seq))
            if marks:
                asked += [
                    self.query("receipt_find", seq=seq, reader=reader)
                    for reader in {me.agent, me.reader}
                ]
        return asked

    async def trace(self, seq: int, reader: int) -> Trace:
        """Return one recipient's row, empty when nothing happened yet."""
        row = await self.row("receipt_find", seq=seq, reader=reader)
        return Trace() if row is None else _trace(row)

    async def put_trace(self, seq: int, reader: int, trace: Trace) -> None:
        await self.run("receipt_put", **_receipt(seq, reader, trace))

    async def traces(
        self, seq: int, *, sender_agent: int, is_broadcast: bool, after: int, most: int
    ) -> list[tuple[Row, Trace]]:
        """Return ((reader, name, instance, kind), row) for each recipient of a message, by
        reader number.
        """
        if is_broadcast:
            rows = await self.rows(
                "receipts_everyone", seq=seq, sender_agent=sender_agent, after=after, most=most
            )
        else:
            rows = await self.rows("receipts_direct", seq=seq, after=after, most=most)
        return [(row[:4], _trace(row[4:])) for row in rows]

    async def acknowledged_since(
        self, agent: Reader, since: int, *, looked_at: int, most: int
    ) -> list[tuple[str, str, int]]:
        """Return who acknowledged an agent's newest messages after a time: the message's id, the
        name, and when.
        """
        rows = await self.rows(
            "acknowledged_since",
            sender_agent=agent.agent,
            since=since,
            looked_at=looked_at,
            most=most,
        )
        return [(row[0], row[1], row[2]) for row in rows]

    async def trace_counts(self, seq: int) -> Row:
        """Return how many recipients have delivered, read, acknowledged, archived a message."""
        row = await self.row("receipt_counts", seq=seq)
        return row if row is not None else (0, 0, 0, 0)

    async def broadcast_size(self, seq: int, *, sender_agent: int) -> int:
        row = await self.row("recipients_everyone", seq=seq, sender_agent=sender_agent)
        return int(row[0]) if row else 0
