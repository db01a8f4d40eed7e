"""A day of two agents and a person on one project, as GolemXV's page tells it."""

from __future__ import annotations

from typing import Any

import pytest

from ackbox.model.moment import to_text
from tests.dialects.golemxv import Api, made, mcp
from tests.engines import Clock
from tests.serving import Served, serving

pytestmark = pytest.mark.anyio


class Project:
    """Two agents and a person on one project, one through each of the system's doors."""

    def __init__(self, served: Served, clock: Clock, key: str, tools: Any) -> None:
        self.served, self.clock, self.tools = served, clock, tools
        self.keen, self.swift = Api(served, key), Api(served, key, "/_gxv/api/v1")

    async def thread(self, **narrow: Any) -> list[tuple[str, str, str | None, str]]:
        """What the project's message thread shows, newest first: who, what kind, to whom, which
        text.
        """
        self.clock.pass_s(1)
        _, told = await self.keen("GET", "/messages", **narrow)
        return [
            (row["sender_name"], row["type"], row["recipient_name"], row["content"])
            for row in told["data"]
        ]

    async def say(
        self, api: Api, token: str, to: str, content: str, **more: Any
    ) -> tuple[int, Any]:
        self.clock.pass_s(1)
        status, told = await api(
            "POST", "/messages", session_token=token, to=to, content=content, **more
        )
        return status, told["data"] or told["errors"][0]["code"]

    async def operate(self, name: str, /, **params: Any) -> Any:
        self.clock.pass_s(1)
        return await self.served.app.call(
            name, {"workspace": "my-app", **params}, credential=self.served.key
        )


async def test_a_day_on_a_project(database: str) -> None:
    clock = Clock()
    async with serving(database, clock=clock) as served:
        await served.app.call("workspace.create", {"name": "my-app"}, credential=served.key)
        key = await made(
            served, workspace="my-app", kind="agent", name="ci", may_speak_as=["agent-*"]
        )
        async with mcp(served, {"X-API-Key": key}) as tools:
            project = Project(served, clock, key, tools)
            keen, swift = await in_the_morning(project)
            noon = clock.now
            first = await messages_go_around(project, keen, swift)
            await a_person_writes_from_the_dashboard(project)
            await a_task_is_taken_and_finished(project, keen, swift)
            await in_the_evening(project, swift)
            await the_thread_is_read_again(project, keen, noon, first)
        await project.keen.close()
        await project.swift.close()


async def in_the_morning(project: Project) -> tuple[str, str]:
    """Two agents check in, and the second learns that the first works on the same file."""
    _, told = await project.keen(
        "POST",
        "/checkin",
        agent_name="agent-keen-7",
        declared_area="backend",
        declared_files=["src/auth.ts"],
    )
    keen = told["data"]["session_token"]
    _, told = await project.swift(
        "POST",
        "/checkin",
        agent_name="agent-swift-42",
        declared_files=["src/auth.ts", "src/api.ts"],
    )
    assert told["meta"] == {
        "has_conflicts": True,
        "conflicts": [
            {
                "agent_name": "agent-keen-7",
                "overlapping_areas": [],
                "overlapping_files": ["src/auth.ts"],
                "type": "file",
                "overlap": ["src/auth.ts"],
            }
        ],
    }
    return keen, told["data"]["session_token"]


async def messages_go_around(project: Project, keen: str, swift: str) -> dict[str, Any]:
    """A direct message by name, which everybody can read; a name that nobody has; a broadcast."""
    status, first = await project.say(
        project.swift,
        swift,
        "agent-keen-7",
        "I've finished the API changes. The auth middleware is updated.",
    )
    assert (status, sorted(first)) == (201, ["id", "uuid"])
    assert (await project.thread(limit=1)) == [
        (
            "agent-swift-42",
            "text",
            "agent-keen-7",
            "I've finished the API changes. The auth middleware is updated.",
        )
    ]
    assert await project.say(project.swift, swift, "agent-keen-8", "hello") == (
        404,
        "RECIPIENT_NOT_FOUND",
    )
    status, _ = await project.say(
        project.keen,
        keen,
        "broadcast",
        "Starting database migration. Please avoid schema changes.",
        type="status",
    )
    assert status == 201
    return dict(first)


