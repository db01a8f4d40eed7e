"""Asking: what a page may ask while it gathers its first view, and what a page is.

Explained in docs/why/dashboard.md.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import msgspec

from ackbox.faces.http.wire import Calling, builtins


class Ask:
    """One request for a page: who asks, where, about what, and the query of its address."""

    def __init__(
        self,
        call: Calling,
        *,
        key: str | None,
        workspace: str,
        about: tuple[str, ...],
        query: dict[str, str],
    ) -> None:
        self._call = call
        self._key = key
        self.workspace = workspace
        self.about = about
        self.query = query

    async def __call__(self, operation: str, /, **params: Any) -> Any:
        """Do one operation in the page's workspace, as whoever looks.

        Returns plain dicts and lists.
        """
        given = {name: value for name, value in params.items() if value is not None}
        return builtins(
            await self._call(
                operation, {"workspace": self.workspace, **given}, credential=self._key, face="web"
            )
        )


# What a page begins with, and its lines as plain text.
Load = Callable[[Ask], Awaitable[dict[str, Any]]]
Lines = Callable[[dict[str, Any]], Iterator[str]]


class Page(msgspec.Struct, frozen=True):
    """A page under /w/<workspace>/: its title, how many names follow in its address, what it
    loads, and its text twin.
    """

    title: str
    load: Load
    lines: Lines
    names: tuple[int, int] = (0, 0)
