"""The yardstick of S12: a server of the MCP SDK's own with one tool, which gives back what it
is given.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import mcp_types as types
import uvicorn
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ackbox.faces.server.run import bind


async def list_tools(_: Any, __: Any) -> types.ListToolsResult:
    return types.ListToolsResult(
        tools=[
            types.Tool(
                name="inbox", description="Echo.", input_schema={"type": "object", "properties": {}}
            )
        ]
    )


async def call_tool(_: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
    given = params.arguments or {}
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=json.dumps(given))], structured_content=given
    )


class Endpoint:
    """The SDK's manager as an ASGI application."""

    def __init__(self) -> None:
        server: Server[Any] = Server(
            "echo", version="1", on_list_tools=list_tools, on_call_tool=call_tool
        )
        self.manager = StreamableHTTPSessionManager(server)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.manager.handle_request(scope, receive, send)


async def main() -> None:
    endpoint = Endpoint()

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        async with endpoint.manager.run():
            yield

    sock = bind("127.0.0.1", 0)
    print(json.dumps({"port": sock.getsockname()[1]}), flush=True)
    web = Starlette(routes=[Route("/mcp", endpoint)], lifespan=lifespan)
    await uvicorn.Server(
        uvicorn.Config(web, log_level="warning", http="httptools", ws="none", access_log=False)
    ).serve(sockets=[sock])


if __name__ == "__main__":
    asyncio.run(main())
