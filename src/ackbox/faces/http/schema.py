"""Schemas: an operation's parameters as JSON Schema of the kind that every model's host accepts.

Hosts take less than the standard: no `$ref`, a type beside every `enum`, `items` in every list, one
type a field. What is read is
still all that the operation takes. Explained in docs/why/operations.md.
"""

from __future__ import annotations

import functools
from typing import Any

import msgspec

# What every host takes of a field. Lengths and patterns are said when they are wrong; not every
# host takes a word about other fields.
_KEPT = frozenset({"type", "description", "enum", "default", "minimum", "maximum"})


@functools.cache
def input_schema(
    shape: type[msgspec.Struct], leave_out: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Return a struct's schema as hosts of models accept it, without some of its fields."""
    (root,), parts = msgspec.json.schema_components([shape], ref_template="#/$defs/{name}")
    return _object(parts[_name(root)], parts, leave_out)


def _name(field: dict[str, Any]) -> str:
    return str(field["$ref"]).rpartition("/")[2]


def _object(
    part: dict[str, Any], parts: dict[str, Any], leave_out: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Return an object with its fields as hosts accept them.

    What the field that holds it says of it goes before its own words.
    """
    schema: dict[str, Any] = {"type": "object"}
    schema["properties"] = {
        key: _field(value, parts)
        for key, value in part["properties"].items()
        if key not in leave_out
    }
    required = [key for key in part.get("required", []) if key not in leave_out]
    return schema | ({"required": required} if required else {})


def _field(field: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    """Return a field with one type, written out, and without what tells a model nothing."""
    kept = {key: value for key, value in field.items() if key in _KEPT}
    if "$ref" in field:
        kept = _object(parts[_name(field)], parts) | kept
    elif "anyOf" in field:
        kept = (
            _one_of(
                [_field(choice, parts) for choice in field["anyOf"] if choice != {"type": "null"}]
            )
            | kept
        )
    if "enum" in kept or "type" not in kept:
        # All our words are text; a value of any shape is taken as text too.
        kept.setdefault("type", "string")
    if kept["type"] == "array":
        kept["items"] = (
            _field(field["items"], parts)
            if "items" in field
            else kept.get("items", {"type": "string"})
        )
    # "May be left out" is said by not being required; a default that is nothing, and a limit that
    # nobody comes to, say nothing.
    nothing: dict[str, tuple[Any, ...]] = {
        "default": (None, False, 0, "", [], {}),
        "minimum": (0, 1),
    }
    return {
        key: value
        for key, value in kept.items()
        if value not in nothing.get(key, ()) and not (key == "maximum" and value >= 1_000_000)
    }


def _one_of(choices: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the first of several types, the one that is written first.

    Of several lists of words all words.
    """
    words = [word for choice in choices for word in choice.get("enum", [])]
    return (
        {**choices[0], "enum": words}
        if words and all("enum" in choice for choice in choices)
        else choices[0]
    )
