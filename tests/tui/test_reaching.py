"""How far a message has come, and how soon it is seen, on a pseudo-terminal over a real server."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.tui.conftest import Post

SESSION = {"program": "codex", "program_session": "5b1f"}


def report(post: Post, moment: str) -> Any:
    """Report an event of codex, and confirm what it shows."""
    own = {"agent": "codex", "auto_instance": "shop", "copy_id": "codex-session-5b1f"}
    found = post.call("program.report", moment=moment, event=moment, **SESSION, **own)
    if found["offer"] is not None:
        post.call("program.shown", agent="codex", offer=found["offer"], **SESSION)
    return found


def test_the_line_before_sending_follows_the_priority(post: Post) -> None:
    report(post, "prompt")
    with post.look() as terminal:
        terminal.see("codex", "live")
        terminal.press("c@codex look")
        terminal.see("→ codex is busy and sees this at the end of its turn")
        terminal.press("\x10\x10")
        terminal.see("→ codex is busy and sees this after its current tool call", "urgent")
        terminal.press("\r")
        terminal.see("sent to codex: is busy and sees this after its current tool call")


def test_the_detail_of_a_message_tells_each_step_with_its_evidence(post: Post) -> None:
    report(post, "session_start")
    sent = post.send("claude", "codex", "The types are exported")
    report(post, "prompt")
    with post.look() as terminal:
        terminal.see("The types are exported", "sent dlv read ack", "stored", "injected")
        terminal.until(
            lambda screen: (
                "injected shop · cli · codex prompt, session 5b1f"
                in " ".join(screen.text.replace("│", " ").split())
            ),
            "the evidence",
        )
        report(post, "tool")
        terminal.see("seen")
        post.send("codex", "claude", "Thanks", parent=sent["id"])
        terminal.see("Thanks")
        terminal.press("k")
        terminal.see("answered")


@pytest.mark.parametrize(
    ("moment", "activity"),
    [
        ("session_start", "idle"),
        ("prompt", "busy"),
        ("asking", "asking"),
        ("compacting", "compacting"),
        ("session_end", "gone"),
    ],
)
def test_what_a_program_does_stands_in_the_side_the_list_and_the_details(
    post: Post, moment: str, activity: str
) -> None:
    report(post, moment)
    with post.look() as terminal:
        screen = terminal.until(
            lambda screen: re.search(rf"codex +{activity}", screen.text) is not None, activity
        )
        assert screen is not None
        terminal.press("4")
        presence = "away" if activity == "gone" else "online"
        terminal.until(
            lambda screen: (
                re.search(rf"{presence}, {activity} ", screen.text) is not None
                and re.search(rf"shop.* {activity} (now|\d+ s)", screen.text) is not None
            ),
            "the list and the details",
        )
