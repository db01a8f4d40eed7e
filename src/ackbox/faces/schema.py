"""Schemas: an operation's parameters and results as JSON Schema, for MCP and OpenAPI.

Explained in docs/why/operations.md.
"""

from __future__ import annotations

import functools
from typing import Any

import msgspec


@functools.cache
def input_schema(shape: type[msgspec.Struct], leave_out: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return a struct's schema with its root inlined, as MCP wants it, without some of its fields."""
    (root,), parts = msgspec.json.schema_components([shape], ref_template="#/$defs/{name}")
    name = root["$ref"].rpartition("/")[2]
    schema: dict[str, Any] = {key: value for key, value in parts.pop(name).items() if key not in ("title", "description")}
    schema["properties"] = {key: _short(value) for key, value in schema["properties"].items() if key not in leave_out}
    required = [key for key in schema.pop("required", []) if key not in leave_out]
    if required:
        schema["required"] = required
    schema["additionalProperties"] = False
    used = _named(schema["properties"], parts)
    if used:
        schema["$defs"] = {part: _bare(each) for part, each in parts.items() if part in used}
    return schema


def _named(value: Any, parts: dict[str, Any]) -> set[str]:
    """Return the parts that a schema names, and those that they name."""
    if isinstance(value, list):
        return set().union(*(_named(each, parts) for each in value))
    if not isinstance(value, dict):
        return set()
    part = str(value.get("$ref", "")).rpartition("/")[2]
    return set().union({part} if part else (), _named(parts.get(part), parts), *(_named(each, parts) for each in value.values()))


def _bare(part: dict[str, Any]) -> dict[str, Any]:
    """Leave out what the field that names a part has said."""
    kept = {key: value for key, value in part.items() if key not in ("title", "description")}
    return {**kept, "properties": {key: _short(value) for key, value in part["properties"].items()}} if "properties" in part else kept


def _short(field: dict[str, Any]) -> dict[str, Any]:
    """Say "may be left out" once: a default of null and a null alternative tell a caller nothing."""
    choices = [choice for choice in field.get("anyOf", []) if choice != {"type": "null"}]
    if field.get("default", "") is None and len(choices) == 1:
        field = {**choices[0], **{key: field[key] for key in ("description",) if key in field}}
    if "items" in field:
        field = {**field, "items": _short(field["items"])}
    # The length of a name or id is said when it is wrong, a default that is nothing says nothing: a model has no use for either.
    return {key: value for key, value in field.items()
            if key not in ("minLength", "maxLength") and not (key == "default" and (value is False or value in (None, [], {}, "")))}
