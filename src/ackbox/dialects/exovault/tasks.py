"""ExoVault's tools for tasks, as data.

Explained in docs/howto/coming-from-exovault.md.
"""

from typing import Annotated, Literal

from msgspec import Meta

from ackbox.dialects.engine.mapping import Arg, ToolMapping, limit
from ackbox.dialects.exovault import convert, replies
from ackbox.dialects.exovault.arguments import AGENT, MODEL, RUN, VAULT, WHOLE, Level, MemoryId

Column = Literal["backlog", "todo", "in_progress", "done", "blocked"]
CREATE_TASK = ToolMapping(
    name="create_task",
    operation="task.create",
    description="Create a task for one agent, or for any agent that takes it.",
    args=(
        Arg(
            "title",
            Annotated[str, Meta(min_length=1, max_length=500, description="Title of the task")],
            "title",
        ),
        Arg(
            "description",
            Annotated[str, Meta(max_length=5000, description="Full description")],
            "description",
            default="",
        ),
        VAULT,
        Arg("status", Column, "status", convert.status, default="todo"),
        Arg("priority", Level, "priority", default=3),
        AGENT,
        Arg(
            "assignedAgentId",
            Annotated[
                str,
                Meta(
                    max_length=200,
                    description="Agent to assign it to; `any` for the first agent to claim it",
                ),
            ],
            "to",
            convert.assignee,
            default=None,
        ),
        Arg(
            "doneWhen",
            Annotated[
                str, Meta(max_length=1000, description="Condition that shows the task is done")
            ],
            "done_when",
            default=None,
        ),
        Arg("sourceMemoryId", MemoryId, "metadata.sourceMemoryId", default=None),
        RUN,
        MODEL,
    ),
    fixed=WHOLE,
    reply=replies.get_task,
)
LIST_TASKS = ToolMapping(
    name="list_tasks",
    operation="task.list",
    description="List tasks by column or agent, the last changed first.",
    args=(
        VAULT,
        Arg("status", Column | Literal["all"], "status", convert.statuses, default="all"),
        Arg(
            "assignedAgentId",
            Annotated[str, Meta(max_length=200, description="Only those of this agent")],
            "assignee",
            convert.assignee,
            default=None,
        ),
        limit(200, default=50),
        AGENT,
        RUN,
        MODEL,
    ),
    fixed={"max_text_bytes": 1_000_000},
    reply=replies.list_tasks,
)
UPDATE_TASK = ToolMapping(
    name="update_task",
    operation="task.update",
    description="Update a task's column, priority, assignee or text.",
    args=(
        Arg(
            "taskId",
            Annotated[str, Meta(min_length=1, max_length=64, description="Id of the task")],
            "id",
            convert.id_of_uuid,
        ),
        Arg("status", Column, "status", convert.status, default=None),
        Arg("priority", Level, "priority", default=None),
        Arg(
            "assignedAgentId",
            Annotated[
                str,
                Meta(
                    max_length=200,
                    description="Agent to reassign it to; `any` for the first agent to claim it",
                ),
            ],
            "to",
            convert.new_assignee,
            default=None,
        ),
        Arg(
            "title",
            Annotated[str, Meta(min_length=1, max_length=500, description="Title of the task")],
            "title",
            default=None,
        ),
        Arg(
            "description",
            Annotated[str, Meta(max_length=5000, description="Full description")],
            "description",
            default=None,
        ),
        Arg(
            "doneWhen",
            Annotated[
                str, Meta(max_length=1000, description="Condition that shows the task is done")
            ],
            "done_when",
            default=None,
        ),
        VAULT,
        AGENT,
        RUN,
        MODEL,
    ),
    fixed=WHOLE,
    reply=replies.get_task,
)
CREATE_PLAN = ToolMapping(
    name="create_plan_tasks",
    operation="task.create_many",
    description=(
        "Create a task for each item of a plan, at most 50: write it as a list, or with numbers."
        " The first is in progress at once, yours unless assignedAgentId names another agent."
    ),
    args=(
        Arg(
            "plan",
            Annotated[str, Meta(min_length=1, max_length=50_000, description="Plan, as a list")],
            "tasks",
            convert.tasks_of_plan,
        ),
        VAULT,
        Arg(
            "assignedAgentId",
            Annotated[str, Meta(max_length=200, description="Agent to assign every task to")],
            "to",
            convert.assignee,
            default=None,
        ),
        AGENT,
        RUN,
        MODEL,
    ),
    fixed={**WHOLE, "start_first": True},
    reply=replies.create_plan_tasks,
)

TOOLS: tuple[ToolMapping, ...] = (
    CREATE_TASK,
    LIST_TASKS,
    UPDATE_TASK,
    CREATE_PLAN,
)
