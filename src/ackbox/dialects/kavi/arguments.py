"""Kavi's turn envelope, inbox and event log, as data.

Kavi has no tool to call: its agents end a turn with an envelope, and its daemon reads that. These
tools are for such a daemon,
or for an agent in its place. No code: the translator reads it. Explained in
docs/howto/coming-from-kavi.md.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta

from ackbox.dialects.engine.mapping import Arg, ToolMapping
from ackbox.dialects.kavi import convert, replies

Name = Annotated[
    str, Meta(max_length=256, description="codex, claude, operator, or any other name")
]
From = Arg(
    "from",
    Annotated[
        str,
        Meta(max_length=256, description="Whose it is; the connection's own name when left out"),
    ],
    "agent",
    default=None,
    or_header=True,
)
Paths = Annotated[
    list[Annotated[str, Meta(min_length=1, max_length=2000)]],
    Meta(max_length=50, description="What the reader needs to look at"),
]
TaskId = Annotated[str, Meta(max_length=64, description="The task it is about")]

# An agent has no instances here: the connection's own is not taken.
WHOLE: dict[str, Any] = {"instance": None}


TOOLS: tuple[ToolMapping, ...] = (
    ToolMapping(
        name="submit_turn_envelope",
        operation="turn.submit",
        description=(
            "End a turn: what was done, how it stands, and messages to other agents. All of it"
            " is kept, or nothing."
        ),
        args=(
            From,
            Arg("taskId", TaskId, "task", default=None),
            Arg(
                "summary",
                Annotated[str, Meta(min_length=1, max_length=20_000, description="What was done")],
                "summary",
            ),
            Arg(
                "status",
                Literal["completed", "blocked", "needs_review"],
                "status",
                default="completed",
            ),
            Arg(
                "blockers",
                Annotated[list[str], Meta(description="What stands in the way")],
                "blockers",
                default=[],
            ),
            Arg(
                "nextRecommendation",
                Annotated[str, Meta(description="What should come next")],
                "next",
                default=None,
            ),
            Arg(
                "plan",
                Annotated[
                    dict[str, Any] | list[Any] | str, Meta(description="A plan, of any shape")
                ],
                "plan",
                default=None,
            ),
            Arg(
                "peerMessages",
                Meta(max_length=50, description="What to say, to whom"),
                "messages",
                convert.turn_messages,
                default=[],
                of_each=(
                    Arg(
                        "to",
                        Annotated[
                            str | list[str],
                            Meta(description="codex, claude, or any other names; * for all"),
                        ],
                    ),
                    Arg(
                        "intent",
                        Annotated[
                            Any,
                            Meta(
                                description=(
                                    "question, handoff, review_request, blocked or"
                                    " context_share; any other is a question"
                                )
                            ),
                        ],
                        default=None,
                    ),
                    Arg(
                        "subject",
                        Annotated[str, Meta(max_length=200, description="One line")],
                        default=None,
                    ),
                    Arg("body", Annotated[str, Meta(description="The text")]),
                    Arg("files", Paths, default=None),
                    Arg("diffs", Paths, default=None),
                ),
            ),
        ),
        # A question or a handoff opens a contract: an answer is expected within a day, and the
        # next word back is it.
        fixed={**WHOLE, "answer_within_s": 86_400, "answers_oldest": True},
        reply=replies.submit_turn_envelope,
    ),
    ToolMapping(
        name="render_inbox",
        operation="inbox.check",
        description=(
            "Get the newest messages for an agent as text for its next prompt. They are marked"
            " read then; what did not fit comes next."
        ),
        args=(
            Arg("agent", Name, "agent", default=None, or_header=True),
            Arg("format", Literal["kavi"], default="kavi"),
            Arg(
                "limit",
                Annotated[int, Meta(ge=1, le=50, description="At most this many")],
                "limit",
                default=6,
            ),
        ),
        fixed={
            **WHOLE,
            "newest": True,
            "mark": "read",
            "evidence": "prompt",
            "max_body_bytes": 400_000,
        },
        is_briefed=True,
        reply=replies.render_inbox,
    ),
    ToolMapping(
        name="send_operator_message",
        operation="message.send",
        description="Send a message to agents as the operator.",
        args=(
            From,
            Arg(
                "to",
                Annotated[str, Meta(description="codex, claude, or any other name; * for all")],
                "to",
            ),
            Arg("body", Annotated[str, Meta(description="The text")], "body"),
            Arg("subject", Annotated[str, Meta(description="One line")], "subject", default=None),
            Arg(
                "intent",
                Annotated[
                    str,
                    Meta(max_length=32, description="One of the five; any other is a question"),
                ],
                "intent",
                convert.one_of_five,
                default="context_share",
            ),
            Arg("taskId", TaskId, "metadata.task", default=None),
        ),
        fixed=WHOLE,
        reply=replies.send_operator_message,
    ),
    ToolMapping(
        name="events",
        operation="event.log",
        description="Read the event log, oldest first.",
        args=(
            Arg(
                "cursor",
                Annotated[
                    str,
                    Meta(
                        max_length=512,
                        description="Where the last call ended; the beginning when left out",
                    ),
                ],
                "cursor",
                default=None,
            ),
            Arg(
                "limit",
                Annotated[int, Meta(ge=1, le=200, description="At most this many")],
                "limit",
                default=100,
            ),
        ),
        reply=replies.events,
    ),
)
