"""Vaults: what this machine keeps of its sealed workspaces, in files that only their owner reads.

A directory for each membership, below the data directory: the key, the roster and the transcript
that were verified, the counter of own messages, and the message that waits for its answer.
Explained in docs/why/sealed.md, "On a member's machine".
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ackbox.errors import BadVaultKey, NotMember
from ackbox.private import make_directory, open_private, read_private, write_private

if TYPE_CHECKING:
    from ackbox.client.search_index import SearchIndex
    from ackbox.client.text_index import Entry, TextIndex
    from ackbox.vault.keys import Keys
    from ackbox.vault.roster import Record, Roster
    from ackbox.vault.transcript import Row, Transcript

DIRECTORY = "vaults"
# The file with the key, or the one that names its entry in the keychain of the system.
KEY, IN_KEYCHAIN = "key", "keychain"
ROW_BYTES = 112
# Answers kept for calls that are repeated with the same key, and problems counted.
MAX_RECENT, MAX_PROBLEMS = 100, 1_000


class Profile(msgspec.Struct, kw_only=True):
    """Which membership a directory belongs to."""

    url: str
    workspace: str
    vault: str
    agent: str
    # Ids of API keys that act as this agent in this workspace unless a call says otherwise.
    keys: list[str] = []


class Waiting(msgspec.Struct, kw_only=True):
    """A sealed message or text that the server has not answered: its bytes are sent again,
    unchanged.
    """

    operation: str = "message.send"

    params: dict[str, Any]
    content: str
    counter: int
    hash: bytes
    is_kept: bool = False


class Answered(msgspec.Struct, kw_only=True):
    """A message that the server has stored: the hash of its content, and the answer.

    A question keeps its bytes, because the call that waits for a reply sends them again.
    """

    content: str
    answer: dict[str, Any]
    sealed: dict[str, Any] | None = None


class Invited(msgspec.Struct, kw_only=True):
    """An unused invitation of this member."""

    name: str
    secret: bytes
    until: float


class State(msgspec.Struct, kw_only=True):
    """What changes with each message."""

    counter: int = 0
    hash: bytes = bytes(32)
    waiting: Waiting | None = None
    text_counter: int = 0
    text_hash: bytes = bytes(32)
    # By hashed idempotency key, so that a call can be repeated.
    recent: dict[str, Answered] = {}
    invited: list[Invited] = []
    problems: dict[str, str] = {}


class Vault:
    """One membership on this machine; use what it holds inside `locked` only."""

    def __init__(self, path: Path, profile: Profile) -> None:
        self.path, self.profile = path, profile
        self.state = State()
        self._roster: Roster | None = None
        self._records: list[Record] = []
        self._roster_bytes = 0
        self._transcript: Transcript | None = None
        self._texts: TextIndex | None = None
        self._search: SearchIndex | None = None
        self._keys: Keys | None = None
        self._depth = 0
        self._thread = threading.RLock()

    @contextmanager
    def locked(self) -> Iterator[Vault]:
        """Keep other processes from this membership, and read what they have changed."""
        with self._thread:
            if self._depth:
                yield self
                return
            make_directory(self.path)
            number = open_private(self.path / "lock", os.O_CREAT | os.O_RDWR)
            try:
                fcntl.flock(number, fcntl.LOCK_EX)
                self._depth = 1
                self._refresh()
                yield self
            finally:
                self._depth = 0
                os.close(number)

    def _refresh(self) -> None:
        from ackbox.vault import roster
        from ackbox.vault.transcript import Transcript

        text = read_private(self.path / "state.json")
        self.state = msgspec.json.decode(text, type=State) if text else State()
        lines = (read_private(self.path / "roster") or "").splitlines(keepends=True)
        # A line without an end was being written when the machine stopped.
        records = [
            msgspec.json.decode(line, type=roster.Record) for line in lines if line[-1] == "\n"
        ]
        if records[: len(self._records)] != self._records or len(records) < len(self._records):
            self._records, self._roster = [], None
        if len(records) > len(self._records):
            self._roster = roster.read(records[len(self._records) :], self._roster)
            self._records = records
        rows = self._read(self.path / "transcript")
        rows = rows[: len(rows) // ROW_BYTES * ROW_BYTES]
        if self._transcript is None or len(self._transcript) * ROW_BYTES != len(rows):
            self._transcript = Transcript(self.profile.vault, rows)
        if self._texts is not None and self._texts.size != _size_of(self.path / "texts"):
            self._texts = None

    @property
    def search(self) -> SearchIndex:
        """The words of the messages that were opened in this process."""
        from ackbox.client.search_index import SearchIndex

        if self._search is None:
            self._search = SearchIndex()
        return self._search

    @property
    def texts(self) -> TextIndex:
        """The verified sealed texts."""
        from ackbox.client.text_index import TextIndex

        if self._texts is None:
            raw = self._read(self.path / "texts")
            self._texts = TextIndex(self.profile.vault, raw.splitlines(keepends=True))
        return self._texts

    def keep_texts(self, entries: list[Entry]) -> None:
        """Store entries whose rows the index has taken."""
        lines = [msgspec.json.encode(each) + b"\n" for each in entries]
        self._append("texts", b"".join(lines))
        for entry, line in zip(entries, lines, strict=True):
            self.texts.keep(entry, len(line))

    def forget_texts(self) -> None:
        """Read the index from its file again, where it is used next."""
        self._texts = None

    def _read(self, path: Path) -> bytes:
        try:
            with os.fdopen(open_private(path, os.O_RDONLY), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return b""

    @property
    def keys(self) -> Keys:
        """The member's keys. Raises BadVaultKey."""
        if self._keys is None:
            from ackbox.vault.keys import parse_key_string

            self._keys = parse_key_string(self.key_text()).keys
        return self._keys

    def key_text(self) -> str:
        """Return the key string, from its file or the keychain. Raises BadVaultKey."""
        text, entry = read_private(self.path / KEY), read_private(self.path / IN_KEYCHAIN)
        if text is None and entry is not None:
            from ackbox.client import keychain

            return keychain.get(entry.strip())
        if text is None:
            raise BadVaultKey(
                f"The vault key {self.path / KEY} is missing.",
                hint="Restore it from a backup with: ackbox vault restore FILE",
            )
        return text

    @property
    def key_place(self) -> str:
        """Where the key is kept, for people."""
        if not (self.path / IN_KEYCHAIN).exists():
            return str(self.path / KEY)
        from ackbox.client import keychain

        return keychain.described()

    @property
    def roster(self) -> Roster:
        """The verified roster. Raises NotMember before the first one was read."""
        if self._roster is None:
            raise NotMember(
                "The roster of this workspace was not read yet.",
                hint="Run: ackbox vault members",
            )
        return self._roster

    @property
    def known_roster(self) -> Roster | None:
        """The verified roster; null before the first one was read."""
        return self._roster

    @property
    def records(self) -> list[Record]:
        """The records of the verified roster."""
        return self._records

    @property
    def transcript(self) -> Transcript:
        """The verified transcript."""
        assert self._transcript is not None
        return self._transcript

    def keep_roster(self, roster: Roster, records: list[Record]) -> None:
        """Store records that follow the known ones, and the roster after them."""
        self._append("roster", b"".join(msgspec.json.encode(each) + b"\n" for each in records))
        self._records, self._roster = [*self._records, *records], roster

    def keep_rows(self, rows: list[Row]) -> None:
        """Read further rows of the transcript, and store them."""
        self._append("transcript", self.transcript.extend(rows))

    def _append(self, name: str, raw: bytes) -> None:
        number = open_private(self.path / name, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        with os.fdopen(number, "ab") as file:
            # A row or line that was being written when the machine stopped is cut off.
            if name == "transcript":
                os.ftruncate(number, os.fstat(number).st_size // ROW_BYTES * ROW_BYTES)
            elif name == "texts":
                os.ftruncate(number, self.texts.size)
            file.write(raw)
            file.flush()
            os.fsync(number)

    def save(self) -> None:
        """Store the state."""
        while len(self.state.recent) > MAX_RECENT:
            del self.state.recent[next(iter(self.state.recent))]
        while len(self.state.problems) > MAX_PROBLEMS:
            del self.state.problems[next(iter(self.state.problems))]
        write_private(self.path / "state.json", msgspec.json.encode(self.state).decode())

    def save_key(self, keys: Keys, pin: bytes) -> None:
        """Store the key string: where it is, else in the keychain, else in a file."""
        from ackbox.client import keychain
        from ackbox.vault.keys import key_string

        text, known = key_string(keys, pin), read_private(self.path / IN_KEYCHAIN)
        entry = known.strip() if known else f"{self.profile.agent} {os.urandom(8).hex()}"
        is_in_file = (self.path / KEY).exists()
        if not is_in_file and keychain.put(entry, text):
            write_private(self.path / IN_KEYCHAIN, entry + "\n")
        else:
            write_private(self.path / KEY, text + "\n")
            (self.path / IN_KEYCHAIN).unlink(missing_ok=True)
        self._keys = keys

    def save_profile(self) -> None:
        """Store which membership this is; from now on calls use it."""
        write_private(self.path / "profile.json", msgspec.json.encode(self.profile).decode())


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def place_of(data_dir: Path, vault: str, agent: str) -> Path:
    """Return the directory of a membership."""
    own = hashlib.sha256(agent.casefold().encode()).hexdigest()
    return data_dir / DIRECTORY / f"{vault[:16]}-{own[:8]}"


def has_key(place: Path) -> bool:
    """Whether the directory of a membership has a key, or names one in the keychain."""
    return (place / KEY).exists() or (place / IN_KEYCHAIN).exists()


def vaults_in(data_dir: Path) -> list[Vault]:
    """Return the memberships that a data directory holds."""
    found = []
    for path in sorted((data_dir / DIRECTORY).glob("*/profile.json")):
        text = read_private(path)
        if text is not None:
            found.append(Vault(path.parent, msgspec.json.decode(text, type=Profile)))
    return found
