"""Wrong values: errors about a parameter in plain words, not in Python's types.

Explained in docs/reference/errors.md.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from msgspec import inspect

from ackbox.errors import Invalid, MissingField, UnknownField
from ackbox.ops.lenient import leaves

SHOWN = 64
_UNKNOWN = re.compile(r"Object contains unknown field `(.+)`")
_MISSING = re.compile(r"Object missing required field `(.+)`")
_STEP = re.compile(r"\[(\d+)\]|\[\.\.\.\]|([^.\[\]]+)")

# Field names that models use, and ours with the same meaning; the first that an operation has is
# suggested.
MEANT: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("message", "content", "msg", "markdown", "payload"),
        ("body", "text", "description", "note"),
    ),
    "text": ("body", "description", "query", "note"),
    "body": ("text", "description", "note", "summary"),
    **dict.fromkeys(
        (
            "recipient",
            "recipients",
            "target",
            "targets",
            "receiver",
            "to_agent",
            "channel",
            "addressee",
        ),
        ("to", "recipient"),
    ),
    **dict.fromkeys(("assignee", "assigned_to", "owner"), ("to", "of")),
    **dict.fromkeys(
        ("from", "sender", "from_agent", "author", "as", "me", "name", "agent_name", "who"),
        ("agent", "sender", "of", "name", "like"),
    ),
    **dict.fromkeys(("urgent", "urgency", "importance", "level"), ("priority", "min_priority")),
    **dict.fromkeys(("title", "headline", "topic"), ("subject", "title", "summary")),
    "subject": ("title", "summary"),
    **dict.fromkeys(
        ("reply_to", "in_reply_to", "parent_id", "reply_to_id", "replies_to", "parent_message_id"),
        ("parent", "id"),
    ),
    **dict.fromkeys(
        ("message_id", "msg_id", "task_id", "note_id", "uuid"), ("id", "ids", "parent")
    ),
    **dict.fromkeys(("message_ids", "receipt_ids", "messages"), ("ids", "messages")),
    **dict.fromkeys(("thread_id", "conversation", "conversation_id"), ("thread", "id")),
    **dict.fromkeys(("due", "due_date", "deadline"), ("due_at", "expects_reply_by")),
    **dict.fromkeys(("reply_by", "answer_by"), ("expects_reply_by", "due_at")),
    **dict.fromkeys(("count", "max", "max_results", "n", "size", "top", "page_size"), ("limit",)),
    **dict.fromkeys(
        ("after", "from_time", "start", "newer_than"), ("since", "updated_since", "cursor")
    ),
    **dict.fromkeys(("before", "to_time", "end", "older_than"), ("until", "updated_before")),
    **dict.fromkeys(("timeout", "timeout_s", "wait", "seconds", "wait_seconds"), ("wait_s",)),
    **dict.fromkeys(("attachments", "files", "references", "links", "file"), ("refs", "files")),
    **dict.fromkeys(("type", "category", "kind", "purpose"), ("intent", "kind", "kinds")),
    **dict.fromkeys(
        ("q", "search", "keywords", "words", "term", "filter"), ("query", "text", "like")
    ),
    **dict.fromkeys(("page", "offset", "next", "token"), ("cursor", "skip")),
    **dict.fromkeys(
        ("comment", "reason", "result", "completion_note"), ("note", "summary", "blocked_by")
    ),
    **dict.fromkeys(("labels", "tag"), ("tags", "tag")),
    **dict.fromkeys(("dependencies", "depends", "requires"), ("depends_on", "on")),
    **dict.fromkeys(("state", "stage"), ("status", "state")),
    "status": ("mark", "state", "summary"),
    **dict.fromkeys(("as_read", "read", "mark_as", "mark_read"), ("mark",)),
    **dict.fromkeys(("task", "current_task", "activity", "doing"), ("summary", "id")),
    **dict.fromkeys(("meta", "data", "extra"), ("metadata", "card")),
    **dict.fromkeys(("space", "project_id", "team", "workspace_name"), ("workspace", "project")),
    **dict.fromkeys(("all", "to_all", "everyone"), ("reply_all", "to")),
    "on": ("depends_on",),
}
# What else a caller needs to know about the suggested field.
_MORE = {("urgent", "priority"): " 5 is the most urgent."}


def unknown_field(field: str, known: Iterable[str], where: str = "") -> UnknownField:
    """Return the error for an unknown field, at the top level or inside the field `where`."""
    known = list(known)
    # An error is sent as UTF-8, which has no half of a surrogate pair.
    shown = field[:SHOWN].encode("utf-8", "backslashreplace").decode()
    bare = shown.lower().replace("-", "_")
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", shown).lower().replace("-", "_")
    meant = [
        name
        for name in (
            *(word for word in (bare, snake) if word in known),
            *MEANT.get(snake, ()),
            *MEANT.get(bare, ()),
        )
        if name in known
    ][:1]
    near = meant or difflib.get_close_matches(shown, known, n=2, cutoff=0.5)
    inside = f" in `{where}`" if where else ""
    hint = (
        f"Did you mean {near[0]!r}?{_MORE.get((snake, near[0]), '')}"
        if near
        else f"Known fields: {', '.join(known)}."
    )
    return UnknownField(
        f"Unknown field {shown!r}{inside}.",
        field=".".join(part for part in (where, shown) if part),
        near=near,
        hint=hint,
    )


def refusal(shape: type[msgspec.Struct], text: str, given: Any) -> Invalid:
    """Return msgspec's error as ours, with the field, its accepted values and the actual value."""
    what, _, place = text.partition(" - at `")
    place = place.removeprefix("key` in `").rstrip("`").removeprefix("$")
    where = place.lstrip(".").replace("[...]", "")
    field, kind, value = _found(shape, place, given)
    if unknown := _UNKNOWN.fullmatch(what):
        return unknown_field(unknown[1], _names(kind), where)
    if missing := _MISSING.fullmatch(what):
        name = missing[1]
        path = f"{where}.{name}" if where else name
        part = _fields(kind).get(name)
        about = None if part is None else _description(part.type)
        takes = "a value" if part is None else described(part.type)
        return MissingField(
            f"`{path}` is missing.",
            hint=f"Give `{path}`: {about[0].lower() + about[1:] if about else takes}.",
            field=path,
        )
    hint = (
        "Correct it."
        if field is None or field.required or where != field.encode_name
        else "Correct it, or leave it out."
    )
    if not where:
        return Invalid(
            f"The parameters must be {described(kind)}; got {shown(value)}.",
            hint="Send a JSON object with named fields.",
        )
    return Invalid(
        f"`{where}` must be {described(kind)}; got {shown(value, kind)}.", hint=hint, field=where
    )


