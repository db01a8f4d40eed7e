"""The OpenAPI document: names that programmers can use, examples that are true, types for all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from ackbox import errors
from ackbox.faces.rest.openapi import document, examples
from ackbox.faces.rest.reference import page
from ackbox.faces.rest.routes import where
from ackbox.faces.rest.schema_names import PARAMETERS, STRUCTS
from ackbox.ops.raised import prose, refusals
from ackbox.ops.table import OPERATIONS
from tools.examples import record

pytestmark = pytest.mark.anyio
# Their examples would be keys and signatures, which only a member's machine can make.
SEALED = {
    "message.transcript",
    "roster.get",
    "roster.append",
    "roster.request",
    "roster.requests",
    "share.add",
    "share.list",
    "text.list",
    "text.put",
}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
# Words that say what happened to something, or which part of Python something is.
NO_NOUNS = re.compile(r"\.|_|^(Get|Post|Past|Line|Head|Pair|Search|Status|End|Found|Kept)$")
CLASSES = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.AckboxError)
}


def described() -> Iterator[tuple[str, dict[str, Any]]]:
    for methods in document()["paths"].values():
        for each in methods.values():
            yield each["operationId"], each


def schemas() -> dict[str, Any]:
    found: dict[str, Any] = document()["components"]["schemas"]
    return found


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = schemas()[schema["$ref"].rpartition("/")[2]] | {
            key: value for key, value in schema.items() if key != "$ref"
        }
    return schema


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema inside one, itself included."""
    if isinstance(schema, dict):
        yield schema
        for each in schema.values():
            yield from parts(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from parts(each)


def test_names_of_schemas_are_nouns_and_name_nothing_of_python() -> None:
    assert [name for name in schemas() if NO_NOUNS.search(name)] == []
    # A result whose struct is named after what happened needs a noun in STRUCTS.
    assert [
        name
        for name in schemas()
        if re.fullmatch(r"[A-Z][a-z]+([^e]ed|en|own)", name) and name not in STRUCTS.values()
    ] == []
    assert set(PARAMETERS) - set(OPERATIONS) == set()


def test_bodies_are_referred_to_by_name_and_every_result_is_typed() -> None:
    untyped = []
    for name, each in described():
        if name == "webhook.deliver":
            continue
        body = each.get("requestBody", {}).get("content", {}).get("application/json")
        result = next(iter(each["responses"].values()))["content"]["application/json"]["schema"]
        if (body is not None and set(body["schema"]) != {"$ref"}) or set(result) != {"$ref"}:
            untyped.append(name)
    assert untyped == []
    assert [
        name
        for name, schema in schemas().items()
        for part in parts(schema)
        if part.get("type") == "array" and "items" not in part
    ] == []


def test_the_document_says_where_servers_are_and_shows_every_operation_by_an_example() -> None:
    assert [server["url"] for server in document()["servers"]] == ["/", "http://127.0.0.1:7717"]
    assert {
        name
        for name, each in described()
        if "example" not in next(iter(each["responses"].values()))["content"]["application/json"]
    } == SEALED
    assert set(examples()) == set(OPERATIONS) - SEALED


def mismatches(value: Any, schema: dict[str, Any], place: str) -> Iterator[str]:
    """Where a value and its schema differ in type, or in what is a time."""
    schema = resolved(schema)
    if "anyOf" in schema:
        choices = [list(mismatches(value, each, place)) for each in schema["anyOf"]]
        if all(choices):
            yield from choices[0]
        return
    kinds: dict[str, Any] = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "number": int | float,
        "boolean": bool,
        "null": type(None),
    }
    kind = schema.get("type")
    if kind is not None and not isinstance(value, kinds[kind]):
        yield f"{place}: {value!r} is no {kind}"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{place}: {value!r} is not in {schema['enum']}"
    elif isinstance(value, str) and kind == "string":
        if (TIME.fullmatch(value) is not None) != (schema.get("format") == "date-time"):
            yield f"{place}: {value!r} is a time, or is described as one"
    elif isinstance(value, list):
        for each in value:
            yield from mismatches(each, schema.get("items", {}), f"{place}[]")
    elif isinstance(value, dict) and "properties" in schema:
        for name in {*schema.get("required", []), *value}:
            if name not in value or name not in schema["properties"]:
                yield f"{place}.{name}"
            else:
                yield from mismatches(value[name], schema["properties"][name], f"{place}.{name}")


def test_every_example_has_the_types_that_are_described_and_every_time_says_so() -> None:
    found = list[str]()
    for name, each in described():
        for content in (
            each.get("requestBody", {}).get("content", {}),
            next(iter(each["responses"].values()))["content"],
        ):
            for body in content.values():
                found += (
                    mismatches(body["example"], body["schema"], name) if "example" in body else []
                )
    assert found == []


def shape(value: Any) -> Any:
    """What stays of an answer on every machine: its fields, and the types in them."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shape(each) for each in value]
    return type(value).__name__


async def test_the_examples_are_what_the_operations_answer() -> None:
    assert shape(await record()) == shape(examples()), "run `make docs`"


@cache
def texts() -> list[str]:
    return [
        str(part["description"])
        for part in parts(document())
        if isinstance(part.get("description"), str)
    ]


def test_descriptions_name_codes_and_no_classes_and_no_files() -> None:
    named = re.compile(rf"\b({'|'.join(CLASSES - {'NotFound', 'Invalid', 'Conflict'})})\b|Raises ")
    assert [text for text in texts() if named.search(text) or "Source:" in text] == []
    assert [text for text in texts() if "docs/" in text] == []


def test_every_operation_lists_its_own_codes() -> None:
    answers = {name: each["responses"] for name, each in described()}
    for operation in OPERATIONS.values():
        for refusal in refusals(operation):
            answer = answers[operation.name][str(refusal.error.status)]
            assert f"`{refusal.error.code}`" in answer["description"], operation.name
    assert [name for name, each in answers.items() if "422" in each] == [
        operation.name
        for operation in by_path()
        if any(each.error.status == 422 for each in refusals(operation))
    ] + ["webhook.deliver"]
    assert answers["message.send"]["409"]["description"].count("`loop_guard`") == 1
    assert prose("Do it.\n\nTwice.\n\nRaises Invalid.\nSource: x.") == "Do it.\n\nTwice."


def by_path() -> list[Any]:
    return [
        OPERATIONS[name]
        for methods in document()["paths"].values()
        for each in methods.values()
        for name in [each["operationId"]]
        if name in OPERATIONS
    ]


def test_the_reference_shows_required_fields_first_and_a_call_with_its_response() -> None:
    section = page().partition('<section id="message.send">')[2].partition("</section>")[0]
    names = re.findall(r"<tr><td><code>(\w+)</code>( <em>required)?", section)
    assert names[:2] == [("body", " <em>required"), ("to", "")]
    assert [name for name, _ in names].index("session") > names.index(("unknown", ""))
    assert "Response 201 <code>SentMessage</code>" in section
    assert "&#34;thread&#34;: &#34;" in section and "&#34;idempotency_key&#34;" in section
    assert "curl &#34;$ACKBOX_URL/v1/messages&#34; \\\n  -H &#34;Authorization: Bearer" in section
    assert where(OPERATIONS["message.send"]) == ("POST", "/v1/messages")
