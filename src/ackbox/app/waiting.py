"""Waiting: a long poll looks again when it is rung, until it is done or its time is over.

The operation decides what a look does and whose messages it waits for, the app who may look.
Explained in docs/why/delivery.md.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from ackbox.app.bell import Bell, Follower, Gone
from ackbox.app.liveness import Alive
from ackbox.errors import AckboxError, CallerGone
from ackbox.ops.table import Context

# Also without a ring, which may be lost on its way from another server. Not all at one moment.
LOOK_AGAIN_S = 30.0
JITTER = 0.25
# How often the server looks whether the key of a wait has ended, and how many of these turns pass
# between two notes that the sessions of waits are alive.
ENDED_S = 0.5
ALIVE_TURNS = 10
# Maximum looks a second of all who wait for everything in a workspace: if there are many, each
# waits a little longer.
LOOKS_PER_S = 1000

Look = Callable[[Any], Awaitable[Any]]


class Waits:
    """The calls of one server that wait; `ended` returns the ids of keys that ended of late."""

    def __init__(self, bell: Bell, alive: Alive, ended: Callable[[], Awaitable[set[str]]]) -> None:
        self._bell, self._alive, self._ended = bell, alive, ended
        self._watching: asyncio.Task[None] | None = None

    async def wait(
        self,
        follower: Follower,
        wait_s: float,
        gone: Gone | None,
        *,
        result: Any,
        is_done: Callable[[Any], bool],
        look: Look,
    ) -> Any:
        """Return the first result that is done, or the last one when the time is over, the server
        closes or the caller has left.

        The follower has been rung since before the look that found `result`.
        """
        clock = asyncio.get_running_loop().time
        until = clock() + wait_s
        if gone is not None:
            gone.add(follower.rung)
        with self._bell.waits(follower) as open, self._online(follower):
            if self._watching is None or self._watching.done():
                self._watching = asyncio.create_task(self._watch(open))
            try:
                while (left := until - clock()) > 0 and not self._bell.is_closing:
                    await self._rung(follower, min(left, _look_again_s()), len(open))
                    follower.rung.clear()
                    result = await look(result)
                    if is_done(result):
                        break
            except CallerGone:
                pass
            finally:
                if gone is not None:
                    gone.discard(follower.rung)
        return result

    def narrow(self, follower: Follower, context: Context) -> None:
        """Ring a call only for what its look says that it waits for."""
        follower.reader = context.waits_as
        follower.session = None if context.session is None else context.session.seq
        self._bell.narrow(follower, context.waits_for)

    @contextmanager
    def _online(self, follower: Follower) -> Iterator[None]:
        """Count the reader of a call as alive while it waits."""
        if follower.reader is None:
            yield
            return
        ws, reader = follower.ws, follower.reader
        self._alive.wait(ws, reader)
        try:
            yield
        finally:
            self._alive.wait_no_more(ws, reader)

    async def _rung(self, follower: Follower, timeout_s: float, many: int) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await follower.rung.wait()
                if follower.agents is None and not self._bell.is_closing:
                    await asyncio.sleep(many / LOOKS_PER_S)

    async def _watch(self, open: Collection[Follower]) -> None:
        """Wake the waits of ended keys, as long as there are any."""
        turns = 0
        while True:
            await asyncio.sleep(ENDED_S)
            if not open or self._bell.is_closing:
                return  # the store may be closed by now
            turns += 1
            if turns % ALIVE_TURNS == 0:
                for each in open:
                    self._alive.wait_in_session(each.ws, each.session)
            try:
                ended = await self._ended()
            except AckboxError:
                continue  # callers get this error; the next turn tries again
            except Exception:  # the edge of background work: it must survive one failure
                logging.getLogger(__name__).exception("could not look for ended keys")
                continue
            for each in open if ended else ():
                if each.key_id in ended:
                    # Its look refuses the key.
                    each.rung.set()


def _look_again_s() -> float:
    return LOOK_AGAIN_S * random.uniform(1 - JITTER, 1 + JITTER)
