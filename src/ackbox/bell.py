"""The bell: says "look", never what.

Whoever waits for a workspace is woken after a commit there; a lost ring costs time, never a
message, because waiters also look again at intervals. Explained in docs/why/delivery.md.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict


class Bell:
    """Wakes those who wait for a workspace, in this process."""

    def __init__(self) -> None:
        self._waiting: dict[int, set[asyncio.Future[None]]] = defaultdict(set)
        self._closing = False

    @property
    def waiting(self) -> int:
        """How many wait now."""
        return sum(len(waiters) for waiters in self._waiting.values())

    @property
    def is_closing(self) -> bool:
        return self._closing

    def ring(self, ws: int) -> None:
        """Wake everybody who waits for a workspace."""
        for waiter in self._waiting.pop(ws, ()):
            if not waiter.done():
                waiter.set_result(None)

    def close(self) -> None:
        """Wake everybody, for good."""
        self._closing = True
        self.ring_all()

    def ring_all(self) -> None:
        """Wake everybody who waits for anything."""
        for ws in list(self._waiting):
            self.ring(ws)

    def listen(self, ws: int) -> asyncio.Future[None]:
        """Return a future that the next ring sets; take it before looking, so that no ring falls between."""
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
