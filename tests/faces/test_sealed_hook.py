"""Hooks in a sealed workspace: a model is shown what its machine has opened, or nothing."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.command import SOURCE, Command

CANARY = "ocelot-that-only-members-read"
SCRIPT = Path(SOURCE) / "ackbox/faces/hook/ackbox-hook.pl"
ANA = ("-w", "secret", "--as", "ana")


@dataclass
class Machines:
    """The machine of the server, where ana is a member, and that of bob."""

    one: Command
    two: Command

    def send(self, to: str, text: str) -> str:
        who = ANA if to == "bob" else ()
        command = self.one if to == "bob" else self.two
        return str(command.json("send", to, text, *who)["id"])

    def steps(self, id: str, reader: str) -> list[str]:
        """Return the marks of a message's recipient."""
        command, who = (self.one, ANA) if reader == "bob" else (self.two, ())
        (receipt,) = command.json("status", id, *who)["receipts"]
        return [step["mark"] for step in receipt["by"]]


def event(name: str, session: str) -> str:
    return json.dumps({"hook_event_name": name, "session_id": session, "cwd": "/work/shop"})


def shown(command: Command, name: str, session: str, *options: str, **environment: str) -> str:
    """Run a hook, and return what it puts before the model."""
    done = command(
        "hook", "claude", "--deadline", "30", *options, stdin=event(name, session), **environment
    )
    assert (done.returncode, done.stderr) == (0, "")
    return text_in(done.stdout)


def text_in(output: str) -> str:
    if not output:
        return ""
    found: dict[str, Any] = json.loads(output)
    return str(found["hookSpecificOutput"]["additionalContext"])


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    where = tmp_path_factory.mktemp("hooks")
    one, two = Command(where / "one"), Command(where / "two")
    one.up()
    one.json("vault", "create", "secret", "--as", "ana")
    line = one.json("vault", "invite", "bob", *ANA)["line"]
    two("vault", "join", line.split("'")[1], "--wait", "0")
    one.json("vault", "members", *ANA)
    two.json("me")
    yield Machines(one, two)
    one.stop()


def test_a_hook_shows_the_opened_text_and_marks_it_when_it_is_written(machines: Machines) -> None:
    id = machines.send("bob", f"{CANARY} one")
    text = shown(machines.two, "SessionStart", "a")
    assert f"{CANARY} one" in text and 'workspace "secret". 1 unread message.' in text
    assert machines.steps(id, "bob") == ["delivered", "injected"]
    assert CANARY not in shown(machines.two, "UserPromptSubmit", "a")
    kept = [path.read_bytes() for path in machines.one.data.iterdir() if path.is_file()]
    assert CANARY.encode() not in b"".join(kept)


def test_what_an_answer_does_not_hold_comes_with_the_next_event_and_is_not_marked(
    machines: Machines,
) -> None:
    ids = [machines.send("bob", f"{CANARY} {each} " + "long " * 1_100) for each in ("x", "y")]
    first = shown(machines.two, "SessionStart", "b")
    assert (f"{CANARY} x" in first, f"{CANARY} y" in first) == (True, False)
    assert [machines.steps(id, "bob") for id in ids] == [["delivered"], []]
    assert f"{CANARY} y" in shown(machines.two, "UserPromptSubmit", "b")
    assert [machines.steps(id, "bob") for id in ids] == [
        ["delivered"],
        ["delivered", "injected"],
    ]
    # Too long for any hook: named, once.
    id = machines.send("bob", "long " * 3_000)
    named = shown(machines.two, "UserPromptSubmit", "b")
    assert f"Too long to show here; read with the tool thread, id: {id}" in named
    assert shown(machines.two, "UserPromptSubmit", "b") == ""


def test_the_script_without_python_leaves_it_to_python(machines: Machines, tmp_path: Path) -> None:
    machines.send("ana", f"{CANARY} for ana")
    shutil.copy(SCRIPT, tmp_path / "ackbox-hook")
    starts = tmp_path / "starts"
    line = " ".join(machines.one.argv)
    (tmp_path / "ackbox").write_text(f'#!/bin/sh\necho "$*" >>{starts}\nexec {line} "$@"\n')
    for each in ("ackbox", "ackbox-hook"):
        (tmp_path / each).chmod(0o755)
    texts = []
    for name in ("SessionStart", "UserPromptSubmit"):
        if name == "UserPromptSubmit":
            machines.send("ana", f"{CANARY} again")
        done = subprocess.run(
            [str(tmp_path / "ackbox-hook"), "claude", *ANA],
            input=event(name, "c").encode(),
            capture_output=True,
            env=machines.one.environment,
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
        texts.append(text_in(done.stdout.decode()))
    assert f"{CANARY} for ana" in texts[0] and f"{CANARY} again" in texts[1]
    assert len(starts.read_text("utf-8").splitlines()) == 2


def test_without_the_vault_key_a_hook_shows_nothing_and_its_log_says_why(
    machines: Machines, tmp_path: Path
) -> None:
    machines.send("bob", f"{CANARY} elsewhere")
    # On the server's machine, which has the operator's key and no vault key of bob.
    assert shown(machines.one, "SessionStart", "d", "-w", "secret", "--as", "bob") == ""
    assert "no vault key of 'bob'" in (machines.one.data / "hook.log").read_text("utf-8")
    data = tmp_path / "data"
    shutil.copytree(machines.two.data, data)
    (key,) = data.glob("vaults/*/key")
    key.unlink()
    assert shown(machines.two, "SessionStart", "e", ACKBOX_DATA_DIR=str(data)) == ""
    assert "vault key" in (data / "hook.log").read_text("utf-8")


def test_connect_sets_a_program_up_as_the_member_of_this_machine(machines: Machines) -> None:
    found = machines.two.json("connect", "claude", "--ask")
    assert (found["agent"], [each["works"] for each in found["proofs"]]) == ("bob", [True, True])
    done = machines.one("connect", "claude", "--ask", "-w", "secret", "--as", "eve")
    seen = [each["seen"] for each in json.loads(done.stdout)["proofs"]]
    assert done.returncode == 1
    assert all("no vault key of 'eve'" in each for each in seen), seen
