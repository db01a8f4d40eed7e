"""The routes of claude-peers' broker, as data.

Its clients send no key: a port of their own is opened for them on request. Explained in
docs/howto/coming-from-claude-peers.md.
"""

from typing import Annotated, Any

from msgspec import Meta

from ackbox.dialects.claudepeers import convert, replies
from ackbox.dialects.claudepeers.arguments import LISTED_FIXED, SENT_FIXED
from ackbox.dialects.engine.errors import ErrorReply
from ackbox.dialects.engine.mapping import Arg, ToolMapping
from ackbox.dialects.engine.rest import Keyless, Rest, Route

# Ids have 8 characters, the first two the same: the key of the port speaks as no other agent.
FORM = "cp??????"
Path = Annotated[str, Meta(max_length=1000)]
ID = Arg("id", Annotated[str, Meta(description="Id of the peer")], "agent")
GIT_ROOT = Arg("git_root", Path | None, "repository", default=None)
CLAUDEPEERS_REST = Rest(
    name="claudepeers",
    prefixes=("/claude-peers",),
    keyless=Keyless(
        port=7899,
        # `cli` is the command line of claude-peers.
        speaks_as=("cp" + 6 * "[a-z0-9]", "cli"),
    ),
    errors={"*": ErrorReply()},
    error_body=replies.error_body,
    routes=(
        Route(
            method="GET",
            path="/health",
            tool=ToolMapping(
                name="health",
                operation="agent.list",
                description="Report that the broker runs, and the number of peers.",
                fixed={"online_only": True, "limit": 1},
                reply=replies.health,
            ),
        ),
        Route(
            method="POST",
            path="/register",
            tool=ToolMapping(
                name="register",
                operation="agent.check_in",
                description="Register a peer and get its id.",
                args=(
                    Arg("pid", Annotated[int, Meta(ge=0, le=1 << 53)], "pid"),
                    Arg("cwd", Path, "directory"),
                    GIT_ROOT,
                    Arg(
                        "tty",
                        Annotated[str, Meta(max_length=200)] | None,
                        "terminal",
                        default=None,
                    ),
                    Arg("summary", Annotated[str, Meta(max_length=500)], "summary", default=""),
                ),
                # A client sends a heartbeat every 15 seconds.
                fixed={
                    "agent": None,
                    "name_form": FORM,
                    "ttl_s": 60,
                    "program": "claude-peers",
                    "reach": "poll",
                },
                ignores_unknown=True,
                reply=replies.register,
            ),
        ),
        Route(
            method="POST",
            path="/heartbeat",
            tool=ToolMapping(
                name="heartbeat",
                operation="agent.heartbeat",
                description="Keep a peer online.",
                args=(ID,),
                ignores_unknown=True,
                reply=replies.heartbeat,
            ),
        ),
        Route(
            method="POST",
            path="/set-summary",
            tool=ToolMapping(
                name="set_summary",
                operation="agent.heartbeat",
                description="Set the summary of a peer.",
                args=(
                    ID,
                    Arg(
                        "summary",
                        Annotated[str, Meta(max_length=500, description="Its current work")],
                        "summary",
                    ),
                ),
                ignores_unknown=True,
                reply=replies.heartbeat,
            ),
        ),
        Route(
            method="POST",
            path="/unregister",
            tool=ToolMapping(
                name="unregister",
                operation="agent.check_out",
                description="Report that a peer ends.",
                args=(ID,),
                ignores_unknown=True,
                reply=replies.unregister,
            ),
        ),
        Route(
            method="POST",
            path="/list-peers",
            tool=ToolMapping(
                name="list_peers",
                operation="agent.list",
                description="List the peers that are online, except `exclude_id`.",
                args=(
                    Arg("scope", Any, "within", convert.place),
                    Arg("cwd", Path | None, "directory", default=None),
                    GIT_ROOT,
                    Arg("exclude_id", str | None, "agent", default=None),
                ),
                fixed=LISTED_FIXED,
                ignores_unknown=True,
                reply=replies.peers,
            ),
        ),
        Route(
            method="POST",
            path="/send-message",
            tool=ToolMapping(
                name="send_message",
                operation="message.send",
                description="Send a message to a peer that is online.",
                args=(
                    Arg("from_id", Annotated[str, Meta(description="Id of the sender")], "agent"),
                    Arg("to_id", Annotated[str, Meta(description="Id of the recipient")], "to"),
                    Arg("text", Annotated[str, Meta(description="Text of the message")], "body"),
                ),
                fixed=SENT_FIXED,
                errors={"UnknownRecipient": ErrorReply(status=200, body=replies.not_found)},
                ignores_unknown=True,
                reply=replies.sent,
            ),
        ),
        Route(
            method="POST",
            path="/poll-messages",
            tool=ToolMapping(
                name="poll_messages",
                operation="inbox.check",
                description="Get the messages of a peer that were not delivered yet.",
                args=(ID,),
                fixed={
                    "state": "pending",
                    "mark": "delivered",
                    "evidence": "poll",
                    "limit": 50,
                },
                ignores_unknown=True,
                reply=replies.polled,
            ),
        ),
    ),
)
