"""text.put, text.list: the sealed texts of tasks, notes, sessions and agents in a sealed workspace.

The server has no key: it checks signatures, readers and order, and opens nothing. Explained in
docs/why/sealed.md, "Texts of tasks, notes and sessions".
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from ackbox.errors import Conflict, Invalid, NotAllowed, NotFound, NotYou, StaleRoster
from ackbox.model.name import is_same
from ackbox.model.sealed import MAX_READERS, Wrap
from ackbox.ops.note.write import find as find_note
from ackbox.ops.rules.sealing import own_member, roster_of
from ackbox.ops.table import Call, Context, op
from ackbox.ops.task.change import save
from ackbox.ops.task.find import find as find_task
from ackbox.store.messages import NEWEST
from ackbox.store.readers import Reader
from ackbox.store.rosters import Link
from ackbox.store.texts import KeptText

if TYPE_CHECKING:
    from ackbox.vault.roster import Roster
    from ackbox.vault.text import SealedText, SignedText, TextHeader

MAX_LISTED = 500
MAX_CONTENTS = 100
# Sessions of the caller among which that of a text must be.
RECENT = 50


class GivenText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A text as its writer sealed and signed it."""

    header: Annotated[str, Meta(max_length=44_000, description="Signed header, base64")]
    wraps: Annotated[
        list[Wrap],
        Meta(
            min_length=1,
            max_length=MAX_READERS,
            description="Text key for each reader, ascending by member",
        ),
    ]
    content: Annotated[str, Meta(max_length=350_000, description="Encrypted content, base64")]
    signature: Annotated[str, Meta(max_length=128, description="Signature of the writer, base64")]


class PutText(Call, frozen=True, kw_only=True):
    """Sealed text of an object."""

    sealed: Annotated[GivenText, Meta(description="Text, sealed and signed by the caller")]


class PutDone(msgspec.Struct, frozen=True, kw_only=True):
    """Place of the text."""

    seq: Annotated[int, Meta(description="Number in the workspace")]
    edition: Annotated[int, Meta(description="Number among the editions of the object's text")]
    duplicate: Annotated[bool, Meta(description="Whether the server had the text before")] = False


@op("text.put", scope="write", writes=True, creates=True)
async def put(context: Context, params: PutText) -> PutDone:
    """Keep a sealed text of a task, note, link, session or agent.

    Its header names the object, the edition, and the member's text before it. A note and a link
    have one edition. The same text again is no error.

    Raises Conflict (not sealed, the roster, the object's text or the member's chain has moved on),
    NotFound, NotAllowed (another agent's note, session or card), NotYou, Invalid.
    """
    from ackbox.vault import text as texts

    if not context.workspace.sealed:
        raise Conflict(
            "This workspace is not sealed.",
            hint="Send the text in the fields of the task, note or session.",
            field="sealed",
            reason="plain",
        )
    await context.store.begin_sealed()
    me = await context.me(params)
    sealed = _parsed(params.sealed)
    head, signed = texts.parse_header(sealed.header), texts.signed(sealed)
    link = Link(head.sender, head.counter, texts.text_hash(signed))
    last = await context.store.last_text(head.sender)
    if last == link:
        return PutDone(seq=0, edition=head.edition, duplicate=True)
    await _check(context, me, sealed, head)
    _check_chain(head, last)
    await _check_edition(context, head)
    await OBJECTS[head.noun](context, params, me, head.id)
    subject = {"noun": head.noun, "object": head.id, "edition": head.edition}
    seq = await context.store.add_event(
        "text.put", at=context.now, reader=me.agent, subject=subject
    )
    context.rings.add(seq)
    kept = _kept(seq, link, sealed, signed)
    await context.store.add_text(kept, noun=head.noun, object=head.id, edition=head.edition)
    return PutDone(seq=seq, edition=head.edition)


