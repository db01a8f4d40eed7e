"""Compose: where a message is written, with names completed and the line that says whom it will
reach.

Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import TextArea

from ackbox.client.http import NoServer
from ackbox.errors import AckboxError
from ackbox.faces.tui.state.draft import (
    INTENTS,
    PRIORITIES,
    Draft,
    completions,
    half_name,
    parse_draft,
    reach_line,
)
from ackbox.faces.tui.state.row import Row
from ackbox.faces.tui.widgets.bars import Bar
from ackbox.faces.tui.widgets.drawing import Line, fit, glyph, one_line
from ackbox.faces.tui.widgets.lines import Lines
from ackbox.faces.tui.widgets.palette import PRESENCE

if TYPE_CHECKING:
    from ackbox.faces.tui.app import Terminal

# How long a hand rests before the server is asked whom the message would reach.
ASK_AFTER_S = 0.12


class Names(Lines):
    """Names that complete what is being typed."""

    can_focus = False

    def __init__(self) -> None:
        super().__init__(id="names")
        self.found: list[tuple[str, str, str]] = []

    def offer(self, found: list[tuple[str, str, str]]) -> None:
        self.found, self.cursor = found, 0
        self.display = bool(found)
        self.styles.height = len(found)
        self.forget()
        self.show_count(len(found))

    def line(self, index: int, width: int, *, selected: bool) -> Line:
        name, presence, more = self.found[index]
        style = cast("Terminal", self.app).palette.style
        return [
            Segment(
                f"{'>' if selected else ' '} {PRESENCE[presence]} ",
                style(presence, selected=selected),
            ),
            Segment(f"{fit(one_line(name), 28)} ", style("text", selected=selected)),
            Segment(fit(one_line(more), width - 33), style("text3", selected=selected)),
        ]


class Typing(TextArea):
    """The text box: Enter sends, Ctrl-J begins a new line, Tab takes the name offered."""

    async def _on_key(self, event: events.Key) -> None:
        compose = cast("Compose", self.parent)
        if compose.key(event.key):
            event.stop()
            event.prevent_default()
            return
        await super()._on_key(event)


class Compose(Vertical):
    """The box at the bottom; hidden until somebody writes.

    What was typed stays when it is closed.
    """

    class Written(Message):
        """A message is to be sent."""

        def __init__(self, draft: Draft, answers: Row | None) -> None:
            self.draft, self.answers = draft, answers
            super().__init__()

    DEFAULT_CSS = """
    Compose { height: auto; display: none; border-top: solid $rule; background: $ground; }
    Compose Typing {
        height: auto; min-height: 1; max-height: 6; border: none; padding: 0 1;
        background: $ground; color: $foreground;
    }
    Compose Typing:focus { border: none; }
    Compose Names { height: 0; display: none; }
    """

    def __init__(self) -> None:
        super().__init__(id="compose")
        self.names, self.typing, self.reach = (
            Names(),
            Typing(id="typing", highlight_cursor_line=False),
            Bar(id="reach", share=2),
        )
        self.answers: Row | None = None
        self._intent, self._priority = 0, 3
        # Whom the server was asked about, and what it said: how each is reached, or what is wrong
        # with it.
        self._asked_for: tuple[str, ...] | None = None
        self._told: str | None = None
        self._everyone = 0
        self._problem = ""

    def compose(self) -> ComposeResult:
        yield self.names
        yield self.typing
        yield self.reach

    @property
    def terminal(self) -> Terminal:
        return cast("Terminal", self.app)

    def begin(self, *, answers: Row | None = None, to: list[str] | None = None) -> None:
        """Open the box, to answer a message or to write to somebody."""
        if answers is not None and answers is not self.answers:
            mine = answers.sender == self.terminal.name_of_me
            names = [name for name in answers.to if name != "*"] if mine else [answers.sender]
            self.typing.text = "".join(f"@{name} " for name in names)
        elif to:
            self.typing.text = "".join(f"@{name} " for name in to)
        self.answers = answers
        self.display = True
        self.typing.move_cursor(self.typing.document.end)
        self.screen.set_focus(self.typing)
        # Asked again each time: who was here before may have left.
        self._asked_for = None
        self.tell("")

    def end(self) -> None:
        self.display = False
        self.names.offer([])

    def clear(self) -> None:
        """Forget what was typed: it is sent."""
        self.typing.text = ""
        self.answers, self._intent, self._priority = None, 0, 3
        self.end()

    @property
    def draft(self) -> Draft:
        known = [each["agent"] for each in self.terminal.post.people] + self.terminal.post.awaited
        return parse_draft(
            self.typing.text,
            intent=INTENTS[self._intent],
            priority=self._priority,
            is_answer=self.answers is not None,
            known=known,
        )

    def tell(self, problem: str) -> None:
        """Draw the line under the text again, with what went wrong if something did."""
        draft = self.draft
        if draft.to != self._asked_for:
            self._asked_for, self._told, self._everyone = draft.to, None, 0
            self.terminal.run_worker(self._ask(draft.to), group="preview", exclusive=True)
        style = self.terminal.palette.style
        said = style("urgent", bold=True) if problem else style("text2")
        left = [Segment(f" {one_line(problem or self._told or '→')}", said)]
        self._problem = problem
        auto = "" if INTENTS[self._intent] else " (auto)"
        # Where there is little room the key that sends comes first.
        is_narrow = self.size.width < 100
        urgency = "" if is_narrow and draft.priority == 3 else f"{PRIORITIES[draft.priority]}  "
        right = [
            Segment(
                f"  {glyph(draft.intent)}"
                f" {draft.intent.replace('_', ' ')}{'' if is_narrow else auto}  ",
                style(draft.intent),
            ),
            Segment(urgency, style({4: "high", 5: "urgent"}.get(draft.priority, "text3"))),
            Segment(self._hint(draft), style("text3")),
        ]
        self.reach.show(left, right)

    async def _ask(self, to: tuple[str, ...]) -> None:
        """Ask the server whom this would reach, once the hand rests."""
        await asyncio.sleep(ASK_AFTER_S)
        terminal = self.terminal
        me = terminal.name_of_me if terminal.post.person(terminal.name_of_me) else None
        try:
            self._told = reach_line(
                told := await terminal.link.call("message.preview", to=list(to) or "*", agent=me)
            )
            self._everyone = told["recipient_count"]
        except AckboxError as error:
            self._told = error.message
        except NoServer:
            self._told = "→ no server answers now"
        if self.display and not self._problem:
            self.tell("")

    def _hint(self, draft: Draft) -> str:
        send = (
            f"Enter sends to all {self._everyone}"
            if draft.is_everyone and self._everyone
            else "Enter sends"
        )
        return (
            f"{send} · Ctrl-T intent · Ctrl-P priority " if self.size.width >= 100 else f"{send} "
        )

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        self._offer()
        self.tell("")

    @property
    def _half(self) -> str | None:
        row, column = self.typing.cursor_location
        return half_name(self.typing.document.get_line(row)[:column])

    def _offer(self) -> None:
        post, half = self.terminal.post, self._half
        found = [] if half is None else completions(half, post.people, post.awaited)
        if found != self.names.found:
            self.names.offer(found)

    def key(self, key: str) -> bool:
        """Take a key that means something here; whether it did."""
        match key:
            case "enter" | "tab":
                # A fast hand is ahead of what is drawn.
                self._offer()
                if self.names.found and (
                    key == "tab" or self._half not in [name for name, *_ in self.names.found]
                ):
                    self._take()
                elif key == "enter":
                    self._send()
            case "up" | "down" if self.names.found:
                self.names.move_to(self.names.cursor + (1 if key == "down" else -1))
            case "ctrl+j" | "shift+enter" | "alt+enter":
                self.typing.insert("\n")
            case "ctrl+t":
                self._intent = (self._intent + 1) % len(INTENTS)
                self.tell("")
            case "ctrl+p":
                self._priority = self._priority % 5 + 1 if self._priority >= 3 else 3
                self._priority = max(self._priority, 3)
                self.tell("")
            case _:
                return False
        return True

    def _take(self) -> None:
        row, column = self.typing.cursor_location
        half = self._half or ""
        name = self.names.found[self.names.cursor][0]
        self.typing.replace(f"{name} ", (row, column - len(half)), (row, column))
        self.names.offer([])

    def _send(self) -> None:
        draft = self.draft
        if not draft.body:
            self.tell(
                "Write something first."
                if draft.to or not self.typing.text
                else "There is no text after the names."
            )
            return
        if draft.body.startswith("@"):
            # Without a name it would be for everyone, which is not what an @ says.
            self.tell("There is no name after the @.")
            return
        self.post_message(self.Written(draft, self.answers))
