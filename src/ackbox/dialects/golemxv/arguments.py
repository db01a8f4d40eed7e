"""GolemXV's coordination tools, as data; its REST interface is in rest.py.

Explained in docs/howto/coming-from-golemxv.md.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta

from ackbox.dialects.engine.mapping import Arg, ToolMapping
from ackbox.dialects.golemxv import convert, replies
from ackbox.dialects.golemxv.errors import CLAIM_FAILED, SCOPE_CONFLICT

Token = Annotated[str, Meta(description="Session token that checkin gave")]
Slug = Annotated[
    str, Meta(description="Project slug; the key's own project when left out", max_length=256)
]
Area = Annotated[str, Meta(max_length=100, description="Work area, as a slug")]
Files = Annotated[
    list[Annotated[str, Meta(max_length=500)]],
    Meta(max_length=200, description="Paths of files to work on"),
]
TaskNumber = Annotated[int, Meta(ge=0, le=1 << 53, description="Id of the task")]
TaskStatus = Literal[
    "pending", "assigned", "in_progress", "blocked", "completed", "failed", "cancelled"
]
TaskPriority = Literal["low", "medium", "high", "critical"]
KEY_HEADERS = ("x-api-key",)
SESSION = Arg("session_token", Token, "session", default=None, or_header=True, empty_is_none=True)
PROJECT = Arg("project_slug", Slug, "workspace", default=None, or_header=True)
# Taken, and not asked of: what needs no session must not fail for one that is over.
NO_SESSION = Arg("session_token", Token, default=None)
FREE: dict[str, Any] = {"session": None}
SEND: tuple[Arg, ...] = (
    Arg(
        "to",
        Annotated[str, Meta(description="Name of an active agent, or broadcast")],
        "to",
        convert.unlabelled,
        empty_is_none=True,
    ),
    Arg(
        "content",
        Annotated[str, Meta(description="The text, at most 50,000 characters")],
        "body",
        empty_is_none=True,
    ),
    Arg("type", Literal["text", "status", "request"], "intent", convert.intent, default="text"),
    Arg(
        "metadata",
        Annotated[dict[str, Any], Meta(description="Any JSON object")],
        "metadata",
        default={},
    ),
)
SENT_FIXED: dict[str, Any] = {"unknown": "inactive", "mention": True}
MESSAGES: tuple[Arg, ...] = (
    Arg(
        "since",
        Annotated[str, Meta(description="Only messages after this time, ISO 8601")],
        "since",
        default=None,
    ),
    Arg(
        "sender",
        Annotated[str, Meta(description="Only from this sender")],
        "sender",
        convert.unlabelled,
        default=None,
    ),
    Arg(
        "limit",
        Annotated[int, Meta(ge=1, le=100, description="At most this many")],
        "limit",
        default=20,
    ),
)
SCOPE: tuple[Arg, ...] = (
    Arg("declared_area", Area, "area", default=None),
    Arg("declared_files", Files, "files", default=None),
)
CHECKIN: tuple[Arg, ...] = (
    Arg(
        "agent_name",
        Annotated[str, Meta(max_length=100, description="Your name; made up when left out")],
        "agent",
        default=None,
        or_header=True,
        empty_is_none=True,
    ),
    *SCOPE,
    Arg(
        "heartbeat_ttl_seconds",
        Annotated[
            int,
            Meta(
                ge=10, le=86_400, description="Seconds without a heartbeat until you count as gone"
            ),
        ],
        "ttl_s",
        default=None,
    ),
)
CHECKIN_FIXED: dict[str, Any] = {**FREE, "announce": True, "new_name": True}
CHECKOUT: tuple[Arg, ...] = (
    Arg(
        "summary",
        Annotated[str, Meta(max_length=2000, description="What you did and what is left")],
        "summary",
        default=None,
    ),
    Arg(
        "outcome",
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=32,
                description="completed, failed, abandoned, or a word of yours",
            ),
        ],
        "outcome",
        default=None,
    ),
    Arg(
        "files_touched",
        Annotated[list[str], Meta(max_length=1000, description="Files you changed")],
        "touched",
        default=[],
    ),
)
TASKS: tuple[Arg, ...] = (
    Arg("status", TaskStatus | Literal["all"], "status", convert.task_status, default="all"),
    Arg("priority", TaskPriority, "priority", convert.priorities, default=None),
    Arg(
        "assigned_to",
        Annotated[str, Meta(max_length=256, description="Only of this agent")],
        "assignee",
        convert.unlabelled,
        default=None,
    ),
    Arg(
        "limit",
        Annotated[int, Meta(ge=1, le=50, description="At most this many")],
        "limit",
        default=20,
    ),
)
TASKS_FIXED: dict[str, Any] = {"urgent_first": True}
TASK = Arg("task_id", TaskNumber, "id", str)
CLAIM_FIXED: dict[str, Any] = {"or_refuse": True, "tell": True}
TOOLS: tuple[ToolMapping, ...] = (
    ToolMapping(
        name="checkin",
        operation="session.start",
        description=(
            "Check in: who you are and which area and files you will work on. Gives the"
            " session_token and who works on the same."
        ),
        args=(PROJECT, NO_SESSION, *CHECKIN),
        fixed=CHECKIN_FIXED,
        errors=SCOPE_CONFLICT,
        reply=replies.checkin,
    ),
    ToolMapping(
        name="heartbeat",
        operation="session.checkpoint",
        description="Say that you are still at work, before your session times out.",
        args=(PROJECT, SESSION, *SCOPE),
        fixed={"limit": 0},
        reply=replies.heartbeat,
    ),
    ToolMapping(
        name="presence",
        operation="agent.list",
        description="See the active agents: what each works on and when it was last heard of.",
        args=(PROJECT, NO_SESSION),
        fixed={**FREE, "online_only": True},
        reply=replies.presence,
    ),
    ToolMapping(
        name="conflict_check",
        operation="session.conflicts",
        description="See who works on the same area or files. Only looks; declares nothing.",
        args=(PROJECT, SESSION, *SCOPE),
        reply=replies.conflict_check,
    ),
    ToolMapping(
        name="checkout",
        operation="session.end",
        description="Check out: what you did, how it went, and which files you changed.",
        args=(PROJECT, SESSION, *CHECKOUT),
        reply=replies.checkout,
    ),
    ToolMapping(
        name="send_message",
        operation="message.send",
        description=(
            "Send a message to an active agent, or to everyone: `broadcast`. Every agent on the"
            " project can read it."
        ),
        args=(PROJECT, SESSION, *SEND),
        fixed=SENT_FIXED,
        reply=replies.send_message,
    ),
    ToolMapping(
        name="get_messages",
        operation="message.history",
        description="Read the project's messages, newest first.",
        args=(PROJECT, SESSION, *MESSAGES),
        reply=replies.get_messages,
    ),
    ToolMapping(
        name="list_tasks",
        operation="task.list",
        description="See the project's tasks, the most urgent first.",
        args=(PROJECT, SESSION, *TASKS),
        fixed=TASKS_FIXED,
        reply=replies.list_tasks,
    ),
    ToolMapping(
        name="claim_task",
        operation="task.claim",
        description="Take a pending task; of several who try, one gets it.",
        args=(PROJECT, SESSION, TASK),
        fixed=CLAIM_FIXED,
        errors=CLAIM_FAILED,
        reply=replies.claim_task,
    ),
    ToolMapping(
        name="update_task",
        operation="task.update",
        description="Say how far a task is, with a note.",
        args=(
            PROJECT,
            SESSION,
            TASK,
            Arg("status", TaskStatus, "status", convert.task_status, default=None),
            Arg(
                "note",
                Annotated[str, Meta(max_length=10_000, description="A word on it")],
                "note",
                default=None,
            ),
        ),
        reply=replies.update_task,
    ),
    ToolMapping(
        name="complete_task",
        operation="task.update",
        description="Finish a task: what came of it, and which files changed.",
        args=(
            PROJECT,
            SESSION,
            TASK,
            Arg(
                "summary",
                Annotated[str, Meta(max_length=10_000, description="What came of it")],
                "note",
                default=None,
            ),
            Arg(
                "files_changed",
                Annotated[list[str], Meta(max_length=1000, description="Files that changed")],
                "metadata.files_changed",
                default=None,
            ),
        ),
        fixed={"status": "done"},
        reply=replies.complete_task,
    ),
    ToolMapping(
        name="activity_log",
        operation="event.list",
        description="See what happened on the project, newest first.",
        args=(
            PROJECT,
            SESSION,
            Arg(
                "agent_name",
                Annotated[str, Meta(max_length=256, description="Only what this agent did")],
                "of",
                convert.unlabelled,
                default=None,
            ),
            Arg(
                "limit",
                Annotated[int, Meta(ge=1, le=100, description="At most this many")],
                "limit",
                default=20,
            ),
        ),
        reply=replies.activity_log,
    ),
    ToolMapping(
        name="sessions",
        operation="session.list",
        description=(
            "See the project's sessions, newest first: who worked, on what, and how it ended."
        ),
        args=(
            PROJECT,
            NO_SESSION,
            Arg(
                "agent_name",
                Annotated[str, Meta(max_length=256, description="Only of this agent")],
                "of",
                convert.unlabelled,
                default=None,
            ),
            Arg(
                "status",
                Literal["active", "timed_out", "checked_out"],
                "state",
                convert.session_state,
                default=None,
            ),
            Arg(
                "limit",
                Annotated[int, Meta(ge=1, le=100, description="At most this many")],
                "limit",
                default=20,
            ),
        ),
        fixed=FREE,
        reply=replies.sessions,
    ),
    ToolMapping(
        name="project_info",
        operation="agent.list",
        description="See the project, and everyone who has been on it.",
        args=(PROJECT, NO_SESSION),
        fixed=FREE,
        reply=replies.project_info,
    ),
)
