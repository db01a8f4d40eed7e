"""Selecting many lines, and doing one thing with all of them: what a person sees, and what
becomes of it.
"""

from __future__ import annotations

import base64
import re

from tests.tui.conftest import Post
from tests.tui.terminal import ESCAPE, Screen, Terminal

DOWN, UP = "\x1b[1;2B", "\x1b[1;2A"


def signs(screen: Screen) -> dict[str, str]:
    """The sign before each line of the list, by what stands on it; the list is the widest pane."""
    rows = [max(screen.row(n).split("│"), key=len) for n in range(1, screen.lines)]
    return {
        found[2]: found[1]
        for row in rows
        if (found := re.search(r"^([>*✕ ]).*?\b(mail \d|job \d)", row))
    }


def see_signs(terminal: Terminal, **wanted: str) -> None:
    named = {name.replace("_", " "): sign for name, sign in wanted.items()}
    terminal.until(lambda screen: signs(screen) == named, f"{named}")


def choose(terminal: Terminal, act: str) -> None:
    terminal.press(".")
    terminal.see("selected: choose an action")
    terminal.press(f"{act}\r")


def test_messages_are_selected_and_marked_together_and_what_was_refused_is_told_of_each(
    post: Post,
) -> None:
    post.call("key.create", name="ana", kind="human")
    ids = [
        post.send("claude", to, f"mail {n}")["id"]
        for n, to in enumerate(("ana", "ana", "codex", "ana", "ana"), 1)
    ]
    with post.look("--as", "ana") as terminal:
        see_signs(terminal, mail_1=" ", mail_2=" ", mail_3=" ", mail_4=" ", mail_5=">")
        # What comes does not take the cursor away from what is being selected; selecting on goes
        # from where it was begun.
        terminal.press("x")
        terminal.see("1 selected")
        post.send("claude", "ana", "mail 6")
        terminal.press(f"{UP}{UP}{UP}{DOWN}")
        see_signs(terminal, mail_1=" ", mail_2=" ", mail_3="*", mail_4="*", mail_5="*", mail_6=" ")
        terminal.press("kx")
        see_signs(terminal, mail_1=" ", mail_2="*", mail_3="*", mail_4="*", mail_5="*", mail_6=" ")
        terminal.press("gx")
        terminal.see("5 selected", ". actions", "Esc clear")
        terminal.press("x")
        terminal.see("4 selected")
        choose(terminal, "read")
        terminal.see("Read 3. 1 failed; each line shows the reason.", "1 selected")
        see_signs(terminal, mail_1=">", mail_2=" ", mail_3="✕", mail_4=" ", mail_5=" ", mail_6=" ")
        terminal.press("jj")
        terminal.see("✕ This message was not sent to ana.")
        terminal.press(ESCAPE)
        see_signs(terminal, mail_1=" ", mail_2=" ", mail_3=">", mail_4=" ", mail_5=" ", mail_6=" ")
        terminal.press(f"g{DOWN}")
        choose(terminal, "acknowledge")
        terminal.see("Acknowledge 2 messages? Only messages to you are marked.")
        terminal.press("n")
        terminal.see("2 selected")
        choose(terminal, "acknowledge")
        terminal.see("Acknowledge 2 messages?")
        terminal.press("y")
        terminal.see("Acknowledged 2.")
        terminal.press("/from:claude\r")
        terminal.see("6 match")
        choose(terminal, "all that")
        terminal.see("6 selected")
        terminal.press(ESCAPE)
        terminal.see("6 match")
        terminal.press(ESCAPE)
        # What is out of sight is not selected.
        terminal.press("x")
        terminal.see("1 selected")
        terminal.press("21")
        terminal.see_not("1 selected")
    states = [post.call("message.status", id=id)["receipts"][0]["state"] for id in ids]
    assert states == ["acknowledged", "acknowledged", "pending", "read", "read"]


