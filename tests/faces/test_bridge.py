"""The stdio bridge: a real agent client, the real program between, a real server."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from tests.answers import data, facts, items, messages, text_of
from tests.command import Command

pytestmark = pytest.mark.anyio


@pytest.fixture
def ackbox(tmp_path: Path) -> Iterator[Command]:
    command = Command(tmp_path)
    yield command
    command.stop()


def bridge(ackbox: Command, agent: str, mode: Any = "legacy") -> Client:
    program = StdioServerParameters(
        command=sys.executable,
        args=["-m", "ackbox", "mcp", "--as", agent, "--instance", "here"],
        env=ackbox.environment,
    )
    return Client(stdio_client(program), mode=mode)


async def said(client: Client, tool: str, **arguments: Any) -> str:
    return text_of(await client.call_tool(tool, arguments))


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_two_agents_talk_through_it(ackbox: Command, mode: str) -> None:
    ackbox.up()
    async with bridge(ackbox, "ana", mode) as ana, bridge(ackbox, "bob", mode) as bob:
        sent = facts(await said(ana, "send", to="bob", body="hello"))
        read = messages(await said(bob, "inbox"))
        assert [(letter["id"], letter["sender"], letter["instance"]) for letter in read] == [
            (sent["id"], "ana", "here")
        ]
        await bob.call_tool("mark", {"mark": "acknowledged", "ids": [sent["id"]]})
        status = data(await said(ana, "message_status", id=sent["id"]))
        assert [(each["agent"], each["state"]) for each in status["receipts"]] == [
            ("bob", "acknowledged")
        ]


async def test_it_starts_the_server_when_none_runs(ackbox: Command) -> None:
    async with bridge(ackbox, "ana") as ana:
        assert data(await said(ana, "checkin"))["me"]["agent"] == "ana"
    assert ackbox.json("status")["version"]


async def test_a_wait_does_not_hold_up_other_calls(ackbox: Command) -> None:
    import anyio

    ackbox.up()
    async with (
        bridge(ackbox, "bob") as bob,
        bridge(ackbox, "ana") as ana,
        anyio.create_task_group() as group,
    ):
        waited: list[Any] = []

        async def wait() -> None:
            waited.append(messages(await said(bob, "wait", wait_s=40)))

        group.start_soon(wait)
        for number in range(5):
            assert items(await said(bob, "who"))[0]["awaited"] == 0, number
        await said(ana, "send", to="bob", body="now")
    assert [letter["body"] for letter in waited[0]] == ["now"]


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_a_restart_of_the_server_is_not_noticed(ackbox: Command, mode: str) -> None:
    ackbox.up()
    async with bridge(ackbox, "ana", mode) as ana:
        first = facts(await said(ana, "send", to="bob", body="one"))
        ackbox.stop()
        ackbox.up()
        second = facts(await said(ana, "send", to="bob", body="two"))
    assert second["id"] > first["id"]
    assert [each["body"] for each in ackbox.json("--as", "bob", "inbox")] == ["one", "two"]


async def test_presence_follows_the_program(ackbox: Command) -> None:
    ackbox.up()
    async with bridge(ackbox, "ana") as ana:
        await ana.call_tool("inbox", {})
        while ackbox.json("who", "--json")["instances"][0]["program"] is None:
            pass
        here = ackbox.json("who", "--json")
    gone = ackbox.json("who", "--json")
    assert (here["presence"], here["instances"][0]["instance"], gone["presence"]) == (
        "online",
        "here",
        "away",
    )


def speak(ackbox: Command, *lines: str, **environment: str) -> list[Any]:
    done = subprocess.run(
        [*ackbox.argv, "mcp", "--as", "ana"],
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        timeout=60,
        env=ackbox.environment | environment,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_bad_lines_get_errors_and_the_next_one_is_served(ackbox: Command) -> None:
    ackbox.up()
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "raw", "version": "0"},
        },
    }
    said = speak(ackbox, "{not json", "[1]", json.dumps(hello))
    assert [each.get("error", {}).get("code") for each in said] == [-32700, -32600, None]
    assert said[2]["result"]["protocolVersion"] == "2025-06-18"


def test_a_dialect_that_is_none_is_refused_before_anything_starts(ackbox: Command) -> None:
    done = ackbox("mcp", "--dialect", "golem")
    assert (done.returncode, done.stdout, done.stderr.splitlines()[-1]) == (
        2,
        "",
        (
            "Error: Invalid value for --dialect: Unknown dialect 'golem'. Use one of:"
            " vantagepeers, superportia, golemxv, kavi, exovault, claudepeers."
        ),
    )
    assert not ackbox.data.exists()


def test_a_wrong_key_is_said_in_the_answer(ackbox: Command) -> None:
    ackbox.up()
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "raw", "version": "0"},
        },
    }
    said = speak(ackbox, json.dumps(hello), ACKBOX_KEY="abx_agt_wrong")
    assert [
        (each["id"], each["error"]["code"], each["error"]["data"]["error"]["code"]) for each in said
    ] == [(1, -32001, "unauthenticated")]


async def test_a_key_with_a_name_is_present_without_saying_it(ackbox: Command) -> None:
    ackbox.up()
    key = ackbox.json("key", "create", "--agent", "bob")["key"]
    program = StdioServerParameters(
        command=sys.executable,
        args=["-m", "ackbox", "mcp"],
        env={**ackbox.environment, "ACKBOX_KEY": key},
    )
    async with Client(stdio_client(program), mode="legacy") as bob:
        me = data(await said(bob, "checkin", summary="reading"))["me"]
    assert (me["agent"], me["instance"], me["presence"]) == ("bob", Path.cwd().name, "online")


def in_directory(ackbox: Command, name: str, mode: Any, *arguments: str) -> Client:
    where = ackbox.where / name
    where.mkdir(exist_ok=True)
    program = StdioServerParameters(
        command=sys.executable,
        args=["-m", "ackbox", "mcp", *arguments],
        env=ackbox.environment,
        cwd=where,
    )
    return Client(stdio_client(program), mode=mode)


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_each_copy_has_the_instance_of_its_directory_and_its_own_unread(
    ackbox: Command, mode: str
) -> None:
    ackbox.up()
    named = ("--as", "claude")
    async with (
        in_directory(ackbox, "shop", mode, *named) as first,
        in_directory(ackbox, "shop", mode, *named) as second,
    ):
        # The first call of each is made as its instance: no check-in of the model's own is needed.
        for each in (first, second):
            await each.call_tool("inbox", {})
        told = [
            data(await said(each, "checkin", summary=text))
            for each, text in ((first, "one"), (second, "two"))
        ]
        assert [each["me"]["instance"] for each in told] == ["shop", "shop-2"]
        assert [(each["instance"], each["summary"]) for each in told[1]["copies"]] == [
            ("shop", "one")
        ]
        ackbox.json("--as", "ana", "send", "claude", "hello")
        letter = messages(await said(first, "inbox"))[0]
        await first.call_tool("mark", {"mark": "read", "ids": [letter["id"]]})
        assert [each["body"] for each in messages(await said(second, "inbox"))] == ["hello"]
    async with in_directory(ackbox, "shop", mode, *named) as third:
        # Given a used instance, it starts with what no copy has read.
        assert messages(await said(third, "inbox")) == []
        again = data(await said(third, "checkin"))
    assert (again["me"]["instance"], again["me"].get("summary"), again.get("copies")) == (
        "shop",
        None,
        None,
    )


async def test_a_name_that_was_given_is_the_only_one_and_is_not_asked_for(ackbox: Command) -> None:
    ackbox.up()
    async with bridge(ackbox, "ana") as ana, in_directory(ackbox, "nobody", "legacy") as anybody:
        refused = await ana.call_tool("send", {"agent": "bob", "to": "cy", "body": "x"})
        assert (refused.is_error, refused.structured_content["error"]["details"]) == (
            True,
            {"field": "agent", "claimed": "bob"},
        )
        for each, name in ((ana, "ana"), (anybody, "bob")):
            await each.call_tool("send", {"agent": name, "to": "cy", "body": "x"})
        assert [each["sender"] for each in ackbox.json("--as", "cy", "inbox")] == ["ana", "bob"]
        offered = [
            {
                tool.name: set(tool.input_schema["properties"])
                for tool in (await each.list_tools()).tools
            }
            for each in (ana, anybody)
        ]
    assert not any({"agent", "instance"} & fields for fields in offered[0].values())
    assert {"agent"} <= offered[1]["send"]
