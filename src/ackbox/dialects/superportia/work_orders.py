"""SuperPortia's tools for work orders, as data: a work order is a task.

Explained in docs/howto/coming-from-superportia.md.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta

from ackbox.dialects.engine.mapping import Arg, ToolMapping, limit
from ackbox.dialects.superportia import convert
from ackbox.dialects.superportia import work_order_replies as replies

OrderId = Annotated[
    str, Meta(max_length=40, description="Id of the work order, such as WO-2026-0305-001")
]
State = Literal[
    "pending",
    "accepted",
    "in_progress",
    "blocked",
    "review",
    "approved",
    "rejected",
    "cancelled",
]
Urgency = Literal["low", "normal", "medium", "high", "critical", "urgent"]
Title = Annotated[
    str, Meta(min_length=1, max_length=500, description="Title, with [Project-Category] first")
]
Assignee = Annotated[str, Meta(min_length=1, description="Exact identity of the assignee")]
Requester = Annotated[str, Meta(max_length=200, description="Who asks for it")]
Label = Annotated[str, Meta(max_length=200, description="Project")]
Text = Annotated[str, Meta(max_length=20_000, description="Full description")]
Day = Annotated[str, Meta(max_length=40, description="Due date, such as 2026-03-10")]
Hours = Annotated[float, Meta(ge=0, le=100_000, description="Hours")]
Worked = Annotated[float, Meta(ge=0.01, le=100_000, description="Hours that the work took")]
Criteria = Annotated[str, Meta(max_length=2_000, description="When it counts as done")]
Note = Annotated[str, Meta(min_length=1, max_length=4_000, description="Note")]

ORDER = Arg("order_id", OrderId, "id", convert.number)
# The connection's instance does not apply.
CHANGE: dict[str, Any] = {"instance": None, "keep_metadata": True}
EDITABLE: tuple[Arg, ...] = (
    Arg("title", Title, "title", default=None),
    Arg("description", Text, "description", default=None),
    Arg("priority", Urgency, "priority", convert.urgency, default=None),
    Arg("project", Label, "project", default=None),
    Arg("requester", Requester, "metadata.requester", default=None),
    Arg("due_date", Day, "due_at", default=None),
    Arg("estimated_hours", Hours, "estimated_minutes", convert.minutes, default=None),
    Arg("acceptance_criteria", Criteria, "done_when", default=None),
    Arg("deliverables", Criteria, "metadata.deliverables", default=None),
)
RESULT: tuple[Arg, ...] = (
    Arg("actual_hours", Worked, "metadata.actual_hours", default=None),
    Arg("review_notes", Note, "metadata.review_notes", default=None),
)

WORK_ORDER_TOOLS: tuple[ToolMapping, ...] = (
    ToolMapping(
        name="create_work_order",
        operation="task.create",
        description="Create a work order for an exact identity, and notify it.",
        args=(
            Arg("title", Title, "title"),
            Arg("assignee", Assignee, "to"),
            Arg("description", Text, "description", default=""),
            Arg("priority", Urgency, "priority", convert.urgency, default="normal"),
            *EDITABLE[3:],
        ),
        fixed={"instance": None, "exact": True},
        reply=replies.create_work_order,
    ),
    ToolMapping(
        name="list_work_orders",
        operation="task.list",
        description="List work orders, newest first.",
        args=(
            Arg("status", State | Literal["all"], "status", convert.state, default="all"),
            Arg("assignee", Assignee, "assignee", default=None),
            Arg("project", Label, "project", default=None),
            limit(200, default=50),
        ),
        fixed={"max_text_bytes": 1_000_000},
        reply=replies.list_work_orders,
    ),
    ToolMapping(
        name="get_work_order_detail",
        operation="task.get",
        description="Read one work order.",
        args=(ORDER,),
        reply=replies.get_work_order_detail,
    ),
    ToolMapping(
        name="accept_work_order",
        operation="task.claim",
        description="Accept a work order that is assigned to you.",
        args=(ORDER,),
        fixed={"instance": None},
        reply=replies.accept_work_order,
    ),
    ToolMapping(
        name="update_work_order_status",
        operation="task.update",
        description="Move a work order to another status, with notes.",
        args=(
            ORDER,
            Arg("status", State, "status", convert.state),
            Arg("notes", Note, "note", default=None),
            Arg("completion_summary", Note, "metadata.completion_summary", default=None),
            *RESULT,
        ),
        fixed=CHANGE,
        reply=replies.change_work_order,
    ),
    ToolMapping(
        name="complete_work_order",
        operation="task.update",
        description="Submit a work order for review, with a summary and the hours it took.",
        args=(
            ORDER,
            Arg("completion_summary", Note, "metadata.completion_summary", default=None),
            Arg("summary", Note, "metadata.completion_summary", default=None),
            Arg("actual_hours", Worked, "metadata.actual_hours"),
            Arg("notes", Note, "note", default=None),
        ),
        one_of=("completion_summary", "summary"),
        fixed={**CHANGE, "status": "review"},
        reply=replies.change_work_order,
    ),
    ToolMapping(
        name="verify_work_order",
        operation="task.update",
        description="Approve a work order in review, or reject it, with notes on the review.",
        args=(
            ORDER,
            Arg("approved", bool, "status", convert.verdict, default=None),
            Arg("status", Literal["approved", "rejected"], "status", convert.state, default=None),
            Arg("review_notes", Note, "metadata.review_notes"),
        ),
        one_of=("approved", "status"),
        fixed=CHANGE,
        reply=replies.change_work_order,
    ),
    ToolMapping(
        name="patch_wo_fields",
        operation="task.update",
        description="Change fields of a work order; those that you leave out keep their value.",
        args=(
            ORDER,
            *EDITABLE,
            Arg(
                "fields",
                Meta(description="Fields to change, as one object"),
                default=None,
                of=EDITABLE,
            ),
        ),
        fixed=CHANGE,
        reply=replies.change_work_order,
    ),
)
