"""Compose: the box in which a message is written and from which it is sent, with completed names
and the line that says whom it will reach.

Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable

from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import TextArea

from ackbox.client.http import NoServer
from ackbox.errors import AckboxError
from ackbox.faces.terminal_text import PRESENCE, fit
from ackbox.faces.tui.session import Session
from ackbox.faces.tui.state.draft import (
    INTENTS,
    PRIORITIES,
    Draft,
    completions,
    half_name,
    parse_draft,
    reach_line,
    sent_line,
)
from ackbox.faces.tui.state.member import reason
from ackbox.faces.tui.state.row import Row
from ackbox.faces.tui.widgets.bars import Bar, Hint
from ackbox.faces.tui.widgets.drawing import Line, glyph, one_line
from ackbox.faces.tui.widgets.lines import Lines

# The pause in typing after which the server previews the recipients.
PAUSE_S = 0.12


class Names(Lines):
    """Names that complete the typed text."""

    can_focus = False

    def __init__(self, session: Session) -> None:
        super().__init__(id="names")
        self._session = session
        self.found: list[tuple[str, str, str]] = []

    def offer(self, found: list[tuple[str, str, str]]) -> None:
        self.found, self.cursor = found, 0
        self.display = bool(found)
        self.styles.height = len(found)
        self.forget()
        self.show_count(len(found))

    def line(self, index: int, width: int, *, selected: bool) -> Line:
        name, presence, more = self.found[index]
        style = self._session.palette.style
        return [
            Segment(
                f"{'>' if selected else ' '} {PRESENCE[presence]} ",
                style(presence, selected=selected),
            ),
            Segment(f"{fit(one_line(name), 28)} ", style("text", selected=selected)),
            Segment(fit(one_line(more), width - 33), style("text3", selected=selected)),
        ]


class Typing(TextArea):
    """The text box; `take` handles the keys that are more than text, in the order of typing."""

    def __init__(self, take: Callable[[str], bool]) -> None:
        super().__init__(id="typing", highlight_cursor_line=False)
        self._take_key = take

    async def _on_key(self, event: events.Key) -> None:
        if self._take_key(event.key):
            event.stop()
            event.prevent_default()
            return
        await super()._on_key(event)


class Compose(Vertical):
    """The box at the bottom, hidden until it is opened; closing it keeps the text."""

    class Sent(Message):
        """The message was sent, and the box closed."""

    HINTS = (
        Hint("Enter", "send"),
        Hint("Tab", "name"),
        Hint("^J", "new line"),
        Hint("^T", "intent"),
        Hint("^P", "priority"),
        Hint("Esc", "close, keep the text", "escape"),
    )
    DEFAULT_CSS = """
    Compose { height: auto; display: none; border-top: solid $rule; background: $ground; }
    Compose Typing {
        height: auto; min-height: 1; max-height: 6; border: none; padding: 0 1;
        background: $ground; color: $foreground;
    }
    Compose Typing:focus { border: none; }
    Compose Names { height: 0; display: none; }
    """

    def __init__(self, session: Session) -> None:
        super().__init__(id="compose")
        self._session, self._member = session, session.member
        self.names, self.typing = Names(session), Typing(self._take_key)
        self.reach = Bar(id="reach", share=2)
        self.answers: Row | None = None
        self._intent, self._priority = 0, 3
        # Recipients and priority of the last preview, and its text: how soon each sees the message,
        # or an error.
        self._previewed: tuple[tuple[str, ...], int] | None = None
        self._preview: str | None = None
        self._everyone = 0
        self._problem = ""

    def compose(self) -> ComposeResult:
        yield self.names
        yield self.typing
        yield self.reach

    def begin(self, *, answers: Row | None = None, to: str | None = None) -> None:
        """Open the box, to reply to a message or to write to an agent."""
        if answers is not None and answers is not self.answers:
            mine = answers.sender == self._member.name
            names = [name for name in answers.to if name != "*"] if mine else [answers.sender]
            self.typing.text = "".join(f"@{name} " for name in names)
        elif to:
            self.typing.text = f"@{to} "
        self.answers = answers
        self.display = True
        self.typing.move_cursor(self.typing.document.end)
        self.screen.set_focus(self.typing)
        # Previewed again each time, because presence changes.
        self._previewed = None
        self.show_reach("")

    def step_back(self) -> bool:
        """Hide the names that are offered, else close the box; returns whether it closed."""
        if self.names.found:
            self.names.offer([])
            return False
        self._hide()
        return True

    def _hide(self) -> None:
        self.display = False
        self.names.offer([])

    def _forget_text(self) -> None:
        """Forget the text: it is sent."""
        self.typing.text = ""
        self.answers, self._intent, self._priority = None, 0, 3
        self._hide()

    @property
    def draft(self) -> Draft:
        mirror = self._member.mirror
        known = [each["agent"] for each in mirror.people] + mirror.awaited
        return parse_draft(
            self.typing.text,
            intent=INTENTS[self._intent],
            priority=self._priority,
            is_answer=self.answers is not None,
            known=known,
        )

    def show_reach(self, problem: str) -> None:
        """Draw the line under the text, with the problem if there is one."""
        draft = self.draft
        asked = (draft.to, draft.priority)
        if asked != self._previewed:
            self._previewed, self._preview, self._everyone = asked, None, 0
            self.run_worker(self._read_preview(*asked), group="preview", exclusive=True)
        style = self._session.palette.style
        text_style = style("urgent", bold=True) if problem else style("text2")
        left = [Segment(f" {one_line(problem or self._preview or '→')}", text_style)]
        self._problem = problem
        auto = "" if INTENTS[self._intent] else " (auto)"
        # In a narrow terminal the key that sends comes first.
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

    async def _read_preview(self, to: tuple[str, ...], priority: int) -> None:
        """Read how soon these recipients see a message, once typing pauses."""
        await asyncio.sleep(PAUSE_S)
        member = self._member
        try:
            preview = await member.link.call(
                "message.preview",
                to=list(to) or "*",
                priority=priority,
                agent=member.name if member.mirror.person(member.name) else None,
            )
            self._preview, self._everyone = reach_line(preview), preview["recipient_count"]
        except AckboxError as error:
            self._preview = error.message
        except NoServer:
            self._preview = "→ the server does not respond"
        if self.display and not self._problem:
            self.show_reach("")

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
        self.show_reach("")

    @property
    def _half(self) -> str | None:
        row, column = self.typing.cursor_location
        return half_name(self.typing.document.get_line(row)[:column])

    def _offer(self) -> None:
        mirror, half = self._member.mirror, self._half
        found = [] if half is None else completions(half, mirror.people, mirror.awaited)
        if found != self.names.found:
            self.names.offer(found)

    def _take_key(self, key: str) -> bool:
        """Handle a key that has a meaning here; returns whether it has."""
        match key:
            case "enter" | "tab":
                # Fast typing is ahead of the names on the screen.
                self._offer()
                if self.names.found and (
                    key == "tab" or self._half not in [name for name, *_ in self.names.found]
                ):
                    self._complete()
                elif key == "enter":
                    self._send()
            case "up" | "down" if self.names.found:
                self.names.move_to(self.names.cursor + (1 if key == "down" else -1))
            case "ctrl+j" | "shift+enter" | "alt+enter":
                self.typing.insert("\n")
            case "ctrl+t":
                self._intent = (self._intent + 1) % len(INTENTS)
                self.show_reach("")
            case "ctrl+p":
                self._priority = self._priority % 5 + 1 if self._priority >= 3 else 3
                self._priority = max(self._priority, 3)
                self.show_reach("")
            case _:
                return False
        return True

    def _complete(self) -> None:
        row, column = self.typing.cursor_location
        half = self._half or ""
        name = self.names.found[self.names.cursor][0]
        self.typing.replace(f"{name} ", (row, column - len(half)), (row, column))
        self.names.offer([])

    def _send(self) -> None:
        draft = self.draft
        if not draft.body:
            self.show_reach(
                "Write something first."
                if draft.to or not self.typing.text
                else "Add a text after the names."
            )
            return
        if draft.body.startswith("@"):
            # Without a name the message would go to everyone, which an @ does not mean.
            self.show_reach("Add a name after the @.")
            return
        self.run_worker(self._deliver(draft, self.answers), group="send")

    async def _deliver(self, draft: Draft, answers: Row | None) -> None:
        member = self._member
        self.show_reach("sending …")
        try:
            await member.register()
            sent = await member.call(
                "message.send",
                to=list(draft.to) or "*",
                body=draft.body,
                intent=draft.intent,
                priority=draft.priority,
                mention=True,
                idempotency_key=uuid.uuid4().hex,
                **({} if answers is None else {"parent": answers.id}),
            )
        except (NoServer, AckboxError) as error:
            # The text stays, with the reason.
            self.show_reach(f"Not sent: {reason(error)}")
            return
        self._forget_text()
        self.post_message(self.Sent())
        self._session.say(sent_line(sent))
