"""Tasks as faces show them, and as the feed reports them.

Explained in docs/why/tasks.md.
"""

from __future__ import annotations

from typing import Any

from ackbox.model.moment import to_text, to_text_or_none
from ackbox.model.task import (
    FINISHED,
    Task,
)
from ackbox.ops.rules.presence import standing
from ackbox.ops.table import Context
from ackbox.store.readers import Reader
from ackbox.store.tasks import StoredTask


async def _is_stale(context: Context, task: StoredTask) -> bool:
    """Whether somebody has the task who has left, or was not heard of for their ttl."""
    if task.status not in ("claimed", "in_progress") or task.assignee_name is None:
        return False
    reader = await context.store.reader(task.assignee_name, task.assignee_instance)
    if reader is None or reader.reader in context.signs_of_life:
        return reader is None
    return (await standing(context, reader)).presence != "online"


async def shown(context: Context, task: StoredTask) -> Task:
    """Return a task as every face shows it."""
    needs, card = task.needs, task.card
    return Task(
        id=task.id,
        number=task.number,
        workspace=context.workspace.name,
        title=task.title,
        description=task.description,
        status=task.status,
        priority=task.priority,
        creator=task.creator_name,
        assignee=task.assignee_name,
        assignee_instance=task.assignee_instance,
        project=task.project,
        mission=task.mission,
        tags=task.tags,
        depends_on=[id for _, id, _ in needs],
        waits_for=[id for _, id, status in needs if status != "done"],
        done_when=card.done_when,
        due_at=to_text_or_none(card.due_at),
        is_stale=await _is_stale(context, task),
        is_late=card.due_at is not None
        and card.due_at <= context.now
        and task.status not in FINISHED,
        estimated_minutes=card.estimated_minutes,
        note=card.note,
        blocked_by=card.blocked_by,
        blocked_cause=card.blocked_cause,
        parent=card.parent,
        message=card.message,
        metadata=card.metadata,
        created_at=to_text(task.created_at),
        updated_at=to_text(task.updated_at),
        claimed_at=to_text_or_none(card.claimed_at),
        started_at=to_text_or_none(card.started_at),
        finished_at=to_text_or_none(card.finished_at),
    )


async def note_task(context: Context, me: Reader, kind: str, task: StoredTask, **more: Any) -> None:
    """Write the feed's line about a task: ids and states, never its text."""
    subject = {
        "task": task.id,
        "number": task.number,
        "status": task.status,
        "assignee": task.assignee_name,
        **more,
    }
    context.rings.add(
        await context.store.add_event(kind, at=context.now, reader=me.agent, subject=subject)
    )
