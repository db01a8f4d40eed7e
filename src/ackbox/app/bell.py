"""The bell: says "look", never what.

Callers that wait in a workspace are woken after the commits that concern them. A lost ring costs
time, never a message, because waiters also look again at intervals. Explained in
docs/why/delivery.md.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager

EVERYBODY = 0


class Follower:
    """A caller that is notified repeatedly: each ring sets `rung` until the follower clears it.

    `agents` limits the rings to messages for these agents, null is for everything; `reader` counts
    as online while it follows. A call that waits has the key `key_id`, and perhaps a `session`.
    """

    __slots__ = ("agents", "key_id", "reader", "rung", "session", "ws")

    def __init__(
        self,
        ws: int,
        agents: Collection[int] | None,
        reader: int | None,
        *,
        key_id: str | None = None,
    ) -> None:
        self.ws, self.agents, self.reader, self.key_id = ws, agents, reader, key_id
        self.session: int | None = None
        self.rung = asyncio.Event()


class Gone:
    """Says once that a caller has left, to the waits that are under way for that caller.

    A connection has one for all its calls; a call that can be cancelled alone has one below it.
    """

    __slots__ = ("_below", "is_set")

    def __init__(self) -> None:
        self.is_set = False
        self._below: set[asyncio.Event | Gone] = set()

    def set(self) -> None:
        """Wake every wait of this caller."""
        self.is_set = True
        for each in list(self._below):
            each.set()

    def add(self, waiter: asyncio.Event | Gone) -> None:
        """Set a waiter too when the caller leaves, at once when the caller has left."""
        self._below.add(waiter)
        if self.is_set:
            self.set()

    def discard(self, waiter: asyncio.Event | Gone) -> None:
        """Forget a waiter."""
        self._below.discard(waiter)


class Bell:
    """Wakes those who wait for a workspace, in this process."""

    def __init__(self) -> None:
        self._following: dict[int, dict[int | None, set[Follower]]] = defaultdict(
            lambda: defaultdict(set)
        )
        self._followers: set[Follower] = set()
        self._waiting: set[Follower] = set()
        self._closing = False

    @property
    def waiting(self) -> int:
        """How many calls wait now."""
        return len(self._waiting)

    @property
    def following(self) -> int:
        """How many follow now."""
        return sum(each.key_id is None for each in self._followers)

    @property
    def has_followers(self) -> bool:
        """Whether anybody waits or follows now."""
        return bool(self._followers)

    @property
    def is_closing(self) -> bool:
        return self._closing

    def ring(self, ws: int, posted: Collection[int] = (EVERYBODY,)) -> None:
        """Wake the followers of a workspace.

        Followers of some agents' messages are woken only for the agents in `posted`.
        """
        following = self._following.get(ws)
        if following is not None:
            for agent in list(following) if EVERYBODY in posted else (None, *posted):
                for follower in following.get(agent, ()):
                    follower.rung.set()

    def follow(self, follower: Follower) -> Follower:
        """Ring a follower from now on, and return it."""
        self._followers.add(follower)
        for agent in _places(follower):
            self._following[follower.ws][agent].add(follower)
        if self._closing:
            follower.rung.set()
        return follower

    def unfollow(self, follower: Follower) -> None:
        """Stop ringing a follower."""
        self._followers.discard(follower)
        following = self._following.get(follower.ws, {})
        for agent in _places(follower):
            followers = following.get(agent, set())
            followers.discard(follower)
            if not followers:
                following.pop(agent, None)
        if not following:
            self._following.pop(follower.ws, None)

    def narrow(self, follower: Follower, agents: Collection[int] | None) -> None:
        """Ring a follower for other agents from now on."""
        if agents != follower.agents:
            self.unfollow(follower)
            follower.agents = agents
            self.follow(follower)

    @contextmanager
    def waits(self, follower: Follower) -> Iterator[set[Follower]]:
        """Count a call as waiting, and return all that wait."""
        self._waiting.add(follower)
        try:
            yield self._waiting
        finally:
            self._waiting.discard(follower)

    def close(self) -> None:
        """Wake everybody, for good."""
        self._closing = True
        self.ring_all()

    def ring_all(self) -> None:
        """Wake everybody who waits for anything."""
        for follower in self._followers:
            follower.rung.set()


def _places(follower: Follower) -> Collection[int | None]:
    return (None,) if follower.agents is None else follower.agents
