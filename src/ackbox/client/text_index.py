"""The index of sealed texts: which edition of each object's text is the newest, as verified.

It is kept beside the transcript, so that a server cannot bring back what was replaced. Explained in
docs/why/sealed.md, "Texts of tasks, notes and sessions".
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from ackbox.vault.envelope import NOTHING
from ackbox.vault.text import Text
from ackbox.vault.transcript import Row, Transcript

# Opened texts that stay in memory.
MAX_OPENED = 20_000


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """One edition; without a noun for a text that is for others. `problems` are error codes."""

    seq: int
    sender: str
    counter: int
    hash: bytes
    noun: str | None = None
    id: str = ""
    edition: int = 0
    to: list[str] = []
    problems: list[str] = []

    @property
    def row(self) -> Row:
        """The entry in the list of all texts."""
        return Row(self.seq, self.sender, self.counter, self.hash)


class TextIndex:
    """All sealed texts that a member has listed and verified, and the newest of each object."""

    def __init__(self, vault: str, lines: Iterable[bytes]) -> None:
        self.transcript = Transcript(vault, label="texts")
        self.size = 0
        self.opened: dict[int, Text] = {}
        # Names of the members who shared texts from before this member joined, by number.
        self.sharers: dict[int, str] = {}
        self._newest: dict[tuple[str, str], Entry] = {}
        for line in lines:
            # A line without an end was being written when the machine stopped.
            if line.endswith(b"\n"):
                entry = msgspec.json.decode(line, type=Entry)
                self.transcript.extend([entry.row])
                self.keep(entry, len(line))

    def keep(self, entry: Entry, size: int) -> None:
        """Remember an entry whose row the transcript has; `size` is its length in the file."""
        self.size += size
        if entry.noun is not None:
            before = self._newest.get((entry.noun, entry.id))
            self._newest[entry.noun, entry.id] = entry
            if before is not None:
                self.opened.pop(before.seq, None)

    def newest(self, noun: str, id: str) -> Entry | None:
        """Return the newest edition of an object's text."""
        return self._newest.get((noun, id))

    def all_newest(self) -> list[Entry]:
        """Return the newest edition of every object's text."""
        return list(self._newest.values())

    def edition(self, noun: str, id: str) -> tuple[int, bytes]:
        """Return the number and hash of the newest edition; 0 and zeros for none."""
        entry = self.newest(noun, id)
        return (0, NOTHING) if entry is None else (entry.edition, entry.hash)

    def keep_opened(self, seq: int, text: Text) -> None:
        """Remember an opened text, so that it is fetched once."""
        while len(self.opened) >= MAX_OPENED:
            del self.opened[next(iter(self.opened))]
        self.opened[seq] = text
