"""Status: the line at the top, with the tabs and the state of the stream, and the keys at the
bottom.

Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich.segment import Segment

from ackbox.faces.terminal_text import fit, width
from ackbox.faces.tui.state.link import Link
from ackbox.faces.tui.widgets.bars import Bar, Hint, keys_line
from ackbox.faces.tui.widgets.drawing import Line, one_line
from ackbox.faces.tui.widgets.palette import Palette

# Below this width the top line shows only the workspace, the tabs and the state.
ROOMY_CELLS = 110
MOUSE_FREE = Hint("m", "the mouse selects text in the terminal; press m to end that", "m")
ON_SELECTION = (
    Hint(".", "actions", "full_stop"),
    Hint("Esc", "clear", "escape"),
    Hint("x", "select", "x"),
)


class TopLine(Bar):
    """The workspace, the tabs, how many agents are online, and the state of the stream."""

    def __init__(self) -> None:
        super().__init__(id="top")

    def draw(
        self,
        palette: Palette,
        *,
        workspace: str,
        tabs: Sequence[tuple[str, int, bool]],
        online: int,
        rate: float,
        state: tuple[str, str],
    ) -> None:
        """Draw the line; `tabs` are (title, badge, whether it is in sight)."""
        style, is_narrow = palette.style, self.app.size.width < ROOMY_CELLS
        name = one_line(workspace)
        left: Line = (
            [Segment(f" {fit(name, min(width(name), 9))} ", style("accent", bold=True))]
            if is_narrow
            else [
                Segment(" ackbox ", style("accent", bold=True)),
                Segment(f"{name} ", style("text2")),
            ]
        )
        at = sum(width(segment.text) for segment in left)
        actions = []
        for number, (title, badge, is_shown) in enumerate(tabs, 1):
            text = f" {number} {title}{f' {badge}' if badge else ''} "
            means = "accent" if is_shown else "text2"
            left.append(Segment(text, style(means, bold=is_shown, selected=is_shown)))
            actions.append((at, at + width(text), f"show_tab({number})"))
            at += width(text)
        text, means = state
        right: Line = [Segment(f" {text} ", style(means, bold=means != "online"))]
        # Parts that do not fit are left out, the least important first.
        optional: list[Any] = [
            (Segment(f" {rate:.1f}/s ·", style("text2")) if rate else None, True),
            (Segment(f" {online} online ", style("text2")), True),
            (Segment(f" {datetime.now():%H:%M:%S} ", style("text3")), False),
        ]
        clock_cells = optional[-1][0].cell_length
        for segment, is_before in [] if is_narrow else optional:
            if segment is None:
                continue
            needed = sum(each.cell_length for each in [segment, *right])
            if at + needed + (clock_cells if is_before else 0) <= self.app.size.width:
                right = [segment, *right] if is_before else [*right, segment]
        self.show(left, right, actions=actions)


class BottomLine(Bar):
    """The keys that work here, or what was just done."""

    def __init__(self) -> None:
        super().__init__(id="bottom")

    def draw(
        self,
        palette: Palette,
        *,
        text: str,
        right: Line,
        hints: Sequence[Hint],
        selected: int,
        outcome: str,
    ) -> None:
        """Draw the text or else the hints; with a selection its size and keys, and at the right
        the text or else the outcome of the last action on it.
        """
        style = palette.style
        if selected:
            shown = text or outcome
            is_short = bool(shown) or self.app.size.width < ROOMY_CELLS
            count = Segment(f" {selected:,} selected ", style("accent", bold=True))
            keys, actions = _keys(ON_SELECTION[:2] if is_short else ON_SELECTION, palette)
            at = count.cell_length
            self.show(
                [count, *keys],
                [Segment(f"{one_line(shown)} ", style("text", bold=True))] if shown else right,
                actions=[(start + at, end + at, action) for start, end, action in actions],
            )
        elif text:
            self.show([Segment(f" {one_line(text)}", style("text", bold=True))], right)
        else:
            keys, actions = _keys(hints, palette)
            self.show(keys, right, actions=actions)


def stream_state(link: Link, held_back: int | None) -> tuple[str, str]:
    """Return the state of the stream and the name of its colour.

    `held_back` is the number of messages that a paused list does not show.
    """
    if link.state == "reconnecting":
        seconds = int(time.monotonic() - (link.lost_at or 0))
        return f"reconnecting, last {seconds} s ago", "urgent"
    if link.state.startswith("refused"):
        return one_line(link.state), "urgent"
    if held_back is not None:
        return f"paused, {held_back} new", "high"
    return link.state, "online" if link.state == "live" else "high"


def _keys(hints: Sequence[Hint], palette: Palette) -> tuple[Line, list[tuple[int, int, str]]]:
    return keys_line(
        [(hint.shown, hint.does, hint.action) for hint in hints],
        palette.style("accent", bold=True),
        palette.style("text3"),
    )
