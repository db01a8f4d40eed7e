"""A route that is looked up by its path is the route that trying one after another finds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.exceptions import HTTPException
from starlette.routing import Route

from ackbox.app.call import open_app
from ackbox.faces.server.asgi import make_web

pytestmark = pytest.mark.anyio
# Paths without a route, and what their beginnings have in common with those that have one.
NOWHERE = ("/", "/v1", "/v1/messages/a/b", "/v1/nothing", "/v2/messages", "/messages", "//v1/me")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Any]:
    app = await open_app(f"sqlite:///{tmp_path}/a.db")
    yield make_web(app, hosts=["here"], origins=[])
    await app.close()


async def test_a_route_that_is_looked_up_is_the_one_that_trying_each_finds(web: Any) -> None:
    router, looked_up = web.router, 0
    called: list[Any] = []
    wrong: list[Any] = []
    for route in router.routes:
        route.handle = noting(called, route)
    paths = {
        route.path.replace("{id}", "search").replace("{name}", "message.send")
        for route in router.routes
        if isinstance(route, Route)
    }
    for path in [*sorted(paths), *NOWHERE]:
        for method in METHODS:
            called.clear()
            scope = {"type": "http", "path": path, "method": method, "headers": []}
            with noting_absence(called):
                await router.app({**scope, "app": web, "root_path": ""}, None, None)
            by_lookup = list(called)
            called.clear()
            with noting_absence(called):
                await super(type(router), router).app({**scope, "app": web}, None, None)
            looked_up += path in router._known
            wrong += [] if by_lookup == called else [(method, path)]
    assert wrong == []
    assert looked_up > 300


@contextmanager
def noting_absence(called: list[Any]) -> Iterator[None]:
    try:
        yield
    except HTTPException as error:
        called.append(error.status_code)


def noting(called: list[Any], route: Any) -> Any:
    async def handle(scope: Any, receive: Any, send: Any) -> None:
        called.append((route, scope["endpoint"], scope["path_params"], scope["route"]))

    return handle
