"""VantagePeers' tools for memories, diaries and briefing notes, as data: all are notes.

Explained in docs/howto/coming-from-vantagepeers.md.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta

from ackbox.dialects.engine.errors import ErrorReply
from ackbox.dialects.engine.mapping import Arg, ToolMapping, limit
from ackbox.dialects.vantagepeers import convert
from ackbox.dialects.vantagepeers import note_replies as replies
from ackbox.dialects.vantagepeers.tasks import Caller, Cursor, Fields, Ms, Role, TagList

MemoryType = Literal["user", "feedback", "project", "reference", "episode"]
Namespace = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=180,
        description="Namespace, such as global, project/shop or orchestrator/pi",
    ),
]
Content = Annotated[str, Meta(min_length=1, max_length=100_000, description="Full text")]
Words = Annotated[str, Meta(min_length=1, max_length=400, description="Words to search for")]
Id = Annotated[str, Meta(min_length=1, max_length=64, description="Id")]
Date = Annotated[str, Meta(min_length=1, max_length=40, description="Date, such as 2026-03-25")]
Topic = Annotated[
    str, Meta(min_length=1, max_length=180, description="Topic, such as daily or architecture")
]
Title = Annotated[str, Meta(min_length=1, max_length=500, description="Title")]
Items = Annotated[list[str] | str, Meta(description="A list of texts, or one text")]

CREATED_BY = Arg("createdBy", Caller, "agent", default=None, or_header=True)
ALL_OF_IT: dict[str, Any] = {"max_text_bytes": 40_000}
SEARCH: dict[str, Any] = {
    "operation": "note.search",
    "args": (
        Arg("query", Words, "query"),
        Arg("namespace", Namespace, "tag", convert.namespace, default=None),
        Arg("type", MemoryType, "kind", default=None),
        limit(200, default=20),
        Arg("fields", Fields, default=None),
        Arg("threshold", float, default=None),
        Arg("vectorWeight", float, default=None),
        Arg("textWeight", float, default=None),
    ),
    "fixed": {**ALL_OF_IT, "any_word": True},
    "reply": replies.recall,
}
PAGING: tuple[Arg, ...] = (
    limit(200, default=20),
    Arg("fields", Fields, default=None),
    Arg("cursor", Cursor, "cursor", default=None),
)
DIARY: dict[str, Any] = {
    "operation": "note.add",
    "args": (
        Arg("date", Date, "title"),
        Arg("orchestrator", Caller, "agent"),
        Arg("content", Content, "text"),
        Arg("highlights", Items, "metadata.highlights", convert.tags, default=None),
        Arg("blockers", Items, "metadata.blockers", convert.tags, default=None),
        Arg("mood", str, "metadata.mood", default=None),
    ),
    "fixed": {"kind": "diary", "replaces_title": True},
    "reply": replies.write_diary,
}
ONE_DIARY: dict[str, Any] = {
    "operation": "note.list",
    "args": (Arg("date", Date, "title"), Arg("orchestrator", Role, "author")),
    "fixed": {"kind": "diary", "limit": 1},
    "reply": replies.get_diary,
}
DIARIES: dict[str, Any] = {
    "operation": "note.list",
    "args": (Arg("orchestrator", Role, "author", default=None), *PAGING),
    "fixed": {**ALL_OF_IT, "kind": "diary"},
    "reply": replies.list_diaries,
}
NO_MEMORY = {"not_found": ErrorReply(text="Error: Memory not found")}
NO_BRIEFING = {"not_found": ErrorReply(text="Error: Briefing note not found")}

NOTE_TOOLS: tuple[ToolMapping, ...] = (
    ToolMapping(
        name="store_memory",
        operation="note.add",
        description="Store a memory that everyone in the workspace can recall.",
        args=(
            Arg("namespace", Namespace, "tags", convert.in_namespace),
            Arg("type", MemoryType, "kind"),
            Arg("content", Content, "text"),
            CREATED_BY,
            Arg("tags", TagList, "tags", convert.tags, default=[]),
            Arg(
                "relatesTo",
                Annotated[
                    dict[str, str],
                    Meta(
                        description="Memory that this one relates to: targetId, and type updates,"
                        " extends or derives"
                    ),
                ],
                "links",
                convert.relation,
                default=None,
            ),
            Arg(
                "ttl",
                Annotated[str, Meta(max_length=64, description="Time of expiry, stored as a note")],
                "metadata.ttl",
                default=None,
            ),
            Arg("expiresAt", int | str, "metadata.expiresAt", default=None),
        ),
        reply=replies.store_memory,
        errors=NO_MEMORY,
    ),
    ToolMapping(
        name="recall",
        description="Search memories by their words, newest first. One matching word is enough.",
        **SEARCH,
    ),
    ToolMapping(name="search_memories_by_semantic", description="Same as recall.", **SEARCH),
    ToolMapping(name="search_memories_by_keyword", description="Same as recall.", **SEARCH),
    ToolMapping(name="search_memories", description="Same as recall.", **SEARCH),
    ToolMapping(name="text_search", description="Same as recall.", **SEARCH),
    ToolMapping(name="hybrid_search", description="Same as recall.", **SEARCH),
    ToolMapping(
        name="list_memories",
        operation="note.list",
        description="List memories, newest first.",
        args=(
            Arg("namespace", Namespace, "tag", convert.namespace, default=None),
            Arg("type", MemoryType, "kind", default=None),
            Arg("createdBy", Role, "author", default=None),
            *PAGING,
        ),
        fixed=ALL_OF_IT,
        reply=replies.list_memories,
    ),
    ToolMapping(
        name="get_memory",
        operation="note.get",
        description="Read one memory with its relations.",
        args=(Arg("memoryId", Id, "id"),),
        reply=replies.get_memory,
        errors=NO_MEMORY,
    ),
    ToolMapping(
        name="update_memory",
        operation="note.supersede",
        description="Replace a memory. Its earlier version stays readable by its id.",
        args=(
            Arg("memoryId", Id, "id"),
            Arg("content", Content, "text", default=None),
            Arg("type", MemoryType, "kind", default=None),
            Arg("callerOrchestrator", Caller, "agent", default=None, or_header=True),
        ),
        fixed={"follow": True},
        reply=replies.update_memory,
        errors=NO_MEMORY,
    ),
    ToolMapping(
        name="write_diary",
        description="Write your diary entry of a date; a second entry replaces the first.",
        **DIARY,
    ),
    ToolMapping(name="create_diary", description="Same as write_diary.", **DIARY),
    ToolMapping(
        name="get_diary",
        description="Read the diary entry of a date; null if there is none.",
        **ONE_DIARY,
    ),
    ToolMapping(name="get_diary_entry", description="Same as get_diary.", **ONE_DIARY),
    ToolMapping(name="list_diaries", description="List diary entries, newest first.", **DIARIES),
    ToolMapping(name="list_diary_entries", description="Same as list_diaries.", **DIARIES),
    ToolMapping(
        name="create_briefing_note",
        operation="note.add",
        description="Record a briefing: topic, participants, text and decisions.",
        args=(
            Arg("title", Title, "title"),
            Arg("topic", Topic, "tags", convert.on_topic),
            Arg("participants", Items, "metadata.participants", convert.tags, default=[]),
            Arg("content", Content, "text"),
            Arg("decisions", Items, "metadata.decisions", convert.ids, default=None),
            Arg("linkedMemoryIds", Items, "metadata.linkedMemoryIds", convert.ids, default=None),
            Arg("tags", TagList, "tags", convert.tags, default=[]),
            CREATED_BY,
        ),
        fixed={"kind": "briefing"},
        reply=replies.create_briefing_note,
    ),
    ToolMapping(
        name="get_briefing_note",
        operation="note.get",
        description="Read one briefing note.",
        args=(Arg("noteId", Id, "id"),),
        fixed={"follow": True},
        reply=replies.get_briefing_note,
        errors=NO_BRIEFING,
    ),
    ToolMapping(
        name="update_briefing_note",
        operation="note.supersede",
        description="Replace parts of a briefing note. Its earlier version stays readable.",
        args=(
            Arg("noteId", Id, "id"),
            Arg("callerOrchestrator", Caller, "agent"),
            Arg("title", Title, "title", default=None),
            Arg("content", Content, "text", default=None),
            Arg("participants", Items, "metadata.participants", convert.tags, default=None),
            Arg("decisions", Items, "metadata.decisions", convert.ids, default=None),
            Arg("linkedMemoryIds", Items, "metadata.linkedMemoryIds", convert.ids, default=None),
        ),
        fixed={"follow": True, "keep_metadata": True},
        reply=replies.update_briefing_note,
        errors=NO_BRIEFING,
    ),
    ToolMapping(
        name="list_briefing_notes",
        operation="note.list",
        description="List briefing notes, newest first.",
        args=(
            Arg("topic", Topic, "tag", convert.topic, default=None),
            Arg("createdBy", Role, "author", default=None),
            Arg("updatedSince", Ms, "since", convert.moment, default=None),
            *PAGING,
        ),
        fixed={**ALL_OF_IT, "kind": "briefing"},
        reply=replies.list_briefing_notes,
    ),
    ToolMapping(
        name="search_briefing_notes_by_keyword",
        operation="note.search",
        description="Search briefing notes by their words, newest first.",
        args=(
            Arg("query", Words, "query"),
            Arg("topic", Topic, "tag", convert.topic, default=None),
            *PAGING,
        ),
        fixed={**ALL_OF_IT, "kind": "briefing", "any_word": True},
        reply=replies.list_briefing_notes,
    ),
)
