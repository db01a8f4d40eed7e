"""Lookup: find the route of a request by its path, without a search through all of them.

Starlette tries one pattern after another, and a server has some two hundred. The lookup finds the
same route as that search. Explained in docs/why/serving.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.routing import BaseRoute, Route, Router, WebSocketRoute
from starlette.types import Receive, Scope, Send

# How many words at the start of a path choose the routes to try.
WORDS = 2
Start = tuple[str, ...]


class Lookup(Router):
    """A router that looks up a path without parameters, and for other paths tries only the routes
    that begin with the same words.

    A path with a slash at the end is the path without it: the guard removes the slash and never
    redirects.
    """

    def __init__(self, routes: Sequence[BaseRoute], *, lifespan: Any) -> None:
        super().__init__(routes, redirect_slashes=False, lifespan=lifespan)
        self._known = _known(self.routes)
        self._by_start = _by_start(self.routes)

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request to its route."""
        if scope["type"] == "http" and not scope.get("root_path"):
            for route in self._known.get(scope["path"], ()):
                if not route.methods or scope["method"] in route.methods:
                    scope.update(router=self, route=route, endpoint=route.endpoint, path_params={})
                    await route.handle(scope, receive, send)
                    return
            scope["router"] = self
            alike = self._by_start.get(_start(scope["path"])) or self._by_start[None]
            await alike.app(scope, receive, send)
        else:
            await super().app(scope, receive, send)


def _known(routes: Sequence[BaseRoute]) -> dict[str, list[Route]]:
    """Return the routes of each path without parameters, in order."""
    known: dict[str, list[Route]] = {}
    patterns = []
    for route in routes:
        if not isinstance(route, Route):
            continue
        if route.param_convertors:
            patterns.append(route.path_regex)
        elif not any(pattern.match(route.path) for pattern in patterns):
            known.setdefault(route.path, []).append(route)
    return known


def _by_start(routes: Sequence[BaseRoute]) -> dict[Start | None, Router]:
    """Return for the first words of a path a router of all routes that can match it, in order:
    those that begin with these words, and those that may begin with any. Null has the latter alone.
    """
    starts = [_start_of(route) for route in routes]
    alike: dict[Start | None, list[BaseRoute]] = {start: [] for start in (*starts, None)}
    for route, start in zip(routes, starts, strict=True):
        for each in alike if start is None else (start,):
            alike[each].append(route)
    return {start: Router(some, redirect_slashes=False) for start, some in alike.items()}


def _start_of(route: BaseRoute) -> Start | None:
    """Return the words that each path of a route begins with; null if they are not fixed."""
    if not isinstance(route, Route | WebSocketRoute):
        return None
    start = _start(route.path)
    return None if any("{" in word for word in start) else start


def _start(path: str) -> Start:
    return tuple(path.split("/", WORDS + 1)[1 : WORDS + 1])
