"""The TypeScript client's types and methods, written from the OpenAPI document.

What sends a request is clients/typescript/src/transport.ts, which is written by hand.
"""

from __future__ import annotations

import json
import re
import textwrap
from typing import Any

from ackbox.faces.rest.openapi import document

HEAD = """// Written by tools/typescript_client.py from the OpenAPI document. Run `make docs`.
import { Transport, type CallOptions, type Options } from "./transport.js";
"""
WIDTH = 96
_SCHEMAS = "#/components/schemas/"
# Names of the language, which a module may not declare again without hiding them.
RENAMED = {"Error": "ErrorBody"}


def client() -> str:
    """Return the module: an interface for each schema, a class for each noun, and the client."""
    whole = document()
    calls = [
        each
        for methods in whole["paths"].values()
        for each in methods.values()
        if each["operationId"] != "webhook.deliver"
    ]
    schemas = dict(whole["components"]["schemas"])
    named = {each["operationId"]: _params(each, schemas) for each in calls}
    parts = [_interface(_named(name), schema) for name, schema in sorted(schemas.items())]
    nouns = [tag["name"] for tag in whole["tags"]]
    for noun in nouns:
        own = [each for each in calls if each["tags"] == [noun]]
        methods = "\n".join(_method(each, named[each["operationId"]]) for each in own)
        parts.append(
            f"export class {noun.capitalize()}Operations {{\n"
            f"  constructor(private readonly transport: Transport) {{}}\n\n{methods}}}\n"
        )
    fields = "".join(f"  readonly {noun}: {noun.capitalize()}Operations;\n" for noun in nouns)
    made = "".join(
        f"    this.{noun} = new {noun.capitalize()}Operations(this.transport);\n" for noun in nouns
    )
    parts.append(
        "/** One server and one key. */\nexport class Client {\n"
        "  private readonly transport: Transport;\n"
        f"{fields}\n  constructor(options: Options) {{\n"
        f"    this.transport = new Transport(options);\n{made}  }}\n}}\n"
    )
    return HEAD + "\n" + "\n".join(parts)


def _params(described: dict[str, Any], schemas: dict[str, Any]) -> str:
    """Return the name of an operation's parameters, those in the path and query with the body."""
    body = described.get("requestBody", {}).get("content", {}).get("application/json")
    name = (
        body["schema"]["$ref"].removeprefix(_SCHEMAS)
        if body
        else "".join(
            word.capitalize() for word in re.split(r"[._]", described["operationId"])[::-1]
        )
        + "Parameters"
    )
    whole = schemas.get(name, {"properties": {}})
    outside = {each["name"]: each for each in described["parameters"]}
    schemas[name] = {
        "description": f"Parameters of {described['operationId']}.",
        "properties": {
            **{each: given["schema"] for each, given in outside.items()},
            **whole["properties"],
        },
        "required": [each for each, given in outside.items() if given["required"]]
        + whole.get("required", []),
    }
    return name


def _named(name: str) -> str:
    return RENAMED.get(name, name)


def _interface(name: str, schema: dict[str, Any]) -> str:
    if "prefixItems" in schema:
        places = ", ".join(_type(each, "") for each in schema["prefixItems"])
        return f"{_comment(schema.get('description', ''), '')}export type {name} = [{places}];\n"
    return f"{_comment(schema.get('description', ''), '')}export interface {name} " + (
        f"{_object(schema, '')}\n"
    )


def _object(schema: dict[str, Any], indent: str) -> str:
    required = schema.get("required", [])
    lines = [
        f"{_comment(_says(field), indent + '  ')}{indent}  "
        f"{name}{'' if name in required else '?'}: {_type(field, indent + '  ')};\n"
        for name, field in schema["properties"].items()
    ]
    return "{\n" + "".join(lines) + indent + "}"


def _says(schema: dict[str, Any]) -> str:
    """Return a field's description, from any of its alternatives."""
    found = (each.get("description") for each in [schema, *schema.get("anyOf", [])])
    return next((text for text in found if text), "")


def _comment(text: str, indent: str) -> str:
    """Return text as a documentation comment."""
    if not text:
        return ""
    text = text.replace("*/", "*\\/")
    if "\n" not in text and len(text) + len(indent) + 7 <= WIDTH:
        return f"{indent}/** {text} */\n"
    lines = [
        line
        for part in text.split("\n\n")
        for line in [*textwrap.wrap(part, WIDTH - len(indent) - 3), ""]
    ][:-1]
    return (
        f"{indent}/**\n"
        + "".join(f"{indent} * {line}".rstrip() + "\n" for line in lines)
        + (f"{indent} */\n")
    )


def _type(schema: dict[str, Any], indent: str) -> str:
    if "$ref" in schema:
        return _named(schema["$ref"].removeprefix(_SCHEMAS))
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_type(each, indent) for each in schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(json.dumps(each) for each in schema["enum"])
    kind = schema.get("type")
    if isinstance(kind, list):
        return " | ".join(_type({**schema, "type": each}, indent) for each in kind)
    if kind == "array":
        items = _type(schema["items"], indent)
        return f"({items})[]" if " " in items and not items.startswith("{") else f"{items}[]"
    if kind == "object":
        if "properties" in schema:
            return _object(schema, indent)
        more = schema.get("additionalProperties")
        return f"Record<string, {_type(more, indent) if isinstance(more, dict) else 'unknown'}>"
    plain = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean"}
    return "null" if kind == "null" else plain.get(kind or "", "unknown")


def _method(described: dict[str, Any], params: str) -> str:
    name = described["operationId"]
    head, *rest = name.partition(".")[2].split("_")
    verb = head + "".join(word.capitalize() for word in rest)
    body = described.get("requestBody", {})
    needs = body.get("required", False) or any(each["required"] for each in described["parameters"])
    answer = next(iter(described["responses"].values()))["content"]["application/json"]["schema"]
    # A GET has no effect; what has an idempotency key has it once.
    again = '"read"' if "requestBody" not in described else f'"{_repeats(described)}"'
    return (
        f"{_comment(described['description'], '  ')}"
        f"  {verb}(params: {params}{'' if needs else ' = {}'}, options?: CallOptions):"
        f" Promise<{_type(answer, '')}> {{\n"
        f"    return this.transport.call({json.dumps(name)}, params, {again}, options);\n  }}\n"
    )


def _repeats(described: dict[str, Any]) -> str:
    schema = described["requestBody"]["content"]["application/json"]["schema"]
    named = document()["components"]["schemas"][schema["$ref"].removeprefix(_SCHEMAS)]
    return "keyed" if "idempotency_key" in named["properties"] else "once"
