"""The link: calls over one socket, and the feed, followed until the terminal ends.

Events go into a queue that the screen empties a few times a second, so the screen never waits for
the network. The link finds a server that returns at another address. Explained in
docs/howto/terminal.md.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import aclosing, suppress
from typing import Any

import msgspec

from ackbox.client.http import HttpCaller, NoServer
from ackbox.client.socket import SocketTransport
from ackbox.client.transports import transport
from ackbox.errors import AckboxError, BadCursor
from ackbox.faces.tui.state.row import KEPT_CHARACTERS

# Finds the server and the key for it; called again when the server does not respond.
Connect = Callable[[], HttpCaller]
PAGE = 200
# How long a call waits for a broken socket, and how often the link checks for one.
PATIENCE_S = 3.0
CHECK_S = 0.2
# Operations that a repeated request would do twice.
ONCE = frozenset({"key.create", "key.rotate"})


class Link:
    """Calls to one server as one caller, and its feed."""

    def __init__(self, connect: Connect, who: dict[str, str], *, hz: float, rows: int) -> None:
        self._connect, self.who, self._join_ms, self._rows = connect, who, round(1000 / hz), rows
        self._url = ""
        self._transport: SocketTransport | None = None
        self._queue: list[tuple[str, Any]] = []
        self._cursor: str | None = None
        self._older: str | None = None
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._ended: str | None = None
        self._is_behind = False
        self.lost_at: float | None = time.monotonic()

    @property
    def state(self) -> str:
        """The state of the feed, in a few words."""
        if self._ended is not None:
            return self._ended
        if self.lost_at is not None:
            return "connecting" if self._cursor is None else "reconnecting"
        return "catching up" if self._is_behind or self._cursor is None else "live"

    async def call(self, name: str, /, **params: Any) -> Any:
        """Do one operation. Raises NoServer and the errors of ackbox.errors."""
        sent = {key: value for key, value in {**self.who, **params}.items() if value is not None}
        raw = await self._open().call(name, json.dumps(sent).encode(), may_repeat=name not in ONCE)
        return msgspec.json.decode(raw)

    def start(self) -> None:
        """Load the newest messages, then follow the feed."""
        self._tasks["watch"] = asyncio.create_task(self._watch())
        self._tasks["follow"] = asyncio.create_task(self._follow())

    def stop(self) -> None:
        """Stop without waiting for the server, which may be gone or busy."""
        for task in self._tasks.values():
            task.cancel()
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.drop()

    def take(self) -> list[tuple[str, Any]]:
        """Return what arrived since the last call: (kind, payload), in order."""
        queue, self._queue = self._queue, []
        return queue

    def want_older(self) -> None:
        """Load a page of older messages, unless one is being loaded or there are none."""
        before = self._tasks.get("older")
        if self._older is not None and (before is None or before.done()):
            self._tasks["older"] = asyncio.create_task(self._load_older())

    def _open(self) -> SocketTransport:
        """Return the transport to the current address of the server. Raises NoServer."""
        if self._transport is None:
            found = self._connect()
            self._url, self._transport = found.url, transport(found, patience_s=PATIENCE_S)
        return self._transport

    async def _watch(self) -> None:
        """Notice a broken socket, and a server that returned at another address."""
        while self._ended is None:
            await asyncio.sleep(CHECK_S)
            if self._transport is not None and self._transport.is_open:
                self.lost_at = None
                continue
            self.lost_at = self.lost_at or time.monotonic()
            with suppress(NoServer, AckboxError):
                if self._transport is not None and self._connect().url != self._url:
                    self._tasks["follow"].cancel()
                    await self._transport.close()
                    self._transport = None
                    self._tasks["follow"] = asyncio.create_task(self._follow())

    async def _follow(self) -> None:
        while True:
            try:
                if self._cursor is None:
                    self._cursor = await self._load()
                params = {
                    **self.who,
                    "of": "workspace",
                    "join_ms": self._join_ms,
                    "cursor": self._cursor,
                }
                async with aclosing(self._open().follow(params)) as pages:
                    async for page in pages:
                        await self._deliver([msgspec.json.decode(raw) for raw in page.events])
                        # Set only after the events are in the queue, so that a failure before
                        # that repeats the page.
                        self._cursor, self._is_behind = page.cursor, len(page.events) == PAGE
            except BadCursor:
                self._cursor = None
            except NoServer:
                await asyncio.sleep(CHECK_S)
            except AckboxError as error:
                if error.status in (401, 403, 404):
                    self._ended = f"refused: {error.message}"
                    return
                await asyncio.sleep(error.retry_after_s or 1)

    async def _load(self) -> str:
        """Queue the newest messages; returns the cursor from which the feed continues."""
        cursor = (await self.call("event.feed"))["cursor"]
        page = await self._history(limit=min(PAGE, self._rows))
        self._queue.append(("loaded", page))
        self._older, count = page["cursor"], len(page["messages"])
        while count < self._rows and (more := await self._read_older()):
            count += more
        return str(cursor)

    async def _load_older(self) -> None:
        with suppress(NoServer, AckboxError):
            await self._read_older()

    async def _read_older(self) -> int:
        """Queue the messages before the oldest one loaded; returns how many there are."""
        if self._older is None:
            return 0
        page = await self._history(limit=PAGE, cursor=self._older)
        self._queue.append(("older", page))
        self._older = page["cursor"]
        return len(page["messages"])

    async def _history(self, **which: Any) -> Any:
        return await self.call(
            "message.history", with_tallies=True, body_chars=KEPT_CHARACTERS + 1, **which
        )

    async def _deliver(self, events: list[Any]) -> None:
        """Queue events, and the messages among them with their text."""
        sent = [event["id"] for event in events if event["kind"] == "message.sent"]
        if sent:
            page = await self._history(ids=sent)
            page["messages"].sort(key=lambda message: message["seq"])
            self._queue.append(("messages", page))
        others = [event for event in events if event["kind"] != "message.sent"]
        if others:
            self._queue.append(("events", others))
