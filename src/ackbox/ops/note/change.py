"""note.move, note.archive, note.remove, note.tidy: what becomes of a note after it was written.

What a note says never changes; write.py supersedes it. Explained in docs/why/notes.md.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.errors import Conflict, Invalid, NotAllowed
from ackbox.model.message import Time
from ackbox.model.moment import to_text
from ackbox.ops.note.write import FOLDER, Folder, Follow, Kind, Note, NoteId, find, shown
from ackbox.ops.note.write import find_folder as find_folder_of
from ackbox.ops.table import DAY_MS, Call, Context, op
from ackbox.store.notes import StoredNote
from ackbox.store.readers import Reader

# Folders inside each other.
MAX_DEPTH = 20
MAX_TIDIED = 200


async def refuse_stranger(context: Context, me: Reader, row: StoredNote, what: str) -> None:
    """Raise NotAllowed for a caller who neither wrote the first version of a note nor is an
    admin.
    """
    first = await context.store.note_at((await context.store.note_versions(row.seq))[-1])
    author = row.author if first is None else first.author
    if author != me.agent and not context.caller.may("admin"):
        raise NotAllowed(
            f"Only the author of a note and admins can {what} it.",
            hint=f"Ask {(first or row).author_name!r}, who wrote it.",
            field="id",
        )


class Move(Call, frozen=True, kw_only=True):
    """Note to move, and the folder."""

    id: NoteId
    folder: Annotated[Folder, Meta(description="Id of a note of kind folder; omit it for none")] | (
        None
    ) = None
    follow: Follow = False


@op("note.move", scope="write", writes=True)
async def move(context: Context, params: Move) -> Note:
    """Move a note into a folder, or out of its folder.

    Only the author and admins can move it. A folder can be in another, but not in itself.

    Raises NotFound, NotAllowed, Invalid.
    """
    me = await context.me(params)
    row = await find(context, params.id, follow=params.follow)
    await refuse_stranger(context, me, row, "move")
    folder = await find_folder_of(context, params.folder) if params.folder else None
    if folder is not None and row.kind == FOLDER:
        await _refuse_circle(context, row, folder)
    await context.store.move_note(row.seq, None if folder is None else folder.seq)
    await _note_change(context, me, row, "note.moved", folder=None if folder is None else folder.id)
    return await _again(context, row)


async def _refuse_circle(context: Context, row: StoredNote, folder: StoredNote) -> None:
    """Raise Invalid for a folder that would be in itself, or too deep in others."""
    above: StoredNote | None = folder
    for _ in range(MAX_DEPTH):
        if above is None:
            return
        if above.seq == row.seq:
            raise Invalid(
                "A folder cannot be in itself.", hint="Name another folder.", field="folder"
            )
        above = None if above.folder is None else await context.store.note_at(above.folder)
    raise Invalid(
        f"The folder would be more than {MAX_DEPTH} folders deep.",
        hint="Use a folder further up.",
        field="folder",
    )


class Archive(Call, frozen=True, kw_only=True):
    """Note to archive, or to bring back."""

    id: NoteId
    archived: Annotated[
        bool, Meta(description="Whether it is archived from now on; false brings it back")
    ] = True
    follow: Follow = False


@op("note.archive", scope="write", writes=True)
async def archive(context: Context, params: Archive) -> Note:
    """Archive a note, or bring it back.

    Lists, searches and new sessions leave an archived note out; its id still finds it. Only the
    author and admins can archive it. Twice changes nothing.

    Raises NotFound, NotAllowed.
    """
    me = await context.me(params)
    row = await find(context, params.id, follow=params.follow)
    await refuse_stranger(context, me, row, "archive")
    if (row.archived_at is not None) != params.archived:
        await _archive(context, me, row, archived=params.archived)
    return await _again(context, row)


async def _archive(context: Context, me: Reader, row: StoredNote, *, archived: bool) -> None:
    await context.store.archive_note(row.seq, context.now if archived else None)
    await _note_change(context, me, row, "note.archived" if archived else "note.unarchived")


class Remove(Call, frozen=True, kw_only=True):
    """Note to remove."""

    id: NoteId


class Removed(msgspec.Struct, frozen=True, kw_only=True):
    """The removed note."""

    id: Annotated[str, Meta(description="Id of the note")]
    removed: Annotated[int, Meta(description="Number of versions of it that are gone")]
    removed_at: Annotated[Time, Meta(description="Time")]


@op("note.remove", scope="write", writes=True)
async def remove(context: Context, params: Remove) -> Removed:
    """Remove a note permanently, with all its versions and links.

    Only the author of its first version and admins can. A folder must be empty. The log keeps that
    it was removed, and nothing of its text.

    Raises NotFound, NotAllowed, Conflict (a folder that holds notes).
    """
    me = await context.me(params)
    row = await find(context, params.id, follow=True)
    await refuse_stranger(context, me, row, "remove")
    if row.kind == FOLDER and await context.store.holds_notes(row.seq):
        raise Conflict("The folder holds notes.", hint="Move or remove them first.", field="id")
    versions = await context.store.note_versions(row.seq)
    for seq in versions:
        version = await context.store.note_at(seq)
        assert version is not None
        await context.store.remove_note(version)
    await _note_change(context, me, row, "note.removed", versions=len(versions))
    return Removed(id=row.id, removed=len(versions), removed_at=to_text(context.now))


class Tidy(Call, frozen=True, kw_only=True):
    """Notes that few need."""

    kind: Annotated[Kind, Meta(description="Kind whose notes are archived when they are old")] = (
        "episodic"
    )
    kind_days: Annotated[
        int, Meta(ge=1, le=3650, description="Age in days of a note of that kind")
    ] = 30
    max_priority: Annotated[
        int, Meta(ge=1, le=5, description="Highest priority of an unimportant note")
    ] = 1
    days: Annotated[int, Meta(ge=1, le=3650, description="Age in days of an unimportant note")] = 14
    only_look: Annotated[
        bool, Meta(description="Whether to return what would be archived, and archive nothing")
    ] = False


class Tidied(msgspec.Struct, frozen=True, kw_only=True):
    """The notes that were archived, or would be."""

    old: Annotated[list[str], Meta(description="Ids of old notes of the kind")]
    unimportant: Annotated[list[str], Meta(description="Ids of old unimportant notes")]
    archived: Annotated[int, Meta(description="Number of notes that were archived")]
    has_more: Annotated[bool, Meta(description="Whether the same call would find more")]


@op("note.tidy", scope="write", writes=lambda params: not params.only_look)
async def tidy(context: Context, params: Tidy) -> Tidied:
    """Archive your old notes of a kind, and your old unimportant ones.

    At most 200 in one call, oldest first. An admin archives those of every author. Folders and
    documents stay.

    Raises Invalid.
    """
    me = await context.me(params)
    now = context.now
    rows = await context.store.notes_to_tidy(
        author=None if context.caller.may("admin") else me.agent,
        kind=params.kind,
        kind_before=now - params.kind_days * DAY_MS,
        priority=params.max_priority,
        before=now - params.days * DAY_MS,
        now=now,
        most=MAX_TIDIED + 1,
    )
    page = rows[:MAX_TIDIED]
    if not params.only_look:
        for row in page:
            await _archive(context, me, row, archived=True)
    old = [row.id for row in page if row.kind == params.kind]
    return Tidied(
        old=old,
        unimportant=[row.id for row in page if row.kind != params.kind],
        archived=0 if params.only_look else len(page),
        has_more=len(rows) > len(page),
    )


async def _note_change(
    context: Context, me: Reader, row: StoredNote, event: str, **more: object
) -> None:
    """Write the feed's line for a change of a note."""
    subject = {"note": row.id, **more}
    context.rings.add(
        await context.store.add_event(event, at=context.now, reader=me.agent, subject=subject)
    )


async def _again(context: Context, row: StoredNote) -> Note:
    again = await context.store.note_at(row.seq)
    assert again is not None
    return shown(again)
