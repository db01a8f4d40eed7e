"""Task moves: the states that a task can go to from its state.

The server decides; this only lists the choices. No drawing and no calls. Explained in
docs/howto/terminal.md.
"""

from __future__ import annotations

from typing import Any, cast

from ackbox.errors import Conflict
from ackbox.model.task import STATUSES, Status, check_change

# The columns of the dashboard's board, each with the state that a step into it sets.
COLUMNS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"open"}), "open"),
    (frozenset({"claimed", "in_progress"}), "in_progress"),
    (frozenset({"blocked"}), "blocked"),
    (frozenset({"review"}), "review"),
    (frozenset({"done", "failed", "cancelled"}), "done"),
)
# States that need an explanation, and the question that asks for it.
QUESTIONS = {
    "blocked": "What blocks it? Enter leaves it empty",
    "failed": "What went wrong? Enter leaves it empty",
}


def allowed(task: Any) -> list[str]:
    """Return the states that a task can go to from its current state."""
    found: list[str] = []
    for status in STATUSES:
        try:
            check_change(
                cast(Status, task["status"]), status, has_assignee=task["assignee"] is not None
            )
        except Conflict:
            continue
        if status != task["status"]:
            found.append(status)
    return found


def column_of(task: Any) -> int:
    """Return the index of the column that holds a task."""
    return next(at for at, (states, _) in enumerate(COLUMNS) if task["status"] in states)


def label(status: str) -> str:
    """Return a state as people read it."""
    return status.replace("_", " ")


def choices_line(task: Any) -> str:
    """Return a sentence that lists the states that a task can go to."""
    return f"#{task['number']} can become {', '.join(label(status) for status in allowed(task))}."
