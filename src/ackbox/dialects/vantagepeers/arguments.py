"""VantagePeers' tools for messages, peers and profiles, as data; those for tasks are in tasks.py.

Explained in docs/howto/coming-from-vantagepeers.md.
"""

from typing import Annotated, Any

from msgspec import Meta

from ackbox.dialects.engine.errors import ErrorReply
from ackbox.dialects.engine.mapping import Arg, ToolMapping, limit
from ackbox.dialects.vantagepeers import convert, replies
from ackbox.dialects.vantagepeers.missions import MISSION_TOOLS
from ackbox.dialects.vantagepeers.notes import NOTE_TOOLS
from ackbox.dialects.vantagepeers.tasks import TASK_TOOLS, Cursor, Fields

Ms = Annotated[int, Meta(description="Only messages after this time, in Unix milliseconds")]
Tenant = Annotated[
    str, Meta(description="Name of the tenant; by default messages of every tenant", max_length=256)
]
Line = Annotated[str, Meta(max_length=200)]
PAGING: tuple[Arg, ...] = (
    Arg("fields", Fields, default=None),
    Arg("cursor", Cursor, "cursor", default=None),
)


NOT_FOUND = {"not_found": ErrorReply(text="Error: Message not found")}
FROM_MANY: dict[str, Any] = {"with_cursors": True}


SUMMARY: dict[str, Any] = {
    "operation": "agent.heartbeat",
    "args": (
        Arg("orchestratorId", Annotated[str, Meta(description="Your name")], "agent"),
        Arg(
            "instanceId",
            Annotated[str, Meta(description="Name of your instance")],
            "instance",
            default=None,
        ),
        Arg(
            "summary",
            Annotated[str, Meta(description="What you are doing, at most 500 characters")],
            "summary",
        ),
    ),
    "reply": replies.set_summary,
}

