"""A running server, a workspace of one's own on it, and terminals that look into it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ackbox.client.discovery import caller
from tests.command import Command
from tests.tui.terminal import Terminal


class Post:
    """A workspace of a running server, and terminals that look into it."""

    def __init__(self, command: Command, workspace: str) -> None:
        self.command, self.workspace = command, workspace
        self.call("workspace.create", name=workspace, workspace="default")

    def call(self, name: str, /, **params: Any) -> Any:
        return caller(data_dir=str(self.command.data)).call(
            name, {"workspace": self.workspace, **params}
        )

    def send(self, sender: str, to: str, body: str, **more: Any) -> Any:
        return self.call("message.send", agent=sender, to=to, body=body, **more)

    def look(self, *more: str, columns: int = 160, lines: int = 45, **environment: str) -> Terminal:
        own = {
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
            "COLORFGBG": "15;0",
        }
        argv = [*self.command.argv, "-w", self.workspace, "tui", *more]
        return Terminal(
            argv, {**self.command.environment, **own, **environment}, columns=columns, lines=lines
        )


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    command = Command(Path(tmp_path_factory.mktemp("tui")))
    command.up()
    yield command
    command.stop()


@pytest.fixture
def post(command: Command) -> Post:
    return Post(command, f"shop-{uuid.uuid4().hex[:8]}")
