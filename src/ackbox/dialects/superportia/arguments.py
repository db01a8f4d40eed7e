"""SuperPortia's mailbox and status tools, as data.

Explained in docs/howto/coming-from-superportia.md.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta

from ackbox.dialects.engine.mapping import Arg, ToolMapping, limit
from ackbox.dialects.superportia import convert, replies
from ackbox.dialects.superportia.work_orders import WORK_ORDER_TOOLS

Identity = Annotated[str, Meta(description="Exact identity of an agent")]
Text = Annotated[str, Meta(description="Text of the message, as Markdown")]
MessageId = Annotated[str, Meta(description="Id of the message, such as msg-1c7f1a59cc17")]


# SuperPortia knows no instances: the connection's own does not apply.
WHOLE: dict[str, Any] = {"instance": None}

TOOLS: tuple[ToolMapping, ...] = (
    ToolMapping(
        name="send_agent_message",
        operation="message.send",
        description="Send a message to another agent's mailbox. `to` is its exact identity.",
        args=(
            Arg("to", Identity, "to"),
            Arg(
                "subject",
                Annotated[str, Meta(description="Subject line")],
                "subject",
                may_be_empty=True,
            ),
            Arg("body", Text, "body"),
            Arg(
                "priority",
                Literal["normal", "urgent"],
                "priority",
                convert.priority,
                default="normal",
            ),
            Arg("from_agent", Identity, "agent", default=None, or_header=True),
        ),
        fixed={**WHOLE, "exact": True, "relaxed_limits": True},
        reply=replies.send_agent_message,
    ),
    ToolMapping(
        name="check_agent_mailbox",
        operation="mailbox.list",
        description=(
            "List a mailbox, newest first, with counts of unread and of all messages. Marks"
            " nothing."
        ),
        args=(
            Arg("agent_name", Identity, "of", default=None),
            Arg("unread_only", bool, "unread_only", default=False),
            Arg("include_archived", bool, "include_archived", default=False),
            limit(200, default=30),
        ),
        fixed={**WHOLE, "exact": True, "counts_listed": True},
        reply=replies.check_agent_mailbox,
    ),
    ToolMapping(
        name="mark_message",
        operation="receipt.mark",
        description="Mark a message in your mailbox as read, or as unread again.",
        args=(
            Arg("msg_id", MessageId, "ids", convert.ids_of_short),
            Arg("read", bool, "mark", convert.mark),
        ),
        fixed=WHOLE,
        reply=replies.mark_message,
    ),
    ToolMapping(
        name="archive_message",
        operation="receipt.mark",
        description="Archive a message: only include_archived lists it then.",
        args=(Arg("msg_id", MessageId, "ids", convert.ids_of_short),),
        fixed={**WHOLE, "mark": "archived"},
        reply=replies.archive_message,
    ),
    ToolMapping(
        name="agent_heartbeat",
        operation="agent.check_in",
        description="Report that you are online and what you work on.",
        args=(
            Arg(
                "current_task",
                Annotated[str, Meta(description="What you work on; nothing by default")],
                "summary",
                default="",
            ),
        ),
        fixed=WHOLE,
        reply=replies.agent_heartbeat,
    ),
    ToolMapping(
        name="factory_floor_status",
        operation="workspace.overview",
        description=(
            "Show where the Captain is, who is on the floor, and which work orders are active,"
            " awaiting review, blocked or recently done."
        ),
        fixed=WHOLE,
        reply=replies.factory_floor_status,
    ),
    ToolMapping(
        name="update_captain_location",
        operation="note.add",
        description="Record where the Captain is now.",
        args=(
            Arg(
                "location",
                Annotated[str, Meta(min_length=1, max_length=500, description="Location")],
                "text",
            ),
            Arg(
                "updated_by",
                Annotated[
                    str,
                    Meta(min_length=1, max_length=200, description="Who reports it, in any words"),
                ],
                "metadata.updated_by",
            ),
        ),
        fixed={**WHOLE, "kind": "location"},
        reply=replies.update_captain_location,
    ),
    *WORK_ORDER_TOOLS,
)
