"""Each dialect's transcript: over MCP in both eras and through the stdio bridge, on both
engines.
"""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from ackbox.dialects import DIALECTS, RESTS
from tests.answers import texts_of
from tests.command import Command
from tests.dialects.transcript import Scene, plain, scenes, without_ours
from tests.serving import Served, serving

pytestmark = pytest.mark.anyio
HERE = Path(__file__).parent
NAMES = [dialect.name for dialect in DIALECTS]
# A bridge for each agent of a scene takes long, and it passes on what the server says: a few scenes
# show that it works for a dialect. The older era differs from the newest in what surrounds a reply,
# on both engines alike. All of them run where all are asked for.
SHORT = {("sqlite", "stdio"): 4, ("postgres", "stdio"): 1, ("postgres", "legacy"): 4}
EVERY_SCENE = "ACKBOX_EVERY_SCENE" in os.environ


def over_http(
    served: Served,
    dialect: str,
    workspace: str,
    mode: Any,
    agent: str | None = None,
    key: str | None = None,
) -> Client:
    named = {"Ackbox-Agent": quote(agent)} if agent else {}
    http = httpx2.AsyncClient(
        headers={
            "Authorization": f"Bearer {key or served.key}",
            "Ackbox-Workspace": workspace,
            **named,
        },
        timeout=30,
    )
    return Client(
        streamable_http_client(f"{served.url}/mcp/{dialect}", http_client=http), mode=mode
    )


def over_stdio(
    served: Served,
    dialect: str,
    workspace: str,
    where: Path,
    agent: str | None = None,
    key: str | None = None,
) -> Client:
    own = {"ACKBOX_URL": served.url, "ACKBOX_KEY": key or served.key}
    environment = Command(where).environment | own
    named = ["--as", agent] if agent else []
    program = StdioServerParameters(
        command=sys.executable,
        args=["-m", "ackbox", "-w", workspace, *named, "mcp", "--dialect", dialect],
        env=environment,
    )
    return Client(stdio_client(program), mode="legacy")


def most_scenes(database: str, way: str) -> int | None:
    return None if EVERY_SCENE else SHORT.get((urlsplit(database).scheme[:8], way))


@pytest.mark.parametrize("way", ["legacy", "2026-07-28", "stdio"])
@pytest.mark.parametrize("dialect", NAMES)
async def test_every_call_gets_the_reply_of_the_transcript(
    database: str, tmp_path: Path, dialect: str, way: str
) -> None:
    async with serving(database) as served:
        all_scenes = list(scenes(HERE / f"{dialect}.jsonl"))
        for number, scene in enumerate(all_scenes[: most_scenes(database, way)]):
            workspace = scene.bound["$ws"] = f"scene-{number}"
            await served.app.call("workspace.create", {"name": workspace}, credential=served.key)
            async with AsyncExitStack() as stack:
                connections: dict[tuple[str | None, str], Client] = {}
                for line in scene.lines:
                    if "tool" not in line or caller_of(line) in connections:
                        continue
                    agent, key = line.get("as"), await key_for(served, workspace, line)
                    client = (
                        over_stdio(served, dialect, workspace, tmp_path, agent, key)
                        if way == "stdio"
                        else over_http(served, dialect, workspace, way, agent, key)
                    )
                    connections[caller_of(line)] = await stack.enter_async_context(client)
                for line in scene.lines:
                    if "do" in line:
                        await served.app.call(
                            line["do"],
                            {"workspace": workspace, **scene.fill(line["arguments"])},
                            credential=served.key,
                        )
                    elif "rest" in line:
                        await play_rest(
                            served,
                            dialect,
                            workspace,
                            scene,
                            line,
                            prefix=0 if way == "legacy" else -1,
                        )
                    else:
                        await play(
                            connections[caller_of(line)], scene, line, is_newest=way == "2026-07-28"
                        )


def caller_of(line: dict[str, Any]) -> tuple[str | None, str]:
    """Return who calls, and with which key."""
    return line.get("as"), json.dumps(line.get("key"))


