"""What a key may do over a dialect, and what is said when it may not."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from tests.answers import text_of
from tests.serving import Served, serving

pytestmark = pytest.mark.anyio


async def call(served: Served, key: str, tool: str, **arguments: Any) -> tuple[bool, str]:
    http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=30)
    async with Client(
        streamable_http_client(f"{served.url}/mcp/vantagepeers", http_client=http),
        mode="2026-07-28",
    ) as client:
        told = await client.call_tool(tool, arguments)
        return told.is_error, text_of(told)


async def test_an_agents_key_acts_as_its_own_name_only(database: str) -> None:
    async with serving(database) as served:
        made = await served.app.call(
            "key.create", {"kind": "agent", "name": "alice"}, credential=served.key
        )
        await call(
            served,
            served.key,
            "send_message",
            **{"from": "tau", "channel": "alice,bob", "content": "hello"},
        )
        own = json.loads((await call(served, made.key, "check_messages", recipient="alice"))[1])[0][
            "receiptId"
        ]
        other = json.loads((await call(served, served.key, "check_messages", recipient="bob"))[1])[
            0
        ]["receiptId"]
        denied = (True, "Error: RBAC_DENIED: This key speaks as 'alice', not as 'bob'.")
        assert await call(served, made.key, "check_messages", recipient="bob") == denied
        assert (
            await call(
                served,
                made.key,
                "send_message",
                **{"from": "bob", "channel": "alice", "content": "x"},
            )
            == denied
        )
        marked = await call(served, made.key, "mark_as_read", receiptIds=[own, other])
        assert marked == (
            False,
            json.dumps({"markedAsRead": 1, "_ext": {"notFound": [other]}}, separators=(",", ":")),
        )


async def test_where_unknown_names_are_refused_nothing_is_stored(database: str) -> None:
    async with serving(database) as served:
        await served.app.call("workspace.settings", {"unknown": "refuse"}, credential=served.key)
        await call(served, served.key, "check_messages", recipient="alice")
        refused = await call(
            served,
            served.key,
            "send_message",
            **{"from": "bob", "channel": "alice,nobody", "content": "x"},
        )
        assert refused == (
            True,
            "Error: INVALID_RECIPIENTS: There is no agent called 'nobody' yet.",
        )
        assert await call(served, served.key, "check_messages", recipient="alice") == (False, "[]")


async def test_the_longest_text_is_taken_and_one_character_more_names_tool_size_and_limit(
    database: str,
) -> None:
    async with serving(database) as served:
        taken = await call(
            served,
            served.key,
            "send_message",
            **{"from": "bob", "channel": "alice", "content": "é" * 50_000},
        )
        refused = await call(
            served,
            served.key,
            "send_message",
            **{"from": "bob", "channel": "alice", "content": "é" * 50_001},
        )
        assert taken[0] is False
        assert refused == (
            True,
            "Error: send_message: `content` has 50,001 characters; at most 50,000 are allowed.",
        )
        read = json.loads((await call(served, served.key, "check_messages", recipient="alice"))[1])
        assert [each["content"] for each in read] == ["é" * 50_000]
