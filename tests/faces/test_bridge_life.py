"""The life of a bridge: it comes and goes with its program, however that ends, and outlives its
server.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ackbox.client.discovery import DEFAULT_PORT
from ackbox.client.http import HttpCaller
from ackbox.client.starting import start_again
from tests.answers import data
from tests.command import Command

HELLO = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "raw", "version": "0"},
}
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "modern", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


class Program:
    """An agent program with a bridge as its child."""

    def __init__(self, ackbox: Command, *arguments: str) -> None:
        self.ackbox = ackbox
        self._id = 0
        self.errors = ackbox.where / "bridge.err"
        with self.errors.open("ab") as err:
            self.bridge = subprocess.Popen(
                [*ackbox.argv, "mcp", "--as", "ana", "--instance", "here", *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=err,
                text=True,
                env=ackbox.environment,
            )

    def tell(self, message: dict[str, Any]) -> None:
        assert self.bridge.stdin is not None
        self.bridge.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self.bridge.stdin.flush()

    def begin(self, method: str, **params: Any) -> int:
        self._id += 1
        self.tell({"id": self._id, "method": method, "params": params})
        return self._id

    def hear(self) -> Any:
        assert self.bridge.stdout is not None
        return json.loads(self.bridge.stdout.readline())

    def ask(self, method: str, **params: Any) -> Any:
        id = self.begin(method, **params)
        answer = self.hear()
        assert answer["id"] == id
        return answer

    def greet(self) -> None:
        self.ask("initialize", **HELLO)
        self.tell({"method": "notifications/initialized"})

    def until(self, presence: str) -> Any:
        """Wait until others see the agent so, and return its instance."""
        while True:
            found = self.ackbox.json("who", "--json")
            if (
                found
                and found["instances"]
                and found["instances"][0]["program"]
                and found["presence"] == presence
            ):
                return found["instances"][0]


@pytest.fixture
def ackbox(tmp_path: Path) -> Iterator[Command]:
    command = Command(tmp_path)
    yield command
    command.stop()


@pytest.fixture
def program(ackbox: Command) -> Iterator[Program]:
    ackbox.up()
    program = Program(ackbox)
    yield program
    program.bridge.kill()
    program.bridge.wait()
    assert "Traceback" not in program.errors.read_text()


@pytest.mark.parametrize(
    "end",
    [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGKILL, None],
    ids=lambda end: end.name if end else "end of input",
)
def test_its_agent_is_away_once_the_program_has_gone_however_it_went(
    program: Program, end: signal.Signals | None
) -> None:
    program.greet()
    assert program.until("online")["reach"] == "poll"
    if end is None:
        assert program.bridge.stdin is not None
        program.bridge.stdin.close()
    else:
        program.bridge.send_signal(end)
    assert program.bridge.wait(30) == (-signal.SIGKILL if end == signal.SIGKILL else 0)
    program.until("away")


def test_two_bridges_of_one_instance_are_here_until_the_second_leaves(program: Program) -> None:
    program.greet()
    other = Program(program.ackbox)
    other.greet()
    program.until("online")
    other.ask("tools/call", name="who", arguments={})
    program.bridge.send_signal(signal.SIGTERM)
    program.bridge.wait(30)
    assert program.until("online")["instance"] == "here"
    other.bridge.send_signal(signal.SIGTERM)
    other.bridge.wait(30)
    program.until("away")


def test_the_newest_era_is_named_by_its_messages(program: Program) -> None:
    program.ask("tools/list", _meta=META)
    assert program.until("online")["program"] == "modern"


@pytest.mark.parametrize("era", ["legacy", "modern"])
def test_a_call_under_way_is_answered_when_the_server_is_killed_and_the_server_is_back_on_its_port(
    program: Program, era: str
) -> None:
    server = program.ackbox.json("status")
    more = {} if era == "legacy" else {"_meta": META}
    if era == "legacy":
        program.greet()
    program.ask("tools/call", name="who", arguments={}, **more)
    waiting = program.begin("tools/call", name="wait", arguments={"wait_s": 2}, **more)
    quick = program.begin("tools/call", name="who", arguments={}, **more)
    assert program.hear()["id"] == quick
    os.kill(server["pid"], signal.SIGKILL)
    answer = program.hear()
    assert (answer["id"], answer["result"]["content"][0]["text"]) == (
        waiting,
        "No unread messages.",
    )
    again = program.ackbox.json("status")
    assert (again["url"], again["pid"] != server["pid"]) == (server["url"], True)


def test_a_server_is_started_again_with_the_options_it_had(
    ackbox: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in ackbox.environment.items():
        monkeypatch.setenv(name, value)
    before = ackbox.up(
        "--allow-host", "post.example.com", "--database", f"sqlite:///{ackbox.where}/kept.db"
    )
    os.kill(before["pid"], signal.SIGKILL)
    again = start_again(ackbox.data)
    same = ("url", "database")
    assert [again[name] for name in same] == [before[name] for name in same]
    assert (again["options"]["names"], HttpCaller(again["url"], None).is_up()) == (
        ["post.example.com"],
        True,
    )


def test_it_says_on_its_errors_in_checkin_status_and_doctor_that_the_usual_port_was_taken(
    ackbox: Command,
) -> None:
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            held.bind(("127.0.0.1", DEFAULT_PORT))
            held.listen()
        except OSError:
            pass  # Somebody else has it, which is as good.
        program = Program(ackbox)
        program.greet()
        checked = data(
            program.ask("tools/call", name="checkin", arguments={})["result"]["content"][0]["text"]
        )
    status = ackbox.json("status")
    notice = status["notices"][0]
    assert notice.startswith(f"Port {DEFAULT_PORT} is in use by ")
    assert notice.endswith(f"This server listens on port {status['url'].rpartition(':')[2]}.")
    assert checked["notices"] == [notice]
    assert f"ackbox mcp: {notice}" in program.errors.read_text()
    assert [
        each["state"] for each in ackbox.json("doctor")["findings"] if each["seen"] == notice
    ] == ["warn"]
    program.bridge.kill()
    program.bridge.communicate()
