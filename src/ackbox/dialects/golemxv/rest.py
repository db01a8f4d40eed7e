"""GolemXV's REST interface, as data, with the arguments of its tools.

Explained in docs/howto/coming-from-golemxv.md.
"""

from ackbox.app.limits import Rate
from ackbox.dialects.engine.mapping import Arg, ToolMapping
from ackbox.dialects.engine.rest import Rest, Route
from ackbox.dialects.golemxv import replies
from ackbox.dialects.golemxv.arguments import (
    CHECKIN,
    CHECKIN_FIXED,
    CHECKOUT,
    CLAIM_FIXED,
    KEY_HEADERS,
    MESSAGES,
    PROJECT,
    SCOPE,
    SEND,
    SENT_FIXED,
    SESSION,
    TASK,
    TASKS,
    TASKS_FIXED,
    Token,
)
from ackbox.dialects.golemxv.errors import CLAIM_FAILED, ERRORS, SCOPE_CONFLICT

OWN_SESSION = Arg("session_token", Token, "session", empty_is_none=True)
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
            method="POST",
            path="/checkout",
            tool=ToolMapping(
                name="checkout",
                operation="session.end",
                description="End the session and announce it to everyone.",
                args=(PROJECT, OWN_SESSION, *CHECKOUT),
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
                reply=replies.rest_list_tasks,
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
                reply=replies.rest_claim_task,
            ),
        ),
    ),
)
