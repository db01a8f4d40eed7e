"""The server: all faces of one app, on one port, and a second port for clients without keys.

Only composition: the guard decides which requests to accept, and the app what they may do.
Explained in docs/why/serving.md.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from ackbox import __version__
from ackbox.app.serving import Serving
from ackbox.dialects import DIALECTS, REALTIMES
from ackbox.dialects.engine.rest import Rest
from ackbox.errors import AckboxError, NotAllowed
from ackbox.faces.hook import endpoint as hook
from ackbox.faces.hook import fast
from ackbox.faces.http.connection import welcome
from ackbox.faces.http.reply import bearer, error_response
from ackbox.faces.http.wire import Calling
from ackbox.faces.mcp.late import Late
from ackbox.faces.rest import dialect_routes as dialect_rest
from ackbox.faces.rest import reference, webhook
from ackbox.faces.rest import routes as rest
from ackbox.faces.server.guard import Guard
from ackbox.faces.server.lookup import Lookup
from ackbox.faces.server.metrics import Metrics, counted
from ackbox.faces.ws.endpoint import Channels, Sockets, needs_upgrade
from ackbox.faces.ws.ticket import Tickets


class KeylessPort(msgspec.Struct, frozen=True, kw_only=True):
    """The port for clients without keys: its routes, and the key that its requests act with."""

    rest: Rest
    port: int
    key: str


def make_web(
    app: Serving,
    *,
    hosts: list[str],
    origins: list[str],
    fast_hook: fast.Pass | None = None,
    keyless: KeylessPort | None = None,
    data_dir: Path | None = None,
) -> Starlette:
    """Return the ASGI application of an app that is already open, for exactly these Hosts and
    Origins; with the route of the fast hook if there is a pass for it, and with the application of
    the port for clients without keys if there is one. The page Connect names `data_dir`.
    """
    from ackbox.faces.web import views
    from ackbox.faces.web.page import Server

    call, metrics = counted(app)
    tickets = Tickets(call, lambda: app.clock())
    sockets = Sockets(app, call, tickets)
    metrics.watch_sockets(lambda: sockets.open)
    app.sockets = lambda: sockets.open
    mcp = Late(
        call, identify=app.identify, clock=app.clock, limits=app.limits, ended_keys=app.ended_keys
    )

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        async with mcp.run():
            yield

    web = Starlette(
        routes=[
            *_own_routes(app, metrics),
            *_expected_routes(),
            WebSocketRoute("/ws", sockets),
            Route("/ws", needs_upgrade),
            *(WebSocketRoute(each.path, Channels(sockets, each)) for each in REALTIMES),
            *(Route(each.path, needs_upgrade) for each in REALTIMES),
            *tickets.routes(),
            *mcp.routes(),
            *rest.routes(call),
            *dialect_rest.routes(call, app, tickets),
            *views.routes(call, Server(data_dir=data_dir, tools=_tools)),
            *webhook.routes(call),
            *hook.routes(call, app.clock, fast_hook=fast_hook),
        ],
        exception_handlers={404: views.not_found, 405: views.not_found},
        middleware=[
            *([] if keyless is None else [_by_port(app, call, keyless)]),
            Middleware(Guard, hosts=hosts, origins=origins, limits=app.limits),
        ],
    )
    web.router = Lookup(web.routes, lifespan=lifespan)
    return web


def _tools() -> int:
    """Return how many MCP tools an agent gets; loads them with the first call."""
    from ackbox.faces.mcp.native import TOOLS

    return len(TOOLS)


def _without_key(app: Serving, call: Calling, keyless: KeylessPort) -> ASGIApp:
    """Return the application of the port for clients without keys: one dialect's routes alone.

    No Origin is accepted: otherwise each page in a browser of this machine could send messages.
    """
    hosts = [f"{name}:{keyless.port}" for name in ("127.0.0.1", "localhost")]
    routes = dialect_rest.without_key(keyless.rest, call, app, key=keyless.key)
    return Guard(Starlette(routes=routes), hosts=hosts, origins=(), limits=app.limits)


def _by_port(app: Serving, call: Calling, keyless: KeylessPort) -> Middleware:
    """Return the middleware that keeps requests on the port for clients without keys from the rest
    of the server.
    """
    alone = _without_key(app, call, keyless)

    def around(web: ASGIApp) -> ASGIApp:
        async def chosen(scope: Scope, receive: Receive, send: Send) -> None:
            server = scope.get("server")
            is_keyless = server is not None and server[1] == keyless.port
            await (alone if is_keyless else web)(scope, receive, send)

        return chosen

    return Middleware(around)


def _own_routes(app: Serving, metrics: Metrics) -> list[Route]:
    """Return the routes about the server itself: its health, metrics and description."""

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(_: Request) -> Response:
        try:
            await app.check()
        except AckboxError as error:
            return error_response(error)
        return JSONResponse({"status": "ready"})

    async def numbers(request: Request) -> Response:
        try:
            caller = await app.identify(bearer(request.headers))
            welcome(request.scope, caller.key_id)
            if not (caller.may("server") or caller.may("admin")):
                raise NotAllowed(
                    "This key is not allowed to read the metrics.",
                    hint="Use the operator key or an admin key.",
                )
        except AckboxError as error:
            return error_response(error)
        return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return [
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", numbers),
        *reference.routes(),
    ]


def _expected_routes() -> list[Route]:
    """Return the routes that clients of other systems ask for before they connect."""

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ok", "version": __version__})

    return [
        # Clients append it to the address of the server, or to that of their MCP endpoint.
        Route("/health", health),
        *(Route(f"/mcp/{dialect.name}/health", health) for dialect in DIALECTS),
    ]
