"""Liveness: when this server last saw each reader; the app stores these times periodically.

ops/rules/presence.py derives presence from them. Explained in docs/why/presence.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

Place = tuple[int, int]


class Alive:
    """When each reader of each workspace was last alive, and who follows now."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._seen: dict[Place, int] = {}
        self._unwritten: dict[int, dict[int, int]] = {}
        self._following: Counter[Place] = Counter()
        self._staying: Counter[Place] = Counter()
        self._waiting: Counter[Place] = Counter()
        self._sessions: dict[int, dict[int, int]] = {}

    def last(self, ws: int, reader: int) -> int:
        """Return when a reader was last seen, 0 for never; a reader that follows or stays is seen
        now.
        """
        return self._clock() if self._is_here(ws, reader) else self._seen.get((ws, reader), 0)

    def follows(self, ws: int, reader: int) -> bool:
        """Whether a reader follows.

        A reader that has checked out is offline until its next call, even while a socket is open.
        """
        return (ws, reader) in self._following and self._seen.get((ws, reader)) != 0

    def note(self, ws: int, signs: Mapping[int, int]) -> None:
        """Note when readers were seen; 0 for one who left."""
        for reader, at in signs.items():
            self._seen[ws, reader] = at
            if at:
                self._unwritten.setdefault(ws, {})[reader] = at
            else:
                self._unwritten.get(ws, {}).pop(reader, None)

    def come(self, ws: int, reader: int) -> None:
        """Count a reader as here until it goes."""
        self._following[ws, reader] += 1

    def go(self, ws: int, reader: int) -> None:
        """End one `come`; the reader was last seen now."""
        self._note_now(ws, reader)
        self._following[ws, reader] -= 1
        if not self._following[ws, reader]:
            del self._following[ws, reader]

    def stay(self, ws: int, reader: int) -> None:
        """Count a reader as here until it leaves.

        Unlike a follower, it is not notified of messages.
        """
        self._staying[ws, reader] += 1

    def stays(self, ws: int, reader: int) -> bool:
        """Whether a reader stays."""
        return (ws, reader) in self._staying

    def leave(self, ws: int, reader: int) -> bool:
        """End one `stay`.

        True when nothing else of the reader is open, so that it is away from now on.
        """
        self._staying[ws, reader] -= 1
        if not self._staying[ws, reader]:
            del self._staying[ws, reader]
        is_gone = (ws, reader) not in self._staying and (ws, reader) not in self._following
        if is_gone:
            self.note(ws, {reader: 0})
        return is_gone

    def note_followers(self) -> None:
        """Note that everybody who follows, stays or waits is alive now."""
        for ws, reader in {*self._following, *self._staying, *self._waiting}:
            self._note_now(ws, reader)

    def wait(self, ws: int, reader: int) -> None:
        """Count a reader as here while a call of it waits; it has no socket by that."""
        self._waiting[ws, reader] += 1

    def wait_no_more(self, ws: int, reader: int) -> None:
        """End one `wait`; the reader was last seen now."""
        self._note_now(ws, reader)
        self._waiting[ws, reader] -= 1
        if not self._waiting[ws, reader]:
            del self._waiting[ws, reader]

    def wait_in_session(self, ws: int, session: int | None) -> None:
        """Note that a session is alive in which a call waits."""
        if session is not None:
            self.note_sessions(ws, {session: self._clock()})

    def unwritten(self) -> dict[int, dict[int, int]]:
        """Return what is to be written down, by workspace and reader."""
        return _copied(self._unwritten)

    def forget(self, ws: int, written: Mapping[int, int]) -> None:
        """Forget signs that are written down."""
        _forget(self._unwritten, ws, written)

    def session_last(self, ws: int, seq: int) -> int:
        """Return the last-seen time of a session that is not stored yet; 0 for none."""
        return self._sessions.get(ws, {}).get(seq, 0)

    def note_sessions(self, ws: int, signs: Mapping[int, int]) -> None:
        """Note when sessions were seen."""
        if signs:
            self._sessions.setdefault(ws, {}).update(signs)

    def unwritten_sessions(self) -> dict[int, dict[int, int]]:
        """Return what is to be written down of sessions.

        It stays here until then, so that who asks meanwhile finds it.
        """
        return _copied(self._sessions)

    def forget_sessions(self, ws: int, written: Mapping[int, int]) -> None:
        """Forget signs that are written down."""
        _forget(self._sessions, ws, written)

    def _is_here(self, ws: int, reader: int) -> bool:
        place = (ws, reader)
        is_open = place in self._following or place in self._staying or place in self._waiting
        return is_open and self._seen.get(place) != 0

    def _note_now(self, ws: int, reader: int) -> None:
        if self._is_here(ws, reader):
            self.note(ws, {reader: self._clock()})


def _copied(signs: Mapping[int, Mapping[int, int]]) -> dict[int, dict[int, int]]:
    return {ws: dict(own) for ws, own in signs.items()}


def _forget(signs: dict[int, dict[int, int]], ws: int, written: Mapping[int, int]) -> None:
    left = {who: at for who, at in signs.pop(ws, {}).items() if written.get(who) != at}
    if left:
        signs[ws] = left
