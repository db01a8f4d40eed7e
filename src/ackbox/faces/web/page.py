"""Pages: what a page is, and the calls it makes to load its data.

Explained in docs/why/dashboard.md.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from pathlib import Path
from typing import Any

import msgspec

from ackbox.faces.http.connection import introduced
from ackbox.faces.http.wire import Calling, builtins


class Server(msgspec.Struct, frozen=True):
    """What pages say about the server: its data directory, the number of an agent's MCP tools."""

    data_dir: Path | None
    tools: Callable[[], int]


class Ask:
    """One request for a page: its key, workspace, names and query; calls operations with them."""

    def __init__(
        self,
        call: Calling,
        *,
        key: str | None,
        workspace: str,
        about: tuple[str, ...],
        query: dict[str, str],
        scope: MutableMapping[str, Any],
        server: Server,
    ) -> None:
        self._call = call
        self._key = key
        self.workspace = workspace
        self.about = about
        self.query = query
        self._scope = scope
        self.server = server

    async def __call__(self, operation: str, /, **params: Any) -> Any:
        """Call one operation in the page's workspace with the key of the request.

        Returns plain dicts and lists.
        """
        given = {name: value for name, value in params.items() if value is not None}
        return builtins(
            await self._call(
                operation,
                introduced(self._scope, {"workspace": self.workspace, **given}),
                credential=self._key,
                face="web",
            )
        )


# Loads the data of a page; renders it as lines of plain text.
Load = Callable[[Ask], Awaitable[dict[str, Any]]]
Lines = Callable[[dict[str, Any]], Iterator[str]]


class Page(msgspec.Struct, frozen=True):
    """A page under /w/<workspace>/: its title, its data, its text twin, and how many names
    (minimum, maximum) follow in its address.
    """

    title: str
    load: Load
    lines: Lines
    names: tuple[int, int] = (0, 0)
