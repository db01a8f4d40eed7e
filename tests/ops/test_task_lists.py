"""Tasks in lists: filters, order, pages and words."""

from __future__ import annotations

from typing import Any

import pytest

from ackbox.errors import Invalid
from tests.engines import Clock, Post
from tests.ops.test_tasks import titles

pytestmark = pytest.mark.anyio


async def test_lists_are_narrowed_ordered_and_paged(post: Post, clock: Clock) -> None:
    await post("task.create", agent="ana", title="a", project="shop", tags=["x", "y"], priority=1)
    clock.pass_s(1)
    await post("task.create", agent="bob", title="b", to="cy/ci", mission="m", priority=5)
    clock.pass_s(1)
    await post(
        "task.create", agent="ana", title="c", to="bob", tags=["xy"], priority=3, depends_on=["1"]
    )
    await post("task.create", agent="ana", title="d", status="done")
    assert await titles(post) == ["c", "b", "a"]
    assert await titles(post, urgent_first=True) == ["b", "c", "a"]
    filters: dict[str, dict[str, Any]] = {
        "all": {"status": "all"},
        "finished": {"status": ["done", "failed"]},
        "two": {"status": "done, open", "limit": 2},
        "assignee": {"assignee": "bob"},
        "mine": {"mine": True, "agent": "cy"},
        "instance": {"assignee_instance": "ci"},
        "nobody": {"assignee": "zoe"},
        "free": {"unassigned_only": True},
        "ready": {"ready_only": True},
        "creator": {"creator": "bob"},
        "project": {"project": "shop"},
        "mission": {"mission": "m"},
        "tag": {"tag": "x"},
        "since": {"updated_since": "2027-01-15T08:00:00Z"},
    }
    found = {name: await titles(post, **narrow) for name, narrow in filters.items()}
    assert found == {
        "all": ["d", "c", "b", "a"],
        "finished": ["d"],
        "two": ["d", "c"],
        "assignee": ["c"],
        "mine": ["b"],
        "instance": ["b"],
        "nobody": [],
        "free": ["a"],
        "ready": ["b", "a"],
        "creator": ["b"],
        "project": ["a"],
        "mission": ["b"],
        "tag": ["a"],
        "since": ["c", "b"],
    }
    with pytest.raises(Invalid):
        await post("task.list", status="closed")


@pytest.mark.parametrize("urgent_first", [False, True])
async def test_pages_of_a_list_make_the_whole_of_it(post: Post, urgent_first: bool) -> None:
    for n in range(11):
        await post(
            "task.create", agent="ana", title=str(n), priority=n % 3 + 1, description="x" * 400
        )
    whole = await titles(post, urgent_first=urgent_first)
    for size in ({"limit": 3}, {"max_text_bytes": 1000}):
        found: list[str] = []
        cursor: str | None = None
        while cursor is not None or not found:
            page = await post("task.list", urgent_first=urgent_first, cursor=cursor, **size)
            found, cursor = found + [task.title for task in page.tasks], page.cursor
        assert found == whole


async def test_words_of_a_task_are_found_as_they_are_now(post: Post) -> None:
    await post(
        "task.create",
        agent="ana",
        title="Deploy the landing page",
        description="on Friday",
        tags=["web"],
    )
    await post("task.create", agent="ana", title="数据库迁移", to="bob")
    await post("task.update", agent="bob", id="2", status="done", note="deployed by hand")

    async def found(query: str, **narrow: Any) -> list[int]:
        return [task.number for task in (await post("task.search", query=query, **narrow)).tasks]

    asked = {
        query: await found(query)
        for query in ("landing page", "deploy*", "web", "迁移", "nothing", "deploy* -hand")
    }
    assert asked == {
        "landing page": [1],
        "deploy*": [2, 1],
        "web": [1],
        "迁移": [2],
        "nothing": [],
        "deploy* -hand": [1],
    }
    assert await found("deploy*", status="unfinished") == [1]
    await post("task.update", agent="ana", id="1", title="Ship it")
    assert [await found("landing"), await found("ship")] == [[], [1]]
