"""Tasks: created, found, claimed by one agent, updated, and announced."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ackbox.errors import AckboxError, Conflict, Invalid, NotAllowed, NotFound
from tests.engines import Clock, Post

pytestmark = pytest.mark.anyio
# What a task is updated with beside its new status.
WITH_STATUS = {
    "blocked": {"blocked_by": "ana", "blocked_cause": "human", "note": "which region?"},
    "done": {"note": "all green"},
}


async def titles(post: Post, **narrow: Any) -> list[str]:
    return [task.title for task in (await post("task.list", **narrow)).tasks]


async def told(
    post: Post, agent: str, instance: str | None = None
) -> list[tuple[str, str, str | None]]:
    """What is in somebody's inbox: (type, sender, subject), oldest first."""
    checked = await post("inbox.check", agent=agent, instance=instance)
    return [(letter.type, letter.sender, letter.subject) for letter in checked.messages]


async def events(post: Post) -> list[tuple[str, dict[str, Any]]]:
    page = await post("event.feed", cursor="start", limit=200)
    return [(event.kind, event.details) for event in page.events if event.kind.startswith("task.")]


async def test_a_task_is_shown_as_it_was_made(post: Post, clock: Clock) -> None:
    first = await post("task.create", agent="ana", title="Schema")
    made = await post(
        "task.create",
        agent="ana",
        title="Migrate",
        description="All tables.",
        to="bob/laptop",
        priority=5,
        project="shop",
        mission="launch",
        tags=["db", "sql", "db"],
        depends_on=["1"],
        done_when="tests pass",
        due_at="2027-01-16T00:00:00Z",
        estimated_minutes=90,
        metadata={"a": 1},
    )
    task = await post("task.get", id=made.id)
    assert (first.number, made.number, made.duplicate) == (1, 2, False)
    own = {
        name: getattr(task, name)
        for name in task.__struct_fields__
        if name not in ("id", "message")
    }
    assert own == {
        "number": 2,
        "workspace": "default",
        "title": "Migrate",
        "description": "All tables.",
        "status": "open",
        "priority": 5,
        "creator": "ana",
        "assignee": "bob",
        "assignee_instance": "laptop",
        "project": "shop",
        "mission": "launch",
        "tags": ["db", "sql"],
        "depends_on": [first.id],
        "waits_for": [first.id],
        "done_when": "tests pass",
        "due_at": "2027-01-16T00:00:00.000Z",
        "is_late": False,
        "is_stale": False,
        "estimated_minutes": 90,
        "note": None,
        "blocked_by": None,
        "blocked_cause": None,
        "parent": None,
        "metadata": {"a": 1},
        "created_at": "2027-01-15T08:00:00.000Z",
        "updated_at": "2027-01-15T08:00:00.000Z",
        "claimed_at": None,
        "started_at": None,
        "finished_at": None,
    }
    assert await post("task.get", id="2") == await post("task.get", id="#2") == task
    clock.pass_s(86_400)
    assert (await post("task.get", id="2")).is_late is True


async def test_the_assignee_gets_a_message_of_its_own_type(post: Post) -> None:
    task = await post(
        "task.create", agent="ana", title="Migrate", description="All tables.", to="bob", priority=4
    )
    (letter,) = (await post("inbox.check", agent="bob")).messages
    assert (
        letter.id,
        letter.type,
        letter.sender,
        letter.subject,
        letter.body,
        letter.intent,
        letter.priority,
    ) == (
        task.message,
        "task_assignment",
        "ana",
        "Task 1: Migrate",
        "Migrate\n\nAll tables.\n\nPriority 4",
        "request",
        4,
    )
    assert ([(ref.kind, ref.target) for ref in letter.refs], letter.metadata) == (
        [("task", task.id)],
        {"task": {"id": task.id, "number": 1, "status": "open"}},
    )


