"""What ExoVault's hooks send: events that ask for context, and turns to keep, as data.

Explained in docs/howto/coming-from-exovault.md.
"""

from typing import Annotated, Literal

from msgspec import Meta

from ackbox.dialects.engine.mapping import Arg, ToolMapping
from ackbox.dialects.exovault import convert, hook_replies
from ackbox.dialects.exovault.arguments import MODEL, RUN_KEPT, VAULT, WHOLE, AgentId, MemoryId

Prompt = Annotated[str, Meta(max_length=1_000_000, description="Prompt of the user")]
# The program's own name of a kind of agent, which says nothing of who holds the key.
LABEL = Arg("agentId", AgentId, "metadata.agentId", default=None)
HOOK_CONTEXT = ToolMapping(
    name="hook_context",
    operation="program.report",
    description="Return what a model should know when its session starts or a prompt comes.",
    args=(
        Arg(
            "sessionId",
            Annotated[str, Meta(min_length=1, max_length=128, description="Id of the session")],
            "program_session",
        ),
        Arg(
            "event",
            Annotated[
                Literal["session_start", "prompt_submit"], Meta(description="Event of the program")
            ],
            "moment",
            convert.moment,
        ),
        Arg(
            "agentType",
            Annotated[str, Meta(min_length=1, max_length=32, description="Agent program")],
            "program",
            default="claude_code",
        ),
        Arg("prompt", Prompt, "prompt", convert.beginning, default=None),
        Arg(
            "excludeMemoryIds",
            Annotated[
                list[MemoryId],
                Meta(max_length=100_000, description="Memories that the session has already"),
            ],
            "known_notes",
            convert.newest_ids,
            default=[],
        ),
        VAULT,
    ),
    # A hook of theirs reports nothing afterwards: the next event shows that it has run.
    fixed={
        **WHOLE,
        "is_new_context": True,
        "has_shown_last": True,
        "with_notes": True,
        "notes_from": 3,
    },
    reply=hook_replies.hook_context,
    is_briefed=True,
    wording={
        "acknowledge": "ack_message for each messageId of {ids}",
        "answer": "send_message with parentMessageId set to the id",
        "inbox": "read_messages",
        "whole": "read_messages; their ids: {ids}",
        "note": "read_memories, memoryIds {id}",
    },
)
INGEST_TURN = ToolMapping(
    name="ingest_turn",
    operation="note.add",
    description=(
        "Keep a turn of a conversation. search_notes and search_memories leave it out; no model"
        " extracts facts from it."
    ),
    args=(
        Arg(
            "content",
            Annotated[str, Meta(min_length=1, max_length=100_000, description="What was said")],
            "text",
        ),
        Arg(
            "role",
            Annotated[Literal["user", "assistant"], Meta(description="Who said it")],
            "metadata.role",
        ),
        VAULT,
        LABEL,
        RUN_KEPT,
        Arg(
            "signalThreshold",
            Annotated[float, Meta(description="Ignored: nothing is extracted")],
            default=None,
        ),
        Arg(
            "customSignalKeywords",
            Annotated[
                list[Annotated[str, Meta(min_length=1, max_length=100)]],
                Meta(max_length=100, description="Words to report in signalKeywords, beside ours"),
            ],
            default=[],
        ),
        MODEL,
    ),
    fixed={**WHOLE, "kind": "conversation", "priority": 1},
    reply=hook_replies.ingest_turn,
)

TOOLS: tuple[ToolMapping, ...] = (INGEST_TURN,)
