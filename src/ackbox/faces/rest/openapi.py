"""OpenAPI: the REST face described from the table of operations.

Nothing is written by hand: a new operation appears here automatically. The examples are real calls
that tools/examples.py recorded; `reference.py` shows the document as a page. Explained in
docs/why/operations.md.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Annotated, Any, get_args, get_origin

import msgspec

from ackbox import __version__, errors
from ackbox.faces.rest.routes import where
from ackbox.faces.rest.schema_names import parameters_name, struct_name
from ackbox.model.signature import FORMS, WINDOW_S
from ackbox.ops.raised import prose, refusals
from ackbox.ops.table import OPERATIONS, Operation

# The path of webhook deliveries, served by faces/rest/webhook.py.
DELIVERY = "/hooks/in/{id}"
SERVERS = [
    {"url": "/", "description": "The server that this document comes from"},
    {"url": "http://127.0.0.1:7717", "description": "The default address on your machine"},
]
ERROR = {
    "type": "object",
    "description": "The error object of every refused request.",
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
# Responses to any request: the name of the component, and the code with its meaning.
REFUSED = {
    "400": ("InvalidRequest", "invalid", "a field has the wrong type or value"),
    "401": ("Unauthenticated", "unauthenticated", "the key is missing, wrong, expired or revoked"),
    "403": ("Forbidden", "forbidden", "the key or its role does not allow this"),
    "404": ("NotFound", "not_found", "not in the workspaces of this key"),
    "408": ("BodyTimeout", "invalid", "the body did not arrive in time"),
    "409": ("Conflict", "conflict", "another spelling of an existing name, or another record"),
    "413": ("TooLong", "too_long", "longer than a limit"),
    "429": ("TooManyRequests", "rate_limited", "wait for the seconds of Retry-After, then retry"),
    "431": ("HeadersTooLarge", "too_long", "the request headers are too large"),
    "503": ("Unavailable", "unavailable", "the database is not available now; retry later"),
}
# Only some operations can answer this, such as those that send or assign.
UNKNOWN = ("Unprocessable", "unknown_recipient", "no such agent, and the request rejects those")
_COMPONENT = "#/components/schemas/"


def examples() -> dict[str, dict[str, Any]]:
    """Return a recorded call of each operation: `request` and `response`."""
    found: dict[str, dict[str, Any]] = msgspec.json.decode(
        (files("ackbox.faces.rest") / "examples.json").read_bytes()
    )
    return found


@functools.cache
def document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document."""
    recorded = examples()
    shapes, schemas = _schemas()
    bodies: dict[str, Any] = {}
    paths: dict[str, dict[str, Any]] = {}
    for name, operation in OPERATIONS.items():
        method, path = where(operation)
        params, result = shapes[name]
        example = recorded.get(name, {})
        paths.setdefault(path, {})[method.lower()] = _operation(
            operation, schemas[params], result, example
        )
        if method != "GET":
            bodies[parameters_name(operation)] = _without(
                schemas[params], re.findall(r"{(\w+)}", path)
            )
    paths[DELIVERY] = {
        "post": _delivery(shapes["webhook.receive"][1], recorded.get("webhook.receive", {}))
    }
    schemas |= bodies
    used = _reachable(paths, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ackbox",
            "version": __version__,
            "license": {"name": "MIT", "identifier": "MIT"},
            "description": "Durable messaging for coding agents and the people who run them.",
        },
        "servers": SERVERS,
        "security": [{"key": []}],
        "tags": [
            {"name": noun}
            for noun in dict.fromkeys(operation.noun for operation in OPERATIONS.values())
        ],
        "paths": paths,
        "components": {
            "schemas": {name: schemas[name] for name in sorted(used)} | {"Error": ERROR},
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "API key, abx_…"}
            },
            "responses": {
                name: {
                    "description": f"`{code}`: {case}",
                    "content": _json({"$ref": f"{_COMPONENT}Error"}),
                }
                for name, code, case in [*REFUSED.values(), UNKNOWN]
            },
        },
    }


