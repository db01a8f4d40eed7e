"""The guard: what every request must satisfy before a face sees it.

Exact Host and Origin, and a deadline for bodies. Bytes of the head are counted in head.py, where
they arrive, and stalled readers noticed where bytes leave. Explained in docs/why/serving.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ackbox.errors import AckboxError, Invalid, NotAllowed
from ackbox.faces.reply import error_response
from ackbox.limits import Limits

BODY_S = 20.0
OPEN_TO_ALL = frozenset({"/healthz", "/readyz"})


class TooSlow(Invalid):
    """The body did not arrive in time."""

    status = 408


class Guard:
    """An ASGI application before another."""

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str], origins: Iterable[str], limits: Limits, body_s: float = BODY_S) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._origins = frozenset(origin.lower() for origin in origins)
        self._limits = limits
        self._body_s = body_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        try:
            self._check(scope)
        except AckboxError as error:
            await error_response(error)(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await self._app(scope, receive, self._sender(scope, send, None))
            return
        slow = _Slow(receive, self._body_s)
        await self._app(scope, slow.receive, self._sender(scope, send, slow))

    def _check(self, scope: Scope) -> None:
        """Raise NotAllowed for a Host or Origin that is not ours."""
        host, origin = None, None
        for name, value in scope["headers"]:
            if name == b"host":
                host = value.decode("latin-1").lower()
            elif name == b"origin":
                origin = value.decode("latin-1").lower()
        if scope["path"] in OPEN_TO_ALL:
            return
        if host not in self._hosts:
            raise NotAllowed("This server does not answer to that Host.", field="Host",
                             hint="Use the address that `ackbox status` prints.")
        if origin is not None and origin not in self._origins:
            raise NotAllowed("This server does not answer pages of that Origin.", field="Origin",
                             hint="Call it from a program, not from another site's page.")

    def _sender(self, scope: Scope, send: Send, slow: _Slow | None) -> Send:
        is_replaced = False

        async def guarded(message: Message) -> None:
            nonlocal is_replaced
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                instead = self._instead(scope, message["status"], slow)
                if instead is not None:
                    is_replaced = True
                    await instead(scope, _nothing, send)
            if not is_replaced:
                await send(message)

        return guarded

    def _instead(self, scope: Scope, status: int, slow: _Slow | None) -> Response | None:
        """Return what is answered in place of a reply that comes too late, or that refuses one wrong key too many."""
        if slow is not None and slow.is_late:
            return error_response(TooSlow("The body did not arrive in time.", hint="Send it faster, or less at once."), close=True)
        if status == 401:
            try:
                # Only wrong keys wait: all agents of a machine share its address, and one of them must not lock the others out.
                self._limits.count_guess(_address(scope))
            except AckboxError as error:
                return error_response(error)
        return None


class _Slow:
    """Receives a body, and hangs up on one that takes too long; what comes after the body may take any time."""

    def __init__(self, receive: Receive, body_s: float) -> None:
        self._receive = receive
        self._until = asyncio.get_running_loop().time() + body_s
        self._is_whole = False
        self.is_late = False

    async def receive(self) -> Message:
        if self._is_whole:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            self.is_late = True
            return {"type": "http.disconnect"}
        self._is_whole = not message.get("more_body", False)
        return message


async def _nothing() -> Message:
    """What a refusal reads of its request."""
    return {"type": "http.disconnect"}


def _address(scope: Scope) -> str:
    return scope["client"][0] if scope.get("client") else "-"