async def test_of_many_who_claim_one_task_one_has_it_and_the_others_are_told_who(
    post: Post,
) -> None:
    task = await post("task.create", agent="ana", title="One")
    names = [f"worker-{n}" for n in range(24)]
    for name in names:
        await post("agent.check_in", agent=name)
    answers = await asyncio.gather(*(post("task.claim", agent=name, id=task.id) for name in names))
    (winner,) = [name for name, answer in zip(names, answers, strict=True) if answer.claimed]
    assert {
        (answer.claimed, answer.winner, answer.reason, answer.notice) for answer in answers
    } == {(True, winner, None, None), (False, winner, "taken", f"{winner} has task 1.")}
    assert [kind for kind, _ in await events(post)] == ["task.created", "task.claimed"]


async def test_many_who_take_the_next_task_each_get_another(post: Post) -> None:
    for n in range(12):
        await post("task.create", agent="ana", title=str(n), priority=n % 5 + 1)
    names = [f"worker-{n}" for n in range(16)]
    answers = await asyncio.gather(*(post("task.claim", agent=name, start=True) for name in names))
    taken = [answer.task.number for answer in answers if answer.claimed]
    assert sorted(taken) == list(range(1, 13))
    assert [
        (answer.claimed, answer.task, answer.reason) for answer in answers if not answer.claimed
    ] == [(False, None, "nothing")] * 4


async def test_claiming_twice_is_no_error_and_changes_nothing(post: Post) -> None:
    await post("task.create", agent="ana", title="One")
    first = await post("task.claim", agent="bob", instance="laptop", id="1")
    assert await post("task.claim", agent="bob", instance="laptop", id="1") == first
    other = await post("task.claim", agent="bob", instance="server", id="1")
    assert (first.claimed, other.claimed, other.winner, other.winner_instance) == (
        True,
        False,
        "bob",
        "laptop",
    )


async def test_a_claim_is_refused_for_what_is_anothers_waits_or_is_finished(post: Post) -> None:
    await post("task.create", agent="ana", title="theirs", to="cy")
    await post("task.create", agent="ana", title="waits", depends_on=["1"])
    await post("task.create", agent="ana", title="done", status="done")
    answers = [await post("task.claim", agent="bob", id=id) for id in "123"]
    assert [
        (answer.claimed, answer.winner, answer.reason, answer.notice) for answer in answers
    ] == [
        (False, "cy", "assigned", "Task 1 is for cy."),
        (False, None, "waiting", "Task 2 waits for 1."),
        (False, None, "finished", "Task 3 is done."),
    ]
    await post("task.update", agent="cy", id="1", status="done")
    assert (await post("task.claim", agent="bob", id="2")).claimed


async def test_the_next_task_is_the_most_urgent_that_is_free(post: Post) -> None:
    await post("task.create", agent="ana", title="low", priority=1)
    await post("task.create", agent="ana", title="waits", priority=5, depends_on=["1"])
    await post("task.create", agent="ana", title="another's", priority=5, to="cy")
    await post("task.create", agent="ana", title="high", priority=4, tags=["x"])
    await post("task.create", agent="ana", title="mine", priority=2, to="bob")
    taken = [(await post("task.claim", agent="bob")).task for _ in range(4)]
    assert [task and task.title for task in taken] == ["mine", "high", "low", None]


