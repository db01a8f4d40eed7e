"""The reference: the OpenAPI document as a page for people.

Every operation with its fields, an example call with its response, and its errors. Explained in
docs/reference/rest.md.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from ackbox import __version__
from ackbox.faces.http.reply import JSON
from ackbox.faces.http.wire import encode
from ackbox.faces.rest.openapi import document
from ackbox.model.signature import FORMS
from ackbox.ops.table import Call

SAFE = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none';"
        " form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script';"
        " trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_SCHEMAS = "#/components/schemas/"
_RESPONSES = "#/components/responses/"


class Field(msgspec.Struct, frozen=True):
    """One line of a table: a parameter, or a field of a body or response."""

    name: str
    place: str
    kind: str
    meaning: str
    is_required: bool


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One operation as the page shows it."""

    id: str
    tag: str
    method: str
    path: str
    paragraphs: list[str]
    fields: list[Field]
    call: str
    status: str
    result: str
    result_fields: list[Field]
    response: str
    errors: list[tuple[str, str]]


def routes() -> list[Route]:
    """Return the routes of the document and of the page; both are open to everybody."""

    async def described(_: Request) -> Response:
        # The first is made in a thread: it takes longer than any other request may.
        return Response(await run_in_threadpool(_encoded), media_type=JSON)

    async def shown(_: Request) -> Response:
        return HTMLResponse(await run_in_threadpool(page), headers=SAFE)

    def part(name: str, media_type: str) -> Route:
        content = (files("ackbox.faces.rest") / "templates" / name).read_bytes()

        async def endpoint(_: Request) -> Response:
            return Response(content, media_type=media_type, headers=SAFE)

        return Route(f"/{name}", endpoint)

    return [
        Route("/openapi.json", described),
        Route("/reference", shown),
        part("reference.css", "text/css"),
        part("reference.js", "text/javascript"),
    ]


@functools.cache
def _encoded() -> bytes:
    return encode(document())


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
    whole = document()
    entries = [
        _entry(whole, method, path, described)
        for path, methods in whole["paths"].items()
        for method, described in methods.items()
    ]
    return environment.get_template("reference.html").render(
        tags=[tag["name"] for tag in whole["tags"]], entries=entries, version=__version__
    )


def _entry(whole: dict[str, Any], method: str, path: str, described: dict[str, Any]) -> Entry:
    body = described.get("requestBody", {}).get("content", {}).get(JSON, {})
    status, answer = next(iter(described["responses"].items()))
    content = answer["content"][JSON]
    name = content["schema"].get("$ref", "").removeprefix(_SCHEMAS)
    fields = [
        Field(
            each["name"],
            each["in"],
            _kind(each["schema"]),
            _meaning(each["schema"]),
            each["required"],
        )
        for each in described["parameters"]
    ] + _fields(whole, body.get("schema", {}), "body")
    return Entry(
        id=described["operationId"],
        tag=described["tags"][0],
        method=method.upper(),
        path=path,
        paragraphs=described["description"].split("\n\n"),
        # Required fields first; last what nearly every operation takes.
        fields=sorted(
            fields, key=lambda each: (not each.is_required, each.name in Call.__struct_fields__)
        ),
        call=_call(described, method, path, body.get("example")),
        status=status,
        result=name,
        result_fields=_fields(whole, content["schema"], "response"),
        response=_pretty(content["example"]) if "example" in content else "",
        errors=[
            (code, each["description"])
            for code, each in described["responses"].items()
            if "$ref" in each
        ],
    )


def _fields(whole: dict[str, Any], schema: dict[str, Any], place: str) -> list[Field]:
    """Return the fields of an object that the document has by name."""
    if "$ref" not in schema:
        return []
    found = whole["components"]["schemas"][schema["$ref"].removeprefix(_SCHEMAS)]
    return [
        Field(name, place, _kind(each), _meaning(each), name in found.get("required", []))
        for name, each in found["properties"].items()
    ]


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
    if schema.get("format") == "date-time":
        return "time"
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


def _pretty(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def _call(described: dict[str, Any], method: str, path: str, body: Any) -> str:
    """Return a curl command that calls this operation with its example."""
    data = [] if body is None else [f"  -d {_quoted(_pretty(body) if body else '{}')}"]
    if described.get("security") == []:
        headers = [f"  -H '{name}: …'" for name in FORMS["standard"].headers]
        return " \\\n".join([f'curl "$ACKBOX_URL{path}"', *headers, *data])
    given: Mapping[str, Any] = {
        each["name"]: each["example"] for each in described["parameters"] if "example" in each
    }
    inside = {name: value for name, value in given.items() if f"{{{name}}}" in path}
    query = urlencode([(name, value) for name, value in given.items() if name not in inside])
    verb = "" if method in ("get", "post") else f"-X {method.upper()} "
    url = path.format(**inside) if inside else path
    head = f'curl {verb}"$ACKBOX_URL{url}{f"?{query}" if query else ""}"'
    return " \\\n".join([head, '  -H "Authorization: Bearer $ACKBOX_KEY"', *data])


def _quoted(text: str) -> str:
    """Return text as one word of a shell."""
    escaped = text.replace("'", "'\\''")
    return f"'{escaped}'"
