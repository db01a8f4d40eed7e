"""Turns: what an agent ends one with is kept whole or not at all, and once for each key."""

from __future__ import annotations

from typing import Any

import pytest

from ackbox.errors import AckboxError, Conflict, Invalid
from tests.engines import Post

pytestmark = pytest.mark.anyio


def words(*to: str, **more: Any) -> list[dict[str, Any]]:
    return [{"to": each, "body": f"for {each}", **more} for each in to]


async def everything(post: Post) -> tuple[list[str], list[str]]:
    notes = await post("note.list", kind="turn", limit=200)
    return [each.text for each in notes.notes], [
        each.body for each in (await post("message.history", limit=200)).messages
    ]


async def test_a_turn_is_a_note_and_its_messages(post: Post) -> None:
    turn = await post(
        "turn.submit",
        agent="ana",
        summary="Built it.",
        status="needs_review",
        blockers=["a"],
        next="Review.",
        plan={"steps": [1]},
        task="T",
        messages=words(
            "bob", "cy", intent="review_request", refs=[{"kind": "diff", "target": "HEAD"}]
        ),
    )
    assert (turn.agent, turn.status, turn.task, turn.duplicate) == (
        "ana",
        "needs_review",
        "T",
        False,
    )
    assert [
        (each.to, each.body, each.intent, each.refs[0].target, each.metadata)
        for each in turn.messages
    ] == [
        ([name], f"for {name}", "review_request", "HEAD", {"turn": turn.id, "task": "T"})
        for name in ("bob", "cy")
    ]
    note = await post("note.get", id=turn.id)
    assert (note.note.kind, note.note.text, note.note.author, note.note.metadata) == (
        "turn",
        "Built it.",
        "ana",
        {
            "status": "needs_review",
            "blockers": ["a"],
            "next": "Review.",
            "plan": {"steps": [1]},
            "task": "T",
        },
    )


async def test_one_bad_message_keeps_nothing_of_the_turn(post: Post) -> None:
    with pytest.raises(Invalid):
        await post("turn.submit", agent="ana", summary="s", messages=words("bob", ""))
    assert await everything(post) == ([], [])


async def test_the_same_key_keeps_one_turn_and_for_another_it_is_a_conflict(post: Post) -> None:
    asked = {"agent": "ana", "summary": "s", "messages": words("bob", "cy"), "idempotency_key": "k"}
    first, again = await post("turn.submit", **asked), await post("turn.submit", **asked)
    assert (first.duplicate, again.duplicate) == (False, True)
    assert (again.id, [each.id for each in again.messages]) == (
        first.id,
        [each.id for each in first.messages],
    )
    for other in ({"summary": "t"}, {"messages": words("bob", "dan")}):
        with pytest.raises(Conflict):
            await post("turn.submit", **{**asked, **other})
    assert await everything(post) == (["s"], ["for cy", "for bob"])


async def test_answers_go_to_the_oldest_that_is_still_expected(post: Post) -> None:
    asked = [
        (
            await post(
                "turn.submit",
                agent="bob",
                summary="s",
                answer_within_s=3600,
                messages=words("ana", intent="question"),
            )
        )
        .messages[0]
        .id
        for _ in range(2)
    ]
    told = [
        (
            await post(
                "turn.submit", agent="ana", summary="s", answers_oldest=True, messages=words(to)
            )
        )
        .messages[0]
        .parent
        for to in ("cy", "bob", "bob", "bob")
    ]
    assert told == [None, *asked, None]


async def test_the_newest_unread_can_be_asked_for_and_the_rest_waits(post: Post) -> None:
    for number in range(5):
        await post("message.send", agent="ana", to="bob", body=f"{number}")
    seen = []
    for _ in range(3):
        checked = await post("inbox.check", agent="bob", newest=True, limit=2, mark="read")
        seen.append(([each.body for each in checked.messages], checked.has_more))
    assert seen == [(["3", "4"], True), (["1", "2"], True), (["0"], False)]


async def test_the_log_tells_each_reader_what_it_may_see(post: Post) -> None:
    await post("workspace.create", name="shop", mode="private")
    ana, bob, cy = [
        Post(post.app, (await post("key.create", workspace="shop", name=name)).key)
        for name in ("ana", "bob", "cy")
    ]
    await ana("message.send", to="bob", body="secret", expects_reply_by="2100-01-01T00:00:00Z")
    told = {
        name: [
            (line.type, line.payload.get("body"))
            for line in (await each("event.log")).lines
            if line.type.startswith(("message", "contract"))
        ]
        for name, each in (("ana", ana), ("bob", bob), ("cy", cy))
    }
    both = [("message.sent", "secret"), ("contract.opened", None)]
    assert told == {"ana": both, "bob": both, "cy": []}


def planned(key: str, *needs: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "title": key.upper(), "depends_on": list(needs), **more}


async def test_a_turn_creates_tasks_that_wait_for_each_other(post: Post) -> None:
    asked = {
        "agent": "ana",
        "summary": "Planned.",
        "idempotency_key": "k",
        "tasks": [planned("c", "a", "b", to="bob"), planned("b", "a"), planned("a", priority=5)],
        "messages": words("bob"),
    }
    turn, again = await post("turn.submit", **asked), await post("turn.submit", **asked)
    c, b, a = turn.tasks
    assert [(each.title, each.assignee, each.priority, each.waits_for) for each in (c, b, a)] == [
        ("C", "bob", 3, [a.id, b.id]),
        ("B", None, 3, [a.id]),
        ("A", None, 5, []),
    ]
    assert [each.metadata for each in (c, b, a)] == [
        {"turn": turn.id, "key": key} for key in ("c", "b", "a")
    ]
    assert (again.duplicate, [each.id for each in again.tasks]) == (True, [c.id, b.id, a.id])


@pytest.mark.parametrize(
    ("tasks", "message", "field"),
    [
        (
            [planned("a", "b"), planned("b", "a")],
            "Tasks of the plan wait for each other: a, b.",
            "tasks",
        ),
        ([planned("a", "a")], "Tasks of the plan wait for each other: a.", "tasks"),
        (
            [planned("a"), planned("b", "c")],
            "No task of the plan has the key 'c'.",
            "tasks[1].depends_on",
        ),
        (
            [planned("a"), planned("a")],
            "Two tasks of the plan have the key 'a'.",
            "tasks[1].key",
        ),
        (
            [planned("a"), planned("b", to="*")],
            "A task has one assignee.",
            "tasks[1].to",
        ),
    ],
)
async def test_a_plan_that_cannot_be_carried_out_keeps_nothing_of_the_turn(
    post: Post, tasks: list[dict[str, Any]], message: str, field: str
) -> None:
    with pytest.raises(AckboxError) as refused:
        await post("turn.submit", agent="ana", summary="s", tasks=tasks, messages=words("bob"))
    assert (refused.value.message, refused.value.details["field"]) == (message, field)
    assert await everything(post) == ([], [])
    assert (await post("task.list", status="all")).tasks == []


async def test_a_turn_without_a_summary_is_kept_under_its_status(post: Post) -> None:
    turn = await post("turn.submit", agent="ana", summary="", status="blocked")
    assert (await post("note.get", id=turn.id)).note.text == "blocked"
