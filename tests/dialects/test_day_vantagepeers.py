"""A day of three roles on several machines, as VantagePeers' page tells it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from tests.answers import texts_of
from tests.engines import Clock
from tests.serving import serving

pytestmark = pytest.mark.anyio
FREEZE = "Merge freeze starts Thursday. No non-critical commits after 2026-04-03."


class Peers:
    """The system's tools over MCP, as one of its clients calls them."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self.client, self.clock = client, clock

    async def __call__(self, tool: str, /, **arguments: Any) -> Any:
        self.clock.pass_s(1)
        told = await self.client.call_tool(tool, arguments)
        texts = texts_of(told)
        # A backlog that was cut says so first.
        text = texts[1] if texts[0].startswith("— truncated.") else texts[0]
        return text if told.is_error else json.loads(text)

    async def send(self, sender: str, channel: str, content: str, **more: Any) -> str:
        sent = await self(
            "send_message", **{"from": sender, "channel": channel, "content": content, **more}
        )
        return str(sent["messageId"])

    async def check(self, recipient: str, instance: str | None = None, **more: Any) -> list[str]:
        """What a check shows: contents, in order."""
        named = {"recipientInstanceId": instance} if instance else {}
        return [
            row["content"]
            for row in await self("check_messages", recipient=recipient, **named, **more)
        ]

    async def read_all(self, recipient: str, instance: str | None = None) -> int:
        named = {"recipientInstanceId": instance} if instance else {}
        rows = await self("check_messages", recipient=recipient, **named)
        return int(
            (await self("mark_as_read", receiptIds=[row["receiptId"] for row in rows]))[
                "markedAsRead"
            ]
        )


@asynccontextmanager
async def peers(database: str, clock: Clock) -> AsyncIterator[Peers]:
    """A server on this database, and a client of it; both are gone afterwards."""
    async with serving(database, clock=clock) as served:
        http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {served.key}"}, timeout=30)
        async with Client(
            streamable_http_client(f"{served.url}/mcp/vantagepeers", http_client=http),
            mode="legacy",
        ) as client:
            yield Peers(client, clock)


async def test_a_day_on_several_machines(database: str) -> None:
    clock = Clock()
    async with peers(database, clock) as on:
        await sessions_start(on)
        await channels_route(on)
        await one_instance_is_meant(on)
        receipt = await a_receipt_lives(on)
        waiting = await somebody_is_offline(on)
    # Machines restart, and nothing of it was in memory.
    async with peers(database, clock) as on:
        await they_come_back(on, waiting, receipt)
        await progress_is_reported(on)
        await tenants_are_told_apart(on)
        await work_is_shared(on)
        await a_slip_is_taken_back(on)


async def sessions_start(on: Peers) -> None:
    """Everyone checks messages before any other work, and says what it is doing."""
    for recipient, instance in (
        ("bob", "pi-chromebook"),
        ("alice", "tau-main"),
        ("tau", None),
        ("phi", None),
    ):
        assert await on.check(recipient, instance) == []
    await on(
        "set_summary",
        orchestratorId="alice",
        instanceId="tau-main",
        summary="Migrating PricingSection to lit-ui",
    )
    await on(
        "set_summary", orchestratorId="bob", instanceId="pi-chromebook", summary="Reviewing PR #47"
    )
    rows = await on("list_peers")
    assert [(row["id"], row["instanceId"], row["summary"]) for row in rows[:2]] == [
        ("bob", "pi-chromebook", "Reviewing PR #47"),
        ("alice", "tau-main", "Migrating PricingSection to lit-ui"),
    ]
    assert rows[0]["lastSeen"] == rows[1]["lastSeen"] + 1000 == on.clock.now - 1000


async def channels_route(on: Peers) -> None:
    """A role, everyone, or roles with commas between."""
    await on.send("alice", "bob", "Phase 1 complete. Nav and Hero sections migrated.")
    await on.send("bob", "broadcast", FREEZE)
    await on.send("bob", "tau,phi", "New mission created: landing-page-phase-2. Check your tasks.")
    mission = "New mission created: landing-page-phase-2. Check your tasks."
    found = {who: await on.check(who) for who in ("bob", "alice", "tau", "phi")}
    assert found == {
        "bob": ["Phase 1 complete. Nav and Hero sections migrated."],
        "alice": [FREEZE],
        "tau": [FREEZE, mission],
        "phi": [FREEZE, mission],
    }
    for who in found:
        await on.read_all(who)


async def one_instance_is_meant(on: Peers) -> None:
    """A role message is for all its instances, an instance message for one.

    Its name is a channel too.
    """
    await on.send("bob", "alice", "Deploy the landing page preview.")
    await on.send(
        "bob", "alice", "This is for the laptop instance specifically.", instanceId="tau-laptop"
    )
    await on.send("bob", "tau-laptop", "And so is this.")
    everyone, laptop = (
        "Deploy the landing page preview.",
        [
            "This is for the laptop instance specifically.",
            "And so is this.",
        ],
    )
    assert [await on.check("alice", "tau-laptop"), await on.check("alice", "tau-server")] == [
        [everyone, *laptop],
        [everyone],
    ]
    # What one instance marks stays unread for the others, which are sent the message of the role
    # too.
    assert [await on.read_all("alice", "tau-laptop"), await on.check("alice", "tau-laptop")] == [
        3,
        [],
    ]
    for instance in ("tau-server", "tau-main"):
        assert [
            await on.check("alice", instance),
            await on.read_all("alice", instance),
            await on.check("alice", instance),
        ] == [[everyone], 1, []]


