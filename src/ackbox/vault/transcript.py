"""The transcript: which messages there are, in which order, as one hash that members compare.

The server gives a row for each sealed message; the hash of all rows up to one goes into every
header. Explained in docs/why/sealed.md, "Transcript".
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

import msgspec

from ackbox.errors import (
    BrokenChain,
    BrokenPromise,
    MissingMessages,
    NotInTranscript,
    OtherTranscript,
    Reordered,
    Replayed,
)
from ackbox.vault.encoding import hashed
from ackbox.vault.envelope import NOTHING, SealedHeader, TranscriptHead

_ROW = struct.Struct(">Q32sQ32s32s")


class Row(msgspec.Struct, frozen=True, array_like=True):
    """One message in the order of the server: number, sender, its counter, and its hash."""

    seq: int
    sender: str
    counter: int
    hash: bytes


class Transcript:
    """The rows that a member has read, and the hash after each.

    Messages have one, and sealed texts another with the label "texts".
    """

    def __init__(self, vault: str, stored: bytes = b"", *, label: str = "transcript") -> None:
        self._rows: dict[int, tuple[Row, bytes]] = {}
        self._numbers: dict[tuple[str, int], int] = {}
        # The highest counter of each sender; then by seq: how many of the sender are missing
        # before it, which earlier one it repeats, and those that came after a later one.
        self._counters: dict[str, int] = {}
        self._missing: dict[int, int] = {}
        self._again: dict[int, int] = {}
        self._late: set[int] = set()
        self.seq, self.hash = 0, hashed(label, bytes.fromhex(vault))
        self._start = self.hash
        for seq, sender, counter, own, after in _ROW.iter_unpack(stored):
            self._keep(Row(seq, sender.hex(), counter, own), after)

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, seq: int) -> Row | None:
        """Return the row of a message; null if it was not read."""
        known = self._rows.get(seq)
        return None if known is None else known[0]

    @property
    def head(self) -> TranscriptHead:
        """The place and the hash for the header of an own message."""
        return TranscriptHead(self.seq, self.hash)

    def extend(self, rows: Iterable[Row]) -> bytes:
        """Read further rows, and return the bytes to append to the stored ones.

        Raises Reordered for a row that does not come after the last.
        """
        fresh = list(rows)
        for before, row in zip([self.seq, *(each.seq for each in fresh)], fresh, strict=False):
            if row.seq <= before:
                raise Reordered(
                    f"The server lists message {row.seq} after message {before}.",
                    hint="The server changed the order of messages. Tell its operator.",
                    seq=row.seq,
                )
        return b"".join(self._append(row) for row in fresh)

    def _append(self, row: Row) -> bytes:
        numbers = (row.seq.to_bytes(8, "big"), row.counter.to_bytes(8, "big"))
        after = hashed(
            "transcript", self.hash, numbers[0], row.sender.encode(), numbers[1], row.hash
        )
        self._keep(row, after)
        return _ROW.pack(row.seq, bytes.fromhex(row.sender), row.counter, row.hash, after)

    def _keep(self, row: Row, after: bytes) -> None:
        self._rows[row.seq] = row, after
        last = self._counters.get(row.sender, 0)
        first = self._numbers.setdefault((row.sender, row.counter), row.seq)
        if first != row.seq:
            self._again[row.seq] = first
        elif row.counter < last:
            self._late.add(row.seq)
        elif row.counter > last + 1:
            self._missing[row.seq] = row.counter - last - 1
        self._counters[row.sender] = max(row.counter, last)
        self.seq, self.hash = row.seq, after

    def last(self, sender: str) -> tuple[int, bytes]:
        """Return the highest counter of a sender and the hash of that message; 0 for none."""
        counter = self._counters.get(sender, 0)
        return counter, self._hash_at(sender, counter) or NOTHING

    def _hash_at(self, sender: str, counter: int) -> bytes | None:
        """Return the hash of a sender's message; null if the rows do not contain it."""
        if counter == 0:
            return NOTHING
        seq = self._numbers.get((sender, counter))
        return None if seq is None else self._rows[seq][0].hash

    def check_place(self, head: SealedHeader, seq: int, own_hash: bytes) -> None:
        """Check that a message stands in the rows where it was delivered, once.

        Raises NotInTranscript, Replayed.
        """
        known = self._rows.get(seq)
        if known is None or known[0] != Row(seq, head.sender, head.counter, own_hash):
            raise NotInTranscript(
                f"The server lists another message as number {seq} than the one it delivered.",
                hint="Do not act on the message: the server exchanged or inserted it.",
                seq=seq,
            )
        if seq in self._again:
            raise Replayed(
                f"The message has the number of an earlier one of its sender, #{self._again[seq]}.",
                hint="Do not act on it again. Or the sender's key is used in two places.",
                seq=seq,
            )

    def warnings(self, head: SealedHeader, seq: int) -> list[BrokenPromise]:
        """Return what is wrong around a message that holds itself: Reordered, MissingMessages,
        BrokenChain, OtherTranscript.
        """
        found = [self._order(seq), self._gap(seq), self._previous(head, seq), self._claim(head)]
        return [each for each in found if each is not None]

    def _order(self, seq: int) -> BrokenPromise | None:
        if seq not in self._late:
            return None
        return Reordered(
            "The message came after a later one of the same sender.",
            hint="The server changed the order of messages. Tell its operator.",
            seq=seq,
        )

    def _gap(self, seq: int) -> BrokenPromise | None:
        count = self._missing.get(seq)
        if count is None:
            return None
        return MissingMessages(
            f"Earlier messages of this sender are missing: {count}.",
            hint="The server lost them or withholds them. Ask the sender.",
            count=count,
        )

    def _previous(self, head: SealedHeader, seq: int) -> BrokenPromise | None:
        before = self._hash_at(head.sender, head.counter - 1)
        # A message that is missing cannot be compared: `_gap` and `_order` report it.
        if before in (None, head.previous):
            return None
        return BrokenChain(
            "The message does not follow the message before it of the same sender.",
            hint="The sender's key is used in two places, or the server exchanged a message.",
            counter=head.counter,
        )

    def _claim(self, head: SealedHeader) -> BrokenPromise | None:
        claimed = head.transcript
        own = self._rows.get(claimed.seq)
        after = own[1] if own is not None else self._start if claimed.seq == 0 else None
        if after == claimed.hash:
            return None
        return OtherTranscript(
            "The sender of the message was shown other messages than you, or another order.",
            hint="The server shows members different conversations. Tell its operator.",
            seq=claimed.seq,
        )
