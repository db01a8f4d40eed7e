"""The socket: one WebSocket to a server, reopened when it breaks; pending calls and feeds continue.

This module does not know the operations. Explained in docs/why/websocket.md.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from ackbox.client.http import NoServer, error_of, parse_url
from ackbox.errors import AckboxError, BadKey, TooLong, Unavailable

FRAME_LIMIT = 256 * 1024
ANSWER_LIMIT = 32 * 1024 * 1024
KEY_ENDED, RESYNC = 4001, 4009
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 5.0
# Maximum number of pages that wait for a slow consumer; beyond that the client leaves the feed and
# later resumes it from the consumer's cursor.
MAX_PAGES = 32


class Page(msgspec.Struct, frozen=True):
    """Some lines of the feed, as JSON, and the cursor after them."""

    cursor: str
    events: list[msgspec.Raw] = []


class _Frame(msgspec.Struct):
    """One frame from the server."""

    id: int | None = None
    result: msgspec.Raw = msgspec.Raw()
    error: dict[str, Any] | None = None
    subscription: int | None = None
    events: list[msgspec.Raw] = []
    cursor: str = ""


class _Asked:
    """A pending call."""

    __slots__ = ("answer", "frame", "is_sent", "may_repeat")

    def __init__(self, frame: bytes, may_repeat: bool) -> None:
        self.frame, self.may_repeat, self.is_sent = frame, may_repeat, False
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()


class _Followed:
    """A subscription, and its pages that the consumer has not taken yet."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self.id = 0
        self.asked = asked
        self.pages: deque[Page | AckboxError | NoServer] = deque()
        self.has_come = asyncio.Event()
        self.has_begun = False
        self.is_left = False

    def put(self, page: Page | AckboxError | NoServer) -> None:
        if isinstance(page, Page):
            self.asked["cursor"] = page.cursor
            self.has_begun = True
        self.pages.append(page)
        self.has_come.set()

    def leave(self) -> None:
        """Accept no more pages until the consumer has taken those that are here; then resume from
        there.
        """
        self.is_left = True
        self.has_come.set()


