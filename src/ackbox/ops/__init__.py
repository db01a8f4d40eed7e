"""The verbs: every operation ackbox can do, by family. Importing this fills the table."""

from ackbox.ops import (
    activity,
    agents,
    asking,
    feed,
    history,
    inbox,
    keeping,
    keys,
    messages,
    schedules,
    sessions,
    tasks,
    threads,
    watching,
    work,
    workspaces,
)

__all__ = [
    "activity",
    "agents",
    "asking",
    "feed",
    "history",
    "inbox",
    "keeping",
    "keys",
    "messages",
    "schedules",
    "sessions",
    "tasks",
    "threads",
    "watching",
    "work",
    "workspaces",
]
