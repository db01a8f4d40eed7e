"""claude-peers' own MCP server and command line, unchanged, with ackbox in place of its broker.

They need bun: `npm install --prefix DIRECTORY/bun bun`, and `bun install` in the fetched client.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.clients.copies import PLACE, copy_of, record
from tests.command import Command

CLIENT = "claude-peers-mcp"


def bun() -> str:
    found = Path(os.environ[PLACE]) / "bun/node_modules/.bin/bun"
    assert found.exists(), f"install it: npm install --prefix {found.parents[2]} bun"
    return str(found)


def told(feature: str, seen: str) -> None:
    record("claudepeers", CLIENT, feature, seen)


class Peer:
    """One Claude Code session's claude-peers server, spoken to as Claude Code speaks to it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._next = 0
        self.pushed: list[dict[str, Any]] = []

    def say(self, method: str, params: dict[str, Any], *, id: int | None = None) -> None:
        said = {"jsonrpc": "2.0", "method": method, "params": params}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(said | ({} if id is None else {"id": id})) + "\n")
        self._process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the client has ended"
        heard: dict[str, Any] = json.loads(line)
        if heard.get("method") == "notifications/claude/channel":
            self.pushed.append(heard["params"])
        return heard

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        self._next += 1
        self.say(method, params, id=self._next)
        while (heard := self.hear()).get("id") != self._next:
            pass
        answer: dict[str, Any] = heard["result"]
        return answer

    def call(self, tool: str, **arguments: Any) -> str:
        text: str = self.ask("tools/call", name=tool, arguments=arguments)["content"][0]["text"]
        return text

    def next_push(self) -> dict[str, Any]:
        while not self.pushed:
            self.hear()
        return self.pushed.pop(0)


@contextmanager
def peer(port: int, where: Path, home: Path) -> Iterator[Peer]:
    where.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [bun(), str(copy_of(CLIENT) / "server.ts")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=where,
        env={
            "PATH": f"{Path(bun()).parent}:{os.environ['PATH']}",
            "HOME": str(home),
            "CLAUDE_PEERS_PORT": str(port),
        },
    )
    try:
        one = Peer(process)
        one.ask(
            "initialize",
            protocolVersion="2025-06-18",
            capabilities={},
            clientInfo={"name": "test", "version": "1"},
        )
        one.say("notifications/initialized", {})
        yield one
    finally:
        process.terminate()
        process.wait(10)


def by_hand(port: int, *arguments: str) -> str:
    done = subprocess.run(
        [bun(), str(copy_of(CLIENT) / "cli.ts"), *arguments],
        env={"PATH": os.environ["PATH"], "CLAUDE_PEERS_PORT": str(port)},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return done.stdout + done.stderr


def id_in(listed: str) -> str:
    return next(line.removeprefix("ID: ") for line in listed.splitlines() if line.startswith("ID:"))


def test_two_unchanged_claude_peers_find_and_tell_each_other(tmp_path: Path) -> None:
    ackbox = Command(tmp_path)
    server = ackbox.up("--claude-peers", "0")
    port = int(server["keyless_url"].rpartition(":")[2])
    home, shop = tmp_path / "home", tmp_path / "shop"
    try:
        with peer(port, shop, home) as one, peer(port, tmp_path / "blog", home) as two:
            tools = [tool["name"] for tool in one.ask("tools/list")["tools"]]
            assert tools == ["list_peers", "send_message", "set_summary", "check_messages"]
            told("start, register", "works: its MCP server starts, and finds the broker")
            assert two.call("set_summary", summary="Writes the blog.") == (
                'Summary updated: "Writes the blog."'
            )
            told("set_summary", "works: the other peer sees the summary")
            listed = one.call("list_peers", scope="machine")
            assert listed.startswith("Found 1 peer(s) (scope: machine):\n\nID: cp"), listed
            assert f"CWD: {tmp_path / 'blog'}" in listed
            assert "Summary: Writes the blog." in listed
            assert one.call("list_peers", scope="directory") == (
                "No other Claude Code instances found (scope: directory)."
            )
            told("list_peers", "works: machine and directory")
            other = id_in(listed)
            assert one.call("send_message", to_id=other, message="Which port?") == (
                f"Message sent to peer {other}"
            )
            pushed = two.next_push()
            own = pushed["meta"]["from_id"]
            assert (pushed["content"], pushed["meta"]["from_cwd"]) == ("Which port?", str(shop))
            told("send_message, channel push", "works: pushed with the sender's directory")
            assert one.call("send_message", to_id="nobody00", message="x") == (
                "Failed to send: Peer nobody00 not found"
            )
            told("send_message to an unknown id", "works: the client's own error")
            assert one.call("check_messages") == "No new messages."
            told("check_messages", "works")
            # An agent of ackbox and a claude-peers client write to each other.
            ackbox.json("--as", "ana", "send", own, "Hello from ackbox.")
            assert one.next_push()["content"] == "Hello from ackbox."
            assert by_hand(port, "send", own, "from", "the", "shell") == f"Message sent to {own}\n"
            assert one.next_push()["meta"]["from_id"] == "cli"
            told("a message of a native agent", "works: pushed like any other")
            # What its server took, it has not shown: the message is delivered, and still unread.
            [waiting, _] = ackbox.json("--as", own, "inbox")
            status = ackbox.json("status", waiting["id"])
            assert [(each["agent"], each["state"]) for each in status["receipts"]] == [
                (own, "delivered")
            ]
            # ana and `cli` have called, too.
            assert "(4 peer(s) registered)" in by_hand(port, "status")
            assert f"{own}  PID:" in by_hand(port, "peers")
            told("cli.ts status, peers, send", "works")
        until = time.monotonic() + 10
        while {own, other} & set(by_hand(port, "peers").split()):
            assert time.monotonic() < until
        told("unregister at the end", "works: the peers are listed no more")
    finally:
        ackbox.stop()