TOOLS: tuple[ToolMapping, ...] = (
    ToolMapping(
        name="send_message",
        operation="message.send",
        description=(
            "Send a message to a role, to several separated by commas, or to everyone:"
            " `broadcast`. `instanceId` targets one instance."
        ),
        args=(
            Arg("from", Annotated[str, Meta(description="Your name")], "agent"),
            Arg(
                "recipientAgentIds",
                Annotated[
                    list[str],
                    Meta(
                        min_length=1,
                        max_length=50,
                        description="Roles to send to, in place of channel",
                    ),
                ],
                "to",
                default=None,
            ),
            Arg(
                "channel",
                Annotated[
                    str,
                    Meta(
                        description=(
                            "A role, several roles separated by commas, an instance, or broadcast"
                        )
                    ),
                ],
                "to",
                default=None,
            ),
            Arg(
                "to",
                Annotated[str, Meta(description="Same as channel")],
                "to",
                default=None,
            ),
            Arg("content", Annotated[str, Meta(description="Text of the message")], "body"),
            Arg(
                "fromInstanceId",
                Annotated[str, Meta(description="Name of your instance")],
                "instance",
                default=None,
            ),
            Arg(
                "instanceId",
                Annotated[str, Meta(description="The one instance of the role to send to")],
                "to_instance",
                default=None,
            ),
            Arg(
                "sessionDay",
                Annotated[int, Meta(description="Day of the session")],
                "metadata.session_day",
                default=None,
            ),
            Arg("tenantId", Tenant, "metadata.tenant", default=None),
        ),
        fixed={"by_instance": True, "lists_everyone": True, "relaxed_limits": True},
        one_of=("channel", "recipientAgentIds", "to"),
        reply=replies.send_message,
    ),
    ToolMapping(
        name="check_messages",
        operation="inbox.check",
        description=(
            "Read unread messages, oldest first. They come back until mark_as_read marks them."
        ),
        args=(
            Arg("recipient", Annotated[str, Meta(description="Your name")], "agent"),
            Arg(
                "recipientInstanceId",
                Annotated[str, Meta(description="Name of your instance")],
                "instance",
                default=None,
            ),
            Arg("tenantId", Tenant, "metadata.tenant", default=None),
            Arg("since", Ms, "since", convert.moment, default=None),
            limit(50, default=20),
        ),
        fixed={"with_tasks": True},
        reply=replies.check_messages,
    ),
    ToolMapping(
        name="mark_as_read",
        operation="receipt.mark",
        description="Mark messages as read, by receipt id from check_messages.",
        args=(
            Arg(
                "receiptIds",
                Annotated[list[str] | str, Meta(description="Receipt ids")],
                "ids",
                convert.ids,
            ),
        ),
        fixed={"mark": "read", "as_recipient": True},
        reply=replies.mark_as_read,
    ),
    ToolMapping(
        name="get_message",
        operation="message.get",
        description="Read one message. Marks nothing.",
        args=(Arg("messageId", Annotated[str, Meta(description="Id of the message")], "id"),),
        reply=replies.get_message,
        errors=NOT_FOUND,
    ),
    ToolMapping(
        name="list_messages",
        operation="message.history",
        description="List the workspace's messages, newest first. Marks nothing.",
        args=(
            Arg(
                "sessionDay",
                Annotated[int, Meta(description="Only messages of this day")],
                "metadata.session_day",
                default=None,
            ),
            Arg(
                "from",
                Annotated[str, Meta(max_length=256, description="Only messages from this role")],
                "sender",
                default=None,
            ),
            Arg(
                "channel",
                Annotated[
                    str,
                    Meta(
                        min_length=1,
                        max_length=2_000,
                        description="Only messages to this channel: a role, a list, or broadcast",
                    ),
                ],
                "audience",
                convert.audience,
                default=None,
            ),
            limit(500, default=100),
            *PAGING,
        ),
        fixed=FROM_MANY,
        reply=replies.list_messages,
    ),
    ToolMapping(
        name="search_messages_by_keyword",
        operation="message.search",
        description="Search messages by keyword, newest first.",
        args=(
            Arg(
                "query",
                Annotated[
                    str,
                    Meta(min_length=1, max_length=400, description="Words that must all occur"),
                ],
                "query",
            ),
            limit(200, default=20),
            *PAGING,
        ),
        fixed=FROM_MANY,
        reply=replies.list_messages,
    ),
    ToolMapping(
        name="delete_message",
        operation="message.withdraw",
        description=(
            "Withdraw a message of yours from everyone who has not read it. list_messages still"
            " shows it."
        ),
        args=(
            Arg("messageId", Annotated[str, Meta(description="Id of the message")], "id"),
            Arg(
                "callerOrchestrator",
                Annotated[str, Meta(description="Your name")],
                "agent",
                default=None,
                or_header=True,
            ),
        ),
        fixed={"as_sender": True},
        reply=replies.delete_message,
        errors=NOT_FOUND,
    ),
    ToolMapping(
        name="list_broadcast_status",
        operation="message.status",
        description=(
            "List who has read a message: one receipt for each recipient, with readAt null until"
            " the recipient marks it."
        ),
        args=(Arg("messageId", Annotated[str, Meta(description="Id of the message")], "id"),),
        fixed={"limit": 200},
        reply=replies.list_broadcast_status,
        errors=NOT_FOUND,
    ),
    ToolMapping(
        name="list_peers",
        operation="agent.list",
        description=(
            "List every agent instance, what it does and when it was last seen, newest first."
        ),
        reply=replies.list_peers,
    ),
    ToolMapping(
        name="get_profile",
        operation="agent.list",
        description="Read the profile of a role; null if no such agent ever connected.",
        args=(
            Arg(
                "orchestratorId",
                Annotated[str, Meta(min_length=1, max_length=256, description="Name of the role")],
                "name",
            ),
        ),
        reply=replies.get_profile,
    ),
    ToolMapping(
        name="update_profile",
        operation="agent.check_in",
        description="Update your profile. Fields that you leave out keep their value.",
        args=(
            Arg("orchestratorId", Annotated[str, Meta(description="Your name")], "agent"),
            Arg("name", Line, "title", default=None),
            Arg(
                "static",
                Meta(description="Lasting properties"),
                default=None,
                of=(
                    Arg("role", Line, "role", default=None),
                    Arg("workspace", Line, "machine", default=None),
                    Arg(
                        "capabilities",
                        Annotated[list[str], Meta(max_length=50)],
                        "capabilities",
                        default=None,
                    ),
                ),
            ),
            Arg(
                "dynamic",
                Meta(description="Current activity"),
                default=None,
                of=(
                    Arg(
                        "currentTask",
                        Annotated[str, Meta(max_length=500)],
                        "summary",
                        default=None,
                    ),
                    Arg("lastSeen", int | str, default=None),
                    Arg("sessionCount", int, default=None),
                ),
            ),
        ),
        fixed={"instance": None, "machine": None},
        reply=replies.update_profile,
    ),
    ToolMapping(
        name="whoami",
        operation="agent.whoami",
        description="Show which agents your key can act as, and where.",
        reply=replies.whoami,
    ),
    ToolMapping(
        name="set_summary", description="Set your summary of what you are doing.", **SUMMARY
    ),
    ToolMapping(
        name="update_summary",
        description="Same as set_summary.",
        **SUMMARY,
    ),
    ToolMapping(
        name="register_profile",
        operation="agent.check_in",
        description="Register yourself, or an instance of yours.",
        args=(
            Arg("orchestratorId", Annotated[str, Meta(description="Your name")], "agent"),
            Arg(
                "instanceId",
                Annotated[str, Meta(description="Name of your instance")],
                "instance",
                default=None,
            ),
            Arg("name", Line, "title", default=None),
            Arg("role", Line, "role", default=None),
            Arg("workspace", Line, "machine", default=None),
        ),
        reply=replies.update_profile,
    ),
    *TASK_TOOLS,
    *MISSION_TOOLS,
    *NOTE_TOOLS,
)
