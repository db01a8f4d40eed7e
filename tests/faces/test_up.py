"""Starting and stopping: once for each data directory, safe to repeat, gone when told."""

from __future__ import annotations

import json
import os
import pty
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.command import Command


@pytest.fixture
def ackbox(tmp_path: Path) -> Iterator[Command]:
    command = Command(tmp_path)
    yield command
    command.stop()


def test_up_is_ready_when_it_says_so_and_stop_ends_it(ackbox: Command) -> None:
    server = ackbox.start()
    with urlopen(f"{server['url']}/healthz", timeout=5) as answer:
        assert (answer.status, json.load(answer)) == (200, {"status": "ok"})
    assert ackbox.json("stop")["stopped"] is True
    assert ackbox("status").returncode == 3
    assert not (ackbox.data / "server.json").exists()


def test_a_second_up_says_where_the_first_runs(ackbox: Command) -> None:
    first = ackbox.start()
    again = ackbox.json("up", "--port", "0")
    assert (first["started"], again["started"], again["url"], again["pid"]) == (
        True,
        False,
        first["url"],
        first["pid"],
    )


def test_eight_ups_at_once_start_one_server(ackbox: Command) -> None:
    starts = [
        subprocess.Popen(
            [*ackbox.argv, "up", "--port", "0", "--detach", "--json"],
            env=ackbox.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(8)
    ]
    said = [json.loads(start.communicate(timeout=60)[0]) for start in starts]
    assert len({each["pid"] for each in said}) == 1


def test_keys_and_discovery_are_for_the_owner_only(ackbox: Command) -> None:
    ackbox.start()
    modes = {
        name: stat.S_IMODE((ackbox.data / name).stat().st_mode)
        for name in ("operator.key", "server.json")
    }
    assert (modes, stat.S_IMODE(ackbox.data.stat().st_mode)) == (
        {"operator.key": 0o600, "server.json": 0o600},
        0o700,
    )


def test_what_was_stored_is_there_after_a_kill(ackbox: Command) -> None:
    server = ackbox.start()
    sent = ackbox.json("--as", "ana", "send", "bob", "kept")
    os.kill(server["pid"], signal.SIGKILL)
    again = ackbox.start()
    assert again["pid"] != server["pid"]
    assert ackbox.json("--as", "bob", "inbox")["id"] == sent["id"]


def test_a_killed_server_that_nobody_has_reaped_is_taken_for_dead(ackbox: Command) -> None:
    killed = subprocess.Popen(
        [*ackbox.argv, "up", "--port", "0", "--no-open", "--json"],
        env=ackbox.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert killed.stdout is not None
    first = json.loads(killed.stdout.readline())
    killed.kill()
    # Our own child that we have not waited for: a zombie, whose process id still answers.
    os.waitid(os.P_PID, killed.pid, os.WEXITED | os.WNOWAIT)
    left = json.loads((ackbox.data / "server.json").read_text())
    assert (left["pid"], ackbox("status").returncode, ackbox.json("stop")) == (
        killed.pid,
        3,
        {"stopped": False},
    )
    # On the same port, so that an answer from there is no sign of whose file it is.
    again = ackbox.json("up", "--port", first["url"].rpartition(":")[2], "--detach", "--no-open")
    assert (
        again["url"],
        again["started"],
        again["pid"] == left["pid"],
        again["started_at"] > left["started_at"],
    ) == (first["url"], True, False, True)
    status = ackbox.json("status")
    assert again | {"instance": status["instance"]} == status | {
        "mcp": again["mcp"],
        "started": True,
    }
    killed.communicate()


def test_a_file_left_behind_by_a_dead_server_is_not_believed(ackbox: Command) -> None:
    ackbox.data.mkdir(parents=True)
    (ackbox.data / "server.json").write_text(
        json.dumps({"url": "http://127.0.0.1:1", "pid": os.getpid(), "version": "0"})
    )
    assert ackbox("status").returncode == 3
    assert ackbox.start()["started"] is True


def test_an_address_others_reach_must_be_meant(ackbox: Command) -> None:
    refused = ackbox("up", "--host", "0.0.0.0", "--port", "0")
    assert (refused.returncode, json.loads(refused.stderr)["error"]["code"]) == (4, "forbidden")
    assert ackbox.start("--host", "0.0.0.0", "--allow-remote")["url"].startswith(
        "http://127.0.0.1:"
    )


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--database", "mysql://x"], "No engine for 'mysql'"),
        (["--database", "postgresql://127.0.0.1:1/x"], "PostgreSQL does not answer"),
    ],
)
def test_a_database_that_cannot_be_served_is_refused_plainly(
    ackbox: Command, arguments: list[str], what: str
) -> None:
    refused = ackbox("up", "--port", "0", *arguments)
    assert (refused.returncode, what in refused.stderr, "Traceback" in refused.stderr) == (
        1,
        True,
        False,
    )


def test_a_wait_does_not_hold_up_the_end(ackbox: Command) -> None:
    ackbox.up()
    ackbox.json("--as", "bob", "heartbeat")
    waiting = subprocess.Popen(
        [*ackbox.argv, "--as", "bob", "wait", "--timeout", "19"],
        env=ackbox.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    ackbox.stop()
    waiting.communicate(timeout=10)
    assert waiting.returncode in (3, 5)


def test_a_wait_without_a_server_says_how_to_start_one(ackbox: Command) -> None:
    done = ackbox("--as", "bob", "wait", "--timeout", "1")
    told = json.loads(done.stderr)["error"]
    assert (done.returncode, told["code"], told["hint"]) == (
        3,
        "no_server",
        "Start one with: ackbox up",
    )


def test_the_demo_plays_to_its_question_and_goes_on_with_the_answer(ackbox: Command) -> None:
    ackbox.up()
    # Without a terminal it does not wait for the answer.
    person, terminal = pty.openpty()
    playing = subprocess.Popen(
        [*ackbox.argv, "--as", "you", "demo", "--fast"],
        env=ackbox.environment,
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert playing.stderr is not None
    played = "".join(iter(playing.stderr.readline, "Ctrl-C stops the demo; the question stays.\n"))
    question = next(
        each
        for each in ackbox.json("-w", "demo", "--as", "you", "inbox")
        if each["intent"] == "blocked"
    )
    assert f"reply {question['id']}" in played
    ackbox.json("-w", "demo", "--as", "you", "reply", question["id"], "Yes, after a backup")
    _, told = playing.communicate(timeout=60)
    os.close(person)
    os.close(terminal)
    assert playing.returncode == 0, told
    assert "answer: Yes, after a backup" in told
    assert "reads from codex: Retry budget is fixed" in told
    status = ackbox.json("-w", "demo", "status", question["id"])
    assert [each["kind"] for each in status["receipts"]] == ["human"]


def test_the_doctor_finds_what_is_wrong(ackbox: Command) -> None:
    ackbox.up()
    well = ackbox.json("doctor")
    assert {each["state"] for each in well["findings"]} <= {"ok", "warn"}
    (ackbox.data / "operator.key").chmod(0o644)
    ill = ackbox("doctor")
    bad = [each["what"] for each in json.loads(ill.stdout)["findings"] if each["state"] == "bad"]
    assert (ill.returncode, bad) == (1, ["key"])


def test_open_makes_a_link_that_signs_in_the_person_at_this_machine(ackbox: Command) -> None:
    ackbox.up()
    told = ackbox.json("--as", "ana", "open")
    assert (told["agent"], told["opened"]) == ("ana", False)
    assert told["url"].startswith(ackbox.json("status")["url"] + "/login#abx_lnk_")
