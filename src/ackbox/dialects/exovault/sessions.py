"""ExoVault's tools for sessions, as data.

Explained in docs/howto/coming-from-exovault.md.
"""

from typing import Annotated, Literal

from msgspec import Meta

from ackbox.dialects.engine.mapping import Arg, ToolMapping
from ackbox.dialects.exovault import convert, replies
from ackbox.dialects.exovault.arguments import (
    AGENT,
    MODEL,
    RUN,
    VAULT,
    WHOLE,
    Entities,
    Level,
    MemoryId,
    MemoryType,
    Object,
    Words,
)

START = ToolMapping(
    name="session_start",
    operation="session.start",
    description=(
        "Start a session. Returns earlier sessions, important facts, your tasks, and up to five"
        " pending messages."
    ),
    args=(
        VAULT,
        Arg("query", Words, "query", default=None),
        AGENT,
        Arg(
            "summaryOnly",
            Annotated[bool, Meta(description="Ignored")],
            default=True,
        ),
        Arg("mode", Literal["default", "full", "minimal", "none"], default="default"),
        Arg("maxEpisodic", int, default=None),
        Arg("maxFacts", int, default=None),
        Arg("maxTasks", int, default=None),
        Arg("maxConstraints", int, default=None),
        Arg(
            "includeDocuments",
            Annotated[
                list[Annotated[str, Meta(max_length=500)]],
                Meta(max_length=20, description="Titles of the documents to return"),
            ],
            "documents",
            default=["soul"],
        ),
        Arg("maxResponseChars", int, default=16_000),
        RUN,
        MODEL,
    ),
    # A run of theirs sends no heartbeat: its session lasts a day, and its agent is online while it
    # makes calls.
    fixed={
        **WHOLE,
        "ttl_s": 86_400,
        "online_s": 180,
        "mark": "delivered",
        "state": "pending",
        "notes_from": 3,
    },
    reply=replies.session_start,
)
CHECKPOINT = ToolMapping(
    name="context_checkpoint",
    operation="session.checkpoint",
    description=(
        "Store what you learned and a summary of the session. Returns up to five pending messages."
    ),
    args=(
        Arg(
            "memories",
            Meta(max_length=50, description="Memories to store"),
            "notes",
            convert.notes_of_memories,
            default=[],
            of_each=(
                # The length is checked for each memory: one that is empty does not stop the
                # others.
                Arg("content", Annotated[str, Meta(description="Text of the memory")]),
                Arg(
                    "summary",
                    Annotated[str, Meta(max_length=500, description="Summary")],
                    default=None,
                ),
                Arg("memoryType", MemoryType, default=None),
                Arg("importance", Level, default=None),
                Arg("confidence", Level, default=None),
                Arg("entities", Entities, default=None),
                Arg("metadata", Object, default=None),
                Arg(
                    "relatedMemoryIds",
                    Annotated[
                        list[MemoryId], Meta(max_length=50, description="Ids of related memories")
                    ],
                    default=None,
                ),
                Arg(
                    "writeReason",
                    Annotated[str, Meta(max_length=500, description="Reason for storing it")],
                    default=None,
                ),
            ),
        ),
        Arg(
            "sessionSummary",
            Annotated[str, Meta(max_length=2000, description="What was done in this session")],
            "summary",
            default=None,
        ),
        VAULT,
        AGENT,
        MODEL,
        RUN,
        Arg(
            "dedup",
            Annotated[bool, Meta(description="Whether to skip what is already stored")],
            "unless_known",
            default=True,
        ),
    ),
    fixed={**WHOLE, "mark": "delivered", "state": "pending"},
    reply=replies.context_checkpoint,
)
# The reply of START, for an agent that begins with another tool.
OPENING = ToolMapping(
    name="session_start",
    operation="session.context",
    description="",
    fixed={**WHOLE, "documents": ["soul"], "notes_from": 3},
    reply=replies.opening,
)

TOOLS: tuple[ToolMapping, ...] = (
    START,
    CHECKPOINT,
)
