"""The library: a database in this process, with the client's methods and no server.

Nothing else may have an SQLite file open at the same time. Explained in
docs/howto/use-the-python-client.md.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from ackbox.app.call import App, open_app
from ackbox.app.founding import found_keyless
from ackbox.client.client import Client
from ackbox.client.running import is_held, read_operator_key
from ackbox.errors import AckboxError, BadKey, Unavailable
from ackbox.model.key import parse_key
from ackbox.ops.key import RotatedKey
from ackbox.private import read_private, write_private
from ackbox.store.store import has_workspace

LOOK_AGAIN_S = 30.0


class _Page(msgspec.Struct):
    events: list[bytes]
    cursor: str


class _Local:
    """Calls and feeds of an app in this process."""

    def __init__(self, app: App, key: str) -> None:
        self._app, self._key = app, key

    async def call(self, name: str, params: bytes, *, may_repeat: bool) -> bytes:
        return msgspec.json.encode(await self._app.call(name, params, credential=self._key))

    async def follow(self, params: dict[str, Any]) -> AsyncGenerator[_Page, None]:
        asked = {name: value for name, value in params.items() if name != "join_ms"}
        follower = await self._app.follow(asked, credential=self._key)
        try:
            if asked.get("cursor") is None:
                asked["cursor"] = (
                    await self._app.call("event.feed", asked, credential=self._key)
                ).cursor
            yield _Page([], asked["cursor"])
            while not self._app.bell.is_closing:
                follower.rung.clear()
                page = await self._app.call("event.feed", asked, credential=self._key, is_push=True)
                asked["cursor"] = page.cursor
                if page.events:
                    yield _Page([msgspec.json.encode(event) for event in page.events], page.cursor)
                if not page.has_more:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(LOOK_AGAIN_S):
                            await follower.rung.wait()
        finally:
            self._app.unfollow(follower)

    async def close(self) -> None:
        """The app is closed by who opened it."""


@asynccontextmanager
async def open(
    url: str,
    *,
    key: str | None = None,
    workspace: str | None = None,
    agent: str | None = None,
    instance: str | None = None,
) -> AsyncIterator[Client]:
    """Open a database and give a client on it: `async with
    ackbox.open("sqlite:////path/to/ackbox.db", agent="ana") as client`.

    Without a key it acts as the operator of an SQLite database, with the key in `operator.key` next
    to the file, as `ackbox up` does. Raises Unavailable when a server has the database open.
    """
    where = _directory(url)
    if where is not None and is_held(where):
        raise Unavailable(f"A server has {where} open.", hint="Talk to it: ackbox.Client()")
    app = await open_app(url)
    try:
        yield Client(
            transport=_Local(app, key or await _operator(app, where)),
            workspace=workspace,
            agent=agent,
            instance=instance,
        )
    finally:
        await app.close()


def _directory(url: str) -> Path | None:
    """Return the directory of an SQLite file.

    Null for one in memory, and for a server's database.
    """
    path = url.partition("sqlite:///")[2]
    return Path(path).parent if path and path != ":memory:" else None


async def _operator(app: App, where: Path | None) -> str:
    if where is not None:
        return await ensure_operator(app, where)
    if app.engine.name != "sqlite":
        raise BadKey(
            "The request has no key.",
            hint="Pass `key`; only an SQLite database has an operator key in its directory.",
        )
    made = await app.ensure(workspace="default", operator_key=None)
    assert made is not None
    return made


async def ensure_operator(app: App, where: Path) -> str:
    """Make sure that the operator key in a directory is good, keep the file right when the key
    is rotated, and return the key.

    Raises Unavailable when there is a key and no workspace.
    """
    path, known = where / "operator.key", read_operator_key(where)
    if known is not None and not await app.engine.read(has_workspace, across=True):
        raise Unavailable(
            f"The database is empty, and {path} is the key of one that was not: the database is"
            " missing or not the one that was used before.",
            hint=(
                "Name the right one with --database, or restore a backup. For a new database, move"
                f" {path} away first."
            ),
        )
    made = await app.ensure(
        workspace="default",
        operator_key=known,
        label=f"operator of {where.resolve()} on {socket.gethostname()}"[:200],
    )
    if made is not None and made != known:
        write_private(path, made + "\n")

    def keep(rotated: RotatedKey) -> RotatedKey:
        try:
            own = read_operator_key(where)
            if own is None or parse_key(own).id != rotated.old_id:
                return rotated
            write_private(path, rotated.key + "\n")
        except (AckboxError, OSError) as error:
            # The key is in the answer; without the file the next start makes another.
            logging.getLogger(__name__).warning(
                "operator.key could not be written (%s)", type(error).__name__
            )
            return rotated
        return msgspec.structs.replace(rotated, kept_in=str(path))

    app.keep_key = keep
    own = made or known
    assert own is not None
    return own


async def ensure_keyless(app: App, where: Path, *, may_speak_as: list[str]) -> str:
    """Return the key in a directory that the port without keys acts with, made now if it is not
    good for exactly these names.
    """
    path = where / "keyless.key"
    known = (read_private(path) or "").strip() or None
    made = await found_keyless(
        app.engine, workspace="default", key=known, may_speak_as=may_speak_as, now=app.clock()
    )
    if made is not None:
        write_private(path, made + "\n")
    key = made or known
    assert key is not None
    return key
