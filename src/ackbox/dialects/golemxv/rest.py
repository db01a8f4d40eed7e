"""GolemXV's REST interface, as data, over the words' arguments and fields in golemxv.py.

No code: the face reads it. Explained in docs/howto/coming-from-golemxv.md.
"""

from ackbox.app.limits import Rate
from ackbox.dialects.engine.mapping import Arg, Field, Word
from ackbox.dialects.engine.rest import Rest, Road
from ackbox.dialects.golemxv.arguments import (
    ALIVE,
    CHECKIN,
    CHECKIN_FIXED,
    CHECKOUT,
    CLAIM_FAILED,
    CLAIM_FIXED,
    CONFLICT,
    ERRORS,
    GONE,
    KEY_HEADERS,
    MESSAGE,
    MESSAGES,
    PROJECT,
    REFUSAL,
    ROW,
    SCOPE,
    SCOPE_CONFLICT,
    SEND,
    SENT,
    SENT_FIXED,
    SESSION,
    TASK,
    TASKS,
    TASKS_FIXED,
    Token,
)

OWN_SESSION = Arg("session_token", Token, "session", empty_is_none=True)
META = Field(
    "meta",
    of=(
        Field("has_conflicts", "result.conflicts", "true_or_null", optional=True),
        Field("conflicts", "result.conflicts", "by_agent_or_null", optional=True, of_each=CONFLICT),
    ),
)
NO_META = Field("meta", fixed={})

GOLEMXV_REST = Rest(
    name="golemxv",
    prefixes=("/api/v1", "/_gxv/api/v1"),
    key_headers=KEY_HEADERS,
    rate=Rate(per_s=2, burst=120),
    errors=ERRORS,
    refusal=REFUSAL,
    roads=(
        Road(
            method="POST",
            path="/checkin",
            status=201,
            word=Word(
                name="checkin",
                operation="session.start",
                description="Start a session, with the area and files you declare.",
                args=(PROJECT, *CHECKIN),
                fixed=CHECKIN_FIXED,
                errors=SCOPE_CONFLICT,
                reply=(
                    Field(
                        "data",
                        of=(
                            Field("session_id", "result.session.number"),
                            Field("session_token", "result.token"),
                            Field("agent_name", "result.session.agent"),
                            Field("heartbeat_interval_seconds", "result.heartbeat_s"),
                            Field("heartbeat_ttl_seconds", "result.ttl_s"),
                        ),
                    ),
                    META,
                ),
            ),
        ),
        Road(
            method="POST",
            path="/heartbeat",
            word=Word(
                name="heartbeat",
                operation="session.checkpoint",
                description="Say that the session goes on.",
                args=(PROJECT, OWN_SESSION, *SCOPE),
                fixed={"limit": 0},
                reply=(Field("data", of=ALIVE), META),
            ),
        ),
        Road(
            method="POST",
            path="/checkout",
            word=Word(
                name="checkout",
                operation="session.end",
                description="End the session; everyone is told.",
                args=(PROJECT, OWN_SESSION, *CHECKOUT),
                reply=(Field("data", of=GONE), NO_META),
            ),
        ),
        Road(
            method="POST",
            path="/messages",
            status=201,
            word=Word(
                name="send_message",
                operation="message.send",
                description="Send a message to an active agent, or to everyone.",
                args=(PROJECT, OWN_SESSION, *SEND),
                fixed=SENT_FIXED,
                reply=(Field("data", of=SENT), NO_META),
            ),
        ),
        Road(
            method="GET",
            path="/messages",
            word=Word(
                name="get_messages",
                operation="message.history",
                description="Read the project's messages, newest first.",
                args=(PROJECT, SESSION, *MESSAGES),
                reply=(Field("data", "result.messages", of_each=MESSAGE), NO_META),
            ),
        ),
        Road(
            method="GET",
            path="/tasks",
            word=Word(
                name="list_tasks",
                operation="task.list",
                description="See the project's tasks, the most urgent first.",
                args=(PROJECT, SESSION, *TASKS),
                fixed=TASKS_FIXED,
                reply=(Field("data", "result.tasks", of_each=ROW), NO_META),
            ),
        ),
        Road(
            method="POST",
            path="/tasks/claim",
            word=Word(
                name="claim_task",
                operation="task.claim",
                description="Take a pending task; of several who try, one gets it.",
                args=(PROJECT, OWN_SESSION, TASK),
                fixed=CLAIM_FIXED,
                errors=CLAIM_FAILED,
                item="task",
                reply=(Field("data", of=ROW), NO_META),
            ),
        ),
    ),
)
