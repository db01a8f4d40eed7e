"""A day on SuperPortia's factory floor, as its page tells it, and what stands beside its
transcript.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from tests.answers import text_of
from tests.command import Command
from tests.engines import Clock
from tests.serving import Served, serving

pytestmark = pytest.mark.anyio

APP, CLI, CAPTAIN = "Mac App 小克", "Mac CLI 小克", "夏哥"


class Ship:
    """A server, and its agents' calls."""

    def __init__(self, served: Served) -> None:
        self.served = served

    async def __call__(self, agent: str, tool: str, **arguments: Any) -> Any:
        http = httpx2.AsyncClient(
            headers={"Authorization": f"Bearer {self.served.key}", "Ackbox-Agent": quote(agent)},
            timeout=30,
        )
        async with Client(
            streamable_http_client(f"{self.served.url}/mcp/superportia", http_client=http),
            mode="2026-07-28",
        ) as client:
            told = await client.call_tool(tool, arguments)
        assert not told.is_error, text_of(told)
        return json.loads(text_of(told))

    async def core(self, operation: str, **params: Any) -> Any:
        return await self.served.app.call(operation, params, credential=self.served.key)


async def test_a_day_on_the_factory_floor(database: str) -> None:
    clock = Clock()
    async with serving(database, clock=clock) as served:
        ship = Ship(served)
        await a_message_is_read_and_archived(ship)
        await machines_write_to_the_captain(ship, clock)
        # The Captain moves, looks at the floor, and asks.
        await ship(CAPTAIN, "update_captain_location", location="Taipei", updated_by=CAPTAIN)
        floor = await ship(CAPTAIN, "factory_floor_status")
        assert (floor["captain_location"], floor["location_updated_by"]) == ("Taipei", CAPTAIN)
        assert {each["agent_id"]: each["status"] for each in floor["team"]} == {
            APP: "Offline",
            CLI: "Offline",
            CAPTAIN: "Online",
        }


async def a_message_is_read_and_archived(ship: Ship) -> None:
    # Every session starts with exactly two calls. A message may come before its reader.
    sent = await ship(
        APP,
        "send_agent_message",
        to=CLI,
        subject="Research complete — Claude Agent SDK docs",
        body="## Summary\nReady for you.",
    )
    assert (sent["to"], sent["from"], sent["delivered"]) == (CLI, APP, True)
    assert (await ship(CLI, "agent_heartbeat"))["agent_id"] == CLI
    box = await ship(CLI, "check_agent_mailbox", unread_only=True)
    assert (box["unread"], box["total"], [each["msg_id"] for each in box["messages"]]) == (
        1,
        1,
        [sent["msg_id"]],
    )
    # A look marks nothing; the agent does.
    assert (await ship(CLI, "check_agent_mailbox"))["unread"] == 1
    await ship(CLI, "mark_message", msg_id=sent["msg_id"], read=True)
    assert (await ship(CLI, "check_agent_mailbox", unread_only=True)) | {"_ext": None} == {
        "unread": 0,
        "total": 1,
        "messages": [],
        "_ext": None,
    }
    # Unread again to look at it later, and archived once acted on. It is never gone.
    await ship(CLI, "mark_message", msg_id=sent["msg_id"], read=False)
    assert (await ship(CLI, "check_agent_mailbox", unread_only=True))["unread"] == 1
    await ship(CLI, "archive_message", msg_id=sent["msg_id"])
    assert (await ship(CLI, "check_agent_mailbox"))["messages"] == []
    assert [
        each["archived"]
        for each in (await ship(CLI, "check_agent_mailbox", include_archived=True))["messages"]
    ] == [True]


