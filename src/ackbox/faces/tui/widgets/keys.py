"""Keys: what each one does, declared by the widget that it concerns.

A widget lists its keys in `KEYS`, with actions of its own. The screen takes every key and runs the
action on the first of these that has one: the pane in use, the tab in sight, a tab whose key works
everywhere, the screen itself. Textual's own bindings follow the focus, which moves only after a
layout: of keys typed fast, the second could miss the pane that the first one opened. Explained in
docs/howto/terminal.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import Binding
from textual.keys import _character_to_key
from textual.screen import ModalScreen

from ackbox.config import BadSettings
from ackbox.faces.terminal_text import fit
from ackbox.faces.tui.widgets.drawing import Line
from ackbox.faces.tui.widgets.lines import Lines
from ackbox.faces.tui.widgets.palette import Palette


class Key(NamedTuple):
    """One key, or several with the same action."""

    # As people press them; empty if an entry before it shows them.
    shown: str
    # As Textual names them.
    names: str
    action: str
    description: str
    # Whether it works while another tab is in sight.
    is_everywhere: bool = False


def find(keys: Sequence[Key], name: str, *, everywhere_only: bool = False) -> str | None:
    """Return the action of a key, or null."""
    return next(
        (
            key.action
            for key in keys
            if name in key.names.split(",") and (key.is_everywhere or not everywhere_only)
        ),
        None,
    )


def character_to_key(c: str) -> str:
    """Return Textual's name of the key that types a character."""
    return c if c.isalnum() else _character_to_key(c)


def keymap(wanted: Mapping[str, str], keys: Sequence[Key]) -> dict[str, str]:
    """Return the keys of the settings, in Textual's names, with the key of ours that each stands
    for. Raises BadSettings.
    """
    ours = {name for key in keys for name in key.names.split(",") if name}
    found = {}
    for own, meant in wanted.items():
        name = character_to_key(meant) if len(meant) == 1 else meant
        if name not in ours:
            raise BadSettings(
                f"The settings give {own!r} the key {meant!r}, which does nothing here. Use one of:"
                f" {', '.join(sorted(ours))}."
            )
        found[character_to_key(own) if len(own) == 1 else own] = name
    return found


class KeyList(Lines):
    """The keys, one a line."""

    has_cursor = False

    def __init__(self, palette: Palette, keys: Iterable[Key]) -> None:
        super().__init__(id="key-list")
        self._palette = palette
        self._keys = [key for key in keys if key.shown]

    def on_mount(self) -> None:
        self.show_count(len(self._keys))

    def line(self, index: int, width: int, *, selected: bool) -> Line:
        key = self._keys[index]
        return [
            Segment(fit(f" {key.shown}", 17), self._palette.style("accent", bold=True)),
            Segment(fit(key.description, width - 17), self._palette.style("text")),
        ]


class KeysScreen(ModalScreen[None]):
    """The overlay that lists the keys; it scrolls if the screen is too small."""

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

    def __init__(self, palette: Palette, keys: Sequence[Key]) -> None:
        super().__init__()
        self._palette, self._keys = palette, keys

    def compose(self) -> ComposeResult:
        keys = KeyList(self._palette, self._keys)
        keys.border_title = "keyboard shortcuts"
        if len([key for key in self._keys if key.shown]) + 2 > self.app.size.height:
            keys.border_subtitle = "j k more · Esc closes"
        yield keys

    def action_move(self, by: int) -> None:
        self.query_one(KeyList).move(by)
