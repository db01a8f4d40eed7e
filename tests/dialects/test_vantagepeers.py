"""What stands beside VantagePeers' transcript: work told with the messages, words for an empty
inbox, and what a key may not.
"""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from ackbox import __version__
from tests.answers import text_of, texts_of
from tests.engines import Clock
from tests.serving import Served, serving

pytestmark = pytest.mark.anyio


async def call(
    served: Served,
    tool: str,
    arguments: dict[str, Any],
    *,
    key: str | None = None,
    workspace: str = "default",
) -> list[str]:
    """The texts of a reply."""
    http = httpx2.AsyncClient(
        headers={"Authorization": f"Bearer {key or served.key}", "Ackbox-Workspace": workspace},
        timeout=30,
    )
    async with Client(
        streamable_http_client(f"{served.url}/mcp/vantagepeers", http_client=http),
        mode="2026-07-28",
    ) as client:
        told = await client.call_tool(tool, arguments)
        assert (
            told.is_error
            or text_of(told) == "No new messages."
            or told.structured_content == json.loads(text_of(told))
        )
        return texts_of(told)


def doing(total: int, entries: list[dict[str, Any]], actionable: int) -> dict[str, Any]:
    return {
        "entries": entries,
        "total": total,
        "truncated": total > len(entries),
        "actionableStuckCount": actionable,
    }


async def test_a_check_tells_what_is_in_progress_by_whom_and_since_when(database: str) -> None:
    clock = Clock()
    async with serving(database, clock=clock) as served:
        made = {}
        for title in ("Nav", "Hero", "Footer"):
            (text,) = await call(
                served,
                "create_task",
                {"title": title, "assignedTo": "tau", "priority": "low", "createdBy": "bob"},
            )
            made[title] = json.loads(text)["taskId"]
        await call(served, "start_task", {"taskId": made["Nav"]})
        clock.pass_s(86_000)
        await call(served, "start_task", {"taskId": made["Hero"]})
        clock.pass_s(600)
        nav, hero = (
            {"taskId": made[title], "title": title, "age": age}
            for title, age in (("Nav", 86_600_000), ("Hero", 600_000))
        )
        rows, beside = await call(served, "check_messages", {"recipient": "tau", "limit": 50})
        assert [row["content"].partition("\n")[0] for row in json.loads(rows)] == [
            "Nav",
            "Hero",
            "Footer",
        ]
        assert json.loads(beside) == {
            "staleInProgress": [nav],
            "stuckInProgress": doing(2, [hero, nav], 1),
            "peersStuckOnYou": doing(0, [], 0),
        }
        await served.app.call(
            "workspace.settings", {"empty_inbox_text": "No new messages."}, credential=served.key
        )
        rows, beside = await call(served, "check_messages", {"recipient": "bob"})
        assert (rows, json.loads(beside)) == (
            "[]",
            {
                "staleInProgress": [],
                "stuckInProgress": doing(0, [], 0),
                "peersStuckOnYou": doing(2, [hero, nav], 1),
            },
        )
        await call(served, "complete_task", {"taskId": made["Nav"], "completionNote": "done"})
        await call(served, "complete_task", {"taskId": made["Hero"], "completionNote": "done"})
        assert len(await call(served, "check_messages", {"recipient": "bob"})) == 1


async def test_an_empty_inbox_says_what_the_workspace_wants_it_to(database: str) -> None:
    async with serving(database) as served:
        assert await call(served, "check_messages", {"recipient": "bob"}) == ["[]"]
        for text, said in (("No new messages.", ["No new messages."]), ("", ["[]"])):
            await served.app.call(
                "workspace.settings", {"empty_inbox_text": text}, credential=served.key
            )
            assert await call(served, "check_messages", {"recipient": "bob"}) == said
        await served.app.call(
            "workspace.settings", {"empty_inbox_text": "No new messages."}, credential=served.key
        )
        assert (
            await served.app.call("inbox.check", {"agent": "bob"}, credential=served.key)
        ).notice == "No new messages."
        await call(served, "send_message", {"from": "alice", "channel": "bob", "content": "x"})
        (rows,) = await call(served, "check_messages", {"recipient": "bob"})
        assert [row["content"] for row in json.loads(rows)] == ["x"]
        assert await call(
            served, "check_messages", {"recipient": "bob", "tenantId": "elsewhere"}
        ) == ["No new messages."]


