"""Marks: what each reader has done with its messages.

Above a reader's floor everything in its channels is unread; at or below it, only its holes.
Explained in docs/why/receipts.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from ackbox.store.bound import Bound
from ackbox.store.engine import Row
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


class Marks(Bound):
    """Questions about marks."""

    async def unmarked(
        self, reader: Reader, mark: str, *, after: int, most: int, now: int
    ) -> list[int]:
        """Return the seqs that a reader has not marked read (or delivered), oldest first.

        Expired ones are left out.
        """
        floor = reader.read_floor if mark == "read" else reader.delivered_floor
        rows = await self.rows(
            "unread_page",
            reader=reader.reader,
            agent=reader.agent,
            mark=mark,
            after=after,
            above=max(after, floor),
            most=most,
            now=now,
        )
        return [row[0] for row in rows]

    async def agents_with_post(self, *, now: int) -> set[int]:
        """Return the agents, by number, with unread direct messages."""
        return {
            row[0] for row in await self.rows("agents_with_post", now=now, most=HOLES_LOOKED_AT)
        }

    async def count_post(self, reader: Reader, *, after: int, now: int) -> tuple[int, int]:
        """Return how many messages a reader has after a seq, counted up to 1,001 at least, and how
        many will expire.
        """
        row = await self.row(
            "total_count",
            reader=reader.reader,
            agent=reader.agent,
            after=after,
            most=COUNTED_UP_TO + 1,
            now=now,
        )
        return (0, 0) if row is None else (row[0], row[1])

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

    async def flags(self, reader: Reader, seqs: Sequence[int]) -> dict[int, tuple[bool, bool]]:
        """Return for each seq whether this reader has read it, and whether it has archived it."""
        if not seqs:
            return {}
        low, high = min(seqs), max(seqs)
        holes = {
            row[0]
            for row in await self.rows(
                "holes_within", reader=reader.reader, mark="read", low=low, high=high
            )
        }
        hidden = {
            row[0]
            for row in await self.rows("hidden_within", reader=reader.reader, low=low, high=high)
        }
        return {seq: (seq <= reader.read_floor and seq not in holes, seq in hidden) for seq in seqs}

    async def set_off(self, reader: Reader, mark: str, seq: int) -> Reader:
        """Take a message out of what a reader has unread (or undelivered).

        Returns the reader with its floor now.
        """
        floor = reader.read_floor if mark == "read" else reader.delivered_floor
        if seq <= floor:
            await self.run("hole_drop", reader=reader.reader, mark=mark, seq=seq)
            return reader
        await self.run(
            "holes_skip", reader=reader.reader, agent=reader.agent, mark=mark, floor=floor, seq=seq
        )
        await self.run(f"reader_floor_{mark}", reader=reader.reader, seq=seq)
        if mark == "read":
            return msgspec.structs.replace(reader, read_floor=seq)
        return msgspec.structs.replace(reader, delivered_floor=seq)

    async def set_on(self, reader: Reader, seq: int) -> None:
        """Put a message back among what a reader has unread."""
        if seq <= reader.read_floor:
            await self.run("hole_add", reader=reader.reader, mark="read", seq=seq)
            self.posted.add(reader.agent)

    async def hide(self, reader: Reader, seq: int) -> None:
        await self.run("hidden_add", reader=reader.reader, seq=seq)

    async def withdraw_from_newcomers(self, seq: int) -> None:
        """Give a broadcast to nobody who registers later."""
        await self.run("hidden_add", reader=0, seq=seq)

    async def unhide(self, reader: Reader, seq: int) -> None:
        await self.run("hidden_drop", reader=reader.reader, seq=seq)

    async def trace(self, seq: int, reader: int) -> Trace:
        """Return one recipient's row, empty when nothing happened yet."""
        row = await self.row("receipt_find", seq=seq, reader=reader)
        return Trace() if row is None else _trace(row)

    async def put_trace(self, seq: int, reader: int, trace: Trace) -> None:
        await self.run(
            "receipt_put",
            seq=seq,
            reader=reader,
            delivered_at=trace.delivered_at,
            read_at=trace.read_at,
            acknowledged_at=trace.acknowledged_at,
            archived_at=trace.archived_at,
            evidence=_as_acts(trace),
        )

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
