"""note.list, note.search: reading the notes of a workspace.

Explained in docs/why/notes.md.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.model.moment import parse_moment
from ackbox.model.query import parse_query
from ackbox.model.text import composed
from ackbox.ops.message.history import WORDS
from ackbox.ops.note.rows import within
from ackbox.ops.note.write import Folder, Kind, Note, NoteId, find, find_folder, shown
from ackbox.ops.rules.cursors import make_cursor, read_cursor
from ackbox.ops.table import Call, Context, Cursor, Limit, Name, op
from ackbox.store.messages import NEWEST
from ackbox.store.notes import NoteFilter, StoredNote
from ackbox.store.tasks import tag_text

PAGE_BYTES = 40_000


class Narrow(Call, frozen=True, kw_only=True):
    """Filters for notes."""

    kind: Kind | None = None
    not_kind: (
        Annotated[str, Meta(min_length=1, max_length=32, description="Kind to leave out")] | None
    ) = None
    folder: Folder | None = None
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
    include_superseded: Annotated[
        bool, Meta(description="Whether to include superseded, archived and expired notes")
    ] = False
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

    `include_superseded` adds superseded, archived and expired ones.

    Raises Invalid, BadCursor, NotFound (`ids`, `folder`).
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
    """Search titles, texts and tags of notes by words, newest first.

    Raises Invalid, BadCursor, NotFound (`folder`).
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
        now=None if params.include_superseded else context.now,
        folder=None if not params.folder else (await find_folder(context, params.folder)).seq,
        not_kind=params.not_kind,
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
