"""The index of words follows what was written: who does it, and what a start looks at."""

from __future__ import annotations

import pytest

from ackbox.app.call import open_app
from tests.engines import Post

pytestmark = pytest.mark.anyio


async def number(post: Post, name: str) -> int:
    rows = await post.app.engine.read(lambda tx: tx.rows("workspace_all"), across=True)
    return next(int(row[0]) for row in rows if row[1] == name)


async def test_a_start_looks_only_at_workspaces_with_text_that_is_not_indexed(
    post: Post, database: str
) -> None:
    for name in ("one", "two", "three"):
        await post("workspace.create", name=name)
        await post("message.send", workspace=name, agent="ana", to="bob", body="green")
    await post.app._background.stop()
    await post.app._background._index()
    await post("message.send", workspace="two", agent="ana", to="bob", body="red")
    behind = await number(post, "two")
    await post.app.close()
    app = await open_app(database)
    assert app._background._unindexed == {behind}
    await app._background._index()
    found = await Post(app, post.key)("message.search", workspace="two", agent="bob", query="red")
    assert ([each.body for each in found.messages], found.behind) == (["red"], 0)
    await app.close()


async def test_the_server_that_wrote_indexes_and_another_takes_over_what_it_left(
    post: Post,
) -> None:
    background = post.app._background
    await background.stop()
    await post("message.send", agent="ana", to="bob", body="green")
    behind = await number(post, "default")
    # As on a server that only heard of it.
    background._unindexed.clear()
    post.app._notifier.hear(f"{behind}:1")
    assert background._unindexed == set()
    await background.look()
    assert background._unindexed == {behind}
    await background._index()
    await background.look()
    assert background._unindexed == set()
