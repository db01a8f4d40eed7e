"""Status: the line at the top that says where you are and how things stand, and the keys at the
bottom.

Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment

from ackbox.faces.tui.widgets.bars import keys_line
from ackbox.faces.tui.widgets.drawing import Line, fit, one_line

if TYPE_CHECKING:
    from ackbox.faces.tui.app import Terminal


def top_line(terminal: Terminal) -> None:
    """Draw the line at the top: the workspace, the tabs, who is here, whether the stream runs."""
    style = terminal.palette.style
    workspace = one_line(
        str(terminal.post.whoami.get("workspace") or terminal.link.who.get("workspace") or "")
    )
    is_narrow = terminal.size.width < 110
    left: Line = (
        [Segment(f" {fit(workspace, min(cell_len(workspace), 9))} ", style("accent", bold=True))]
        if is_narrow
        else [
            Segment(" ackbox ", style("accent", bold=True)),
            Segment(f"{workspace} ", style("text2")),
        ]
    )
    at = sum(cell_len(segment.text) for segment in left)
    actions = []
    for number, tab in enumerate(terminal.tabs, 1):
        is_shown = tab is terminal.tab
        text = f" {number} {tab.title}{f' {tab.badge}' if tab.badge else ''} "
        left.append(
            Segment(
                text, style("accent" if is_shown else "text2", bold=is_shown, selected=is_shown)
            )
        )
        actions.append((at, at + cell_len(text), f"show_tab({number})"))
        at += cell_len(text)
    online = sum(each["presence"] == "online" for each in terminal.post.people)
    rate = terminal.post.rate(terminal.clock())
    state, means = _state(terminal)
    right: Line = [Segment(f" {state} ", style(means, bold=means != "online"))]
    clock = [Segment(f" {datetime.now():%H:%M:%S} ", style("text3"))]
    # What there is no room for beside the tabs is left out, the least of it first.
    for more in (
        [Segment(f" {rate:.1f}/s ·", style("text2"))] if rate else [],
        [Segment(f" {online} online ", style("text2"))],
    ):
        if (
            not is_narrow
            and at + sum(each.cell_length for each in [*more, *right, *clock])
            <= terminal.size.width
        ):
            right = [*more, *right]
    if (
        not is_narrow
        and at + sum(each.cell_length for each in [*right, *clock]) <= terminal.size.width
    ):
        right += clock
    terminal.top.show(left, right, actions=actions)


def _state(terminal: Terminal) -> tuple[str, str]:
    state = terminal.link.state
    if state == "reconnecting":
        return (
            f"reconnecting, last {int(time.monotonic() - (terminal.link.lost_at or 0))} s ago",
            "urgent",
        )
    if state.startswith("refused"):
        return one_line(state), "urgent"
    if terminal.live.is_held:
        return f"held, {terminal.live.unseen} new", "high"
    return state, "online" if state == "live" else "high"


def bottom_line(terminal: Terminal) -> None:
    """Draw the line at the bottom: what was just done, or the keys that work here."""
    style = terminal.palette.style
    right: Line = []
    if terminal.live.filter and terminal.tab is terminal.live:
        right = [
            Segment(f"{terminal.live.count} fit  {one_line(terminal.live.filter)} ", style("high"))
        ]
    elif terminal.live.unseen and terminal.tab is terminal.live:
        right = [Segment(f"── {terminal.live.unseen} new ↓ G ── ", style("accent", bold=True))]
    told = (
        terminal.doing
        or terminal.notice
        or (f"✕ {terminal.tab.why_not}" if terminal.tab.why_not else terminal.tab.picks.outcome)
    )
    left, actions = _selected(terminal, is_short=bool(told) or terminal.size.width < 110)
    if left:
        right = [Segment(f"{one_line(told)} ", style("text", bold=True))] if told else right
        terminal.bottom.show(left, right, actions=actions)
        return
    if terminal.notice or terminal.doing:
        terminal.bottom.show(
            [Segment(f" {one_line(terminal.doing or terminal.notice)}", style("text", bold=True))],
            right,
        )
        return
    line, actions = keys_line(_hints(terminal), style("accent", bold=True), style("text3"))
    terminal.bottom.show(line, right, actions=actions)


def _selected(terminal: Terminal, *, is_short: bool) -> tuple[Line, list[tuple[int, int, str]]]:
    """Return how many lines are selected and what can be done with them.

    Nothing while none is, or while somebody types.
    """
    many, style = len(terminal.tab.picks.found), terminal.palette.style
    if not many or terminal.typing.display:
        return [], []
    said = f" {many:,} selected "
    at = cell_len(said)
    hints = [(".", "actions", "doings"), ("Esc", "clear", "back"), ("x", "select", "pick")]
    line, actions = keys_line(
        hints[:2] if is_short else hints, style("accent", bold=True), style("text3")
    )
    return [Segment(said, style("accent", bold=True)), *line], [
        (start + at, end + at, action) for start, end, action in actions
    ]


def _hints(terminal: Terminal) -> list[tuple[str, str, str]]:
    if terminal.typing.display:
        return [
            ("Enter", "send", ""),
            ("Tab", "name", ""),
            ("^J", "new line", ""),
            ("^T", "intent", ""),
            ("^P", "priority", ""),
            ("Esc", "close, kept", "back"),
        ]
    if terminal.is_mouse_free:
        return [("m", "the mouse is free to select text; take it back", "mouse")]
    hints = [
        ("c", "compose", "compose"),
        ("r", "reply", "reply"),
        ("/", "filter", "filter"),
        (":", "go", "jump"),
        ("Enter", "open", "open"),
        ("a", "ack", "mark('acknowledged')"),
        ("x", "select", "pick"),
        ("Space", "hold", "hold"),
        ("?", "keys", "keys"),
        ("q", "quit", "leave"),
    ]
    if terminal.focused is terminal.beside:
        return [
            ("j k", "scroll", ""),
            ("Esc", "back", "back"),
            ("r", "reply", "reply"),
            ("t", "thread", "thread"),
            ("y", "copy", "copy('text')"),
            ("?", "keys", "keys"),
            ("q", "quit", "leave"),
        ]
    if terminal.tab is terminal.threads:
        here = [("Enter", "read", "open"), ("r", "reply", "reply")] if terminal.threads.row else []
        return [
            *here,
            ("c", "compose", "compose"),
            ("w", "all, or answered", "window"),
            (":", "go", "jump"),
            ("?", "keys", "keys"),
            ("q", "quit", "leave"),
        ]
    if terminal.tab is terminal.health:
        return [
            ("w", "another window", "window"),
            (":", "go", "jump"),
            ("?", "keys", "keys"),
            ("q", "quit", "leave"),
        ]
    if terminal.tab is terminal.tasks:
        moves = [
            ("[", "back", "task_step(-1)"),
            ("]", "on", "task_step(1)"),
            ("s", "state", "task_states"),
            ("o", "own it", "task_claim"),
            ("f", "for", "task_assign"),
            ("X", "cancel", "task_cancel"),
        ]
        select = (
            [("x", "select", "pick")]
            if terminal.tasks.current and terminal.size.width >= 110
            else []
        )
        return [
            *(moves if terminal.tasks.current else []),
            *select,
            ("+", "new", "task_new"),
            ("?", "keys", "keys"),
            ("q", "quit", "leave"),
        ]
    if terminal.size.width < 110:
        hints = [hint for hint in hints if hint[0] not in ("Space", "x")]
    if terminal.tab.row is None:
        hints = [hint for hint in hints if hint[0] not in ("r", "a", "x")]
    return hints
