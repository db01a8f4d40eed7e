"""GolemXV's REST interface, as data, with the arguments of its tools.

Explained in docs/howto/coming-from-golemxv.md.
"""

from ackbox.app.limits import Rate
from ackbox.dialects.engine.mapping import Arg, ToolMapping
from ackbox.dialects.engine.realtime import Realtime
from ackbox.dialects.engine.rest import Live, Rest, Route
from ackbox.dialects.golemxv import project_replies, replies, task_replies
from ackbox.dialects.golemxv.arguments import (
    CHANGE_FIXED,
    CHANGED,
    CHECKIN,
    CHECKIN_FIXED,
    CHECKOUT,
    CHECKOUT_FIXED,
    CLAIM_FIXED,
    FREE,
    KEY_HEADERS,
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
    TASK_NOTE,
    TASKS,
    TASKS_FIXED,
    Token,
)
from ackbox.dialects.golemxv.errors import CHANGE_ERRORS, CLAIM_FAILED, ERRORS, SCOPE_CONFLICT

OWN_SESSION = Arg("session_token", Token, "session", empty_is_none=True)
GOLEMXV_REALTIME = Realtime(
    path="/connection/websocket",
    channels=replies.CHANNELS,
    message=replies.publication,
    event=replies.announcement,
)
GOLEMXV_REST = Rest(
    name="golemxv",
    prefixes=("/api/v1", "/_gxv/api/v1"),
    key_headers=KEY_HEADERS,
    rate=Rate(per_s=2, burst=120),
    errors=ERRORS,
    error_body=replies.error_body,
    routes=(
        Route(
            method="POST",
            path="/init",
            text_type="text/yaml",
            tool=ToolMapping(
                name="init",
                operation="agent.list",
                description="Describe the project as GOLEM.yaml.",
                args=(PROJECT, NO_SESSION),
                fixed={**FREE, "limit": 1},
                reply=project_replies.golem_yaml,
            ),
        ),
        Route(
            method="POST",
            path="/checkin",
            status=201,
            tool=ToolMapping(
                name="checkin",
                operation="session.start",
                description="Start a session and declare its area and files.",
                args=(PROJECT, *CHECKIN),
                fixed=CHECKIN_FIXED,
                errors=SCOPE_CONFLICT,
                reply=replies.rest_checkin,
            ),
        ),
        Route(
            method="POST",
            path="/heartbeat",
            tool=ToolMapping(
                name="heartbeat",
                operation="session.checkpoint",
                description="Keep the session alive.",
                args=(PROJECT, OWN_SESSION, *SCOPE),
                fixed={"limit": 0},
                reply=replies.rest_heartbeat,
            ),
        ),
        Route(
            method="GET",
            path="/presence",
            tool=ToolMapping(
                name="presence",
                operation="agent.list",
                description="List active agents and what each works on.",
                args=(PROJECT, NO_SESSION),
                fixed=ROSTER_FIXED,
                reply=replies.rest_presence,
            ),
        ),
        Route(
            method="POST",
            path="/status",
            tool=ToolMapping(
                name="status",
                operation="session.checkpoint",
                description="Declare another area or other files, and learn who works on the same.",
                args=(PROJECT, OWN_SESSION, *SCOPE),
                fixed={"limit": 0},
                reply=replies.rest_status,
            ),
        ),
        Route(
            method="POST",
            path="/checkout",
            tool=ToolMapping(
                name="checkout",
                operation="session.end",
                description="End the session and announce it to everyone.",
                args=(PROJECT, OWN_SESSION, *CHECKOUT),
                fixed=CHECKOUT_FIXED,
                reply=replies.rest_checkout,
            ),
        ),
        Route(
            method="POST",
            path="/messages",
            status=201,
            tool=ToolMapping(
                name="send_message",
                operation="message.send",
                description="Send a message to an active agent, or to everyone.",
                args=(PROJECT, OWN_SESSION, *SEND),
                fixed=SENT_FIXED,
                reply=replies.rest_send_message,
            ),
        ),
        Route(
            method="GET",
            path="/messages",
            tool=ToolMapping(
                name="get_messages",
                operation="message.history",
                description="List the project's messages, newest first.",
                args=(PROJECT, SESSION, *MESSAGES),
                reply=replies.rest_get_messages,
            ),
        ),
        Route(
            method="GET",
            path="/tasks",
            tool=ToolMapping(
                name="list_tasks",
                operation="task.list",
                description="List the project's tasks, most urgent first.",
                args=(PROJECT, SESSION, *TASKS),
                fixed=TASKS_FIXED,
                reply=task_replies.rest_list_tasks,
            ),
        ),
        Route(
            method="POST",
            path="/tasks/claim",
            tool=ToolMapping(
                name="claim_task",
                operation="task.claim",
                description="Claim a pending task. If several agents try, one gets it.",
                args=(PROJECT, OWN_SESSION, TASK),
                fixed=CLAIM_FIXED,
                errors=CLAIM_FAILED,
                reply=task_replies.rest_claim_task,
            ),
        ),
        Route(
            method="POST",
            path="/tasks/{task_id}/status",
            tool=ToolMapping(
                name="task_status",
                operation="task.update",
                description="Change the status of your task, with a reason or the result.",
                args=(PROJECT, OWN_SESSION, TASK, STATUS, RESULT, REASON, NOTE, CHANGED),
                fixed=CHANGE_FIXED,
                errors=CHANGE_ERRORS,
                reply=task_replies.rest_task_status,
            ),
        ),
        Route(
            method="POST",
            path="/tasks/{task_id}/notes",
            status=201,
            tool=ToolMapping(
                name="task_note",
                operation="note.add",
                description="Add a note on the progress of a task.",
                args=(PROJECT, OWN_SESSION, *TASK_NOTE),
                reply=task_replies.rest_task_note,
            ),
        ),
        Route(
            method="GET",
            path="/realtime/token",
            live=Live(
                path=GOLEMXV_REALTIME.path,
                address="data.ws_url",
                tickets=("data.connection_token", "data.subscription_token"),
            ),
            tool=ToolMapping(
                name="realtime_token",
                operation="agent.whoami",
                description="Return the address, tokens and channel of the project's WebSocket.",
                args=(PROJECT, NO_SESSION),
                fixed=FREE,
                reply=replies.realtime_token,
            ),
        ),
    ),
)
