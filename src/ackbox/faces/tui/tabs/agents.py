"""Agents: who is online, on which machine, with which task; and the mailbox of one.

Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from ackbox.errors import AckboxError
from ackbox.faces.terminal_text import PRESENCE, ago, fit, standing, width
from ackbox.faces.tui.session import Session
from ackbox.faces.tui.state.link import Link
from ackbox.faces.tui.tabs.sidebar import unread_of
from ackbox.faces.tui.tabs.tab import Tab
from ackbox.faces.tui.widgets.drawing import (
    Line,
    addressees,
    clock,
    glyph,
    one_line,
    text_lines,
)
from ackbox.faces.tui.widgets.keys import Key

_NEAR = {"online": 0, "idle": 1, "away": 2}
# The orders that `s` goes through, and the key of each.
ORDERS: dict[str, Callable[[Any], Any]] = {
    "presence": lambda one: (_NEAR[one["presence"]], one["agent"].casefold()),
    "unread messages": lambda one: (-(one["unread"] or 0), one["agent"].casefold()),
    "last call": lambda one: _backwards(one["last_seen"]),
    "name": lambda one: one["agent"].casefold(),
}


class Agents(Tab):
    """One line for each agent and person, and one for each instance."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        *Tab.KEYS,
        Key("s", "s", "sort", "Agents: sort by presence, unread, last call or name"),
    )

    title = "Agents"
    indent = 4

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._people: list[Any] = []
        self._name_cells = 0
        self._boxes: dict[str, Any] = {}
        self._order = next(iter(ORDERS))

    def action_sort(self) -> None:
        orders = list(ORDERS)
        self._order = orders[(orders.index(self._order) + 1) % len(orders)]
        on = self.agent
        self.update()
        at = next((n for n, one in enumerate(self._people) if one["agent"] == on), 0)
        self.move_to(at)
        self.session.say(f"sorted by {self._order}")

    def update(self) -> None:
        agents = sorted(self.mirror.people, key=ORDERS[self._order])
        people = [one for each in agents for one in (each, *each["instances"])]
        if people != self._people:
            self._people = people
            self._name_cells = max((width(_name(one)) for one in people), default=0)
            self.forget()
            self.show_count(len(people))

    @property
    def writes_to(self) -> str | None:
        return self.agent

    @property
    def agent(self) -> str | None:
        return self._people[self.cursor]["agent"] if self.cursor < len(self._people) else None

    @property
    def stoppable(self) -> str | None:
        return self.agent

    def enter(self, *, in_list: bool) -> bool:
        if self.agent is None or self.screen.has_class("-one"):
            return False
        self.session.show_sent_by(self.agent)
        return True

    def copied(self, what: str) -> str | None:
        return self.agent

    def line(self, index: int, width: int, *, selected: bool) -> Line:
        one = self._people[index]
        presence, is_instance = one["presence"], bool(one["instance"])

        def put(text: str, means: str = "text", *, bold: bool = False) -> Any:
            return self.styled(text, means, bold=bold, selected=selected)

        is_human = one["kind"] == "human"
        name_cells, machine_cells, program_cells = self._columns(width)
        line = [
            put(">" if selected else " ", "accent", bold=True),
            put(f" {PRESENCE[presence]} ", presence),
            put(
                fit(_name(one), name_cells),
                "human" if is_human else "text2" if is_instance else "text",
                bold=not is_instance,
            ),
            put(" HUM " if is_human and not is_instance else "     ", "human"),
            put(fit(one_line(one["machine"] or ""), machine_cells), "text2"),
            put(fit(f" {one_line(one['program'] or '')}", program_cells), "text2"),
        ]
        paused = "paused · " if one["paused"] else ""
        room = max(width - 1 - 3 - name_cells - 5 - 4 - machine_cells - program_cells - 9, 0)
        return [
            *line[:4],
            put(f"{unread_of(one):>3} ", "accent", bold=True),
            *line[4:],
            put(fit(f" {paused}{one_line(_doing(one))}", room)),
            put(f"{ago(one['last_seen']):>8} ", "text3"),
        ]

    def _columns(self, width: int) -> tuple[int, int, int]:
        """Return the cells of name, machine and program; a third is left for the summary."""
        names = min(max(self._name_cells, 8), max(width * 35 // 100, 16))
        rest = width - 22 - names - width // 3
        machine = min(max(rest, 0), 16) if rest >= 8 else 0
        program = min(rest - machine, 16) if rest - machine >= 8 else 0
        return names, machine, program

    def below(self, index: int, width: int) -> str:
        one = self._people[index]
        return " · ".join(
            one_line(one[key])
            for key in ("program", "model", "area", "platform", "reach")
            if one[key]
        )

    def when_empty(self) -> str:
        return self.no_agents()

    def detail(self, width: int) -> list[Line]:
        if self.cursor >= len(self._people):
            return []
        one = self._people[self.cursor]
        style = self.palette.style
        where = one["agent"] + (f"/{one['instance']}" if one["instance"] else "")
        lines: list[Line] = [
            [
                self.styled(f"{PRESENCE[one['presence']]} ", one["presence"]),
                self.styled(one_line(standing(one)), "text2"),
            ]
        ]
        lines += text_lines(one_line(where), width, style("text", bold=True))
        lines += text_lines(one["summary"] or "", width, style("text")) if one["summary"] else []
        for key in ("machine", "platform", "program", "model", "area", "reach"):
            if one[key]:
                lines.append(
                    [
                        self.styled(f"{key:<9}", "text3"),
                        self.styled(fit(one_line(one[key]), width - 9), "text2"),
                    ]
                )
        for file in one["files"][:8]:
            lines.append(
                [
                    self.styled("file     ", "text3"),
                    self.styled(fit(one_line(file), width - 9), "text2"),
                ]
            )
        box = self._boxes.get(where)
        return [*lines, [], *(self._box(box, width) if box else [])]

    def _box(self, box: Any, width: int) -> list[Line]:
        more = "+" if box["counts_capped"] else ""
        lines: list[Line] = [
            [
                self.styled(
                    f"{box['unread']}{more} unread of {box['total']}{more}",
                    "text",
                    bold=box["unread"] > 0,
                )
            ],
            [self.styled("Looking at a mailbox marks nothing.", "text3")],
            [],
        ]
        for message in box["messages"]:
            unread = not message["read"]
            sender, to = one_line(message["sender"]), one_line(addressees(message["to"]))
            lines.append(
                [
                    self.styled("• " if unread else "  ", "accent"),
                    self.styled(f"{clock(message['created_at'])} ", "text3"),
                    self.styled(f"{glyph(message['intent'])} ", message["intent"]),
                    self.styled(fit(f"{sender} → {to}", width - 13), "text2"),
                ]
            )
            lines.append(
                [
                    self.styled(
                        f"  {fit(one_line(message['subject'] or message['body']), width - 2)}",
                        "text",
                        bold=unread,
                    )
                ]
            )
        return lines

    async def ask(self, link: Link) -> None:
        if self.cursor >= len(self._people):
            return
        one = self._people[self.cursor]
        where = one["agent"] + (f"/{one['instance']}" if one["instance"] else "")
        try:
            self._boxes[where] = await link.call("mailbox.list", of=where, limit=12)
        except AckboxError:
            self._boxes.pop(where, None)


def _backwards(moment: str | None) -> float:
    """Return a key that sorts the newest moment first."""
    return -datetime.fromisoformat(moment).timestamp() if moment else 0.0


def _doing(one: Any) -> str:
    """Return what its program does and since when, and its summary."""
    activity = f"{one['activity']} {ago(one['activity_since'])}" if one["activity"] else ""
    return " · ".join(part for part in (activity, one["summary"] or one["area"]) if part)


def _name(one: Any) -> str:
    """Return the name to show; an instance is indented below its agent."""
    return "  " + one_line(one["instance"]) if one["instance"] else one_line(one["agent"])
