"""WebSocket: calls of every operation, and the feed pushed, over one connection.

A frame is a call like any other and goes through the same `call`; no rule lives here.
Explained in docs/why/websocket.md; for those who write clients in docs/howto/websocket.md.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import msgspec
import structlog
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ackbox.app.call import App
from ackbox.app.limits import Limits
from ackbox.errors import AckboxError, BadKey, Conflict, Invalid, NotFound, RateLimited
from ackbox.faces.http.reply import credential, error_response
from ackbox.faces.http.wire import Calling
from ackbox.faces.ws.frame import Asked, Id, Misread, answered, read, refused
from ackbox.faces.ws.line import EXTENSION, Line
from ackbox.faces.ws.subscription import Feeds, Subscription
from ackbox.faces.ws.ticket import Tickets
from ackbox.ops.access import Caller
from ackbox.ops.table import OPERATIONS

PROTOCOL = "ackbox"
KEY_ENDED = 4001
IDLE = 4008
UNREADABLE = 1008
# A socket that says nothing at first, and one that has no subscription and asks nothing.
SILENT_S = 20.0
IDLE_S = 300.0
LOOK_S = 0.5
MAX_CALLS = 256
# Frames that cost no call, and so count against no rate.
MAX_MISREAD = 100
MAX_SUBSCRIPTIONS = 32
MAX_SOCKETS = 5_000
MAX_PER_KEY = 200


class NeedsUpgrade(Invalid):
    """A plain request where a WebSocket handshake belongs."""

    status = 426


class Sockets:
    """The endpoint /ws, and all sockets that are open."""

    def __init__(self, app: App, call: Calling, tickets: Tickets) -> None:
        self._app = app
        self._call = call
        self._tickets = tickets
        self._feeds = Feeds(call, app.follow, app.unfollow, app.stay, app.stays.leave)
        self._open: set[Session] = set()
        self._of_key: Counter[str] = Counter()
        self._watching: asyncio.Task[None] | None = None

    @property
    def open(self) -> int:
        """How many sockets are open now."""
        return len(self._open)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket from its handshake to its end."""
        try:
            # A handshake is a GET that does what a POST does.
            key = self._tickets.redeem(scope["subprotocols"]) or credential(
                HTTPConnection(scope), method="POST"
            )
            caller = await self._app.identify(key)
            self._admit(caller)
        except Exception as error:  # the edge: everything becomes the one error shape
            await error_response(error, operation="ws")(scope, receive, send)
            return
        assert key is not None
        line: Line = scope["extensions"][EXTENSION]
        line.connection.welcome(caller.key_id)
        session = Session(line, self._call, self._feeds, key, caller, self._app.limits)
        self._open.add(session)
        self._of_key[caller.key_id] += 1
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch())
        try:
            protocol = PROTOCOL if PROTOCOL in scope["subprotocols"] else None
            await send({"type": "websocket.accept", "subprotocol": protocol, "headers": []})
            line.give_to(session.take)
            await _closed(receive, session)
        finally:
            self._open.discard(session)
            self._of_key -= Counter({caller.key_id: 1})
            await session.end()

    def _admit(self, caller: Caller) -> None:
        """Raise RateLimited when a key, or the server, has too many sockets."""
        is_many = caller.role != "operator" and self._of_key[caller.key_id] >= MAX_PER_KEY
        if is_many or len(self._open) >= MAX_SOCKETS:
            whose, most = ("This key", MAX_PER_KEY) if is_many else ("This server", MAX_SOCKETS)
            raise RateLimited(
                f"{whose} has {most:,} sockets open.",
                hint="Close some; one socket carries many calls and subscriptions.",
                retry_after_s=30,
                limit=most,
            )

    async def _watch(self) -> None:
        """Close the sockets of keys that have ended, and those that say nothing, as long as any
        is open.
        """
        while self._open:
            await asyncio.sleep(LOOK_S)
            if self._app.bell.is_closing:
                break
            try:
                gone = await self._app.ended_keys()
            except AckboxError:
                continue  # said to those who call; the next turn looks again
            except (
                Exception
                # the edge of what runs beside the calls: it must outlive whatever went wrong once
            ) as error:
                structlog.get_logger().error(
                    "failed", operation="ws", kind=type(error).__name__, exc_info=error
                )
                continue
            now = asyncio.get_running_loop().time()
            for session in [*self._open]:
                if session.key_id in gone:
                    session.key_ended()
                elif session.is_idle(now):
                    session.line.hang_up(IDLE, "idle")
        self._watching = None