def _schemas() -> tuple[dict[str, tuple[str, dict[str, Any]]], dict[str, Any]]:
    """Return, for each operation, the component of its parameters and the schema of its result;
    and all components under their names in the document.
    """
    operations = list(OPERATIONS.values())
    shown, components = msgspec.json.schema_components(
        [shape for operation in operations for shape in (operation.params, operation.result)],
        ref_template=f"{_COMPONENT}{{name}}",
    )
    names = {
        shown[2 * number]["$ref"].removeprefix(_COMPONENT): parameters_name(operation)
        for number, operation in reversed(list(enumerate(operations)))
    }
    names = {each: names.get(each) or struct_name(each) for each in components}
    if twice := {each for each in names.values() if list(names.values()).count(each) > 1}:
        raise ValueError(f"Two structs have one name in the document: {sorted(twice)}")
    schemas = {names[each]: _plain(schema, names) for each, schema in components.items()}
    structs = {
        names[each]: kind
        for kind in _structs([shape for each in operations for shape in (each.params, each.result)])
        for each in (kind.__name__, f"{kind.__module__}.{kind.__qualname__}")
        if each in components
    }
    shapes = {
        operation.name: (
            names[shown[2 * number]["$ref"].removeprefix(_COMPONENT)],
            _plain(shown[2 * number + 1], names),
        )
        for number, operation in enumerate(operations)
    }
    asked = _reachable([{"$ref": _COMPONENT + params} for params, _ in shapes.values()], schemas)
    for name, schema in schemas.items():
        _settle_defaults(schema, structs[name], is_asked=name in asked)
    return shapes, schemas


def _structs(kinds: Iterable[Any]) -> set[type[msgspec.Struct]]:
    """Return every struct inside types."""
    found, more = set[type[msgspec.Struct]](), list(kinds)
    while more:
        kind = more.pop()
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            if kind not in found:
                found.add(kind)
                more += [field.type for field in msgspec.structs.fields(kind)]
        else:
            more += get_args(kind)
    return found


def _settle_defaults(
    schema: dict[str, Any], struct: type[msgspec.Struct], *, is_asked: bool
) -> None:
    """Say in words what a field of a request is when it is left out, and require each field that is
    in every response: generators take a field with a default as required, also in a request.
    """
    if struct.__struct_config__.array_like:
        return  # a row: its places have no names, and none is left out
    always = {
        field.encode_name
        for field in msgspec.structs.fields(struct)
        if not struct.__struct_config__.omit_defaults
        and msgspec.UnsetType not in get_args(_bare(field.type))
    }
    for field in schema["properties"].values():
        default = field.pop("default", None)
        if is_asked and default not in (None, False, "", [], {}):
            field["description"] = f"{field.get('description', '')} (default {default})".strip()
    if not is_asked and always:
        schema["required"] = [name for name in schema["properties"] if name in always]


def _bare(kind: Any) -> Any:
    return _bare(get_args(kind)[0]) if get_origin(kind) is Annotated else kind


