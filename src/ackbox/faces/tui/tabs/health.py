"""Health: how many messages are sent, how soon they are delivered, and which are waiting.

Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from datetime import datetime
from itertools import accumulate
from typing import Any, ClassVar

from ackbox.faces import terminal_text
from ackbox.faces.terminal_text import PRESENCE, ago, fit
from ackbox.faces.tui.session import Session
from ackbox.faces.tui.state.link import Link
from ackbox.faces.tui.tabs.tab import Tab
from ackbox.faces.tui.widgets.bars import Hint
from ackbox.faces.tui.widgets.drawing import Line, glyph, one_line, words_of
from ackbox.faces.tui.widgets.keys import Key

PERIODS = {15: "15 minutes", 360: "6 hours", 10_080: "7 days"}
EIGHTHS = " ▁▂▃▄▅▆▇█"
LABEL = 12


class Health(Tab):
    """Charts made of characters, and a line for each agent with unacknowledged messages."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        *Tab.KEYS,
        Key("w", "w", "period", "Health: longer period; Threads: with unanswered messages"),
    )

    title = "Health"
    every_s = 5.0
    has_cursor = False
    has_density = False
    is_whole = True

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._health: Any = None
        self._minutes = 15
        self._lines: list[Line] = []

    async def read(self, link: Link) -> None:
        self._health = await link.call("workspace.health", minutes=self._minutes)
        self.redraw()

    def action_period(self) -> None:
        """Show the next longer period, or the shortest again."""
        periods = list(PERIODS)
        self._minutes = periods[(periods.index(self._minutes) + 1) % len(periods)]
        self.is_stale = True

    @property
    def hints(self) -> list[Hint]:
        return [
            Hint("w", "another period", "w"),
            Hint(":", "go", "colon"),
            Hint("?", "keys", "question_mark"),
            Hint("q", "quit", "q"),
        ]

    def redraw(self) -> None:
        self._lines = self._draw(self.scrollable_content_region.width) if self._health else []
        self.forget()
        self.show_count(len(self._lines))

    def when_empty(self) -> str:
        return "loading …"

    def line(self, index: int, width: int, *, selected: bool) -> Line:
        return self._lines[index]

    def _draw(self, width: int) -> list[Line]:
        health = self._health
        choice = "   ".join(
            f"[{name}]" if minutes == self._minutes else name for minutes, name in PERIODS.items()
        )
        lines: list[Line] = [
            [self.styled(f" {choice}", "text"), self.styled("   w another period", "text3")],
            [],
        ]
        steps = self._buckets(width - LABEL - 2)
        counts = [sum(step["messages"].values()) if step else 0 for step in steps]
        peak = max(counts, default=0)
        lines += [
            [self.styled(f" {health['messages']} messages", bold=True), *self._intents(width)]
        ]
        lines += self._chart(
            counts, f"{peak / max(health['step_s'], 1):.1f}/s" if peak else "0/s", "accent"
        )
        for delay_name, title in (
            ("picked_up", "time from sent to delivered"),
            ("acknowledged", "time from sent to acknowledged"),
        ):
            delay = health[delay_name]
            text = (
                f"50 % within {_short(delay['p50_ms'])}, 95 % {_short(delay['p95_ms'])},"
                f" 99 % {_short(delay['p99_ms'])}"
                if delay
                else "none yet"
            )
            values = [
                step[delay_name]["p95_ms"] if step and step[delay_name] else 0 for step in steps
            ]
            lines += [[], [self.styled(f" {title}  ", bold=True), self.styled(text, "text2")]]
            lines += (
                self._chart(values, _short(max(values)) if any(values) else "", "online")
                if delay
                else []
            )
        lines += [[], [self.styled(" oldest unacknowledged message", bold=True)]]
        lines += self._waiting(width)
        behind = (
            f"search index {health['behind']} behind"
            if health["behind"]
            else "search index up to date"
        )
        if health["undelivered"]:
            behind += f" · {health['undelivered']} failed deliveries to webhooks"
        return [*lines, [], [self.styled(f" {behind}", "text3")]]

    def _buckets(self, room: int) -> list[Any]:
        """Return the steps of the period in order, null where nothing was sent."""
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
        """Return the most frequent intents that fit on the line."""
        totals: dict[str, int] = {}
        for step in self._health["steps"]:
            for intent, count in step["messages"].items():
                totals[intent] = totals.get(intent, 0) + count
        best = sorted(totals.items(), key=lambda each: -each[1])[:6]
        shown = [
            self.styled(f"   {glyph(intent)} {words_of(intent)} {count}", intent)
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
                    self.styled(f"{label:>{LABEL - 2}} ", "text3"),
                    self.styled("┤", "rule"),
                    self.styled(bars, means),
                ]
            )
        return lines

    def _waiting(self, width: int) -> list[Line]:
        agents = [each for each in self._health["agents"] if each["oldest_unacknowledged_at"]]
        if not agents:
            return [[self.styled("   nothing is waiting", "text2")]]
        ages = {each["agent"]: _age(each["oldest_unacknowledged_at"]) for each in agents}
        names = min(
            max(14, *(terminal_text.width(one_line(name)) for name in ages)), max(width // 4, 14)
        )
        longest, room = max(ages.values()), max(min(width - names - 39, 40), 8)
        lines: list[Line] = []
        for each in sorted(agents, key=lambda each: -ages[each["agent"]]):
            bar = "▇" * max(round(ages[each["agent"]] / longest * room) if longest else 0, 1)
            lines.append(
                [
                    self.styled(f"   {PRESENCE[each['presence']]} ", each["presence"]),
                    self.styled(f"{fit(one_line(each['agent']), names)} "),
                    self.styled(bar, "high"),
                    self.styled(f" {ago(each['oldest_unacknowledged_at'])}  ", "text"),
                    self.styled(
                        f"{each['unacknowledged']} waiting, {each['unread']} unread", "text3"
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
