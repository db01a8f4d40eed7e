"""Keys: what each does, in one list that the bindings, the bottom line and the overlay read.

Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from ackbox.faces.tui.widgets.drawing import Line, fit
from ackbox.faces.tui.widgets.lines import Lines
from ackbox.faces.tui.widgets.palette import Palette

# Keys as people press them, as Textual names them, the action, what it does. All of them are taken
# by the screen as a whole,
# one after the other: were the list to take some, "k, r" typed fast could answer the wrong message.
KEYS: tuple[tuple[str, str, str, str], ...] = (
    ("j k ↑ ↓", "j,down", "move(1)", "next, previous"),
    ("", "k", "move(-1)", ""),
    ("", "up", "move(-1)", ""),
    ("n p", "n", "unacked(1)", "next, previous that is not acknowledged by all"),
    ("", "p", "unacked(-1)", ""),
    ("PgUp PgDn", "pagedown,ctrl+d", "page(1)", "a page on, back"),
    ("", "pageup,ctrl+u", "page(-1)", ""),
    ("g G", "g,home", "end(False)", "first, newest and go on with what comes"),
    ("", "G,end", "end(True)", ""),
    ("1 … 6, h l ← →", "h", "tab(-1)", "tabs"),
    ("", "left", "tab(-1)", ""),
    ("", "l", "tab(1)", ""),
    ("", "right", "tab(1)", ""),
    ("g + n l t a k h", "", "", "Needs you, Live, Threads, Agents, tasKs, Health"),
    *(("", str(n), f"show_tab({n})", "") for n in range(1, 7)),
    ("Tab", "tab", "next_pane", "next pane"),
    ("Enter", "enter", "open", "open in full"),
    ("Esc", "escape", "back", "back; lets go of what is selected, drops the filter"),
    ("c i", "c,i", "compose", "compose"),
    ("r", "r", "reply", "reply; acknowledges what is your own post"),
    ("t", "t", "thread", "open the thread"),
    ("a", "a", "mark('acknowledged')", "acknowledge: your own post only"),
    ("u", "u", "mark('read')", "read, and again for unread: your own post only"),
    ("e", "e", "mark('archived')", "archive: your own post only"),
    ("x", "x", "pick", "select, or not; also Ctrl and a click"),
    ("Shift ↑ ↓", "shift+down", "extend(1)", "select on; also Shift and a click"),
    ("", "shift+up", "extend(-1)", ""),
    (".", "full_stop", "doings", "do with the selected: messages, tasks"),
    ("[ ]", "left_square_bracket", "task_step(-1)", "Tasks: to the state before, the next one"),
    ("", "right_square_bracket", "task_step(1)", ""),
    ("s", "s", "task_states", "Tasks: to any other state"),
    ("o f", "o", "task_claim", "Tasks: make it your own, for somebody else"),
    ("", "f", "task_assign", ""),
    ("+", "plus", "task_new", "a new task"),
    ("X", "X", "task_cancel", "Tasks: cancel it; asks first"),
    ("/", "slash", "filter", 'filter: from:claude intent:blocked is:unacked "words"'),
    (": Ctrl-K", "colon,ctrl+k", "jump", "jump to a tab, agent, message, setting, workspace"),
    ("Space", "space", "hold", "hold the stream, let it go on"),
    ("y Y", "y", "copy('text')", "copy the text, the id"),
    ("", "Y", "copy('id')", ""),
    ("w", "w", "window", "Health: look further back; Threads: the unanswered too"),
    ("d", "d", "density", "density: normal, roomy, compact"),
    ("m", "m", "mouse", "free the mouse, so that the terminal selects text"),
    ("T", "T", "theme", "dark, light"),
    ("?", "question_mark", "keys", "these keys"),
    ("q Ctrl-C", "q", "leave", "leave; nothing is lost"),
)

# After a g: a letter for each tab, by its number.
AFTER_G = {"l": 1, "n": 2, "t": 3, "a": 4, "k": 5, "h": 6}
AFTER_G_S = 1.0


def bindings() -> list[BindingType]:
    """Return the keys of the whole screen."""
    mine: list[BindingType] = [
        Binding(keys, f"key({n})", does, show=False, priority=True)
        for n, (_, keys, _, does) in enumerate(KEYS)
        if keys
    ]
    return [*mine, Binding("ctrl+c", "leave", show=False, priority=True)]


class KeyList(Lines):
    """The keys, one a line."""

    has_cursor = False

    def __init__(self, palette: Palette) -> None:
        super().__init__(id="key-list")
        self._palette = palette
        self._keys = [(keys, does) for keys, _, _, does in KEYS if keys]

    def on_mount(self) -> None:
        self.show_count(len(self._keys))

    def line(self, index: int, width: int, *, selected: bool) -> Line:
        keys, does = self._keys[index]
        return [
            Segment(fit(f" {keys}", 17), self._palette.style("accent", bold=True)),
            Segment(fit(does, width - 17), self._palette.style("text")),
        ]


class KeysScreen(ModalScreen[None]):
    """The overlay that lists the keys; it scrolls where they are more than the screen has lines."""

    DEFAULT_CSS = """
    KeysScreen { align: center middle; background: transparent; }
    KeysScreen KeyList {
        width: 76; max-width: 100%; height: auto; max-height: 100%;
        border: round $accent; border-title-color: $accent;
    }
    """
    BINDINGS = [
        Binding("escape,q,question_mark,enter,space", "dismiss", show=False),
        *(
            Binding(keys, f"move({by})", show=False)
            for keys, by in (
                ("j,down", 1),
                ("k,up", -1),
                ("pagedown,G,end", 99),
                ("pageup,g,home", -99),
            )
        ),
    ]

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._palette = palette

    def compose(self) -> ComposeResult:
        keys = KeyList(self._palette)
        keys.border_title = "keys"
        if len([each for each in KEYS if each[0]]) + 2 > self.app.size.height:
            keys.border_subtitle = "j k more · Esc closes"
        yield keys

    def action_move(self, by: int) -> None:
        self.query_one(KeyList).move(by)
