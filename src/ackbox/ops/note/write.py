"""note.add, note.supersede, note.list, note.search: the notes of a workspace.

Links between notes are in link.py. A note is never edited; another one supersedes it. Explained in
docs/why/notes.md.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ackbox.errors import Conflict, Invalid, NotFound, TooLong
from ackbox.model.moment import parse_moment, to_text
from ackbox.model.query import parse_query
from ackbox.model.text import composed
from ackbox.ops.message.history import WORDS
from ackbox.ops.note.rows import with_title, within
from ackbox.ops.rules.cursors import make_cursor, read_cursor
from ackbox.ops.rules.metadata import check_metadata
from ackbox.ops.rules.room import refuse_full
from ackbox.ops.table import Call, Context, Cursor, Limit, Name, op
from ackbox.store.messages import NEWEST
from ackbox.store.notes import SUPERSEDES, Link, NoteFilter, StoredNote
from ackbox.store.readers import Reader
from ackbox.store.tasks import tag_text

TEXT_LIMIT = 100_000
PAGE_BYTES = 40_000

NoteId = Annotated[str, Meta(description="Id of a note", max_length=64)]
Kind = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=32,
        description="Kind: memory, note, fact, decision, constraint, or another word",
    ),
]
Title = Annotated[str, Meta(max_length=500, description="Title")]
Text = Annotated[
    str,
    Meta(min_length=1, description="Text, Markdown by convention (1 to 100,000 characters)"),
]
Tags = Annotated[
    list[Annotated[str, Meta(min_length=1, max_length=200)]],
    Meta(max_length=50, description="Tags"),
]
Weight = Annotated[
    int, Meta(ge=1, le=5, description="Priority (1 to 5); new sessions receive notes from 4 on")
]
Relation = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        description="Relation, in one word: supports, contradicts, part_of",
    ),
]


Follow = Annotated[
    bool,
    Meta(description="Whether to use the current note in place of a superseded one"),
]


class NewLink(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A link to an existing note."""

    relation: Relation
    to: NoteId


