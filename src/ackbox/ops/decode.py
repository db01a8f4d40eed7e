"""Decoding: from a request to an operation's parameters.

One place, so that the same fault gets the same error on every face. Explained in
docs/reference/errors.md.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from ackbox.errors import Invalid
from ackbox.model.sealed import VAULT_KEY, refuse_vault_key
from ackbox.model.text import LONGEST_TEXT, SHRINKS, composed, refuse_marks
from ackbox.ops.lenient import leaves, understood
from ackbox.ops.wrong_value import refusal, unknown_field

T = TypeVar("T", bound=msgspec.Struct)
_ESCAPED_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_HALVES = re.compile("[\ud800-\udfff]")
DEEPEST = 32
# In JSON, what may be nearly right and yet fits: empty text, and a list or an object as text.
_NEARLY = r'"(?:"| ?[\[{]'


def decode(shape: type[T], given: Any) -> T:
    """Return the parameters in a mapping, in JSON bytes or in nothing.

    A shape that does not forbid unknown fields ignores them.

    Raises Invalid and MissingField with the field's place, UnknownField with the nearest known
    names.
    """
    if isinstance(given, shape):
        return given
    if isinstance(given, bytes) and (plain := _plain(shape, given)) is not None:
        return plain
    raw = _parse(given)
    if not isinstance(raw, Mapping):
        raise Invalid(
            "The parameters are not an object.", hint="Send a JSON object with named fields."
        )
    if shape.__struct_config__.forbid_unknown_fields:
        _refuse_unknown(shape, raw)
    for field, value in raw.items():
        refuse_unstorable(value, str(field)[:64])
    raw = understood(shape, raw)
    try:
        return msgspec.convert(_whole_numbers(_composed(shape, raw)), shape, strict=True)
    except msgspec.ValidationError as error:
        raise refusal(shape, str(error), raw) from None


def _plain(shape: type[T], given: bytes) -> T | None:
    """Return the parameters when no part of the text needs a closer look, as in most calls.

    Null for all others, right or wrong.
    """
    decoder, looks_odd = _how(shape)
    if (
        not given.isascii()
        or VAULT_KEY in given
        or (b"\\" in given and b"\\u" in given)
        or looks_odd(given)
    ):
        return None
    try:
        found: T = decoder.decode(given)
    except msgspec.DecodeError:
        return None
    return found


@functools.cache
def _how(
    shape: type[msgspec.Struct],
) -> tuple[msgspec.json.Decoder[Any], Callable[[bytes], re.Match[bytes] | None]]:
    """Return a struct's decoder, and a search for what needs a closer look: text that may stand for
    something else, and fields of any type.
    """
    free = [
        field.encode_name for field in msgspec.structs.fields(shape) if "Any" in str(field.type)
    ]
    # One pattern with one first character: such a search takes a tenth of the time of one for each.
    odd = re.compile("|".join([_NEARLY, *(f'{name}"' for name in free)]).encode() + b")")
    return msgspec.json.Decoder(shape), odd.search


def parse_object(given: bytes) -> dict[str, Any]:
    """Return a JSON object, empty for an empty body. Raises Invalid."""
    raw = _parse(given)
    if not isinstance(raw, dict):
        raise Invalid(
            "The parameters are not an object.", hint="Send a JSON object with named fields."
        )
    return raw


def _parse(given: Any) -> Any:
    if given is None:
        return {}
    if not isinstance(given, bytes | bytearray | str):
        refuse_deep(given)
        return given
    if not given:
        return {}
    raw = read_json(given)
    refuse_deep(raw)
    return raw


def read_json(given: bytes | bytearray | str) -> Any:
    """Return the value of JSON, with halves of surrogate pairs, so that an error can name their
    field. Raises Invalid.
    """
    try:
        return msgspec.json.decode(given)
    except RecursionError:
        raise Invalid(
            f"The JSON is nested deeper than {DEEPEST} levels.", hint="Flatten it."
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raw = _with_halves(given)
        if raw is None:
            raise Invalid(
                f"This is not valid JSON: {error}.", hint="Send one JSON object, as UTF-8."
            ) from None
        return raw


def _with_halves(given: bytes | bytearray | str) -> Any:
    """Return JSON whose only fault is half of a surrogate pair, so that its field can be named.

    Null for any other.
    """
    text = given if isinstance(given, str) else given.decode("utf-8", "replace")
    if not _ESCAPED_HALF.search(text):
        return None
    try:
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None


def _no_number(word: str) -> None:
    raise ValueError(word)


def refuse_deep(value: Any, depth: int = 0) -> None:
    """Raise Invalid when JSON is nested deeper than the limit."""
    if depth > DEEPEST:
        raise Invalid(f"The JSON is nested deeper than {DEEPEST} levels.", hint="Flatten it.")
    children = (
        value.values()
        if isinstance(value, Mapping)
        else value
        if isinstance(value, list | tuple)
        else ()
    )
    for child in children:
        refuse_deep(child, depth + 1)


def _refuse_unknown(shape: type[msgspec.Struct], raw: Mapping[str, Any]) -> None:
    known = shape.__struct_encode_fields__
    for field in raw:
        if field not in known:
            raise unknown_field(str(field), known)


def refuse_unstorable(value: Any, field: str) -> None:
    """Raise Invalid for text anywhere in a field that some engine cannot store, or that no server
    may see.
    """
    if isinstance(value, str):
        refuse_vault_key(value, field)
        if "\0" in value:
            raise Invalid(
                f"`{field}` holds a NUL character.", hint="Leave U+0000 out.", field=field
            )
        if not value.isascii():
            if _HALVES.search(value):
                raise Invalid(
                    f"`{field}` holds half of a surrogate pair: half an emoji.",
                    hint="Send valid Unicode text.",
                    field=field,
                )
            refuse_marks(value, field)
    elif isinstance(value, Mapping):
        for name, child in value.items():
            refuse_unstorable(name, field)
            refuse_unstorable(child, field)
    elif isinstance(value, list | tuple):
        for child in value:
            refuse_unstorable(child, field)


def _composed(shape: type[msgspec.Struct], raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields with text after NFC.

    Text inside lists and objects, such as a file's path, stays unchanged.
    """
    limits = _limits(shape)
    return {
        field: _text(value, field, limits.get(field)) if isinstance(value, str) else value
        for field, value in raw.items()
    }


def _text(text: str, field: str, limit: int | None) -> str:
    # A field that names no limit has one in its operation, which says it; longer than any is not
    # worth composing.
    if limit is None and len(text) > LONGEST_TEXT * SHRINKS:
        return text
    return composed(text, field=field, limit=limit or LONGEST_TEXT)


@functools.cache
def _limits(shape: type[msgspec.Struct]) -> dict[str, int]:
    """Return the most characters that each field of text takes."""
    kind = inspect.type_info(shape)
    assert isinstance(kind, inspect.StructType)
    found = {}
    for field in kind.fields:
        limits = [
            leaf.max_length for leaf in leaves(field.type) if isinstance(leaf, inspect.StrType)
        ]
        if limits and (longest := limits[0]) is not None:
            found[field.encode_name] = longest
    return found


def _whole_numbers(value: Any) -> Any:
    """JSON Schema calls 3.0 an integer; so do we."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1 << 53:
        return int(value)
    if isinstance(value, Mapping):
        return {key: _whole_numbers(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_whole_numbers(child) for child in value]
    return value