# A wrong value must not cost more than a right one.
_type_of = functools.cache(inspect.type_info)


def _found(
    shape: type[msgspec.Struct], place: str, given: Any
) -> tuple[inspect.Field | None, inspect.Type, Any]:
    """Return the field, type and value at a path such as `.refs[1].kind`."""
    kind: inspect.Type = _type_of(shape)
    field: inspect.Field | None = None
    value = given
    for index, name in _STEP.findall(place):
        if name:
            found = _fields(kind).get(name)
            if found is None:
                return field, kind, value
            field, kind = found, found.type
            value = value.get(name) if isinstance(value, Mapping) else value
        else:
            kind, value = _inside(kind, int(index) if index else None, value)
    return field, kind, value


def _inside(kind: inspect.Type, index: int | None, value: Any) -> tuple[inspect.Type, Any]:
    """Return the type and value of a list's item.

    Of an object's, where msgspec does not say which, the first that does not fit.
    """
    for leaf in leaves(kind):
        if isinstance(leaf, inspect.ListType) and index is not None:
            return leaf.item_type, (
                value[index] if isinstance(value, list) and index < len(value) else value
            )
        if isinstance(leaf, inspect.DictType):
            values = list(value.values()) if isinstance(value, Mapping) else []
            return leaf.value_type, next(
                (each for each in values if not _fits(leaf.value_type, each)), value
            )
    return kind, value


