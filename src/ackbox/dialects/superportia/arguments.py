"""SuperPortia's mailbox and status tools, as data.

No code: the translator reads it. Explained in docs/howto/coming-from-superportia.md.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta

from ackbox.dialects.engine.mapping import Arg, ToolMapping
from ackbox.dialects.superportia import convert, replies

Identity = Annotated[str, Meta(description="An identity, exactly as it is written")]
Text = Annotated[str, Meta(description="The text, Markdown")]
MessageId = Annotated[str, Meta(description="Id of the message, as msg-1c7f1a59cc17")]


# An identity has no instances here: the connection's own is not taken.
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
        fixed=WHOLE,
        reply=replies.send_agent_message,
    ),
    ToolMapping(
        name="check_agent_mailbox",
        operation="mailbox.list",
        description=(
            "See a mailbox, newest first, with unread and total of the whole of it. Marks nothing."
        ),
        args=(
            Arg("agent_name", Identity, "of", default=None),
            Arg("unread_only", bool, "unread_only", default=False),
            Arg("include_archived", bool, "include_archived", default=False),
            Arg(
                "limit",
                Annotated[int, Meta(ge=1, le=200, description="At most this many")],
                "limit",
                default=30,
            ),
        ),
        fixed=WHOLE,
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
        description="Hide a message from your mailbox; include_archived shows it.",
        args=(Arg("msg_id", MessageId, "ids", convert.ids_of_short),),
        fixed={**WHOLE, "mark": "archived"},
        reply=replies.archive_message,
    ),
    ToolMapping(
        name="agent_heartbeat",
        operation="agent.check_in",
        description="Say that you are online, and what you are working on.",
        args=(
            Arg(
                "current_task",
                Annotated[str, Meta(description="What you are working on; nothing when left out")],
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
            "See where the Captain is, who is on the floor, and which work orders are active,"
            " awaiting review, blocked or done of late."
        ),
        fixed=WHOLE,
        reply=replies.factory_floor_status,
    ),
    ToolMapping(
        name="update_captain_location",
        operation="note.add",
        description="Say where the Captain is now.",
        args=(
            Arg(
                "location",
                Annotated[str, Meta(min_length=1, max_length=500, description="Where")],
                "text",
            ),
            Arg("updated_by", Identity, "agent"),
        ),
        fixed={**WHOLE, "kind": "location"},
        reply=replies.update_captain_location,
    ),
)
