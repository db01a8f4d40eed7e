"""note.get, note.explore: notes with their links and linked notes.

With `follow` all versions of a note are one: their links lead to what is current. Explained in
docs/why/notes.md.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ackbox.errors import Invalid
from ackbox.model.moment import to_text
from ackbox.model.query import parse_query
from ackbox.ops.message.history import WORDS
from ackbox.ops.note.link import NoteLink, link_id
from ackbox.ops.note.recall import CONVERSATION
from ackbox.ops.note.write import Follow, Note, NoteId, find, shown
from ackbox.ops.table import Call, Context, op
from ackbox.store.notes import Link, NoteFilter, StoredNote

MAX_NEIGHBOURS = 200
OPENING = 200
# Notes that a query begins from.
ENTRIES = 5


class GetNote(Call, frozen=True, kw_only=True):
    """Note to return, and how far to follow its links."""

    id: NoteId
    depth: Annotated[
        int,
        Meta(
            ge=0,
            le=3,
            description="Maximum number of links to follow (0 to 3); at most 200 neighbours",
        ),
    ] = 1
    follow: Follow = False
    direction: Annotated[
        Literal["both", "out", "in"],
        Meta(description="Direction of links: both, out of the note, or into it"),
    ] = "both"


class Neighbour(msgspec.Struct, frozen=True, kw_only=True):
    """A linked note, in short."""

    id: Annotated[str, Meta(description="Id")]
    kind: Annotated[str, Meta(description="Kind")]
    title: Annotated[str | None, Meta(description="Title")] = None
    opening: Annotated[str, Meta(description="Beginning of the text")]
    author: Annotated[str, Meta(description="Sender")]
    superseded_by: Annotated[
        str | None, Meta(description="Id of the note that superseded it; null for none")
    ] = None


class GotNote(msgspec.Struct, frozen=True, kw_only=True):
    """A note, its links and the linked notes."""

    note: Annotated[Note, Meta(description="The note")]
    links: Annotated[list[NoteLink], Meta(description="Links within `depth`")]
    neighbours: Annotated[list[Neighbour], Meta(description="Linked notes, nearest first")]


@op("note.get", scope="read")
async def get(context: Context, params: GetNote) -> GotNote:
    """Return one note with its links and linked notes.

    With `follow` its links include those of all its versions, and lead to current notes.

    Raises NotFound.
    """
    row = await find(context, params.id, follow=params.follow)
    reach = Reach(
        context, follow=params.follow, direction=params.direction, most=1 + MAX_NEIGHBOURS
    )
    await reach.begin([row], params.depth)
    return GotNote(
        note=shown(row),
        links=await reach.links(),
        neighbours=[_short(each) for each in reach.notes.values() if each.seq != row.seq],
    )


class Explore(Call, frozen=True, kw_only=True):
    """Note or words to begin from, and limits."""

    query: (
        Annotated[str, Meta(min_length=1, max_length=2000, description=f"{WORDS}; any word counts")]
        | None
    ) = None
    id: NoteId | None = None
    depth: Annotated[
        int, Meta(ge=1, le=5, description="Maximum number of links to follow (1 to 5)")
    ] = 2
    limit: Annotated[
        int, Meta(ge=1, le=200, description="Maximum number of notes to return (1 to 200)")
    ] = 50


class Explored(msgspec.Struct, frozen=True, kw_only=True):
    """Current notes and the links between them."""

    notes: Annotated[list[Neighbour], Meta(description="Notes, nearest first")]
    links: Annotated[list[NoteLink], Meta(description="Links between them")]
    entries: Annotated[list[str], Meta(description="Ids of the notes that it began from")]


@op("note.explore", scope="read")
async def explore(context: Context, params: Explore) -> Explored:
    """Follow the links from one note, or from those with the words of a query.

    Superseded notes appear as their current versions. A query begins from the five newest notes
    with any of its words.

    Raises NotFound, Invalid (neither `id` nor `query`).
    """
    if params.id is None and params.query is None:
        raise Invalid(
            "`id` and `query` are missing.", hint="Give a note, words, or both.", field="query"
        )
    entries = [] if params.id is None else [await find(context, params.id, follow=True)]
    if params.query is not None:
        wanted = parse_query(params.query, is_any=True)
        current = NoteFilter(not_kind=CONVERSATION, now=context.now)
        entries += await context.store.search_notes(wanted, current, most=ENTRIES)
    entries = entries[: params.limit]
    reach = Reach(context, follow=True, direction="both", most=params.limit)
    await reach.begin(entries, params.depth)
    return Explored(
        notes=[_short(each) for each in reach.notes.values()],
        links=await reach.links(),
        entries=list(dict.fromkeys(each.id for each in entries)),
    )


def _short(row: StoredNote) -> Neighbour:
    return Neighbour(
        id=row.id,
        kind=row.kind,
        title=row.title,
        opening=row.text[:OPENING],
        author=row.author_name,
        superseded_by=row.superseded_by,
    )


class Reach:
    """The notes that links lead to, nearest first, and those links."""

    def __init__(self, context: Context, *, follow: bool, direction: str, most: int) -> None:
        self._context, self._follow = context, follow
        self._direction, self._most = direction, most
        self.notes: dict[int, StoredNote] = {}
        self._links: dict[tuple[int, str, int], Link] = {}
        # The current version of each linked note.
        self._stands: dict[int, int] = {}

    async def begin(self, entries: list[StoredNote], depth: int) -> None:
        """Follow the links from some notes, so many in a row."""
        self.notes = {row.seq: row for row in entries}
        edge = list(self.notes)
        for _ in range(depth):
            edge = [found for seq in edge for found in await self._from(seq)]

    async def _from(self, seq: int) -> list[int]:
        """Follow the links of one note; returns the notes that were not reached before."""
        store, fresh = self._context.store, []
        own = (
            await store.links_of_versions(seq, most=self._most)
            if self._follow
            else await store.links_of(seq, most=self._most)
        )
        for link in own:
            source, target = await self._current(link.source), await self._current(link.target)
            if self._direction != "both" and (source == seq) != (self._direction == "out"):
                continue
            self._links.setdefault((source, link.relation, target), link)
            other = target if source == seq else source
            if other not in self.notes and len(self.notes) < self._most:
                note = await store.note_at(other)
                if note is not None:
                    self.notes[other] = note
                    fresh.append(other)
        return fresh

    async def _current(self, seq: int) -> int:
        if not self._follow:
            return seq
        if seq not in self._stands:
            self._stands[seq] = await self._context.store.latest_note(seq)
        return self._stands[seq]

    async def links(self) -> list[NoteLink]:
        """Return the links between the notes that were reached."""
        names: dict[int, str | None] = {}
        for each in self._links.values():
            if each.author not in names:
                reader = await self._context.store.reader_by_number(each.author)
                names[each.author] = None if reader is None else reader.name
        return [
            NoteLink(
                id=link_id(each.source_id, relation, each.target_id),
                source=self.notes[source].id,
                relation=relation,
                target=self.notes[target].id,
                author=names[each.author],
                created_at=to_text(each.created_at),
            )
            for (source, relation, target), each in self._links.items()
            if source in self.notes and target in self.notes
        ]
