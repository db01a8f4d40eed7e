"""Keys: each does what the list of keys says, on one running terminal."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from ackbox.faces.tui.app import KEYS
from tests.tui.conftest import Post
from tests.tui.finding import numbers, own_keys, searches, sorts, undoes
from tests.tui.stopping import stops
from tests.tui.terminal import ESCAPE, Screen, Terminal

PRESSED = {
    "j": "j",
    "down": "\x1b[B",
    "k": "k",
    "up": "\x1b[A",
    "pagedown": "\x1b[6~",
    "ctrl+d": "\x04",
    "ctrl+k": "\x0b",
    "pageup": "\x1b[5~",
    "ctrl+u": "\x15",
    "g": "g",
    "home": "\x1b[H",
    "G": "G",
    "end": "\x1b[F",
    "left": "\x1b[D",
    "h": "h",
    "right": "\x1b[C",
    "l": "l",
    "tab": "\t",
    "enter": "\r",
    "escape": ESCAPE,
    "slash": "/",
    "colon": ":",
    "space": " ",
    "question_mark": "?",
    "shift+down": "\x1b[1;2B",
    "shift+up": "\x1b[1;2A",
    "full_stop": ".",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "plus": "+",
}


class Desk:
    """Sixty messages of claude to ana, the last in a thread of its own, and a terminal of ana's
    on them.
    """

    def __init__(self, post: Post, terminal: Terminal, ids: list[str]) -> None:
        self.post, self.terminal, self.ids = post, terminal, ids

    def press(self, key: str) -> None:
        self.terminal.press(PRESSED.get(key, key))

    def on(self, number: int) -> None:
        """Wait until the cursor is on a message."""
        self.terminal.until(
            lambda screen: f"message {number:02}" in marked(screen), f"the cursor on {number}"
        )

    def see(self, *texts: str) -> None:
        self.terminal.see(*texts)

    def task(self, status: str, holder: str) -> None:
        """Wait until the one task stands so, on the screen and on the server."""
        wanted = (status.replace("_", " "), holder)
        self.terminal.until(
            lambda screen: all(each in listed(screen) for each in wanted), f"{status} of {holder}"
        )
        [task] = self.post.call("task.list", status="all")["tasks"]
        assert (task["status"], task["assignee"]) == (status, holder)

    def shows_tab(self, title: str) -> None:
        """Wait until a tab is in sight; its title is the one drawn in bold."""
        self.terminal.until(lambda screen: title in bold(screen), f"tab {title}")


def marked(screen: Screen) -> str:
    return next((row for n in range(screen.lines) if re.search(r"│>|^>", row := screen.row(n))), "")


def listed(screen: Screen) -> str:
    """The line under the cursor without what stands beside the list."""
    return next((part for part in marked(screen).split("│") if part.startswith(">")), "")


def bold(screen: Screen) -> str:
    return "".join(
        cell
        for cell, look in zip(screen.cells[0], screen.looks[0], strict=True)
        if re.search(r";1\b", look)
    )


@pytest.fixture
def desk(post: Post, tmp_path: Path) -> Iterator[Desk]:
    post.call("key.create", name="ana", kind="human")
    post.call("agent.heartbeat", agent="claude")
    messages = [{"to": "ana", "body": f"message {number:02} of claude"} for number in range(1, 61)]
    ids = [
        each["sent"]["id"]
        for each in post.call("message.send_many", agent="claude", messages=messages)["outcomes"]
    ]
    with post.look("--as", "ana", XDG_CONFIG_HOME=own_keys(tmp_path)) as terminal:
        terminal.see("message 60", "claude → ana", "sent dlv read ack", "live")
        yield Desk(post, terminal, ids)


def moves(desk: Desk) -> None:
    desk.on(60)
    for key, number in (
        ("k", 59),
        ("up", 58),
        ("j", 59),
        ("down", 60),
        ("g", 1),
        ("G", 60),
        ("home", 1),
        ("end", 60),
    ):
        desk.press(key)
        desk.on(number)
    page = desk.terminal.screen.lines - 3
    for key, number in (
        ("pageup", 60 - page),
        ("pagedown", 60),
        ("ctrl+u", 60 - page),
        ("ctrl+d", 60),
    ):
        desk.press(key)
        desk.on(number)


def unacknowledged(desk: Desk) -> None:
    for number in (57, 58):
        desk.post.call("receipt.mark", agent="ana", mark="acknowledged", ids=[desk.ids[number - 1]])
    desk.terminal.until(
        lambda screen: (
            sum("●" in row[100:116] for row in map(screen.row, range(screen.lines))) == 2
        ),
        "both receipts",
    )
    for key, number in (("p", 59), ("p", 56), ("n", 59), ("n", 60)):
        desk.press(key)
        desk.on(number)
    desk.press("n")
    desk.see("No unacknowledged message after this one")


def tabs(desk: Desk) -> None:
    titles = [
        found[1] for found in re.finditer(r"\d ([A-Z][a-z]+(?: you)?)", desk.terminal.screen.row(0))
    ]
    assert titles[0] == "Live" and len(titles) >= 5
    for number, title in enumerate(titles, 1):
        desk.press(str(number))
        desk.shows_tab(title)
    for key, title in (
        ("n", "Needs you"),
        ("t", "Threads"),
        ("a", "Agents"),
        ("k", "Tasks"),
        ("h", "Health"),
        ("l", "Live"),
        ("h", titles[-1]),
    ):
        desk.terminal.press(f"g{key}")
        desk.shows_tab(title)
    # The g that began it is taken back: the list is where it was.
    desk.terminal.press("gl")
    desk.shows_tab("Live")
    desk.on(60)
    desk.press("6")
    desk.shows_tab(titles[-1])
    for key, title in (
        ("h", titles[-2]),
        ("left", titles[-3]),
        ("l", titles[-2]),
        ("right", titles[-1]),
        ("l", "Live"),
        ("h", titles[-1]),
        ("1", "Live"),
    ):
        desk.press(key)
        desk.shows_tab(title)


def panes(desk: Desk) -> None:
    # In the pane beside the list j scrolls what is read; in the list it moves the cursor.
    for into, out in (("tab", "tab"), ("enter", "escape")):
        desk.press(into)
        desk.press("k")
        desk.see("j k scroll")
        desk.press(out)
        desk.see("c compose")
        desk.press("k")
    desk.on(58)
    desk.press("G")
    desk.on(60)


def writes(desk: Desk) -> None:
    for key in ("c", "i"):
        desk.press(key)
        desk.see("Enter sends")
        desk.press("escape")
        desk.see("c compose")
    desk.press("r")
    desk.see("@claude", "→ claude is online and sees this at its next check")
    desk.terminal.press("noted\r")
    desk.see("sent to claude", "ana HUM")


def threads(desk: Desk) -> None:
    desk.press("t")
    desk.shows_tab("Threads")
    desk.terminal.until(
        lambda screen: "noted" in marked(screen) or "message 60" in marked(screen), "its thread"
    )
    desk.press("1")
    desk.shows_tab("Live")


def marks(desk: Desk) -> None:
    desk.press("g")
    desk.on(1)
    for key, said in (
        ("u", "marked read"),
        ("u", "marked unread"),
        ("a", "marked acknowledged"),
        ("e", "marked archived"),
    ):
        desk.press(key)
        desk.see(said)
    [receipt] = desk.post.call("message.status", id=desk.ids[0])["receipts"]
    assert (receipt["state"], receipt["archived_at"] is not None) == ("acknowledged", True)
    undoes(desk)
    desk.press("G")


def selects(desk: Desk) -> None:
    for key, said in (
        ("x", "1 selected"),
        ("shift+up", "2 selected"),
        ("shift+up", "3 selected"),
        ("shift+down", "2 selected"),
    ):
        desk.press(key)
        desk.see(said)
    desk.press("full_stop")
    desk.see("2 selected: choose an action", "Acknowledge", "unacknowledged")
    desk.press("escape")
    desk.terminal.see_not("choose an action")
    desk.press("escape")
    desk.see("c compose")
    desk.press("G")
    desk.on(60)


def filters(desk: Desk) -> None:
    desk.press("slash")
    desk.terminal.press("is:unacked 07")
    desk.terminal.until(
        lambda screen: (
            "message 07" in screen.text
            and "message 60" not in screen.text.replace(desk_beside(screen), "")
        ),
        "only 07",
    )
    desk.terminal.press("\r")
    desk.see("1 match")
    desk.press("escape")
    desk.see("message 59")
    desk.press("slash")
    desk.terminal.press("form:claude\r")
    desk.see("Unknown filter 'form'. Did you mean from?")
    desk.press("escape")
    desk.see("message 59")


def desk_beside(screen: Screen) -> str:
    return "\n".join(row.rpartition("│")[2] for row in screen.text.split("\n"))


def jumps(desk: Desk) -> None:
    for key, typed, title in (("colon", "heal", "Health"), ("ctrl+k", "live", "Live")):
        desk.press(key)
        desk.see("go to …")
        desk.terminal.press(f"{typed}\r")
        desk.shows_tab(title)
    desk.press("colon")
    desk.see("go to …")
    desk.terminal.press(f"{desk.ids[29]}\r")
    desk.on(30)
    desk.press("colon")
    desk.see("go to …")
    desk.terminal.press("clau\r")
    desk.see("from:claude")
    desk.press("escape")
    desk.see("message 59")
    desk.press("G")


def holds(desk: Desk) -> None:
    desk.press("space")
    desk.see("paused, 0 new")
    desk.post.send("claude", "ana", "while it is paused")
    desk.see("paused, 1 new")
    assert "while it is paused" not in desk.terminal.screen.text
    desk.press("space")
    desk.see("while it is paused", "live")


def copies(desk: Desk) -> None:
    desk.press("g")
    desk.on(1)
    desk.press("y")
    desk.see("copied 20 characters")
    desk.press("Y")
    desk.see("copied the id")
    texts = [
        base64.b64decode(each.rpartition(";")[2]).decode() for each in desk.terminal.screen.copied
    ]
    assert texts == ["message 01 of claude", desk.ids[0]]


def task_moves(desk: Desk) -> None:
    desk.press("5")
    desk.shows_tab("Tasks")
    desk.press("X")
    desk.see("No task is selected. Press + to add one.")
    desk.press("plus")
    desk.see("Title of the task")
    desk.terminal.press("!! Write the export\r")
    desk.see("Assign to")
    desk.terminal.press("clau\r")
    desk.see("#1 is for claude, urgent")
    desk.task("open", "claude")
    for key, status in (
        ("right_square_bracket", "in_progress"),
        ("right_square_bracket", "blocked"),
        ("left_square_bracket", "in_progress"),
    ):
        desk.press(key)
        desk.task(status, "claude")
    # Two at once are two steps, one on what the other has left.
    desk.terminal.press("]]]")
    desk.task("done", "claude")
    desk.press("right_square_bracket")
    desk.see("#1 is done. There is no state after that.")
    desk.press("left_square_bracket")
    desk.see("The task is done. #1 can become open, cancelled.")
    desk.press("s")
    desk.see("#1 is done. New state …")
    desk.terminal.press("open\r")
    desk.task("open", "claude")
    desk.press("o")
    desk.see("Task 1 is for claude. #1 can become claimed, in progress, review")
    desk.press("f")
    desk.see("Assign to", "anyone")
    desk.terminal.press("\r")
    desk.see("#1 is for anyone")
    desk.press("o")
    desk.see("#1 is yours")
    desk.task("claimed", "ana")
    desk.press("s")
    desk.see("New state …")
    desk.terminal.press("blo\r")
    desk.see("What blocks it?")
    desk.terminal.press("The API\r")
    desk.task("blocked", "ana")
    desk.see("“The API”")
    desk.press("y")
    desk.see("copied Write the export")
    for answer, status in (("n", "blocked"), ("y", "cancelled")):
        desk.press("X")
        desk.see("Cancel #1, Write the export?")
        desk.press(answer)
        desk.terminal.see_not("Cancel #1, Write")
        desk.task(status, "ana")
    desk.press("1")
    desk.shows_tab("Live")
    desk.press("s")
    desk.see("That key works on tasks")
    # As if typed into its box, letters at once after it do nothing; End is none.
    desk.press("end")


def changes_window(desk: Desk) -> None:
    desk.press("colon")
    desk.see("go to …")
    desk.terminal.press("health\r")
    for window in ("[6 hours]", "[7 days]", "[15 minutes]"):
        desk.see("unacknowledged")
        desk.press("w")
        desk.see(window)
    desk.press("1")
    desk.shows_tab("Live")


def frees_the_mouse(desk: Desk) -> None:
    assert "1000" in desk.terminal.screen.modes
    desk.press("m")
    desk.see("the mouse selects text")
    assert "1000" not in desk.terminal.screen.modes
    desk.press("m")
    desk.terminal.until(lambda screen: "1000" in screen.modes, "the mouse taken back")


def changes_density(desk: Desk) -> None:
    def lists(many: int, screen: Screen) -> bool:
        rows = map(screen.row, range(screen.lines))
        return sum(bool(re.search(r"→ ana +HUM", row)) for row in rows) == many

    desk.press("g")
    desk.on(1)
    room = desk.terminal.screen.lines - 2
    for density, many in (("roomy", -(-room // 2)), ("compact", room), ("normal", room)):
        desk.press("d")
        desk.see(f"density: {density}")
        desk.terminal.until(partial(lists, many), f"{density}: {many} lines")
        desk.on(1)
    desk.press("G")


def changes_theme(desk: Desk) -> None:
    ground = desk.terminal.screen.looks[5][60]
    desk.press("T")
    desk.terminal.until(lambda screen: screen.looks[5][60] != ground, "another ground")
    desk.press("T")
    desk.terminal.until(lambda screen: screen.looks[5][60] == ground, "the first ground")


def lists_keys(desk: Desk) -> None:
    desk.press("question_mark")
    desk.see("keyboard shortcuts", *(key.description for key in KEYS if key.description))
    desk.press("escape")
    desk.terminal.see_not("free the mouse, to")


def leaves(desk: Desk) -> None:
    desk.press("q")
    assert desk.terminal.end() == 0
    assert "1049" not in desk.terminal.screen.modes


# What is pressed in each round; a key that is in no round is a key nobody has tried.
ROUNDS: tuple[tuple[Callable[[Desk], None], str], ...] = (
    (numbers, "7 8 9"),
    (moves, "j down k up pagedown ctrl+d pageup ctrl+u g home G end"),
    (unacknowledged, "n p"),
    (tabs, "left h right l 1 2 3 4 5 6"),
    (panes, "tab enter escape"),
    (writes, "c i r"),
    (threads, "t"),
    (marks, "a u e U"),
    (searches, "F"),
    (sorts, "s"),
    (stops, "P"),
    (selects, "x shift+down shift+up full_stop"),
    (filters, "slash"),
    (jumps, "colon ctrl+k"),
    (holds, "space"),
    (copies, "y Y"),
    (task_moves, "left_square_bracket right_square_bracket s o f plus X"),
    (changes_window, "w"),
    (frees_the_mouse, "m"),
    (changes_density, "d"),
    (changes_theme, "T"),
    (lists_keys, "question_mark"),
    (leaves, "q"),
)


def test_each_key_does_what_the_list_of_keys_says(desk: Desk) -> None:
    tried = {key for _, keys in ROUNDS for key in keys.split()}
    assert {name for key in KEYS for name in key.names.split(",") if name} == tried
    for round, _ in ROUNDS:
        round(desk)


def test_each_key_of_the_list_stands_in_the_guide() -> None:
    guide = (Path(__file__).parents[2] / "docs/howto/terminal.md").read_text("utf-8")
    named = {
        name.strip(",")
        for key in KEYS
        for name in key.shown.split()
        if name.strip(",") not in ("…", "↑", "↓", "←", "→")
    }
    assert {name for name in named if f"`{name}`" not in guide} == set()
