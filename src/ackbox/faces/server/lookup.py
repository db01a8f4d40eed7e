"""Lookup: find the route of a request by its path if the path has no parameters.

Starlette tries one pattern after another, and a server has some two hundred. The lookup finds the
same route as that search. Explained in docs/why/serving.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.routing import BaseRoute, Route, Router
from starlette.types import Receive, Scope, Send


class Lookup(Router):
    """A router that tries its routes one by one only for a path that it cannot look up.

    A path with a slash at the end is the path without it: the guard removes the slash and never
    redirects.
    """

    def __init__(self, routes: Sequence[BaseRoute], *, lifespan: Any) -> None:
        super().__init__(routes, redirect_slashes=False, lifespan=lifespan)
        self._known = _known(self.routes)

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request to its route."""
        if scope["type"] == "http" and not scope.get("root_path"):
            for route in self._known.get(scope["path"], ()):
                if not route.methods or scope["method"] in route.methods:
                    scope.update(router=self, route=route, endpoint=route.endpoint, path_params={})
                    await route.handle(scope, receive, send)
                    return
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
