"""OpenAPI: the REST face described from the table of operations, and a page to read it on.

Nothing is written by hand: a new operation appears here automatically.
Explained in docs/reference/rest.md.
"""

from __future__ import annotations

import functools
import re
from typing import Any

import msgspec

from ackbox import __version__
from ackbox.faces.rest.routes import where
from ackbox.model.signature import FORMS, WINDOW_S
from ackbox.ops.table import OPERATIONS, Operation

# The path of webhook deliveries, served by faces/rest/webhook.py.
DELIVERY = "/hooks/in/{id}"
ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "hint", "details"],
            "properties": {
                "code": {
                    "type": "string",
                    "description": "Stable error code: invalid, too_long, not_found, …",
                },
                "message": {"type": "string", "description": "The error, with the wrong value"},
                "hint": {"type": ["string", "null"], "description": "How to fix the request"},
                "details": {
                    "type": "object",
                    "description": "Details by name: the field, the limit, similar names",
                },
                "retry_after_s": {
                    "type": "number",
                    "description": "Seconds to wait before retrying",
                },
            },
        }
    },
}
_REFUSALS = {
    "400": "Invalid request: a field has the wrong type or value",
    "401": "API key missing, wrong, expired or revoked",
    "403": "The role of the key does not allow this",
    "404": "Not found in the workspaces of this key",
    "408": "The body did not arrive in time",
    "409": "Conflict with an existing record",
    "413": "Longer than a limit",
    "422": "Unknown recipient, and the request rejects those",
    "429": "Too many requests; retry after Retry-After seconds",
    "431": "The request headers are too large",
    "503": "The database is not available now",
}


@functools.cache
def document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document."""
    shapes = [
        shape for operation in OPERATIONS.values() for shape in (operation.params, operation.result)
    ]
    shown, components = msgspec.json.schema_components(
        shapes, ref_template="#/components/schemas/{name}"
    )
    paths: dict[str, dict[str, Any]] = {}
    for number, operation in enumerate(OPERATIONS.values()):
        method, path = where(operation)
        name = shown[2 * number]["$ref"].rpartition("/")[2]
        paths.setdefault(path, {})[method.lower()] = _operation(
            operation, method, path, components[name], shown[2 * number + 1]
        )
    paths[DELIVERY] = {"post": _delivery(shown[2 * list(OPERATIONS).index("webhook.receive") + 1])}
    for operation in OPERATIONS.values():
        components.pop(operation.params.__name__, None) if where(operation)[0] == "GET" else None
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ackbox",
            "version": __version__,
            "license": {"name": "MIT", "identifier": "MIT"},
            "description": "Durable messaging for coding agents and the people who run them.",
        },
        "security": [{"key": []}],
        "tags": [
            {"name": noun}
            for noun in dict.fromkeys(operation.noun for operation in OPERATIONS.values())
        ],
        "paths": paths,
        "components": {
            "schemas": {**components, "Error": ERROR},
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "API key, abx_…"}
            },
            "responses": {
                "Refused": {
                    "description": "The error object",
                    "content": _json({"$ref": "#/components/schemas/Error"}),
                }
            },
        },
    }


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _operation(
    operation: Operation, method: str, path: str, shape: dict[str, Any], result: dict[str, Any]
) -> dict[str, Any]:
    in_path = re.findall(r"{(\w+)}", path)
    fields = shape["properties"]
    described: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.noun],
        "summary": operation.summary,
        "description": operation.description,
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": fields[name]}
            for name in in_path
        ],
        "responses": {
            "201" if operation.creates else "200": {
                "description": "Done",
                "content": _json(result),
            },
            **{
                status: {"$ref": "#/components/responses/Refused", "description": text}
                for status, text in _REFUSALS.items()
            },
        },
    }
    if method == "GET":
        required = shape.get("required", [])
        described["parameters"] += [
            {"name": name, "in": "query", "required": name in required, "schema": _not_null(schema)}
            for name, schema in fields.items()
            if name not in in_path
        ]
    else:
        body = {
            **shape,
            "properties": {name: schema for name, schema in fields.items() if name not in in_path},
        }
        body["required"] = [name for name in shape.get("required", []) if name not in in_path]
        described["requestBody"] = {"required": bool(body["required"]), "content": _json(body)}
    return described


def _delivery(result: dict[str, Any]) -> dict[str, Any]:
    """Return the route of webhook deliveries, which are signed instead of sent with a key."""
    receive = OPERATIONS["webhook.receive"]
    parameters: list[dict[str, Any]] = [
        {
            "name": "id",
            "in": "path",
            "required": True,
            "schema": {
                "type": "string",
                "minLength": 1,
                "maxLength": 64,
                "description": "The webhook's id",
            },
        }
    ]
    for name, form in FORMS.items():
        says = {
            form.signature: f"signature, {form.prefix}…",
            form.delivery: "delivery id, the same when it is sent again",
            form.timestamp: (
                f"signing time, in seconds since 1970; at most {WINDOW_S} seconds ago"
            ),
            form.event: "event type",
        }
        parameters += [
            {
                "name": header,
                "in": "header",
                "required": False,
                "schema": {"type": "string", "description": f"Form {name}: {sentence}"},
            }
            for header, sentence in says.items()
            if header is not None
        ]
    return {
        "operationId": "webhook.deliver",
        "tags": [receive.noun],
        "summary": "Deliver a message from another system, signed instead of with a key.",
        "description": (
            f"{receive.description}\n\nSend the headers of the webhook's form. The body is any"
            " JSON."
        ),
        "security": [],
        "parameters": parameters,
        "requestBody": {
            "required": True,
            "content": _json({"description": "Any JSON"}),
        },
        "responses": {
            "200": {"description": "The stored message", "content": _json(result)},
            **{
                status: {"$ref": "#/components/responses/Refused", "description": text}
                for status, text in _REFUSALS.items()
            },
        },
    }


def _not_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Drop null from a query parameter: leaving it out means null."""
    choices = [choice for choice in schema.get("anyOf", []) if choice != {"type": "null"}]
    if len(choices) == 1 and len(schema.get("anyOf", [])) == 2:
        both = {**schema, **choices[0]}
        return {
            key: value
            for key, value in both.items()
            if key != "anyOf" and not (key == "default" and value is None)
        }
    return schema


