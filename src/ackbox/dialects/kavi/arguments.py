"""Kavi's turn envelope, inbox and event log, as data.

Kavi has no tool to call: its agents end a turn with an envelope, and its daemon reads that. These
tools are for such a daemon, or for an agent in its place. Explained in
docs/howto/coming-from-kavi.md.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta

from ackbox.dialects.engine.mapping import Arg, ToolMapping, limit
from ackbox.dialects.kavi import convert, replies
from ackbox.dialects.kavi.reviews import REVIEWS

Name = Annotated[
    str, Meta(max_length=256, description="codex, claude, operator, or any other name")
]
From = Arg(
    "from",
    Annotated[
        str,
        Meta(max_length=256, description="Your name; the connection's own by default"),
    ],
    "agent",
    default=None,
    or_header=True,
)
Paths = Annotated[
    list[Annotated[str, Meta(min_length=1, max_length=2000)]],
    Meta(max_length=50, description="Paths for the reader to look at"),
]
TaskId = Annotated[str, Meta(max_length=64, description="Id of the task it is about")]

# Kavi knows no instances: the connection's own does not apply.
WHOLE: dict[str, Any] = {"instance": None}


TOOLS: tuple[ToolMapping, ...] = (
    ToolMapping(
        name="submit_turn_envelope",
        operation="turn.submit",
        description=(
            "End a turn with a summary, a status and messages to other agents. All of it is stored,"
            " or nothing."
        ),
        args=(
            From,
            Arg("taskId", TaskId, "task", default=None),
            Arg(
                "summary",
                Annotated[
                    str,
                    Meta(
                        max_length=20_000,
                        description="What was done in this turn; empty for none",
                    ),
                ],
                "summary",
                default="",
            ),
            Arg(
                "status",
                Annotated[
                    str,
                    Meta(
                        description="completed, blocked or needs_review; any other is completed",
                        max_length=100,
                    ),
                ],
                "status",
                convert.one_of_three,
                default="completed",
            ),
            Arg(
                "blockers",
                Annotated[list[str], Meta(description="What blocks the work")],
                "blockers",
                default=[],
            ),
            Arg(
                "nextRecommendation",
                Annotated[str, Meta(description="Recommended next step")],
                "next",
                default=None,
            ),
            Arg(
                "plan",
                Annotated[
                    dict[str, Any] | list[Any] | str,
                    Meta(
                        description=(
                            "Plan, in any format. Its `tasks` are created: key, title, owner,"
                            " prompt, and dependsOn, the keys of tasks to be done first"
                        )
                    ),
                ],
                "plan",
                default=None,
                also=(
                    Arg(
                        "plan.tasks",
                        list,
                        "tasks",
                        convert.planned,
                        of_each=(
                            Arg("dependsOn", list, "depends_on"),
                            Arg("owner", str, "to"),
                            Arg("prompt", str, "description"),
                        ),
                    ),
                ),
            ),
            Arg(
                "peerMessages",
                Meta(max_length=50, description="Messages to other agents"),
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
                        Annotated[str, Meta(max_length=200, description="Subject line")],
                        default=None,
                    ),
                    Arg("body", Annotated[str, Meta(description="Text of the message")]),
                    Arg("files", Paths, default=None),
                    Arg("diffs", Paths, default=None),
                ),
                ignores_unknown=True,
            ),
        ),
        # A question or a handoff opens a contract: an answer is expected within a day, and the
        # next message back is the answer.
        fixed={
            **WHOLE,
            "answer_within_s": 86_400,
            "answers_oldest": True,
            "relaxed_limits": True,
        },
        reply=replies.submit_turn_envelope,
    ),
    ToolMapping(
        name="render_inbox",
        operation="inbox.check",
        description=(
            "Get an agent's newest messages as text for its next prompt, and mark them as read."
            " The next call returns those that did not fit."
        ),
        args=(
            Arg("agent", Name, "agent", default=None, or_header=True),
            Arg(
                "format",
                Annotated[
                    Literal["framed", "kavi"],
                    Meta(
                        description=(
                            "framed: each message in a fence, as information; kavi: one line each,"
                            " without a fence"
                        )
                    ),
                ],
                default="framed",
            ),
            limit(50, default=6),
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
            Arg("body", Annotated[str, Meta(description="Text of the message")], "body"),
            Arg(
                "subject", Annotated[str, Meta(description="Subject line")], "subject", default=None
            ),
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
        fixed={**WHOLE, "relaxed_limits": True},
        reply=replies.send_operator_message,
    ),
    *REVIEWS,
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
                        description="Cursor of the last call; the beginning by default",
                    ),
                ],
                "cursor",
                default=None,
            ),
            limit(200, default=100),
        ),
        reply=replies.events,
    ),
)
