"""GolemXV's tools, as data; its REST interface is in rest.py.

Explained in docs/howto/coming-from-golemxv.md.
"""

from typing import Annotated, Literal

from msgspec import Meta

from ackbox.dialects.engine.mapping import Arg, ToolMapping, limit
from ackbox.dialects.golemxv import convert, memory_replies, replies, task_replies
from ackbox.dialects.golemxv.arguments import (
    CHANGE_FIXED,
    CHANGED,
    CHECKIN,
    CHECKIN_FIXED,
    CHECKOUT,
    CHECKOUT_FIXED,
    CLAIM_FIXED,
    FREE,
    MESSAGES,
    NO_SESSION,
    NOTE,
    PROJECT,
    REASON,
    RESULT,
    ROSTER_FIXED,
    SCOPE,
    SEND,
    SENT_FIXED,
    SESSION,
    STATUS,
    TASK,
    TASKS,
    TASKS_FIXED,
)
from ackbox.dialects.golemxv.errors import CHANGE_ERRORS, CLAIM_FAILED, SCOPE_CONFLICT

TOOLS: tuple[ToolMapping, ...] = (
    ToolMapping(
        name="checkin",
        operation="session.start",
        description=(
            "Start a session with your name and the area and files you will work on. Returns the"
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
        description="Keep your session alive, and update its area and files.",
        args=(PROJECT, SESSION, *SCOPE),
        fixed={"limit": 0},
        reply=replies.heartbeat,
    ),
    ToolMapping(
        name="scope_update",
        operation="session.checkpoint",
        description="Declare another area or other files. Returns what you have declared now.",
        args=(PROJECT, SESSION, *SCOPE),
        fixed={"limit": 0},
        reply=replies.scope_update,
    ),
    ToolMapping(
        name="presence",
        operation="agent.list",
        description="List active agents, what each works on and when each was last active.",
        args=(PROJECT, NO_SESSION),
        fixed=ROSTER_FIXED,
        reply=replies.presence,
    ),
    ToolMapping(
        name="conflict_check",
        operation="session.conflicts",
        description="Check who works on the same area or files. Declares nothing.",
        args=(PROJECT, SESSION, *SCOPE),
        reply=replies.conflict_check,
    ),
    ToolMapping(
        name="checkout",
        operation="session.end",
        description="End your session with a summary, an outcome and the files you changed.",
        args=(PROJECT, SESSION, *CHECKOUT),
        fixed=CHECKOUT_FIXED,
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
        description="List the project's messages, newest first.",
        args=(PROJECT, SESSION, *MESSAGES),
        reply=replies.get_messages,
    ),
    ToolMapping(
        name="list_tasks",
        operation="task.list",
        description="List the project's tasks, most urgent first.",
        args=(PROJECT, SESSION, *TASKS),
        fixed=TASKS_FIXED,
        reply=task_replies.list_tasks,
    ),
    ToolMapping(
        name="claim_task",
        operation="task.claim",
        description="Claim a pending task. If several agents try, one gets it.",
        args=(PROJECT, SESSION, TASK),
        fixed=CLAIM_FIXED,
        errors=CLAIM_FAILED,
        reply=task_replies.claim_task,
    ),
    ToolMapping(
        name="update_task",
        operation="task.update",
        description="Update a task's status, with a note or a reason.",
        args=(
            PROJECT,
            SESSION,
            TASK,
            Arg("status", STATUS.kind, "status", convert.task_status, default=None),
            REASON,
            NOTE,
        ),
        fixed=CHANGE_FIXED,
        errors=CHANGE_ERRORS,
        reply=task_replies.update_task,
    ),
    ToolMapping(
        name="complete_task",
        operation="task.update",
        description="Complete a task with a summary of its result and the files changed.",
        args=(
            PROJECT,
            SESSION,
            TASK,
            RESULT,
            Arg(
                "summary",
                Annotated[str, Meta(max_length=10_000, description="The same as result_summary")],
                "note",
                default=None,
                same_as=("result_summary",),
            ),
            CHANGED,
        ),
        fixed={"status": "done", "only_own": True},
        errors=CHANGE_ERRORS,
        reply=task_replies.complete_task,
    ),
    ToolMapping(
        name="activity_log",
        operation="event.list",
        description="List the project's events, newest first.",
        args=(
            PROJECT,
            SESSION,
            Arg(
                "agent_name",
                Annotated[str, Meta(max_length=256, description="Only events of this agent")],
                "of",
                convert.unlabelled,
                default=None,
            ),
            Arg(
                "event_type",
                Annotated[
                    str,
                    Meta(
                        max_length=64,
                        description=(
                            "Only events of this type: checkin, checkout, scope_change, message,"
                            " or a kind of ours"
                        ),
                    ),
                ],
                "kinds",
                convert.event_kinds,
                default=None,
            ),
            limit(200, default=50),
            Arg(
                "offset",
                Annotated[int, Meta(ge=0, le=10_000, description="Number of events to skip")],
                "skip",
                default=0,
            ),
        ),
        reply=replies.activity_log,
    ),
    ToolMapping(
        name="sessions",
        operation="session.list",
        description=(
            "List the project's sessions, newest first: who worked, on what, and how it ended."
        ),
        args=(
            PROJECT,
            NO_SESSION,
            Arg(
                "agent_name",
                Annotated[str, Meta(max_length=256, description="Only those of this agent")],
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
            limit(200, default=50),
            Arg(
                "offset",
                Annotated[int, Meta(ge=0, le=4_000, description="Number of sessions to skip")],
                "skip",
                default=0,
            ),
        ),
        fixed=FREE,
        reply=replies.sessions,
    ),
    ToolMapping(
        name="project_info",
        operation="agent.list",
        description="Show the project, its settings, and every agent that ever joined it.",
        args=(PROJECT, NO_SESSION),
        fixed=FREE,
        reply=replies.project_info,
    ),
    ToolMapping(
        name="memory_search",
        operation="note.search",
        description=(
            "Search the project's memory by words. Results with more of the words come first."
        ),
        args=(
            PROJECT,
            NO_SESSION,
            Arg(
                "query",
                Annotated[str, Meta(max_length=400, description="Words to search for")],
                "query",
                empty_is_none=True,
            ),
            Arg(
                "max_results",
                Annotated[int, Meta(ge=1, le=50, description="Maximum number of results")],
                default=10,
            ),
            Arg(
                "category",
                Annotated[str, Meta(max_length=32, description="Only of this category")],
                "kind",
                default=None,
                empty_is_none=True,
            ),
        ),
        # The reply chooses from these: notes are found newest first.
        fixed={**FREE, "any_word": True, "limit": 200, "max_text_bytes": 1_000_000},
        reply=memory_replies.memory_search,
    ),
    ToolMapping(
        name="memory_store",
        operation="note.add",
        description="Store something in the project's memory, for every agent on it.",
        args=(
            PROJECT,
            SESSION,
            Arg(
                "content",
                Annotated[str, Meta(description="The text, at most 100,000 characters")],
                "text",
                empty_is_none=True,
            ),
            Arg(
                "category",
                Annotated[
                    str,
                    Meta(
                        max_length=32,
                        description="context, pattern, decision, debug, general or another word",
                    ),
                ],
                "kind",
                default="general",
                empty_is_none=True,
            ),
            Arg(
                "tags",
                Annotated[
                    list[Annotated[str, Meta(min_length=1, max_length=200)]],
                    Meta(max_length=50, description="Tags"),
                ],
                "tags",
                default=[],
            ),
        ),
        reply=memory_replies.memory_store,
    ),
)
