"""Keys of the whole screen.

Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from ackbox.faces.tui.widgets.keys import Key

# After a g: the letter of each tab, and how soon it has to follow.
AFTER_G = {"l": 1, "n": 2, "t": 3, "a": 4, "k": 5, "h": 6}
AFTER_G_S = 1.0
SCREEN_KEYS: tuple[Key, ...] = (
    Key("1 … 6, h l ← →", "h,left", "tab(-1)", "a tab; the previous, the next tab"),
    Key("", "l,right", "tab(1)", ""),
    Key("g + n l t a k h", "", "", "Needs you, Live, Threads, Agents, tasKs, Health"),
    *(Key("", str(n), f"show_tab({n})", "") for n in range(1, 7)),
    Key("Tab", "tab", "next_pane", "next pane"),
    Key("Enter", "enter", "open", "open"),
    Key("Esc", "escape", "back", "back; clears the selection, then the filter"),
    Key(": Ctrl-K", "colon,ctrl+k", "jump", "go to a tab, agent, message, setting, workspace"),
    Key("d", "d", "density", "density: normal, roomy, compact"),
    Key("m", "m", "mouse", "free the mouse, to select text in the terminal"),
    Key("T", "T", "theme", "dark or light"),
    Key("?", "question_mark", "keys", "keyboard shortcuts"),
    Key("q Ctrl-C", "q", "leave", "quit"),
)