class NewNote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A note to add."""

    # Its length is a matter of this note alone: of several, one that is empty or too long stops no
    # other.
    text: Annotated[str, Meta(description="Text, Markdown by convention (1 to 100,000 characters)")]
    title: Title | None = None
    kind: Kind = "note"
    tags: Tags = []
    priority: Weight = 3
    metadata: Annotated[dict[str, Any], Meta(description="Any JSON object (at most 16 KiB)")] = {}
    links: Annotated[
        list[NewLink], Meta(max_length=50, description="Links to other notes (at most 50)")
    ] = []


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """One note, as every face shows it."""

    id: Annotated[str, Meta(description="Id (32 hex digits); sorts by time")]
    number: Annotated[int, Meta(description="Number in the workspace")]
    kind: Annotated[str, Meta(description="Kind")]
    title: Annotated[str | None, Meta(description="Title")] = None
    text: Annotated[str, Meta(description="Text")]
    tags: Annotated[list[str], Meta(description="Tags")] = []
    priority: Annotated[int, Meta(description="Priority (1 to 5; 5 matters most)")] = 3
    metadata: Annotated[dict[str, Any], Meta(description="Metadata of the author")] = {}
    author: Annotated[str, Meta(description="Sender, from the key")]
    author_instance: Annotated[str | None, Meta(description="Instance of the author")] = None
    supersedes: Annotated[
        str | None, Meta(description="Id of the note it supersedes; null for none")
    ] = None
    superseded_by: Annotated[
        str | None, Meta(description="Id of the note that superseded it; null for none")
    ] = None
    created_at: Annotated[str, Meta(description="Time of storage")]


class Add(Call, frozen=True, kw_only=True):
    """A note to add."""

    text: Text
    title: Title | None = None
    kind: Kind = "note"
    tags: Tags = []
    priority: Weight = 3
    metadata: Annotated[dict[str, Any], Meta(description="Any JSON object (at most 16 KiB)")] = {}
    links: Annotated[
        list[NewLink], Meta(max_length=50, description="Links to other notes (at most 50)")
    ] = []
    unless_known: Annotated[
        bool,
        Meta(
            description=(
                "Whether to return an existing note with the same kind, title and text instead"
            )
        ),
    ] = False
    replaces_title: Annotated[
        bool,
        Meta(description="Whether to supersede your current note of the same kind and title"),
    ] = False


class Added(Note, frozen=True, kw_only=True):
    """The stored note."""

    workspace: Annotated[str | None, Meta(description="Workspace")] = None
    duplicate: Annotated[bool, Meta(description="Whether it existed before")] = False


@op("note.add", scope="write", writes=True, creates=True)
async def add(context: Context, params: Add) -> Added:
    """Add a note for everybody in the workspace.

    A note is never edited; note.supersede replaces it.

    Raises Invalid, TooLong, NotFound (a linked note).
    """
    given = {name: getattr(params, name) for name in NewNote.__struct_fields__}
    me = await context.me(params)
    old = None
    if params.replaces_title:
        old = await with_title(context, me, kind=params.kind, title=params.title)
    return await keep(context, me, NewNote(**given), unless_known=params.unless_known, old=old)


async def keep(
    context: Context, me: Reader, new: NewNote, *, unless_known: bool, old: StoredNote | None = None
) -> Added:
    """Store a note and its links.

    With `unless_known` an existing note with the same content is returned instead.
    """
    new = _checked(new)
    content = _content(new)
    known = await context.store.note_known(content) if unless_known else None
    if known is not None:
        return _added(context, known, duplicate=True)
    refuse_full(context)
    targets = [(link.relation, await find(context, link.to, field="links")) for link in new.links]
    id = context.new_id(context.now)
    subject = {"note": id, "kind": new.kind, **({} if old is None else {"supersedes": old.id})}
    seq = await context.store.add_event(
        "note.added", at=context.now, reader=me.agent, subject=subject
    )
    context.rings.add(seq)
    row = StoredNote(
        seq,
        id,
        new.kind,
        new.title or None,
        new.text,
        list(dict.fromkeys(new.tags)),
        new.priority,
        msgspec.json.encode(new.metadata).decode(),
        me.agent,
        me.name,
        me.instance,
        None if context.session is None else context.session.seq,
        content,
        context.caller.key_id,
        context.now,
    )
    await context.store.add_note(row)
    for relation, target in [*targets, *([] if old is None else [(SUPERSEDES, old)])]:
        await context.store.add_link(Link(seq, relation, target.seq, me.agent, context.now))
    return _added(
        context,
        msgspec.structs.replace(row, supersedes=None if old is None else old.id),
        duplicate=False,
    )


def _checked(new: NewNote) -> NewNote:
    """Return a note after NFC, within its limits. Raises TooLong, Invalid."""
    text = composed(new.text, field="text", limit=TEXT_LIMIT)
    if not text:
        raise Invalid(
            "The note has no text.", hint="Set `text` to the text of the note.", field="text"
        )
    if len(text) > TEXT_LIMIT:
        raise TooLong(
            f"`text` has {len(text):,} characters; at most {TEXT_LIMIT:,} are allowed.",
            field="text",
            size=len(text),
            limit=TEXT_LIMIT,
            hint="Keep it in a file and write its path here.",
        )
    check_metadata(new.metadata, hint="Name a file in the text instead.")
    for link in new.links:
        check_relation(link.relation)
    return msgspec.structs.replace(
        new, text=text, title=None if new.title is None else composed(new.title, field="title")
    )


def check_relation(relation: str) -> None:
    """Raise Invalid for the one relation that a link may not have."""
    if relation == SUPERSEDES:
        raise Invalid(
            "This relation is set by note.supersede only.",
            hint="Use another word for the relation.",
            field="relation",
        )


def _content(new: NewNote) -> bytes:
    return hashlib.sha256(msgspec.json.encode([new.kind, new.title or None, new.text])).digest()


def _added(context: Context, row: StoredNote, *, duplicate: bool) -> Added:
    return Added(
        **msgspec.structs.asdict(shown(row)), workspace=context.workspace.name, duplicate=duplicate
    )


def shown(row: StoredNote) -> Note:
    """Return a note as every face shows it."""
    return Note(
        id=row.id,
        number=row.seq,
        kind=row.kind,
        title=row.title,
        text=row.text,
        tags=row.tags,
        priority=row.priority,
        metadata=msgspec.json.decode(row.metadata),
        author=row.author_name,
        author_instance=row.author_instance,
        supersedes=row.supersedes,
        superseded_by=row.superseded_by,
        created_at=to_text(row.created_at),
    )


async def find(context: Context, id: str, *, field: str = "id", follow: bool = False) -> StoredNote:
    """Return a note of this workspace, or with `follow` the current one that superseded it.

    Raises NotFound.
    """
    row = await context.store.note_of(id)
    while follow and row is not None and row.superseded_by is not None:
        row = await context.store.note_of(row.superseded_by)
    if row is None:
        raise NotFound(
            "There is no such note.",
            hint="Use an id that note.list or note.search returned.",
            field=field,
        )
    return row


class Supersede(Call, frozen=True, kw_only=True):
    """The replacement of a note; omitted fields are copied from it."""

    id: NoteId
    text: Text | None = None
    title: Title | None = None
    kind: Kind | None = None
    tags: Tags | None = None
    priority: Weight | None = None
    metadata: (
        Annotated[dict[str, Any], Meta(description="Any JSON object (at most 16 KiB)")] | None
    ) = None
    keep_metadata: Annotated[
        bool, Meta(description="Whether values that `metadata` does not name stay")
    ] = False
    follow: Follow = False


@op("note.supersede", scope="write", writes=True, creates=True)
async def supersede(context: Context, params: Supersede) -> Added:
    """Supersede a note with a new one; the old one stays readable.

    Raises Invalid, TooLong, NotFound, Conflict (already superseded, by the note in
    `superseded_by`).
    """
    me = await context.me(params)
    old = await find(context, params.id, follow=params.follow)
    if old.superseded_by is not None:
        raise Conflict(
            "This note has been superseded already.",
            hint="Supersede the note that replaced it.",
            field="id",
            superseded_by=old.superseded_by,
        )
    before: dict[str, Any] = {
        "text": old.text,
        "title": old.title,
        "kind": old.kind,
        "tags": old.tags,
        "priority": old.priority,
        "metadata": msgspec.json.decode(old.metadata),
    }
    given = {
        name: before[name] if getattr(params, name) is None else getattr(params, name)
        for name in before
    }
    if params.keep_metadata:
        given["metadata"] = {**before["metadata"], **given["metadata"]}
    return await keep(context, me, NewNote(**given), unless_known=False, old=old)


class Narrow(Call, frozen=True, kw_only=True):
    """Filters for notes."""

    kind: Kind | None = None
    tag: Annotated[str, Meta(max_length=200, description="Tag to filter by")] | None = None
    title: Annotated[str, Meta(max_length=500, description="Exact title to filter by")] | None = (
        None
    )
    author: Annotated[Name, Meta(description="Author to filter by")] | None = None
    min_priority: (
        Annotated[int, Meta(ge=1, le=5, description="Minimum priority (1 to 5)")] | None
    ) = None
    since: (
        Annotated[
            str,
            Meta(description="Earliest time, exclusive: RFC 3339, or 2h, 3d, yesterday 9:00"),
        ]
        | None
    ) = None
    include_superseded: Annotated[bool, Meta(description="Whether to include superseded notes")] = (
        False
    )
    max_text_bytes: Annotated[
        int,
        Meta(
            ge=1000,
            le=1_000_000,
            description="Maximum bytes of text to return (1,000 to 1,000,000); no note is split",
        ),
    ] = PAGE_BYTES
    limit: Limit = 20
    cursor: Cursor | None = None


class ListNotes(Narrow, frozen=True, kw_only=True):
    """Filters for notes."""

    ids: (
        Annotated[
            list[NoteId],
            Meta(
                max_length=200,
                description="Ids of the only notes to return, in this order (at most 200)",
            ),
        ]
        | None
    ) = None
    follow: Annotated[
        bool,
        Meta(
            description=(
                "Whether to return the current note in place of a superseded one; with `ids`"
            )
        ),
    ] = False


class SearchNotes(Narrow, frozen=True, kw_only=True):
    """Search words and filters."""

    query: Annotated[str, Meta(min_length=1, max_length=400, description=WORDS)]
    any_word: Annotated[bool, Meta(description="Whether one of the words is enough")] = False


class NotePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of notes, newest first."""

    notes: Annotated[list[Note], Meta(description="Items, newest first")]
    cursor: Annotated[
        str | None, Meta(description="Cursor for the next page; null on the last page")
    ] = None


