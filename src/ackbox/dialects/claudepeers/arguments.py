"""claude-peers' four tools, as data; its broker's routes are in rest.py.

Explained in docs/howto/coming-from-claude-peers.md.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta

from ackbox.dialects.claudepeers import convert, replies
from ackbox.dialects.engine.errors import ErrorReply
from ackbox.dialects.engine.mapping import Arg, ToolMapping

# As claude-peers finds no peer that has ended.
SENT_FIXED: dict[str, Any] = {"unknown": "inactive", "relaxed_limits": True}
LISTED_FIXED: dict[str, Any] = {"online_only": True, "others_only": True}

TOOLS: tuple[ToolMapping, ...] = (
    ToolMapping(
        name="list_peers",
        operation="agent.list",
        description=(
            "List other agents that are online: their id, working directory, git repository and"
            " summary."
        ),
        args=(
            Arg(
                "scope",
                Annotated[
                    Literal["machine", "directory", "repo"],
                    Meta(
                        description=(
                            "machine: all agents; directory: those in your working directory; repo:"
                            " those in your git repository"
                        )
                    ),
                ],
                "within",
                convert.place,
            ),
        ),
        fixed=LISTED_FIXED,
        errors={"*": ErrorReply(text="Error listing peers: {message} {hint}")},
        reply=replies.list_peers,
    ),
    ToolMapping(
        name="send_message",
        operation="message.send",
        description="Send a message to another agent by its id, which list_peers returns.",
        args=(
            Arg("to_id", Annotated[str, Meta(description="Id of the recipient")], "to"),
            Arg("message", Annotated[str, Meta(description="The message to send")], "body"),
        ),
        fixed=SENT_FIXED,
        errors={
            "UnknownRecipient": ErrorReply(
                text="Failed to send: Peer {details[recipient]} not found"
            ),
            "*": ErrorReply(text="Error sending message: {message} {hint}"),
        },
        reply=replies.send_message,
    ),
    ToolMapping(
        name="set_summary",
        operation="agent.heartbeat",
        description=(
            "Set a summary, in one or two sentences, of what you work on. Other agents see it when"
            " they list peers."
        ),
        args=(
            Arg(
                "summary",
                Annotated[str, Meta(description="Summary of your current work", max_length=500)],
                "summary",
            ),
        ),
        errors={"*": ErrorReply(text="Error setting summary: {message} {hint}")},
        reply=replies.set_summary,
    ),
    ToolMapping(
        name="check_messages",
        operation="inbox.check",
        description="Get the new messages from other agents. Each is returned once.",
        fixed={"mark": "read", "evidence": "tool", "limit": 50},
        errors={"*": ErrorReply(text="Error checking messages: {message} {hint}")},
        reply=replies.check_messages,
    ),
)
