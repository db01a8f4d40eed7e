"""MCP in this process over the sealed call, for the bridge: text is sealed and opened here, and the
server sees none.

It listens on a free port of the loopback address and takes the bridge's own key only. Explained in
docs/why/sealed.md, "On a member's machine".
"""

from __future__ import annotations

import asyncio
import hmac
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware

from ackbox.app.limits import Limits
from ackbox.client.http import HttpCaller
from ackbox.errors import BadKey, Unavailable
from ackbox.faces.mcp.late import Late
from ackbox.faces.server.guard import Guard
from ackbox.faces.server.run import PROTOCOLS, bind, who_may_knock
from ackbox.faces.server.sealed_app import SealedApp
from ackbox.ops.access import Caller

START_S = 30.0


class BridgeApp(SealedApp):
    """The sealed call of a bridge, for the bridge's own key."""

    _who: Caller | None = None

    async def identify(self, credential: str | None) -> Caller:
        """Return whose key this is. Raises BadKey for any other than the bridge's own."""
        own = self.caller.key or ""
        if not hmac.compare_digest((credential or "").encode(), own.encode()):
            raise BadKey("This key is not the bridge's own.", hint="Connect through the bridge.")
        if self._who is None:
            nobody = Caller(key_id="", ws=0, role="link")
            me = await self.in_thread(lambda: self.do("agent.whoami", {}, nobody))
            self._who = Caller(
                key_id=me["key_id"],
                ws=0,
                role=me["role"],
                agent=me["agent"],
                may_speak_as=tuple(me["may_speak_as"]),
            )
        return self._who


def start(find: Callable[[], HttpCaller]) -> HttpCaller:
    """Serve until the process ends, and return a caller for the endpoint. Raises Unavailable."""
    limits = Limits()
    app = BridgeApp(find, limits)
    sock = bind("127.0.0.1", 0)
    port = sock.getsockname()[1]
    hosts, _ = who_may_knock("127.0.0.1", port)
    mcp = Late(
        app.call,
        identify=app.identify,
        clock=lambda: round(time.time() * 1000),
        limits=limits,
        ended_keys=app.ended_keys,
    )

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        async with mcp.run():
            yield

    web = Starlette(
        routes=mcp.routes(),
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