async def needs_upgrade(_: Request) -> Response:
    """Answer a plain request to the path of sockets, which is most often a WebSocket handshake
    that a proxy took apart.
    """
    error = NeedsUpgrade(
        "This path speaks WebSocket, and the request asks for no upgrade.",
        hint=(
            "A proxy before this server must pass the headers Upgrade and Connection on, over"
            " HTTP/1.1. In nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade;"
            " proxy_set_header Connection upgrade."
        ),
    )
    answer = error_response(error, operation="ws")
    answer.headers["Upgrade"], answer.headers["Connection"] = "websocket", "Upgrade"
    return answer


async def _closed(receive: Receive, session: Session) -> None:
    """Return when the socket has closed.

    Frames that came before the line was taken over are handed on.
    """
    while (message := await receive())["type"] != "websocket.disconnect":
        if message["type"] == "websocket.receive":
            text = message.get("text")
            session.take(
                message.get("bytes") or b"" if text is None else text.encode(), text is not None
            )


class Session:
    """One open socket: its calls that are not answered yet, and its subscriptions."""

    def __init__(
        self,
        line: Line,
        call: Calling,
        feeds: Feeds,
        credential: str,
        caller: Caller,
        limits: Limits,
    ) -> None:
        self.line = line
        self.key_id = caller.key_id
        self._caller = caller
        self._limits = limits
        self._call = call
        self._feeds = feeds
        self._credential = credential
        self._asking: dict[Id, asyncio.Task[None]] = {}
        self._subscriptions: dict[Id, asyncio.Task[None]] = {}
        self._stay: Any = None
        self._starting = 0
        self._loop = asyncio.get_running_loop()
        self._heard_at = self._loop.time()
        self._is_new = True
        self._misread = 0

    def take(self, data: bytes, is_text: bool) -> None:
        """Start answering one frame."""
        self._heard_at = self._loop.time()
        self._is_new = False
        try:
            asked = read(data, is_text)
            if asked.id in self._asking:
                raise Misread(
                    None,
                    Conflict(
                        "A frame with this id is not answered yet.",
                        hint="Give each frame an id of its own.",
                        id=asked.id,
                    ),
                )
            self._limits.hold(self._caller, len(data))
        except RateLimited as error:
            self.line.say(refused(asked.id, error))
            return
        except Misread as wrong:
            self.line.say(refused(wrong.id, wrong.error))
            self._misread += 1
            if self._misread > MAX_MISREAD:
                self.line.hang_up(UNREADABLE, "unreadable")
            return
        # Named by what it does; without a name each task is given one of its own making.
        self._asking[asked.id] = self._loop.create_task(
            self._answer(asked, len(data)), name=asked.op
        )
        if len(self._asking) >= MAX_CALLS:
            self.line.be_busy(True)

    def is_idle(self, now: float) -> bool:
        """Whether the socket has been silent for too long for one that waits for nothing."""
        if self._asking or self._subscriptions or self._stay is not None:
            return False
        return now - self._heard_at > (SILENT_S if self._is_new else IDLE_S)

    def key_ended(self) -> None:
        """Say that the key is good no more, and close."""
        self.line.say(
            refused(
                None,
                BadKey(
                    "This key has been revoked or has expired.", hint="Ask an admin for a new one."
                ),
            )
        )
        self.line.hang_up(KEY_ENDED, "key ended")

    async def end(self) -> None:
        """Stop everything that runs for this socket; what has been written stays."""
        # Calls end by themselves, a wait at once: one that is cut off between its commit and its
        # ring would ring nobody.
        self.line.connection.gone.set()
        await asyncio.gather(*self._asking.values(), return_exceptions=True)
        # One of those calls may have begun another.
        subscriptions = list(self._subscriptions.values())
        for task in subscriptions:
            task.cancel()
        await asyncio.gather(*subscriptions, return_exceptions=True)
        if self._stay is not None:
            self._feeds.leave(self._stay)

    async def _answer(self, asked: Asked, size: int) -> None:
        try:
            while self.line.is_full():
                # Answers would pile up for a reader that does not take them.
                await self.line.room()
            if asked.op is None:
                result = await self._change(asked)
            elif asked.stay:
                result = await self._come(bytes(asked.params))
            else:
                params = Once(bytes(asked.params)) if is_wait(asked.op) else bytes(asked.params)
                if is_wait(asked.op):
                    asked.params = msgspec.Raw()
                result = await self._call(
                    asked.op,
                    params,
                    credential=self._credential,
                    face="ws",
                    gone=self.line.connection.gone,
                )
            self.line.say(answered(asked.id, result))
        except ConnectionError:
            pass  # the reader is gone
        except Exception as error:  # the edge: everything becomes the one error shape
            self.line.say(refused(asked.id, error, operation=asked.op or "event.feed"))
        finally:
            self._limits.release(self._caller, size)
            del self._asking[asked.id]
            if len(self._asking) < MAX_CALLS // 2:
                self.line.be_busy(False)

    async def _change(self, asked: Asked) -> Any:
        """Begin a subscription, or end one."""
        if asked.subscribe is not None:
            return await self._subscribe(asked.id, asked.subscribe)
        assert asked.unsubscribe is not None
        return await self._unsubscribe(asked.unsubscribe)

    async def _come(self, asked: bytes) -> Any:
        """Check in as one that is online until this socket ends.

        Who stays under another name leaves the first.
        """
        stay, result = await self._feeds.stay(asked, credential=self._credential, face="ws")
        before, self._stay = self._stay, stay
        if before is not None:
            self._feeds.leave(before)
        return result

    async def _subscribe(self, id: Id, asked: dict[str, Any]) -> dict[str, Any]:
        if id in self._subscriptions:
            raise Conflict(
                "A subscription has this id.", hint="Give each frame an id of its own.", field="id"
            )
        if len(self._subscriptions) + self._starting >= MAX_SUBSCRIPTIONS:
            raise Invalid(
                f"A socket has at most {MAX_SUBSCRIPTIONS} subscriptions.",
                hint="End one first.",
                limit=MAX_SUBSCRIPTIONS,
            )
        subscription = Subscription(self._feeds, self.line, id, asked, self._credential)
        self._starting += 1
        try:
            cursor = await subscription.start()
        finally:
            self._starting -= 1
        task = self._subscriptions[id] = asyncio.create_task(self._run(subscription))
        # Not in the task: one that is cancelled before its first step runs none of its own code.
        task.add_done_callback(lambda _: self._ended(subscription))
        return {"subscription": id, "cursor": cursor}

    def _ended(self, subscription: Subscription) -> None:
        subscription.stop()
        del self._subscriptions[subscription.id]

    async def _unsubscribe(self, id: Id) -> dict[str, Any]:
        task = self._subscriptions.get(id)
        if task is None:
            raise NotFound(
                "There is no such subscription.",
                hint="Name one by the id of the frame that made it.",
                field="unsubscribe",
            )
        task.cancel()
        await asyncio.wait([task])
        return {"subscription": id}

    async def _run(self, subscription: Subscription) -> None:
        try:
            await subscription.run()
        except BadKey:
            self.key_ended()
        except ConnectionError:
            pass  # the reader is gone; it goes on from its cursor when it is back
        except Exception as error:  # the edge of what runs beside the calls
            structlog.get_logger().error(
                "failed", operation="event.feed", kind=type(error).__name__, exc_info=error
            )
            self.line.hang_up(1011, "resync")


class Once:
    """A call's parameters, given away when they are read, so that a wait does not keep them."""

    __slots__ = ("_params",)

    def __init__(self, params: bytes) -> None:
        self._params = params

    async def __call__(self, _: Any) -> bytes:
        params, self._params = self._params, b""
        return params


def is_wait(name: str) -> bool:
    """Whether an operation may wait."""
    operation = OPERATIONS.get(name)
    return operation is not None and operation.is_done is not None
