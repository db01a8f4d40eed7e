"""VantagePeers' replies about tasks: pure functions of arguments and result.

Explained in docs/howto/coming-from-vantagepeers.md.
"""

from __future__ import annotations

from ackbox.dialects.engine.convert import present
from ackbox.dialects.engine.mapping import Object, Reply
from ackbox.dialects.vantagepeers.convert import URGENCIES
from ackbox.dialects.vantagepeers.replies import listed, ms, ms_or_null
from ackbox.model.task import Task
from ackbox.ops.task.claim import Claimed
from ackbox.ops.task.create import Created
from ackbox.ops.task.find import TaskPage
from ackbox.ops.task.finish_many import FinishedMany

LITE = frozenset({"_id", "_creationTime", "title", "status", "priority", "assignedTo", "missionId"})
WORDS = {1: "low", **{priority: urgency for urgency, priority in URGENCIES.items()}}


def create_task(_: Object, task: Created) -> Object:
    return {
        "taskId": task.id,
        "title": task.title,
        "assignedTo": task.assignee,
        "priority": WORDS[task.priority],
        "status": _status(task),
        "_ext": {"number": task.number, "message": task.message, "duplicate": task.duplicate},
    }


def _status(task: Task) -> str:
    return "todo" if task.status in ("open", "claimed") else task.status


def list_tasks(given: Object, page: TaskPage) -> Reply:
    rows = [_row(task) for task in page.tasks]
    if given["fields"] == "lite":
        rows = [{name: row[name] for name in row if name in LITE} for row in rows]
    return listed(given, rows, page.cursor, page.cursors)


def get_task(_: Object, task: Task) -> Object:
    return _row(task)


def _row(task: Task) -> Object:
    return {
        "_id": task.id,
        "_creationTime": ms(task.created_at),
        "taskId": task.id,
        "title": task.title,
        **present(description=task.description or None),
        "assignedTo": task.assignee,
        **present(assignedToInstance=task.assignee_instance),
        "priority": WORDS[task.priority],
        "status": _status(task),
        "createdBy": task.creator,
        **present(project=task.project),
        "tags": task.tags,
        "dependsOn": task.depends_on,
        **present(
            missionId=task.mission,
            estimatedMinutes=task.estimated_minutes,
            dueDate=ms_or_null(task.due_at),
            completionNote=task.note if task.status == "done" else None,
            failureNote=task.note if task.status == "failed" else None,
            blockedReason=task.note if task.status == "blocked" else None,
            blockedBy=task.blocked_by,
            blockedCause=task.blocked_cause,
            verification=task.done_when,
            brief=task.metadata.get("brief"),
            tests=task.metadata.get("tests"),
        ),
        "createdAt": ms(task.created_at),
        "updatedAt": ms(task.updated_at),
        **present(startedAt=ms_or_null(task.started_at), completedAt=ms_or_null(task.finished_at)),
        "_ext": {
            "number": task.number,
            "status": task.status,
            "waitsFor": task.waits_for,
            "message": task.message,
            **present(note=task.note),
        },
    }


def update_task(_: Object, task: Task) -> Object:
    return {"taskId": task.id, "updated": True}


def change_status(_: Object, task: Task) -> Object:
    return {"taskId": task.id, "status": task.status}


def block_task(_: Object, task: Task) -> Object:
    return {
        "taskId": task.id,
        "status": task.status,
        "reason": task.note,
        "blockedCause": task.blocked_cause,
    }


def checkout_task(_: Object, claimed: Claimed) -> Object:
    return {
        "claimed": claimed.claimed,
        **present(reason=claimed.notice),
        "_ext": {"winner": claimed.winner, "winnerInstance": claimed.winner_instance},
    }


def delete_task(_: Object, task: Task) -> Object:
    return {"deleted": True, "taskId": task.id}


def add_dependency(_: Object, task: Task) -> Object:
    return {"taskId": task.id, "dependsOn": task.depends_on, "updated": True}


def bulk_complete_tasks(_: Object, finished: FinishedMany) -> Object:
    return {
        "count": len(finished.ids),
        "sampleIds": finished.ids[:10],
        "bulkRunId": finished.run,
        **present(executedAt=ms_or_null(finished.at)),
        "_ext": {"hasMore": finished.has_more},
    }
