"""task.create_many: the tasks of one plan, all or none.

Explained in docs/why/tasks.md.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.errors import AckboxError
from ackbox.model.message import Priority
from ackbox.model.task import TEXT_LIMIT, TITLE_LIMIT
from ackbox.ops.table import Call, Context, op
from ackbox.ops.task.create import Create, Created, create
from ackbox.ops.task.fields import DoneWhen, To

MAX_TASKS = 50


class PlannedTask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One task of a plan."""

    title: Annotated[
        str, Meta(min_length=1, max_length=TITLE_LIMIT, description="Title, in one line")
    ]
    description: Annotated[
        str, Meta(max_length=TEXT_LIMIT, description="Full description, Markdown by convention")
    ] = ""
    priority: Priority = 3
    done_when: DoneWhen | None = None


class CreateMany(Call, frozen=True, kw_only=True):
    """The tasks of a plan."""

    tasks: Annotated[
        list[PlannedTask],
        Meta(min_length=1, max_length=MAX_TASKS, description="Tasks, in order (1 to 50)"),
    ]
    to: To | None = None
    start_first: Annotated[
        bool,
        Meta(description="Whether the first task is in progress at once; without `to` it is yours"),
    ] = False


class CreatedMany(msgspec.Struct, frozen=True, kw_only=True):
    """The tasks, and the id of the plan in their metadata."""

    plan: Annotated[str, Meta(description="Id of the plan; `metadata.plan` of each task")]
    workspace: Annotated[str, Meta(description="Workspace")]
    tasks: Annotated[list[Created], Meta(description="Tasks, in order")]


@op(
    "task.create_many",
    scope="write",
    writes=True,
    creates=True,
    cost=lambda params: max(len(params.tasks), 1),
)
async def create_many(context: Context, params: CreateMany) -> CreatedMany:
    """Create the tasks of a plan, all or none.

    Each gets the id of the plan in its metadata, and its assignee a task_assignment message.

    Raises what task.create raises; nothing is stored then.
    """
    me = await context.me(params)
    plan = context.new_id(context.now)
    made = []
    for number, task in enumerate(params.tasks):
        is_started = params.start_first and number == 0
        try:
            made.append(
                await create(
                    context,
                    Create(
                        agent=me.name,
                        instance=me.instance,
                        title=task.title,
                        description=task.description,
                        priority=task.priority,
                        done_when=task.done_when,
                        to=params.to or (me.name if is_started else None),
                        status="in_progress" if is_started else "open",
                        metadata={"plan": plan},
                    ),
                )
            )
        except AckboxError as error:
            field = str(error.details.get("field") or "")
            if field in PlannedTask.__struct_fields__:
                error.details["field"] = f"tasks[{number}].{field}"
            raise
    return CreatedMany(plan=plan, workspace=context.workspace.name, tasks=made)
