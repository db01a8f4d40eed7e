"""note.link, note.get: links between notes, and one note with its neighbours.

Explained in docs/why/notes.md.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ackbox.errors import Invalid
from ackbox.model.moment import to_text
from ackbox.ops.note.write import Follow, Note, NoteId, Relation, check_relation, find, shown
from ackbox.ops.table import Call, Context, op
from ackbox.store.notes import Link, StoredNote

MAX_NEIGHBOURS = 200
OPENING = 200


class LinkNotes(Call, frozen=True, kw_only=True):
    """Two notes, and the relation of the first to the second."""

    id: NoteId
    relation: Relation
    to: Annotated[str, Meta(description="Id of the other note", max_length=64)]


class NoteLink(msgspec.Struct, frozen=True, kw_only=True):
    """A link between two notes."""

    source: Annotated[str, Meta(description="Id of the first note")]
    relation: Annotated[str, Meta(description="Relation of the first note to the second")]
    target: Annotated[str, Meta(description="Id of the second note")]
    author: Annotated[str | None, Meta(description="Author of the link")] = None
    created_at: Annotated[str, Meta(description="Time")]


class Linked(NoteLink, frozen=True, kw_only=True):
    """The link."""

    duplicate: Annotated[bool, Meta(description="Whether the link existed before")] = False


@op("note.link", scope="write", writes=True)
async def link(context: Context, params: LinkNotes) -> Linked:
    """Link one note to another by a relation; twice changes nothing.

    Raises Invalid, NotFound.
    """
    me = await context.me(params)
    check_relation(params.relation)
    source, target = await find(context, params.id), await find(context, params.to, field="to")
    if source.seq == target.seq:
        raise Invalid(
            "A note cannot link to itself.", hint="Name another note in `to`.", field="to"
        )
    is_new = await context.store.add_link(
        Link(source.seq, params.relation, target.seq, me.agent, context.now)
    )
    if is_new:
        subject = {"note": source.id, "relation": params.relation, "target": target.id}
        context.rings.add(
            await context.store.add_event(
                "note.linked", at=context.now, reader=me.agent, subject=subject
            )
        )
    return Linked(
        source=source.id,
        relation=params.relation,
        target=target.id,
        author=me.name,
        created_at=to_text(context.now),
        duplicate=not is_new,
    )


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

    Raises NotFound.
    """
    row = await find(context, params.id, follow=params.follow)
    reached: dict[int, StoredNote] = {row.seq: row}
    found: dict[tuple[int, str, int], Link] = {}
    edge = [row.seq]
    for _ in range(params.depth):
        edge = await _reach(context, params.direction, edge, reached, found)
    names: dict[int, str | None] = {}
    for each in found.values():
        if each.author not in names:
            reader = await context.store.reader_by_number(each.author)
            names[each.author] = None if reader is None else reader.name
    links = [
        NoteLink(
            source=reached[each.source].id,
            relation=each.relation,
            target=reached[each.target].id,
            author=names[each.author],
            created_at=to_text(each.created_at),
        )
        for each in found.values()
        if each.source in reached and each.target in reached
    ]
    return GotNote(
        note=shown(row),
        links=links,
        neighbours=[_short(each) for each in reached.values() if each.seq != row.seq],
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


async def _reach(
    context: Context,
    direction: str,
    edge: list[int],
    reached: dict[int, StoredNote],
    found: dict[tuple[int, str, int], Link],
) -> list[int]:
    """Follow the links of some notes; returns the notes that were not reached before."""
    fresh = []
    for seq in edge:
        for each in await context.store.links_of(seq, most=MAX_NEIGHBOURS):
            if direction != "both" and (each.source == seq) != (direction == "out"):
                continue
            found[each.source, each.relation, each.target] = each
            other = each.target if each.source == seq else each.source
            if other not in reached and len(reached) <= MAX_NEIGHBOURS:
                note = await context.store.note_at(other)
                if note is not None:
                    reached[other] = note
                    fresh.append(other)
    return fresh
