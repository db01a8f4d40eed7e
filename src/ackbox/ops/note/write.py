"""note.add, note.supersede, note.append: writing the notes of a workspace.

Reading is in find.py, links are in link.py, what the author does with a note later is in change.py.
What a note says is never edited; another note supersedes it. Explained in docs/why/notes.md.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ackbox.errors import Conflict, Invalid, NotFound, TooLong
from ackbox.model.message import Time
from ackbox.model.moment import parse_moment, to_text
from ackbox.model.text import composed
from ackbox.ops.note.rows import with_title
from ackbox.ops.rules.beginning import beginning
from ackbox.ops.rules.metadata import check_metadata
from ackbox.ops.rules.named import BEGINNING
from ackbox.ops.rules.room import refuse_full
from ackbox.ops.table import Call, Context, op
from ackbox.ops.task.fields import TaskId
from ackbox.ops.task.find import find as find_task
from ackbox.store.notes import SUPERSEDES, Link, NoteFilter, StoredNote
from ackbox.store.readers import Reader

TEXT_LIMIT = 100_000
# The kind of a note that holds others, and relation of a note to those it was made from.
FOLDER, DERIVED = "folder", "derived_from"

NoteId = Annotated[str, Meta(description="Id of a note", max_length=64)]
Kind = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=32,
        description="Kind: memory, note, fact, decision, constraint, folder, or another word",
    ),
]
Folder = Annotated[str, Meta(description="Id of a note of kind folder", max_length=64)]
ExpiresAt = Annotated[
    str,
    Meta(
        max_length=64,
        description="Time from which it is left out like an archived note: RFC 3339, or 2h, 3d",
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
Sources = Annotated[
    list[NoteId],
    Meta(
        max_length=50,
        description="Ids of the notes it is made from; it links to them with derived_from",
    ),
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
    sources: Sources = []
    folder: Folder | None = None
    expires_at: ExpiresAt | None = None


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
    folder: Annotated[str | None, Meta(description="Id of the folder it is in; null for none")] = (
        None
    )
    expires_at: Annotated[Time | None, Meta(description="Expiry; null for none")] = None
    archived_at: Annotated[
        Time | None, Meta(description="Time of archiving; null if it is not archived")
    ] = None
    created_at: Annotated[Time, Meta(description="Time of storage")]


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
    sources: Sources = []
    folder: Folder | None = None
    expires_at: ExpiresAt | None = None
    write_id: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=200,
                description=(
                    "Your id for this write: the same content returns the first note, other"
                    " content supersedes it"
                ),
            ),
        ]
        | None
    ) = None
    unless_known: Annotated[
        bool,
        Meta(
            description=(
                "Whether to return an existing note with the same kind, title and text instead"
            )
        ),
    ] = False
    task: TaskId | None = None
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

    A note is never edited; note.supersede replaces it. With `task` it gets the tag task:NUMBER.

    Raises Invalid, TooLong, NotFound (a linked note, the folder, the task).
    """
    me = await context.me(params)
    given = {name: getattr(params, name) for name in NewNote.__struct_fields__}
    if params.task is not None:
        task = await find_task(context, params, params.task, field="task")
        given["tags"] = [*given["tags"], f"task:{task.number}"]
    new = NewNote(**given)
    if params.write_id is None:
        old = None
        if params.replaces_title:
            old = await with_title(context, me, kind=params.kind, title=params.title)
        return await keep(context, me, new, unless_known=params.unless_known, old=old)
    first = await context.store.note_written(me.agent, params.write_id)
    if first is None:
        return await keep(
            context, me, new, unless_known=params.unless_known, write_id=params.write_id
        )
    current = await find(context, first.id, follow=True)
    if current.content == _content(_checked(new)):
        return _added(context, first, duplicate=True)
    return await keep(context, me, new, unless_known=False, old=current)


