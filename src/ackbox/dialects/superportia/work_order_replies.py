"""SuperPortia's replies about work orders: pure functions of arguments and result.

Explained in docs/howto/coming-from-superportia.md.
"""

from __future__ import annotations

from ackbox.dialects.engine.convert import present
from ackbox.dialects.engine.mapping import Object
from ackbox.dialects.superportia.convert import STATES
from ackbox.model.task import Task
from ackbox.ops.task.claim import Claimed
from ackbox.ops.task.create import Created
from ackbox.ops.task.find import TaskPage

WORDS = {state: word for word, state in STATES.items()}
URGENCIES = {1: "low", 2: "low", 3: "normal", 4: "high", 5: "urgent"}


def seconds(time: str) -> str:
    """Return a time of ours in whole seconds."""
    return f"{time[:19]}Z"


def seconds_or_null(time: str | None) -> str | None:
    return None if time is None else seconds(time)


def _order_id(task: Task) -> str:
    created = task.created_at
    return f"WO-{created[:4]}-{created[5:7]}{created[8:10]}-{task.number:03X}"


def floor_order(task: Task) -> Object:
    """Return a work order as the floor shows it."""
    return {
        "wo_id": _order_id(task),
        "title": task.title,
        "status": WORDS[task.status],
        "assigned_to": task.assignee,
        "priority": URGENCIES[task.priority],
        "updated_at": seconds(task.updated_at),
        "_ext": {"id": task.id, **present(note=task.note, blocked_by=task.blocked_by)},
    }


def create_work_order(_: Object, task: Created) -> Object:
    return {
        "order_id": _order_id(task),
        "status": WORDS[task.status],
        "title": task.title,
        "assignee": task.assignee,
        "project": task.project,
        "created_at": seconds(task.created_at),
        "_ext": {"id": task.id, "message": task.message},
    }


def list_work_orders(_: Object, page: TaskPage) -> Object:
    rows = [_row(task) for task in page.tasks]
    return {"count": len(rows), "work_orders": rows, "_ext": {"has_more": page.cursor is not None}}


def get_work_order_detail(_: Object, task: Task) -> Object:
    return {
        **_row(task),
        "description": task.description,
        **present(
            acceptance_criteria=task.done_when,
            deliverables=task.metadata.get("deliverables"),
            estimated_hours=None if task.estimated_minutes is None else task.estimated_minutes / 60,
            actual_hours=task.metadata.get("actual_hours"),
            completion_summary=task.metadata.get("completion_summary"),
            notes=task.note,
            review_notes=task.metadata.get("review_notes"),
        ),
        "_ext": {"id": task.id, **present(blocked_by=task.blocked_by)},
    }


def _row(task: Task) -> Object:
    return {
        "order_id": _order_id(task),
        "status": WORDS[task.status],
        "title": task.title,
        "assignee": task.assignee,
        "requester": task.metadata.get("requester") or task.creator,
        "project": task.project,
        "priority": URGENCIES[task.priority],
        "due_date": None if task.due_at is None else task.due_at[:10],
        "created_at": seconds(task.created_at),
        "updated_at": seconds(task.updated_at),
    }


def accept_work_order(given: Object, claimed: Claimed) -> Object:
    return {
        "order_id": given["order_id"],
        "status": None if claimed.task is None else WORDS[claimed.task.status],
        "accepted": claimed.claimed,
        **present(reason=claimed.notice),
    }


def change_work_order(_: Object, task: Task) -> Object:
    return {
        "order_id": _order_id(task),
        "status": WORDS[task.status],
        "updated": True,
        "updated_at": seconds(task.updated_at),
    }
