"""GolemXV's clients: its REST interface with one key, and its tools over MCP."""

from __future__ import annotations

from typing import Any

import httpx2
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from tests.serving import Served

SHARED = {"kind": "agent", "name": "ci", "may_speak_as": ["agent-*"]}


class Api:
    """The REST interface with one key, as GolemXV's clients call it."""

    def __init__(self, served: Served, key: str, prefix: str = "/api/v1") -> None:
        self._http = httpx2.AsyncClient(
            base_url=served.url + prefix, headers={"X-API-Key": key}, timeout=30
        )

    async def __call__(self, method: str, path: str, **given: Any) -> tuple[int, Any]:
        told = await self._http.request(
            method,
            path,
            params=given if method == "GET" else None,
            json=None if method == "GET" else given,
        )
        return told.status_code, told.json()

    async def checkin(self, **given: Any) -> str:
        status, told = await self("POST", "/checkin", **given)
        assert status == 201, told
        return str(told["data"]["session_token"])

    async def close(self) -> None:
        await self._http.aclose()


def mcp(served: Served, headers: dict[str, str]) -> Client:
    http = httpx2.AsyncClient(headers=headers, timeout=30)
    return Client(
        streamable_http_client(f"{served.url}/mcp/golemxv", http_client=http), mode="2026-07-28"
    )


async def made(served: Served, **of: Any) -> str:
    return str((await served.app.call("key.create", of, credential=served.key)).key)


def plain(row: dict[str, Any], *names: str) -> list[Any]:
    return [row[name] for name in names]
