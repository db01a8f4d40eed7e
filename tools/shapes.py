"""Shapes: structs as Markdown tables, for the generated reference.

Reads the same JSON Schema that MCP and OpenAPI are given, so that a page cannot say otherwise.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

import msgspec

from ackbox.ops.table import Operation


def anchor(title: str) -> str:
    """Return the anchor that a heading gets on a Markdown page."""
    return "".join(c for c in title.lower().replace(" ", "-") if c.isalnum() or c in "-_")


@functools.cache
def components(shape: Any) -> tuple[str, dict[str, Any]]:
    """Return a struct's name and the schemas of it and of what stands inside it."""
    (root,), parts = msgspec.json.schema_components([shape], ref_template="{name}")
    return root["$ref"], parts


def fields(shape: Any) -> dict[str, dict[str, Any]]:
    """Return a struct's fields, each with its schema and whether it must be given."""
    name, parts = components(shape)
    required = parts[name].get("required", [])
    return {
        field: {**schema, "must": field in required}
        for field, schema in parts[name].get("properties", {}).items()
    }


def given_table(shape: Any, *, leave_out: tuple[str, ...] = ()) -> str:
    """Return a parameter struct's fields as a table, with their defaults."""
    rows = {field: schema for field, schema in fields(shape).items() if field not in leave_out}
    lines = [
        f"| `{field}` | {words(schema, null=False)} | {_default(schema)} | {describe(schema)} |"
        for field, schema in rows.items()
    ]
    return (
        "| field | type | default | what it is |\n|---|---|---|---|\n" + "\n".join(lines)
        if rows
        else "None of its own."
    )


def field_table(shape: Any, *, leave_out: tuple[str, ...] = ()) -> str:
    """Return a result struct's fields as a table."""
    return _table(
        {field: schema for field, schema in fields(shape).items() if field not in leave_out}
    )


def _table(rows: dict[str, dict[str, Any]]) -> str:
    lines = [
        f"| `{field}` | {words(schema)} | {describe(schema)} |" for field, schema in rows.items()
    ]
    return "| field | type | what it is |\n|---|---|---|\n" + "\n".join(lines)


def describe(schema: dict[str, Any]) -> str:
    """Return a field's sentence, its own or that of its only choice besides null."""
    if "description" in schema:
        return str(schema["description"]).replace("|", "\\|")
    choices = [each for each in schema.get("anyOf", []) if each.get("type") != "null"]
    return describe(choices[0]) if len(choices) == 1 else ""


def _default(schema: dict[str, Any]) -> str:
    if schema.get("must"):
        return "must be given"
    value = schema.get("default")
    return "–" if value is None else f"`{msgspec.json.encode(value).decode()}`"


def words(schema: dict[str, Any], *, null: bool = True) -> str:
    """Return a schema's type and limits in words.

    With `null` false, what may be left out is not said here.
    """
    if "$ref" in schema:
        return f"[{schema['$ref']}](operations.md#{anchor(schema['$ref'])})"
    if "anyOf" in schema:
        return " or ".join(
            words(each) for each in schema["anyOf"] if null or each != {"type": "null"}
        )
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"] if null or each is not None)
    kind = schema.get("type", "anything")
    if kind == "array":
        return f"list of {words(schema.get('items', {}))}" + _between(
            schema, "minItems", "maxItems", "entries"
        )
    if kind in ("integer", "number"):
        return ("number" if kind == "number" else "integer") + _between(
            schema, "minimum", "maximum", ""
        )
    if kind == "string":
        return "text" + _between(schema, "minLength", "maxLength", "characters")
    return {"boolean": "true or false", "object": "JSON object"}.get(kind, str(kind))


def _between(schema: dict[str, Any], low: str, high: str, unit: str) -> str:
    least, most = schema.get(low), schema.get(high)
    unit = f" {unit}" if unit else ""
    if most is None:
        return "" if least is None else f", at least {least:,}{unit}"
    return f", at most {most:,}{unit}" if least is None else f", {least:,} to {most:,}{unit}"


def nested(operations: Iterable[Operation]) -> dict[str, dict[str, Any]]:
    """Return what stands inside the parameters and results of operations, by name."""
    found: dict[str, dict[str, Any]] = {}
    for operation in operations:
        for shape in (operation.params, operation.result):
            root, parts = components(shape)
            found |= {
                name: schema
                for name, schema in parts.items()
                if name != root or name in ("Message",)
            }
    return dict(sorted(found.items()))


def nested_sections(found: dict[str, dict[str, Any]]) -> list[str]:
    """Return one section for each of them."""
    sections = []
    for name, schema in found.items():
        table = _table(schema.get("properties", {}))
        sections.append(f"### {name}\n\n{schema.get('description', '')}\n\n{table}")
    return sections
