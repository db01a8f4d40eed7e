"""MCP in this process over the sealed call, for the bridge: text is sealed and opened here, and the
server sees none.

It listens on a free port of the loopback address and takes the bridge's own key only. Explained in
docs/why/sealed.md, "On a member's machine".
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware

from ackbox.app.call import wall_clock
from ackbox.app.limits import Limits
from ackbox.client.http import HttpCaller
from ackbox.errors import Unavailable
from ackbox.faces.hook import endpoint as hook
from ackbox.faces.mcp.late import Late
from ackbox.faces.server.guard import Guard
from ackbox.faces.server.run import PROTOCOLS, bind, who_may_knock
from ackbox.faces.server.sealed_app import OwnKeyApp

START_S = 30.0


def start(find: Callable[[], HttpCaller]) -> HttpCaller:
    """Serve until the process ends, and return a caller for the endpoint. Raises Unavailable."""
    limits = Limits()
    app = OwnKeyApp(find, limits)
    sock = bind("127.0.0.1", 0)
    port = sock.getsockname()[1]
    hosts, _ = who_may_knock("127.0.0.1", port)
    mcp = Late(
        app.call,
        identify=app.identify,
        clock=wall_clock,
        limits=limits,
        ended_keys=app.ended_keys,
    )

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        async with mcp.run():
            yield

    web = Starlette(
        # With the text of hooks, for programs that the bridge wakes with their messages.
        routes=[*mcp.routes(), *hook.routes(app.call, wall_clock)],
        lifespan=lifespan,
        # A browser sends an Origin: none is accepted.
        middleware=[Middleware(Guard, hosts=hosts, origins=(), limits=limits)],
    )
    server = uvicorn.Server(uvicorn.Config(web, log_config=None, access_log=False, **PROTOCOLS))
    threading.Thread(
        target=lambda: asyncio.run(server.serve(sockets=[sock])), name="ackbox-sealed", daemon=True
    ).start()
    until = time.monotonic() + START_S
    while not server.started:
        if time.monotonic() > until:
            raise Unavailable("The bridge could not serve MCP.", hint="Try again.")
        # In a thread of its own; uvicorn has a flag for this and no event.
        time.sleep(0.01)
    return HttpCaller(f"http://127.0.0.1:{port}", find().key, face="bridge")
