"""Lenient reading: what callers write that is nearly right, understood as they mean it.

`null` and empty text leave an optional field out; numbers, booleans, lists and objects may come as
text. What fits
already is not touched. Explained in docs/why/operations.md, "Accepted variants".
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Meta, inspect

# On a field where empty text is a value: it clears what was there.
CLEARS = Meta(extra={"clears": True})
LEFT_OUT = object()
_WHOLE = re.compile(r"[+-]?\d{1,18}(\.0+)?")
_NUMBER = re.compile(r"[+-]?\d{1,18}(\.\d{1,18})?([eE][+-]?\d{1,2})?")
_BOOLEANS = {"true": True, "false": False}

Reading = Callable[[Any], Any]


def understood(shape: type[msgspec.Struct], raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields in the form that a struct of this shape takes, where it is clear.

    All others stay as they came.
    """
    return _understood(raw, _readings(shape))


def _understood(raw: Mapping[str, Any], readings: Mapping[str, Reading]) -> dict[str, Any]:
    made = {}
    for name, value in raw.items():
        reading = readings.get(name)
        read = value if reading is None else reading(value)
        if read is not LEFT_OUT:
            made[name] = read
    return made


@functools.cache
def _readings(shape: type[msgspec.Struct]) -> dict[str, Reading]:
    kind = inspect.type_info(shape)
    assert isinstance(kind, inspect.StructType)
    return _of_fields(kind)


def _of_fields(kind: inspect.StructType) -> dict[str, Reading]:
    return {
        field.encode_name: reading
        for field in kind.fields
        if (reading := _of_field(field)) is not None
    }


def leaves(kind: inspect.Type) -> list[inspect.Type]:
    """Return the types a value may have, without null."""
    if isinstance(kind, inspect.Metadata):
        return leaves(kind.type)
    if isinstance(kind, inspect.UnionType):
        return [leaf for each in kind.types for leaf in leaves(each)]
    return [] if isinstance(kind, inspect.NoneType) else [kind]


def clears(kind: inspect.Type) -> bool:
    """Whether empty text is a value of a field."""
    if isinstance(kind, inspect.Metadata):
        return bool((kind.extra or {}).get("clears")) or clears(kind.type)
    return isinstance(kind, inspect.UnionType) and any(clears(each) for each in kind.types)


def _of_field(field: inspect.Field) -> Reading | None:
    kinds = leaves(field.type)
    if any(isinstance(kind, inspect.AnyType) for kind in kinds):
        return None
    keeps_empty = field.required or (
        clears(field.type) and any(isinstance(kind, inspect.StrType) for kind in kinds)
    )
    if field.required and all(
        isinstance(kind, inspect.StrType | inspect.BytesType) for kind in kinds
    ):
        return None
    inner = _of_value(kinds)

    def read(value: Any) -> Any:
        if value is None:
            return None if field.required else LEFT_OUT
        if value == "" and isinstance(value, str) and not keeps_empty:
            return LEFT_OUT
        return inner(value)

    return read


def _of_value(kinds: list[inspect.Type]) -> Reading:
    """Return how a value of one of these types is read."""
    from_text = [reading for kind in kinds if (reading := _from_text(kind)) is not None]
    takes_text = any(isinstance(kind, inspect.StrType | inspect.BytesType) for kind in kinds)
    structs = [kind for kind in kinds if isinstance(kind, inspect.StructType)]
    lists = [kind for kind in kinds if isinstance(kind, inspect.ListType)]
    parts = _of_fields(structs[0]) if structs else {}
    items = _of_value(leaves(lists[0].item_type)) if lists and not takes_text else None

    def read(value: Any) -> Any:
        if isinstance(value, str):
            read = next(
                (found for reading in from_text if (found := reading(value)) is not LEFT_OUT), value
            )
            if (
                read is value
                and items is not None
                and "," not in value
                and not value.lstrip().startswith(("[", "{"))
            ):
                read = [value]
            value = read
        if parts and isinstance(value, Mapping):
            return _understood(value, parts)
        if items is not None and isinstance(value, list):
            return [items(each) for each in value]
        return value

    return read


def _from_text(kind: inspect.Type) -> Reading | None:
    """Return how text is read as a value of another type; `LEFT_OUT` where it is none."""
    match kind:
        case inspect.IntType():
            return lambda text: (
                int(float(text))
                if "." in text and _WHOLE.fullmatch(text.strip())
                else _number(text, _WHOLE, int)
            )
        case inspect.FloatType():
            return lambda text: _number(text, _NUMBER, float)
        case inspect.BoolType():
            return lambda text: _BOOLEANS.get(text.strip().lower(), LEFT_OUT)
        case inspect.ListType():
            return lambda text: _json(text, "[")
        case inspect.DictType() | inspect.StructType():
            return lambda text: _json(text, "{")
        case inspect.LiteralType():
            words = {str(value).lower(): value for value in kind.values}
            return lambda text: words.get(text.strip().lower(), LEFT_OUT)
        case _:
            return None


def _number(text: str, form: re.Pattern[str], make: Callable[[str], float]) -> Any:
    bare = text.strip()
    if not form.fullmatch(bare):
        return LEFT_OUT
    number = make(bare)
    return number if math.isfinite(number) else LEFT_OUT


def _json(text: str, start: str) -> Any:
    if not text.lstrip().startswith(start):
        return LEFT_OUT
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return LEFT_OUT
