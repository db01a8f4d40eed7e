"""VantagePeers' example project and plugin, unmodified, against a real server."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from tests.answers import texts_of
from tests.clients.copies import copy_of, record
from tests.command import Command
from tests.serving import Served, serving

pytestmark = pytest.mark.anyio
SYSTEM, EXAMPLE, PLUGIN = "vantagepeers", "vantage-peers-example", "vantage-peers-plugin"
# Their tool is started with npx; this one starts ackbox instead.
NPX = """#!/bin/sh
exec "{python}" -m ackbox mcp --dialect vantagepeers
"""


def environment_of(served: Served, where: Path) -> dict[str, str]:
    """Return the environment of a person whose `npx` starts the bridge to this server."""
    programs = where / "bin"
    programs.mkdir()
    npx = programs / "npx"
    npx.write_text(NPX.format(python=sys.executable))
    npx.chmod(0o755)
    own = Command(where).environment
    return own | {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "ACKBOX_URL": served.url,
        "ACKBOX_KEY": served.key,
        "CONVEX_URL": "https://example.convex.cloud",
    }


async def run(command: list[str], where: Path, environment: dict[str, str]) -> str:
    """Run a script of a client to its end, and return what it printed."""

    def to_end() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=where, env=environment, capture_output=True, text=True, timeout=120
        )

    done = await anyio.to_thread.run_sync(to_end)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


def calls_in(instructions: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return the tool calls that a CLAUDE.md tells its agent to make."""
    for name, given in re.findall(r"^\s+(\w+)\((.*)\)$", instructions, re.MULTILINE):
        values = re.findall(r'(\w+): ("(?:[^"\\]|\\.)*"|\[[^\]]*\]|\d+)', given)
        yield name, {argument: json.loads(value) for argument, value in values}


async def test_the_example_is_set_up_tested_and_played_by_both_of_its_agents(
    tmp_path: Path,
) -> None:
    project = tmp_path / "example"
    shutil.copytree(copy_of(EXAMPLE), project, ignore=shutil.ignore_patterns(".git"))
    async with serving(f"sqlite:///{tmp_path}/a.db") as served:
        environment = environment_of(served, tmp_path)
        await run(["bash", "setup.sh"], project, environment)
        tested = await run(["bash", "test.sh"], project, environment)
        assert re.findall(r"PASS - (.*)", tested) == ["Memory stored", "Message sent"]
        # The script is content with any reply that has the word; the server knows better.
        found = await served.app.call(
            "note.list", {"kind": "project", "tag": "namespace:global"}, credential=served.key
        )
        assert [note.author for note in found.notes] == ["test-agent"]
        record(SYSTEM, EXAMPLE, "setup.sh, test.sh", "works: a memory and a broadcast are stored")
        first = await play(project / "agent-a", environment)
        second = await play(project / "agent-b", environment)
    assert [name for name, _ in first] == ["store_memory", "send_message", "set_summary"]
    assert [name for name, _ in second] == [
        "check_messages",
        "mark_as_read",
        "recall",
        "set_summary",
        "send_message",
    ]
    answers = dict(second)
    assert [row["from"] for row in answers["check_messages"]] == ["test-agent", "agent-a"]
    assert answers["mark_as_read"]["markedAsRead"] == 2
    assert "Project kickoff" in answers["recall"][0]["content"]
    record(
        SYSTEM, EXAMPLE, "agent-a/CLAUDE.md, agent-b/CLAUDE.md", "works: all eight calls in order"
    )


async def play(agent: Path, environment: dict[str, str]) -> list[tuple[str, Any]]:
    """Make the calls of an agent's instructions over the MCP server of its settings."""
    server = json.loads((agent / ".claude/settings.json").read_text())["mcpServers"]
    program = StdioServerParameters(
        command=server["vantage-peers"]["command"],
        args=server["vantage-peers"]["args"],
        env=environment | server["vantage-peers"]["env"],
    )
    replies: list[tuple[str, Any]] = []
    async with Client(stdio_client(program), mode="legacy") as client:
        for name, arguments in calls_in((agent / "CLAUDE.md").read_text("utf-8")):
            if "receiptIds" in arguments:
                arguments["receiptIds"] = [row["receiptId"] for row in replies[0][1]]
            told = await client.call_tool(name, arguments)
            assert not told.is_error, (name, texts_of(told))
            replies.append((name, json.loads(texts_of(told)[0])))
    return replies


