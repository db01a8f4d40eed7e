"""WebSocket: calls of every operation, and pushed events, over one connection.

A frame is a call like any other and goes through the same `call`; there are no rules here.
Explained in docs/why/websocket.md; for authors of clients in docs/howto/websocket.md.
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

from ackbox.app.limits import Limits
from ackbox.app.serving import Serving
from ackbox.dialects import KEY_HEADERS
from ackbox.dialects.engine.realtime import Realtime
from ackbox.errors import AckboxError, BadKey, Conflict, Invalid, NotFound, RateLimited
from ackbox.faces.http.reply import bearer, credential, error_response
from ackbox.faces.http.wire import Calling
from ackbox.faces.ws.centrifugo import Viewer
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
# Limits for a new socket that sends no frame, and for one without calls and subscriptions.
SILENT_S = 20.0
IDLE_S = 300.0
LOOK_S = 0.5
MAX_CALLS = 256
# Unreadable frames, which count against no rate limit.
MAX_MISREAD = 100
MAX_SUBSCRIPTIONS = 32
MAX_SOCKETS = 5_000
MAX_PER_KEY = 200
# Sockets that have not sent their token yet, of the server and of one network.
MAX_STRANGERS = 500
MAX_STRANGERS_OF_ONE = 100


class NeedsUpgrade(Invalid):
    """A plain request to the path of WebSockets."""

    status = 426


class Sockets:
    """The endpoint /ws and all open sockets."""

    def __init__(self, app: Serving, call: Calling, tickets: Tickets) -> None:
        self._app = app
        self._call = call
        self._tickets = tickets
        self._feeds = Feeds(call, app.follow, app.unfollow, app.stay, app.leave)
        self._open: set[Session | Viewer] = set()
        self._of_key: Counter[str] = Counter()
        self._watching: asyncio.Task[None] | None = None

    @property
    def open(self) -> int:
        """The number of open sockets."""
        return len(self._open)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket from its handshake to its end."""
        try:
            # A handshake is a GET, but with the effects of a POST.
            opening = HTTPConnection(scope)
            key = (
                self._tickets.redeem(scope["subprotocols"])
                or bearer(opening.headers, *KEY_HEADERS)
                or credential(opening, method="POST")
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
        self._of_key[caller.key_id] += 1
        protocol = PROTOCOL if PROTOCOL in scope["subprotocols"] else None
        await self._serve(session, protocol, receive, send)

    async def _serve(
        self, session: Session | Viewer, protocol: str | None, receive: Receive, send: Send
    ) -> None:
        self._open.add(session)
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch())
        try:
            await send({"type": "websocket.accept", "subprotocol": protocol, "headers": []})
            session.line.give_to(session.take)
            await _closed(receive, session)
        finally:
            try:
                await session.end()
            finally:
                # After its commands: one of them may have shown the key.
                self._open.discard(session)
                if session.key_id:
                    self._of_key -= Counter({session.key_id: 1})

    async def serve_channels(
        self, realtime: Realtime, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Serve one socket of a system's channels.

        Its client sends its key's ticket in its first frame: until then it is a stranger.
        """
        line: Line = scope["extensions"][EXTENSION]
        try:
            self._admit_stranger(line.connection.network)
        except RateLimited as error:
            await error_response(error, operation="ws")(scope, receive, send)
            return

        async def sign_in(ticket: str) -> tuple[str, Caller]:
            key = self._tickets.take(ticket)
            caller = await self._app.identify(key)
            self._admit(caller)
            self._of_key[caller.key_id] += 1
            line.connection.welcome(caller.key_id)
            return key, caller

        viewer = Viewer(line, realtime, self._feeds, sign_in, self._tickets, self._app.limits)
        await self._serve(viewer, None, receive, send)

    def _admit(self, caller: Caller) -> None:
        """Raise RateLimited if a key, or the server, has too many sockets."""
        is_many = caller.role != "operator" and self._of_key[caller.key_id] >= MAX_PER_KEY
        if is_many or self._of_key.total() >= MAX_SOCKETS:
            owner, maximum = ("This key", MAX_PER_KEY) if is_many else ("This server", MAX_SOCKETS)
            raise RateLimited(
                f"{owner} has {maximum:,} open sockets, which is the maximum.",
                hint="Close some; one socket carries many calls and subscriptions.",
                retry_after_s=30,
                limit=maximum,
            )

    def _admit_stranger(self, network: str) -> None:
        """Raise RateLimited if too many sockets have no key yet."""
        strangers = [each.line.connection.network for each in self._open if not each.key_id]
        if len(strangers) >= MAX_STRANGERS or strangers.count(network) >= MAX_STRANGERS_OF_ONE:
            raise RateLimited(
                "Too many sockets have not sent their token yet.",
                hint="Send it in the first frame.",
                retry_after_s=1,
            )

    async def _watch(self) -> None:
        """Close idle sockets and those of ended keys, as long as any is open."""
        while self._open:
            await asyncio.sleep(LOOK_S)
            if self._app.bell.is_closing:
                break
            try:
                gone = await self._app.ended_keys()
            except AckboxError:
                continue  # callers get this error; the next turn tries again
            except (
                Exception
                # the edge of background work: it must survive one failure
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


class Channels:
    """The endpoint of one system's channels."""

    def __init__(self, sockets: Sockets, realtime: Realtime) -> None:
        self._sockets = sockets
        self._realtime = realtime

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket from its handshake to its end."""
        await self._sockets.serve_channels(self._realtime, scope, receive, send)


async def needs_upgrade(_: Request) -> Response:
    """Answer a plain request to /ws: most often a handshake whose headers a proxy removed."""
    error = NeedsUpgrade(
        "This path is for WebSockets, and the request has no Upgrade header.",
        hint=(
            "A proxy before this server must forward the headers Upgrade and Connection, over"
            " HTTP/1.1. In nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade;"
            " proxy_set_header Connection upgrade."
        ),
    )
    answer = error_response(error, operation="ws")
    answer.headers["Upgrade"], answer.headers["Connection"] = "websocket", "Upgrade"
    return answer


async def _closed(receive: Receive, session: Session | Viewer) -> None:
    """Return when the socket has closed; pass on the frames that arrive before that."""
    while (message := await receive())["type"] != "websocket.disconnect":
        if message["type"] == "websocket.receive":
            text = message.get("text")
            session.take(
                message.get("bytes") or b"" if text is None else text.encode(), text is not None
            )


class Session:
    """One open socket: its pending calls and its subscriptions."""

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
                        f"A call with the id {asked.id!r} is still pending.",
                        hint="Use a new id for each frame.",
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
        # A name set here saves asyncio from generating one.
        self._asking[asked.id] = self._loop.create_task(
            self._answer(asked, len(data)), name=asked.op
        )
        if len(self._asking) >= MAX_CALLS:
            self.line.be_busy(True)

    def is_idle(self, now: float) -> bool:
        """Whether the socket has no calls and no subscriptions and has been silent for too long."""
        if self._asking or self._subscriptions or self._stay is not None:
            return False
        return now - self._heard_at > (SILENT_S if self._is_new else IDLE_S)

    def key_ended(self) -> None:
        """Report that the key has ended, and close."""
        self.line.say(
            refused(
                None,
                BadKey(
                    "This key has been revoked or has expired.", hint="Get a new key from an admin."
                ),
            )
        )
        self.line.hang_up(KEY_ENDED, "key ended")

    async def end(self) -> None:
        """End the calls and subscriptions of this socket; stored messages stay."""
        # Calls run to their end, waits end at once: a call cancelled between its commit and its
        # notification would notify nobody.
        self.line.connection.gone.set()
        await asyncio.gather(*self._asking.values(), return_exceptions=True)
        # One of those calls may have started a subscription.
        subscriptions = list(self._subscriptions.values())
        for task in subscriptions:
            task.cancel()
        await asyncio.gather(*subscriptions, return_exceptions=True)
        if self._stay is not None:
            self._feeds.leave(self._stay)

    async def _answer(self, asked: Asked, size: int) -> None:
        try:
            while self.line.is_full():
                # Replies would pile up for a client that does not read them.
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
            pass  # the client is gone
        except Exception as error:  # the edge: everything becomes the one error shape
            self.line.say(refused(asked.id, error, operation=asked.op or "event.feed"))
        finally:
            self._limits.release(self._caller, size)
            del self._asking[asked.id]
            if len(self._asking) < MAX_CALLS // 2:
                self.line.be_busy(False)

    async def _change(self, asked: Asked) -> Any:
        """Start or end a subscription."""
        if asked.subscribe is not None:
            return await self._subscribe(asked.id, asked.subscribe)
        assert asked.unsubscribe is not None
        return await self._unsubscribe(asked.unsubscribe)

    async def _come(self, asked: bytes) -> Any:
        """Check in an agent that stays online until this socket ends; another check-in replaces the
        first.
        """
        stay, result = await self._feeds.stay(asked, credential=self._credential, face="ws")
        before, self._stay = self._stay, stay
        if before is not None:
            self._feeds.leave(before)
        return result

    async def _subscribe(self, id: Id, asked: dict[str, Any]) -> dict[str, Any]:
        if id in self._subscriptions:
            raise Conflict(
                f"A subscription has the id {id!r} already.",
                hint="Use a new id for each frame.",
                field="id",
            )
        if len(self._subscriptions) + self._starting >= MAX_SUBSCRIPTIONS:
            raise Invalid(
                f"This socket has {MAX_SUBSCRIPTIONS} subscriptions, which is the maximum.",
                hint="End one with unsubscribe.",
                limit=MAX_SUBSCRIPTIONS,
            )
        subscription = Subscription(self._feeds, self.line, id, asked, self._credential)
        self._starting += 1
        try:
            cursor = await subscription.start()
        finally:
            self._starting -= 1
        task = self._subscriptions[id] = asyncio.create_task(self._run(subscription))
        # A callback: a task cancelled before its first step runs no code.
        task.add_done_callback(lambda _: self._ended(subscription))
        return {"subscription": id, "cursor": cursor}

    def _ended(self, subscription: Subscription) -> None:
        subscription.stop()
        del self._subscriptions[subscription.id]

    async def _unsubscribe(self, id: Id) -> dict[str, Any]:
        task = self._subscriptions.get(id)
        if task is None:
            raise NotFound(
                f"No subscription has the id {id!r}.",
                hint="Use the id of the frame that subscribed.",
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
            pass  # the client is gone; it continues from its cursor when it is back
        except Exception as error:  # the edge of background work
            structlog.get_logger().error(
                "failed", operation="event.feed", kind=type(error).__name__, exc_info=error
            )
            self.line.hang_up(1011, "resync")


class Once:
    """A call's parameters, released when they are read, so that a wait does not hold them."""

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