async def machines_write_to_the_captain(ship: Ship, clock: Clock) -> None:
    # Scheduled work and a build server write under the names that the fleet knows.
    await ship.core(
        "schedule.add",
        agent=CAPTAIN,
        cron="0 9 * * *",
        zone="Asia/Taipei",
        to=CAPTAIN,
        subject="Daily",
        body="What is open?",
    )
    made = await ship.core(
        "webhook.add",
        agent=CAPTAIN,
        to=CAPTAIN,
        subject="CI {state}",
        body="Build {number}",
        priority=5,
    )
    clock.pass_s(86_400)
    await ship.served.app.fire_due()
    await deliver(ship.served, made, b'{"state":"red","number":7}', clock.now // 1000)
    letters = (await ship(CAPTAIN, "check_agent_mailbox"))["messages"]
    assert [(each["from"], each["subject"], each["priority"]) for each in letters] == [
        ("system:webhook", "CI red", "urgent"),
        ("system:cron", "Daily", "normal"),
    ]


async def deliver(served: Served, made: Any, body: bytes, at: int) -> None:
    digest = hmac.digest(
        base64.b64decode(made.secret.removeprefix("whsec_")),
        f"d1.{at}.".encode() + body,
        hashlib.sha256,
    )
    headers = {
        "webhook-id": "d1",
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
    async with httpx2.AsyncClient() as http:
        assert (
            await http.post(served.url + made.path, content=body, headers=headers)
        ).status_code == 200


async def test_the_words_for_presence(database: str) -> None:
    clock = Clock()
    async with serving(database, clock=clock) as served:
        ship = Ship(served)

        async def word() -> str:
            (status,) = {
                each["status"]
                for each in (await ship(CAPTAIN, "factory_floor_status"))["team"]
                if each["agent_id"] == CLI
            }
            return str(status)

        await ship(CLI, "agent_heartbeat")
        told = [await word()]
        await ship(CLI, "agent_heartbeat", current_task="docs page")
        told.append(await word())
        for seconds in (200, 3_600):
            clock.pass_s(seconds)
            told.append(await word())
    assert told == ["Online", "Working", "Stale", "Offline"]


async def test_every_identity_of_the_fleet_has_a_mailbox_of_its_own(database: str) -> None:
    fleet = [
        f"{place} {who}"
        for place in ("Mac App", "Mac CLI", "Win App", "Win CLI")
        for who in ("小克", "小A")
    ]
    fleet += ["Web 小克", "小西", CAPTAIN]
    async with serving(database) as served:
        ship = Ship(served)
        for name in fleet:
            await ship(
                CAPTAIN, "send_agent_message", to=name, subject=name, body=name, priority="urgent"
            )
        boxes = {
            name: [
                (each["to"], each["body"])
                for each in (await ship(CAPTAIN, "check_agent_mailbox", agent_name=name))[
                    "messages"
                ]
            ]
            for name in fleet
        }
    assert boxes == {name: [(name, name)] for name in fleet}


async def test_identities_that_differ_in_more_than_case_have_mailboxes_of_their_own(
    database: str,
) -> None:
    async with serving(database) as served:
        ship = Ship(served)
        for other in ("Mac App 小A", "Win App 小克"):
            await ship(APP, "send_agent_message", to=other, subject="s", body=other)
        boxes = {
            name: [
                each["body"]
                for each in (await ship(APP, "check_agent_mailbox", agent_name=name))["messages"]
            ]
            for name in ("Mac App 小A", "Win App 小克")
        }
    assert boxes == {name: [name] for name in boxes}


async def test_the_two_variables_of_its_own_programs_say_who_and_where_one_is(
    tmp_path: Path,
) -> None:
    async with serving(f"sqlite:///{tmp_path}/a.db") as served:
        environment = Command(tmp_path).environment | {
            "ACKBOX_URL": served.url,
            "ACKBOX_KEY": served.key,
            "SP_AGENT_ID": CLI,
            "SP_SHIP_ID": "SS1",
        }
        program = StdioServerParameters(
            command=sys.executable,
            args=["-m", "ackbox", "mcp", "--dialect", "superportia"],
            env=environment,
        )
        async with Client(stdio_client(program), mode="legacy") as client:
            beat = json.loads(
                text_of(await client.call_tool("agent_heartbeat", {"current_task": "x"}))
            )
            floor = json.loads(text_of(await client.call_tool("factory_floor_status", {})))
    platform = {"darwin": "mac", "win32": "win"}.get(sys.platform, "web")
    assert (beat["agent_id"], beat["ship"], beat["platform"]) == (CLI, "SS1", platform)
    assert [(each["agent_id"], each["ship"], each["status"]) for each in floor["team"]] == [
        (CLI, "SS1", "Working")
    ]