def _parsed(given: GivenText) -> SealedText:
    from ackbox.vault.text import SealedText

    try:
        return msgspec.convert(msgspec.to_builtins(given), SealedText)
    except msgspec.ValidationError as error:
        raise Invalid(
            f"The sealed text has the wrong form: {error}.",
            hint="Send what a client of ackbox sealed, unchanged.",
            field="sealed",
            reason="envelope",
        ) from None


async def _check(context: Context, me: Reader, sealed: SealedText, head: TextHeader) -> None:
    """Check the text against the roster, and its writer against the caller's name."""
    from ackbox.vault import text as texts

    roster = await roster_of(context)
    if roster is None:
        raise Conflict(
            "This sealed workspace has no members yet.",
            hint="Its founder makes the first record of its roster: ackbox vault create",
            field="sealed",
            reason="roster",
        )
    member = roster.members.get(head.sender)
    if member is not None and not is_same(member.name, me.name):
        raise NotYou(
            f"{member.name!r} sealed this text, and you are {me.name!r}.",
            hint="Send it with the key of its writer.",
            field="sealed",
            claimed=member.name,
            reason="member",
        )
    try:
        texts.check(sealed, roster)
    except StaleRoster as error:
        raise Conflict(
            error.message,
            hint="Read the roster again (roster.get), then seal the text again.",
            field="sealed",
            reason="roster",
            position=roster.position,
        ) from None


def _check_chain(head: TextHeader, last: Link | None) -> None:
    """Raise Conflict unless the text follows the last one of its writer."""
    counter, hash = (0, bytes(32)) if last is None else (last.counter, last.hash)
    if (head.counter, head.previous) != (counter + 1, hash):
        raise Conflict(
            f"The text does not follow text {counter} of its writer.",
            hint="Seal it again after the last text that the server has from you.",
            field="sealed",
            reason="chain",
            counter=counter,
            hash=_text(hash),
        )


async def _check_edition(context: Context, head: TextHeader) -> None:
    """Raise Conflict unless the text replaces the newest edition of its object."""
    newest, hash = await context.store.newest_text(head.noun, head.id)
    if (head.edition, head.replaces) != (newest + 1, hash):
        raise Conflict(
            f"The {head.noun} has edition {newest} of its text already.",
            hint="Read it again, then repeat the change.",
            field="sealed",
            reason="edition",
            edition=newest,
        )


def _kept(seq: int, link: Link, sealed: SealedText, signed: SignedText) -> KeptText:
    return KeptText(
        seq,
        link,
        signed.header,
        signed.wraps_hash,
        signed.content_hash,
        signed.signature,
        {each.member: _text(each.wrap) for each in sealed.wraps},
        sealed.content,
    )


async def _of_task(context: Context, call: Call, me: Reader, id: str) -> None:
    """Store that the task has changed. Raises NotFound."""
    task = await find_task(context, call, id, field="sealed")
    if task.id != id:
        raise _no_object("task")
    await save(context, me, "task.updated", task)


async def _of_note(context: Context, call: Call, me: Reader, id: str) -> None:
    note = await find_note(context, id, field="sealed")
    if note.author != me.agent:
        raise _not_yours("note", note.author_name)


async def _of_session(context: Context, call: Call, me: Reader, id: str) -> None:
    page = await context.store.session_page(before=NEWEST, reader_agent=me.agent, most=RECENT)
    if all(each.id != id for each in page):
        raise _no_object("session")


async def _of_presence(context: Context, call: Call, me: Reader, id: str) -> None:
    name, _, instance = id.partition("/")
    if (name, instance or None) != (me.name, me.instance):
        raise _not_yours("agent", id)


async def _of_link(context: Context, call: Call, me: Reader, id: str) -> None:
    """The content of a link's text names both notes, which the server cannot see."""


# By noun: who may write the text of an object.
OBJECTS: dict[str, Callable[[Context, Call, Reader, str], Awaitable[None]]] = {
    "task": _of_task,
    "note": _of_note,
    "session": _of_session,
    "presence": _of_presence,
    "link": _of_link,
}