async def test_the_plugins_own_three_checks_of_a_setup_pass(tmp_path: Path) -> None:
    skill = copy_of(PLUGIN) / "vantage-peers/skills/vantage-peers-init/SKILL.md"
    _, registered, address, connected = re.findall(
        r"^```bash\n(.*?)^```", skill.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )[:4]
    template = copy_of(PLUGIN) / "vantage-peers/templates/.mcp.json.template"
    async with serving(f"sqlite:///{tmp_path}/a.db") as served:
        key = await served.app.call(
            "key.create", {"name": "sigma", "may_speak_as": ["*"]}, credential=served.key
        )
        settings = template.read_text("utf-8")
        settings = settings.replace("<YOUR_RAILWAY_URL>/mcp", f"{served.url}/mcp/vantagepeers")
        settings = settings.replace("<YOUR_BEARER_SECRET>", key.key)
        (tmp_path / ".mcp.json").write_text(settings)
        environment = Command(tmp_path).environment
        said = await run(["bash", "-c", registered], tmp_path, environment)
        assert said.splitlines()[0] == "FOUND"
        url = (await run(["bash", "-c", address], tmp_path, environment)).strip()
        status = await run(["bash", "-c", connected], tmp_path, environment | {"VP_URL": url})
        health = Path("/tmp/vp_health.json")
        assert (status, sorted(json.loads(health.read_text()))) == ("200", ["status", "version"])
        health.unlink()
        headers = json.loads(settings)["mcpServers"]["vantage-peers"]["headers"]
        async with connected_to(url, headers) as client:
            told = await client.call_tool("recall", {"query": "test", "limit": 1})
        assert texts_of(told) == ["[]"]
    record(SYSTEM, PLUGIN, "/vantage-peers-init", "works: its three checks pass")


def connected_to(url: str, headers: dict[str, str]) -> Client:
    http = httpx2.AsyncClient(headers=headers, timeout=30)
    return Client(streamable_http_client(url, http_client=http), mode="legacy")


async def test_every_tool_that_the_plugin_names_exists_or_says_what_to_use_instead(
    tmp_path: Path,
) -> None:
    texts = [
        path.read_text("utf-8")
        for path in copy_of(PLUGIN).rglob("*")
        if path.suffix in (".md", ".py", ".json")
    ]
    in_skills = {
        name for text in texts for name in re.findall(r"mcp__vantage-peers__([a-z_]+)", text)
    }
    catalogue = (copy_of(PLUGIN) / "vantage-peers/agents/vantage-peers-expert.md").read_text()
    listed = catalogue[catalogue.index("## TOOL CATALOG") : catalogue.index("## NAMESPACE")]
    in_catalogue = {
        name
        for line in listed.splitlines()
        if line.startswith("- ")
        for name in re.findall(r"`(\w+)`", line.partition("—")[0])
    }
    async with (
        serving(f"sqlite:///{tmp_path}/a.db") as served,
        connected_to(
            f"{served.url}/mcp/vantagepeers", {"Authorization": f"Bearer {served.key}"}
        ) as client,
    ):
        here = {tool.name for tool in (await client.list_tools()).tools}
        said = {
            name: texts_of(await client.call_tool(name, {}))[0]
            for name in sorted((in_skills | in_catalogue) - here)
        }
    assert in_skills - here == set()
    assert [
        name
        for name, text in said.items()
        if not text.startswith(f"Error: ackbox has no tool '{name}'. ")
    ] == []
    record(
        SYSTEM,
        PLUGIN,
        "tools that its skills name",
        f"works: all {len(in_skills)} exist; of {len(in_catalogue)} in its catalogue"
        f" {len(said)} answer with what to use instead",
    )
