"""Subscriptions: the feed from a cursor, pushed while a socket is open.

Each read is an ordinary `event.feed`, so push and poll return the same. The server does not read
the feed for a client that takes nothing. Explained in docs/why/websocket.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from ackbox.app.bell import Follower
from ackbox.errors import AckboxError, BadKey, Invalid, Unavailable
from ackbox.faces.http.wire import Calling
from ackbox.faces.ws.frame import Id, ended, pushed
from ackbox.faces.ws.line import Line

PAGE = 200
JOIN_S = {"workspace": 0.05, "inbox": 0.0}
LONGEST_JOIN_S = 1.0
# Read even without a notification: a lost one costs time, never an event.
LOOK_AGAIN_S = 30.0
TRY_AGAIN_S = 1.0
# Maximum number of reads a second for all viewers of complete workspaces together; if there are
# many viewers, each waits a little longer.
LOOKS_PER_S = 1000


class Feeds:
    """The parts of the server that subscriptions and stays need, and the number of viewers of
    complete workspaces.
    """

    def __init__(
        self,
        call: Calling,
        follow: Callable[..., Awaitable[Follower]],
        unfollow: Callable[[Follower], None],
        stay: Callable[..., Awaitable[tuple[Any, Any]]],
        leave: Callable[[Any], None],
    ) -> None:
        self.stay = stay
        self.leave = leave
        self.call = call
        self.follow = follow
        self.unfollow = unfollow
        self.viewers = 0


class Subscription:
    """One feed on one socket."""

    def __init__(
        self, feeds: Feeds, line: Line, id: Id, asked: dict[str, Any], credential: str
    ) -> None:
        self._feeds = feeds
        self._line = line
        self.id = id
        self._join_s = _join(asked)
        self._asked = {
            "limit": PAGE,
            **{name: value for name, value in asked.items() if name != "join_ms"},
            "wait_s": 0,
        }
        self._credential = credential
        self._is_viewer = asked.get("of", "workspace") == "workspace"

    async def start(self) -> str:
        """Read for the first time, and return the cursor from which the feed continues.

        Raises the errors of event.feed.
        """
        self._follower = await self._feeds.follow(
            self._asked, credential=self._credential, face="ws"
        )
        try:
            self._page = await self._look(is_push=False)
        except BaseException:
            self._feeds.unfollow(self._follower)
            raise
        start = str(self._asked["cursor"] if self._page.events else self._page.cursor)
        self._asked["cursor"] = self._page.cursor
        self._feeds.viewers += self._is_viewer
        return start

    async def run(self) -> None:
        """Push new events until the socket closes. Raises BadKey when the key has ended."""
        try:
            while True:
                if self._page.events:
                    await self._push(self._page)
                if not self._page.has_more:
                    await self._rung()
                # The next page is read after the client has taken the last one: a slow reader
                # delays only itself.
                await self._line.room()
                self._follower.rung.clear()
                await self._look_on()
        except BadKey:
            raise
        except AckboxError as error:
            self.fail(error)

    async def _push(self, page: Any) -> None:
        self._line.say(pushed(self.id, page))

    def fail(self, error: AckboxError) -> None:
        """Tell the client that this feed has ended."""
        self._line.say(ended(self.id, error))

    def stop(self) -> None:
        """Stop notifying it."""
        self._feeds.viewers -= self._is_viewer
        self._feeds.unfollow(self._follower)

    async def _rung(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_AGAIN_S):
                await self._follower.rung.wait()
        join_s = (
            max(self._join_s, self._feeds.viewers / LOOKS_PER_S)
            if self._is_viewer
            else self._join_s
        )
        if join_s:
            await asyncio.sleep(join_s)

    async def _look_on(self) -> None:
        try:
            self._page = await self._look(is_push=True)
        except Unavailable:
            await asyncio.sleep(TRY_AGAIN_S)
            self._follower.rung.set()
            self._page = type(self._page)(events=[], cursor=self._page.cursor)
        self._asked["cursor"] = self._page.cursor

    async def _look(self, *, is_push: bool) -> Any:
        return await self._feeds.call(
            "event.feed", self._asked, credential=self._credential, face="ws", is_push=is_push
        )


def _join(asked: dict[str, Any]) -> float:
    """Return the time over which to join events, in seconds. Raises Invalid."""
    join_ms = asked.get("join_ms")
    if join_ms is None:
        return JOIN_S.get(str(asked.get("of", "workspace")), 0.0)
    if (
        isinstance(join_ms, bool)
        or not isinstance(join_ms, int | float)
        or not 0 <= join_ms <= LONGEST_JOIN_S * 1000
    ):
        raise Invalid(
            f"`join_ms` must be a number from 0 to {LONGEST_JOIN_S * 1000:.0f}.",
            hint="Use 50 for people who watch, 0 for agents.",
            field="join_ms",
        )
    return float(join_ms) / 1000
