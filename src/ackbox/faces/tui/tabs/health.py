"""Health: how much is sent, how soon it is picked up, whose post waits.

Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from datetime import datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from ackbox.faces.terminal_text import ago
from ackbox.faces.tui.state.mirror import Post
from ackbox.faces.tui.tabs.tab import Tab
from ackbox.faces.tui.widgets.drawing import Line, fit, glyph, one_line, words_of
from ackbox.faces.tui.widgets.palette import PRESENCE

if TYPE_CHECKING:
    from ackbox.faces.tui.state.link import Link

WINDOWS = {15: "15 minutes", 360: "6 hours", 10_080: "7 days"}
EIGHTHS = " ▁▂▃▄▅▆▇█"
LABEL = 12


class Health(Tab):
    """Charts made of characters, and a line for each agent whose post waits."""

    title = "Health"
    every_s = 5.0
    has_cursor = False
    has_density = False
    is_whole = True

    def __init__(self, post: Post) -> None:
        super().__init__(post)
        self._health: Any = None
        self._minutes = 15
        self._lines: list[Line] = []

    async def read(self, link: Link) -> None:
        self._health = await link.call("workspace.health", minutes=self._minutes)
        self.redraw()

    def other_window(self) -> None:
        """Look further back, and from the start again."""
        windows = list(WINDOWS)
        self._minutes = windows[(windows.index(self._minutes) + 1) % len(windows)]
        self.is_stale = True

    def redraw(self) -> None:
        self._lines = self._draw(self.scrollable_content_region.width) if self._health else []
        self.forget()
        self.show_count(len(self._lines))

    def when_empty(self) -> str:
        return "reading …"

    def line(self, index: int, width: int, *, selected: bool) -> Line:
        return self._lines[index]

    def _draw(self, width: int) -> list[Line]:
        health = self._health
        choice = "   ".join(
            f"[{name}]" if minutes == self._minutes else name for minutes, name in WINDOWS.items()
        )
        lines: list[Line] = [
            [self.show(f" {choice}", "text"), self.show("   w another window", "text3")],
            [],
        ]
        steps = self._buckets(width - LABEL - 2)
        counts = [sum(step["messages"].values()) if step else 0 for step in steps]
        peak = max(counts, default=0)
        lines += [[self.show(f" {health['messages']} messages", bold=True), *self._intents(width)]]
        lines += self._chart(
            counts, f"{peak / max(health['step_s'], 1):.1f}/s" if peak else "0/s", "accent"
        )
        for what, title in (
            ("picked_up", "picked up, sent to delivered"),
            ("acknowledged", "acknowledged, sent to dealt with"),
        ):
            delay = health[what]
            said = (
                f"half {_short(delay['p50_ms'])}, 95 of 100 {_short(delay['p95_ms'])}, 99"
                f" {_short(delay['p99_ms'])}"
                if delay
                else "none yet"
            )
            values = [step[what]["p95_ms"] if step and step[what] else 0 for step in steps]
            lines += [[], [self.show(f" {title}  ", bold=True), self.show(said, "text2")]]
            lines += (
                self._chart(values, _short(max(values)) if any(values) else "", "online")
                if delay
                else []
            )
        lines += [[], [self.show(" oldest not acknowledged", bold=True)]]
        lines += self._waiting(width)
        behind = (
            f"search index {health['behind']} behind"
            if health["behind"]
            else "search index up to date"
        )
        return [*lines, [], [self.show(f" {behind}", "text3")]]

    def _buckets(self, room: int) -> list[Any]:
        """Return the steps of the whole window in order, null where nothing was sent."""
        health = self._health
        start = datetime.fromisoformat(health["since"]).timestamp()
        many = min(max(self._minutes * 60 // health["step_s"], 1), max(room, 1))
        found: list[Any] = [None] * many
        for step in health["steps"]:
            at = int((datetime.fromisoformat(step["at"]).timestamp() - start) // health["step_s"])
            if 0 <= at < many:
                found[at] = step
        return found

    def _intents(self, width: int) -> list[Any]:
        """Return the commonest intents, as many as the line has room for."""
        totals: dict[str, int] = {}
        for step in self._health["steps"]:
            for intent, count in step["messages"].items():
                totals[intent] = totals.get(intent, 0) + count
        best = sorted(totals.items(), key=lambda each: -each[1])[:6]
        shown = [
            self.show(f"   {glyph(intent)} {words_of(intent)} {count}", intent)
            for intent, count in best
        ]
        ends = accumulate(
            (each.cell_length for each in shown),
            initial=len(f" {self._health['messages']} messages"),
        )
        return [each for each, end in zip(shown, list(ends)[1:], strict=True) if end <= width - 1]

    def _chart(self, values: list[int], top: str, means: str) -> list[Line]:
        peak, tall = max(values, default=0), 5 if self.size.height >= 32 else 3
        lines: list[Line] = []
        for level in reversed(range(tall)):
            bars = "".join(
                EIGHTHS[max(0, min(8, round(value * tall * 8 / peak) - level * 8))] if peak else " "
                for value in values
            )
            label = top if level == tall - 1 else "0" if level == 0 else ""
            lines.append(
                [
                    self.show(f"{label:>{LABEL - 2}} ", "text3"),
                    self.show("┤", "rule"),
                    self.show(bars, means),
                ]
            )
        return lines

    def _waiting(self, width: int) -> list[Line]:
        posts = [post for post in self._health["agents"] if post["oldest_unacknowledged_at"]]
        if not posts:
            return [[self.show("   nothing waits", "text2")]]
        ages = {post["agent"]: _age(post["oldest_unacknowledged_at"]) for post in posts}
        names = min(max(14, *(cell_len(one_line(name)) for name in ages)), max(width // 4, 14))
        longest, room = max(ages.values()), max(min(width - names - 39, 40), 8)
        lines: list[Line] = []
        for post in sorted(posts, key=lambda post: -ages[post["agent"]]):
            bar = "▇" * max(round(ages[post["agent"]] / longest * room) if longest else 0, 1)
            lines.append(
                [
                    self.show(f"   {PRESENCE[post['presence']]} ", post["presence"]),
                    self.show(f"{fit(one_line(post['agent']), names)} "),
                    self.show(bar, "high"),
                    self.show(f" {ago(post['oldest_unacknowledged_at'])}  ", "text"),
                    self.show(
                        f"{post['unacknowledged']} waiting, {post['unread']} unread", "text3"
                    ),
                ]
            )
        return lines


def _age(at: str) -> float:
    return max((datetime.now().astimezone() - datetime.fromisoformat(at)).total_seconds(), 0)


def _short(ms: float) -> str:
    for size, unit in ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s")):
        if ms >= size:
            return f"{ms / size:.3g} {unit}"
    return f"{ms:.0f} ms"