async def key_for(served: Served, workspace: str, line: dict[str, Any]) -> str | None:
    """Return a new key as a line describes it; null for the operator's."""
    if "key" not in line:
        return None
    params = {"workspace": workspace, **line["key"]}
    return str((await served.app.call("key.create", params, credential=served.key)).key)


async def play_rest(
    served: Served, dialect: str, workspace: str, scene: Scene, line: dict[str, Any], *, prefix: int
) -> None:
    """Make one request and hold its whole reply against the transcript's."""
    rest = next(each for each in RESTS if each.name == dialect)
    method, path = line["rest"].split(" ")
    given = scene.fill(line.get("arguments", {}))
    path = re.sub(r"\{(\w+)\}", lambda word: str(given.pop(word[1])), path)
    named = {"Ackbox-Agent": quote(line["as"])} if "as" in line else {}
    headers = {
        rest.key_headers[0] if rest.key_headers else "Authorization": (
            served.key if rest.key_headers else f"Bearer {served.key}"
        ),
        "Ackbox-Workspace": workspace,
        **named,
        **line.get("headers", {}),
    }
    send: dict[str, Any] = (
        {"content": given}
        if isinstance(given, str)
        else {"params": given}
        if method == "GET"
        else {"json": given}
    )
    async with httpx2.AsyncClient(timeout=30) as http:
        told = await http.request(
            method, served.url + rest.prefixes[prefix] + path, headers=headers, **send
        )
    said = told.text if isinstance(line["reply"], str) else plain(told.json(), line["reply"])
    assert (told.status_code, said) == (
        line["status"],
        scene.settle(line["reply"], said),
    ), f"{scene.title}: {line['rest']} {given}"


async def play(connection: Client, scene: Scene, line: dict[str, Any], *, is_newest: bool) -> None:
    """Make one call and hold its whole reply against the transcript's."""
    told = await connection.call_tool(line["tool"], scene.fill(line["arguments"]))
    texts = texts_of(told)
    refusal = line.get("error")
    expected = line["reply"] if refusal is None else refusal
    before = len(line.get("first", []))
    said = texts[before] if isinstance(expected, str) else json.loads(texts[before])
    about = f"{scene.title}: {line['tool']} {line['arguments']}"
    said = plain(said, expected)
    expected = scene.settle(expected, said)
    assert (texts[:before], said, without_ours(texts[before + 1 :]), told.is_error) == (
        scene.fill(line.get("first", [])),
        expected,
        scene.fill(line.get("more", [])),
        refusal is not None,
    ), about
    if expected == said and told.structured_content is None:
        # A reply that is text alone, or null.
        assert expected is None or isinstance(expected, str), about
        return
    data = (
        told.structured_content
        if is_newest or isinstance(expected, dict | str)
        else told.structured_content["result"]
    )
    assert plain(data, expected) == ({} if isinstance(expected, str) else expected), about


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
async def test_every_tool_of_a_dialect_is_listed_and_has_a_line_and_no_other_is(
    tmp_path: Path, dialect: Any
) -> None:
    used = {
        line["tool"]
        for scene in scenes(HERE / f"{dialect.name}.jsonl")
        for line in scene.lines
        if "tool" in line and "reply" in line
    }
    async with (
        serving(f"sqlite:///{tmp_path}/a.db") as served,
        over_http(served, dialect.name, "default", "legacy") as connection,
    ):
        listed = [tool.name for tool in (await connection.list_tools()).tools]
        offers = connection.server_capabilities
    assert listed == [tool.name for tool in dialect.tools]
    assert set(listed) == used
    assert (offers.tools is not None, offers.resources, offers.prompts is not None) == (
        True,
        None,
        bool(dialect.prompts),
    )


@pytest.mark.parametrize("rest", RESTS, ids=lambda rest: rest.name)
def test_every_route_of_a_rest_interface_has_a_line(rest: Any) -> None:
    used = {
        line["rest"]
        for scene in scenes(HERE / f"{rest.name}.jsonl")
        for line in scene.lines
        if line.get("status", 999) < 300
    }
    assert {f"{route.method} {route.path}" for route in rest.routes} == used
