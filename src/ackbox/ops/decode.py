"""Decoding: from what a face was given to an operation's parameters.

One place, so that the same fault gets the same error on every face.
Explained in docs/reference/errors.md.
"""

from __future__ import annotations

import difflib
import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec
import msgspec.inspect

from ackbox.errors import Invalid, MissingField, UnknownField

T = TypeVar("T", bound=msgspec.Struct)
DEEPEST = 32
_UNKNOWN = re.compile(r"Object contains unknown field `(.+)`")
_MISSING = re.compile(r"Object missing required field `(.+)`")


def decode(shape: type[T], given: Any) -> T:
    """Return the parameters that a mapping, JSON bytes or nothing stands for.

    Raises Invalid and MissingField with the field's place, UnknownField with the nearest known names.
    """
    if isinstance(given, shape):
        return given
    if isinstance(given, bytes) and (plain := _plain(shape, given)) is not None:
        return plain
    raw = _parse(given)
    if not isinstance(raw, Mapping):
        raise Invalid("The parameters are not an object.", hint="Send a JSON object with named fields.")
    _refuse_unknown(shape, raw)
    for field, value in raw.items():
        _refuse_unstorable(value, str(field))
    try:
        return msgspec.convert(_whole_numbers(_composed(raw)), shape, strict=True)
    except msgspec.ValidationError as error:
        raise _refusal(shape, str(error)) from None


def _plain(shape: type[T], given: bytes) -> T | None:
    """Return the parameters when no part of the text needs a closer look, as in most calls; null for all others, right or wrong."""
    decoder, closer = _how(shape)
    if not given.isascii():
        return None
    for sign in closer:
        if sign in given:
            return None
    try:
        found: T = decoder.decode(given)
    except msgspec.DecodeError:
        return None
    return found


@functools.cache
def _how(shape: type[msgspec.Struct]) -> tuple[msgspec.json.Decoder[Any], tuple[bytes, ...]]:
    """Return a struct's decoder, and what calls for a closer look: escaped characters, and fields that hold whatever they are given."""
    free = [field.encode_name for field in msgspec.structs.fields(shape) if "Any" in str(field.type)]
    return msgspec.json.Decoder(shape), (b"\\u", *(f'"{name}"'.encode() for name in free))


def parse_object(given: bytes) -> dict[str, Any]:
    """Return a JSON object, empty for an empty body. Raises Invalid."""
    raw = _parse(given)
    if not isinstance(raw, dict):
        raise Invalid("The parameters are not an object.", hint="Send a JSON object with named fields.")
    return raw


def _parse(given: Any) -> Any:
    if given is None:
        return {}
    if not isinstance(given, bytes | bytearray | str):
        refuse_deep(given)
        return given
    if not given:
        return {}
    try:
        raw = msgspec.json.decode(given)
    except RecursionError:
        raise Invalid(f"The JSON is nested deeper than {DEEPEST} levels.", hint="Flatten it.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"This is not valid JSON: {error}.", hint="Send one JSON object, as UTF-8.") from None
    refuse_deep(raw)
    return raw


def refuse_deep(value: Any, depth: int = 0) -> None:
    """Raise Invalid when JSON is nested deeper than the limit."""
    if depth > DEEPEST:
        raise Invalid(f"The JSON is nested deeper than {DEEPEST} levels.", hint="Flatten it.")
    children = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    for child in children:
        refuse_deep(child, depth + 1)


def _refuse_unknown(shape: type[msgspec.Struct], raw: Mapping[str, Any]) -> None:
    known = shape.__struct_encode_fields__
    for field in raw:
        if field not in known:
            raise _unknown(str(field), known)


def _unknown(field: str, known: Iterable[str], where: str = "") -> UnknownField:
    """Return the error for a field that nobody knows, at the top or in an object that stands in the field `where`."""
    near = difflib.get_close_matches(field, known, n=2, cutoff=0.5)
    inside = f" in `{where}`" if where else ""
    return UnknownField(f"Unknown field {field[:64]!r}{inside}.", field=".".join(part for part in (where, field[:64]) if part), near=near,
                        hint=f"Did you mean {near[0]!r}?" if near else f"Known fields: {', '.join(known)}.")


def _refuse_unstorable(value: Any, field: str) -> None:
    """Raise Invalid for text that one engine or another cannot keep, wherever in a field it stands."""
    if isinstance(value, str):
        if "\0" in value:
            raise Invalid(f"`{field}` holds a NUL character.", hint="Leave U+0000 out.", field=field)
        if not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
            raise Invalid(f"`{field}` holds half of a surrogate pair.", hint="Send valid Unicode text.", field=field)
    elif isinstance(value, Mapping):
        for name, child in value.items():
            _refuse_unstorable(name, field)
            _refuse_unstorable(child, field)
    elif isinstance(value, list | tuple):
        for child in value:
            _refuse_unstorable(child, field)


def _composed(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields with their own text after NFC; what stands inside others, as a file's path, stays as it came."""
    return {field: unicodedata.normalize("NFC", value) if isinstance(value, str) and not value.isascii() else value
            for field, value in raw.items()}


def _whole_numbers(value: Any) -> Any:
    """JSON Schema calls 3.0 an integer; so do we."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1 << 53:
        return int(value)
    if isinstance(value, Mapping):
        return {key: _whole_numbers(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_whole_numbers(child) for child in value]
    return value


def _refusal(shape: type[msgspec.Struct], text: str) -> Invalid:
    """Return what msgspec says of a value as ours, with the field it stands in."""
    what, _, place = text.partition(" - at `$")
    where = place.rstrip("`").lstrip(".")
    if unknown := _UNKNOWN.fullmatch(what):
        return _unknown(unknown[1], _known_in(shape, where), where)
    missing = _MISSING.fullmatch(what)
    kind = Invalid if missing is None else MissingField
    field = ".".join(part for part in (where, missing[1] if missing else "") if part)
    sentence = f"`{where}`: {what[0].lower()}{what[1:]}." if where else f"{what}."
    hint = "See the reference for the types and limits."
    return kind(sentence, hint=hint, field=field) if field else kind(sentence, hint=hint)


def _known_in(shape: type[msgspec.Struct], where: str) -> list[str]:
    """Return the fields of the object that stands in a field, such as `messages[0]`."""
    fields = _fields_of(msgspec.inspect.type_info(shape))
    for name in re.findall(r"[^.\[\]]*[^.\[\]\d][^.\[\]]*", where):
        fields = _fields_of(fields[name]) if name in fields else {}
    return list(fields)


def _fields_of(kind: msgspec.inspect.Type) -> dict[str, msgspec.inspect.Type]:
    """Return the fields of the struct that a type is, or is a list of, or may be."""
    if isinstance(kind, msgspec.inspect.StructType):
        return {field.encode_name: field.type for field in kind.fields}
    inner: Iterable[msgspec.inspect.Type] = ()
    if isinstance(kind, msgspec.inspect.Metadata):
        inner = [kind.type]
    elif isinstance(kind, msgspec.inspect.ListType):
        inner = [kind.item_type]
    elif isinstance(kind, msgspec.inspect.UnionType):
        inner = kind.types
    return next((fields for each in inner if (fields := _fields_of(each))), {})
