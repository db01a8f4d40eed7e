"""The terminal UI on a pseudo-terminal, over a real server: what a person sees, and what
becomes of what they do.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import pytest

from tests.tui.conftest import Post
from tests.tui.terminal import ESCAPE, Screen, Terminal


def line_with(screen: Screen, *texts: str) -> str:
    return next((row for row in screen.text.split("\n") if all(text in row for text in texts)), "")


def test_a_message_stands_on_one_line_with_all_that_matters(post: Post) -> None:
    post.call("agent.heartbeat", agent="codex")
    sent = post.send(
        "claude", "codex", "Which port does the stub use?", intent="question", priority=5
    )
    post.call("receipt.mark", agent="codex", mark="acknowledged", ids=[sent["id"]])
    with post.look() as terminal:
        screen = terminal.until(
            lambda screen: "●" in line_with(screen, "claude", "question"), "its receipt"
        )
        line = line_with(screen, "claude", "question")
        assert re.search(
            r">!!\d\d:\d\d:\d\d claude +→ codex +\? question +Which port does .* ●", line
        ), line
        terminal.see("claude → codex", "sent dlv read ack", sent["id"])


def test_receipts_are_drawn_as_they_come(post: Post) -> None:
    def shows(sign: str, screen: Screen) -> bool:
        return sign in line_with(screen, "All green")

    sent = post.send("claude", "codex,tester", "All green")
    with post.look() as terminal:
        terminal.until(lambda screen: "○0/2" in line_with(screen, "All green"), "pending")
        for mark, sign in (("delivered", "◐1/2"), ("read", "◑1/2"), ("acknowledged", "●1/2")):
            post.call("receipt.mark", agent="codex", mark=mark, ids=[sent["id"]])
            terminal.until(partial(shows, sign), sign)


def test_looking_marks_nothing(post: Post) -> None:
    sent = post.send("claude", "codex", "Look at this")
    with post.look("--as", "codex") as terminal:
        terminal.see("Look at this", "sent dlv read ack")
        terminal.press("q")
        assert terminal.end() == 0
    status = post.call("message.status", id=sent["id"])
    assert (status["delivered"], status["read"], status["acknowledged"]) == (0, 0, 0)


def test_a_message_sent_from_it_is_a_persons_and_reaches_its_agent(post: Post) -> None:
    post.call("agent.heartbeat", agent="codex", summary="Reviewing")
    with post.look() as terminal:
        terminal.see("codex", "live")
        terminal.press("c@co")
        terminal.see("> ● codex")
        terminal.press("\tis main green?")
        terminal.see("→ codex is online and sees this at its next check", "question (auto)")
        terminal.press("\r")
        terminal.see("sent to codex", "is main green?")
    [letter] = post.call("inbox.check", agent="codex")["messages"]
    assert (letter["body"], letter["intent"], letter["sender_kind"]) == (
        "is main green?",
        "question",
        "human",
    )


def test_keys_typed_faster_than_the_screen_is_drawn_are_taken_in_their_order(post: Post) -> None:
    first = post.send("claude", "ana", "The first question", intent="question")
    post.send("codex", "ana", "The second question", intent="question")
    with post.look("--as", "ana") as terminal:
        terminal.see("The first question", "The second question", "live")
        terminal.press("krYes, they should\r")
        terminal.see("sent to claude")
    [letter] = post.call("inbox.check", agent="claude")["messages"]
    assert (letter["body"], letter["parent"], letter["intent"], letter["sender"]) == (
        "Yes, they should",
        first["id"],
        "answer",
        "ana",
    )


def test_a_message_for_everyone_says_how_many_that_are_before_it_is_sent(post: Post) -> None:
    for name in ("codex", "tester"):
        post.call("agent.heartbeat", agent=name)
    with post.look("--as", "codex") as terminal:
        terminal.see("tester", "live")
        terminal.press("i!! /alert Merge freeze\nuntil Monday".replace("\n", "\x0a"))
        terminal.see(
            "→ everyone: 1 recipient, 1 online",
            "△ alert",
            "urgent",
            "Enter sends to all 1",
            "until Monday",
        )
        terminal.press("\r")
        terminal.see("sent to everyone (1)")
    [letter] = post.call("inbox.check", agent="tester")["messages"]
    assert (letter["body"], letter["intent"], letter["priority"]) == (
        "Merge freeze\nuntil Monday",
        "alert",
        5,
    )


def test_what_was_typed_stays_when_it_cannot_be_sent_and_when_the_box_is_closed(post: Post) -> None:
    with post.look("--as", "ana") as terminal:
        terminal.see("live")
        terminal.press("c@co/de/x hello\r")
        terminal.see("Not sent:", "@co/de/x hello")
        terminal.press(ESCAPE)
        terminal.see("c compose")
        terminal.press("c")
        terminal.see("@co/de/x hello")


def test_at_80_by_24_there_is_one_pane_and_growing_again_brings_the_others_back(post: Post) -> None:
    post.call("agent.check_in", agent="codex", machine="build-box")
    post.send("claude", "codex", "Which port?", refs=[{"kind": "file", "target": "web/stub.ts"}])
    with post.look() as terminal:
        terminal.see("build-box", "Which port?", "sent dlv read ack")
        terminal.resize(110, 32)
        terminal.until(
            lambda screen: (
                "sent dlv read ack" in screen.text
                and "build-box" not in screen.text
                and "quit" in screen.row(31)
            ),
            "two panes",
        )
        terminal.resize(80, 24)
        terminal.until(
            lambda screen: (
                "quit" in screen.row(23)
                and "Which port?" in screen.text
                and "sent dlv" not in screen.text
            ),
            "one pane",
        )
        terminal.press("\t")
        terminal.until(
            lambda screen: "web/stub.ts" in screen.text and "sent dlv read ack" in screen.text,
            "the message alone",
        )
        terminal.press(ESCAPE)
        terminal.see_not("web/stub.ts")
        terminal.resize(160, 45)
        terminal.see("build-box", "Which port?", "sent dlv read ack", "web/stub.ts")


@pytest.mark.parametrize(
    ("environment", "is_coloured"),
    [({"TERM": "xterm", "COLORTERM": ""}, True), ({"NO_COLOR": "1"}, False)],
    ids=["sixteen", "none"],
)
def test_sixteen_colours_are_enough_and_no_color_means_none(
    post: Post, environment: dict[str, Any], is_coloured: bool
) -> None:
    post.send("claude", "codex", "Blocked on the build", intent="blocked", priority=5)
    with post.look(**environment) as terminal:
        screen = terminal.see("Blocked on the build", "sent dlv read ack")
        # 39 and 49 are the terminal's own text and ground.
        found = screen.colours - {"39", "49"}
        assert bool(found) == is_coloured
        assert found <= {
            str(number) for first in (30, 40, 90, 100) for number in range(first, first + 8)
        }
        at = next(n for n in range(45) if "Blocked on" in screen.row(n))
        # The line under the cursor shows without colour too: its marker, and reversed.
        assert ">!!" in screen.row(at)
        assert any("7" in look.split(";") for look in screen.looks[at])


HOSTILE = (
    "\x1b]0;owned\x07\x1b[2J\x1b[31mred\x1b[0m \x9b31m \x07bell\x08\x08 \x1b]52;c;b3duZWQ=\x07"
    " ‮txt.exe \x1bP+q\x1b\\ \r over [bold]markup[/] end"
)


def test_control_characters_in_messages_are_shown_and_never_sent_to_the_terminal(
    post: Post,
) -> None:
    def is_on_top(key: str, screen: Screen) -> bool:
        return key in screen.row(0)

    sent = post.send(
        "claude",
        "codex",
        HOSTILE,
        subject="\x1b[2Jsubject\x07",
        intent="\x1b[5mblink",
        refs=[{"kind": "file", "target": "a\x1b[2Jb"}],
    )
    post.call("agent.check_in", agent="codex", machine="\x1b[2Jbox", summary="\x07 working")
    with post.look("--as", "codex") as terminal:
        screen = terminal.see(
            "[bold]markup[/]", "\\u{1b}[2Jsubject", "\\u{202e}", "sent dlv read ack"
        )
        for key in "23456":
            terminal.press(key)
            terminal.until(partial(is_on_top, key), key)
        terminal.press("4")
        terminal.see("\\u{7} working")
        terminal.press("1y")
        terminal.see("copied")
        terminal.press("r")
        terminal.see("Enter sends")
        assert terminal.screen.stray == []
        assert "owned" not in "".join(
            re.findall(rb"\x1b\]0;([^\x07]*)\x07", terminal.raw).__repr__()
        )
        assert b"\x1b[2Jsubject" not in terminal.raw and "\u202e".encode() not in terminal.raw
        assert screen is terminal.screen
    assert sent["id"]


def test_a_number_answers_with_a_choice_once_it_is_confirmed(post: Post) -> None:
    post.call("key.create", name="ana", kind="human")
    asked = post.call(
        "message.send",
        agent="docs",
        to="ana",
        intent="question",
        body="May I delete the table?",
        choices=["yes", "no"],
    )
    with post.look("--as", "ana") as terminal:
        terminal.see("live")
        terminal.press("2")
        terminal.see("May I delete the table?", "1 yes", "2 no")
        terminal.press("2")
        terminal.see("Answer docs with 'no'?")
        terminal.press("n")
        terminal.see_not("Answer docs with")
        terminal.press("2")
        terminal.see("Answer docs with 'no'?")
        terminal.press("y")
        terminal.see("Nothing needs you.")
    (answer,) = post.call("inbox.check", agent="docs")["messages"]
    assert (answer["parent"], answer["choice"]) == (asked["id"], "no")


def test_what_needs_a_person_is_counted_and_answered_from_its_own_tab(post: Post) -> None:
    post.call("key.create", name="ana", kind="human")
    post.send("claude", "codex", "All green", intent="status")
    asked = post.send(
        "docs", "ana", "Need the staging password rotated", intent="blocked", priority=5
    )
    with post.look("--as", "ana") as terminal:
        terminal.see("2 Needs you 1")
        terminal.press("2")
        terminal.see("docs is blocked", "Need the staging password", "r reply   a acknowledge")
        assert "All green" not in terminal.screen.text
        terminal.press("rDone, it is in the vault\r")
        terminal.see("sent to docs", "Nothing needs you.", "In the last five minutes:")
        assert post.call("message.status", id=asked["id"])["acknowledged"] == 1
    [letter] = post.call("inbox.check", agent="docs")["messages"]
    assert (letter["body"], letter["parent"], letter["sender_kind"]) == (
        "Done, it is in the vault",
        asked["id"],
        "human",
    )


def test_scrolling_to_the_first_message_brings_those_before_it(post: Post) -> None:
    post.call(
        "message.send_many",
        agent="claude",
        messages=[{"to": "codex", "body": f"number {n:02} of 40"} for n in range(1, 41)],
    )
    with post.look("--rows", "10", lines=24) as terminal:
        terminal.see("number 40 of", "number 31 of", "live")
        assert "number 30 of" not in terminal.screen.text
        terminal.press("g")
        # The cursor stays where it was; what came is above it.
        terminal.see(">", "number 30 of")
        assert "number 31 of" in line_with(terminal.screen, "│>") or "number 31 of" in line_with(
            terminal.screen, ">  "
        )
        terminal.press("g")
        terminal.see("number 01 of")


def test_conversations_are_the_servers_and_one_is_read_back_to_its_first_word(post: Post) -> None:
    first = post.send("claude", "codex", "The first word of all", intent="question")
    for start in (1, 81, 161):
        post.call(
            "message.send_many",
            agent="codex",
            messages=[
                {"to": "claude", "body": f"answer {n:03} of 240", "parent": first["id"]}
                for n in range(start, start + 80)
            ],
        )
    post.send("tester", "codex", "nobody has answered this")
    post.send("docs", "codex", "the newest of all")
    with post.look("--rows", "2", columns=120, lines=30) as terminal:
        terminal.see("the newest of all", "live")
        assert "of 240" not in terminal.screen.text
        terminal.press("3")
        screen = terminal.see("The first word", "answer 240 of 240")
        assert re.search(
            r"> \d\d:\d\d:\d\d +241 claude, codex +. The first word of all",
            line_with(screen, "241"),
        ), screen.text
        assert "nobody has answered this" not in screen.text
        terminal.press("w")
        terminal.see("nobody has answered this", "The first word of all")
        terminal.press("w")
        terminal.until(
            lambda screen: (
                "The first word of all" in screen.text
                and "nobody has answered this" not in screen.text
            ),
            "conversations only",
        )
        terminal.see("answer 240 of 240")
        terminal.press("\r")
        terminal.until(
            lambda screen: (
                "answer 240 of 240" in screen.text and "The first word of all" not in screen.text
            ),
            "it alone, at its newest",
        )
        terminal.press("k")
        terminal.see("answer 239 of 240")
        # Older ones come above what is read; it stays where it was.
        terminal.press("g")
        terminal.see("answer 140 of 240", "answer 141 of 240")
        terminal.press("g")
        terminal.see("answer 040 of 240", "answer 041 of 240")
        terminal.press("g")
        terminal.see("claude → codex", "The first word of all", "answer 001 of 240")
        post.send("codex", "claude", "one more word", parent=first["id"])
        terminal.see("242 messages, ", "The first word of all")
        terminal.press("G")
        terminal.see("one more word")
        terminal.press(ESCAPE)
        terminal.see("Enter read")


def test_an_empty_workspace_teaches_the_next_command(post: Post) -> None:
    with post.look() as terminal:
        terminal.see("No agents yet", "ackbox mcp --as NAME", "ackbox demo")
        for key, said in (
            ("2", "Nothing needs you."),
            ("3", "No conversations yet"),
            ("4", "No agents yet"),
            ("5", "ackbox task create"),
            ("6", "nothing is waiting"),
        ):
            terminal.press(key)
            terminal.see(said)
        post.call("agent.heartbeat", agent="codex")
        terminal.press("1")
        terminal.see(
            "codex is connected. Say hello: press c and type @codex.",
            'ackbox send codex "hello"',
        )


def test_what_is_typed_into_a_box_that_did_not_open_does_nothing(post: Post) -> None:
    post.call("agent.heartbeat", agent="codex")
    with post.look("--as", "ana") as terminal:
        terminal.see("codex is connected", "live")
        # Nothing is selected: without the box each letter would be a key, the c of them one that
        # writes to everyone.
        terminal.press("rcall me\r")
        terminal.see("No message is selected to reply to")
        # A list that was asked for this moment has not come yet; Enter in it says so.
        terminal.press("3\r")
        terminal.see("Threads is still loading")
        terminal.see("No conversations yet")
        terminal.press("c")
        terminal.until(
            lambda screen: "Enter sends" in screen.text and "all me" not in screen.text,
            "an empty box",
        )
    assert post.call("message.history")["messages"] == []


def click(terminal: Terminal, column: int, row: int) -> None:
    """Press and release the first mouse button on a cell, counted from 0."""
    terminal.press(f"\x1b[<0;{column + 1};{row + 1}M\x1b[<0;{column + 1};{row + 1}m")


def test_tabs_lines_and_the_keys_below_can_be_clicked(post: Post) -> None:
    post.call("agent.heartbeat", agent="codex")
    for text in ("first of all", "second to none"):
        post.send("claude", "codex", text)
    with post.look() as terminal:
        screen = terminal.see("first of all", "second to none", "sent dlv read ack")
        row = next(n for n in range(45) if "first of all" in screen.row(n))
        click(terminal, 60, row)
        terminal.until(
            lambda screen: "first of all" in line_with(screen, "│>"), "the first line marked"
        )
        click(terminal, screen.row(0).index("Agents"), 0)
        terminal.see("Looking at a mailbox marks nothing.")
        click(terminal, screen.row(0).index("Live"), 0)
        terminal.see("c compose", "second to none")
        click(terminal, screen.row(44).index("compose"), 44)
        terminal.see("Enter sends")
