"""The terminal UI on a pseudo-terminal, over a real server: what a person sees, and what each key does."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command import Command
from tests.tui.terminal import Terminal


class Post:
    """A workspace of a running server, and terminals that look into it."""

    def __init__(self, command: Command, workspace: str) -> None:
        self.command, self.workspace = command, workspace
        command.json("workspace", "create", workspace)

    def send(self, sender: str, to: str, text: str, *more: str) -> Any:
        return self.command.json("-w", self.workspace, "--as", sender, "send", to, text, *more)

    def json(self, *arguments: str) -> Any:
        return self.command.json("-w", self.workspace, *arguments)

    def look(self, *more: str, columns: int = 160, lines: int = 45, **environment: str) -> Terminal:
        own = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
        argv = [*self.command.argv, "-w", self.workspace, "tui", *more]
        return Terminal(argv, self.command.environment | own | environment, columns=columns, lines=lines)


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    command = Command(Path(tmp_path_factory.mktemp("tui")))
    command.up()
    yield command
    command.stop()


@pytest.fixture
def post(command: Command) -> Post:
    return Post(command, f"shop-{uuid.uuid4().hex[:8]}")


def test_a_message_stands_on_one_line_with_all_that_matters(post: Post) -> None:
    post.json("--as", "codex", "heartbeat")
    sent = post.send("claude", "codex", "Which port does the stub use?", "--intent", "question", "--urgent")
    post.json("--as", "codex", "ack", sent["id"])
    with post.look() as terminal:
        screen = terminal.see("claude", "Which port", "●")
        line = next(row for row in screen.text.split("\n") if "claude" in row and "codex" in row and "?" in row)
        assert [part in line for part in ("!!", "claude", "→", "codex", "?", "question", "Which port")] == [True] * 7


def test_looking_marks_nothing(post: Post) -> None:
    sent = post.send("claude", "codex", "Look at this")
    with post.look("--as", "codex") as terminal:
        terminal.see("Look at this", "sent dlv read ack")
        terminal.press("q")
        assert terminal.end() == 0
    status = post.json("status", sent["id"])
    assert (status["delivered"], status["read"], status["acknowledged"]) == (0, 0, 0)


def test_a_message_sent_from_it_is_a_persons_and_reaches_its_agent(post: Post) -> None:
    post.json("--as", "codex", "heartbeat", "Reviewing")
    with post.look() as terminal:
        terminal.see("codex", "live")
        terminal.press("c@co")
        terminal.see("> ● codex")
        terminal.press("\tis main green?")
        terminal.see("→ codex (online, poll)", "question (auto)")
        terminal.press("\r")
        terminal.see("sent to codex", "is main green?")
    [letter] = [post.json("--as", "codex", "inbox")]
    assert (letter["body"], letter["intent"], letter["sender_kind"]) == ("is main green?", "question", "human")


def test_a_reply_goes_to_the_sender_in_the_thread(post: Post) -> None:
    sent = post.send("claude", "ana", "Should deleted users keep posts?", "--intent", "question")
    with post.look("--as", "ana") as terminal:
        terminal.see("Should deleted users")
        terminal.press("rYes, they should\r")
        terminal.see("sent to claude")
        terminal.press("q")
        assert terminal.end() == 0
    letter = post.json("--as", "claude", "inbox")
    assert (letter["body"], letter["parent"], letter["intent"], letter["sender"]) == ("Yes, they should", sent["id"], "answer", "ana")
