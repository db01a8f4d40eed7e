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
from urllib.parse import quote

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware

from ackbox.app.limits import Limits
from ackbox.client.http import HttpCaller, NoServer
from ackbox.errors import BadKey, Unavailable
from ackbox.faces.mcp.late import Late
from ackbox.faces.server.guard import Guard
from ackbox.faces.server.run import PROTOCOLS, bind, who_may_knock
from ackbox.ops.access import PLAIN, Caller, Connection
from ackbox.ops.fitting import Fits, all_fit
from ackbox.ops.table import OPERATIONS

START_S = 30.0
MARKING = ("inbox.check", "inbox.wait")


class SealedApp:
    """What the MCP face needs of an app, answered by the sealed call of a client."""

    def __init__(self, find: Callable[[], HttpCaller]) -> None:
        self._find = find
        self._caller = find()
        self._who: Caller | None = None

    async def identify(self, credential: str | None) -> Caller:
        """Return whose key this is. Raises BadKey for any other than the bridge's own."""
        own = self._caller.key or ""
        if not hmac.compare_digest((credential or "").encode(), own.encode()):
            raise BadKey("This key is not the bridge's own.", hint="Connect through the bridge.")
        if self._who is None:
            me = await asyncio.to_thread(self._do, "agent.whoami", {})
            self._who = Caller(
                key_id=me["key_id"],
                ws=0,
                role=me["role"],
                agent=me["agent"],
                may_speak_as=tuple(me["may_speak_as"]),
            )
        return self._who

    async def ended_keys(self) -> set[str]:
        """Return no keys: the server checks the key at every call."""
        return set()

    async def call(
        self,
        name: str,
        params: Any,
        *,
        credential: str | None,
        fits: Fits = all_fit,
        connection: Connection = PLAIN,
        **_: Any,
    ) -> Any:
        """Run one operation and return its result struct, as App.call does."""
        await self.identify(credential)
        if connection.only_as:
            self._caller.says = {"Ackbox-Only-As": quote(connection.only_as, safe="")}
        given = msgspec.to_builtins(params)
        mark = given.pop("mark", "none") if name in MARKING else "none"
        evidence = given.pop("evidence", None) if mark != "none" else given.get("evidence")
        raw = await asyncio.to_thread(self._do, name, given)
        result = msgspec.convert(raw, OPERATIONS[name].result)
        if name not in MARKING:
            return result
        # The server does not know how long the opened messages are: what one answer does not hold
        # is neither shown nor marked.
        fitted = fits(result.messages)
        shown = result.messages[: fitted.count]
        ids = [each.id for each in shown if each.id not in fitted.begun]
        if mark != "none" and ids:
            marks = {
                name: given[name] for name in ("workspace", "agent", "instance") if name in given
            }
            marks |= {"mark": mark, "ids": ids, "evidence": evidence}
            await asyncio.to_thread(self._do, "receipt.mark", marks)
        is_cut = len(shown) < len(result.messages)
        return msgspec.structs.replace(
            result,
            messages=shown,
            has_more=result.has_more or is_cut,
            cursor=given.get("cursor") if is_cut else result.cursor,
            unread=max(result.unread - (len(ids) if mark == "read" else 0), 0),
        )

    def _do(self, name: str, params: dict[str, Any]) -> Any:
        try:
            return self._caller.call(name, params)
        except NoServer:
            pass
        try:
            # It may have come back at another address.
            says, self._caller = self._caller.says, self._find()
            self._caller.says = says
            return self._caller.call(name, params)
        except NoServer as error:
            raise Unavailable(str(error), hint="Start it with: ackbox up") from None


def start(find: Callable[[], HttpCaller]) -> HttpCaller:
    """Serve until the process ends, and return a caller for the endpoint. Raises Unavailable."""
    app = SealedApp(find)
    sock = bind("127.0.0.1", 0)
    port = sock.getsockname()[1]
    hosts, _ = who_may_knock("127.0.0.1", port)
    limits = Limits()
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
