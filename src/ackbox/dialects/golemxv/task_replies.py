"""GolemXV's replies about tasks: pure functions of arguments and result.

Explained in docs/howto/coming-from-golemxv.md.
"""

from __future__ import annotations

from typing import Any

from ackbox.dialects.engine.convert import to_uuid
from ackbox.dialects.engine.mapping import Object
from ackbox.dialects.golemxv.convert import LEVELS, STATUSES
from ackbox.dialects.golemxv.replies import in_envelope
from ackbox.model.task import Task
from ackbox.ops.note.write import Added
from ackbox.ops.task.claim import Claimed
from ackbox.ops.task.find import TaskPage

THEIR_STATUSES = {"review": "in_progress", **{ours: theirs for theirs, ours in STATUSES.items()}}
THEIR_LEVELS = {1: "low", **{priority: level for level, priority in LEVELS.items()}}


def list_tasks(_: Object, page: TaskPage) -> Object:
    found = [_row(task) for task in page.tasks]
    return {"tasks": found, "count": len(found)}


def rest_list_tasks(_: Object, page: TaskPage) -> Object:
    return in_envelope([_row(task) for task in page.tasks])


def claim_task(_: Object, claimed: Claimed) -> Object:
    return {"claimed": True, "task": _claimed(claimed)}


def rest_claim_task(_: Object, claimed: Claimed) -> Object:
    return in_envelope(_claimed(claimed))


def _claimed(claimed: Claimed) -> Object:
    # The call is refused unless the agent gets the task, so there is one.
    assert claimed.task is not None
    return _row(claimed.task)


def update_task(_: Object, task: Task) -> Object:
    return {"updated": True, "task": _row(task, note=task.note)}


def complete_task(_: Object, task: Task) -> Object:
    return {"completed": True, "task": _row(task, result_summary=task.note)}


def rest_task_status(_: Object, task: Task) -> Object:
    return in_envelope(_row(task, note=task.note))


def rest_task_note(given: Object, note: Added) -> Object:
    return in_envelope(
        {
            "id": note.number,
            "task_id": given["task_id"],
            "content": note.text,
            "type": note.kind,
            "created_at": note.created_at,
        }
    )


def _row(task: Task, **more: Any) -> Object:
    return {
        "id": task.number,
        "title": task.title,
        "description": task.description,
        "status": THEIR_STATUSES.get(task.status, task.status),
        "priority": THEIR_LEVELS[task.priority],
        "work_area_domain": task.project,
        "area": task.project,
        "assigned_agent_name": task.assignee,
        "assigned": task.assignee,
        "created_at": task.created_at,
        "updated_at": task.updated_at,
        **more,
        "_ext": {
            "uuid": to_uuid(task.id),
            "status": task.status,
            "waits_for": task.waits_for,
            "is_stale": task.is_stale,
        },
    }
