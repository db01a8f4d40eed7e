"""Stopping: the key that pauses a thread or an agent, as test_keys.py presses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.tui.test_keys import Desk


def stops(desk: Desk) -> None:
    """Pause and resume the thread of the first message, then an agent."""
    desk.press("g")
    desk.on(1)
    desk.press("P")
    desk.see("paused the thread")
    [paused] = desk.post.call("workspace.needs")["paused"]
    assert (paused["kind"], paused["by"]) == ("thread", "ana")
    desk.press("P")
    desk.see("resumed the thread")
    assert desk.post.call("workspace.needs")["paused"] == []
    desk.press("4")
    desk.shows_tab("Agents")
    # The list begins with ana, a person.
    desk.press("j")
    desk.press("P")
    desk.see("paused claude")
    desk.press("P")
    desk.see("resumed claude")
    desk.press("k")
    desk.press("1")
    desk.press("G")
