"""Tool schemas of every endpoint, checked against what hosts of models accept: Gemini and
Vertex, OpenAI, VS Code.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from ackbox.dialects import DIALECTS
from ackbox.faces.http.schema import input_schema
from ackbox.faces.mcp.more import More
from ackbox.ops.access import ALLOWED
from ackbox.ops.table import OPERATIONS
from tests.serving import Served, serving

pytestmark = pytest.mark.anyio
ENDPOINTS = ["/mcp", *(f"/mcp/{dialect.name}" for dialect in DIALECTS)]
# Words that all three take. Vertex knows no others in a function's declaration.
TAKEN = {
    "type",
    "description",
    "enum",
    "items",
    "properties",
    "required",
    "default",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "minLength",
    "maxLength",
}
TYPES = {"string", "integer", "number", "boolean", "array", "object"}


def faults(schema: dict[str, Any], place: str) -> Iterator[str]:
    """What a host would refuse of a schema."""
    if unknown := set(schema) - TAKEN:
        yield f"{place}: {sorted(unknown)}"
    if schema.get("type") not in TYPES:
        yield f"{place}: type {schema.get('type')!r}"
    if "enum" in schema and (
        schema.get("type") != "string" or not all(isinstance(word, str) for word in schema["enum"])
    ):
        yield f"{place}: enum of other than text"
    if schema.get("type") == "array" and "items" not in schema:
        yield f"{place}: array without items"
    if missing := set(schema.get("required", [])) - set(schema.get("properties", {})):
        yield f"{place}: requires {sorted(missing)}, which it has not"
    if "default" in schema and schema["default"] is None:
        yield f"{place}: null by default"
    if "items" in schema:
        yield from faults(schema["items"], f"{place}[]")
    for name, field in schema.get("properties", {}).items():
        yield from faults(field, f"{place}.{name}")


def client(served: Served, path: str, key: str) -> Client:
    http = httpx2.AsyncClient(
        headers={"Authorization": f"Bearer {key}", "Ackbox-Agent": "ana"}, timeout=60
    )
    return Client(streamable_http_client(f"{served.url}{path}", http_client=http), mode="legacy")


async def test_hosts_accept_every_tool_of_every_endpoint(tmp_path: Path) -> None:
    found, bare = list[str](), list[str]()
    first: dict[str, list[str]] = {}
    async with serving(f"sqlite:///{tmp_path}/ackbox.db") as served:
        for path in ENDPOINTS:
            async with client(served, path, served.key) as it:
                for tool in (await it.list_tools()).tools:
                    found += faults(tool.input_schema, f"{path} {tool.name}")
                    if (
                        not tool.title
                        or not tool.description
                        or tool.annotations is None
                        or tool.annotations.open_world_hint is not False
                    ):
                        bare.append(f"{path} {tool.name}")
                    if tool.meta == {"anthropic/alwaysLoad": True}:
                        first.setdefault(path, []).append(tool.name)
    assert (found, bare, first) == ([], [], {"/mcp": ["send", "inbox", "wait"]})


def test_what_more_explains_is_such_a_schema_too() -> None:
    assert [
        fault
        for name in More("more", "", frozenset()).operations
        for fault in faults(input_schema(OPERATIONS[name].params), name)
    ] == []


async def test_a_tool_only_reads_when_all_that_it_may_do_reads(tmp_path: Path) -> None:
    async with serving(f"sqlite:///{tmp_path}/ackbox.db") as served:
        reading = (
            await served.app.call(
                "key.create", {"name": "rob", "kind": "read-only"}, credential=served.key
            )
        ).key
        told = {}
        for name, key in (("all", served.key), ("reading", reading)):
            http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=60)
            async with Client(
                streamable_http_client(f"{served.url}/mcp", http_client=http), mode="legacy"
            ) as it:
                told[name] = {
                    tool.name: tool.annotations
                    for tool in (await it.list_tools()).tools
                    if tool.annotations is not None
                }
    assert ALLOWED["read-only"] == {"read"}
    assert {name for name, each in told["all"].items() if each.read_only_hint} == {
        "thread",
        "history",
        "message_status",
        "who",
    }
    assert {
        name
        for name, each in told["all"].items()
        if each.destructive_hint is not False and not each.read_only_hint
    } == {"more"}
    assert all(each.read_only_hint for each in told["reading"].values())
