"""ExoVault's tools for messages and agents, as data.

Explained in docs/howto/coming-from-exovault.md.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta

from ackbox.dialects.engine.mapping import Arg, ToolMapping, limit
from ackbox.dialects.exovault import convert, replies
from ackbox.dialects.exovault.arguments import (
    AGENT,
    MODEL,
    RUN,
    VAULT,
    WHOLE,
    AgentId,
    Level,
    Object,
)

MessageId = Annotated[str, Meta(min_length=1, max_length=64, description="Id of the message")]
SEND = ToolMapping(
    name="send_message",
    operation="message.send",
    description=(
        "Send a message to an agent, to the user, or to everyone: targetId is an agent's id, `user`"
        " or `*`."
    ),
    args=(
        Arg(
            "targetId",
            Annotated[
                str,
                Meta(
                    min_length=1,
                    max_length=200,
                    description="Id of an agent, `user`, or `*` for everyone",
                ),
            ],
            "to",
            convert.one,
        ),
        Arg(
            "content",
            Annotated[
                str, Meta(min_length=1, max_length=10_240, description="Text of the message")
            ],
            "body",
        ),
        AGENT,
        Arg("senderId", AgentId, "agent", default=None, or_header=True),
        Arg(
            "category",
            Annotated[
                str,
                Meta(
                    min_length=1,
                    max_length=32,
                    description=(
                        "info, request, alert, error, directive, question, task, or any other word"
                    ),
                ),
            ],
            "intent",
            convert.intent,
            default="info",
        ),
        Arg("priority", Level, "priority", default=3),
        Arg(
            "subject",
            Annotated[str, Meta(max_length=200, description="A short subject")],
            "subject",
            default=None,
        ),
        VAULT,
        Arg(
            "expiresInDays",
            Annotated[int, Meta(ge=1, le=365, description="Number of days until it expires")],
            "expires_in_days",
            default=30,
        ),
        Arg("metadata", Object, "metadata", default={}),
        Arg(
            "template",
            Literal["task_assignment", "status_update", "alert", "question"],
            "metadata.template",
            default=None,
        ),
        Arg(
            "templateData",
            Annotated[dict[str, Any], Meta(max_length=50, description="Values for the template")],
            "facts",
            default={},
        ),
        Arg("parentMessageId", MessageId, "parent", convert.id_of_uuid, default=None),
        RUN,
        MODEL,
    ),
    fixed={**WHOLE, "relaxed_limits": True},
    reply=replies.send_message,
)
READ = ToolMapping(
    name="read_messages",
    operation="inbox.check",
    description=(
        "Read your messages, highest priority first. Pending messages become delivered;"
        " acknowledge them with ack_message."
    ),
    args=(
        AGENT,
        Arg("status", Literal["pending", "delivered", "acknowledged"], "state", default="pending"),
        Arg(
            "category",
            Annotated[str, Meta(max_length=32, description="Only messages of this category")],
            "intent",
            convert.intent,
            default=None,
        ),
        limit(50, default=20),
        Arg(
            "includeBroadcast",
            Annotated[bool, Meta(description="Whether to include messages to everyone")],
            "direct_only",
            convert.inverse,
            default=True,
        ),
        VAULT,
        RUN,
        MODEL,
    ),
    fixed={**WHOLE, "mark": "delivered", "urgent_first": True, "max_body_bytes": 1_000_000},
    reply=replies.read_messages,
)
ACK = ToolMapping(
    name="ack_message",
    operation="receipt.mark",
    description="Acknowledge a message. Its sender sees that.",
    args=(Arg("messageId", MessageId, "ids", convert.ids_of_uuid), AGENT, VAULT, RUN, MODEL),
    fixed={**WHOLE, "mark": "acknowledged", "or_refuse": True},
    reply=replies.ack_message,
)
AGENTS = ToolMapping(
    name="list_active_agents",
    operation="agent.list",
    description="List recently active agents, the latest first.",
    args=(
        Arg(
            "daysBack",
            Annotated[int, Meta(ge=1, le=3650, description="Number of days to look back")],
            "days",
            default=7,
        ),
        limit(200, default=10),
        VAULT,
        RUN,
        AGENT,
        MODEL,
    ),
    fixed={"newest_first": True},
    reply=replies.list_active_agents,
)

TOOLS: tuple[ToolMapping, ...] = (
    SEND,
    READ,
    ACK,
    AGENTS,
)
