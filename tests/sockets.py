"""A plain WebSocket for tests: frames in and out as JSON, nothing of our own client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PATIENCE_S = 20.0


class Socket:
    """One open socket; what is pushed waits until it is asked for."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._pushed: list[Any] = []

    async def send(self, frame: Any) -> None:
        await self.connection.send(frame if isinstance(frame, str | bytes) else json.dumps(frame))

    async def receive(self) -> Any:
        """Return the next frame."""
        return self._pushed.pop(0) if self._pushed else await self._next()

    async def _next(self) -> Any:
        async with asyncio.timeout(PATIENCE_S):
            return json.loads(await self.connection.recv())

    async def ask(self, frame: Any) -> Any:
        """Send a frame and return its answer; what is pushed meanwhile waits."""
        await self.send(frame)
        return await self.answer()

    async def answer(self) -> Any:
        """Return the next frame that answers one; what is pushed meanwhile waits."""
        while "id" not in (answer := await self._next()):
            self._pushed.append(answer)
        return answer

    def forget(self) -> None:
        """Pass over what has been pushed."""
        self._pushed.clear()

    async def call(self, op: str, **params: Any) -> Any:
        """Do one operation and return its result."""
        return (await self.ask({"id": op, "op": op, "params": params}))["result"]

    async def closed(self) -> tuple[int, str]:
        """Return the code and reason with which the other side closes.

        What comes before is passed over.
        """
        try:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    await self.connection.recv()
        except ConnectionClosed as end:
            return (1006, "") if end.rcvd is None else (end.rcvd.code, end.rcvd.reason)


@asynccontextmanager
async def opened(url: str, key: str | None, **options: Any) -> AsyncIterator[Socket]:
    """Open a socket to a server; a key goes into the header."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with connect(
        f"{url.replace('http', 'ws', 1)}/ws",
        additional_headers=headers,
        compression=None,
        close_timeout=2,
        **options,
    ) as connection:
        yield Socket(connection)
