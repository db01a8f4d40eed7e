"""The terminal UI and its server: connecting, losing the connection, leaving."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest

from tests.command import Command
from tests.tui.conftest import Post
from tests.tui.terminal import TIMEOUT_S, Terminal


def test_a_server_that_was_killed_and_comes_back_leaves_nothing_missed_or_doubled(
    tmp_path: Path,
) -> None:
    command = Command(tmp_path)
    server = command.up()
    try:
        post = Post(command, "shop")
        post.send("claude", "codex", "message number one")
        with post.look() as terminal:
            terminal.see("message number one", "live")
            os.kill(server["pid"], signal.SIGKILL)
            terminal.see("reconnecting, last")
            # On another port: the terminal finds it by itself.
            command.up()
            for word in ("two", "three", "four"):
                post.send("claude", "codex", f"message number {word}")
            terminal.see("message number four", "live")
            post.send("claude", "codex", "message number five")
            screen = terminal.see("message number five")
            listed = [
                found[1]
                for n in range(45)
                if (found := re.search(r"claude .*message number (\w+)", screen.row(n)))
            ]
            assert listed == ["one", "two", "three", "four", "five"]
    finally:
        command.stop()


def test_it_works_over_a_remote_address_with_a_key(post: Post, tmp_path: Path) -> None:
    url = post.command.json("status")["url"]
    key = post.call("key.create", name="ana", kind="human")["key"]
    post.send("claude", "ana", "From afar")
    argv = [*post.command.argv, "--url", url, "tui"]
    environment = {
        **post.command.environment,
        "ACKBOX_DATA_DIR": str(tmp_path / "none"),
        "ACKBOX_KEY": key,
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
    }
    with Terminal(argv, environment) as terminal:
        terminal.see("From afar", post.workspace)
        terminal.press("a")
        terminal.see("marked acknowledged")
        terminal.press("c@claude done\r")
        terminal.see("sent to claude")
    [letter] = post.call("inbox.check", agent="claude")["messages"]
    assert (letter["sender"], letter["sender_kind"], letter["body"]) == ("ana", "human", "done")


def test_a_key_that_is_revoked_is_said_so_at_once(post: Post) -> None:
    made = post.call("key.create", name="ana", kind="human")
    with post.look("--key", made["key"]) as terminal:
        terminal.see("live", "ana")
        post.call("key.revoke", id=made["id"])
        terminal.see("refused: This key has been revoked")


def test_another_workspace_is_a_jump_away_and_how_it_looks_goes_along(post: Post) -> None:
    other = Post(post.command, f"other-{post.workspace[-8:]}")
    other.call("agent.heartbeat", agent="codex")
    other.send("claude", "codex", "from over there")
    # Who looks is not who could be greeted.
    post.call("agent.heartbeat", agent="ana")
    with post.look("--as", "ana", "--theme", "light") as terminal:
        terminal.see("No agents yet", "Other workspaces:", "live")
        terminal.press(":")
        terminal.see("go to …", "workspace")
        terminal.press(f"{other.workspace}\r")
        terminal.see("from over there", "sent dlv read ack", other.workspace)
        assert "48;2;255;255;255" in terminal.screen.looks[20][60]
        terminal.press("q")
        assert terminal.end() == 0


def test_leaving_gives_the_terminal_back_as_it_was_even_when_the_server_does_not_answer(
    tmp_path: Path,
) -> None:
    command = Command(tmp_path)
    server = command.up()
    try:
        post = Post(command, "shop")
        for how, code in (("q", 0), (signal.SIGTERM, 143), (signal.SIGHUP, 129)):
            os.kill(server["pid"], signal.SIGCONT)
            with post.look() as terminal:
                terminal.see("No agents yet", "live")
                before = terminal.screen.modes - {"2026"}
                os.kill(server["pid"], signal.SIGSTOP)
                terminal.press("6")
                terminal.see("6 Health", "loading …")
                if isinstance(how, str):
                    terminal.press(how)
                else:
                    os.kill(terminal.process.pid, how)
                assert terminal.end() == code
                assert {"1049", "1000"} <= before
                # What is left on is what a terminal has on when it starts: its cursor, and breaking
                # lines.
                assert terminal.screen.modes == {"25", "7"}
    finally:
        os.kill(server["pid"], signal.SIGCONT)
        command.stop()


@pytest.mark.parametrize("how", [[], ["--inline"]], ids=["screen", "inline"])
def test_it_ends_when_its_terminal_is_gone_without_a_signal(post: Post, how: list[str]) -> None:
    post.send("claude", "codex", "the first")
    with post.look(*how) as terminal:
        terminal.see("the first")
        terminal.hang_up()
        assert terminal.process.wait(TIMEOUT_S) == 129


def test_without_a_terminal_it_says_what_to_use_instead(post: Post) -> None:
    done = post.command("tui")
    assert (done.returncode, "ackbox tail" in done.stderr, done.stdout) == (2, True, "")


def test_inline_leaves_messages_in_the_scroll_back_and_takes_nothing_over(post: Post) -> None:
    post.send("claude", "codex", "the first")
    post.send("claude", "codex", "from before\x1b[2J")
    with post.look("--inline") as terminal:
        terminal.see("claude", "codex", "from before\\u{1b}[2J")
        post.send("codex", "claude", "just now", priority=5)
        terminal.see("just now")
        assert [
            re.sub(r"\d\d:\d\d:\d\d", "", terminal.screen.row(n)).split()[:3] for n in (1, 2, 3)
        ] == [["claude", "→", "codex"], ["claude", "→", "codex"], ["!!", "codex", "→"]]
        os.kill(terminal.process.pid, signal.SIGINT)
        assert terminal.end() == 130
        assert b"\x1b[?1049h" not in terminal.raw


def test_without_a_server_it_says_so_in_plain_text(tmp_path: Path) -> None:
    command = Command(tmp_path)
    with Terminal(
        [*command.argv, "tui"], {**command.environment, "ACKBOX_OUTPUT": "text", "TERM": "xterm"}
    ) as terminal:
        assert terminal.end() == 3
        assert "ackbox up" in terminal.screen.text and "1049" not in terminal.screen.modes
