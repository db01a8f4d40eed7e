"""The MCP endpoints are loaded with the first request that has a valid key, and not before."""

from __future__ import annotations

import asyncio
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ackbox.dialects import DIALECTS
from ackbox.faces.mcp.late import KEY_HEADERS
from tests.command import Command
from tests.serving import serving

pytestmark = pytest.mark.anyio
OPEN = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}


@pytest.fixture
def ackbox(tmp_path: Path) -> Iterator[Command]:
    command = Command(tmp_path)
    yield command
    command.stop()


def ask(url: str, key: str | None, path: str = "/mcp") -> int:
    """Return the status of a request that opens a session."""
    request = urllib.request.Request(
        url + path,
        msgspec.json.encode(OPEN),
        {
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
            **({} if key is None else {"Authorization": f"Bearer {key}"}),
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def has_sdk(server: dict[str, Any]) -> bool:
    """Whether the process has loaded what only the MCP SDK needs."""
    return "pydantic_core" in Path(f"/proc/{server['pid']}/maps").read_text()


def test_only_a_request_with_a_valid_key_loads_them(ackbox: Command) -> None:
    server = ackbox.start()
    key = (ackbox.data / "operator.key").read_text().strip()
    ackbox.json("--as", "ana", "send", "bob", "hello")
    refused = [ask(server["url"], None), ask(server["url"], "abx_wrong")]
    assert (refused, has_sdk(server)) == ([401, 401], False)
    assert (ask(server["url"], key), has_sdk(server)) == (200, True)


async def test_first_requests_at_once_to_every_endpoint_are_all_answered(database: str) -> None:
    async with serving(database) as served:
        statuses = await asyncio.gather(
            *(
                asyncio.to_thread(ask, served.url, served.key, path)
                for path in KEY_HEADERS
                for _ in range(3)
            )
        )
    assert list(KEY_HEADERS) == ["/mcp", *(f"/mcp/{each.name}" for each in DIALECTS)]
    assert statuses == [200] * 3 * len(KEY_HEADERS)


async def test_a_server_ends_without_a_request_to_them(database: str) -> None:
    async with serving(database):
        pass


async def test_endpoints_that_cannot_be_loaded_are_an_error_with_a_hint(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # What a broken installation looks like to the import system.
    monkeypatch.setitem(sys.modules, "ackbox.faces.mcp.endpoint", None)
    async with serving("sqlite://:memory:") as served:
        statuses = [await asyncio.to_thread(ask, served.url, served.key) for _ in range(2)]
        assert statuses == [503, 503]
