"""Kavi's socket, served by `ackbox rpc kavi` from a real server, as Kavi's programs use it."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from ackbox.dialects.kavi.rpc import KAVI_RPC
from tests.command import Command

STATE = ".kavi/state/session.json"


class Kavi:
    """One connection of a program of Kavi's."""

    def __init__(self, place: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(20)
        self._socket.connect(place)
        self._lines = self._socket.makefile("rb")

    def say(self, line: bytes) -> dict[str, Any]:
        self._socket.sendall(line + b"\n")
        return self.hear()

    def hear(self) -> dict[str, Any]:
        line = self._lines.readline()
        assert line, "the socket was closed"
        heard: dict[str, Any] = json.loads(line)
        return heard

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        return self.say(json.dumps({"id": "1-a", "method": method, "params": params}).encode())

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    command = Command(tmp_path_factory.mktemp("kavi"))
    command.up()
    command.json("--as", "codex", "send", "claude", "Blue?", "--intent", "question")
    yield command
    command.stop()


@pytest.fixture(scope="module")
def project(command: Command) -> Path:
    project = command.where / "project"
    project.mkdir()
    return project


@contextmanager
def served(command: Command, project: Path) -> Iterator[str]:
    """Serve the socket of a project until the block ends, by SIGTERM; gives its path."""
    process = subprocess.Popen(
        [*command.argv, "rpc", "kavi", str(project)],
        env=command.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, "it did not start"
        yield json.loads(line)["socket"]
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        process.stdout.close()


@pytest.fixture(scope="module")
def place(command: Command, project: Path) -> Iterator[str]:
    with served(command, project) as place:
        yield place


@pytest.fixture
def kavi(place: str) -> Iterator[Kavi]:
    with closing(Kavi(place)) as kavi:
        yield kavi


def test_the_socket_is_where_kavi_looks_and_for_this_user_alone(
    command: Command, project: Path, place: str
) -> None:
    home = command.environment["HOME"]
    assert place == KAVI_RPC.socket_of(str(project), home, {})
    assert stat.S_IMODE(os.stat(place).st_mode) == 0o600
    assert KAVI_RPC.socket_of("/a", home, {"KAVI_HOME_STATE_DIR": "/k"}).startswith("/k/sockets/")


def test_ping_names_the_session_that_the_file_and_the_snapshot_name(
    kavi: Kavi, project: Path
) -> None:
    pong = kavi.ask("ping")["result"]
    session = kavi.ask("snapshot")["result"]["session"]
    kept = json.loads((project / STATE).read_text())
    assert pong == {
        "ok": True,
        "sessionId": kept["id"],
        "daemonVersion": "1.5.2",
        "protocolVersion": 1,
    }
    assert (session["id"], session["status"], session["repoRoot"]) == (
        kept["id"],
        "running",
        str(project),
    )


def test_a_snapshot_holds_the_messages_of_the_workspace_as_kavi_writes_them(kavi: Kavi) -> None:
    (message,) = kavi.ask("snapshot")["result"]["session"]["peerMessages"]
    shown = {name: message[name] for name in ("from", "to", "intent", "subject", "body")}
    assert shown == {
        "from": "codex",
        "to": "claude",
        "intent": "question",
        "subject": "",
        "body": "Blue?",
    }
    (event,) = kavi.ask("events", limit=5)["result"]
    assert (event["id"], event["type"]) == (message["id"], "message.sent")


def test_a_queued_task_is_the_agents_task_and_a_follower_is_told(
    command: Command, kavi: Kavi, place: str
) -> None:
    with closing(Kavi(place)) as follower:
        assert follower.ask("subscribe")["result"]["session"]["tasks"] == []
        queued = kavi.ask(
            "enqueueTask",
            owner="claude",
            prompt="Paint it\nwith two coats",
            planningMode="direct",
            routeReason="because",
            claimedPaths=["shed.py"],
        )
        assert queued == {"id": "1-a", "result": {"ok": True}}
        news = follower.hear()
        assert news["method"] == "snapshot.updated"
        (task,) = news["params"]["snapshot"]["session"]["tasks"]
    assert {
        name: task[name] for name in ("title", "prompt", "owner", "status", "claimedPaths")
    } == {
        "title": "Paint it",
        "prompt": "Paint it\nwith two coats",
        "owner": "claude",
        "status": "pending",
        "claimedPaths": ["shed.py"],
    }
    own = command.json("task", "list")
    assert (own["title"], own["assignee"], own["status"]) == ("Paint it", "claude", "open")


@pytest.mark.parametrize(
    ("line", "id", "said"),
    [
        (b"{", None, "This request cannot be read"),
        (b"[]", None, "This request cannot be read"),
        (b'{"id":true,"method":"ping"}', None, "This request cannot be read"),
        (b'{"id":1,"method":"nothing"}', 1, "Unknown method 'nothing'. Use one of: enqueueTask"),
        (b'{"id":1,"method":"land"}', 1, "ackbox does not serve 'land': it starts agents"),
        (b'{"id":1,"method":"enqueueTask","params":{"owner":"claude"}}', 1, "`prompt` is missing"),
        (
            b'{"id":1,"method":"enqueueTask","params":{"owner":"bob","prompt":"x"}}',
            1,
            "one of 'claude', 'codex'; got 'bob'",
        ),
        (b'{"id":1,"method":"enqueueTask","params":[]}', 1, "not an object"),
        (
            b'{"id":1,"method":"enqueueTask","params":{"owner":"codex","prompt":"a\\u0000"}}',
            1,
            "NUL",
        ),
    ],
)
def test_a_wrong_request_gets_an_error_in_kavis_words_and_the_connection_goes_on(
    kavi: Kavi, line: bytes, id: Any, said: str
) -> None:
    heard = kavi.say(line)
    assert heard["id"] == id
    assert said in heard["error"]["message"]
    assert kavi.ask("ping")["result"]["ok"] is True


def test_a_request_that_is_too_long_is_refused_and_ends_its_connection_only(
    kavi: Kavi, place: str
) -> None:
    heard = kavi.say(b'{"id":1,"method":"ping","params":{"x":"' + b"y" * (300 * 1024) + b'"}}')
    assert "more than 262,144 bytes" in heard["error"]["message"]
    with closing(Kavi(place)) as other:
        assert other.ask("ping")["result"]["ok"] is True


def test_a_second_server_of_a_socket_is_refused(
    command: Command, project: Path, place: str
) -> None:
    refused = command("rpc", "kavi", str(project))
    assert refused.returncode != 0
    assert f"Another program serves {place}." in refused.stderr


def test_an_unknown_system_is_refused_with_the_known_ones(command: Command) -> None:
    refused = command("rpc", "golem")
    assert (refused.returncode, "Use one of: kavi." in refused.stderr) == (2, True)


def test_what_it_made_is_gone_when_it_ends_and_a_file_of_kavis_stays(command: Command) -> None:
    """A socket that a killed process left does not stop the next one."""
    other = command.where / "other"
    other.mkdir()
    with served(command, other) as place:
        assert (other / STATE).exists()
    assert not Path(place).exists()
    assert not (other / STATE).exists()
    (other / STATE).write_text("{}")
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(place)
    with served(command, other) as place, closing(Kavi(place)) as kavi:
        assert kavi.ask("ping")["result"]["ok"] is True
    assert (other / STATE).read_text() == "{}"


def test_without_the_server_a_request_says_so_and_later_ones_are_served(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    where = tmp_path_factory.mktemp("gone")
    command = Command(where)
    port = str(command.up()["url"].rpartition(":")[2])
    (where / "project").mkdir()
    with served(command, where / "project") as place:
        command.stop()
        with closing(Kavi(place)) as kavi:
            assert "ackbox up" in kavi.ask("snapshot")["error"]["message"]
            command.up("--port", port)
            while "error" in (heard := kavi.ask("snapshot")):
                assert "ackbox up" in heard["error"]["message"]
            assert heard["result"]["session"]["peerMessages"] == []
        command.stop()
