"""VantagePeers' task tools, as data.

Explained in docs/howto/coming-from-vantagepeers.md.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta

from ackbox.dialects.engine.errors import ErrorReply
from ackbox.dialects.engine.mapping import Arg, ToolMapping, limit
from ackbox.dialects.vantagepeers import convert
from ackbox.dialects.vantagepeers import task_replies as replies

TaskId = Annotated[str, Meta(max_length=64, description="Id of the task")]
Caller = Annotated[str, Meta(max_length=256, description="Your name")]
Role = Annotated[str, Meta(max_length=256, description="Name of the role")]
InstanceId = Annotated[str, Meta(max_length=256, description="Name of an instance of the role")]
Status = Literal["todo", "in_progress", "review", "blocked", "done", "cancelled", "failed"]
Urgency = Literal["urgent", "high", "medium", "low"]
Label = Annotated[str, Meta(max_length=200, description="Name of the project")]
TagList = Annotated[
    list[str] | str, Meta(description="Tags, as a list or as text separated by commas")
]
Ids = Annotated[list[str] | str, Meta(description="Ids of tasks")]
Note = Annotated[str, Meta(min_length=1, max_length=10_000, description="Result of the task")]
Reason = Annotated[str, Meta(max_length=10_000, description="Reason")]
Cause = Literal["peer_task", "human", "authorisation", "other"]
Check = Annotated[str, Meta(max_length=2_000, description="How to see that it is done")]
Title = Annotated[str, Meta(min_length=1, max_length=500, description="Title of the task")]
Description = Annotated[str, Meta(max_length=20_000, description="Full description")]
Minutes = Annotated[int, Meta(ge=0, le=10_000_000, description="Estimated duration in minutes")]
Ms = Annotated[int, Meta(description="Unix milliseconds")]
Fields = Literal["lite", "full"]
Cursor = Annotated[str, Meta(max_length=512, description="nextCursor of the previous page")]
Mission = Annotated[str, Meta(max_length=200, description="Id of the mission, stored as a label")]

ID = Arg("taskId", TaskId, "id")
CALLER = Arg("callerOrchestrator", Caller, "agent", default=None, or_header=True)
# Most of these tools have no argument for the caller.
AS: dict[str, Any] = {"as_assignee": True}
ABOUT: tuple[Arg, ...] = (
    Arg("description", Description, "description", default=None),
    Arg("project", Label, "project", default=None),
    Arg("tags", TagList, "tags", convert.tags, default=None),
    Arg("assignedToInstance", InstanceId, "to_instance", default=None),
    Arg("dependsOn", Ids, "depends_on", convert.ids, default=None),
    Arg("missionId", Mission, "mission", default=None),
    Arg("estimatedMinutes", Minutes, "estimated_minutes", default=None),
    Arg("dueDate", Ms, "due_at", convert.moment, default=None),
)

NOT_FOUND = {
    "not_found id": ErrorReply(text="Error: Task not found"),
    "not_found taskId": ErrorReply(text="Error: Task not found"),
}


# Large replies are cut to a size below this bound.
PAGED: dict[str, Any] = {"max_text_bytes": 1_000_000, "with_cursors": True}
# A mission is a task too, and no tool for tasks lists it.
BOUND: dict[str, Any] = {**PAGED, "without_tag": convert.MISSION}
PAGING: tuple[Arg, ...] = (
    limit(200, default=50),
    Arg("fields", Fields, default=None),
    Arg("cursor", Cursor, "cursor", default=None),
)
DEPEND: dict[str, Any] = {
    "operation": "task.depend",
    "args": (ID, Arg("dependsOn", Ids, "on", convert.ids), CALLER),
    "errors": NOT_FOUND,
    "fixed": AS,
    "reply": replies.add_dependency,
}

TASK_TOOLS: tuple[ToolMapping, ...] = (
    ToolMapping(
        name="create_task",
        operation="task.create",
        description="Create a task for a role, and notify it.",
        args=(
            Arg("title", Title, "title"),
            Arg("assignedTo", Role, "to"),
            Arg("priority", Urgency, "priority", convert.priority, default="medium"),
            Arg("createdBy", Caller, "agent", default=None, or_header=True),
            Arg("status", Status, "status", convert.state, default="todo"),
            Arg("description", Description, "description", default=""),
            Arg("tags", TagList, "tags", convert.tags, default=[]),
            Arg("dependsOn", Ids, "depends_on", convert.ids, default=[]),
            Arg("project", Label, "project", default=None),
            *ABOUT[3:4],
            *ABOUT[5:],
            Arg("brief", Description, "metadata.brief", default=None),
            Arg("verification", Check, "done_when", default=None),
            Arg("tests", Check, "metadata.tests", default=None),
        ),
        reply=replies.create_task,
        errors={"not_found": ErrorReply(text="Error: Task not found: {message}")},
    ),
    ToolMapping(
        name="list_tasks",
        operation="task.list",
        description=(
            "List tasks, newest first. `open` means not finished, `active` to do or in progress."
        ),
        args=(
            Arg("assignedTo", Role, "assignee", default=None),
            Arg("assignedToInstance", InstanceId, "assignee_instance", default=None),
            Arg(
                "status",
                Annotated[
                    str | list[str], Meta(description="One or more states, or open, active, all")
                ],
                "status",
                convert.states,
                default="any",
            ),
            Arg("project", Label, "project", default=None),
            Arg("createdBy", Role, "creator", default=None),
            Arg("updatedSince", Ms, "updated_since", convert.moment, default=None),
            Arg("excludeAutoGenerated", bool, default=None),
            *PAGING,
        ),
        fixed=BOUND,
        reply=replies.list_tasks,
    ),
    ToolMapping(
        name="get_task",
        operation="task.get",
        description="Read one task.",
        args=(ID,),
        reply=replies.get_task,
        errors=NOT_FOUND,
    ),
    ToolMapping(
        name="update_task",
        operation="task.update",
        description="Update a task.",
        args=(
            ID,
            Arg("title", Title, "title", default=None),
            Arg("status", Status, "status", convert.state, default=None),
            Arg("assignedTo", Role, "to", default=None),
            Arg("priority", Urgency, "priority", convert.priority, default=None),
            Arg("completionNote", Note, "note", default=None),
            CALLER,
            *ABOUT,
        ),
        fixed=AS,
        reply=replies.update_task,
        errors=NOT_FOUND,
    ),
    ToolMapping(
        name="start_task",
        operation="task.update",
        description="Start a task.",
        args=(ID, CALLER),
        fixed={**AS, "status": "in_progress"},
        reply=replies.change_status,
        errors=NOT_FOUND,
    ),
    ToolMapping(
        name="complete_task",
        operation="task.update",
        description="Complete a task, and notify its creator.",
        args=(ID, Arg("completionNote", Note, "note"), CALLER),
        fixed={**AS, "status": "done"},
        reply=replies.change_status,
        errors=NOT_FOUND,
    ),
    ToolMapping(
        name="fail_task",
        operation="task.update",
        description="Mark a task as failed, and notify its creator.",
        args=(ID, Arg("failureNote", Note, "note"), CALLER),
        fixed={**AS, "status": "failed"},
        reply=replies.change_status,
        errors=NOT_FOUND,
    ),
    ToolMapping(
        name="block_task",
        operation="task.update",
        description="Mark a task as blocked, and say by what.",
        args=(
            ID,
            Arg("reason", Reason, "note", default=None),
            Arg(
                "blockedBy",
                Annotated[
                    list[str] | str, Meta(description="Tasks, roles or other causes, at most 500")
                ],
                "blocked_by",
                convert.joined,
                default=None,
            ),
            Arg("blockedCause", Cause, "blocked_cause", default=None),
            CALLER,
        ),
        fixed={**AS, "status": "blocked"},
        reply=replies.block_task,
        errors=NOT_FOUND,
    ),
    ToolMapping(
        name="checkout_task",
        operation="task.claim",
        description="Claim a task and start it. If several agents try, one gets it.",
        args=(
            ID,
            Arg("callerOrchestrator", Caller, "agent"),
            Arg("callerInstance", InstanceId, "instance", default=None),
        ),
        fixed={"start": True},
        reply=replies.checkout_task,
        errors=NOT_FOUND,
    ),
    ToolMapping(
        name="delete_task",
        operation="task.update",
        description=(
            "Cancel a task that you created. It is then listed only with the status cancelled."
        ),
        args=(ID, CALLER),
        fixed={"as_creator": True, "status": "cancelled"},
        reply=replies.delete_task,
        errors={
            **NOT_FOUND,
            "forbidden callerOrchestrator": ErrorReply(text="Error: RBAC_DENIED: {message}"),
        },
    ),
    ToolMapping(
        name="add_task_dependency",
        description="Make a task wait for others. Cycles are rejected.",
        **DEPEND,
    ),
    ToolMapping(
        name="create_task_dependency", description="Same as add_task_dependency.", **DEPEND
    ),
    ToolMapping(
        name="list_tasks_by_mission",
        operation="task.list",
        description="List the tasks of a mission, newest first.",
        args=(
            Arg("missionId", Mission, "mission"),
            Arg(
                "status",
                Annotated[
                    str | list[str], Meta(description="One or more states, or open, active, all")
                ],
                "status",
                convert.states,
                default="any",
            ),
            *PAGING,
        ),
        fixed=BOUND,
        reply=replies.list_tasks,
    ),
    ToolMapping(
        name="search_tasks_by_keyword",
        operation="task.search",
        description="Search tasks by keyword.",
        args=(
            Arg(
                "query",
                Annotated[
                    str,
                    Meta(min_length=1, max_length=400, description="Words that must all occur"),
                ],
                "query",
            ),
            Arg(
                "status",
                Annotated[
                    str | list[str], Meta(description="One or more states, or open, active, all")
                ],
                "status",
                convert.states,
                default="any",
            ),
            *PAGING,
        ),
        fixed=BOUND,
        reply=replies.list_tasks,
    ),
    ToolMapping(
        name="bulk_complete_tasks",
        operation="task.finish_many",
        description=(
            "Complete all unfinished tasks that match. With dryRun, the default, it only counts"
            " them."
        ),
        args=(
            Arg("taskIds", Ids, "ids", convert.ids, default=None),
            Arg("assignedTo", Role, "assignee", default=None),
            Arg("createdBy", Role, "creator", default=None),
            Arg("project", Label, "project", default=None),
            Arg("missionId", Mission, "mission", default=None),
            Arg("updatedBefore", Ms, "updated_before", convert.moment, default=None),
            Arg("completionNote", Note, "note", default=None),
            Arg("limit", Annotated[int, Meta(ge=1, le=200)], "limit", default=200),
            Arg("dryRun", bool, "only_look", default=True),
            CALLER,
        ),
        fixed={**AS, "without_tag": convert.MISSION},
        reply=replies.bulk_complete_tasks,
    ),
)
