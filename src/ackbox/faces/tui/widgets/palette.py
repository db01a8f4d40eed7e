"""The palette: glyphs, and colours for dark, light and sixteen-colour terminals.

Shape first, colour second: no meaning depends on colour alone. Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from rich.style import Style
from textual.theme import Theme

# Intent → glyph; other intents are shown with a dot.
GLYPHS = {
    "question": "?",
    "handoff": "→",
    "review_request": "◇",
    "blocked": "✕",
    "context_share": "≡",
    "inform": "·",
    "request": "»",
    "alert": "△",
    "error": "!",
    "status": "✓",
    "answer": "↳",
}
TASK_GLYPH = "▪"
RECEIPTS = ("○", "◐", "◑", "●")
SELECTED = ">"
# In the same place, on selected lines, and on those for which an action failed.
PICKED, FAILED = "*", "✕"

DARK = {
    "ground": "#0e0f11",
    "second": "#141518",
    "third": "#23262f",
    "text": "#e8e9ec",
    "text2": "#b3b7bf",
    "text3": "#8d929c",
    "accent": "#98a2ff",
    "human": "#98a2ff",
    "question": "#7fb0ff",
    "handoff": "#74d295",
    "review_request": "#bd9bff",
    "blocked": "#ff8f87",
    "context_share": "#5fd0de",
    "status": "#989da7",
    "task": "#f0b35c",
    "request": "#f0b35c",
    "alert": "#ff7fb0",
    "error": "#ff8f87",
    "answer": "#5fd0de",
    "high": "#f0a020",
    "urgent": "#ff6b6f",
    "online": "#74d295",
    "idle": "#f0b35c",
    "rule": "#2a2d33",
    "picked": "#1b1d33",
}
LIGHT = {
    "ground": "#ffffff",
    "second": "#f7f7f5",
    "third": "#e7e8f3",
    "text": "#1a1b1e",
    "text2": "#4c5058",
    "text3": "#646973",
    "accent": "#4353c4",
    "human": "#4353c4",
    "question": "#1f5fbf",
    "handoff": "#1c6e3a",
    "review_request": "#6f3fc0",
    "blocked": "#b3261e",
    "context_share": "#0c6a77",
    "status": "#5b606a",
    "task": "#8a5200",
    "request": "#8a5200",
    "alert": "#a8134e",
    "error": "#b3261e",
    "answer": "#0c6a77",
    "high": "#8a5200",
    "urgent": "#c4262b",
    "online": "#1c6e3a",
    "idle": "#8a5200",
    "rule": "#d9d9d4",
    "picked": "#f1f2fd",
}
# The terminal's own sixteen colours; its ground and text colours stay as configured. Plain blue and
# red are too dark on a dark ground; yellow, green and cyan are too light on a light one.
_OWN = dict.fromkeys(
    ("ground", "second", "third", "text", "text2", "text3", "status", "rule"), "default"
)
SIXTEEN = {
    **_OWN,
    "accent": "bright_blue",
    "human": "bright_magenta",
    "question": "bright_blue",
    "handoff": "green",
    "review_request": "bright_magenta",
    "blocked": "bright_red",
    "context_share": "cyan",
    "task": "yellow",
    "request": "yellow",
    "alert": "bright_magenta",
    "error": "bright_red",
    "answer": "cyan",
    "high": "yellow",
    "urgent": "bright_red",
    "online": "green",
    "idle": "yellow",
}
SIXTEEN_LIGHT = {
    **_OWN,
    "accent": "blue",
    "human": "magenta",
    "question": "blue",
    "handoff": "blue",
    "review_request": "magenta",
    "blocked": "red",
    "context_share": "blue",
    "task": "magenta",
    "request": "magenta",
    "alert": "magenta",
    "error": "red",
    "answer": "blue",
    "high": "magenta",
    "urgent": "red",
    "online": "blue",
    "idle": "magenta",
}
COLOURS = {
    "ackbox-dark": DARK,
    "ackbox-light": LIGHT,
    "ackbox-sixteen-dark": SIXTEEN,
    "ackbox-sixteen-light": SIXTEEN_LIGHT,
}


class Palette:
    """Styles by their meaning, in one theme."""

    def __init__(self, theme: str) -> None:
        self.name = theme
        self._colours = COLOURS[theme]
        self.is_sixteen = theme.startswith("ackbox-sixteen")
        self._styles: dict[tuple[str, bool, bool], Style] = {}

    def style(self, means: str, *, bold: bool = False, selected: bool = False) -> Style:
        """Return the style for a meaning, on the ground or on the line under the cursor."""
        key = (means, bold, selected)
        if key not in self._styles:
            self._styles[key] = self._make(means, bold=bold, selected=selected)
        return self._styles[key]

    @property
    def picked(self) -> Style | None:
        """The ground of a selected line; null with sixteen colours, where its sign is enough."""
        return None if self.is_sixteen else Style(bgcolor=self._colours["picked"])

    def _make(self, means: str, *, bold: bool, selected: bool) -> Style:
        colours = self._colours
        colour = colours.get(means, colours["text2"])
        if self.is_sixteen:
            # One colour for the whole line: reversed, each colour would become a ground.
            return Style(
                color="default" if selected else colour,
                bold=bold,
                dim=means in ("text3", "rule") and not selected,
                reverse=selected,
            )
        return Style(color=colour, bgcolor=colours["third" if selected else "ground"], bold=bold)


# Variables that Textual's own style sheets use in every theme.
_ANSI = {
    "ansi-background": "ansi_default",
    "ansi-foreground": "ansi_default",
    "border-blurred": "ansi_default",
}


def theme_name(wanted: str | None, *, is_sixteen: bool, ground: str | None) -> str:
    """Return the theme to begin with; `ground` is the terminal's COLORFGBG."""
    is_light = (ground or "").rpartition(";")[2] in ("7", "15")
    return f"ackbox-{'sixteen-' if is_sixteen else ''}{wanted or ('light' if is_light else 'dark')}"


