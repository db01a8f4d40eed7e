"""Notes in a sealed workspace: the client seals title, text, kind, tags and relation words.

Explained in docs/why/sealed.md, "Texts of tasks, notes and sessions".
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from ackbox.client.sealed_tasks import NOTICE, filtered, visible
from ackbox.client.texts import contents, update_texts, write
from ackbox.errors import BrokenPromise, SealedRefused, TooLong
from ackbox.model.query import has_words, parse_query
from ackbox.model.text import composed
from ackbox.ops.decode import decode
from ackbox.ops.note.find import ListNotes, SearchNotes
from ackbox.ops.note.link import LinkNotes
from ackbox.ops.note.write import TEXT_LIMIT, Add, Append, Supersede, check_relation
from ackbox.ops.rules.metadata import check_metadata
from ackbox.vault.text import LinkText, NoteText, Text

if TYPE_CHECKING:
    from ackbox.client.sealed import SealedCalls

Note = dict[str, Any]


def add(calls: SealedCalls, params: dict[str, Any]) -> Note:
    """Add a note, then seal its text, then its links."""
    given = decode(Add, params)
    if given.folder is not None:
        raise SealedRefused(
            "A sealed workspace does not have `folder`: the server does not know which notes are"
            " folders.",
            hint="Leave `folder` out, or link the note with note.link.",
            field="folder",
            reason="sealed_refused",
        )
    tags = list(given.tags)
    if given.task is not None:
        tags.append(f"task:{calls.remote('task.get', id=given.task)['number']}")
    text = _checked(
        NoteText(
            title=given.title or None,
            text=given.text,
            kind=given.kind,
            tags=list(dict.fromkeys(tags)),
            metadata=given.metadata,
        )
    )
    for each in given.links:
        check_relation(each.relation)
    known = _same(calls, text) if given.unless_known else None
    if known is not None:
        return {**known, "workspace": calls.vault.profile.workspace, "duplicate": True}
    old = _own(calls, text) if given.replaces_title else None
    if old is not None:
        return _supersede(calls, old["id"], text, priority=given.priority)
    plain = visible("note.add", params)
    if given.write_id is not None:
        plain["write_id"] = calls.hidden(given.write_id)
    note: Note = calls.remote("note.add", text=NOTICE, **plain)
    before = _text_of(calls, note["id"]) if note["duplicate"] else None
    if before is not None and before != text:
        return _supersede(calls, note["id"], text, priority=given.priority, follow=True)
    if before is None:
        write(calls.vault, calls.remote, "note", note["id"], lambda _: text)
    for each in given.links:
        link(calls, {"id": note["id"], "relation": each.relation, "to": each.to})
    shown: Note = calls.shown(note)
    return shown


def _checked(text: NoteText) -> NoteText:
    """Return a text after NFC, within the limits of a note. Raises TooLong, Invalid."""
    plain = composed(text.text, field="text", limit=TEXT_LIMIT)
    if len(plain) > TEXT_LIMIT:
        raise TooLong(
            f"`text` has {len(plain):,} characters; at most {TEXT_LIMIT:,} are allowed.",
            field="text",
            size=len(plain),
            limit=TEXT_LIMIT,
            hint="Keep it in a file and write its path here.",
        )
    check_metadata(text.metadata, hint="Name a file in the text instead.")
    return msgspec.structs.replace(text, text=plain)


def _text_of(calls: SealedCalls, id: str) -> Text | None:
    with calls.vault.locked():
        update_texts(calls.vault, calls.remote)
        entry = calls.vault.texts.newest("note", id)
        if entry is None:
            return None
        found = contents(calls.vault, calls.remote, [entry])[entry.seq]
    if isinstance(found, BrokenPromise):
        raise found
    return found


def _same(calls: SealedCalls, text: NoteText) -> Note | None:
    return _find(
        calls,
        lambda note: (
            (note["kind"], note["title"], note["text"]) == (text.kind, text.title, text.text)
        ),
    )


def _own(calls: SealedCalls, text: NoteText) -> Note | None:
    """Return the caller's current note of the same kind and title."""
    me = calls.vault.profile.agent.casefold()
    return _find(
        calls,
        lambda note: (
            (note["kind"], note["title"], note["author"].casefold()) == (text.kind, text.title, me)
        ),
    )


def _find(calls: SealedCalls, fits: Callable[[Note], bool]) -> Note | None:
    """Return the newest current note that fits."""
    found: Note | None = None

    def is_first(note: Note) -> bool:
        nonlocal found
        if found is None and fits(note):
            found = note
        return found is note

    filtered(calls, "note.list", {}, "notes", is_first, 1, page_size=200)
    return found


