"""Schemas: an operation's parameters as JSON Schema that every model's host accepts.

Hosts accept a subset of the standard: no `$ref`, a type with every `enum`, `items` in every list,
one type for each field. The operation itself still accepts all its parameters. Explained in
docs/why/operations.md.
"""

from __future__ import annotations

import functools
from typing import Any

import msgspec

# Keywords of a field that every host accepts. Errors report lengths and patterns; not every host
# accepts a rule about other fields.
_KEPT = frozenset({"type", "description", "enum", "default", "minimum", "maximum"})


@functools.cache
def input_schema(
    shape: type[msgspec.Struct], leave_out: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Return a struct's schema as hosts of models accept it, without the excluded fields."""
    (root,), parts = msgspec.json.schema_components([shape], ref_template="#/$defs/{name}")
    return _object(parts[_name(root)], parts, leave_out)


def _name(field: dict[str, Any]) -> str:
    return str(field["$ref"]).rpartition("/")[2]


def _object(
    part: dict[str, Any], parts: dict[str, Any], leave_out: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Return an object with its fields as hosts accept them.

    A description from the outer field takes precedence over the object's.
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
    """Return a field with one type, written out, without keywords that do not help a model."""
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
        # All our enumerations are text; a value of any type is accepted as text too.
        kept.setdefault("type", "string")
    if kept["type"] == "array":
        kept["items"] = (
            _field(field["items"], parts)
            if "items" in field
            else kept.get("items", {"type": "string"})
        )
    # `required` already shows which fields are optional; an empty default, and a limit that no
    # value reaches, add no information.
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
    """Return the first of several types, in the order of the source.

    For several enumerations, returns all their words.
    """
    words = [word for choice in choices for word in choice.get("enum", [])]
    return (
        {**choices[0], "enum": words}
        if words and all("enum" in choice for choice in choices)
        else choices[0]
    )