def themes() -> list[Theme]:
    """Return the themes for the parts that Textual draws: scroll bars, borders, the text cursor."""
    return [_theme(name, colours) for name, colours in COLOURS.items()]


def _theme(name: str, colours: dict[str, str]) -> Theme:
    if name.startswith("ackbox-sixteen"):
        accent = f"ansi_{colours['accent']}"
        return Theme(
            name=name,
            ansi=True,
            primary=accent,
            accent=accent,
            foreground="ansi_default",
            background="ansi_default",
            surface="ansi_default",
            panel="ansi_default",
            boost="ansi_default",
            dark=True,
            variables={
                **_ANSI,
                "rule": "ansi_default",
                "ground": "ansi_default",
                "second": "ansi_default",
                "input-cursor-text-style": "reverse",
                "input-cursor-background": "ansi_default",
                "input-cursor-foreground": "ansi_default",
                "scrollbar": "ansi_default",
                "scrollbar-hover": "ansi_default",
                "scrollbar-active": "ansi_default",
                "scrollbar-background": "ansi_default",
                "scrollbar-background-hover": "ansi_default",
                "scrollbar-background-active": "ansi_default",
                "scrollbar-corner-color": "ansi_default",
                "input-selection-background": "ansi_blue",
                "input-selection-foreground": "ansi_default",
            },
        )
    return Theme(
        name=name,
        primary=colours["accent"],
        accent=colours["accent"],
        foreground=colours["text"],
        background=colours["ground"],
        surface=colours["ground"],
        panel=colours["second"],
        dark=name.endswith("dark"),
        variables={
            **_ANSI,
            "rule": colours["rule"],
            "ground": colours["ground"],
            "second": colours["second"],
            "scrollbar": colours["rule"],
            "scrollbar-background": colours["ground"],
            "scrollbar-hover": colours["text3"],
            "scrollbar-active": colours["accent"],
            "scrollbar-background-hover": colours["ground"],
            "scrollbar-background-active": colours["ground"],
            "scrollbar-corner-color": colours["ground"],
        },
    )
