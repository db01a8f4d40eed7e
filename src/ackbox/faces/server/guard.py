"""The guard: checks on every request before a face sees it, and headers of every response.

Exact Host and Origin, wrong keys counted by address, and headers that stop a browser from
interpreting a response as something else. Bytes and time are counted in request_head.py, where they
arrive. Explained in docs/why/serving.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ackbox.app.limits import Limits
from ackbox.errors import AckboxError, NotAllowed
from ackbox.faces.http.connection import connection_of
from ackbox.faces.http.reply import error_response
from ackbox.model.sealed import VAULT_KEY, refuse_vault_key

OPEN_TO_ALL = frozenset({"/healthz", "/readyz"})
# Headers of a response unless its face sets others, as pages do.
SAFE = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)


class Guard:
    """An ASGI application that wraps another one."""

    def __init__(
        self, app: ASGIApp, *, hosts: Iterable[str], origins: Iterable[str], limits: Limits
    ) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._origins = frozenset(origin.lower() for origin in origins)
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        if scope["path"].endswith("/") and len(scope["path"]) > 1:
            # Treated as the same path: a redirect would name a scheme and a host that a proxy may
            # have changed.
            scope["path"] = scope["path"].rstrip("/") or "/"
        send = self._sender(scope, send)
        try:
            self._check(scope)
        except AckboxError as error:
            await error_response(error)(scope, receive, send)
            return
        # If a face does not handle it: there is nobody left to reply to.
        with suppress(ClientDisconnect):
            await self._app(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        """Raise NotAllowed for an unknown Host or Origin."""
        host, origin = None, None
        for name, value in scope["headers"]:
            if name == b"host":
                host = value.decode("latin-1").lower()
            elif name == b"origin":
                origin = value.decode("latin-1").lower()
            elif VAULT_KEY in value:
                refuse_vault_key(value.decode("latin-1"))
        for raw in (scope.get("raw_path"), scope.get("query_string")):
            if raw and VAULT_KEY in raw:
                refuse_vault_key(raw.decode("latin-1"))
        if scope["path"] in OPEN_TO_ALL:
            return
        if host not in self._hosts:
            raise NotAllowed(
                "The Host header names another server.",
                field="Host",
                hint="Use the address that `ackbox status` prints.",
            )
        if origin is not None and origin not in self._origins:
            raise NotAllowed(
                "Requests from pages of this Origin are not allowed.",
                field="Origin",
                hint="Call the server from a program, not from a page of another site.",
            )

    def _sender(self, scope: Scope, send: Send) -> Send:
        is_replaced = False

        async def guarded(message: Message) -> None:
            nonlocal is_replaced
            if message["type"] == "http.response.start":
                refusal = self._refusal(scope, message["status"])
                if refusal is None:
                    await _start(scope, message, send)
                    return
                is_replaced = True
                first, rest = _messages(refusal, "http")
                await _start(scope, first, send)
                await send(rest)
            elif message["type"] == "websocket.http.response.start":
                refusal = self._refusal(scope, message["status"])
                if refusal is None:
                    await send(message)
                    return
                is_replaced = True
                for each in _messages(refusal, "websocket.http"):
                    await send(each)
            elif not is_replaced:
                await send(message)

        return guarded

    def _refusal(self, scope: Scope, status: int) -> AckboxError | None:
        """Return the response to one wrong key too many."""
        # OAuth's error for a wrong code has another status.
        if status == 401 or scope.get("ackbox.wrong_key"):
            try:
                # Only wrong keys wait: all agents of a machine share its address, and one of them
                # must not lock out the others.
                self._limits.count_guess(_address(scope))
            except AckboxError as error:
                return error
        return None


async def _start(scope: Scope, message: Message, send: Send) -> None:
    """Start a response, with the headers that every response has.

    A response that starts before the end of its request closes the connection.
    """
    headers = list(message["headers"])
    names = {name for name, _ in headers}
    headers += [each for each in SAFE if each[0] not in names]
    message["headers"] = headers
    connection = connection_of(scope)
    if connection is None or not connection.wire.is_early():
        await send(message)
        return
    headers.append((b"connection", b"close"))
    await send(message)
    connection.wire.linger()


def _messages(error: AckboxError, kind: str) -> tuple[Message, Message]:
    response = error_response(error)
    return (
        {
            "type": f"{kind}.response.start",
            "status": response.status_code,
            "headers": response.raw_headers,
        },
        {"type": f"{kind}.response.body", "body": response.body},
    )


def _address(scope: Scope) -> str:
    return scope["client"][0] if scope.get("client") else "-"
