"""What every test may ask for: a database on each engine, an open app on it, and a caller."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ackbox.app.call import open_app
from tests.engines import ENGINES, Clock, Post, fresh_database


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a fresh database; a test that asks for it runs once on each engine."""
    return fresh_database(request.param, tmp_path)


@pytest.fixture
async def post(database: str) -> AsyncIterator[Post]:
    """An open app on each engine, called as its operator."""
    app = await open_app(database)
    key = await app.ensure(workspace="default", operator_key=None)
    assert key is not None
    yield Post(app, key)
    await app.close()


@pytest.fixture
def clock(post: Post) -> Clock:
    """The clock of the open app; it stands until the test moves it."""
    clock = Clock()
    post.app.clock = clock
    return clock