@op("note.list", scope="read")
async def list_notes(context: Context, params: ListNotes) -> NotePage:
    """List current notes, newest first.

    `include_superseded` adds superseded ones.

    Raises Invalid, BadCursor, NotFound (`ids`).
    """
    if params.ids is not None:
        rows = [await find(context, id, field="ids", follow=params.follow) for id in params.ids]
        return NotePage(
            notes=[
                shown(row)
                for row in within(rows, limit=len(rows), max_text_bytes=params.max_text_bytes)
            ]
        )
    query = f"notes {_asked(params)}"
    before = (
        NEWEST if params.cursor is None else read_cursor(context.workspace.ws, query, params.cursor)
    )
    return _page(
        context,
        params,
        query,
        await context.store.note_page(
            await _filter(context, params), before=before, most=params.limit + 1
        ),
    )


@op("note.search", scope="read")
async def search(context: Context, params: SearchNotes) -> NotePage:
    """Search titles, texts and tags of notes, newest first.

    Raises Invalid, BadCursor.
    """
    name, wanted = f"note words {_asked(params)}", parse_query(params.query, is_any=params.any_word)
    before = (
        NEWEST if params.cursor is None else read_cursor(context.workspace.ws, name, params.cursor)
    )
    rows = await context.store.search_notes(
        wanted, await _filter(context, params), before=before, most=params.limit + 1
    )
    return _page(context, params, name, rows)


async def _filter(context: Context, params: Narrow) -> NoteFilter:
    return NoteFilter(
        kind=params.kind,
        tag=None if not params.tag else tag_text(params.tag),
        title=None if not params.title else composed(params.title, field="title"),
        priority=params.min_priority,
        author=await context.agent_number(params.author),
        since=(
            None
            if params.since is None
            else parse_moment(params.since, field="since", now=context.now)
        ),
        current_only=None if params.include_superseded else 1,
    )


def _asked(params: Narrow) -> str:
    """Return what a cursor of this page is bound to: its filters, but not the caller or the page
    size.
    """
    left_out = (*Call.__struct_fields__, "limit", "cursor", "max_text_bytes")
    return repr(
        [getattr(params, name) for name in params.__struct_fields__ if name not in left_out]
    )


def _page(context: Context, params: Narrow, query: str, rows: list[StoredNote]) -> NotePage:
    page = within(rows, limit=params.limit, max_text_bytes=params.max_text_bytes)
    return NotePage(
        notes=[shown(row) for row in page],
        cursor=(
            make_cursor(context.workspace.ws, query, page[-1].seq)
            if len(page) < len(rows)
            else None
        ),
    )
