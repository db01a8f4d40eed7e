"""VantagePeers' tools for missions, as data: a mission is a task with a tag, of the pilot.

Explained in docs/howto/coming-from-vantagepeers.md.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta

from ackbox.dialects.engine.errors import ErrorReply
from ackbox.dialects.engine.mapping import Arg, ToolMapping, limit
from ackbox.dialects.vantagepeers import convert
from ackbox.dialects.vantagepeers import mission_replies as replies
from ackbox.dialects.vantagepeers.tasks import (
    AS,
    PAGED,
    Caller,
    Cursor,
    Description,
    Fields,
    Label,
    Ms,
    Role,
    TagList,
    Title,
    Urgency,
)

MissionId = Annotated[str, Meta(max_length=64, description="Id of the mission")]
State = Literal["brainstorm", "plan", "execute", "validate", "complete"]
Percent = Annotated[float, Meta(ge=0, le=100, description="Progress in per cent")]

ID = Arg("missionId", MissionId, "id")
DETAILS: tuple[Arg, ...] = (
    Arg("brief", Description, "metadata.brief", default=None),
    Arg("startDate", Ms, "metadata.startDate", default=None),
    Arg("progress", Percent, "metadata.progress", default=None),
    Arg("templateId", Label, "metadata.templateId", default=None),
    Arg("targetDate", Ms, "due_at", convert.moment, default=None),
)
NOT_FOUND = {"not_found missionId": ErrorReply(text="Error: Mission not found")}
CHANGE: dict[str, Any] = {**AS, "keep_metadata": True}

MISSION_TOOLS: tuple[ToolMapping, ...] = (
    ToolMapping(
        name="create_mission",
        operation="task.create",
        description="Create a mission for a pilot and several agents, and notify the pilot.",
        args=(
            Arg("name", Title, "title"),
            Arg("project", Label, "project"),
            Arg("priority", Urgency, "priority", convert.priority),
            Arg("pilot", Role, "to"),
            Arg("agents", TagList, "metadata.agents", convert.tags),
            Arg("createdBy", Caller, "agent"),
            Arg("status", State, "status", convert.mission_state, default="brainstorm"),
            Arg("description", Description, "description", default=""),
            *DETAILS,
        ),
        fixed={"tags": [convert.MISSION]},
        reply=replies.create_mission,
    ),
    ToolMapping(
        name="list_missions",
        operation="task.list",
        description=(
            "List missions, newest first. `open` means not complete, `active` planned or under way."
        ),
        args=(
            Arg("project", Label, "project", default=None),
            Arg("pilot", Role, "assignee", default=None),
            Arg(
                "status",
                Annotated[
                    str | list[str], Meta(description="One or more states, or open, active, all")
                ],
                "status",
                convert.mission_states,
                default="all",
            ),
            Arg("updatedSince", Ms, "updated_since", convert.moment, default=None),
            limit(200, default=20),
            Arg("fields", Fields, default=None),
            Arg("cursor", Cursor, "cursor", default=None),
        ),
        fixed={**PAGED, "tag": convert.MISSION},
        reply=replies.list_missions,
    ),
    ToolMapping(
        name="get_mission",
        operation="task.get",
        description="Read one mission.",
        args=(ID,),
        reply=replies.get_mission,
        errors=NOT_FOUND,
    ),
    ToolMapping(
        name="update_mission",
        operation="task.update",
        description="Update a mission. Fields that you leave out keep their value.",
        args=(
            ID,
            Arg("name", Title, "title", default=None),
            Arg("description", Description, "description", default=None),
            Arg("project", Label, "project", default=None),
            Arg("status", State, "status", convert.mission_state, default=None),
            Arg("priority", Urgency, "priority", convert.priority, default=None),
            Arg("pilot", Role, "to", default=None),
            Arg("agents", TagList, "metadata.agents", convert.tags, default=None),
            *DETAILS,
        ),
        fixed=CHANGE,
        reply=replies.update_mission,
        errors=NOT_FOUND,
    ),
    ToolMapping(
        name="update_mission_status",
        operation="task.update",
        description="Change the status of a mission.",
        args=(ID, Arg("status", State, "status", convert.mission_state)),
        fixed=AS,
        reply=replies.update_mission_status,
        errors=NOT_FOUND,
    ),
)
