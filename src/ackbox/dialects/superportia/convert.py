"""How SuperPortia's arguments become ours: one value each.

Explained in docs/howto/coming-from-superportia.md.
"""

from __future__ import annotations

import re

from ackbox.errors import Invalid

# The states of a work order; the order is that of its life.
STATES = {
    "pending": "open",
    "accepted": "claimed",
    "in_progress": "in_progress",
    "blocked": "blocked",
    "review": "review",
    "approved": "done",
    "rejected": "failed",
    "cancelled": "cancelled",
}
URGENCIES = {"low": 2, "normal": 3, "medium": 3, "high": 4, "critical": 5, "urgent": 5}


def priority(word: str) -> int:
    """Return the priority for `normal` or `urgent`."""
    return {"normal": 3, "urgent": 5}[word]


def ids_of_short(given: str) -> list[str]:
    """Return the number of a message whose short id is given, as the one id to mark."""
    if not re.fullmatch(r"msg-[0-9a-f]{12}", given):
        raise Invalid("This is no message's id.", hint="Use an id that a reading call returned.")
    return [f"#{int(given[4:], 16)}"]


def mark(is_read: bool) -> str:
    """Return the mark for `read` true or false."""
    return "read" if is_read else "unread"


def urgency(word: str) -> int:
    """Return the priority of a work order."""
    return URGENCIES[word]


def state(word: str) -> str:
    """Return our state for one of theirs; `all` for every state."""
    return STATES.get(word, word)


def verdict(is_approved: bool) -> str:
    """Return the state after a review."""
    return "done" if is_approved else "failed"


def minutes(hours: float) -> int:
    """Return hours as whole minutes."""
    return round(hours * 60)


def number(order: str) -> str:
    """Return the number of the task whose work order id is given."""
    found = re.fullmatch(r"WO-\d{4}-\d{4}-([0-9A-Fa-f]{3,12})", order)
    if found is None:
        raise Invalid(
            f"{order[:40]!r} is no work order's id.",
            hint="Use an id such as WO-2026-0305-001, from list_work_orders.",
        )
    return str(int(found[1], 16))
