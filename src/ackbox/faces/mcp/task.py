"""The `task` tool: one tool for all task operations, selected by `action`.

Its names and the schema it offers; validation and meaning are the operations'. Explained in
docs/reference/mcp.md.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from ackbox.model.task import Cause

# The operation of each action, and the parameters that the action fixes.
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
    """The schema offered to a model; the operation's other parameters are accepted as well."""

    action: Action
    agent: Annotated[str, Meta(description="Your agent name; by default the key's")] | None = None
    id: (
        Annotated[
            str,
            Meta(
                description="Id or number; claim without it takes the most urgent unassigned task"
            ),
        ]
        | None
    ) = None
    title: str | None = None
    description: str | None = None
    to: (
        Annotated[
            str, Meta(description="add, assign: the assignee; without one any agent can claim it")
        ]
        | None
    ) = None
    priority: Annotated[int, Meta(description="5 is most urgent")] | None = None
    project: str | None = None
    tags: list[str] | None = None
    due_at: str | None = None
    depends_on: (
        Annotated[list[str], Meta(description="add, edit: tasks to finish first")] | None
    ) = None
    on: Annotated[list[str], Meta(description="depend: further tasks to finish first")] | None = (
        None
    )
    note: Annotated[str, Meta(description="Result, or reason")] | None = None
    blocked_by: str | None = None
    blocked_cause: Cause | None = None
    status: (
        Annotated[
            str, Meta(description="list, search: statuses, or unfinished, active, finished, all")
        ]
        | None
    ) = None
    mine: bool | None = None
    query: str | None = None
    limit: int | None = None
    cursor: str | None = None