def _supersede(calls: SealedCalls, id: str, text: NoteText, **plain: Any) -> Note:
    note = calls.remote("note.supersede", id=id, **plain)
    write(calls.vault, calls.remote, "note", note["id"], lambda _: text)
    shown: Note = calls.shown(note)
    return shown


def supersede(calls: SealedCalls, params: dict[str, Any]) -> Note:
    """Supersede a note; its text is that of the old one with the changes."""
    given = decode(Supersede, params)
    found = calls.remote("note.get", id=given.id, follow=given.follow, depth=0)["note"]
    # Not what is shown: that may start with a warning.
    text = _text_of(calls, found["id"])
    old = msgspec.to_builtins(NoteText() if text is None else text)
    facts = {
        name: old[name] if getattr(given, name, None) is None else getattr(given, name)
        for name in NoteText.__struct_fields__
    }
    if given.keep_metadata:
        facts["metadata"] = {**old["metadata"], **facts["metadata"]}
    plain = visible("note.supersede", params)
    plain.pop("keep_metadata", None)
    plain.pop("id")
    return _supersede(calls, given.id, _checked(NoteText(**facts)), **plain)


def append(calls: SealedCalls, params: dict[str, Any]) -> Note:
    """Append text to the newest note of a kind and title, or begin that note."""
    given = decode(Append, params)
    old = _find(calls, lambda note: (note["kind"], note["title"]) == (given.kind, given.title))
    if old is None:
        return add(calls, {name: getattr(given, name) for name in _BEGINS})
    text = _text_of(calls, old["id"])
    before = text.text if isinstance(text, NoteText) else ""
    return supersede(calls, {"id": old["id"], "text": f"{before}\n\n{given.text}"})


_BEGINS = ("title", "text", "kind", "priority")


def link(calls: SealedCalls, params: dict[str, Any]) -> Any:
    """Link two notes; the server sees a token in the place of the relation."""
    given = decode(LinkNotes, params)
    check_relation(given.relation)
    parts = (given.id.encode(), given.relation.encode(), given.to.encode())
    # The same for the same link, and nobody else can compute it from a guess.
    token = hashlib.sha256(calls.vault.keys.sign("link", *parts)).hexdigest()[:16]
    relation = f"{NOTICE}-{token}"
    found = calls.remote("note.link", id=given.id, relation=relation, to=given.to)
    text = LinkText(source=found["source"], relation=given.relation, target=found["target"])
    with calls.vault.locked():
        update_texts(calls.vault, calls.remote)
        is_there = calls.vault.texts.newest("link", relation) is not None
    if not is_there:
        write(calls.vault, calls.remote, "link", relation, lambda _: text)
    return calls.shown(found)


def list_notes(calls: SealedCalls, params: dict[str, Any]) -> Any:
    """List notes; those of a kind, tag or title are found among the opened ones."""
    given = decode(ListNotes, params)
    plain = visible("note.list", params)
    if plain.keys() == params.keys():
        return calls.opened("note.list", plain)
    return filtered(calls, "note.list", plain, "notes", _has_labels(given), given.limit)


def search(calls: SealedCalls, params: dict[str, Any]) -> Any:
    """Search the opened texts of notes, newest first."""
    given = decode(SearchNotes, params)
    query = parse_query(given.query, is_any=given.any_word)
    wanted = [each for each in query.terms if not each.is_excluded]
    unwanted = tuple(each for each in query.terms if each.is_excluded)
    has_labels = _has_labels(given)

    def fits(note: Note) -> bool:
        text = "\n".join((note["title"] or "", note["text"], *note["tags"]))
        matches = [has_words((term,), text) for term in wanted]
        is_found = any(matches) if query.is_any else all(matches)
        return has_labels(note) and is_found and has_words(unwanted, text)

    return filtered(calls, "note.list", visible("note.list", params), "notes", fits, given.limit)


def _has_labels(given: ListNotes | SearchNotes) -> Callable[[Note], bool]:
    def fits(note: Note) -> bool:
        return (
            given.kind in (None, note["kind"])
            and given.not_kind != note["kind"]
            and (given.tag is None or given.tag in note["tags"])
            and given.title in (None, note["title"])
        )

    return fits


HANDLERS: dict[str, Callable[[SealedCalls, dict[str, Any]], Any]] = {
    "note.add": add,
    "note.append": append,
    "note.link": link,
    "note.list": list_notes,
    "note.search": search,
    "note.supersede": supersede,
}
