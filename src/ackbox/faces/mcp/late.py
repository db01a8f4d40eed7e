"""The MCP endpoints, loaded with the first request that has a valid key.

The MCP SDK is more than half of the processor time of a server's start, and a command or a hook
needs none of it. Explained in docs/why/serving.md.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ackbox import dialects
from ackbox.errors import AckboxError, Unavailable
from ackbox.faces.http.connection import welcome
from ackbox.faces.http.reply import bearer, error_response
from ackbox.faces.http.wire import Calling

if TYPE_CHECKING:
    from ackbox.faces.mcp.endpoint import McpFace

KEY_HEADERS: dict[str, tuple[str, ...]] = {
    # A key may name the dialect that it gets here.
    "/mcp": dialects.KEY_HEADERS,
    **{f"/mcp/{dialect.name}": dialect.key_headers for dialect in dialects.DIALECTS},
}


class Late:
    """All MCP endpoints of a server; `settings` are those of `endpoint.endpoints`."""

    def __init__(self, call: Calling, *, identify: Any, **settings: Any) -> None:
        self._call = call
        self.identify = identify
        self._settings = settings
        self._is_wanted = asyncio.Event()
        self._loaded: asyncio.Future[dict[str, McpFace]] | None = None

    def routes(self) -> list[Route]:
        """Return a route for each endpoint."""
        return [Route(path, LateFace(self, path)) for path in KEY_HEADERS]

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Serve until the block ends."""
        loaded = self._loaded = asyncio.get_running_loop().create_future()
        serving = asyncio.create_task(self._serve(loaded))
        try:
            yield
        finally:
            serving.cancel()
            with suppress(asyncio.CancelledError):
                await serving

    async def face(self, path: str) -> McpFace:
        """Return an endpoint, once it is loaded. Raises Unavailable."""
        assert self._loaded is not None, "the lifespan of the server has not begun"
        self._is_wanted.set()
        return (await asyncio.shield(self._loaded))[path]

    async def _serve(self, loaded: asyncio.Future[dict[str, McpFace]]) -> None:
        # One task for the whole life: the SDK's task groups end in the task that began them.
        await self._is_wanted.wait()
        try:
            async with AsyncExitStack() as running:
                # In a thread, so that other requests are served meanwhile; of its own, since all
                # those of the loop may be busy.
                with ThreadPoolExecutor(1, "ackbox-mcp") as thread:
                    make = await asyncio.get_running_loop().run_in_executor(thread, _load)
                faces = make(self._call, identify=self.identify, **self._settings)
                for face in faces.values():
                    await running.enter_async_context(face.manager.run())
                # Modules stay for good, so the collector need not look at them.
                gc.freeze()
                loaded.set_result(faces)
                await asyncio.Event().wait()
        except Exception:  # the edge of the task: only requests wait for it
            logging.getLogger(__name__).exception("could not serve MCP")
            if not loaded.done():
                loaded.set_exception(
                    Unavailable("The server could not load MCP.", hint="Read the server's log.")
                )


class LateFace:
    """One MCP endpoint that may still be to load."""

    def __init__(self, late: Late, path: str) -> None:
        self._late = late
        self._path = path
        self._face: McpFace | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request; only one with a valid key loads the endpoint."""
        if self._face is None:
            try:
                key = bearer(Headers(scope=scope), *KEY_HEADERS[self._path])
                welcome(scope, (await self._late.identify(key)).key_id)
                self._face = await self._late.face(self._path)
            except AckboxError as error:
                refusal = error_response(error, resource=HTTPConnection(scope))
                await refusal(scope, receive, send)
                return
        await self._face(scope, receive, send)


def _load() -> Any:
    from ackbox.faces.mcp.endpoint import endpoints

    return endpoints
