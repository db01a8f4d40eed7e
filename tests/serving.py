"""A real server on a loopback port, in this process, for tests of faces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn

from ackbox.app.call import App, open_app
from ackbox.faces.server.asgi import make_web
from ackbox.faces.server.run import PROTOCOLS, bind, who_may_knock


@dataclass
class Served:
    """Where the server is, its operator key, and the app behind it."""

    url: str
    key: str
    app: App


@asynccontextmanager
async def serving(database: str, **options: Any) -> AsyncIterator[Served]:
    """Serve a database until the block ends."""
    app = await open_app(database, **options)
    key = await app.ensure(workspace="default", operator_key=None)
    assert key is not None
    sock = bind("127.0.0.1", 0)
    port = sock.getsockname()[1]
    hosts, origins = who_may_knock("127.0.0.1", port)
    config = uvicorn.Config(
        make_web(app, hosts=hosts, origins=origins),
        log_config=None,
        timeout_graceful_shutdown=1,
        **PROTOCOLS,
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[sock]))
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield Served(f"http://127.0.0.1:{port}", key, app)
    finally:
        server.should_exit = True
        await running
        await app.close()
