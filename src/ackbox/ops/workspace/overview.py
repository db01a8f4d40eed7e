"""workspace.overview: agents and current tasks at a glance.

Explained in docs/why/presence.md, "The overview".
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.model.message import Time
from ackbox.model.moment import to_text
from ackbox.model.task import Task
from ackbox.ops.agent.card import Instance
from ackbox.ops.agent.list import ListAgents, list_agents
from ackbox.ops.note.find import ListNotes, list_notes
from ackbox.ops.note.write import Note
from ackbox.ops.table import Call, Context, op
from ackbox.ops.task.find import ListTasks, list_tasks

LOCATION = "location"
MAX_TASKS = 50
LOOKED_AT = 200
MAX_DONE = 10


class GetOverview(Call, frozen=True, kw_only=True):
    """No parameters."""


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """Agents, current tasks and recently finished tasks."""

    workspace: Annotated[str, Meta(description="Workspace")]
    at: Annotated[Time, Meta(description="Time of this status")]
    location: Annotated[
        Note | None,
        Meta(description="Newest note of kind `location`, about the person in charge"),
    ]
    agents: Annotated[
        list[Instance],
        Meta(description="Agents and people, with their instances (at most 1,000)"),
    ]
    active: Annotated[
        list[Task], Meta(description="Claimed tasks and tasks in progress (at most 50)")
    ]
    review: Annotated[list[Task], Meta(description="Tasks in review (at most 50)")]
    blocked: Annotated[list[Task], Meta(description="Blocked tasks (at most 50)")]
    done: Annotated[list[Task], Meta(description="Tasks finished last (at most 10)")]


@op("workspace.overview", scope="read", is_slow=True)
async def overview(context: Context, params: GetOverview) -> Overview:
    """Return an overview of agents and current tasks without marking anything."""
    who = {name: getattr(params, name) for name in Call.__struct_fields__}

    async def tasks(*statuses: str, limit: int = MAX_TASKS) -> list[Task]:
        return (
            await list_tasks(context, ListTasks(status=list(statuses), limit=limit, **who))
        ).tasks

    places = await list_notes(context, ListNotes(kind=LOCATION, limit=1, **who))
    done = sorted(
        await tasks("done", limit=LOOKED_AT), key=lambda task: task.finished_at or "", reverse=True
    )
    return Overview(
        workspace=context.workspace.name,
        at=to_text(context.now),
        location=places.notes[0] if places.notes else None,
        agents=[
            each
            for each in (await list_agents(context, ListAgents(**who))).agents
            if each.kind != "system"
        ],
        active=await tasks("claimed", "in_progress"),
        review=await tasks("review"),
        blocked=await tasks("blocked"),
        done=done[:MAX_DONE],
    )
