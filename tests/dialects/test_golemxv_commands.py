"""GolemXV's slash commands, and the variables of its programs."""

from __future__ import annotations

import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.shared.exceptions import MCPError
from mcp_types import TextContent

from ackbox.dialects.golemxv.dialect import GOLEMXV
from tests.answers import text_of
from tests.command import Command
from tests.dialects.golemxv import SHARED, Api, made, mcp, plain
from tests.serving import serving

pytestmark = pytest.mark.anyio

COMMANDS: list[tuple[str, dict[str, str], list[str]]] = [
    (
        "init",
        {"project": "shop"},
        ["GOLEM.yaml", "project: shop", "http://127.0.0.1:7717", "GXV_API_KEY", "checkin"],
    ),
    ("status", {}, ["presence", "list_tasks", "get_messages"]),
    ("scope", {"area": "backend"}, ["conflict_check", "declared_area: backend", "scope_update"]),
    (
        "msg",
        {"text": "I've finished", "to": "agent-keen-7"},
        ["send_message", "to: agent-keen-7", "content: I've finished"],
    ),
    (
        "msg",
        {"text": '--to agent-keen-7 "Done"'},
        ["send_message", 'content: --to agent-keen-7 "Done"', "begins with --to and a name"],
    ),
    ("msg", {"text": "Starting"}, ["send_message", "to: broadcast", "content: Starting"]),
    ("tasks", {}, ["list_tasks", "pending"]),
    ("claim", {"task_id": "7"}, ["claim_task", "task_id 7"]),
    ("done", {"summary": "It works"}, ["complete_task", "result_summary: It works", "checkout"]),
    ("update", {"note": "half"}, ["update_task", "note: half"]),
    (
        "memory",
        {"action": "search", "text": "tokens"},
        ["If search is search", "memory_search", "query: tokens", "memory_store"],
    ),
]


async def test_the_slash_commands_are_prompts_that_name_the_tools(tmp_path: Path) -> None:
    async with (
        serving(f"sqlite:///{tmp_path}/a.db") as served,
        mcp(served, {"X-API-Key": served.key}) as client,
    ):
        listed = (await client.list_prompts()).prompts
        assert [each.name for each in listed] == [
            "init",
            "status",
            "scope",
            "msg",
            "tasks",
            "claim",
            "done",
            "update",
            "memory",
        ]
        assert {
            each.name: [(one.name, one.required) for one in each.arguments or []] for each in listed
        }["msg"] == [("text", True), ("to", False)]
        tools = {tool.name for tool in GOLEMXV.tools}
        for name, arguments, words in COMMANDS:
            (message,) = (await client.get_prompt(name, arguments)).messages
            assert isinstance(message.content, TextContent)
            text = message.content.text
            assert [word for word in words if word not in text] == [], (name, text)
            assert tools & set(words), name
        with pytest.raises(MCPError, match="The prompt 'msg' requires the argument 'text'"):
            await client.get_prompt("msg", {})
        with pytest.raises(MCPError, match="Unknown prompt 'help'"):
            await client.get_prompt("help", {})


async def test_the_systems_own_variables_say_key_project_and_session(tmp_path: Path) -> None:
    async with serving(f"sqlite:///{tmp_path}/a.db") as served:
        await served.app.call("workspace.create", {"name": "shop"}, credential=served.key)
        key = await made(served, **SHARED, workspace="shop")
        api = Api(served, key)
        token = await api.checkin(agent_name="agent-keen-7")
        theirs = {"GXV_API_KEY": key, "GXV_PROJECT_SLUG": "shop", "GXV_SESSION_TOKEN": token}
        environment = Command(tmp_path).environment | {"ACKBOX_URL": served.url} | theirs
        async with AsyncExitStack() as stack:
            program = StdioServerParameters(
                command=sys.executable,
                args=["-m", "ackbox", "mcp", "--dialect", "golemxv"],
                env=environment,
            )
            client = await stack.enter_async_context(Client(stdio_client(program), mode="legacy"))
            sent = await client.call_tool(
                "send_message", {"to": "broadcast", "content": "from the environment"}
            )
            assert sent.is_error is False, sent.content
            assert (await client.call_tool("heartbeat", {})).structured_content[
                "agent_name"
            ] == "agent-keen-7"
            presence = (await client.call_tool("presence", {})).structured_content
            assert (
                presence["project"]["slug"],
                [each["agent_name"] for each in presence["agents"]],
            ) == ("shop", ["agent-keen-7"])
            # A session that is over says no more who calls; what needs none goes on, and a new one
            # can begin.
            await client.call_tool("checkout", {})
            assert "SESSION_NOT_FOUND" in text_of(await client.call_tool("heartbeat", {}))
            told = [
                await client.call_tool(tool, {})
                for tool in ("presence", "sessions", "project_info", "checkin")
            ]
            assert [each.is_error for each in told] == [False] * 4
            fresh = told[-1].structured_content["session_token"]
            assert (await client.call_tool("heartbeat", {"session_token": fresh})).is_error is False
        assert plain(
            (await api("GET", "/messages", sender="agent-keen-7"))[1]["data"][0],
            "sender_name",
            "content",
        ) == ["agent-keen-7", "from the environment"]
        await api.close()
