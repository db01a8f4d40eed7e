"""The TypeScript SDK from npm, both of its lines, over HTTP and over the stdio bridge."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command import Command
from tests.npm import WITH_INSTALL_S, install

pytestmark = pytest.mark.timeout(WITH_INSTALL_S)
HERE = Path(__file__).parents[1] / "ts"
SEEN = {
    "tools": [
        "send",
        "inbox",
        "mark",
        "thread",
        "history",
        "message_status",
        "ask",
        "wait",
        "who",
        "checkin",
        "task",
        "more",
    ],
    "prompts": ["catch_up", "reply", "handoff"],
    "read": [["ana", "hello 世界", "question"]],
    "answer": [["bob", "yes"]],
    "status": [["bob", "acknowledged"]],
    "thread": ["hello 世界", "yes"],
    "refused": [True, "invalid"],
    "fenced": True,
    "more": ["note.add", "SQLite first", "not_found"],
}
LINES = [("v1", "legacy"), ("v2", "legacy"), ("v2", "2026-07-28")]


@functools.cache
def installed() -> None:
    """Install what package-lock.json names, once.

    Without node these tests fail, they are not skipped.
    """
    install(HERE)


@pytest.fixture
def ackbox(tmp_path: Path) -> Iterator[Command]:
    command = Command(tmp_path)
    command.up()
    yield command
    command.stop()


def talk(asked: dict[str, Any]) -> Any:
    installed()
    node = shutil.which("node")
    assert node is not None
    done = subprocess.run(
        [node, "talk.mjs", json.dumps(asked)],
        cwd=HERE,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(("sdk", "version"), LINES)
def test_two_agents_talk_over_http(ackbox: Command, sdk: str, version: str) -> None:
    url = ackbox.json("status")["url"]
    keys = {name: ackbox.json("key", "create", "--agent", name)["key"] for name in ("ana", "bob")}
    assert talk({"sdk": sdk, "version": version, "url": url, "keys": keys}) == SEEN


@pytest.mark.parametrize(("sdk", "version"), LINES)
def test_two_agents_talk_over_the_bridge(ackbox: Command, sdk: str, version: str) -> None:
    environment = {**ackbox.environment, "PATH": os.environ["PATH"]}
    assert (
        talk(
            {
                "sdk": sdk,
                "version": version,
                "command": [sys.executable, "-m", "ackbox", "mcp"],
                "env": environment,
            }
        )
        == SEEN
    )
