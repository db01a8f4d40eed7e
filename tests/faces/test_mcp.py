"""MCP over HTTP with the Python SDK's client, in both protocol eras, against a real server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from tests.answers import data, facts, messages, text_of
from tests.serving import Served, serving

pytestmark = pytest.mark.anyio


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(f"sqlite:///{tmp_path}/ackbox.db") as it:
        yield it


def client(served: Served, agent: str, mode: str) -> Client:
    http = httpx2.AsyncClient(
        headers={"Authorization": f"Bearer {served.key}", "Ackbox-Agent": agent}, timeout=30
    )
    return Client(streamable_http_client(f"{served.url}/mcp", http_client=http), mode=mode)


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_two_agents_write_read_and_acknowledge(served: Served, mode: Any) -> None:
    async with client(served, "ana", mode) as ana, client(served, "bob", mode) as bob:
        names = [tool.name for tool in (await ana.list_tools()).tools]
        assert names == [
            "send",
            "inbox",
            "mark",
            "thread",
            "history",
            "message_status",
            "ask",
            "wait",
            "who",
            "checkin",
            "task",
            "more",
        ]
        sent = facts(text_of(await ana.call_tool("send", {"to": "bob", "body": "hello"})))
        read = await bob.call_tool("inbox", {})
        assert [letter["body"] for letter in messages(text_of(read))] == ["hello"]
        await bob.call_tool("mark", {"mark": "acknowledged", "ids": [sent["id"]]})
        status = data(text_of(await ana.call_tool("message_status", {"id": sent["id"]})))
        assert [(one["agent"], one["state"]) for one in status["receipts"]] == [
            ("bob", "acknowledged")
        ]


async def test_a_fault_is_a_tool_result_that_says_what_to_do(served: Served) -> None:
    async with client(served, "ana", "legacy") as ana:
        refused = await ana.call_tool("send", {"to": "bob", "bodi": "hello"})
    assert refused.is_error
    assert refused.structured_content["error"]["details"] == {"field": "bodi", "near": ["body"]}