async def keep(
    context: Context,
    me: Reader,
    new: NewNote,
    *,
    unless_known: bool,
    write_id: str | None = None,
    old: StoredNote | None = None,
) -> Added:
    """Store a note and its links; in place of `old`, where that is.

    With `unless_known` an existing note with the same content is returned instead.
    """
    new = _checked(new)
    if old is not None and FOLDER in (old.kind, new.kind):
        raise Invalid(
            "A folder cannot be superseded, and no other note becomes one.",
            hint="Add a new folder, and move the notes into it with note.move.",
            field="kind",
        )
    content = _content(new)
    known = await context.store.note_known(content, now=context.now) if unless_known else None
    if known is not None:
        return _added(context, known, duplicate=True)
    refuse_full(context)
    targets = await _targets(context, new)
    folder = None if new.folder is None else await find_folder(context, new.folder)
    expires_at = _expiry(context, new)
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
        folder.seq if folder is not None else None if old is None else old.folder,
        write_id,
        expires_at if expires_at is not None or old is None else old.expires_at,
    )
    await context.store.add_note(row)
    for relation, target in [*targets, *([] if old is None else [(SUPERSEDES, old)])]:
        await context.store.add_link(Link(seq, relation, target.seq, me.agent, context.now))
    stored = await context.store.note_at(seq)
    assert stored is not None
    return _added(context, stored, duplicate=False)


async def _targets(context: Context, new: NewNote) -> list[tuple[str, StoredNote]]:
    """Return the notes that a new one links to. Raises NotFound."""
    linked = [(link.relation, await find(context, link.to, field="links")) for link in new.links]
    return [
        *linked,
        *[(DERIVED, await find(context, id, field="sources")) for id in new.sources],
    ]


async def find_folder(context: Context, id: str) -> StoredNote:
    """Return a folder of this workspace. Raises NotFound."""
    row = await find(context, id, field="folder")
    if row.kind != FOLDER:
        raise NotFound(
            f"The note {id[:64]!r} is a {row.kind}, and holds no others.",
            hint="Use the id of a note of kind folder.",
            field="folder",
        )
    return row


def _expiry(context: Context, new: NewNote) -> int | None:
    if not new.expires_at:
        return None
    expires_at = parse_moment(new.expires_at, field="expires_at", now=context.now, ahead=True)
    if expires_at <= context.now:
        raise Invalid(
            f"`expires_at` is over: {new.expires_at[:40]!r}.",
            hint="Use a time to come.",
            field="expires_at",
        )
    return expires_at


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
        folder=row.folder_id,
        expires_at=None if row.expires_at is None else to_text(row.expires_at),
        archived_at=None if row.archived_at is None else to_text(row.archived_at),
        created_at=to_text(row.created_at),
    )


async def find(context: Context, id: str, *, field: str = "id", follow: bool = False) -> StoredNote:
    """Return a note of this workspace by its id or the beginning of it, or with `follow` the
    current one that superseded it.

    Raises NotFound, also when more than one begins so.
    """
    row = await context.store.note_of(id)
    if row is None and BEGINNING.fullmatch(id):
        row = beginning(await context.store.notes_of_beginning(id), id)
    if follow and row is not None and row.superseded_by is not None:
        row = await context.store.note_at(await context.store.latest_note(row.seq))
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


class Append(Call, frozen=True, kw_only=True):
    """Text to append to a note that a kind and a title name."""

    title: Annotated[str, Meta(min_length=1, max_length=500, description="Title of the note")]
    text: Text
    kind: Kind = "document"
    priority: Weight = 3


@op("note.append", scope="write", writes=True, creates=True)
async def append(context: Context, params: Append) -> Added:
    """Append text to the newest note of a kind and title, or begin that note.

    The result supersedes the note. `priority` applies to a note that it begins.

    Raises Invalid, TooLong.
    """
    me = await context.me(params)
    titled = NoteFilter(kind=params.kind, title=params.title, now=context.now)
    found = await context.store.note_page(titled, most=1)
    if not found:
        new = NewNote(
            text=params.text, title=params.title, kind=params.kind, priority=params.priority
        )
        return await keep(context, me, new, unless_known=False)
    old = found[0]
    new = NewNote(
        text=f"{old.text}\n\n{params.text}",
        title=old.title,
        kind=old.kind,
        tags=old.tags,
        priority=old.priority,
        metadata=msgspec.json.decode(old.metadata),
    )
    return await keep(context, me, new, unless_known=False, old=old)
