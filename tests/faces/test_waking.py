"""Waking over the ways that lead to a program: its bridge, its monitor and its hooks as processes,
with a socket of the test in place of the program's.

tests/programs/test_waking.py does the same with the programs themselves. Explained in
docs/why/reach.md, "Waking".
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.server import ServerConnection, unix_serve

from ackbox.client.http import HttpCaller
from ackbox.client.running import read_operator_key, read_server
from tests.command import Command
from tests.faces.test_bridge_life import HELLO

THREAD = "0199-thread"


def until(fact: Callable[[], Any], *, within_s: float = 20) -> Any:
    """Return what a fact is once it is so. Raises TimeoutError."""
    end = time.monotonic() + within_s
    while not (found := fact()):
        if time.monotonic() > end:
            raise TimeoutError(f"not within {within_s} s")
        # What other processes do is looked at again and again, until its time is over.
        time.sleep(0.05)
    return found


class Session:
    """A session of an agent program as ackbox sees it: hooks, a bridge, perhaps a monitor."""

    def __init__(self, ackbox: Command, program: str, **environment: str) -> None:
        self.ackbox, self.program = ackbox, program
        self._processes: list[subprocess.Popen[str]] = []
        self.environment = {
            **ackbox.environment,
            "ACKBOX_CONNECTED": program,
            "ACKBOX_AGENT": "bob",
            **environment,
        }

    def own_process(self) -> None:
        """Give this session a process of its own, which its parts know each other by."""
        self.environment["ACKBOX_COPY_ID"] = uuid.uuid4().hex

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*self.ackbox.argv, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=self.environment,
        )
        self._processes.append(process)
        return process

    def bridge(self) -> Callable[..., Any]:
        """Start the bridge, and return how to call a method of it."""
        process = self.begin("mcp")
        into, out = process.stdin, process.stdout
        assert into is not None and out is not None
        ids = iter(range(1, 1000))

        def call(method: str, params: dict[str, Any]) -> Any:
            asked = {"jsonrpc": "2.0", "id": next(ids), "method": method, "params": params}
            into.write(json.dumps(asked) + "\n")
            into.flush()
            return json.loads(out.readline())

        call("initialize", HELLO)
        into.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n')
        into.flush()
        return call

    def monitor(self) -> Iterator[str]:
        """Start the monitor, and return the lines that it prints."""
        process = self.begin("hook", self.program, "--monitor")
        assert process.stdout is not None
        return iter(process.stdout)

    def hook(self, event: str, session: str = THREAD, **more: Any) -> str:
        """Return what a hook prints at an event."""
        done = subprocess.run(
            [*self.ackbox.argv, "hook", self.program, "--deadline", "5"],
            input=json.dumps({"hook_event_name": event, "session_id": session, **more}),
            stdout=subprocess.PIPE,
            text=True,
            env=self.environment,
            timeout=30,
            check=True,
        )
        return done.stdout

    def call(self, operation: str, **params: Any) -> Any:
        """Call an operation with the operator's key."""
        key = read_operator_key(self.ackbox.data)
        server = read_server(self.ackbox.data)
        assert key is not None and server is not None
        return HttpCaller(str(server["url"]), key).call(operation, params)

    def send(self, body: str) -> str:
        return str(self.call("message.send", agent="alice", to="bob", body=body)["id"])

    def steps(self, id: str) -> list[tuple[str, str]]:
        """Return the steps of a message with their evidence."""
        receipt = self.call("message.status", agent="alice", id=id)["receipts"][0]
        return [(each["mark"], each["evidence"].partition(",")[0]) for each in receipt["by"]]

    @property
    def reach(self) -> list[str]:
        """How the instances are reached that are online."""
        (bob,) = (each for each in self.call("agent.list")["agents"] if each["agent"] == "bob")
        return [each["reach"] for each in bob["instances"] if each["presence"] == "online"]

    def close(self) -> None:
        for process in self._processes:
            process.kill()
            process.communicate()


@pytest.fixture
def ackbox(tmp_path: Path) -> Iterator[Command]:
    command = Command(tmp_path)
    command.up()
    yield command
    command.stop()


@pytest.fixture
def begin(ackbox: Command) -> Iterator[Callable[..., Session]]:
    """How to begin a session of a program."""
    begun: list[Session] = []

    def begin(program: str, **environment: str) -> Session:
        begun.append(Session(ackbox, program, **environment))
        return begun[-1]

    yield begin
    for each in begun:
        each.close()


class Inbox:
    """A socket that takes messages as Claude Code's does: lines, until the other side ends."""

    def __init__(self) -> None:
        # A path of a test's directory is too long for a socket.
        self._home = tempfile.TemporaryDirectory(dir="/tmp")
        self.path = f"{self._home.name}/inbox.sock"
        self.lines: list[Any] = []
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(self.path)
        self._server.listen()
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self._server.accept()
                with line, line.makefile() as file:
                    self.lines += [json.loads(each) for each in file]

    def close(self) -> None:
        self._server.close()
        self._home.cleanup()


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    inbox = Inbox()
    yield inbox
    inbox.close()


def test_a_monitor_prints_a_line_and_the_hook_of_that_turn_shows_the_message_once(
    begin: Callable[..., Session], inbox: Inbox
) -> None:
    claude = begin("claude", CLAUDE_CODE_MESSAGING_SOCKET=inbox.path)
    claude.own_process()
    claude.bridge()
    lines = claude.monitor()
    claude.hook("SessionStart", source="startup")
    until(lambda: claude.reach == ["wakes when idle (monitor)"])
    id = claude.send("canary")
    assert re.sub(r"\d\d:\d\d:\d\d", "TIME", next(lines)) == (
        'ackbox, TIME UTC: 1 new message, from "alice". It comes with this notice; otherwise read'
        " it with the ackbox tool inbox.\n"
    )
    until(lambda: claude.steps(id) == [("signalled", "claude monitor")])
    assert claude.hook("UserPromptSubmit").count("canary") == 1
    assert claude.hook("Stop") == ""
    assert claude.steps(id) == [
        ("signalled", "claude monitor"),
        ("delivered", "claude UserPromptSubmit"),
        ("injected", "claude UserPromptSubmit"),
        ("seen", "claude UserPromptSubmit"),
    ]
    assert inbox.lines == []


