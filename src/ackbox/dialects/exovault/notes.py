"""ExoVault's tools for memories, notes and links, as data.

Explained in docs/howto/coming-from-exovault.md.
"""

from typing import Annotated, Literal

from msgspec import Meta

from ackbox.dialects.engine.mapping import Arg, ToolMapping, limit
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

Content = Annotated[str, Meta(min_length=1, max_length=100_000, description="Full text")]
NoteId = Annotated[str, Meta(min_length=1, max_length=64, description="Id of the note")]
Title = Annotated[str, Meta(min_length=1, max_length=500, description="Title")]
NodeType = Literal["memory", "note"]
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
        VAULT,
        AGENT,
        RUN,
        MODEL,
        Arg(
            "relatedMemoryIds",
            Annotated[list[MemoryId], Meta(max_length=50, description="Ids of related memories")],
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
    reply=replies.write_memory,
)
SEARCH_MEMORIES = ToolMapping(
    name="search_memories",
    operation="note.search",
    description="Search memories by keyword, newest first.",
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
            Annotated[bool, Meta(description="Whether to include memories that were replaced")],
            "include_superseded",
            default=False,
        ),
        Arg("decayHalfLife", float, default=30.0),
        Arg("diversity", float, default=0.7),
        AGENT,
        RUN,
        MODEL,
    ),
    fixed={"any_word": True, "max_text_bytes": 1_000_000},
    reply=replies.search_memories,
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
    reply=replies.read_memories,
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
    reply=replies.update_memory,
)
RELATED = ToolMapping(
    name="get_related_memories",
    operation="note.get",
    description="List the memories that a memory is linked to.",
    args=(Arg("memoryId", MemoryId, "id", convert.id_of_uuid), VAULT, AGENT, RUN, MODEL),
    fixed={"follow": True},
    reply=replies.get_related_memories,
)
CREATE_NOTE = ToolMapping(
    name="create_note",
    operation="note.add",
    description="Store a note that everyone in the vault can read.",
    args=(
        VAULT,
        Arg("title", Title, "title"),
        Arg("content", Content, "text"),
        Arg("tags", Entities, "tags", default=[]),
        Arg(
            "folderId",
            Annotated[
                str, Meta(max_length=200, description="Stored with the note; there are no folders")
            ],
            "metadata.folderId",
            default=None,
        ),
        AGENT,
        RUN,
        MODEL,
    ),
    # Below the importance at which a session is told of a memory: notes are read when asked for.
    fixed={**WHOLE, "kind": "note", "priority": 2},
    reply=replies.create_note,
)
LIST_NOTES = ToolMapping(
    name="list_notes",
    operation="note.list",
    description="List the vault's notes, newest first.",
    args=(
        VAULT,
        limit(200, default=50),
        AGENT,
        RUN,
        MODEL,
    ),
    fixed={"kind": "note", "max_text_bytes": 1_000_000},
    reply=replies.list_notes,
)
READ_NOTE = ToolMapping(
    name="read_note",
    operation="note.get",
    description="Read one note. An updated note is returned in its current version.",
    args=(Arg("noteId", NoteId, "id", convert.id_of_uuid), VAULT, AGENT, RUN, MODEL),
    fixed={"follow": True},
    reply=replies.read_note,
)
UPDATE_NOTE = ToolMapping(
    name="update_note",
    operation="note.supersede",
    description="Replace a note. Its earlier version stays readable.",
    args=(
        Arg("noteId", NoteId, "id", convert.id_of_uuid),
        Arg("title", Title, "title", default=None),
        Arg("content", Content, "text", default=None),
        Arg("tags", Entities, "tags", default=None),
        VAULT,
        AGENT,
        RUN,
        MODEL,
    ),
    fixed={**WHOLE, "follow": True},
    reply=replies.update_note,
)
SEARCH_NOTES = ToolMapping(
    name="search_notes",
    operation="note.search",
    description="Search notes by keyword, newest first.",
    args=(
        Arg("query", Words, "query"),
        VAULT,
        AGENT,
        limit(200, default=10),
        RUN,
        MODEL,
    ),
    fixed={"kind": "note", "any_word": True, "max_text_bytes": 1_000_000},
    reply=replies.search_notes,
)
ADD_LINK = ToolMapping(
    name="add_link",
    operation="note.link",
    description="Link one memory or note to another.",
    args=(
        Arg("sourceType", NodeType, default="memory"),
        Arg("sourceId", MemoryId, "id", convert.id_of_uuid),
        Arg("targetType", NodeType, default="memory"),
        Arg("targetId", MemoryId, "to", convert.id_of_uuid),
        Arg(
            "relationType",
            Annotated[
                str,
                Meta(
                    min_length=1,
                    max_length=64,
                    description=(
                        "derived_from, refines, contradicts, part_of, references, source_of, manual"
                    ),
                ),
            ],
            "relation",
            default="manual",
        ),
        Arg(
            "label",
            Annotated[str, Meta(max_length=500, description="Ignored")],
            default=None,
        ),
        VAULT,
        AGENT,
        RUN,
        MODEL,
    ),
    fixed=WHOLE,
    reply=replies.add_link,
)
GET_LINKS = ToolMapping(
    name="get_links",
    operation="note.get",
    description="List the links of a memory or note.",
    args=(
        Arg("nodeType", NodeType, default="memory"),
        Arg("nodeId", MemoryId, "id", convert.id_of_uuid),
        Arg(
            "direction",
            Literal["outgoing", "incoming", "both"],
            "direction",
            convert.direction,
            default="both",
        ),
        Arg(
            "limit",
            Annotated[int, Meta(ge=1, le=200, description="Ignored")],
            default=50,
        ),
        VAULT,
        AGENT,
        RUN,
        MODEL,
    ),
    reply=replies.get_links,
)

TOOLS: tuple[ToolMapping, ...] = (
    WRITE_MEMORY,
    SEARCH_MEMORIES,
    READ_MEMORIES,
    UPDATE_MEMORY,
    RELATED,
    CREATE_NOTE,
    LIST_NOTES,
    READ_NOTE,
    UPDATE_NOTE,
    SEARCH_NOTES,
    ADD_LINK,
    GET_LINKS,
)
