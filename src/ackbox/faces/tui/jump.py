"""Destinations: what the jump box offers: tabs, agents, workspaces, actions, settings.

Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from ackbox.faces.tui.state.mirror import Mirror

# Actions and settings: label, kind, key.
ACTIONS = (
    ("compose", "action", "c"),
    ("new task", "action", "plus"),
    ("filter", "action", "slash"),
    ("search the server", "action", "F"),
    ("undo archive", "action", "U"),
    ("pause or resume", "action", "space"),
    ("keys", "action", "question_mark"),
    ("dark or light", "setting", "T"),
    ("density", "setting", "d"),
    ("free the mouse", "setting", "m"),
    ("quit", "action", "q"),
)


def destinations(titles: Sequence[str], mirror: Mirror) -> list[tuple[str, str, str]]:
    """Return the choices as (label, kind, value); a value is a word and what it applies to."""
    return [
        *((title, "tab", f"tab {number}") for number, title in enumerate(titles, 1)),
        *((each["agent"], "agent", f"agent {each['agent']}") for each in mirror.people),
        *((name, "workspace", f"workspace {name}") for name in mirror.others),
        *((label, kind, f"press {key}") for label, kind, key in ACTIONS),
    ]
