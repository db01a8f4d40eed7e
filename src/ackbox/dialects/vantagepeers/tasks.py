"""VantagePeers' task tools, as data.

No code: the translator reads it. Explained in docs/howto/coming-from-vantagepeers.md.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta

from ackbox.dialects.engine.mapping import Arg, Field, Word

TaskId = Annotated[str, Meta(max_length=64, description="Id of the task")]
Caller = Annotated[str, Meta(max_length=256, description="Who you are")]
Role = Annotated[str, Meta(max_length=256, description="A role")]
InstanceId = Annotated[str, Meta(max_length=256, description="An instance of the role")]
Status = Literal["todo", "in_progress", "review", "blocked", "done", "cancelled", "failed"]
Urgency = Literal["urgent", "high", "medium", "low"]
Label = Annotated[str, Meta(max_length=200, description="A label")]
TagList = Annotated[list[str] | str, Meta(description="Labels: a list, or text with commas")]
Ids = Annotated[list[str] | str, Meta(description="Ids of tasks")]
Note = Annotated[str, Meta(min_length=1, max_length=10_000, description="What came of it")]
Reason = Annotated[str, Meta(max_length=10_000, description="Why")]
Cause = Literal["peer_task", "human", "authorisation", "other"]
Title = Annotated[
    str, Meta(min_length=1, max_length=500, description="What is to be done, in a line")
]
Description = Annotated[str, Meta(max_length=20_000, description="The rest of it")]
Minutes = Annotated[int, Meta(ge=0, le=10_000_000, description="How long it may take")]
Ms = Annotated[int, Meta(description="Unix milliseconds")]
Fields = Literal["lite", "full"]
Cursor = Annotated[str, Meta(max_length=512, description="nextCursor of the page before")]
Mission = Annotated[str, Meta(max_length=200, description="Id of the mission; kept as a label")]

ID = Arg("taskId", TaskId, "id")
CALLER = Arg("callerOrchestrator", Caller, "agent", default=None, or_header=True)
# Most of these tools do not say who calls.
AS: dict[str, Any] = {"as_assignee": True}
ABOUT: tuple[Arg, ...] = (
    Arg("description", Description, "description", default=None),
    Arg("project", Label, "project", default=None),
    Arg("tags", TagList, "tags", "tags", default=None),
    Arg("assignedToInstance", InstanceId, "to_instance", default=None),
    Arg("dependsOn", Ids, "depends_on", "ids", default=None),
    Arg("missionId", Mission, "mission", default=None),
    Arg("estimatedMinutes", Minutes, "estimated_minutes", default=None),
    Arg("dueDate", Ms, "due_at", "moment_of_ms", default=None),
)
ROW: tuple[Field, ...] = (
    Field("_id", "item.id"),
    Field("_creationTime", "item.created_at", "ms"),
    Field("taskId", "item.id"),
    Field("title", "item.title"),
    Field("description", "item.description", "empty_is_null", optional=True),
    Field("assignedTo", "item.assignee"),
    Field("assignedToInstance", "item.assignee_instance", optional=True),
    Field("priority", "item.priority", "urgency_of_priority"),
    Field("status", "item.status", "open_is_todo"),
    Field("createdBy", "item.creator"),
    Field("project", "item.project", optional=True),
    Field("tags", "item.tags"),
    Field("dependsOn", "item.depends_on"),
    Field("missionId", "item.mission", optional=True),
    Field("estimatedMinutes", "item.estimated_minutes", optional=True),
    Field("dueDate", "item.due_at", "ms", optional=True),
    Field("completionNote", "item", "note_when_done", optional=True),
    Field("failureNote", "item", "note_when_failed", optional=True),
    Field("blockedReason", "item", "note_when_blocked", optional=True),
    Field("blockedBy", "item.blocked_by", optional=True),
    Field("blockedCause", "item.blocked_cause", optional=True),
    Field("createdAt", "item.created_at", "ms"),
    Field("updatedAt", "item.updated_at", "ms"),
    Field("startedAt", "item.started_at", "ms", optional=True),
    Field("completedAt", "item.finished_at", "ms", optional=True),
    Field(
        "_ext",
        of=(
            Field("number", "item.number"),
            Field("status", "item.status"),
            Field("waitsFor", "item.waits_for"),
            Field("message", "item.message"),
            Field("note", "item.note", optional=True),
        ),
    ),
)
NOT_FOUND: dict[str, Any] = {
    "not_found id": "Error: Task not found",
    "not_found taskId": "Error: Task not found",
}
PAGE: tuple[Field, ...] = (Field("items", "rows"), Field("nextCursor", "cursor", optional=True))
CUT: tuple[Field, ...] = (
    Field(
        "_meta",
        of=(
            Field("_truncated", fixed=True),
            Field("_showing", "cut.showing"),
            Field("_total", "cut.total"),
        ),
    ),
)
# Large replies are cut at so many bytes; our own bound on text is above that.
LISTED: dict[str, Any] = {
    "most_bytes": 60_000,
    "cut": CUT,
    "paged": ("cursor", "fields"),
    "page": PAGE,
}
LITE = (
    "fields",
    "lite",
    ("_id", "_creationTime", "title", "status", "priority", "assignedTo", "missionId"),
)
BOUND: dict[str, Any] = {"max_text_bytes": 1_000_000, "with_cursors": True}
PAGING: tuple[Arg, ...] = (
    Arg(
        "limit",
        Annotated[int, Meta(ge=1, le=200, description="At most this many")],
        "limit",
        default=50,
    ),
    Arg("fields", Fields, default=None),
    Arg("cursor", Cursor, "cursor", default=None),
)
DEPEND: dict[str, Any] = {
    "operation": "task.depend",
    "args": (ID, Arg("dependsOn", Ids, "on", "ids"), CALLER),
    "errors": NOT_FOUND,
    "fixed": AS,
    "reply": (
        Field("taskId", "result.id"),
        Field("dependsOn", "result.depends_on"),
        Field("updated", fixed=True),
    ),
}

TASK_WORDS: tuple[Word, ...] = (
    Word(
        name="create_task",
        operation="task.create",
        description="Create a task for a role; it gets a message.",
        args=(
            Arg("title", Title, "title"),
            Arg("assignedTo", Role, "to"),
            Arg("priority", Urgency, "priority", "priority_of_urgency"),
            Arg("createdBy", Caller, "agent"),
            Arg("status", Status, "status", "todo_is_open", default="todo"),
            Arg("description", Description, "description", default=""),
            Arg("tags", TagList, "tags", "tags", default=[]),
            Arg("dependsOn", Ids, "depends_on", "ids", default=[]),
            Arg("project", Label, "project", default=None),
            *ABOUT[3:4],
            *ABOUT[5:],
        ),
        reply=(
            Field("taskId", "result.id"),
            Field("title", "result.title"),
            Field("assignedTo", "result.assignee"),
            Field("priority", "result.priority", "urgency_of_priority"),
            Field("status", "result.status", "open_is_todo"),
            Field(
                "_ext",
                of=(
                    Field("number", "result.number"),
                    Field("message", "result.message"),
                    Field("duplicate", "result.duplicate"),
                ),
            ),
        ),
        errors={"not_found": "Error: Task not found: {message}"},
    ),
    Word(
        name="list_tasks",
        operation="task.list",
        description=(
            "List tasks, newest first. `open` is not finished, `active` to do or in progress."
        ),
        args=(
            Arg("assignedTo", Role, "assignee", default=None),
            Arg("assignedToInstance", InstanceId, "assignee_instance", default=None),
            Arg(
                "status",
                Annotated[
                    str | list[str], Meta(description="One state or many, or open, active, all")
                ],
                "status",
                "states",
                default="any",
            ),
            Arg("project", Label, "project", default=None),
            Arg("createdBy", Role, "creator", default=None),
            Arg("updatedSince", Ms, "updated_since", "moment_of_ms", default=None),
            Arg("excludeAutoGenerated", bool, default=None),
            *PAGING,
        ),
        fixed=BOUND,
        each="tasks",
        reply=ROW,
        shorter=LITE,
        **LISTED,
    ),
    Word(
        name="get_task",
        operation="task.get",
        description="Read one task.",
        args=(ID,),
        item="",
        reply=ROW,
        errors=NOT_FOUND,
    ),
    Word(
        name="update_task",
        operation="task.update",
        description="Change a task.",
        args=(
            ID,
            Arg("title", Title, "title", default=None),
            Arg("status", Status, "status", "todo_is_open", default=None),
            Arg("assignedTo", Role, "to", default=None),
            Arg("priority", Urgency, "priority", "priority_of_urgency", default=None),
            Arg("completionNote", Note, "note", default=None),
            CALLER,
            *ABOUT,
        ),
        fixed=AS,
        reply=(Field("taskId", "result.id"), Field("updated", fixed=True)),
        errors=NOT_FOUND,
    ),
    Word(
        name="start_task",
        operation="task.update",
        description="Start a task.",
        args=(ID, CALLER),
        fixed={**AS, "status": "in_progress"},
        reply=(Field("taskId", "result.id"), Field("status", "result.status")),
        errors=NOT_FOUND,
    ),
    Word(
        name="complete_task",
        operation="task.update",
        description="Complete a task; its creator gets a message.",
        args=(ID, Arg("completionNote", Note, "note"), CALLER),
        fixed={**AS, "status": "done"},
        reply=(Field("taskId", "result.id"), Field("status", "result.status")),
        errors=NOT_FOUND,
    ),
    Word(
        name="fail_task",
        operation="task.update",
        description="Give a task up; its creator gets a message.",
        args=(ID, Arg("failureNote", Note, "note"), CALLER),
        fixed={**AS, "status": "failed"},
        reply=(Field("taskId", "result.id"), Field("status", "result.status")),
        errors=NOT_FOUND,
    ),
    Word(
        name="block_task",
        operation="task.update",
        description="Say that a task is blocked, and by what.",
        args=(
            ID,
            Arg("reason", Reason, "note", default=None),
            Arg(
                "blockedBy",
                Annotated[str, Meta(max_length=500, description="A task, a role, a thing")],
                "blocked_by",
                default=None,
            ),
            Arg("blockedCause", Cause, "blocked_cause", default=None),
            CALLER,
        ),
        fixed={**AS, "status": "blocked"},
        reply=(
            Field("taskId", "result.id"),
            Field("status", "result.status"),
            Field("reason", "result.note"),
            Field("blockedCause", "result.blocked_cause"),
        ),
        errors=NOT_FOUND,
    ),
    Word(
        name="checkout_task",
        operation="task.claim",
        description="Take a task to work on it; of several who try, one gets it.",
        args=(
            ID,
            Arg("callerOrchestrator", Caller, "agent"),
            Arg("callerInstance", InstanceId, "instance", default=None),
        ),
        fixed={"start": True},
        reply=(
            Field("claimed", "result.claimed"),
            Field("reason", "result.notice", optional=True),
            Field(
                "_ext",
                of=(
                    Field("winner", "result.winner"),
                    Field("winnerInstance", "result.winner_instance"),
                ),
            ),
        ),
        errors=NOT_FOUND,
    ),
    Word(
        name="delete_task",
        operation="task.update",
        description="Delete a task: it stays as cancelled, and is listed only under that state.",
        args=(ID, CALLER),
        fixed={**AS, "status": "cancelled"},
        reply=(Field("deleted", fixed=True), Field("taskId", "result.id")),
        errors=NOT_FOUND,
    ),
    Word(
        name="add_task_dependency",
        description="Let a task wait for others; a circle is refused.",
        **DEPEND,
    ),
    Word(name="create_task_dependency", description="The same as add_task_dependency.", **DEPEND),
    Word(
        name="list_tasks_by_mission",
        operation="task.list",
        description="List the tasks of a mission, newest first.",
        args=(
            Arg("missionId", Mission, "mission"),
            Arg(
                "status",
                Annotated[
                    str | list[str], Meta(description="One state or many, or open, active, all")
                ],
                "status",
                "states",
                default="any",
            ),
            *PAGING,
        ),
        fixed=BOUND,
        each="tasks",
        reply=ROW,
        shorter=LITE,
        **LISTED,
    ),
    Word(
        name="search_tasks_by_keyword",
        operation="task.search",
        description="Find tasks by their words.",
        args=(
            Arg(
                "query",
                Annotated[
                    str,
                    Meta(min_length=1, max_length=400, description="Words that must all be there"),
                ],
                "query",
            ),
            Arg(
                "status",
                Annotated[
                    str | list[str], Meta(description="One state or many, or open, active, all")
                ],
                "status",
                "states",
                default="any",
            ),
            *PAGING,
        ),
        fixed=BOUND,
        each="tasks",
        reply=ROW,
        shorter=LITE,
        **LISTED,
    ),
    Word(
        name="bulk_complete_tasks",
        operation="task.finish_many",
        description=(
            "Complete all tasks that fit and are not finished. With dryRun, which is the default,"
            " only say how many."
        ),
        args=(
            Arg("taskIds", Ids, "ids", "ids", default=None),
            Arg("assignedTo", Role, "assignee", default=None),
            Arg("createdBy", Role, "creator", default=None),
            Arg("project", Label, "project", default=None),
            Arg("missionId", Mission, "mission", default=None),
            Arg("updatedBefore", Ms, "updated_before", "moment_of_ms", default=None),
            Arg("completionNote", Note, "note", default=None),
            Arg("limit", Annotated[int, Meta(ge=1, le=200)], "limit", default=200),
            Arg("dryRun", bool, "only_look", default=True),
            CALLER,
        ),
        fixed=AS,
        reply=(
            Field("count", "result.ids", "count"),
            Field("sampleIds", "result.ids", "first_ten"),
            Field("bulkRunId", "result.run"),
            Field("executedAt", "result.at", "ms", optional=True),
            Field("_ext", of=(Field("hasMore", "result.has_more"),)),
        ),
    ),
)