async def test_a_task_goes_its_way_and_its_creator_is_told_at_the_end(
    post: Post, clock: Clock
) -> None:
    await post("task.create", agent="ana", title="Migrate", to="bob")
    steps = []
    for status in ("claimed", "in_progress", "blocked", "in_progress", "review", "done", "done"):
        clock.pass_s(60)
        task = await post(
            "task.update", agent="bob", id="1", status=status, **WITH_STATUS.get(status, {})
        )
        steps.append(
            (
                task.status,
                task.note,
                task.blocked_by,
                task.blocked_cause,
                task.updated_at[14:16],
                task.finished_at and task.finished_at[14:16],
            )
        )
    assert steps == [
        ("claimed", None, None, None, "01", None),
        ("in_progress", None, None, None, "02", None),
        ("blocked", "which region?", "ana", "human", "03", None),
        ("in_progress", "which region?", None, None, "04", None),
        ("review", "which region?", None, None, "05", None),
        ("done", "all green", None, None, "06", "06"),
        ("done", "all green", None, None, "06", "06"),
    ]
    assert (task.claimed_at, task.started_at) == (
        "2027-01-15T08:01:00.000Z",
        "2027-01-15T08:02:00.000Z",
    )
    (letter,) = (await post("inbox.check", agent="ana")).messages
    assert (letter.type, letter.sender, letter.subject, letter.body, letter.intent) == (
        "system",
        "bob",
        "Done: task 1, Migrate",
        "all green",
        "status",
    )
    first = await post("message.get", id=letter.parent)
    assert (first.type, letter.thread) == ("task_assignment", first.id)
    kinds = [(kind, details.get("was"), details["status"]) for kind, details in await events(post)]
    assert kinds == [
        ("task.created", None, "open"),
        ("task.updated", "open", "claimed"),
        ("task.updated", "claimed", "in_progress"),
        ("task.updated", "in_progress", "blocked"),
        ("task.updated", "blocked", "in_progress"),
        ("task.updated", "in_progress", "review"),
        ("task.updated", "review", "done"),
    ]


async def test_an_assignee_is_told_when_another_agent_ends_its_task(post: Post) -> None:
    await post("task.create", agent="ana", title="One", to="bob")
    await post("task.update", agent="ana", id="1", status="cancelled", note="not needed")
    assert await told(post, "bob") == [
        ("task_assignment", "ana", "Task 1: One"),
        ("system", "ana", "Cancelled: task 1, One"),
    ]
    await post("task.create", agent="ana", title="Two", to="bob")
    await post("task.update", agent="cy", id="2", status="failed")
    assert (await told(post, "ana"), (await told(post, "bob"))[-1]) == (
        [("system", "cy", "Failed: task 2, Two")],
        ("system", "cy", "Failed: task 2, Two"),
    )


async def test_giving_a_task_to_another_tells_both_and_opens_it_again(post: Post) -> None:
    await post("task.create", agent="ana", title="One", to="bob")
    await post("task.claim", agent="bob", id="1", start=True)
    task = await post(
        "task.assign", agent="ana", id="1", to="cy", to_instance="ci", note="bob is away"
    )
    assert (task.status, task.assignee, task.assignee_instance, task.note, task.claimed_at) == (
        "open",
        "cy",
        "ci",
        "bob is away",
        None,
    )
    assert await told(post, "cy", "ci") == [("task_assignment", "ana", "Task 1: One")]
    assert (await told(post, "bob"))[1:] == [("system", "ana", "Task 1 is no longer yours: One")]
    assert await post("task.assign", agent="ana", id="1", to="cy/ci") == task
    assert len(await told(post, "cy", "ci")) == 1
    free = await post("task.assign", agent="ana", id="1")
    assert (free.assignee, free.status) == (None, "open")
    assert (await told(post, "cy", "ci"))[1:] == [
        ("system", "ana", "Task 1 is no longer yours: One")
    ]


async def test_beginning_what_is_nobodys_makes_it_yours_and_what_is_anothers_is_refused(
    post: Post,
) -> None:
    await post("task.create", agent="ana", title="One")
    assert (await post("task.update", agent="bob", id="1", status="in_progress")).assignee == "bob"
    await post("task.create", agent="ana", title="Two", to="bob")
    with pytest.raises(Conflict) as refused:
        await post("task.update", agent="cy", id="2", status="in_progress")
    assert (refused.value.message, refused.value.details) == (
        "Task 2 belongs to bob.",
        {"field": "status", "assignee": "bob"},
    )


