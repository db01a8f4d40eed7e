"""Agents: who is here, on which machine, doing what; beside, the mailbox of one.

Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from ackbox.errors import AckboxError
from ackbox.faces.terminal_text import ago
from ackbox.faces.tui.state.mirror import Post
from ackbox.faces.tui.tabs.tab import Tab
from ackbox.faces.tui.widgets.drawing import (
    Line,
    addressees,
    clock,
    fit,
    glyph,
    one_line,
    text_lines,
)
from ackbox.faces.tui.widgets.palette import PRESENCE

if TYPE_CHECKING:
    from ackbox.faces.tui.state.link import Link


class Agents(Tab):
    """One line for each agent and person, and one for each running copy."""

    title = "Agents"
    indent = 4

    def __init__(self, post: Post) -> None:
        super().__init__(post)
        self._people: list[Any] = []
        self._name_cells = 0
        self._boxes: dict[str, Any] = {}

    def update(self) -> None:
        people = [one for each in self.post.people for one in (each, *each["instances"])]
        if people != self._people:
            self._people = people
            self._name_cells = max((cell_len(_name(one)) for one in people), default=0)
            self.forget()
            self.show_count(len(people))

    @property
    def writes_to(self) -> str | None:
        return self.name

    @property
    def name(self) -> str | None:
        return self._people[self.cursor]["agent"] if self.cursor < len(self._people) else None

    def copied(self, what: str) -> str | None:
        return self.name

    def line(self, index: int, width: int, *, selected: bool) -> Line:
        one = self._people[index]
        here, is_copy = one["presence"], bool(one["instance"])

        def put(text: str, means: str = "text", *, bold: bool = False) -> Any:
            return self.show(text, means, bold=bold, selected=selected)

        is_human = one["kind"] == "human"
        name_cells, machine_cells, program_cells = self._columns(width)
        line = [
            put(">" if selected else " ", "accent", bold=True),
            put(f" {PRESENCE[here]} ", here),
            put(
                fit(_name(one), name_cells),
                "human" if is_human else "text2" if is_copy else "text",
                bold=not is_copy,
            ),
            put(" HUM " if is_human and not is_copy else "     ", "human"),
            put(fit(one_line(one["machine"] or ""), machine_cells), "text2"),
            put(fit(f" {one_line(one['program'] or '')}", program_cells), "text2"),
        ]
        room = max(width - 1 - 3 - name_cells - 5 - machine_cells - program_cells - 9, 0)
        return [
            *line,
            put(fit(f" {one_line(one['summary'] or one['area'] or '')}", room)),
            put(f"{ago(one['last_seen']):>8} ", "text3"),
        ]

    def _columns(self, width: int) -> tuple[int, int, int]:
        """Return the cells of name, machine and program: a third for names, a third for what
        each one does.
        """
        names = min(max(self._name_cells, 8), max(width * 35 // 100, 16))
        rest = width - 18 - names - width // 3
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
        return self.nobody()

    def beside(self, width: int) -> list[Line]:
        if self.cursor >= len(self._people):
            return []
        one = self._people[self.cursor]
        style = self.palette.style
        where = one["agent"] + (f"/{one['instance']}" if one["instance"] else "")
        lines: list[Line] = [
            [
                self.show(f"{PRESENCE[one['presence']]} ", one["presence"]),
                self.show(one["presence"], "text2"),
            ]
        ]
        lines += text_lines(one_line(where), width, style("text", bold=True))
        lines += text_lines(one["summary"] or "", width, style("text")) if one["summary"] else []
        for key in ("machine", "platform", "program", "model", "area", "reach"):
            if one[key]:
                lines.append(
                    [
                        self.show(f"{key:<9}", "text3"),
                        self.show(fit(one_line(one[key]), width - 9), "text2"),
                    ]
                )
        for file in one["files"][:8]:
            lines.append(
                [
                    self.show("file     ", "text3"),
                    self.show(fit(one_line(file), width - 9), "text2"),
                ]
            )
        box = self._boxes.get(where)
        return [*lines, [], *(self._box(box, width) if box else [])]

    def _box(self, box: Any, width: int) -> list[Line]:
        more = "+" if box["counts_capped"] else ""
        lines: list[Line] = [
            [
                self.show(
                    f"{box['unread']}{more} unread of {box['total']}{more}",
                    "text",
                    bold=box["unread"] > 0,
                )
            ],
            [self.show("You are looking. Nothing is marked.", "text3")],
            [],
        ]
        for letter in box["messages"]:
            unread = not letter["read"]
            lines.append(
                [
                    self.show("• " if unread else "  ", "accent"),
                    self.show(f"{clock(letter['created_at'])} ", "text3"),
                    self.show(f"{glyph(letter['intent'])} ", letter["intent"]),
                    self.show(
                        fit(
                            f"{one_line(letter['sender'])} → {one_line(addressees(letter['to']))}",
                            width - 13,
                        ),
                        "text2",
                    ),
                ]
            )
            lines.append(
                [
                    self.show(
                        f"  {fit(one_line(letter['subject'] or letter['body']), width - 2)}",
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


def _name(one: Any) -> str:
    """Return what stands in the column of names: a running copy's a little to the right, below
    its agent's.
    """
    return "  " + one_line(one["instance"]) if one["instance"] else one_line(one["agent"])
