"""The connections of one server to PostgreSQL: lent one at a time, at most so many.

When PostgreSQL has no connection left for another one, callers wait for one of this server's own:
several servers, and other programs, share `max_connections`. asyncpg's pool would fail instead.
Explained in docs/howto/use-postgresql.md, "How many connections".
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from ackbox.errors import Unavailable

# How long a caller waits for a connection.
WAIT_S = 10.0
# How long PostgreSQL counts as full after it refused a connection.
FULL_S = 0.5


class Connections:
    """At most `most` connections, opened on demand and lent to one caller at a time."""

    def __init__(
        self, connect: Callable[[], Awaitable[Any]], most: int, *, wait_s: float = WAIT_S
    ) -> None:
        self._connect, self._most, self._wait_s = connect, most, wait_s
        self.idle: list[Any] = []
        self._lent: set[Any] = set()
        # To be closed when they come back.
        self._stale: set[Any] = set()
        self._opening = 0
        # Each gets a connection, or null to try to open one.
        self._waiting: deque[asyncio.Future[Any]] = deque()
        self._full_until = 0.0
        self._is_closed = False
        self._closing = asyncio.Event()

    @property
    def _open(self) -> int:
        return len(self.idle) + len(self._lent) + self._opening

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[Any]:
        """Lend a connection. It is closed afterwards if a statement may still be running on it, or
        a transaction was not ended.

        Raises Unavailable when none is free in time, and what opening one raises.
        """
        connection = await self._take()
        self._lent.add(connection)
        try:
            yield connection
        except BaseException as error:
            is_over = isinstance(error, Exception) and not isinstance(error, TimeoutError)
            if not connection.is_closed() and (not is_over or connection.is_in_transaction()):
                connection.terminate()
            raise
        finally:
            self._lent.discard(connection)
            self._give_back(connection)

    async def _take(self) -> Any:
        loop = asyncio.get_running_loop()
        until = loop.time() + self._wait_s
        while True:
            if self._is_closed:
                raise Unavailable("The store is closed.", hint="Start the server again.")
            while self.idle:
                connection = self.idle.pop()
                if not connection.is_closed():
                    return connection
            if self._open < self._most and loop.time() >= self._full_until:
                opened = await self._try_to_open()
                if opened is not None:
                    return opened
            connection = await self._wait(until)
            if connection is not None and not connection.is_closed():
                return connection

    async def _try_to_open(self) -> Any:
        """Return a new connection; null when PostgreSQL has none left."""
        self._opening += 1
        try:
            return await self._connect()
        except asyncpg.TooManyConnectionsError:
            self._full_until = asyncio.get_running_loop().time() + FULL_S
            return None
        finally:
            self._opening -= 1

    async def _wait(self, until: float) -> Any:
        """Wait for a connection that is given back; null when it is worth trying to open one.

        Raises Unavailable when the time is over.
        """
        loop = asyncio.get_running_loop()
        left = until - loop.time()
        turn = loop.create_future()
        self._waiting.append(turn)
        try:
            await asyncio.wait([turn], timeout=min(left, FULL_S))
        except asyncio.CancelledError:
            if turn.done() and turn.result() is not None:
                self._give_back(turn.result())
            turn.cancel()
            raise
        if turn.done():
            return turn.result()
        self._waiting.remove(turn)
        if loop.time() < until:
            return None
        raise Unavailable(
            "The database has no connection left for this server.",
            hint=(
                "Try again. If this goes on, raise `max_connections` of PostgreSQL or lower"
                " ACKBOX_DATABASE_CONNECTIONS of the servers."
            ),
            retry_after_s=1,
        )

    def _give_back(self, connection: Any) -> None:
        if not connection.is_closed() and (self._is_closed or connection in self._stale):
            connection.terminate()
        self._stale.discard(connection)
        if self._is_closed and not self._lent:
            self._closing.set()
        is_good = not connection.is_closed()
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(connection if is_good else None)
                return
        if is_good:
            self.idle.append(connection)

    def forget(self) -> None:
        """Close all connections: when one has died, the others may have died too. Those that are
        lent are closed when they come back.
        """
        for connection in self.idle:
            connection.terminate()
        self.idle.clear()
        self._stale |= self._lent

    async def close(self) -> None:
        """Close all connections; those that are lent when they come back."""
        self._is_closed = True
        for turn in self._waiting:
            if not turn.done():
                turn.set_result(None)
        if self._lent:
            await self._closing.wait()
        idle, self.idle = self.idle, []
        for connection in idle:
            try:
                await connection.close(timeout=2)
            except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                connection.terminate()
