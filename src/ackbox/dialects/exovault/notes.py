"""ExoVault's tools for notes and folders, as data.

Explained in docs/howto/coming-from-exovault.md.
"""

from typing import Annotated

from msgspec import Meta

from ackbox.dialects.engine.mapping import Arg, ToolMapping, limit
from ackbox.dialects.exovault import convert, note_replies
from ackbox.dialects.exovault.arguments import (
    AGENT,
    MODEL,
    RUN,
    VAULT,
    WHOLE,
    Content,
    Entities,
    NoteId,
    Title,
    Words,
)

FOLDER = Arg(
    "folderId",
    Annotated[str, Meta(max_length=64, description="Id of a folder")],
    "folder",
    convert.id_of_uuid,
    default=None,
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
        FOLDER,
        AGENT,
        RUN,
        MODEL,
    ),
    # Too low for the notes that a new session receives: these are returned on request only.
    fixed={**WHOLE, "kind": "note", "priority": 2},
    reply=note_replies.create_note,
)
LIST_NOTES = ToolMapping(
    name="list_notes",
    operation="note.list",
    description="List the vault's notes, newest first.",
    args=(
        VAULT,
        FOLDER,
        limit(200, default=50),
        AGENT,
        RUN,
        MODEL,
    ),
    fixed={"kind": "note", "max_text_bytes": 1_000_000},
    reply=note_replies.list_notes,
)
READ_NOTE = ToolMapping(
    name="read_note",
    operation="note.get",
    description="Read one note. An updated note is returned in its current version.",
    args=(Arg("noteId", NoteId, "id", convert.id_of_uuid), VAULT, AGENT, RUN, MODEL),
    fixed={"follow": True},
    reply=note_replies.read_note,
)
READ_NOTES = ToolMapping(
    name="read_notes",
    operation="note.list",
    description="Read several notes at once. An updated note is returned in its current version.",
    args=(
        Arg(
            "noteIds",
            Annotated[
                list[NoteId], Meta(min_length=1, max_length=200, description="Ids of the notes")
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
    reply=note_replies.read_notes,
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
    reply=note_replies.update_note,
)
DELETE_NOTE = ToolMapping(
    name="delete_note",
    operation="note.remove",
    description=(
        "Delete a note permanently, with all its versions and links. Only its author and"
        " admins can."
    ),
    args=(Arg("noteId", NoteId, "id", convert.id_of_uuid), VAULT, AGENT, RUN, MODEL),
    fixed=WHOLE,
    reply=note_replies.delete_note,
)
SEARCH_NOTES = ToolMapping(
    name="search_notes",
    operation="note.search",
    description="Search notes by their words, newest first: any word of the query counts.",
    args=(
        Arg("query", Words, "query"),
        VAULT,
        AGENT,
        limit(200, default=10),
        RUN,
        MODEL,
    ),
    fixed={"kind": "note", "any_word": True, "max_text_bytes": 1_000_000},
    reply=note_replies.search_notes,
)
SEMANTIC_SEARCH = ToolMapping(
    name="semantic_search",
    operation="note.search",
    description=(
        "Search notes by their words, newest first, and return previews. It compares words, not"
        " meaning: any word of the query counts."
    ),
    args=(
        Arg("query", Words, "query"),
        Arg(
            "topK",
            Annotated[int, Meta(ge=1, le=100, description="Maximum number to return")],
            "limit",
            default=10,
        ),
        Arg(
            "threshold",
            Annotated[float, Meta(description="Ignored: words match or do not")],
            default=0.4,
        ),
        VAULT,
        AGENT,
        RUN,
        MODEL,
    ),
    fixed={"kind": "note", "any_word": True, "max_text_bytes": 1_000_000},
    reply=note_replies.semantic_search,
)
SEARCH_AND_READ = ToolMapping(
    name="search_and_read",
    operation="note.search",
    description=(
        "Search notes by their words, newest first, and return them in full. It compares words, not"
        " meaning: any word of the query counts."
    ),
    args=(
        Arg("query", Words, "query"),
        Arg(
            "maxNotes",
            Annotated[int, Meta(ge=1, le=20, description="Maximum number to return")],
            "limit",
            default=5,
        ),
        VAULT,
        AGENT,
        RUN,
        MODEL,
    ),
    fixed={"kind": "note", "any_word": True, "max_text_bytes": 1_000_000},
    reply=note_replies.search_notes,
)
LIST_FOLDERS = ToolMapping(
    name="list_folders",
    operation="note.list",
    description="List folders, newest first; with parentFolderId those in one folder.",
    args=(
        VAULT,
        Arg(
            "parentFolderId",
            Annotated[str, Meta(max_length=64, description="Id of the folder that they are in")],
            "folder",
            convert.id_of_uuid,
            default=None,
        ),
        AGENT,
        RUN,
        MODEL,
    ),
    fixed={"kind": "folder", "limit": 200},
    reply=note_replies.list_folders,
)
CREATE_FOLDER = ToolMapping(
    name="create_folder",
    operation="note.add",
    description="Create a folder for notes, in the vault or in another folder.",
    args=(
        Arg("name", Title, "title"),
        Arg(
            "parentFolderId",
            Annotated[str, Meta(max_length=64, description="Id of the folder that it is in")],
            "folder",
            convert.id_of_uuid,
            default=None,
        ),
        VAULT,
        AGENT,
        RUN,
        MODEL,
    ),
    fixed={**WHOLE, "kind": "folder", "text": "A folder of notes.", "priority": 1},
    reply=note_replies.create_folder,
)
MOVE_NOTE = ToolMapping(
    name="move_note",
    operation="note.move",
    description="Move a note into a folder; without folderId, out of its folder.",
    args=(Arg("noteId", NoteId, "id", convert.id_of_uuid), FOLDER, VAULT, AGENT, RUN, MODEL),
    fixed={**WHOLE, "follow": True},
    reply=note_replies.move_note,
)

TOOLS: tuple[ToolMapping, ...] = (
    CREATE_NOTE,
    LIST_NOTES,
    READ_NOTE,
    READ_NOTES,
    UPDATE_NOTE,
    DELETE_NOTE,
    SEARCH_NOTES,
    SEMANTIC_SEARCH,
    SEARCH_AND_READ,
    LIST_FOLDERS,
    CREATE_FOLDER,
    MOVE_NOTE,
)
