"""The link: calls made beside the screen, and the feed followed without end.

The screen never waits for the network: calls run on threads of their own that end with the program, and what the feed
brings is put into a box that the screen empties a few times a second. Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ackbox.client.http import HttpCaller, NoServer
from ackbox.errors import AckboxError, BadCursor
from ackbox.faces.tui.row import KEPT_CHARACTERS

Connect = Callable[[], HttpCaller]
PAGE = 200


class Link:
    """Calls of one server as one caller, and its feed."""

    def __init__(self, connect: Connect, who: dict[str, str], *, hz: float, rows: int) -> None:
        self._connect, self.who, self._pause, self._rows = connect, who, 1 / hz, rows
        self._caller: HttpCaller | None = None
        self._lock = threading.Lock()
        self._box: list[tuple[str, Any]] = []
        self._ended = threading.Event()
        self._older: str | None = None
        self._loads_older = threading.Lock()
        self.state = "connecting"
        self.heard_at = time.monotonic()

    async def call(self, name: str, /, **params: Any) -> Any:
        """Do one operation without holding up the screen. Raises NoServer and the errors of ackbox.errors."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Any] = loop.create_future()

        def settle(result: Any, error: Exception | None) -> None:
            if not done.done():
                done.set_exception(error) if error else done.set_result(result)

        def run() -> None:
            result, error = None, None
            try:
                result = self.call_here(name, **params)
            except Exception as problem:
                error = problem
            if not loop.is_closed():
                loop.call_soon_threadsafe(settle, result, error)

        # A daemon, so that leaving never waits for an answer that is still out.
        threading.Thread(target=run, daemon=True, name=f"call {name}").start()
        return await done

    def call_here(self, name: str, /, *, timeout_s: float = 70, **params: Any) -> Any:
        """Do one operation on this thread. Raises NoServer and the errors of ackbox.errors."""
        caller = self._caller or self._connect()
        self._caller = caller
        try:
            return caller.call(name, {**self.who, **params}, timeout_s=timeout_s)
        except NoServer:
            # A server that comes back may be somewhere else.
            self._caller = None
            raise

    def start(self) -> None:
        threading.Thread(target=self._follow, daemon=True, name="feed").start()

    def stop(self) -> None:
        self._ended.set()

    def take(self) -> list[tuple[str, Any]]:
        """Return what has come in since the last look: (kind, what), in order."""
        with self._lock:
            box, self._box = self._box, []
        return box

    def _put(self, *entries: tuple[str, Any]) -> None:
        with self._lock:
            self._box += entries
        self.heard_at = time.monotonic()

    def _follow(self) -> None:
        cursor, wait = None, 0.1
        while not self._ended.is_set():
            try:
                if cursor is None:
                    cursor = self._load()
                    self.state = "live"
                page = self.call_here("event.feed", cursor=cursor, limit=PAGE, wait_s=20)
                self._deliver(page["events"])
                # The cursor moves only after what it passes is in the box: a call that fails in between is made again.
                cursor, wait, is_behind = page["cursor"], 0.1, len(page["events"]) == PAGE
                self.state = "catching up" if is_behind else "live"
                self.heard_at = time.monotonic()
                # Whoever looks at a screen sees no more than this many times a second.
                self._ended.wait(self._pause if page["events"] and not is_behind else 0)
            except NoServer:
                self.state = "reconnecting"
                self._ended.wait(wait)
                wait = min(wait * 2, 2.0)
            except BadCursor:
                cursor = None
            except AckboxError as error:
                if error.status in (401, 403):
                    self.state = f"refused: {error.message}"
                    return
                self._ended.wait(error.retry_after_s or 1)

    def _load(self) -> str:
        """Return the cursor to go on from, with the newest messages put into the box."""
        cursor = self.call_here("event.feed")["cursor"]
        page = self._history(limit=min(PAGE, self._rows))
        self._put(("loaded", page))
        self._older, count = page["cursor"], len(page["messages"])
        while count < self._rows and not self._ended.is_set() and (more := self._load_older()):
            count += more
        return str(cursor)

    def _load_older(self) -> int:
        """Put the messages before the oldest so far into the box; returns how many those are."""
        with self._loads_older:
            if self._older is None:
                return 0
            page = self._history(limit=PAGE, cursor=self._older)
            self._put(("older", page))
            self._older = page["cursor"]
            return len(page["messages"])

    def want_older(self) -> None:
        """Bring a page of older messages, unless one is on its way or there is none."""
        if self._older is None or self._loads_older.locked():
            return

        def run() -> None:
            with suppress(NoServer, AckboxError):
                self._load_older()

        threading.Thread(target=run, daemon=True, name="older").start()

    def _history(self, **which: Any) -> Any:
        return self.call_here("message.history", with_tallies=True, body_chars=KEPT_CHARACTERS + 1, **which)

    def _deliver(self, events: list[Any]) -> None:
        """Put events into the box, the messages among them with their text."""
        sent = [event["id"] for event in events if event["kind"] == "message.sent"]
        if sent:
            page = self._history(ids=sent)
            page["messages"].sort(key=lambda message: message["seq"])
            self._put(("messages", page))
        others = [event for event in events if event["kind"] != "message.sent"]
        if others:
            self._put(("events", others))
