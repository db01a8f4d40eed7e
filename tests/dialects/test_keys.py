"""What a key may do over a dialect, and what is said when it may not."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from ackbox.dialects import DIALECTS
from ackbox.dialects.golemxv.dialect import GOLEMXV
from ackbox.errors import Invalid
from ackbox.faces.mcp.native import Native
from tests.answers import text_of
from tests.serving import Served, serving

pytestmark = pytest.mark.anyio


def connected(served: Served, mode: Any, headers: dict[str, str]) -> Client:
    http = httpx2.AsyncClient(headers=headers, timeout=30)
    return Client(streamable_http_client(f"{served.url}/mcp", http_client=http), mode=mode)


async def call(served: Served, key: str, tool: str, **arguments: Any) -> tuple[bool, str]:
    http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=30)
    async with Client(
        streamable_http_client(f"{served.url}/mcp/vantagepeers", http_client=http),
        mode="2026-07-28",
    ) as client:
        told = await client.call_tool(tool, arguments)
        return told.is_error, text_of(told)


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_a_key_with_a_dialect_gets_its_tools_and_prompts_at_mcp(
    database: str, mode: Any
) -> None:
    async with serving(database) as served:
        names: list[str | None] = [None, *(dialect.name for dialect in DIALECTS)]
        keys = {
            name: await served.app.call(
                "key.create", {"name": "ana", "dialect": name}, credential=served.key
            )
            for name in names
        }
        found = {}
        for name, key in keys.items():
            async with connected(served, mode, {"Authorization": f"Bearer {key.key}"}) as client:
                found[name] = [tool.name for tool in (await client.list_tools()).tools]
        assert found == {
            None: [tool.name for tool in Native().offered()],
        } | {dialect.name: [tool.name for tool in dialect.tools] for dialect in DIALECTS}
        async with connected(served, mode, {"X-API-Key": keys["golemxv"].key}) as client:
            told = await client.call_tool("checkin", {"agent_name": "ana"})
            assert (told.is_error, told.structured_content["agent_name"]) == (False, "ana")
            assert "msg" in [each.name for each in (await client.list_prompts()).prompts]


async def connected_tools(served: Served, key: str) -> list[str]:
    async with connected(served, "legacy", {"Authorization": f"Bearer {key}"}) as client:
        return [tool.name for tool in (await client.list_tools()).tools]


async def test_a_new_key_in_place_of_another_keeps_its_dialect(database: str) -> None:
    async with serving(database) as served:
        made = await served.app.call(
            "key.create", {"name": "ana", "dialect": "golemxv"}, credential=served.key
        )
        new = await served.app.call("key.rotate", {"id": made.id}, credential=served.key)
        listed = (await served.app.call("key.list", {}, credential=served.key)).keys
        assert [key.dialect for key in listed if key.agent == "ana"] == ["golemxv", "golemxv"]
        assert await connected_tools(served, new.key) == [tool.name for tool in GOLEMXV.tools]


async def test_an_unknown_dialect_makes_no_key(database: str) -> None:
    async with serving(database) as served:
        with pytest.raises(Invalid, match="Unknown dialect 'golem'") as refused:
            await served.app.call(
                "key.create", {"name": "ana", "dialect": "golem"}, credential=served.key
            )
        assert refused.value.hint == (
            "Use one of: claudepeers, exovault, golemxv, kavi, superportia, vantagepeers."
        )
        assert not [
            key
            for key in (await served.app.call("key.list", {}, credential=served.key)).keys
            if key.agent == "ana"
        ]


async def test_the_header_of_a_dialect_carries_a_key_to_the_native_endpoints(
    database: str,
) -> None:
    async with serving(database) as served:
        made = await served.app.call("key.create", {"name": "ana"}, credential=served.key)
        async with connected(served, "2026-07-28", {"X-API-Key": made.key}) as client:
            told = await client.call_tool("checkin", {})
            assert (told.is_error, "ana" in text_of(told)) == (False, True)
        address = served.url.replace("http", "ws") + "/ws"
        async with connect(address, additional_headers={"X-API-Key": made.key}) as socket:
            await socket.send('{"id": 1, "op": "agent.whoami", "params": {}}')
            assert json.loads(await socket.recv())["result"]["agent"] == "ana"
        with pytest.raises(InvalidStatus):
            async with connect(address, additional_headers={"X-API-Key": "abx_agt_wrong"}):
                pass


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
