"""A hook in a sealed workspace: the endpoint of hooks in this process, over the sealed call.

The server sees no text, and the model sees what its machine has opened. Explained in
docs/why/reach.md, "In a sealed workspace".
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette

from ackbox.app.call import wall_clock
from ackbox.app.limits import Limits
from ackbox.client.discovery import caller
from ackbox.faces.hook import endpoint
from ackbox.faces.server.sealed_app import OwnKeyApp

# Asks like client/exchange.py: path, headers and body; status, headers and body.
Ask = Callable[[str, dict[str, str], bytes], tuple[int, dict[str, str], bytes]]


def open_hook(data_dir: str, url: str | None, whose: dict[str, str]) -> Ask | None:
    """Return what answers the requests of a hook; null when this machine has no vault key for the
    caller. Raises the errors of ackbox.errors.
    """
    server = caller(data_dir=data_dir, url=url, face="hook")
    if not server.seals(whose):
        return None
    app = OwnKeyApp(lambda: server, Limits())
    web = Starlette(routes=endpoint.routes(app.call, wall_clock))

    def ask(path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        return asyncio.run(_answer(web, path, headers, body))

    return ask


async def _answer(
    web: Starlette, path: str, headers: dict[str, str], body: bytes
) -> tuple[int, dict[str, str], bytes]:
    said: list[Any] = []
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [(name.lower().encode(), text.encode()) for name, text in headers.items()],
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        said.append(message)

    await web(scope, receive, send)
    head = {name.decode(): text.decode() for name, text in said[0]["headers"]}
    return said[0]["status"], head, b"".join(each.get("body", b"") for each in said[1:])
