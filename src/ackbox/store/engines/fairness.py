"""Fairness: take turns between workspaces, so that a busy one does not keep the others waiting.

No statements and no meaning of the work here. Explained in docs/why/limits.md, "Between
workspaces".
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class FairQueue(Generic[T]):
    """Waiting items by workspace: workspaces take turns, and the items of each keep their order."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, deque[T]] = {}

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def put(self, of: Hashable, item: T) -> None:
        """Queue an item of a workspace after its others."""
        waiting = self._waiting.get(of)
        if waiting is None:
            self._waiting[of] = deque((item,))
        else:
            waiting.append(item)

    def __contains__(self, of: Hashable) -> bool:
        return of in self._waiting

    def put_back(self, of: Hashable, items: Sequence[T]) -> None:
        """Queue items of a workspace, in order, before its others."""
        self._waiting.setdefault(of, deque()).extendleft(reversed(items))

    def take_all_of(self, of: Hashable) -> list[T]:
        """Take all items of one workspace, in order."""
        return list(self._waiting.pop(of, ()))

    def take_of_next(self, most: int) -> list[T]:
        """Take at most this many items, in order, from the workspace whose turn it is.

        Its other items wait after all other workspaces.
        """
        of, waiting = next(iter(self._waiting.items()))
        del self._waiting[of]
        taken = [waiting.popleft() for _ in range(min(most, len(waiting)))]
        if waiting:
            self._waiting[of] = waiting
        return taken

    def take(self, most: int) -> list[T]:
        """Take at most this many items, one from each workspace in turn."""
        if len(self._waiting) == 1:
            return self.take_of_next(most)
        taken: list[T] = []
        while self._waiting and len(taken) < most:
            of, waiting = next(iter(self._waiting.items()))
            del self._waiting[of]
            taken.append(waiting.popleft())
            if waiting:
                # After all other workspaces, also when the next group is taken.
                self._waiting[of] = waiting
        return taken


class Threads:
    """A few threads for work that would hold the event loop too long.

    Workspaces take turns in using them.
    """

    def __init__(self, most: int) -> None:
        self._free = most
        self._waiting: FairQueue[asyncio.Future[None]] = FairQueue()

    async def run(self, of: Hashable, work: Callable[[], T]) -> T:
        """Run a function in a thread when it is this workspace's turn."""
        await self._turn(of)
        done = asyncio.get_running_loop().run_in_executor(None, work)
        done.add_done_callback(self._end)
        # A caller that stops waiting does not end the work, which keeps its thread until it ends.
        return await asyncio.shield(done)

    async def _turn(self, of: Hashable) -> None:
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.put(of, turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._pass_on()
            raise

    def _end(self, done: asyncio.Future[T]) -> None:
        if not done.cancelled():
            done.exception()  # mark it as retrieved; a caller that still waits gets it
        self._pass_on()

    def _pass_on(self) -> None:
        while self._waiting:
            for turn in self._waiting.take(1):
                if not turn.done():
                    turn.set_result(None)
                    return
        self._free += 1
