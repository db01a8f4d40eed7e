"""The verbs: every operation ackbox can do, by family. Importing this fills the table."""

from ackbox.ops import (
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