class SocketTransport:
    """Calls and feeds of one server with one key."""

    def __init__(
        self,
        url: str,
        key: str | None,
        *,
        patience_s: float = 10.0,
        is_there: Callable[[], bool] | None = None,
    ) -> None:
        place = parse_url(url)
        self._is_there = is_there
        self._url = f"{'wss' if place.scheme == 'https' else 'ws'}://{place.netloc}{place.path.rstrip('/')}/ws"
        self._shown = url
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._patience_s = patience_s
        self._asked: dict[int, _Asked] = {}
        self._followed: dict[int, _Followed] = {}
        self._last_id = 0
        self._socket: ClientConnection | None = None
        self._running: asyncio.Task[None] | None = None
        self._end: AckboxError | NoServer | None = None
        self._lost_at: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether a connection is open."""
        return self._socket is not None

    async def call(self, name: str, params: bytes, *, may_repeat: bool) -> bytes:
        """Call one operation and return its result as JSON. Raises NoServer and the errors of
        ackbox.errors.

        If the reply is lost with the connection, the call is repeated only with `may_repeat`.
        """
        id = self._next_id()
        frame = b'{"id":%d,"op":%b,"params":%b}' % (id, json.dumps(name).encode(), params)
        if len(frame) > FRAME_LIMIT:
            raise TooLong(
                f"The call has {len(frame):,} bytes; a frame holds at most {FRAME_LIMIT:,}.",
                limit=FRAME_LIMIT,
                size=len(frame),
                hint="Send less in one call, or use REST.",
            )
        self._start()
        asked = self._asked[id] = _Asked(frame, may_repeat)
        try:
            await self._send(asked)
            return await asked.answer
        finally:
            del self._asked[id]

    async def follow(self, params: dict[str, Any]) -> AsyncGenerator[Page, None]:
        """Yield the feed page by page, from `cursor`, as long as the caller iterates; the first
        page is empty and contains the start.

        After a lost connection the feed continues from its cursor. Raises NoServer, if no server
        has responded yet, and the errors of ackbox.errors.
        """
        self._start()
        followed = _Followed(dict(params))
        try:
            await self._subscribe(followed)
            while True:
                while not followed.pages:
                    followed.has_come.clear()
                    if followed.is_left:
                        await self._subscribe(followed)
                    await followed.has_come.wait()
                page = followed.pages.popleft()
                if not isinstance(page, Page):
                    raise page
                yield page
        finally:
            del self._followed[followed.id]
            await self._say({"id": self._next_id(), "unsubscribe": followed.id})

    async def close(self) -> None:
        """Close the socket; pending calls fail."""
        running, self._running, self._socket = self._running, None, None
        if running is not None:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
        self._fail(NoServer("The client is closed."))

    def drop(self) -> None:
        """End at once, without a message to the server: for callers that exit and do not wait for a
        server that may be too busy to reply.
        """
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
        socket, self._socket = self._socket, None
        if socket is not None:
            socket.transport.abort()

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _start(self) -> None:
        if self._running is None:
            self._end = None
            self._running = asyncio.create_task(self._run())
        elif self._end is not None:
            raise self._end

    async def _send(self, asked: _Asked) -> None:
        socket = self._socket
        if socket is not None:
            asked.is_sent = True
            with suppress(ConnectionClosed):  # repeated or rejected once the loss is noticed
                await socket.send(asked.frame, text=True)

    async def _say(self, frame: dict[str, Any]) -> None:
        if self._socket is not None:
            with suppress(ConnectionClosed):
                await self._socket.send(json.dumps(frame))

    async def _subscribe(self, followed: _Followed) -> None:
        """Follow the feed from its cursor, under a new id: pages that still arrive under an older
        id are ignored.
        """
        self._followed.pop(followed.id, None)
        followed.id, followed.is_left = self._next_id(), False
        self._followed[followed.id] = followed
        await self._say({"id": followed.id, "subscribe": followed.asked})

    async def _run(self) -> None:
        """Keep a socket open while there are pending calls or feeds.

        A permanent error ends all calls and feeds that wait.
        """
        pause_s, self._lost_at = FIRST_PAUSE_S, asyncio.get_running_loop().time()
        while self._asked or self._followed:
            refusal = None
            try:
                if self._is_there is not None and not self._is_there():
                    raise ConnectionError(
                        "the server has ended, and another program may have its address"
                    )
                async with _Connect(
                    self._url,
                    additional_headers=self._headers,
                    compression=None,
                    max_size=ANSWER_LIMIT,
                    proxy=None,
                    open_timeout=10,
                    close_timeout=1,
                ) as socket:
                    await self._take_up(socket)
                    pause_s, self._lost_at = FIRST_PAUSE_S, None
                    async for data in socket:
                        await self._take(data)
                code = socket.close_code
            except InvalidStatus as refused:
                code, refusal = None, _refusal(refused)
                if refusal.status in (400, 401, 403, 404):
                    self._stop(refusal)
                    return
            except (OSError, TimeoutError, InvalidHandshake, ConnectionClosed) as lost:
                code = lost.rcvd.code if isinstance(lost, ConnectionClosed) and lost.rcvd else None
            except Exception as strange:  # the edge: waiting calls must get every error
                self._stop(Unavailable(f"The server at {self._shown} is not ackbox: {strange}."))
                return
            self._lose(refusal)
            if code == KEY_ENDED:
                self._stop(
                    BadKey(
                        "This key has been revoked or has expired.",
                        hint="Get a new key from an admin.",
                    )
                )
                return
            if code != RESYNC:
                # Random, so that not all clients reconnect at once when a server comes back.
                await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))
                pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
        # Ends here, because the server would close the connection of an idle client again and
        # again.
        self._running = None

    async def _take_up(self, socket: ClientConnection) -> None:
        """Repeat the pending calls, and follow each feed again from its cursor."""
        self._socket = socket
        for id, followed in [*self._followed.items()]:
            # Skip feeds that their consumers have left during an earlier send.
            if id in self._followed and not followed.is_left:
                await self._subscribe(followed)
        for asked in [*self._asked.values()]:
            if not asked.is_sent:
                await self._send(asked)

    def _lose(self, refusal: AckboxError | None) -> None:
        """Keep the calls and feeds that can wait for the next connection.

        Fail the others, and those that have waited too long, with the reason.
        """
        self._socket = None
        why = refusal or NoServer(f"No server answers at {self._shown}.")
        now = asyncio.get_running_loop().time()
        self._lost_at = self._lost_at or now
        has_waited = now - self._lost_at >= self._patience_s
        for asked in self._asked.values():
            if asked.answer.done():
                continue
            if asked.is_sent and not asked.may_repeat:
                asked.answer.set_exception(
                    NoServer(
                        "The connection broke before the reply; the call may have taken effect."
                    )
                )
            elif has_waited:
                asked.answer.set_exception(why)
            else:
                asked.is_sent = False
        for followed in self._followed.values():
            if has_waited and not followed.has_begun:
                followed.put(why)

    def _stop(self, error: AckboxError) -> None:
        self._socket = None
        self._end = error
        self._fail(error)

    def _fail(self, error: AckboxError | NoServer) -> None:
        for asked in self._asked.values():
            if not asked.answer.done():
                asked.answer.set_exception(error)
        for followed in self._followed.values():
            followed.put(error)

    async def _take(self, data: str | bytes) -> None:
        frame = msgspec.json.decode(data, type=_Frame)
        if frame.subscription is not None:
            await self._take_page(frame.subscription, frame)
        elif frame.id is not None:
            self._take_answer(frame.id, frame)

    def _take_answer(self, id: int, frame: _Frame) -> None:
        error = None if frame.error is None else error_of(frame.error)
        asked = self._asked.get(id)
        if asked is not None and not asked.answer.done():
            if error is not None:
                asked.answer.set_exception(error)
            else:
                asked.answer.set_result(bytes(frame.result))
        followed = self._followed.get(id)
        if followed is not None and error is not None and error.status in (429, 503):
            asyncio.get_running_loop().call_later(error.retry_after_s or 1.0, self._leave, id)
        elif followed is not None:
            followed.put(error or msgspec.json.decode(frame.result, type=Page))

    def _leave(self, id: int) -> None:
        """Leave a feed, unless it has been resumed under another id since."""
        if id in self._followed:
            self._followed[id].leave()

    async def _take_page(self, id: int, frame: _Frame) -> None:
        followed = self._followed.get(id)
        if followed is None or followed.is_left:
            return
        if frame.error is not None:
            followed.put(error_of(frame.error))
        elif len(followed.pages) >= MAX_PAGES:
            # Resumed when its consumer has caught up; until then the socket stays free for others.
            followed.leave()
            await self._say({"id": self._next_id(), "unsubscribe": id})
        else:
            followed.put(Page(frame.cursor, frame.events))


class _Connect(connect):
    """A connection that follows no redirect: the key is only for the configured address."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


def _refusal(refused: InvalidStatus) -> AckboxError:
    """Return the error in the body of a rejected handshake."""
    status = refused.response.status_code
    try:
        body = json.loads(bytes(refused.response.body or b""))["error"]
    except (ValueError, KeyError, TypeError):
        return Unavailable(
            f"The server answered {status} to the handshake.",
            hint="Check that the URL is that of an ackbox server.",
        )
    return error_of(body, status)
