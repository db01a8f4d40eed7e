"""workspace.overview: where things stand, in one look.

Explained in docs/why/presence.md, "The overview".
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.model.moment import to_text
from ackbox.model.task import Task
from ackbox.ops.agent.check_in import Instance, ListAgents, list_agents
from ackbox.ops.note.write import ListNotes, Note, list_notes
from ackbox.ops.table import Call, Context, op
from ackbox.ops.task.find import ListTasks, list_tasks

LOCATION = "location"
MOST_TASKS = 50
LOOKED_AT = 200
MOST_DONE = 10


class GetOverview(Call, frozen=True, kw_only=True):
    """Nothing to say."""


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """Who is here, what is being done, and what was done of late."""

    workspace: Annotated[str, Meta(description="Where")]
    at: Annotated[str, Meta(description="When this was so")]
    location: Annotated[
        Note | None,
        Meta(description="The newest note of kind `location`: where the person in charge is"),
    ]
    agents: Annotated[
        list[Instance],
        Meta(description="Agents and people, with their running copies; the first thousand"),
    ]
    active: Annotated[
        list[Task], Meta(description="Tasks that are claimed or in progress, at most 50")
    ]
    review: Annotated[list[Task], Meta(description="Tasks in review, at most 50")]
    blocked: Annotated[list[Task], Meta(description="Tasks that are blocked, at most 50")]
    done: Annotated[list[Task], Meta(description="The ten tasks finished last")]


@op("workspace.overview", scope="read", is_slow=True)
async def overview(context: Context, params: GetOverview) -> Overview:
    """Return where things stand: who is here, tasks under way, in review, blocked and finished
    of late. Looking marks nothing.
    """
    who = {name: getattr(params, name) for name in Call.__struct_fields__}

    async def tasks(*statuses: str, limit: int = MOST_TASKS) -> list[Task]:
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
        done=done[:MOST_DONE],
    )