async def test_a_key_is_told_in_the_systems_words_what_it_may_not(database: str) -> None:
    async with serving(database) as served:
        await served.app.call("workspace.create", {"name": "other"}, credential=served.key)
        keys = {
            kind: (
                (
                    await served.app.call(
                        "key.create", {"name": "bob", "kind": kind}, credential=served.key
                    )
                ).key
            )
            for kind in ("agent", "read-only")
        }
        message = {"channel": "alice", "content": "x"}
        assert await call(
            served, "send_message", {"from": "alice", **message}, key=keys["agent"]
        ) == ["Error: RBAC_DENIED: This key speaks as 'bob', not as 'alice'."]
        (refused,) = await call(
            served, "send_message", {"from": "bob", **message}, key=keys["read-only"]
        )
        assert refused.startswith("Error: AUTH_NAMESPACE_DENIED: ")
        for workspace in ("other", "nowhere"):
            (refused,) = await call(
                served,
                "send_message",
                {"from": "bob", **message},
                key=keys["agent"],
                workspace=workspace,
            )
            assert refused == f"Error: AUTH_NAMESPACE_DENIED: There is no workspace {workspace!r}."
        prefixes = [
            json.loads((await call(served, "whoami", {}, key=key))[0]) for key in keys.values()
        ]
        assert [
            (each["namespaceReadPrefixes"], each["namespaceWritePrefixes"]) for each in prefixes
        ] == [(["default"], ["default"]), (["default"], [])]


async def test_one_shared_key_with_a_name_starts_and_finishes_the_tasks_of_others(
    database: str,
) -> None:
    async with serving(database) as served:
        shared = await served.app.call(
            "key.create", {"name": "shared", "may_speak_as": ["*"]}, credential=served.key
        )
        asked = {"title": "Nav", "assignedTo": "alice", "priority": "high", "createdBy": "bob"}
        (made,) = await call(served, "create_task", asked, key=shared.key)
        task = {"taskId": json.loads(made)["taskId"]}
        states = [
            json.loads((await call(served, tool, {**task, **more}, key=shared.key))[0])["status"]
            for tool, more in (
                ("start_task", {}),
                ("block_task", {"reason": "waits"}),
                ("complete_task", {"completionNote": "PR #47"}),
            )
        ]
        assert states == ["in_progress", "blocked", "done"]
        assert await call(
            served,
            "send_message",
            {"from": "system", "channel": "alice", "content": "x"},
            key=shared.key,
        ) == [
            '{"code":"INVALID_ARGUMENTS","message":"\'system\' is a reserved word, not a name.",'
            '"path":"from","hint":"Choose another name."}'
        ]


@pytest.mark.parametrize("path", ["/health", "/mcp/vantagepeers/health"])
async def test_a_check_of_the_server_finds_its_version_beside_its_address(path: str) -> None:
    async with serving("sqlite:///:memory:") as served, httpx2.AsyncClient() as http:
        told = await http.get(served.url + path)
    assert (told.status_code, told.json()) == (200, {"status": "ok", "version": __version__})


async def test_oauth_is_found_at_the_documented_addresses_and_needs_an_address() -> None:
    async with serving("sqlite:///:memory:") as served, httpx2.AsyncClient() as http:
        resource = (
            await http.get(f"{served.url}/.well-known/oauth-protected-resource/mcp/vantagepeers")
        ).json()
        issuer = (await http.get(f"{served.url}/.well-known/oauth-authorization-server")).json()
        refused = await http.post(issuer["registration_endpoint"], json={"redirect_uris": []})
    assert resource["authorization_servers"] == [issuer["issuer"]] == [served.url]
    assert [issuer[f"{name}_endpoint"] for name in ("authorization", "token", "registration")] == [
        f"{served.url}/{path}" for path in ("authorize", "token", "register")
    ]
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_redirect_uri")
