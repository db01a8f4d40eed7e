"""VantagePeers' replies about missions: pure functions of arguments and result.

Explained in docs/howto/coming-from-vantagepeers.md.
"""

from __future__ import annotations

from ackbox.dialects.engine.convert import present
from ackbox.dialects.engine.mapping import Object, Reply
from ackbox.dialects.vantagepeers.convert import MISSION_STATES
from ackbox.dialects.vantagepeers.replies import listed, ms, ms_or_null
from ackbox.dialects.vantagepeers.task_replies import WORDS
from ackbox.model.task import Task
from ackbox.ops.task.create import Created
from ackbox.ops.task.find import TaskPage

STATES = {state: word for word, state in MISSION_STATES.items()} | {
    "blocked": "execute",
    "failed": "complete",
    "cancelled": "complete",
}
LITE = frozenset(
    {"_id", "_creationTime", "name", "project", "status", "pilot", "priority", "progress"}
)


def create_mission(_: Object, task: Created) -> Object:
    return {
        "missionId": task.id,
        "name": task.title,
        "project": task.project,
        "pilot": task.assignee,
        "status": STATES[task.status],
        "_ext": {"number": task.number, "message": task.message},
    }


def list_missions(given: Object, page: TaskPage) -> Reply:
    rows = [_row(task) for task in page.tasks]
    if given["fields"] == "lite":
        rows = [{name: row[name] for name in row if name in LITE} for row in rows]
    return listed(given, rows, page.cursor, page.cursors)


def get_mission(_: Object, task: Task) -> Object:
    return _row(task)


def _row(task: Task) -> Object:
    about = task.metadata
    return {
        "_id": task.id,
        "_creationTime": ms(task.created_at),
        "missionId": task.id,
        "name": task.title,
        **present(description=task.description or None),
        "project": task.project,
        "status": STATES[task.status],
        "priority": WORDS[task.priority],
        "pilot": task.assignee,
        "agents": about.get("agents", []),
        **present(
            brief=about.get("brief"),
            startDate=about.get("startDate"),
            targetDate=ms_or_null(task.due_at),
            progress=about.get("progress"),
            templateId=about.get("templateId"),
        ),
        "createdBy": task.creator,
        "createdAt": ms(task.created_at),
        "updatedAt": ms(task.updated_at),
        "_ext": {"number": task.number, "status": task.status},
    }


def update_mission(_: Object, task: Task) -> Object:
    return {"missionId": task.id, "updated": True}


def update_mission_status(given: Object, task: Task) -> Object:
    return {"missionId": task.id, "status": given["status"]}
