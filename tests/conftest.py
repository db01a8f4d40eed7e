"""What every test may ask for: a database on each engine, an open app on it, and a caller."""

from __future__ import annotations

import functools
import gc
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpcore2
import pytest

from ackbox.app.call import open_app
from tests.command import NO_KEYCHAIN
from tests.engines import ENGINES, Clock, Post, lent_database

# Where memory has room, tests write there: on a disk, most of their time is waiting for fsync.
MEMORY = Path("/dev/shm")
ROOM_BYTES = 8_000_000_000
if (
    "TMPDIR" not in os.environ
    and os.access(MEMORY, os.W_OK)
    and shutil.disk_usage(MEMORY).free > ROOM_BYTES
):
    os.environ["TMPDIR"] = str(MEMORY)
    tempfile.tempdir = None
os.environ.setdefault("PYTHON_KEYRING_BACKEND", NO_KEYCHAIN)
# Tests make and drop whole servers: with Python's threshold, collecting garbage takes a twentieth
# of their time.
gc.set_threshold(10_000, 20, 20)
# Each client of httpx2 reads all certificate authorities of the system, some 60 ms of processor
# time; tests make thousands of clients, and none of them talks TLS to a stranger.
httpcore2.default_ssl_context = functools.cache(httpcore2.default_ssl_context)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database; a test that asks for it runs once on each engine."""
    with lent_database(request.param, tmp_path) as url:
        yield url


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
