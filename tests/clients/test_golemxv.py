"""GolemXV's plugin gxv-skills, unchanged: its scripts, and the commands that its files tell a model
to run, from init to checkout.

Each command is read from the plugin's own file and run by bash; what a model does is done here: it
puts values in for the words in capitals, and writes two files. The hooks' age check needs a jq that
reads a time with an offset, which gojq does and jq 1.6 does not.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from tests.clients.copies import PLACE, copy_of, record
from tests.serving import Served, serving

pytestmark = pytest.mark.anyio
PLUGIN = "gxv-skills"


def gojq() -> str:
    """Return where gojq is; fails with the command that fetches it."""
    found = shutil.which("gojq") or shutil.which("gojq", path=str(Path(os.environ[PLACE]) / "bin"))
    assert found, "fetch it: apt-get install gojq"
    return found


class Agent:
    """One agent program with the plugin, in a clone of the project of its own."""

    def __init__(self, where: Path, served: Served, key: str) -> None:
        self.clone = where / "clone"
        self.clone.mkdir(parents=True)
        plugins = where / "home/.claude/plugins"
        plugins.mkdir(parents=True)
        (plugins / PLUGIN).symlink_to(copy_of(PLUGIN))
        (where / "bin").mkdir()
        (where / "bin/jq").symlink_to(gojq())
        self._new_jq = f"{where / 'bin'}:{os.environ['PATH']}"
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(where / "home"),
            "GXV_API_KEY": key,
            "GXV_SERVER_URL": served.url,
            "CLAUDE_PROJECT_DIR": str(self.clone),
        }
        self.heartbeat: subprocess.Popen[bytes] | None = None
        # The words in capitals of the plugin's files.
        self.words = {"SERVER_URL": served.url}

    async def bash(self, script: str, stdin: str = "", *, new_jq: bool = False) -> str:
        """Run a script and return its output."""
        environment = self._environment | ({"PATH": self._new_jq} if new_jq else {})
        done = await asyncio.to_thread(
            subprocess.run,
            ["bash", "-c", script],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=self.clone,
            env=environment,
            timeout=60,
            check=False,
        )
        return done.stdout

    async def command(self, file: str, having: str, then: str = "", **words: str) -> str:
        """Run the block of a command's file that has some text, with values for its words."""
        text = (copy_of(PLUGIN) / f"commands/gxv/{file}.md").read_text("utf-8")
        blocks = re.findall(r"^```bash\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        (block,) = [each for each in blocks if having in each]
        known = self.words | words
        for word in sorted(known, key=len, reverse=True):
            block = re.sub(rf"\b{word}\b", known[word].replace("\\", r"\\"), block)
        return await self.bash(block + then)

    async def hook(self, script: str, stdin: str = "", *, new_jq: bool = True) -> str:
        """Run one of the plugin's hooks."""
        return await self.bash(f'"{copy_of(PLUGIN)}/scripts/{script}"', stdin, new_jq=new_jq)

    async def init(self) -> dict[str, Any]:
        """Do what /gxv:init says; return the result of its check."""
        check = json.loads(await self.command("init", "gxv-init-check.sh"))
        assert check["status"] == "ok", check
        if check["project"]["needs_fetch"]:
            fetched = await self.command(
                "init", "/api/v1/init", '\nprintf "%s\\n" "$YAML_CONTENT" > GOLEM.yaml'
            )
            assert fetched == "OK\n"
            check["project"] = json.loads(await self.command("init", "gxv-init-check.sh"))[
                "project"
            ]
        if not check["session"]["valid"]:
            told = await self.command("init", "/api/v1/checkin")
            session = dict(line.split("=", 1) for line in told.splitlines())
            ppid = str(check["ppid"])
            self.words |= {
                "SESSION_TOKEN": session["full_token"],
                "AGENT_NAME": session["agent_name"],
                "LITERAL_PPID": ppid,
            }
            self.name, self.ppid = session["agent_name"], ppid
            (self.clone / f".gxv/session-{ppid}.json").write_text(
                json.dumps(
                    {
                        "session_token": session["full_token"],
                        "session_id": session["session_id"],
                        "project_slug": check["project"]["slug"],
                        "project_name": check["project"]["name"],
                        "agent_name": session["agent_name"],
                        "server_url": self.words["SERVER_URL"],
                        "checked_in_at": "2026-02-15T10:00:00Z",
                    }
                )
            )
        return dict(check)

    def beat(self) -> None:
        """Start the plugin's heartbeat, every second."""
        self.heartbeat = subprocess.Popen(
            [copy_of(PLUGIN) / "scripts/heartbeat.sh", f".gxv/session-{self.ppid}.json", "1"],
            cwd=self.clone,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    async def kept(self, kind: str, when: Callable[[Any], bool]) -> Any:
        """Return what the heartbeat wrote of a kind, as soon as that is so."""
        path = self.clone / f".gxv/{kind}-{self.ppid}.json"
        async with asyncio.timeout(20):
            while True:
                found = json.loads(path.read_text("utf-8")) if path.exists() else None
                if found and when(found):
                    return found
                await asyncio.sleep(0.1)


@asynccontextmanager
async def project(tmp_path: Path) -> AsyncIterator[tuple[Served, Agent, Agent]]:
    """A project with one key for all its agents, as in GolemXV, and two agents."""
    async with serving(f"sqlite:///{tmp_path}/a.db") as served:
        await served.app.call(
            "workspace.create", {"name": "shop", "on_conflict": "block"}, credential=served.key
        )
        asked = {"workspace": "shop", "name": "ci", "may_speak_as": ["agent-*"]}
        key = await served.app.call(
            "key.create", {**asked, "dialect": "golemxv"}, credential=served.key
        )
        agents = Agent(tmp_path / "one", served, key.key), Agent(tmp_path / "two", served, key.key)
        try:
            yield served, *agents
        finally:
            for agent in agents:
                if agent.heartbeat is not None:
                    agent.heartbeat.kill()
                    agent.heartbeat.wait()


LISTEN = """
const { Centrifuge } = require("centrifuge");
const [, address, key] = process.argv;
const token = async () => {
  const answer = await fetch(`${address}/_gxv/api/v1/realtime/token`, {
    headers: { "X-API-Key": key },
  });
  return (await answer.json()).data;
};
(async () => {
  const { ws_url, channel } = await token();
  const client = new Centrifuge(ws_url, {
    websocket: require("ws"),
    getToken: async () => (await token()).connection_token,
  });
  const channelOf = client.newSubscription(channel, {
    getToken: async () => (await token()).subscription_token,
  });
  channelOf.on("subscribed", () => console.log("subscribed"));
  channelOf.on("publication", (context) => {
    console.log(JSON.stringify(context.data));
    client.disconnect();
  });
  channelOf.subscribe();
  client.connect();
})();
"""


async def test_the_centrifugo_library_receives_what_polling_gives(tmp_path: Path) -> None:
    place = Path(os.environ[PLACE]) / "centrifuge"
    package = place / "node_modules/centrifuge/package.json"
    assert package.exists(), f"fetch it: npm install --prefix {place} centrifuge ws"
    async with project(tmp_path) as (served, one, _):
        await one.init()
        listening = await asyncio.create_subprocess_exec(
            "node",
            "-e",
            LISTEN,
            served.url,
            await one.bash('printf %s "$GXV_API_KEY"'),
            cwd=place,
            stdout=asyncio.subprocess.PIPE,
        )
        assert listening.stdout is not None
        async with asyncio.timeout(30):
            assert await listening.stdout.readline() == b"subscribed\n"
            await one.command("msg", "ENDJSON", MESSAGE_CONTENT="Pushed", RECIPIENT="broadcast")
            pushed = json.loads(await listening.stdout.readline())
            assert await listening.wait() == 0
        polled = json.loads(
            await one.bash(
                'curl -sf -H "X-API-Key: $GXV_API_KEY" "$GXV_SERVER_URL/api/v1/messages?limit=1"'
            )
        )["data"][0]
    assert (pushed["event"], pushed["uuid"], pushed["content"]) == (
        "agent.message",
        polled["uuid"],
        "Pushed",
    )
    record(
        "golemxv",
        "centrifuge (npm)",
        "channel of a project",
        "works: connects, subscribes, and receives a message as polling gives it",
        version=json.loads(package.read_text("utf-8"))["version"],
    )


def seen(feature: str, what: str) -> None:
    record("golemxv", PLUGIN, feature, what)


async def test_the_plugin_lives_its_whole_life(tmp_path: Path) -> None:
    async with project(tmp_path) as (served, one, two):
        await it_connects(one, two)
        await it_hears_and_guards(one, two)
        await it_talks(one, two)
        await it_works(served, one, two)
        await it_remembers(one)
        await it_leaves(one, two)


async def it_connects(one: Agent, two: Agent) -> None:
    check = await one.init()
    assert check["project"] == {"slug": "shop", "name": "shop", "needs_fetch": False}
    assert (check["mcp_json"]["created"], check["presence"]["active_agents"]) == (True, [])
    assert "conflict_mode: enforce" in (one.clone / "GOLEM.yaml").read_text("utf-8")
    seen("/gxv:init", "works: GOLEM.yaml fetched, .mcp.json written, checked in")
    check = await two.init()
    assert [each["agent_name"] for each in check["presence"]["active_agents"]] == [one.name]
    again = json.loads(await one.command("init", "gxv-init-check.sh"))
    assert (again["session"]["stale_cleaned"], again["project"]["slug"]) == (0, "shop")
    seen("/gxv:init again", "works: sees the agents that are here, and removes no live session")


async def it_hears_and_guards(one: Agent, two: Agent) -> None:
    scope = dict(AREA="backend", FILES_JSON='["src/auth.ts"]')
    told = await one.command("scope", "/api/v1/status", **scope)
    assert told.splitlines() == [
        "scope_status=200",
        "area=backend",
        'files=["src/auth.ts"]',
        "has_conflicts=false",
    ]
    told = await two.command("scope", "/api/v1/status", AREA="docs", FILES_JSON='["src/auth.ts"]')
    assert told.splitlines()[-2:] == [
        "has_conflicts=true",
        f"  conflict: {one.name} (file): ['src/auth.ts']",
    ]
    told = await two.command("scope", "/api/v1/status", AREA="docs", FILES_JSON='["docs/"]')
    assert told.splitlines()[-1] == "has_conflicts=false"
    assert (await one.command("scope", "/api/v1/presence")).splitlines() == [
        "area=backend",
        'files=["src/auth.ts"]',
    ]
    seen("/gxv:scope", "works: declares, names a conflict, and shows the scope")
    two.beat()
    assert await two.kept(
        "presence", lambda of: {each["agent_name"] for each in of["agents"]} == {one.name, two.name}
    )
    await one.command("msg", "ENDJSON", MESSAGE_CONTENT="Can you review?", RECIPIENT=two.name)
    await two.kept("inbox", lambda of: "Can you review?" in str(of["messages"]))
    seen("heartbeat.sh", "works: keeps the session, writes messages and presence")
    shown = await two.hook("gxv-inbox-hook.sh")
    assert f"{two.name}(YOU)->docs" in shown and f"{one.name}->backend" in shown
    assert f"{one.name} -> YOU: Can you review?" in shown
    assert "new message(s)" not in await two.hook("gxv-inbox-hook.sh")
    seen("gxv-inbox-hook.sh", "works: shows scopes, and each message once with its sender")
    # By area: the guard of this version takes any declared file for each file of the project.
    await one.command("scope", "/api/v1/status", AREA="src", FILES_JSON="[]")
    await two.kept("presence", lambda of: "'declared_area': 'src'" in str(of["agents"]))
    (two.clone / "src").mkdir()
    (two.clone / "docs").mkdir()
    edit = [
        json.dumps({"tool_input": {"file_path": str(two.clone / path)}})
        for path in ("src/auth.ts", "docs/a.md")
    ]
    refused = json.loads(await two.hook("gxv-scope-guard.sh", edit[0]))["hookSpecificOutput"]
    assert refused["permissionDecision"] == "deny"
    assert (
        f"src/auth.ts is in {one.name}'s scope (area: src)" in refused["permissionDecisionReason"]
    )
    assert await two.hook("gxv-scope-guard.sh", edit[1]) == ""
    seen(
        "gxv-scope-guard.sh, with gojq as jq", "works: refuses a file in another agent's area only"
    )
    allowed = await two.hook("gxv-scope-guard.sh", edit[0], new_jq=False) == ""
    version = (await two.bash("jq --version")).strip()
    seen(
        f"gxv-scope-guard.sh, with {version}",
        "allows everything: its check of the age of its data fails" if allowed else "works",
    )


async def it_talks(one: Agent, two: Agent) -> None:
    sent = await one.command(
        "msg", "ENDJSON", MESSAGE_CONTENT="Starting the migration", RECIPIENT="broadcast"
    )
    assert sent == "send_status=201\n"
    lost = await one.command("msg", "ENDJSON", MESSAGE_CONTENT="x", RECIPIENT="agent-nobody-1")
    assert lost == "send_status=404\n"
    inbox = await two.command("msg", "limit=20")
    assert f"{one.name} -> {two.name}: Can you review?" in inbox
    assert "Starting the migration" in inbox
    seen("/gxv:msg", "works: direct, broadcast, inbox; an unknown name is refused")


async def it_works(served: Served, one: Agent, two: Agent) -> None:
    await served.app.call(
        "task.create",
        {"workspace": "shop", "agent": "pm", "title": "Sign tokens", "project": "backend"},
        credential=served.key,
    )
    assert "pending: #1 | Sign tokens | medium | backend" in await one.command("tasks", "limit=50")
    seen("/gxv:tasks", "works: lists the pending task")
    claimed = await one.command("claim", "tasks/claim", TASK_ID="1")
    assert claimed.startswith("claim_status=200\n") and '"status": "assigned"' in claimed
    assert await two.command("claim", "tasks/claim", TASK_ID="1") == "claim_status=409\n\n"
    seen("/gxv:claim", "works: one agent gets the task, the other 409")
    status = await one.command("status", "===PRESENCE===")
    for part in (one.name, two.name, "Sign tokens", "Starting the migration"):
        assert part in status
    seen("/gxv:status", "works: presence, messages and tasks")


async def it_remembers(one: Agent) -> None:
    entry = json.loads((one.clone / ".mcp.json").read_text("utf-8"))["mcpServers"]["golemxv"]
    headers = {
        name: await one.bash(f'printf %s "{value}"') for name, value in entry["headers"].items()
    }
    http = httpx2.AsyncClient(headers=headers, timeout=30)
    async with Client(streamable_http_client(entry["url"], http_client=http)) as client:
        stored = await client.call_tool(
            "memory_store",
            {"content": "Tokens rotate daily.", "category": "decision", "tags": ["auth"]},
        )
        found = await client.call_tool("memory_search", {"query": "tokens", "max_results": 10})
    assert stored.structured_content["category"] == "decision"
    assert [each["content"] for each in found.structured_content["results"]] == [
        "Tokens rotate daily."
    ]
    seen("/gxv:memory, over the .mcp.json that init wrote", "works: stored and found")


async def it_leaves(one: Agent, two: Agent) -> None:
    # No command starts a task, and /gxv:done completes only one that is in progress.
    await one.bash(
        'curl -sf -H "X-API-Key: $GXV_API_KEY" -X POST'
        f" {one.words['SERVER_URL']}/_gxv/api/v1/tasks/1/status"
        f' -d \'{{"session_token":"{one.words["SESSION_TOKEN"]}","status":"in_progress"}}\''
    )
    active = await one.command("done", "status=in_progress")
    assert active == "task_id=1 title=Sign tokens\n"
    done = await one.command("done", '"status":"completed"', TASK_ID="1")
    assert done == "complete_status=200\n"
    left = await one.command("done", "ENDJSON3", DEPARTURE_MESSAGE=f"{one.name} checking out.")
    assert left.splitlines() == ["departure_broadcast=201", "clear_scope=200", "checkout=200"]
    assert (await one.command("done", "cleanup done")) == "cleanup done\n"
    assert not list((one.clone / ".gxv").glob("session-*"))
    seen("/gxv:done", "works: task completed, departure sent, scope cleared, checked out")
    await two.kept("presence", lambda of: one.name not in str(of["agents"]))
    await two.command("done", "ENDJSON3", DEPARTURE_MESSAGE="bye")
    assert two.heartbeat is not None
    assert await asyncio.to_thread(two.heartbeat.wait, 20) == 0
    seen("heartbeat.sh after checkout", "works: ends by itself when its session has ended")
