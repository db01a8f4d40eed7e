"""ExoVault's tools for memories, as data.

Explained in docs/howto/coming-from-exovault.md.
"""

from typing import Annotated

from msgspec import Meta

from ackbox.dialects.engine.mapping import Arg, ToolMapping
from ackbox.dialects.exovault import convert, note_replies
from ackbox.dialects.exovault.arguments import (
    AGENT,
    MODEL,
    RUN,
    VAULT,
    WHOLE,
    Content,
    Entities,
    Level,
    MemoryId,
    MemoryType,
    NoteId,
    Object,
    Words,
)

WRITE_MEMORY = ToolMapping(
    name="write_memory",
    operation="note.add",
    description="Store a memory that everyone in the vault can read.",
    args=(
        Arg("content", Content, "text"),
        Arg(
            "summary",
            Annotated[str, Meta(max_length=500, description="Summary")],
            "title",
            default=None,
        ),
        Arg("memoryType", MemoryType, "kind", default="fact"),
        Arg("importance", Level, "priority", default=3),
        Arg("metadata", Object, "metadata", default={}),
        Arg("confidence", Level, "metadata.confidence", default=None),
        Arg("entities", Entities, "tags", default=[]),
        Arg(
            "dedup",
            Annotated[bool, Meta(description="Whether to skip what is already stored")],
            "unless_known",
            default=False,
        ),
        Arg(
            "externalWriteId",
            Annotated[
                str,
                Meta(
                    min_length=1,
                    max_length=200,
                    description=(
                        "Your id for this write: the same content again returns the first memory,"
                        " other content replaces it"
                    ),
                ),
            ],
            "write_id",
            default=None,
        ),
        Arg(
            "sourceNoteIds",
            Annotated[
                list[NoteId], Meta(max_length=50, description="Notes that it was extracted from")
            ],
            "sources",
            convert.ids_of_uuids,
            default=[],
        ),
        Arg(
            "expiresAt",
            Annotated[
                str,
                Meta(max_length=64, description="Time from which it is left out: ISO 8601"),
            ],
            "expires_at",
            default=None,
        ),
        Arg("supersededById", MemoryId, "metadata.supersededById", default=None),
        Arg("sourceMessageId", MemoryId, "metadata.sourceMessageId", default=None),
        Arg(
            "agentType",
            Annotated[str, Meta(max_length=200, description="Type of your program; ignored")],
            default=None,
        ),
        VAULT,
        AGENT,
        RUN,
        MODEL,
        Arg(
            "relatedMemoryIds",
            Annotated[
                list[MemoryId | dict[str, str]],
                Meta(
                    max_length=50,
                    description="Ids of related memories, or objects of memoryId and relationType",
                ),
            ],
            "links",
            convert.related_links,
            default=[],
        ),
        Arg(
            "writeReason",
            Annotated[str, Meta(max_length=500, description="Reason for storing it")],
            "metadata.writeReason",
            default=None,
        ),
    ),
    fixed=WHOLE,
    reply=note_replies.write_memory,
)
SEARCH_MEMORIES = ToolMapping(
    name="search_memories",
    operation="note.search",
    description=(
        "Search memories by their words, newest first. It compares words, not meaning: any word of"
        " the query counts."
    ),
    args=(
        Arg("query", Words, "query"),
        Arg(
            "topK",
            Annotated[int, Meta(ge=1, le=100, description="Maximum number to return")],
            "limit",
            default=10,
        ),
        Arg("threshold", float, default=0.4),
        VAULT,
        Arg("memoryType", MemoryType, "kind", default=None),
        Arg(
            "includeArchived",
            Annotated[
                bool, Meta(description="Whether to include memories that were replaced or archived")
            ],
            "include_superseded",
            default=False,
        ),
        Arg(
            "entity",
            Annotated[str, Meta(max_length=200, description="Only memories with this keyword")],
            "tag",
            default=None,
        ),
        Arg(
            "compact",
            Annotated[bool, Meta(description="Whether to cut each content to 200 characters")],
            default=False,
        ),
        Arg("decayHalfLife", float, default=30.0),
        Arg("diversity", float, default=0.7),
        AGENT,
        RUN,
        MODEL,
    ),
    fixed={"any_word": True, "not_kind": "conversation", "max_text_bytes": 1_000_000},
    reply=note_replies.search_memories,
)
READ_MEMORIES = ToolMapping(
    name="read_memories",
    operation="note.list",
    description="Read memories by id. An updated memory is returned in its current version.",
    args=(
        Arg(
            "memoryIds",
            Annotated[
                list[MemoryId],
                Meta(min_length=1, max_length=200, description="Ids of the memories"),
            ],
            "ids",
            convert.ids_of_uuids,
        ),
        VAULT,
        AGENT,
        RUN,
        MODEL,
    ),
    fixed={"follow": True, "max_text_bytes": 1_000_000},
    reply=note_replies.read_memories,
)
UPDATE_MEMORY = ToolMapping(
    name="update_memory",
    operation="note.supersede",
    description="Replace a memory. Its earlier version stays readable.",
    args=(
        Arg("memoryId", MemoryId, "id", convert.id_of_uuid),
        Arg(
            "updates",
            Meta(description="New values"),
            of=(
                Arg("content", Content, "text", default=None),
                Arg("summary", Annotated[str, Meta(max_length=500)], "title", default=None),
                Arg("memoryType", MemoryType, "kind", default=None),
                Arg("importance", Level, "priority", default=None),
                Arg("entities", Entities, "tags", default=None),
                Arg("metadata", Object, "metadata", default=None),
            ),
        ),
        VAULT,
        AGENT,
        RUN,
        MODEL,
    ),
    fixed={**WHOLE, "follow": True},
    reply=note_replies.update_memory,
)
RELATED = ToolMapping(
    name="get_related_memories",
    operation="note.get",
    description="List the memories that a memory is linked to.",
    args=(Arg("memoryId", MemoryId, "id", convert.id_of_uuid), VAULT, AGENT, RUN, MODEL),
    fixed={"follow": True},
    reply=note_replies.get_related_memories,
)
ARCHIVE = ToolMapping(
    name="archive_memory",
    operation="note.archive",
    description="Archive a memory, so that searches and sessions leave it out, or bring it back.",
    args=(
        Arg("memoryId", MemoryId, "id", convert.id_of_uuid),
        Arg(
            "archived",
            Annotated[bool, Meta(description="Whether it is archived; false brings it back")],
            "archived",
            default=True,
        ),
        VAULT,
        AGENT,
        RUN,
        MODEL,
    ),
    fixed={**WHOLE, "follow": True},
    reply=note_replies.archive_memory,
)
CLEANUP = ToolMapping(
    name="cleanup_memories",
    operation="note.tidy",
    description=(
        "Archive your old episodic memories and your old unimportant ones, at most 200 in one"
        " call. An admin's key archives those of every agent."
    ),
    args=(
        VAULT,
        Arg(
            "maxEpisodicAgeDays",
            Annotated[int, Meta(ge=1, le=365, description="Age in days of an episodic memory")],
            "kind_days",
            default=30,
        ),
        Arg(
            "maxImportance",
            Annotated[int, Meta(ge=1, le=5, description="Highest importance to archive")],
            "max_priority",
            default=1,
        ),
        Arg(
            "staleAfterDays",
            Annotated[int, Meta(ge=1, le=365, description="Age in days of an unimportant memory")],
            "days",
            default=14,
        ),
        Arg(
            "dryRun",
            Annotated[bool, Meta(description="Whether to return candidates and archive nothing")],
            "only_look",
            default=False,
        ),
        AGENT,
        RUN,
        MODEL,
    ),
    fixed={**WHOLE, "kind": "episodic"},
    reply=note_replies.cleanup_memories,
)

TOOLS: tuple[ToolMapping, ...] = (
    WRITE_MEMORY,
    SEARCH_MEMORIES,
    READ_MEMORIES,
    UPDATE_MEMORY,
    RELATED,
    ARCHIVE,
    CLEANUP,
)
