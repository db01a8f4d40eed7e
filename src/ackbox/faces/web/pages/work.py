"""Pages to work with: Tasks, Connect, Settings. What each loads, and its plain text twin.

Explained in docs/why/dashboard.md.
"""

from __future__ import annotations

import asyncio
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ackbox.dialects import DIALECTS
from ackbox.faces.web.page import Ask, Page
from ackbox.faces.web.pages.messages import plain

UNFINISHED, FINISHED = 200, 30


async def load_tasks(ask: Ask) -> dict[str, Any]:
    """Return tasks that match the filter: the unfinished ones, most urgent first (with words:
    newest first), and those that were finished last.
    """
    narrow = {name: ask.query.get(name) or None for name in ("assignee", "project", "tag")}
    words = ask.query.get("q", "").strip()[:400]
    if words:
        unfinished, finished = await asyncio.gather(
            ask("task.search", query=words, status="unfinished", limit=UNFINISHED, **narrow),
            ask("task.search", query=words, status="finished", limit=FINISHED, **narrow),
        )
    else:
        unfinished, finished = await asyncio.gather(
            ask("task.list", status="unfinished", limit=UNFINISHED, urgent_first=True, **narrow),
            ask("task.list", status="finished", limit=FINISHED, **narrow),
        )
    more = unfinished["cursor"] and (
        f"Only {UNFINISHED} unfinished tasks are shown. Use the filter to find the others."
    )
    return {"tasks": [*unfinished["tasks"], *finished["tasks"]], "more": more}


async def load_connect(ask: Ask) -> dict[str, Any]:
    me, roster = await asyncio.gather(
        ask("agent.whoami"), ask("agent.list", present_first=True, limit=200)
    )
    sent = (
        await ask("message.history", sender=me["agent"], limit=20, body_chars=0, with_tallies=True)
        if me["agent"]
        else {"messages": [], "tallies": []}
    )
    kinds = [each["kind"] for each in roster["agents"]]
    return {
        "may_make_keys": "admin" in me["may"],
        "command": command(),
        "options": options(ask),
        "tools": ask.server.tools(),
        "endpoints": [f"/mcp/{dialect.name}" for dialect in DIALECTS],
        "steps": {
            "connected": "agent" in kinds,
            "sent": bool(sent["messages"]),
            "received": any(each["delivered"] for each in sent["tallies"]),
            "invited": kinds.count("human") > 1,
        },
    }


def options(ask: Ask) -> list[str]:
    """Return the options with which a command on this machine finds this server and workspace."""
    where = ask.server.data_dir and ask.server.data_dir.resolve()
    # Not the setting of this process: the shell that runs the command may not have it.
    usual = Path.home() / ".local/share/ackbox"
    own = [] if where in (None, usual) else ["--data-dir", str(where)]
    return [*own, *([] if ask.workspace == "default" else ["-w", ask.workspace])]


def command() -> str:
    """Return the command that starts this ackbox on this machine."""
    beside = Path(sys.executable).parent / "ackbox"
    return str(beside) if beside.exists() else shutil.which("ackbox") or "ackbox"


async def load_settings(ask: Ask) -> dict[str, Any]:
    me, places = await asyncio.gather(ask("agent.whoami"), ask("workspace.list"))
    own = next(each for each in places["workspaces"] if each["name"] == me["workspace"])
    keys = (await ask("key.list"))["keys"] if "admin" in me["may"] else None
    return {"workspace": own, "keys": keys}


def lines_tasks(data: dict[str, Any]) -> Iterator[str]:
    for task in data["tasks"]:
        who = task["assignee"] or "unassigned"
        waits = f"  waits for {len(task['waits_for'])}" if task["waits_for"] else ""
        yield plain(f"{task['number']}  {task['status']}  {who}  {task['title']}{waits}")
    if data["more"]:
        yield data["more"]


def lines_connect(data: dict[str, Any]) -> Iterator[str]:
    options = "".join(f" {shlex.quote(each)}" for each in data["options"])
    yield plain(f"MCP server command: {data['command']}{options} mcp --as NAME")
    yield "Over HTTP: /mcp, with an API key from: ackbox key create --agent NAME"
    for path in data["endpoints"]:
        yield f"For clients of other systems: {path}"


def lines_settings(data: dict[str, Any]) -> Iterator[str]:
    own = data["workspace"]
    yield plain(f"{own['name']}, {own['mode']}, {own['agents']} agents")
    for name, value in own["settings"].items():
        yield plain(f"{name} = {value}")
    for key in data["keys"] or []:
        until = "revoked" if key["revoked_at"] else key["expires_at"] or "never"
        yield plain(f"{key['id']}  {key['kind']}  {key['agent'] or ''}  {key['label']}  {until}")


PAGES: dict[str, Page] = {
    "tasks": Page("Tasks", load_tasks, lines_tasks),
    "connect": Page("Connect", load_connect, lines_connect),
    "settings": Page("Settings", load_settings, lines_settings),
}
