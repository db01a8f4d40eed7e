"""Tasks: a piece of work with a state, a creator and an assignee.

Shapes, states and which follow on which; who may see or change a task is decided in ops/. Explained
in docs/why/tasks.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta

from ackbox.errors import Conflict, Invalid
from ackbox.model.message import Time

Status = Literal[
    "open", "claimed", "in_progress", "review", "done", "blocked", "failed", "cancelled"
]
Cause = Literal["peer_task", "human", "authorisation", "other"]
STATUSES: tuple[Status, ...] = get_args(Status)
FINISHED: frozenset[Status] = frozenset({"done", "failed", "cancelled"})
HELD: frozenset[Status] = frozenset({"claimed", "in_progress", "review", "blocked"})

# Words for several states, for lists.
GROUPS: dict[str, frozenset[str]] = {
    "unfinished": frozenset(STATUSES) - FINISHED,
    "active": frozenset({"claimed", "in_progress", "review"}),
    "finished": frozenset(FINISHED),
    "all": frozenset(STATUSES),
}

TITLE_LIMIT = 500
TEXT_LIMIT = 20_000
NOTE_LIMIT = 10_000


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One task, as every face shows it."""

    id: Annotated[str, Meta(description="Id (32 hex digits); sorts by time")]
    number: Annotated[int, Meta(description="Number in the workspace")]
    workspace: Annotated[str, Meta(description="Workspace")]
    title: Annotated[str, Meta(description="Title, in one line")]
    description: Annotated[str, Meta(description="Full description")] = ""
    status: Annotated[Status, Meta(description="Status")]
    priority: Annotated[int, Meta(description="Priority (1 to 5; 5 is most urgent)")] = 3
    creator: Annotated[str, Meta(description="Creator")]
    assignee: Annotated[str | None, Meta(description="Assignee; null if anyone can claim it")] = (
        None
    )
    assignee_instance: Annotated[str | None, Meta(description="Instance of the assignee")] = None
    project: Annotated[str | None, Meta(description="Project label")] = None
    mission: Annotated[str | None, Meta(description="Mission label")] = None
    tags: Annotated[list[str], Meta(description="Tags")] = []
    depends_on: Annotated[list[str], Meta(description="Ids of tasks that must be done first")] = []
    waits_for: Annotated[list[str], Meta(description="Ids of those tasks that are not done")] = []
    done_when: Annotated[str | None, Meta(description="Condition for done")] = None
    due_at: Annotated[Time | None, Meta(description="Due time")] = None
    is_late: Annotated[bool, Meta(description="Whether it is overdue")] = False
    is_stale: Annotated[
        bool, Meta(description="Whether its assignee is offline while it is claimed or in progress")
    ] = False
    estimated_minutes: Annotated[int | None, Meta(description="Estimated minutes")] = None
    note: Annotated[
        str | None,
        Meta(description="Note on the status: cause of a block, result"),
    ] = None
    blocked_by: Annotated[
        str | None, Meta(description="Cause of the block: a task, a name, a thing")
    ] = None
    blocked_cause: Annotated[Cause | None, Meta(description="Kind of cause")] = None
    parent: Annotated[str | None, Meta(description="Id of the message it came from")] = None
    message: Annotated[str | None, Meta(description="Id of the last message about it")] = None
    metadata: Annotated[dict[str, Any], Meta(description="Metadata of the creator")] = {}
    created_at: Annotated[Time, Meta(description="Creation time")]
    updated_at: Annotated[Time, Meta(description="Time of the last change")]
    claimed_at: Annotated[Time | None, Meta(description="Time of the claim")] = None
    started_at: Annotated[Time | None, Meta(description="Start of the work")] = None
    finished_at: Annotated[
        Time | None, Meta(description="Time at which it was done, failed or cancelled")
    ] = None


def parse_statuses(given: str | Sequence[str], *, field: str) -> frozenset[str]:
    """Return the states of a list of states or groups, as text with commas or a list. Raises
    Invalid.
    """
    words = [
        word.strip()
        for text in ([given] if isinstance(given, str) else given)
        for word in text.split(",")
    ]
    unknown = [word for word in words if word not in GROUPS and word not in STATUSES]
    if unknown or not words:
        raise Invalid(
            f"`{field}`: {', '.join(unknown)[:60]!r} is not a task state.",
            field=field,
            hint=f"Use {', '.join((*STATUSES, *GROUPS))}.",
        )
    return frozenset().union(*(GROUPS.get(word, {word}) for word in words))


def check_change(was: Status, to: Status, *, has_assignee: bool) -> None:
    """Raise Conflict when one state may not follow on another.

    A finished task can only be reopened or cancelled.
    """
    if was in FINISHED and to not in ("open", "cancelled", was):
        raise Conflict(
            f"The task is {was}.",
            hint="Open it again first, with `status=open`.",
            field="status",
            status=was,
        )
    if to == "claimed" and not has_assignee:
        raise Conflict(
            "The task has no assignee.",
            hint="Claim it with task.claim. Or assign it with task.assign.",
            field="status",
            status=was,
        )
