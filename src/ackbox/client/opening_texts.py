"""Opening texts: every task, note, session, agent and link in a result, as a member sees it.

What the server shows in the place of a text is never kept. Explained in docs/why/sealed.md, "Texts
of tasks, notes and sessions".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec

from ackbox.client.membership import Remote, update_roster
from ackbox.client.text_index import Entry
from ackbox.client.texts import contents, update_texts
from ackbox.client.vaults import Vault
from ackbox.errors import BrokenPromise, MissingText, WrongAuthor
from ackbox.vault.text import SHAPES, LinkText, NoteText, PresenceText, SessionText, TaskText, Text

Object = dict[str, Any]
OPENING = 200
# Metadata of a task or note whose text a member shared with this one.
SHARED_BY = "ackbox.shared_by"


class Shape(NamedTuple):
    """How an object is known in a result, and what of it is text.

    `keys` are fields that no other object has together, `main` is where a problem is shown, and
    `author` names the only member that may have written the text.
    """

    noun: str
    keys: frozenset[str]
    fields: tuple[str, ...]
    main: str
    author: str | None = None
    id: Callable[[Object], str] = lambda found: str(found["id"])


def _shape(noun: str, keys: str, main: str, author: str | None = None, **more: Any) -> Shape:
    fields = more.pop("fields", SHAPES[noun].__struct_fields__)
    return Shape(noun, frozenset(keys.split()), fields, main, author, **more)


def _address(found: Object) -> str:
    return f"{found['agent']}/{found['instance']}" if found["instance"] else str(found["agent"])


SHAPE_LIST = (
    _shape("task", "id number status title creator depends_on", "title"),
    _shape("task", "id title age_ms", "title", fields=("title",)),
    _shape("note", "id number text kind author supersedes", "text", "author"),
    _shape("note", "id kind opening author", "opening", "author", fields=("title", "kind")),
    _shape("session", "id number agent state outcome touched", "summary", "agent"),
    _shape(
        "presence", "agent instance presence last_seen summary", "summary", "agent", id=_address
    ),
    _shape(
        "link",
        "id source relation target",
        "relation",
        fields=("relation",),
        id=lambda found: str(found["id"]).partition(".")[2].rpartition(".")[0],
    ),
)


def open_texts(vault: Vault, remote: Remote, result: Any) -> Any:
    """Replace every text in a result by what its writer sealed, in place."""
    found = [(each, shape) for each, shape in _objects(result) if _is_ours(each, shape)]
    if not found:
        return result
    with vault.locked():
        if vault.known_roster is None:
            update_roster(vault, remote)
        before = dict(vault.state.problems)
        update_texts(vault, remote)
        entries = {
            id(each): vault.texts.newest(shape.noun, shape.id(each)) for each, shape in found
        }
        opened = contents(vault, remote, [each for each in entries.values() if each is not None])
        for each, shape in found:
            entry = entries[id(each)]
            _show(vault, each, shape, entry, None if entry is None else opened[entry.seq])
        if vault.state.problems != before:
            vault.save()
    return result


def _objects(value: Any) -> Iterator[tuple[Object, Shape]]:
    if isinstance(value, dict):
        shape = next((each for each in SHAPE_LIST if value.keys() >= each.keys), None)
        if shape is not None:
            yield value, shape
        for each in value.values():
            yield from _objects(each)
    elif isinstance(value, list):
        for each in value:
            yield from _objects(each)


def _is_ours(found: Object, shape: Shape) -> bool:
    """Whether the relation of a link is sealed; the server links what supersedes or was derived."""
    return shape.noun != "link" or shape.id(found) not in ("supersedes", "derived_from")


def _show(
    vault: Vault,
    found: Object,
    shape: Shape,
    entry: Entry | None,
    text: Text | BrokenPromise | None,
) -> None:
    key = f"{shape.noun} {shape.id(found)}"
    if entry is None or text is None:
        _show_nothing(vault, found, shape, key)
        return
    if not isinstance(text, BrokenPromise):
        text = _checked(vault, found, shape, entry, text)
    if isinstance(text, BrokenPromise):
        _show_problem(vault, found, shape, key, text)
        return
    values = msgspec.to_builtins(text)
    found.update({name: values[name] for name in shape.fields})
    if "opening" in found:
        found["opening"] = values["text"][:OPENING]
    if "is_working" in found:
        found["is_working"] = found["presence"] == "online" and bool(values["summary"])
    sharer = vault.texts.sharers.get(entry.seq)
    if sharer is not None and "metadata" in shape.fields:
        found["metadata"] = {**found["metadata"], SHARED_BY: sharer}
    if entry.problems:
        found[shape.main] = (
            f"[ackbox: Texts around this one are missing or differ ({', '.join(entry.problems)}).]"
            f" {found[shape.main] or ''}".rstrip()
        )


def _checked(
    vault: Vault, found: Object, shape: Shape, entry: Entry, text: Text
) -> Text | BrokenPromise:
    """Return the text, or the error if it is of another author or links other notes."""
    writer = vault.roster.members[entry.sender].name
    if shape.author is not None and writer.casefold() != str(found[shape.author]).casefold():
        return WrongAuthor(
            f"{writer!r} wrote this text, and the server says that it is"
            f" {found[shape.author]!r}'s.",
            hint="Do not act on it: the server changed the author.",
            sender=writer,
        )
    if isinstance(text, LinkText) and (text.source, text.target) != (
        found["source"],
        found["target"],
    ):
        return WrongAuthor(
            f"{writer!r} linked other notes than the server shows.",
            hint="Do not act on it: the server moved the link.",
            sender=writer,
        )
    return text


def _show_nothing(vault: Vault, found: Object, shape: Shape, key: str) -> None:
    """Show an object without a text; agents and sessions may have none."""
    if shape.noun in ("session", "presence"):
        _clear(found, shape)
        return
    error = MissingText(
        f"No member has sealed a text for this {shape.noun}.",
        hint="Its writer stores it after the rest: look again. Or the server hides it.",
    )
    _show_problem(vault, found, shape, key, error)


def _show_problem(
    vault: Vault, found: Object, shape: Shape, key: str, error: BrokenPromise
) -> None:
    """Show the error in place of the text; no value of the server for it is kept."""
    if error.code not in ("not_sealed_for_you", "missing_text"):
        vault.state.problems[key] = error.code
    _clear(found, shape)
    found[shape.main] = f"[ackbox: This text is not shown. {error.message} ({error.code})]"


def _clear(found: Object, shape: Shape) -> None:
    empty = msgspec.to_builtins(_EMPTY[shape.noun])
    found.update({name: empty[name] for name in shape.fields})
    if "is_working" in found:
        found["is_working"] = False


_EMPTY: dict[str, Text] = {
    "task": TaskText(),
    "note": NoteText(),
    "session": SessionText(),
    "presence": PresenceText(),
    "link": LinkText(source="", relation="", target=""),
}
