"""The `task` tool: one tool for a model, whose `action` says which operation of tasks it is.

Names and the shape that is offered; validation and meaning are the operations'. Explained in
docs/reference/mcp.md.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from ackbox.model.task import Cause

# What each action is: the operation, and what it fixes.
ACTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "add": ("task.create", {}),
    "list": ("task.list", {}),
    "search": ("task.search", {}),
    "get": ("task.get", {}),
    "claim": ("task.claim", {}),
    "start": ("task.update", {"status": "in_progress"}),
    "review": ("task.update", {"status": "review"}),
    "done": ("task.update", {"status": "done"}),
    "block": ("task.update", {"status": "blocked"}),
    "fail": ("task.update", {"status": "failed"}),
    "cancel": ("task.update", {"status": "cancelled"}),
    "reopen": ("task.update", {"status": "open"}),
    "edit": ("task.update", {}),
    "assign": ("task.assign", {}),
    "depend": ("task.depend", {}),
}

Action = Literal[
    "add",
    "list",
    "search",
    "get",
    "claim",
    "start",
    "review",
    "done",
    "block",
    "fail",
    "cancel",
    "reopen",
    "edit",
    "assign",
    "depend",
]


class TaskCall(msgspec.Struct, frozen=True, kw_only=True):
    """What a model is offered; an operation's other parameters are taken too."""

    action: Action
    agent: Annotated[str, Meta(description="Who you are; else the key's own name")] | None = None
    id: (
        Annotated[
            str,
            Meta(description="Id or number; claim without it takes the most urgent that is free"),
        ]
        | None
    ) = None
    title: str | None = None
    description: str | None = None
    to: (
        Annotated[str, Meta(description="add, assign: for whom; whoever claims it when left out")]
        | None
    ) = None
    priority: Annotated[int, Meta(description="5 is most urgent")] | None = None
    project: str | None = None
    tags: list[str] | None = None
    due_at: str | None = None
    depends_on: (
        Annotated[list[str], Meta(description="add, edit: tasks to be done first")] | None
    ) = None
    on: Annotated[list[str], Meta(description="depend: the same, more of them")] | None = None
    note: Annotated[str, Meta(description="What came of it, or why not")] | None = None
    blocked_by: str | None = None
    blocked_cause: Cause | None = None
    status: (
        Annotated[
            str, Meta(description="list, search: states, or unfinished, active, finished, all")
        ]
        | None
    ) = None
    mine: bool | None = None
    query: str | None = None
    limit: int | None = None
    cursor: str | None = None