def test_who_has_not_acknowledged_is_nudged_once_about_all_and_ones_own_is_taken_back(
    post: Post,
) -> None:
    post.call("key.create", name="ana", kind="human")
    ids = [
        post.send("ana", to, f"mail {n}")["id"]
        for n, to in enumerate(("codex", "codex,tester", "tester"), 1)
    ]
    post.call("receipt.mark", agent="tester", mark="acknowledged", ids=[ids[2]])
    with post.look("--as", "ana") as terminal:
        see_signs(terminal, mail_1=" ", mail_2=" ", mail_3=">")
        terminal.press(f"g{DOWN}{DOWN}")
        terminal.see("3 selected")
        choose(terminal, "copy ids")
        terminal.see("Copied 3 ids.")
        assert [
            base64.b64decode(each.rpartition(";")[2]).decode().split()
            for each in terminal.screen.copied
        ] == [ids]
        terminal.press(f"g{DOWN}{DOWN}")
        choose(terminal, "nudge")
        terminal.see("Send codex, tester an urgent message about 2 messages?")
        terminal.press("y")
        terminal.see("Nudged 2.")
        letters = {
            name: post.call("inbox.check", agent=name)["messages"] for name in ("codex", "tester")
        }
        assert [[ref["target"] for ref in letter["refs"]] for letter in letters["codex"]][
            -1
        ] == ids[:2]
        assert letters["tester"][-1]["body"] == "Please look at this message: mail 2"
        terminal.press(f"g{DOWN}{DOWN}")
        choose(terminal, "withdraw")
        terminal.see("Withdraw 3 messages from all recipients who have not read them?")
        terminal.press("y")
        terminal.see("Withdrawn from 3; 1 had already read or archived it.")


def test_tasks_are_moved_together_and_one_that_may_not_go_there_says_so(post: Post) -> None:
    post.call("key.create", name="ana", kind="human")
    numbers = [post.call("task.create", agent="claude", title=f"job {n}")["id"] for n in (1, 2, 3)]
    post.call("task.create", agent="claude", title="job 4", to="codex")
    with post.look("--as", "ana", columns=110, lines=32) as terminal:
        terminal.press("5")
        terminal.until(lambda screen: len(signs(screen)) == 4, "the tasks")
        terminal.press(f"g{DOWN}{DOWN}{DOWN}")
        terminal.see("4 selected")
        choose(terminal, "claim")
        terminal.see("Claimed 3. 1 failed; each line shows the reason.")
        terminal.until(lambda screen: signs(screen)["job 4"] == "✕", "the one refused")
        terminal.press("G")
        terminal.see("✕ Task 4 is for codex.")
        terminal.press(ESCAPE)
        terminal.press(f"g{DOWN}{DOWN}")
        terminal.see("3 selected")
        choose(terminal, "blocked")
        terminal.see("What blocks it?")
        terminal.press("The API\r")
        terminal.see("Blocked: 3.")
        terminal.press("2")
        terminal.see("Needs you")
        terminal.press("4x")
        terminal.see("Only messages and tasks can be selected")
    held = {
        task["id"]: (task["status"], task["assignee"], task["note"])
        for task in post.call("task.list", status="all")["tasks"]
    }
    assert {id: held[id] for id in numbers} == dict.fromkeys(numbers, ("blocked", "ana", "The API"))


def test_with_a_message_open_at_80_columns_nothing_is_selected_behind_it(post: Post) -> None:
    for n in (1, 2):
        post.send("claude", "ana", f"mail {n}\n\nthe end of {n}")
    with post.look("--as", "ana", columns=80, lines=24) as terminal:
        terminal.see("mail 1", "mail 2", "live")
        terminal.press("\r")
        terminal.see("the end of 2")
        terminal.press("x\x1b[1;2A\x1b[1;2A")
        terminal.until(
            lambda screen: (
                "Lines are selected in the list. Press Esc to return to it." in screen.text
                and "the end of 2" in screen.text
            ),
            "why not",
        )
        terminal.press(ESCAPE)
        terminal.see("mail 1")
        terminal.press("x")
        terminal.see("1 selected")
        see_signs(terminal, mail_1=" ", mail_2="*")