def test_without_a_monitor_the_bridge_writes_to_the_inbox_of_its_session(
    begin: Callable[..., Session], inbox: Inbox
) -> None:
    claude = begin(
        "claude",
        CLAUDE_CODE_MESSAGING_SOCKET=inbox.path,
        CLAUDE_CODE_MESSAGING_TOKEN="a-token",
    )
    claude.own_process()
    claude.bridge()
    claude.hook("SessionStart", source="startup")
    until(lambda: claude.reach == ["wakes when idle (inbox socket)"])
    id = claude.send("canary")
    until(lambda: claude.steps(id) == [("signalled", "claude inbox socket")])
    until(lambda: len(inbox.lines) == 2)
    auth, message = inbox.lines
    assert auth == {"type": "auth", "token": "a-token"}
    first = message["message"]["content"]
    assert 'UTC: 1 new message, from "alice".' in first
    assert "canary" not in str(inbox.lines)
    # Claude Code drops a text that is the same as the one before.
    assert claude.hook("UserPromptSubmit").count("canary") == 1
    claude.hook("Stop")
    claude.send("second")
    until(lambda: len(inbox.lines) == 4)
    second = inbox.lines[3]["message"]["content"]
    assert ('from "alice"' in second, second != first) == (True, True)


def test_a_program_without_a_way_is_reached_at_its_next_hook_and_says_so(
    begin: Callable[..., Session],
) -> None:
    claude = begin("claude")
    claude.own_process()
    claude.bridge()
    claude.hook("SessionStart", source="startup")
    until(lambda: claude.reach == ["hook"])
    id = claude.send("canary")
    assert claude.hook("UserPromptSubmit").count("canary") == 1
    assert [mark for mark, _ in claude.steps(id)] == ["delivered", "injected"]


def test_a_promise_to_wake_ends_with_the_bridge(
    begin: Callable[..., Session], inbox: Inbox
) -> None:
    claude = begin("claude", CLAUDE_CODE_MESSAGING_SOCKET=inbox.path)
    claude.own_process()
    claude.bridge()
    claude.hook("SessionStart", source="startup")
    until(lambda: claude.reach == ["wakes when idle (inbox socket)"])
    claude.close()
    until(lambda: claude.reach == [])
    claude.hook("UserPromptSubmit")
    assert claude.reach == ["hook"]


class AppServer:
    """The app server of Codex as the bridge sees it, with one session open."""

    def __init__(self, home: Path) -> None:
        self._home = tempfile.TemporaryDirectory(dir="/tmp")
        self.home = self._home.name
        where = Path(self.home) / "app-server-control"
        where.mkdir()
        self.started: list[Any] = []
        self._server = unix_serve(self._serve, str(where / "app-server-control.sock"))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _serve(self, line: ServerConnection) -> None:
        for text in line:
            asked = json.loads(text)
            if asked["method"] == "turn/start":
                self.started.append(asked["params"])
            results = {
                "initialize": {},
                "thread/loaded/list": {"data": [THREAD, "somebody-elses"]},
                "turn/start": {"turn": {"id": "1"}},
            }
            # A notification may come between a request and its reply.
            line.send(json.dumps({"method": "thread/status/changed", "params": {}}))
            if "id" in asked:
                line.send(json.dumps({"id": asked["id"], "result": results[asked["method"]]}))

    def close(self) -> None:
        self._server.shutdown()
        self._home.cleanup()


@pytest.fixture
def app_server(tmp_path: Path) -> Iterator[AppServer]:
    server = AppServer(tmp_path)
    yield server
    server.close()


def test_codex_is_given_the_message_as_the_output_of_a_tool_once(
    begin: Callable[..., Session], app_server: AppServer
) -> None:
    # All terminals of Codex share a process, so nothing but calls names the session of a bridge.
    codex = begin("codex", CODEX_HOME=app_server.home)
    codex.bridge()
    codex.hook("SessionStart", source="startup")
    codex.hook("Stop")
    until(lambda: "wakes when idle (app server)" in codex.reach)
    id = codex.send("canary")
    until(lambda: len(codex.steps(id)) == 3)
    assert codex.steps(id) == [
        ("signalled", "codex app server"),
        ("delivered", "codex wake"),
        ("injected", "codex wake"),
    ]
    (started,) = app_server.started
    text = started["toolOutput"].pop("output")
    assert started == {
        "threadId": THREAD,
        "input": [],
        "toolOutput": {"name": "ackbox_messages", "retain": True},
    }
    assert text.count("canary") == 1
    assert codex.hook("UserPromptSubmit") == ""


def test_a_bridge_of_codex_becomes_the_instance_of_the_session_that_calls_it(
    begin: Callable[..., Session], app_server: AppServer
) -> None:
    codex = begin("codex", CODEX_HOME=app_server.home)
    call = codex.bridge()
    codex.hook("SessionStart", source="startup")
    until(lambda: len(codex.reach) == 2)
    call("tools/call", {"name": "inbox", "arguments": {}, "_meta": {"threadId": THREAD}})
    until(lambda: codex.reach == ["wakes when idle (app server)"])
