"""Claims that are announced, claims that are refused, and tasks by priority."""

from __future__ import annotations

import pytest

from ackbox.errors import Conflict
from tests.engines import Clock, Post

pytestmark = pytest.mark.anyio


async def test_a_claim_may_write_the_message_of_an_assignment(post: Post) -> None:
    await post("task.create", agent="ana", title="Migrate")
    quiet = await post("task.create", agent="ana", title="Quiet")
    claimed = await post("task.claim", agent="bob", id="1", tell=True)
    await post("task.claim", agent="bob", id=quiet.id)
    messages = (await post("message.history")).messages
    assert [
        (each.id, each.type, each.sender, each.to, each.subject, each.metadata["task"]["status"])
        for each in messages
    ] == [(claimed.task.message, "task_assignment", "bob", ["bob"], "Task 1: Migrate", "claimed")]
    again = await post("task.claim", agent="bob", id="1", tell=True)
    assert again.claimed
    assert len((await post("message.history")).messages) == 1


async def test_who_wants_an_error_gets_one_with_the_winner(post: Post) -> None:
    await post("task.create", agent="ana", title="One")
    assert (await post("task.claim", agent="bob", id="1", or_refuse=True)).claimed
    with pytest.raises(Conflict) as refused:
        await post("task.claim", agent="cy", id="1", or_refuse=True)
    assert refused.value.as_dict()["error"] == {
        "code": "conflict",
        "message": "bob has task 1.",
        "hint": "See the open tasks with task.list.",
        "details": {"reason": "taken", "winner": "bob"},
    }
    with pytest.raises(Conflict, match="There is no open task for you"):
        await post("task.claim", agent="cy", or_refuse=True)


async def test_tasks_are_narrowed_by_priority(post: Post) -> None:
    for priority in (1, 2, 3, 4, 5):
        await post("task.create", agent="ana", title=f"p{priority}", priority=priority)

    async def found(*priorities: int) -> list[str]:
        page = await post("task.list", priority=list(priorities), urgent_first=True)
        return [task.title for task in page.tasks]

    assert [await found(4), await found(1, 2), await found(5, 1, 3)] == [
        ["p4"],
        ["p2", "p1"],
        ["p5", "p3", "p1"],
    ]
    assert [task.title for task in (await post("task.search", query="p4", priority=[4])).tasks] == [
        "p4"
    ]
    assert (await post("task.search", query="p4", priority=[3])).tasks == []


async def test_a_task_is_stale_while_its_assignee_is_away(post: Post, clock: Clock) -> None:
    for title, agent in (("claimed", "bob"), ("begun", "cy"), ("open", None), ("done", "bob")):
        task = await post("task.create", agent="ana", title=title)
        if agent is not None:
            await post("task.claim", agent=agent, id=task.id, start=title != "claimed")
    await post("task.update", agent="bob", id="4", status="done")

    async def stale() -> list[str]:
        return [
            task.title
            for task in (await post("task.list", agent="ana", status="all")).tasks
            if task.is_stale
        ]

    assert await stale() == []
    clock.pass_s(179)
    await post("agent.heartbeat", agent="cy")
    assert await stale() == []
    clock.pass_s(1)
    assert await stale() == ["claimed"]
    await post("agent.check_out", agent="cy")
    assert await stale() == ["begun", "claimed"]
    await post("agent.heartbeat", agent="bob")
    assert (await post("task.get", agent="ana", id="1")).is_stale is False
