"""A real server on a loopback port, in this process, for tests of faces."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import uvicorn

from ackbox.app.call import App, open_app
from ackbox.app.founding import found_keyless
from ackbox.faces.server.asgi import KeylessPort, make_web
from ackbox.faces.server.run import PROTOCOLS, bind, keyless_routes, who_may_knock


class Addressed(Protocol):
    """A server and a key that it takes."""

    url: str
    key: str


@dataclass
class Served:
    """Where the server is, its operator key, the app behind it, and its port without keys."""

    url: str
    key: str
    app: App
    keyless_url: str | None = None


async def _keyless(app: App) -> tuple[socket.socket, KeylessPort]:
    rest = keyless_routes()
    assert rest.keyless is not None
    sock = bind("127.0.0.1", 0)
    key = await found_keyless(
        app.engine,
        workspace="default",
        key=None,
        may_speak_as=list(rest.keyless.speaks_as),
        now=app.clock(),
    )
    assert key is not None
    return sock, KeylessPort(rest=rest, port=sock.getsockname()[1], key=key)


@asynccontextmanager
async def serving(database: str, *, keyless: bool = False, **options: Any) -> AsyncIterator[Served]:
    """Serve a database until the block ends; with `keyless` also on a port without keys."""
    app = await open_app(database, **options)
    key = await app.ensure(workspace="default", operator_key=None)
    assert key is not None
    sock = bind("127.0.0.1", 0)
    port = sock.getsockname()[1]
    hosts, origins = who_may_knock("127.0.0.1", port)
    other = await _keyless(app) if keyless else None
    config = uvicorn.Config(
        make_web(app, hosts=hosts, origins=origins, keyless=other and other[1]),
        log_config=None,
        timeout_graceful_shutdown=1,
        **PROTOCOLS,
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[sock, *([other[0]] if other else [])]))
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield Served(
            f"http://127.0.0.1:{port}",
            key,
            app,
            f"http://127.0.0.1:{other[1].port}" if other else None,
        )
    finally:
        server.should_exit = True
        await running
        await app.close()