def _fits(kind: inspect.Type, value: Any) -> bool:
    for leaf in leaves(kind):
        if isinstance(leaf, inspect.StrType) and isinstance(value, str):
            return (leaf.min_length or 0) <= len(value) and (
                leaf.max_length is None or len(value) <= leaf.max_length
            )
    return False


def _fields(kind: inspect.Type) -> dict[str, inspect.Field]:
    """Return the fields of the struct that a type is, or is a list of, or may be."""
    for leaf in leaves(kind):
        if isinstance(leaf, inspect.StructType):
            return {field.encode_name: field for field in leaf.fields}
        if isinstance(leaf, inspect.ListType) and (inner := _fields(leaf.item_type)):
            return inner
    return {}


def _names(kind: inspect.Type) -> list[str]:
    return list(_fields(kind))


def _description(kind: inspect.Type) -> str | None:
    if isinstance(kind, inspect.Metadata):
        own = (kind.extra_json_schema or {}).get("description")
        return str(own) if own else _description(kind.type)
    return None


def described(kind: inspect.Type) -> str:
    """Return what a parameter takes, in words: `a whole number from 1 to 200`."""
    kinds = leaves(kind)
    words = [
        value for each in kinds if isinstance(each, inspect.LiteralType) for value in each.values
    ]
    if words:
        others = [each for each in kinds if not isinstance(each, inspect.LiteralType)]
        one = repr(words[0]) if len(words) == 1 else f"one of {', '.join(map(repr, words))}"
        return " or ".join([one, *dict.fromkeys(_described(each) for each in others)])
    return " or ".join(dict.fromkeys(_described(each) for each in kinds)) or "left out"


def _described(kind: inspect.Type) -> str:
    match kind:
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType():
            return f"a whole number{_range(kind.ge, kind.le)}"
        case inspect.FloatType():
            return f"a number{_range(kind.ge, kind.le)}"
        case inspect.StrType():
            commas = " without commas" if kind.pattern == "^[^,]*$" else ""
            return f"text{_length(kind.min_length, kind.max_length, 'character')}{commas}"
        case inspect.BytesType():
            return "bytes in base64"
        case inspect.ListType():
            return f"a list{_length(kind.min_length, kind.max_length, _item(kind.item_type))}"
        case inspect.StructType():
            return (
                f"an object with the fields {', '.join(field.encode_name for field in kind.fields)}"
            )
        case inspect.DictType():
            return "an object"
        case _:
            return "a JSON value"


def _item(kind: inspect.Type) -> str:
    names = {
        inspect.StrType: "text",
        inspect.IntType: "whole number",
        inspect.StructType: "object",
        inspect.DictType: "object",
    }
    found = [names[type(leaf)] for leaf in leaves(kind) if type(leaf) in names]
    return found[0] if found else "value"


def _range(least: float | None, most: float | None) -> str:
    if least is not None and most is not None:
        return f" from {least:,} to {most:,}"
    return (
        f" of at least {least:,}"
        if least is not None
        else f" of at most {most:,}"
        if most is not None
        else ""
    )


def _length(least: int | None, most: int | None, unit: str) -> str:
    if least and most is not None:
        return f" of {least:,} to {most:,} {unit}s"
    return (
        f" of at least {least:,} {unit}{'' if least == 1 else 's'}"
        if least
        else (
            f" of at most {most:,} {unit}s"
            if most is not None
            else f" of {unit}s"
            if unit != "character"
            else ""
        )
    )


def shown(value: Any, kind: inspect.Type | None = None) -> str:
    """Return a value as an error repeats it: never more than a line of it."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str() if len(value) > SHOWN:
            return f"{len(value):,} characters"
        case str():
            return repr(value)
        case list():
            return f"a list of {len(value):,}"
        case Mapping():
            return "an object"
        case _:
            return repr(value)[:SHOWN]
