"""Following: callers who are notified of each new event instead of asking for it.

A notification says "look", never what is new. Explained in docs/why/websocket.md.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from ackbox.app.bell import Bell, Follower
from ackbox.app.liveness import Alive
from ackbox.ops.access import Caller
from ackbox.ops.decode import decode
from ackbox.ops.event.feed import Feed
from ackbox.ops.table import OPERATIONS, Context, allow


class Following:
    """The followers of one server; `run` runs an operation as the app does."""

    def __init__(self, run: Callable[..., Awaitable[Any]], bell: Bell, alive: Alive) -> None:
        self._run, self._bell, self._alive = run, bell, alive

    async def come(self, caller: Caller, params: Any, face: str) -> Follower:
        """Return a follower that is notified when event.feed may have news for these parameters.

        A caller that follows under a name counts as online. Raises what event.feed raises.
        """
        operation = OPERATIONS["event.feed"]
        allow(caller, operation.name, operation.scope)

        async def look(context: Context, feed: Feed) -> Follower:
            has_name = (feed.agent, feed.session, caller.agent) != (None, None, None)
            me = await context.me(feed) if has_name or feed.of == "inbox" else None
            return Follower(
                context.workspace.ws,
                (me.agent,) if me and feed.of == "inbox" else None,
                me.reader if me else None,
            )

        follower: Follower = await self._run(
            operation, decode(Feed, params), caller, face, look, writes=False
        )
        self._bell.follow(follower)
        if follower.reader is not None:
            self._alive.come(follower.ws, follower.reader)
        return follower

    def leave(self, follower: Follower) -> None:
        """Stop notifying a follower; it was last seen now."""
        self._bell.unfollow(follower)
        if follower.reader is not None:
            self._alive.go(follower.ws, follower.reader)