async def a_receipt_lives(on: Peers) -> str:
    """Sent, looked at as often as one likes, and then marked; the sender sees which."""
    id = await on.send("bob", "alice", "Are the tokens in?")
    (row,) = await on("check_messages", recipient="alice", recipientInstanceId="tau-main")
    assert (row["messageId"], row["readAt"]) == (id, None)
    assert await on("check_messages", recipient="alice", recipientInstanceId="tau-main") == [row]
    told = await on("list_broadcast_status", messageId=id)
    assert [(each["recipient"], each["readAt"]) for each in told["receipts"]] == [("alice", None)]
    marked = [
        await on("mark_as_read", receiptIds=ids)
        for ids in ([row["receiptId"]], row["receiptId"], json.dumps([row["receiptId"], "0" * 32]))
    ]
    assert [each["markedAsRead"] for each in marked] == [1, 0, 0]
    assert await on.check("alice", "tau-main") == []
    told = await on("list_broadcast_status", messageId=id)
    assert [each["readAt"] for each in told["receipts"]] == [on.clock.now - 4000]
    return str(row["receiptId"])


async def somebody_is_offline(on: Peers) -> list[str]:
    """Messages pile up for who is away, and for a role nobody has seen."""
    texts = [f"part {n}" for n in range(4)]
    for text in texts:
        await on.send("bob", "alice,sigma", text)
    return texts


async def they_come_back(on: Peers, waiting: list[str], receipt: str) -> None:
    """Everything comes in the order it was sent, to both; what was marked stays marked.

    A role that is new has the broadcast too.
    """
    assert await on.check("alice", "tau-main") == waiting
    assert await on.check("sigma") == [FREEZE, *waiting]
    assert (await on("mark_as_read", receiptIds=[receipt]))["markedAsRead"] == 0
    first = await on("check_messages", recipient="alice", recipientInstanceId="tau-main", limit=2)
    rest = await on.check("alice", "tau-main", since=first[-1]["createdAt"])
    assert [row["content"] for row in first] + rest == waiting
    await on.read_all("alice", "tau-main")
    assert await on.check("alice", "tau-main") == []


async def progress_is_reported(on: Peers) -> None:
    """A report up stays in the list after it was read: who reported what, and when."""
    report = (
        "Task task-abc123 complete. LandingNav migrated to lit-ui. Biome and tsc passing. PR #47"
        " submitted."
    )
    id = await on.send("alice", "bob", report, fromInstanceId="tau-main", sessionDay=12)
    assert await on.read_all("bob", "pi-chromebook") == 1
    (row,) = await on("list_messages", sessionDay=12)
    assert row | {"_ext": None} == {
        "_id": id,
        "_creationTime": row["createdAt"],
        "from": "alice",
        "fromInstanceId": "tau-main",
        "channel": "bob",
        "content": report,
        "sessionDay": 12,
        "createdAt": row["createdAt"],
        "_ext": None,
    }
    assert [
        row["content"] for row in await on("search_messages_by_keyword", query="biome tsc")
    ] == [report]


async def tenants_are_told_apart(on: Peers) -> None:
    """With a tenant only its messages; without one all of them."""
    await on.send("bob", "tau", "for acme", tenantId="acme")
    await on.send("bob", "tau", "for nobody in particular")
    found = [
        await on.check("tau", tenantId="acme"),
        await on.check("tau", tenantId="other"),
        await on.check("tau"),
    ]
    assert found == [["for acme"], [], ["for acme", "for nobody in particular"]]
    await on.read_all("tau")


async def work_is_shared(on: Peers) -> None:
    """A task is created for a role, which hears of it, takes it, and finishes it."""
    made = await on(
        "create_task",
        title="Migrate PricingSection",
        assignedTo="alice",
        priority="high",
        createdBy="bob",
        missionId="landing-page-phase-2",
    )
    assert await on.check("alice", "tau-main") == ["Migrate PricingSection\n\nPriority 4"]
    claims = [
        await on(
            "checkout_task",
            taskId=made["taskId"],
            callerOrchestrator="alice",
            callerInstance=instance,
        )
        for instance in ("tau-main", "tau-server")
    ]
    assert [(each["claimed"], each.get("reason")) for each in claims] == [
        (True, None),
        (False, "alice/tau-main has task 1."),
    ]
    await on(
        "complete_task",
        taskId=made["taskId"],
        completionNote="PR #48 submitted.",
        callerOrchestrator="alice",
    )
    assert await on.check("bob", "pi-chromebook") == ["PR #48 submitted."]
    (row,) = await on("list_tasks_by_mission", missionId="landing-page-phase-2")
    assert (row["status"], row["completionNote"], row["completedAt"]) == (
        "done",
        "PR #48 submitted.",
        on.clock.now - 2000,
    )
    await on.read_all("bob", "pi-chromebook")


async def a_slip_is_taken_back(on: Peers) -> None:
    """Who has not read it does not find it any more; the record stays."""
    id = await on.send("alice", "bob", "wrong window")
    assert (
        await on("delete_message", messageId=id, callerOrchestrator="tau")
        == "Error: Message not found"
    )
    gone = await on("delete_message", messageId=id, callerOrchestrator="alice")
    assert (gone["deleted"], gone["receiptsDeleted"]) == (True, 1)
    assert await on.check("bob", "pi-chromebook") == []
    assert (await on("get_message", messageId=id))["content"] == "wrong window"
