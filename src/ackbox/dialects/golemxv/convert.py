"""How GolemXV's arguments become ours: one value each.

Explained in docs/howto/coming-from-golemxv.md.
"""

from __future__ import annotations

HUMAN = " (human)"
STATUSES = {"pending": "open", "assigned": "claimed", "completed": "done"}
EVENTS = {
    "checkin": "session.started",
    "checkout": "session.ended",
    "scope_change": "session.changed",
    "message": "message.sent",
}
LEVELS = {"low": 2, "medium": 3, "high": 4, "critical": 5}


def unlabelled(name: str) -> str:
    """Return a name without the label that people's names carry."""
    return name.removesuffix(HUMAN)


def intent(type: str) -> str:
    """Return the intent for a type of message."""
    return {"text": "inform", "status": "status", "request": "request"}[type]


def task_status(status: str) -> str:
    """Return our status for theirs."""
    return STATUSES.get(status, status)


def priorities(level: str) -> list[int]:
    """Return the priorities of a level."""
    return [1, 2] if level == "low" else [LEVELS[level]]


def session_state(state: str) -> str:
    """Return our state of a session for theirs."""
    return "ended" if state == "checked_out" else state


def event_kinds(type: str) -> list[str]:
    """Return our kinds of event for a type of theirs; another word is a kind of ours."""
    return [EVENTS.get(type, type)]