@pytest.mark.parametrize(
    ("status", "to"),
    [("done", "in_progress"), ("failed", "done"), ("cancelled", "blocked"), ("open", "claimed")],
)
async def test_a_state_that_cannot_follow_is_refused(post: Post, status: str, to: str) -> None:
    await post("task.create", agent="ana", title="One", status=status)
    with pytest.raises(Conflict):
        await post("task.update", agent="bob", id="1", status=to)
    task = await post("task.update", agent="ana", id="1", status="open")
    assert (task.status, task.finished_at) == ("open", None)


async def test_a_circle_of_dependencies_is_refused_and_named(post: Post) -> None:
    for n in range(1, 5):
        await post(
            "task.create", agent="ana", title=str(n), depends_on=[str(n - 1)] if n > 1 else []
        )
    for asked in ({"on": ["4"]}, {"on": ["1"]}):
        with pytest.raises(Conflict) as refused:
            await post("task.depend", agent="ana", id="1", **asked)
    assert refused.value.details["circle"] == [1, 1]
    with pytest.raises(Conflict) as refused:
        await post("task.update", agent="ana", id="2", depends_on=["4"])
    assert refused.value.details["circle"] == [2, 4, 3, 2]
    await post("task.depend", agent="ana", id="2", no_more_on=["1"])
    task = await post("task.depend", agent="ana", id="1", on=["4", "#3"])
    by_number = {each.id: each.number for each in (await post("task.list")).tasks}
    assert [by_number[id] for id in task.depends_on] == [3, 4]


async def test_two_halves_of_a_circle_made_at_once_do_not_meet(post: Post) -> None:
    for n in range(2):
        await post("task.create", agent="ana", title=str(n))
    outcomes = await asyncio.gather(
        post("task.depend", agent="ana", id="1", on=["2"]),
        post("task.depend", agent="bob", id="2", on=["1"]),
        return_exceptions=True,
    )
    assert sorted(isinstance(outcome, Conflict) for outcome in outcomes) == [False, True]


async def test_the_same_key_makes_one_task(post: Post) -> None:
    first = await post("task.create", agent="ana", title="One", to="bob", idempotency_key="k")
    again = await post("task.create", agent="ana", title="One", to="bob", idempotency_key="k")
    assert (again.id, again.duplicate, len(await told(post, "bob"))) == (first.id, True, 1)
    with pytest.raises(Conflict):
        await post("task.create", agent="ana", title="Two", idempotency_key="k")
    assert (await post("task.create", agent="bob", title="Two", idempotency_key="k")).number == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": "*"},
        {"to": "user"},
        {"to": "a,b"},
        {"to_instance": "x"},
        {"depends_on": ["7"]},
        {"parent": "0" * 32},
        {"title": ""},
        {"due_at": "soon"},
        {"tags": ["a,b"]},
        {"metadata": {"x": "y" * 17_000}},
        {"status": "claimed"},
        {"to": "zoe", "unknown": "refuse"},
    ],
    ids=str,
)
async def test_what_cannot_be_is_refused_and_nothing_is_stored(
    post: Post, wrong: dict[str, Any]
) -> None:
    with pytest.raises(AckboxError):
        await post("task.create", agent="ana", **{"title": "x", **wrong})
    assert (await titles(post, status="all"), await events(post)) == ([], [])


async def test_in_a_private_workspace_a_task_is_seen_by_its_creator_its_assignee_and_the_operators(
    post: Post,
) -> None:
    await post("workspace.create", name="place", mode="private")
    callers = {
        name: await post.keyed(name, kind, workspace="place")
        for name, kind in {"ana": "agent", "bob": "agent", "cy": "agent", "eve": "human"}.items()
    }
    await callers["ana"]("task.create", title="secret", to="bob")
    await callers["ana"]("task.create", title="free")
    seen = {name: await titles(caller) for name, caller in callers.items()}
    assert seen == {
        "ana": ["free", "secret"],
        "bob": ["free", "secret"],
        "cy": ["free"],
        "eve": ["free", "secret"],
    }
    assert [task.title for task in (await callers["cy"]("task.search", query="secret")).tasks] == []
    for name, params in (
        ("task.get", {}),
        ("task.claim", {}),
        ("task.update", {"status": "done"}),
        ("task.assign", {"to": "cy"}),
        ("task.depend", {}),
    ):
        with pytest.raises(NotFound):
            await callers["cy"](name, id="1", **params)
    assert await callers["bob"]("task.update", id="1", status="done")
    await callers["cy"]("task.claim", id="2")
    assert await titles(callers["bob"]) == []