@functools.cache
def page() -> str:
    """Return the document as a page for people: every operation with its fields."""
    from jinja2 import Environment, PackageLoader

    environment = Environment(
        loader=PackageLoader("ackbox.faces.rest", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["kind"] = _kind
    environment.filters["meaning"] = _meaning
    environment.filters["example"] = _example
    return environment.get_template("reference.html").render(
        document=document(), version=__version__
    )


def _kind(schema: dict[str, Any]) -> str:
    """Return a schema's type in words."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"] if each != {"type": "null"})
    if "enum" in schema:
        return " | ".join(str(each) for each in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    limits = [
        f"{word} {schema[key]}"
        for key, word in (("minimum", "from"), ("maximum", "to"), ("maxLength", "at most"))
        if key in schema
    ]
    return " ".join([str(schema.get("type", "any")), *limits])


def _meaning(schema: dict[str, Any]) -> str:
    """Return a field's description, from any of its alternatives."""
    found = (each.get("description") for each in [schema, *schema.get("anyOf", [])])
    return next((text for text in found if text), "")


def _example(described: dict[str, Any], method: str, path: str) -> str:
    """Return a curl command that calls this operation."""
    samples = {
        "to": "bob",
        "body": "hello",
        "ids": ["0199…"],
        "mark": "read",
        "query": "build",
        "name": "bob",
        "messages": [{"to": "bob", "body": "hi"}],
    }
    body = (
        described.get("requestBody", {})
        .get("content", {})
        .get("application/json", {})
        .get("schema")
    )
    verb = "" if method in ("get", "post") else f"-X {method.upper()} "
    if described.get("security") == []:
        form = FORMS["standard"]
        return " ".join(
            [f"curl $ACKBOX_URL{path}", *(f"-H '{name}: …'" for name in form.headers), "-d '{}'"]
        )
    line = f'curl -H "Authorization: Bearer $ACKBOX_KEY" {verb}$ACKBOX_URL{path}'
    if body is None:
        return line
    sample = {name: samples.get(name, "…") for name in body["required"]}
    return f"{line} \\\n  -d '{msgspec.json.encode(sample).decode()}'"
