"""Listening: the connection on which a server hears from the others, and from itself.

Every two seconds it notifies itself. Without the echo the connection is closed and opened again,
since notifications may be lost on it while it looks open. The echo also brings the database's time.
Explained in docs/why/delivery.md, "Notifications carry no content".
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import asyncpg

CHANNEL = "ackbox"
# How often a server notifies itself, and how long it waits for the echo.
ECHO_S = 2.0
# How far the clocks of the server and of the database may be apart.
MAX_SKEW_MS = 2_000
LOST = (
    # With TimeoutError.
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
)


class Listener:
    """Hears the texts that other servers send; `hear` gets each, and `*` when some may be lost."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[Any]],
        hear: Callable[[str], None],
        *,
        clock: Callable[[], float] = time.time,
        echo_s: float = ECHO_S,
    ) -> None:
        """`echo_s` is how often it notifies itself, and how long it waits for the echo."""
        self._connect, self._hear, self._clock, self._echo_s = connect, hear, clock, echo_s
        self._own = f"{CHANNEL}_{secrets.token_hex(8)}"
        self._echoed = asyncio.Event()
        self._has_heard = False
        self._is_skewed = False
        # Set once it listens, or could not.
        self.ready = asyncio.Event()
        # Whether PostgreSQL takes connections and then says nothing.
        self.is_silent = False
        # The server's clock minus that of the database.
        self.skew_ms: int | None = None

    async def run(self) -> None:
        """Listen until cancelled; after a lost connection all waiters read again."""
        wait_s = 0.1
        while True:
            try:
                await self._listen()
                wait_s = 0.1
            except TimeoutError:
                self.is_silent = True
            except (*LOST, asyncpg.PostgresError):
                self.is_silent = False
            self.ready.set()
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, 5.0)

    async def _listen(self) -> None:
        """Listen on one connection until it is lost.

        Raises TimeoutError when none can be opened in time.
        """
        connection = await self._connect()
        gone = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: gone.set())
            await connection.add_listener(self._own, lambda *_: self._echoed.set())
            await connection.add_listener(CHANNEL, lambda _, __, ___, texts: self._hear_each(texts))
            self.is_silent = False
            if self._has_heard:
                self._hear("*")
            self._has_heard = True
            self.ready.set()
            with suppress(*LOST, asyncpg.PostgresError):
                while not gone.is_set():
                    await self._echo(connection)
                    with suppress(TimeoutError):
                        async with asyncio.timeout(self._echo_s):
                            await gone.wait()
        finally:
            connection.terminate()

    async def _echo(self, connection: Any) -> None:
        """Notify this server and wait for that. Raises TimeoutError."""
        self._echoed.clear()
        async with asyncio.timeout(self._echo_s):
            began = self._clock()
            at = await connection.fetchval(
                "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint"
                " FROM pg_notify($1, '')",
                self._own,
            )
            self.skew_ms = round((began + self._clock()) * 500) - at
            await self._echoed.wait()
        is_skewed = abs(self.skew_ms) > MAX_SKEW_MS
        if is_skewed and not self._is_skewed:
            logging.getLogger(__name__).warning(
                "the clock of this server is %.1f s %s that of the database; set both by NTP",
                abs(self.skew_ms) / 1000,
                "ahead of" if self.skew_ms > 0 else "behind",
            )
        self._is_skewed = is_skewed

    def _hear_each(self, texts: str) -> None:
        for text in texts.split(","):
            self._hear(text)
