"""Every MCP tool with arguments nobody would send: always an answer a model can act on, never a
fault of ours.
"""

from __future__ import annotations

import os
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from ackbox.faces.http.schema import input_schema
from ackbox.faces.mcp.native import TOOLS
from ackbox.ops.table import OPERATIONS
from tests.answers import text_of
from tests.serving import serving

CALLS = int(os.environ.get("ACKBOX_FUZZ_CALLS", "240"))

text = st.text(max_size=60) | st.sampled_from(
    [
        "",
        "*",
        "user",
        "bob",
        "bob/x",
        ",",
        "/",
        "\0",
        "\u202e",
        "x" * 300,
        "0" * 32,
        "-1",
        "2026-01-01",
        "99999-99",
    ]
)
value = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=12,
)


def fitting(schema: dict[str, Any]) -> Any:
    """Values of a field's own type, for calls that get past its shape."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    return {
        "integer": st.integers(-2, 300),
        "number": st.floats(-1, 60),
        "string": text,
        "boolean": st.booleans(),
        "array": st.lists(text, max_size=4),
        "object": st.dictionaries(text, value, max_size=3),
    }.get(str(schema.get("type")), value)


def calls() -> Any:
    """A tool, and arguments: some as its schema says, some not, some that it does not have."""

    def arguments(tool: Any, operation: str) -> Any:
        fields = input_schema(OPERATIONS[operation].params)["properties"]
        own = st.fixed_dictionaries(
            {},
            optional={
                field: fitting(schema) | value
                for field, schema in fields.items()
                if field != "wait_s"
            },
        )
        return st.tuples(
            st.just(tool.name),
            st.builds(
                lambda known, strange: tool.arguments(operation, {**strange, **known}),
                own,
                st.dictionaries(text, value, max_size=1),
            ),
        )

    every = [(tool, operation) for tool in TOOLS for operation in tool.operations]
    return st.sampled_from(every).flatmap(lambda each: arguments(*each))


@pytest.mark.anyio
@pytest.mark.timeout(3600)
async def test_no_call_breaks_a_tool() -> None:
    asked: list[tuple[str, dict[str, Any]]] = []

    @settings(max_examples=CALLS, database=None, deadline=None)
    @given(calls())
    def collect(call: tuple[str, dict[str, Any]]) -> None:
        asked.append(call)

    collect()
    faults = []
    async with serving("sqlite://:memory:") as served:
        http = httpx2.AsyncClient(
            headers={"Authorization": f"Bearer {served.key}", "Ackbox-Agent": "ana"}, timeout=60
        )
        async with Client(
            streamable_http_client(f"{served.url}/mcp", http_client=http), mode="legacy"
        ) as client:
            for name, arguments in asked:
                wait = {"wait_s": 0} if name in ("wait", "ask") else {}
                result = await client.session.call_tool(name, {**arguments, **wait})
                said = text_of(result)
                if "Traceback" in said or (
                    result.is_error and result.structured_content["error"]["code"] == "unavailable"
                ):
                    faults.append((name, arguments, said[:200]))
    assert faults == []
    assert len(asked) >= CALLS
