"""The SDKs' own clients against a server that restarts, and a client of an SDK that stops
waiting before the server does.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio.to_thread
import httpx2
import pytest
from mcp import MCPError
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from ackbox.client.http import HttpCaller
from ackbox.client.running import read_operator_key
from tests.answers import text_of
from tests.command import Command
from tests.npm import WITH_INSTALL_S, install

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(WITH_INSTALL_S)]
SCRIPTS = Path(__file__).parents[1] / "ts"
LINES = [("v1", "legacy"), ("v2", "legacy"), ("v2", "2026-07-28")]


class Server:
    """A server in a process of its own, on one port through restarts."""

    def __init__(self, where: Path) -> None:
        self.command = Command(where)
        self.url = str(self.command.up()["url"])
        self.key = str(self.command.json("key", "create", "--agent", "bob")["key"])
        self._operator = read_operator_key(self.command.data)

    def call(self, operation: str, **params: Any) -> Any:
        return HttpCaller(self.url, self._operator).call(operation, params)

    def send(self, body: str) -> str:
        return str(self.call("message.send", agent="ana", to="bob", body=body)["id"])

    def restart(self) -> None:
        self.command.stop()
        self.command.json("up", "--port", self.url.rpartition(":")[2], "--detach", "--no-open")

    def until_nobody_waits(self) -> None:
        """Return when no call waits.

        Raises AssertionError after 20 seconds, which no wait of these tests takes by itself.
        """
        end = time.monotonic() + 20
        headers = {"Authorization": f"Bearer {self._operator}"}
        while "ackbox_waiting 0.0" not in httpx2.get(f"{self.url}/metrics", headers=headers).text:
            assert time.monotonic() < end, "a call still waits whose caller has gone"
            # The server counts waits and tells nobody when one ends.
            time.sleep(0.05)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    yield server
    server.command.stop()


def client(server: Server, mode: Any) -> Client:
    http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {server.key}"}, timeout=60)
    return Client(streamable_http_client(f"{server.url}/mcp", http_client=http), mode=mode)


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_a_client_of_the_python_sdk_goes_on_after_a_restart(
    server: Server, mode: Any
) -> None:
    async with client(server, mode) as bob:
        server.send("before")
        before = await bob.call_tool("inbox", {})
        server.restart()
        server.send("after")
        after = await bob.call_tool("inbox", {})
    assert [
        (read.is_error, "| before" in text_of(read), "| after" in text_of(read))
        for read in (before, after)
    ] == [(False, True, False), (False, True, True)]


@pytest.mark.parametrize(("sdk", "version"), LINES)
def test_a_client_of_the_typescript_sdk_goes_on_after_a_restart(
    server: Server, sdk: str, version: str
) -> None:
    install(SCRIPTS)
    node = shutil.which("node")
    assert node is not None
    asked = json.dumps({"sdk": sdk, "version": version, "url": server.url, "key": server.key})
    server.send("before")
    with subprocess.Popen(
        [node, "restart.mjs", asked],
        cwd=SCRIPTS,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert (
            running.stdin is not None and running.stdout is not None and running.stderr is not None
        )
        before = running.stdout.readline()
        server.restart()
        server.send("after")
        running.stdin.write("again\n")
        running.stdin.flush()
        after = running.stdout.readline()
        assert running.wait(timeout=60) == 0, running.stderr.read()
    assert [("| before" in text, "| after" in text) for text in (before, after)] == [
        (True, False),
        (True, True),
    ]


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_a_wait_that_a_client_of_the_python_sdk_has_given_up_marks_nothing(
    server: Server, mode: Any
) -> None:
    async with client(server, mode) as bob:
        with pytest.raises(MCPError):
            await bob.call_tool("wait", {"wait_s": 50, "mark": "read"}, read_timeout_seconds=1)
        # In a thread: the client needs the loop to say that it no longer waits.
        await anyio.to_thread.run_sync(server.until_nobody_waits)
        ids = [server.send(f"for nobody {number}") for number in range(9)]
        states = [server.call("message.status", id=id)["receipts"][0]["state"] for id in ids]
        assert states == ["pending"] * 9
        read = await bob.call_tool("wait", {"wait_s": 50, "mark": "read"})
    assert [f"| for nobody {number}" in text_of(read) for number in range(9)] == [True] * 9
    assert [server.call("message.status", id=id)["receipts"][0]["state"] for id in ids] == [
        "read"
    ] * 9
