"""Questions: the box for a filter, a list to choose from, and a yes or no.

Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from ackbox.faces.terminal_text import fit, width
from ackbox.faces.tui.widgets.bars import Bar, keys_line
from ackbox.faces.tui.widgets.drawing import Line, one_line
from ackbox.faces.tui.widgets.lines import Lines
from ackbox.faces.tui.widgets.palette import Palette


class Choices(Lines):
    """The choices that match what is typed."""

    can_focus = False

    def __init__(self, palette: Palette) -> None:
        super().__init__(id="choices")
        self._palette = palette
        self.found: list[tuple[str, str, str]] = []
        self._kind_cells = 12

    def offer(self, found: list[tuple[str, str, str]]) -> None:
        self.found, self.cursor = found, 0
        self._kind_cells = max([12, *(width(kind) for _, kind, _ in found)])
        self.forget()
        self.show_count(len(found))

    def line(self, index: int, width: int, *, selected: bool) -> Line:
        name, kind, _ = self.found[index]
        style, kinds = self._palette.style, min(self._kind_cells, width * 2 // 3)
        return [
            Segment(f"{'>' if selected else ' '} ", style("accent", bold=True, selected=selected)),
            Segment(fit(one_line(name), width - 2 - kinds), style("text", selected=selected)),
            Segment(fit(kind, kinds), style("text3", selected=selected)),
        ]


class Jump(ModalScreen[str | None]):
    """A list to choose from: type part of a name, Enter takes it.

    Returns the value of the choice, or `free` followed by the typed text if no choice matches;
    if `free` is null, only a choice is accepted.
    """

    DEFAULT_CSS = """
    Jump { align: center top; background: transparent; }
    Jump Vertical {
        width: 64; max-width: 100%; height: auto; margin-top: 2;
        border: round $accent; background: $ground;
    }
    Jump Input { border: none; height: 1; background: $ground; }
    Jump Input:focus { border: none; }
    Jump Choices { height: 10; }
    Jump.-bare Choices { display: none; }
    Jump.-wide Vertical { width: 140; }
    Jump.-wide Choices { height: 20; max-height: 80%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", show=False)]

    def __init__(
        self,
        palette: Palette,
        choices: list[tuple[str, str, str]],
        *,
        asks: str = "go to …",
        free: str | None = "find ",
        is_wide: bool = False,
    ) -> None:
        super().__init__()
        self.set_class(not choices, "-bare")
        self.set_class(is_wide, "-wide")
        self._asks, self._free = asks, free
        self._all = choices
        self._choices = Choices(palette)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Input(placeholder=self._asks, id="jump-input")
            yield self._choices

    def on_mount(self) -> None:
        self._choices.offer(self._all)

    def on_input_changed(self, event: Input.Changed) -> None:
        wanted = event.value.casefold()
        found = [each for each in self._all if wanted in f"{each[0]} {each[1]}".casefold()]
        self._choices.offer(
            sorted(found, key=lambda each: not each[0].casefold().startswith(wanted))
        )

    def on_input_submitted(self, event: Input.Submitted) -> None:
        found = self._choices.found
        if found:
            self.dismiss(found[self._choices.cursor][2])
        elif self._free is not None:
            self.dismiss(f"{self._free}{event.value.strip()}")

    def on_key(self, event: events.Key) -> None:
        if event.key in ("up", "down", "ctrl+n"):
            event.stop()
            self._choices.move_to(self._choices.cursor + (-1 if event.key == "up" else 1))

    def action_cancel(self) -> None:
        self.dismiss(None)


class Sure(ModalScreen[bool]):
    """A yes or no, before an action that cannot be undone."""

    DEFAULT_CSS = """
    Sure { align: center bottom; background: transparent; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", show=False),
        Binding("n,escape,q", "answer(False)", show=False),
    ]

    def __init__(self, palette: Palette, question: str) -> None:
        super().__init__()
        self._palette, self._question = palette, question

    def compose(self) -> ComposeResult:
        yield Bar()

    def on_mount(self) -> None:
        style = self._palette.style
        answers = [("y", "yes", "screen.answer(True)"), ("n", "no", "screen.answer(False)")]
        keys, actions = keys_line(answers, style("accent", bold=True), style("text"))
        room = max(self.app.size.width - sum(segment.cell_length for segment in keys) - 2, 0)
        question = f" {fit(self._question, room).rstrip()} "
        at = width(question)
        line = [Segment(question, style("urgent", bold=True)), *keys]
        self.query_one(Bar).show(
            line, [], actions=[(start + at, end + at, action) for start, end, action in actions]
        )

    def action_answer(self, is_sure: bool) -> None:
        self.dismiss(is_sure)


class FilterBox(Input):
    """The box for a filter, which applies while it is typed."""

    DEFAULT_CSS = """
    FilterBox { height: 1; border: none; padding: 0 1; display: none; background: $ground; }
    FilterBox:focus { border: none; }
    """

    def __init__(self) -> None:
        super().__init__(
            placeholder='/ from:claude to:codex intent:blocked is:unacked "exact words"',
            id="filter",
        )
