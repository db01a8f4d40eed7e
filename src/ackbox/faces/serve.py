"""The server: all faces over one app, on one port.

Composes; no rule of its own but who may knock: exact Host and Origin, limits on headers.
Explained in docs/why/serving.md.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ackbox.app import App
from ackbox.faces import rest


def make_web(app: App, *, hosts: list[str], origins: list[str]) -> Starlette:
    """Return the ASGI application of an app that is open already, for exactly these Hosts and Origins."""
    from ackbox.faces.mcp import McpFace

    mcp = McpFace(app.call, clock=app.clock, hosts=hosts, origins=origins, identify=app.identify)

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(_: Request) -> Response:
        return JSONResponse({"status": "ready", **app.engine.facts()})

    async def root(_: Request) -> Response:
        return PlainTextResponse("ackbox is running. REST is under /v1, MCP at /mcp, the API document at /openapi.json.\n")

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        async with mcp.manager.run():
            yield

    return Starlette(
        routes=[Route("/", root), Route("/healthz", healthz), Route("/readyz", readyz), Route("/mcp", mcp), *rest.routes(app.call)],
        exception_handlers={404: rest.not_found, 405: rest.not_found}, lifespan=lifespan,
    )
