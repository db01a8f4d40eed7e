"""The bell: says "look", never what.

Callers that wait for a workspace are woken after each commit in it. A lost ring costs time, never a
message, because waiters also look again at intervals. Explained in docs/why/delivery.md.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection

EVERYBODY = 0


class Follower:
    """A caller that is notified repeatedly: each ring sets `rung` until the follower clears it.

    `agent` limits the rings to messages for that agent; `reader` counts as online while it follows.
    """

    __slots__ = ("agent", "reader", "rung", "ws")

    def __init__(self, ws: int, agent: int | None, reader: int | None) -> None:
        self.ws, self.agent, self.reader = ws, agent, reader
        self.rung = asyncio.Event()


class Gone:
    """Says once that a caller has left, to the waits that are under way for that caller.

    A connection has one for all its calls; a call that can be cancelled alone has one below it.
    """

    __slots__ = ("_below", "is_set")

    def __init__(self) -> None:
        self.is_set = False
        self._below: set[asyncio.Future[None] | Gone] = set()

    def set(self) -> None:
        """Wake every wait of this caller."""
        self.is_set = True
        for each in list(self._below):
            if isinstance(each, Gone):
                each.set()
            elif not each.done():
                each.set_result(None)

    def add(self, waiter: asyncio.Future[None] | Gone) -> None:
        """Set a waiter too when the caller leaves, at once when the caller has left."""
        self._below.add(waiter)
        if self.is_set:
            self.set()

    def discard(self, waiter: asyncio.Future[None] | Gone) -> None:
        """Forget a waiter."""
        self._below.discard(waiter)


class Bell:
    """Wakes those who wait for a workspace, in this process."""

    def __init__(self) -> None:
        self._waiting: dict[int, set[asyncio.Future[None]]] = defaultdict(set)
        self._following: dict[int, dict[int | None, set[Follower]]] = defaultdict(
            lambda: defaultdict(set)
        )
        self._closing = False

    @property
    def waiting(self) -> int:
        """How many wait now."""
        return sum(len(waiters) for waiters in self._waiting.values())

    @property
    def following(self) -> int:
        """How many follow now."""
        return sum(
            len(followers) for agents in self._following.values() for followers in agents.values()
        )

    @property
    def is_closing(self) -> bool:
        return self._closing

    def ring(self, ws: int, posted: Collection[int] = (EVERYBODY,)) -> None:
        """Wake the callers that wait for a workspace.

        Followers of one agent's messages are woken only for the agents in `posted`.
        """
        for waiter in self._waiting.pop(ws, ()):
            if not waiter.done():
                waiter.set_result(None)
        following = self._following.get(ws)
        if following is not None:
            for agent in list(following) if EVERYBODY in posted else (None, *posted):
                for follower in following.get(agent, ()):
                    follower.rung.set()

    def follow(self, follower: Follower) -> None:
        """Ring a follower from now on."""
        self._following[follower.ws][follower.agent].add(follower)
        if self._closing:
            follower.rung.set()

    def unfollow(self, follower: Follower) -> None:
        """Stop ringing a follower."""
        following = self._following.get(follower.ws, {})
        followers = following.get(follower.agent, set())
        followers.discard(follower)
        if not followers:
            following.pop(follower.agent, None)
        if not following:
            self._following.pop(follower.ws, None)

    def close(self) -> None:
        """Wake everybody, for good."""
        self._closing = True
        self.ring_all()

    def ring_all(self) -> None:
        """Wake everybody who waits for anything."""
        for ws in {*self._waiting, *self._following}:
            self.ring(ws)

    def listen(self, ws: int) -> asyncio.Future[None]:
        """Return a future that the next ring sets.

        Take it before looking, so that no ring falls between.
        """
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._closing:
            waiter.set_result(None)
        else:
            self._waiting[ws].add(waiter)
        return waiter

    def forget(self, ws: int, waiter: asyncio.Future[None]) -> None:
        """Stop waiting."""
        waiters = self._waiting.get(ws)
        if waiters is not None:
            waiters.discard(waiter)
            if not waiters:
                del self._waiting[ws]

    async def wait(self, waiter: asyncio.Future[None], timeout_s: float) -> None:
        """Wait for the ring or the time, whichever is first."""
        await asyncio.wait([waiter], timeout=timeout_s)
