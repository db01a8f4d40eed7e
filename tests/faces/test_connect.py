"""`ackbox run`, `connect`, `disconnect`, `invite` and `join`, by the real command line."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command import Command

# A program that says how it was started.
PROGRAM = """#!/bin/sh
printf '%s\\n' "$@" > "$OUT/arguments"
env > "$OUT/environment"
umask > "$OUT/umask"
echo $$ > "$OUT/pid"
exit 7
"""
EVENT = json.dumps({"hook_event_name": "SessionStart", "session_id": "s1", "source": "startup"})


@pytest.fixture
def ackbox(tmp_path: Path) -> Iterator[Command]:
    command = Command(tmp_path)
    command.environment["ACKBOX_PORT"] = "0"
    yield command
    command.stop()


def launched(command: Command, where: Path, *arguments: str) -> dict[str, Any]:
    """Run a program by `ackbox run`; returns how it was started."""
    bin = where / "bin"
    bin.mkdir(exist_ok=True)
    (bin / "codex").write_text(PROGRAM)
    (bin / "codex").chmod(0o755)
    path = f"{bin}{os.pathsep}{command.environment['PATH']}"
    process = subprocess.Popen(
        [*command.argv, "run", "codex", *arguments],
        env={**command.environment, "PATH": path, "OUT": str(where)},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        umask=0o027,
    )
    _, told = process.communicate(timeout=60)
    lines = (where / "environment").read_text().splitlines()
    return {
        "code": process.returncode,
        "is_same_process": (where / "pid").read_text().strip() == str(process.pid),
        "umask": (where / "umask").read_text().strip(),
        "arguments": (where / "arguments").read_text().splitlines(),
        "environment": dict(line.split("=", 1) for line in lines if "=" in line),
        "told": told,
    }


def test_run_becomes_the_program_and_gives_it_one_instance(ackbox: Command, tmp_path: Path) -> None:
    first = launched(ackbox, tmp_path, "--as", "ana", "--", "exec", "--json", "say 'hello'")
    assert (first["code"], first["is_same_process"]) == (7, True)
    assert int(first["umask"], 8) == 0o027
    assert first["arguments"][-3:] == ["exec", "--json", "say 'hello'"]
    own = first["environment"]
    assert (own["ACKBOX_LAUNCH"], own["ACKBOX_AGENT"]) == ("codex", "ana")
    server = next(each for each in first["arguments"] if each.startswith("mcp_servers.ackbox.env="))
    assert own["ACKBOX_COPY_ID"] in server
    assert first["told"].startswith("Started the ackbox server at http://127.0.0.1:")
    again = launched(ackbox, tmp_path, "--as", "ana")
    assert again["told"] == ""
    assert again["environment"]["ACKBOX_COPY_ID"] != own["ACKBOX_COPY_ID"]


def test_run_changes_no_file_of_the_user(ackbox: Command, tmp_path: Path) -> None:
    launched(ackbox, tmp_path, "--allow")
    assert [path.name for path in (tmp_path / "home").rglob("*")] == []


def test_run_says_how_to_get_a_program_that_is_not_there(ackbox: Command, tmp_path: Path) -> None:
    done = ackbox("run", "claude", "--text", PATH=str(tmp_path))
    assert (done.returncode, done.stderr.strip()) == (
        1,
        "There is no command `claude` on PATH. Install it with: npm install -g"
        " @anthropic-ai/claude-code",
    )


def test_connect_writes_proves_and_disconnect_takes_it_back(
    ackbox: Command, tmp_path: Path
) -> None:
    file = tmp_path / "home/.gemini/settings.json"
    file.parent.mkdir()
    file.write_text('{ "mine": true } // note\n')
    assert "+++" in ackbox.json("connect", "gemini", "--dry-run", "--json")["diff"]
    assert file.read_text() == '{ "mine": true } // note\n'
    told = ackbox.json("connect", "gemini", "--as", "bob", "--allow", "--json")
    assert (told["agent"], told["changed"], told["allowed"]) == ("bob", [str(file)], True)
    assert [(each["what"], each["works"]) for each in told["proofs"]] == [
        ("tools", True),
        ("hook", True),
    ]
    found = ackbox.json("doctor", "--json")["findings"]
    assert [each["state"] for each in found if each["what"] == "gemini"] == ["ok"]
    assert ackbox.json("disconnect", "gemini", "--json")["changed"] == [str(file)]
    assert file.read_text() == '{ "mine": true } // note\n'


def test_a_project_is_not_connected_beside_all_projects(ackbox: Command) -> None:
    ackbox.json("connect", "cursor", "--json")
    done = ackbox("connect", "cursor", "--project")
    assert done.returncode == 2
    assert "First run: ackbox disconnect cursor" in done.stderr


def test_a_broken_file_is_one_clear_line(ackbox: Command, tmp_path: Path) -> None:
    file = tmp_path / "home/.codex/config.toml"
    file.parent.mkdir()
    file.write_text("a = [\n")
    done = ackbox("connect", "codex", "--text")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{file} cannot be changed as TOML: ")
    assert done.stderr.endswith(
        "Nothing was changed. Correct the file, then run the command again.\n"
    )
    assert [path.name for path in file.parent.iterdir()] == ["config.toml"]


def test_a_hook_fails_open_unless_it_is_checked(ackbox: Command, tmp_path: Path) -> None:
    quiet = ackbox("hook", "claude", "--as", "bob", stdin=EVENT)
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
    checked = ackbox("hook", "claude", "--as", "bob", "--check", stdin=EVENT)
    assert (checked.returncode, checked.stdout, checked.stderr) == (
        1,
        "",
        f"claude: Failed: no server runs on {ackbox.data}\n",
    )


def test_a_checked_hook_confirms_nothing(ackbox: Command) -> None:
    ackbox.up()
    id = ackbox.json("--as", "ana", "send", "bob", "hello", "--json")["id"]
    shown = ackbox("hook", "claude", "--as", "bob", "--check", stdin=EVENT)
    assert "hello" in shown.stdout
    receipt = ackbox.json("status", id, "--json")["receipts"][0]
    assert (receipt["state"], receipt["delivered_at"]) == ("pending", None)


def test_an_installed_hook_is_silent_in_a_launch_of_its_program(ackbox: Command) -> None:
    ackbox.up()
    ackbox.json("--as", "ana", "send", "bob", "hello", "--json")
    own = ("hook", "claude", "--as", "bob", "--connected")
    assert ackbox(*own, stdin=EVENT, ACKBOX_LAUNCH="claude").stdout == ""
    assert "hello" in ackbox(*own, stdin=EVENT, ACKBOX_LAUNCH="codex").stdout


def test_a_second_machine_joins_once_with_a_key_in_its_settings_only(
    ackbox: Command, tmp_path: Path
) -> None:
    ackbox.up()
    line = ackbox.json("invite", "claude", "--also", "codex", "--json")["line"]
    words = line.split()
    assert (words[:2], "/join#abx_lnk_" in words[2]) == (["ackbox", "join"], True)
    other = Command(tmp_path / "other")
    settings = tmp_path / "other/home/.config/ackbox/config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('# mine\nagent = "codex"\n')
    joined = other.json("join", words[2], "--json")
    assert (joined["agent"], joined["file"]) == ("claude", str(settings))
    text = settings.read_text()
    assert (text.count("abx_agt_"), text.endswith('# mine\nagent = "codex"\n')) == (1, True)
    assert stat.S_IMODE(settings.stat().st_mode) == 0o600
    assert other.json("send", "ana", "hello", "--json")["id"]
    hook = other("hook", "codex", "--as", "codex", "--check", stdin=EVENT)
    assert (hook.returncode, hook.stderr) == (0, "")
    again = other("join", words[2], "--text")
    assert (again.returncode, "already names a server" in again.stderr) == (1, True)
    used = other("join", words[2], "--replace", "--text")
    assert used.returncode == 4 and settings.read_text() == text