async def a_person_writes_from_the_dashboard(project: Project) -> None:
    """What starts with a name goes to it, and it is labelled as a person's."""
    eve = await project.operate("key.create", kind="human", name="eve")
    await project.served.app.call(
        "message.send",
        {"to": "*", "body": "@agent-swift-42 please wait for the migration", "mention": True},
        credential=eve.key,
    )
    assert (await project.thread(limit=2)) == [
        ("eve (human)", "text", "agent-swift-42", "@agent-swift-42 please wait for the migration"),
        (
            "agent-keen-7",
            "status",
            None,
            "Starting database migration. Please avoid schema changes.",
        ),
    ]


async def a_task_is_taken_and_finished(project: Project, keen: str, swift: str) -> None:
    """An operator makes a task.

    One agent takes it, and the platform writes the message that says so.
    """
    await project.operate(
        "task.create", agent="lead", title="Implement JWT authentication", priority=4
    )
    call = project.tools.call_tool
    claimed = (await call("claim_task", {"session_token": swift, "task_id": 1})).structured_content
    task = claimed["task"]
    assert (task["status"], task["assigned_agent_name"]) == ("assigned", "agent-swift-42")
    assert (await call("claim_task", {"session_token": keen, "task_id": 1})).structured_content[
        "errors"
    ][0]["code"] == "CLAIM_FAILED"
    done = await call(
        "complete_task",
        {
            "session_token": swift,
            "task_id": 1,
            "summary": "JWT works",
            "files_changed": ["src/auth.ts"],
        },
    )
    assert (done.is_error, done.structured_content["task"]["status"]) == (False, "completed")


async def in_the_evening(project: Project, swift: str) -> None:
    """The second agent checks out with a summary, and the others are told."""
    project.clock.pass_s(1)
    status, _ = await project.swift(
        "POST",
        "/checkout",
        session_token=swift,
        summary="Authentication is in",
        outcome="completed",
        files_touched=["src/auth.ts"],
    )
    assert status == 200
    assert (await project.thread(limit=1)) == [
        ("system", "system", None, "agent-swift-42 ended (completed): Authentication is in")
    ]


async def the_thread_is_read_again(
    project: Project, keen: str, noon: int, first: dict[str, Any]
) -> None:
    """Filters, newest first; polling gives the same again and again; and content has a limit."""
    whole = await project.thread(limit=100)
    assert [(who, kind, to) for who, kind, to, _ in whole] == [
        ("system", "system", None),
        ("agent-swift-42", "system", "lead"),
        ("agent-swift-42", "task_assignment", "agent-swift-42"),
        ("eve (human)", "text", "agent-swift-42"),
        ("agent-keen-7", "status", None),
        ("agent-swift-42", "text", "agent-keen-7"),
        ("system", "system", None),
        ("system", "system", None),
    ]
    assert (
        await project.thread(),
        await project.thread(since=to_text(noon)),
        await project.thread(sender="agent-keen-7"),
    ) == (whole, whole[:6], [whole[4]])
    assert [await project.thread(limit=limit) for limit in (1, 3)] == [whole[:1], whole[:3]]
    _, once = await project.keen("GET", "/messages", limit=100)
    project.clock.pass_s(60)
    _, again = await project.keen("GET", "/messages", limit=100)
    uuids = [row["uuid"] for row in once["data"]]
    assert (once == again, len(set(uuids)), uuids[5]) == (True, len(uuids), first["uuid"])
    assert await project.say(project.keen, keen, "broadcast", "é" * 50_001) == (400, "VALIDATION")
    assert (await project.say(project.keen, keen, "broadcast", "é" * 50_000))[0] == 201