def _no_object(noun: str) -> NotFound:
    return NotFound(
        f"There is no such {noun}.",
        hint=f"Use the id of a {noun} of yours in this workspace.",
        field="sealed",
    )


def _not_yours(noun: str, owner: str) -> NotAllowed:
    return NotAllowed(
        f"This text is for the {noun} of {owner!r}.",
        hint=f"Only {owner!r} writes it.",
        field="sealed",
    )


class ListTexts(Call, frozen=True, kw_only=True):
    """Texts to list."""

    after: Annotated[
        int, Meta(ge=0, le=1 << 62, description="Number of the text after which to begin")
    ] = 0
    limit: Annotated[
        int, Meta(ge=1, le=MAX_LISTED, description="Maximum number of texts to list (1 to 500)")
    ] = MAX_LISTED
    numbers: Annotated[
        list[int],
        Meta(
            max_length=MAX_CONTENTS,
            description="Numbers of texts to return with their contents, instead of a page",
        ),
    ] = []


class ListedText(msgspec.Struct, frozen=True, kw_only=True):
    """A sealed text; what is null the caller cannot read, or did not ask for."""

    seq: Annotated[int, Meta(description="Number in the workspace")]
    sender: Annotated[str, Meta(description="Id of the member that wrote it")]
    counter: Annotated[int, Meta(description="Number among the texts of its writer")]
    hash: Annotated[str, Meta(description="Hash of the text, base64")]
    header: Annotated[str | None, Meta(description="Signed header, base64")] = None
    wraps_hash: Annotated[
        str | None, Meta(description="Hash of the keys of all readers, base64")
    ] = None
    content_hash: Annotated[str | None, Meta(description="Hash of the content, base64")] = None
    signature: Annotated[str | None, Meta(description="Signature of the writer, base64")] = None
    wrap: Annotated[str | None, Meta(description="Text key for the calling agent, base64")] = None
    content: Annotated[str | None, Meta(description="Encrypted content, base64")] = None


class ListedTexts(msgspec.Struct, frozen=True, kw_only=True):
    """A page of sealed texts."""

    texts: Annotated[list[ListedText], Meta(description="Texts, oldest first")]
    more: Annotated[bool, Meta(description="Whether there are more now")] = False


@op("text.list", scope="read")
async def list_texts(context: Context, params: ListTexts) -> ListedTexts:
    """List the sealed texts of a sealed workspace, oldest first.

    Every member sees the same list. In a private workspace a text for others is listed by its hash
    alone. Only the newest edition of a text has a content, and only `numbers` returns it.
    """
    roster = await roster_of(context) if context.workspace.sealed else None
    if roster is None:
        return ListedTexts(texts=[])
    member = await own_member(context, params)
    own = None if member is None else member.id
    if params.numbers:
        rows = [await context.store.text_at(seq) for seq in dict.fromkeys(params.numbers)]
        return ListedTexts(texts=[_listed(roster, row, own) for row in rows if row is not None])
    page = await context.store.texts_page(after=params.after, most=params.limit)
    return ListedTexts(
        texts=[_listed(roster, row, own) for row in page], more=len(page) == params.limit
    )


def _listed(roster: Roster, row: KeptText, member: str | None) -> ListedText:
    wrap = None if member is None else row.wraps.get(member)
    listed = ListedText(
        seq=row.seq, sender=row.link.member, counter=row.link.counter, hash=_text(row.link.hash)
    )
    if roster.access == "private" and wrap is None:
        return listed
    return msgspec.structs.replace(
        listed,
        header=_text(row.header),
        wraps_hash=_text(row.wraps_hash),
        content_hash=_text(row.content_hash),
        signature=_text(row.signature),
        wrap=None if row.content is None else wrap,
        content=None if row.content is None else _text(row.content),
    )


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