async def test_a_key_without_a_name_may_act_as_the_assignee_of_the_task(post: Post) -> None:
    await post("task.create", agent="ana", title="One", to="bob")
    with pytest.raises(Invalid):
        await post("task.update", id="1", status="in_progress")
    task = await post("task.update", id="1", status="in_progress", as_assignee=True)
    assert (task.status, task.assignee) == ("in_progress", "bob")
    await post("task.update", id="1", status="done", as_assignee=True)
    assert await told(post, "ana") == [("system", "bob", "Done: task 1, One")]


async def test_many_tasks_are_finished_at_once_after_a_look(post: Post, clock: Clock) -> None:
    for n in range(4):
        await post(
            "task.create",
            agent="ana",
            title=str(n),
            project="shop" if n < 3 else None,
            to="bob" if n else None,
        )
        clock.pass_s(1)
    with pytest.raises(Invalid):
        await post("task.finish_many", agent="bob", note="x")
    asked = {"project": "shop", "updated_before": "2027-01-15T08:00:02Z"}
    look = await post("task.finish_many", **asked, only_look=True)
    assert (look.at, len(look.ids), await titles(post)) == (None, 2, ["3", "2", "1", "0"])
    done = await post("task.finish_many", agent="bob", note="old", limit=1, **asked)
    assert (done.ids, done.has_more, await titles(post)) == (look.ids[:1], True, ["3", "2", "0"])
    rest = await post("task.finish_many", agent="bob", ids=["1", "2", "4"])
    assert (len(rest.ids), await titles(post), (await post("task.get", id="2")).note) == (
        2,
        ["2"],
        "old",
    )
    assert await told(post, "ana") == [
        ("system", "bob", f"Done: task {n + 1}, {n}") for n in (1, 3, 0)
    ]
    runs = [details["run"] for _, details in await events(post) if "run" in details]
    assert runs == [done.run, rest.run, rest.run]


async def test_only_own_refuses_a_task_of_another_agent_and_changes_nothing(post: Post) -> None:
    await post("task.create", agent="ana", title="x", to="bob")
    await post("task.create", agent="ana", title="y")
    with pytest.raises(NotAllowed, match="Task 1 is assigned to bob, not to eve"):
        await post("task.update", agent="eve", id="1", status="done", only_own=True)
    assert (await post("task.get", id="1")).status == "open"
    assert (
        await post("task.update", agent="bob", id="1", status="done", only_own=True)
    ).status == ("done")
    mine = await post("task.update", agent="eve", id="2", status="in_progress", only_own=True)
    assert mine.assignee == "eve"


async def test_the_tasks_of_a_plan_are_created_together_or_not_at_all(post: Post) -> None:
    plan = [{"title": "Draw it", "done_when": "It is drawn"}, {"title": "Build it"}]
    made = await post("task.create_many", agent="ana", tasks=plan, start_first=True)
    assert [
        (task.title, task.status, task.assignee, task.done_when, task.metadata)
        for task in made.tasks
    ] == [
        ("Draw it", "in_progress", "ana", "It is drawn", {"plan": made.plan}),
        ("Build it", "open", None, None, {"plan": made.plan}),
    ]
    theirs = await post("task.create_many", agent="ana", tasks=plan, to="bob")
    assert [(task.status, task.assignee) for task in theirs.tasks] == [("open", "bob")] * 2
    before = (await post("task.list", limit=200)).tasks
    with pytest.raises(AckboxError):
        await post(
            "task.create_many", agent="ana", tasks=[*plan, {"title": "x", "done_when": ""}], to="*"
        )
    assert (await post("task.list", limit=200)).tasks == before
