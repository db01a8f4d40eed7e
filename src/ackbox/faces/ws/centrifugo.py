"""Channels for clients of Centrifugo: its client protocol in JSON, as far as a client needs it that
only listens.

A client connects with a ticket, subscribes with another, and receives publications: connect,
subscribe, unsubscribe, ping. Anything else is refused as not available. What is published is a
dialect's data. Explained in docs/why/websocket.md.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import msgspec
import structlog

from ackbox import __version__
from ackbox.app.limits import Limits
from ackbox.dialects.engine.realtime import Realtime
from ackbox.errors import AckboxError, BadKey, NotAllowed, NotFound, RateLimited
from ackbox.faces.http.wire import encode
from ackbox.faces.ws.line import Line
from ackbox.faces.ws.subscription import Feeds, Subscription
from ackbox.faces.ws.ticket import Tickets
from ackbox.ops.access import Caller

# The server pings, and the client answers; both are an empty object.
PING_S = 25.0
PONG_S = 10.0
# How long a client may take to connect, after the socket is open.
SILENT_S = 20.0
# Commands of one frame, and their bytes: a token has some forty, and until it comes the sender is a
# stranger. Frames without a command answer pings, and count against no rate limit.
MAX_WAITING = 64
MAX_BYTES = 16 * 1024
MAX_EMPTY = 16
MAX_CHANNELS = 32
LONGEST_CHANNEL = 255

# Codes of the protocol: of errors, and of the end of a connection. From 3500 on a client does not
# connect again by itself.
INTERNAL = (100, "internal server error")
UNKNOWN_CHANNEL = (102, "unknown channel")
DENIED = (103, "permission denied")
SUBSCRIBED = (105, "already subscribed")
TOO_MANY_CHANNELS = (106, "limit exceeded")
NOT_AVAILABLE = (108, "not available")
TOO_MANY_REQUESTS = (111, "too many requests")
FAILED = (3004, "internal server error")
NO_PONG = (3012, "no pong")
FLOOD = (3013, "too many requests")
INVALID_TOKEN = (3500, "invalid token")
BAD_REQUEST = (3501, "bad request")
STALE = (3502, "stale")
CONNECTION_LIMIT = (3504, "connection limit")
# From 2500 on a client subscribes again by itself.
RESUBSCRIBE = (2500, "resubscribe")


class Connect(msgspec.Struct):
    """The first command: a ticket."""

    token: str = ""


class Subscribe(msgspec.Struct):
    """A channel, and another ticket."""

    channel: str
    token: str = ""


class Unsubscribe(msgspec.Struct):
    """A channel that no longer interests."""

    channel: str


class Command(msgspec.Struct):
    """One command of a client; those that are not here are not available."""

    id: int = 0
    connect: Connect | None = None
    subscribe: Subscribe | None = None
    unsubscribe: Unsubscribe | None = None
    ping: dict[str, Any] | None = None


class Rejected(Exception):
    """A command that is answered with a code."""

    def __init__(self, code: tuple[int, str]) -> None:
        super().__init__(code[1])
        self.code = code


_command = msgspec.json.Decoder(Command)


class Published(Subscription):
    """A feed whose events are publications of a channel."""

    def __init__(
        self, feeds: Feeds, line: Line, channel: str, workspace: str, key: str, realtime: Realtime
    ) -> None:
        super().__init__(feeds, line, channel, {"workspace": workspace, "join_ms": 0}, key)
        self._workspace = workspace
        self._realtime = realtime

    async def _push(self, page: Any) -> None:
        for event in page.events:
            if event.id is None:
                data = self._realtime.event(event)
            else:
                message = await self._message(event.id)
                data = None if message is None else self._realtime.message(message)
            if data is not None:
                await self._line.room()
                self._line.say(encode({"push": {"channel": self.id, "pub": {"data": data}}}))

    async def _message(self, id: str) -> Any:
        """Return a message, or null for one that this key may no longer see."""
        with suppress(NotFound):
            return await self._feeds.call(
                "message.get",
                {"workspace": self._workspace, "id": id},
                credential=self._credential,
                face="ws",
                is_push=True,
            )
        return None

    def fail(self, error: AckboxError) -> None:
        code, reason = RESUBSCRIBE
        end = {"code": code, "reason": reason}
        self._line.say(encode({"push": {"channel": self.id, "unsubscribe": end}}))


class Viewer:
    """One open socket of a client that only listens."""

    def __init__(
        self,
        line: Line,
        realtime: Realtime,
        feeds: Feeds,
        sign_in: Callable[[str], Awaitable[tuple[str, Caller]]],
        tickets: Tickets,
        limits: Limits,
    ) -> None:
        self.line = line
        line.limit_messages(MAX_BYTES)
        self.key_id = ""
        self._realtime = realtime
        self._feeds = feeds
        self._sign_in = sign_in
        self._tickets = tickets
        self._limits = limits
        self._caller: Caller | None = None
        self._key = ""
        self._waiting: deque[bytes] = deque()
        self._empty = 0
        self._working: asyncio.Task[None] | None = None
        self._pinging: asyncio.Task[None] | None = None
        self._channels: dict[str, asyncio.Task[None]] = {}
        self._loop = asyncio.get_running_loop()
        self._opened_at = self._heard_at = self._loop.time()

    def take(self, data: bytes, is_text: bool) -> None:
        """Keep the commands of one frame, a line each, to do them in order."""
        self._heard_at = self._loop.time()
        # Counted before they are split: a frame may consist of line ends.
        is_flood = data.count(b"\n") >= MAX_WAITING
        commands = (
            []
            if is_flood
            else [line for line in data.split(b"\n") if line.strip() not in (b"", b"{}")]
        )
        self._empty += not commands
        size = sum(map(len, self._waiting)) + sum(map(len, commands))
        if (
            is_flood
            or self._empty > MAX_EMPTY
            or len(self._waiting) + len(commands) > MAX_WAITING
            or size > MAX_BYTES
        ):
            self.line.hang_up(*FLOOD)
            return
        self._waiting.extend(commands)
        if self._waiting and self._working is None:
            self._working = self._loop.create_task(self._work())

    def is_idle(self, now: float) -> bool:
        """Whether the client has taken too long to connect."""
        return self._caller is None and now - self._opened_at > SILENT_S

    def key_ended(self) -> None:
        """Close for good: a client does not return with a token that is no longer valid."""
        self.line.hang_up(*INVALID_TOKEN)

    async def end(self) -> None:
        """End the commands and subscriptions of this socket."""
        # The command in progress runs to its end: it may connect or subscribe.
        self.line.connection.gone.set()
        self._waiting.clear()
        if self._working is not None:
            await asyncio.wait([self._working])
        tasks = [*self._channels.values()]
        if self._pinging is not None:
            tasks.append(self._pinging)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self) -> None:
        try:
            while self._waiting:
                await self.line.room()
                await self._do(self._waiting.popleft())
        except ConnectionError:
            pass  # the client is gone
        except Exception as error:  # the edge: without a reply the client would never stop waiting
            _log("connection", error)
            self.line.hang_up(*FAILED)
        finally:
            self._working = None

    async def _do(self, text: bytes) -> None:
        """Do one command, and answer it."""
        try:
            command = _command.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self.line.hang_up(*BAD_REQUEST)
            return
        # The first command connects, and no other does.
        if (self._caller is None) != (command.connect is not None):
            self.line.hang_up(*BAD_REQUEST)
            return
        try:
            answer = await self._answer(command)
        except Rejected as no:
            code, message = no.code
            answer = {"error": {"code": code, "message": message}}
        if command.id and answer is not None:
            self.line.say(encode({"id": command.id, **answer}))

    async def _answer(self, command: Command) -> dict[str, Any] | None:
        if command.connect is not None:
            return await self._connect(command.connect)
        assert self._caller is not None
        try:
            self._limits.spend(self._caller)
        except RateLimited:
            raise Rejected(TOO_MANY_REQUESTS) from None
        if command.subscribe is not None:
            return await self._subscribe(command.subscribe)
        if command.unsubscribe is not None:
            return await self._unsubscribe(command.unsubscribe)
        if command.ping is not None:
            return {"ping": {}}
        raise Rejected(NOT_AVAILABLE)

    async def _connect(self, asked: Connect) -> dict[str, Any] | None:
        try:
            self._key, caller = await self._sign_in(asked.token)
        except RateLimited:
            self.line.hang_up(*CONNECTION_LIMIT)
            return None
        except (BadKey, NotAllowed):
            self.line.hang_up(*INVALID_TOKEN)
            return None
        except AckboxError:
            # Such as a store that does not answer: the client may try again.
            self.line.hang_up(*FAILED)
            return None
        self._caller, self.key_id = caller, caller.key_id
        self._pinging = self._loop.create_task(self._ping())
        return {
            "connect": {
                "client": str(uuid.uuid4()),
                "version": f"ackbox {__version__}",
                "ping": int(PING_S),
                "pong": True,
            }
        }

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_S)
            self._empty = 0
            self.line.say(b"{}")
            await asyncio.sleep(PONG_S)
            if self._loop.time() - self._heard_at > PING_S + PONG_S:
                self.line.hang_up(*NO_PONG)
                return

    async def _subscribe(self, asked: Subscribe) -> dict[str, Any]:
        workspace = self._realtime.workspace(asked.channel)
        if workspace is None or len(asked.channel) > LONGEST_CHANNEL:
            raise Rejected(UNKNOWN_CHANNEL)
        if asked.channel in self._channels:
            raise Rejected(SUBSCRIBED)
        if len(self._channels) >= MAX_CHANNELS:
            raise Rejected(TOO_MANY_CHANNELS)
        try:
            if self._tickets.take(asked.token) != self._key:
                raise Rejected(DENIED)
            published = Published(
                self._feeds, self.line, asked.channel, workspace, self._key, self._realtime
            )
            await published.start()
        except (BadKey, NotAllowed):
            raise Rejected(DENIED) from None
        except RateLimited:
            raise Rejected(TOO_MANY_REQUESTS) from None
        except AckboxError as error:
            raise Rejected(UNKNOWN_CHANNEL if error.status == 404 else INTERNAL) from None
        task = self._channels[asked.channel] = self._loop.create_task(self._run(published))
        # A callback: a task cancelled before its first step runs no code.
        task.add_done_callback(lambda _: self._ended(published))
        return {"subscribe": {}}

    def _ended(self, published: Published) -> None:
        published.stop()
        del self._channels[str(published.id)]

    async def _unsubscribe(self, asked: Unsubscribe) -> dict[str, Any]:
        task = self._channels.get(asked.channel)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        return {"unsubscribe": {}}

    async def _run(self, published: Published) -> None:
        try:
            await published.run()
        except BadKey:
            self.key_ended()
        except ConnectionError:
            pass  # the client is gone; it reads what it missed over REST
        except Exception as error:  # the edge of background work
            _log("event.feed", error)
            published.fail(AckboxError("The channel failed."))


def _log(operation: str, error: Exception) -> None:
    structlog.get_logger().error(
        "failed", operation=operation, kind=type(error).__name__, exc_info=error
    )
