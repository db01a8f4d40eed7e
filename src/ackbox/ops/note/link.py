"""note.link, note.unlink: links between notes.

Following them is in graph.py. Explained in docs/why/notes.md.
"""

from __future__ import annotations

import re
from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.errors import Invalid, NotAllowed, NotFound
from ackbox.model.message import Time
from ackbox.model.moment import to_text
from ackbox.ops.note.write import NoteId, Relation, check_relation, find
from ackbox.ops.table import Call, Context, op
from ackbox.store.notes import Link

_LINK = re.compile(r"([0-9a-f]{32})\.(.{1,64})\.([0-9a-f]{32})", re.DOTALL)


class LinkNotes(Call, frozen=True, kw_only=True):
    """Two notes, and the relation of the first to the second."""

    id: NoteId
    relation: Relation
    to: Annotated[str, Meta(description="Id of the other note", max_length=64)]


class NoteLink(msgspec.Struct, frozen=True, kw_only=True):
    """A link between two notes."""

    id: Annotated[str, Meta(description="Id of the link: its two notes and the relation")]
    source: Annotated[str, Meta(description="Id of the first note")]
    relation: Annotated[str, Meta(description="Relation of the first note to the second")]
    target: Annotated[str, Meta(description="Id of the second note")]
    author: Annotated[str | None, Meta(description="Author of the link")] = None
    created_at: Annotated[Time, Meta(description="Time")]


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
        id=link_id(source.id, params.relation, target.id),
        source=source.id,
        relation=params.relation,
        target=target.id,
        author=me.name,
        created_at=to_text(context.now),
        duplicate=not is_new,
    )


def link_id(source: str, relation: str, target: str) -> str:
    """Return the id of a link, which says what it links."""
    return f"{source}.{relation}.{target}"


class Unlink(Call, frozen=True, kw_only=True):
    """Link to remove."""

    id: Annotated[str, Meta(max_length=200, description="Id of a link, as note.get returns it")]


class Unlinked(msgspec.Struct, frozen=True, kw_only=True):
    """The link that is gone."""

    id: Annotated[str, Meta(description="Id of the link")]
    removed: Annotated[bool, Meta(description="Whether it is gone")] = True


@op("note.unlink", scope="write", writes=True)
async def unlink(context: Context, params: Unlink) -> Unlinked:
    """Remove a link between two notes.

    Only the author of the link and admins can. The notes stay.

    Raises NotFound, NotAllowed, Invalid (a note that supersedes another stays linked to it).
    """
    me = await context.me(params)
    parts = _LINK.fullmatch(params.id)
    source = None if parts is None else await context.store.note_of(parts[1])
    target = None if parts is None else await context.store.note_of(parts[3])
    author = None
    if parts is not None and source is not None and target is not None:
        check_relation(parts[2])
        author = await context.store.link_author(source.seq, parts[2], target.seq)
    if parts is None or source is None or target is None or author is None:
        raise NotFound(
            "There is no such link.", hint="Use an id that note.get returned.", field="id"
        )
    if author != me.agent and not context.caller.may("admin"):
        raise NotAllowed(
            "Only the author of a link and admins can remove it.",
            hint="Ask its author, or an admin.",
            field="id",
        )
    await context.store.remove_link(source.seq, parts[2], target.seq)
    subject = {"note": source.id, "relation": parts[2], "target": target.id}
    context.rings.add(
        await context.store.add_event(
            "note.unlinked", at=context.now, reader=me.agent, subject=subject
        )
    )
    return Unlinked(id=params.id)
