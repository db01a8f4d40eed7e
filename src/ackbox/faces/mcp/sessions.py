"""MCP sessions of the older eras: how many a key may have, when one ends, and requests without one.

A tool needs a key and headers, never a session: requests of an unknown session, as after a restart,
are served one by one. Explained in docs/reference/mcp.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ackbox.app.limits import Held, Limits
from ackbox.errors import AckboxError, RateLimited
from ackbox.faces.mcp.resources import refusal
from ackbox.ops.access import Caller

BODY_LIMIT = 1 << 20
# An idle session ends after this; its client notices nothing, since its next request is served.
IDLE_S = 300.0
MAX_PER_KEY = 64
LOOK_S = 0.5
SESSION, VERSION = "mcp-session-id", "mcp-protocol-version"
# The keys of a request's scope that hold its caller, and the sessions with an open stream.
CALLER, HEARD = "ackbox.caller", "ackbox.heard"
# Methods that call operations, which are rate-limited on their own.
CALLS = frozenset(
    {"tools/call", "resources/read", "resources/subscribe", "subscriptions/listen", "prompts/get"}
)


class Sessions:
    """The requests of one MCP endpoint, each with its session if it has one."""

    def __init__(
        self, server: Server[Any], limits: Limits, ended_keys: Callable[[], Awaitable[set[str]]]
    ) -> None:
        # Host and Origin are the guard's, for every path.
        settings = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        self._kept = StreamableHTTPSessionManager(
            server,
            security_settings=settings,
            max_request_body_size=BODY_LIMIT,
            session_idle_timeout=IDLE_S,
        )
        self._free = StreamableHTTPSessionManager(
            server, security_settings=settings, max_request_body_size=BODY_LIMIT, stateless=True
        )
        self._limits = limits
        self._ended_keys = ended_keys
        self._ending: set[str] = set()
        self._heard: set[str] = set()
        server.middleware[:] = [self._cost]

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Serve until the block ends."""
        async with self._kept.run(), self._free.run():
            watching = asyncio.create_task(self._watch())
            try:
                yield
            finally:
                watching.cancel()
                with suppress(asyncio.CancelledError):
                    await watching

    async def handle(self, caller: Caller, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request of a caller with a valid key. Raises RateLimited."""
        headers = Headers(scope=scope)
        scope[CALLER], scope[HEARD] = caller, self._heard
        held, declared = Held(self._limits, caller), headers.get("content-length", "0")
        size = int(declared) if declared.isdigit() else 0
        if "transfer-encoding" in headers or size > held.uncounted:
            held.take(min(size or BODY_LIMIT, BODY_LIMIT))
        try:
            # The newest era has no sessions, so a request of it opens none.
            if headers.get(VERSION, HANDSHAKE_PROTOCOL_VERSIONS[0]) in HANDSHAKE_PROTOCOL_VERSIONS:
                await self._route(caller, headers.get(SESSION), scope, receive, send)
            else:
                await self._kept.handle_request(scope, receive, send)
        finally:
            held.release()

    async def _route(
        self, caller: Caller, session: str | None, scope: Scope, receive: Receive, send: Send
    ) -> None:
        owner = None if session is None else self._kept._session_owners.get(session)
        if session is None:
            if scope["method"] == "POST":
                await self._make_room(caller)
            await self._kept.handle_request(scope, receive, send)
        elif owner is None or owner["client_id"] != caller.key_id:
            await self._serve_free(scope, receive, send)
        elif scope["method"] == "GET":
            self._heard.add(session)
            try:
                await self._kept.handle_request(scope, receive, send)
            finally:
                self._heard.discard(session)
        else:
            await self._kept.handle_request(scope, receive, send)

    async def _serve_free(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request whose session is unknown or belongs to another key: both get the same
        response.
        """
        if scope["method"] == "POST":
            await self._free.handle_request(scope, receive, send)
        elif scope["method"] == "DELETE":
            await Response(status_code=204)(scope, receive, send)
        else:
            await Response(status_code=405, headers={"Allow": "POST, DELETE"})(scope, receive, send)

    async def _make_room(self, caller: Caller) -> None:
        """End the key's oldest idle session when it has as many as it may.

        Raises RateLimited when all are in use.
        """
        own = [
            id
            for id, owner in self._kept._session_owners.items()
            if owner["client_id"] == caller.key_id
        ]
        if len(own) < MAX_PER_KEY or caller.role == "operator":
            return
        for id in own:
            transport = self._kept._server_instances[id]
            if not transport._requests_in_flight:
                await self._kept._discard_session(id, transport)
                return
        raise RateLimited(
            f"This key has {MAX_PER_KEY} MCP sessions in use.",
            hint="End a session, or wait a second and repeat the request.",
            retry_after_s=1,
            limit=MAX_PER_KEY,
        )

    async def _cost(self, ctx: Any, call_next: Callable[[Any], Awaitable[Any]]) -> Any:
        """Rate-limit a request that calls no operation, such as initialize or tools/list."""
        if ctx.request_id is not None and ctx.method not in CALLS:
            try:
                self._limits.spend(ctx.request.scope[CALLER])
            except AckboxError as error:
                raise refusal(error) from None
        return await call_next(ctx)

    async def _end(self, id: str) -> None:
        """End a session, one turn later if calls wait in it: they get the reason first."""
        transport = self._kept._server_instances[id]
        if transport._requests_in_flight and id not in self._ending:
            self._ending.add(id)
            return
        self._ending.discard(id)
        await self._kept._discard_session(id, transport)

    async def _watch(self) -> None:
        """End the sessions of revoked and expired keys, with their streams."""
        while True:
            await asyncio.sleep(LOOK_S)
            if not self._kept._session_owners:
                continue
            try:
                gone = await self._ended_keys()
                self._ending &= self._kept._session_owners.keys()
                for id, owner in [*self._kept._session_owners.items()]:
                    if owner["client_id"] in gone:
                        await self._end(id)
            except AckboxError:
                continue  # callers get this error; the next turn tries again
            except (
                Exception
                # the edge of background work: it must survive one failure
            ) as error:
                structlog.get_logger().error(
                    "failed", operation="mcp", kind=type(error).__name__, exc_info=error
                )