def _plain(schema: Any, names: dict[str, str]) -> Any:
    """Return a schema as generators of clients take it: references by their names in the document,
    items in every list, no titles of classes.
    """
    if isinstance(schema, list):
        return [_plain(each, names) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        target = names[schema["$ref"].removeprefix(_COMPONENT)]
        return schema | {"$ref": f"{_COMPONENT}{target}"}
    made = {
        key: {name: _plain(each, names) for name, each in value.items()}
        if key == "properties"
        else value
        if key in ("default", "enum")
        else _plain(value, names)
        for key, value in schema.items()
        if key != "title"
    }
    if made.get("type") == "array":
        made.setdefault("items", {})
    if all(isinstance(each, str) for each in made.get("enum", [1])):
        made["type"] = "string"
    if made.get("type") == "object" and "description" in made:
        made["description"] = inspect.cleandoc(str(made["description"]))
    return made


def _without(shape: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    """Return the schema of a body: parameters without the fields that are in the path."""
    made = {
        **shape,
        "properties": {
            name: schema for name, schema in shape["properties"].items() if name not in fields
        },
    }
    required = [name for name in shape.get("required", []) if name not in fields]
    made.pop("required", None)
    return made | ({"required": required} if required else {})


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"].removeprefix(_COMPONENT)
        for each in part.values():
            yield from _references(each)
    elif isinstance(part, list):
        for each in part:
            yield from _references(each)


def _reachable(paths: Any, schemas: dict[str, Any]) -> set[str]:
    """Return the schemas that the paths refer to; parameters of a GET are in its query."""
    found = set[str]()
    more = set(_references(paths)) & set(schemas)
    while more:
        found |= more
        more = {
            name for each in more for name in _references(schemas[each]) if name in schemas
        } - found
    return found


def _json(schema: dict[str, Any], example: Any = None) -> dict[str, Any]:
    return {
        "application/json": {"schema": schema} | ({} if example is None else {"example": example})
    }


def _responses(operation: Operation, result: dict[str, Any], example: Any) -> dict[str, Any]:
    """Return the response of an operation and its errors, by status."""
    answers: dict[str, Any] = {
        "201" if operation.creates else "200": {
            "description": inspect.cleandoc(_summary(operation.result)),
            "content": _json(result, example),
        }
    }
    cases: dict[str, dict[str, str]] = {
        status: {code: case} for status, (_, code, case) in REFUSED.items()
    }
    for refusal in refusals(operation):
        codes, code = cases.setdefault(str(refusal.error.status), {}), refusal.error.code
        own = refusal.case or _meaning(refusal.error)
        if code not in codes:
            codes[code] = own
        elif refusal.case:
            codes[code] += f"; {own}"
    components = {status: name for status, (name, _, _) in REFUSED.items()} | {"422": UNKNOWN[0]}
    for status, codes in sorted(cases.items()):
        answers[status] = {
            "$ref": f"#/components/responses/{components[status]}",
            "description": ". ".join(f"`{code}`: {case}" for code, case in codes.items()),
        }
    return answers


def _meaning(error: type[errors.AckboxError]) -> str:
    """Return the meaning of an error in general."""
    return " ".join((inspect.getdoc(error) or "").split()).rstrip(".")


def _summary(kind: Any) -> str:
    return (inspect.getdoc(kind) or "Success").partition("\n\n")[0]


def _operation(
    operation: Operation, shape: dict[str, Any], result: dict[str, Any], example: dict[str, Any]
) -> dict[str, Any]:
    method, path = where(operation)
    in_path = re.findall(r"{(\w+)}", path)
    asked = example.get("request", {})
    described: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.noun],
        "summary": operation.summary,
        "description": prose(operation.description),
        "parameters": [
            _parameter(name, "path", shape["properties"][name], asked, required=True)
            for name in in_path
        ],
        "responses": _responses(operation, result, example.get("response")),
    }
    required = shape.get("required", [])
    if method == "GET":
        described["parameters"] += [
            _parameter(name, "query", _not_null(schema), asked, required=name in required)
            for name, schema in shape["properties"].items()
            if name not in in_path
        ]
    else:
        body = {name: value for name, value in asked.items() if name not in in_path}
        described["requestBody"] = {
            "required": any(name not in in_path for name in required),
            "content": _json(
                {"$ref": f"{_COMPONENT}{parameters_name(operation)}"}, body if example else None
            ),
        }
    return described


def _parameter(
    name: str, place: str, schema: dict[str, Any], asked: dict[str, Any], *, required: bool
) -> dict[str, Any]:
    parameter = {"name": name, "in": place, "required": required, "schema": schema}
    return parameter | ({"example": asked[name]} if name in asked else {})


def _delivery(result: dict[str, Any], example: dict[str, Any]) -> dict[str, Any]:
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
            f"{prose(receive.description)}\n\nSend the headers of the webhook's form. The body is"
            " any JSON."
        ),
        "security": [],
        "parameters": parameters,
        "requestBody": {
            "required": True,
            "content": _json({"description": "Any JSON"}, example.get("payload")),
        },
        "responses": _responses(receive, result, example.get("response")),
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
