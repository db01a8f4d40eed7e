"""S12: the MCP `inbox` tool over HTTP against an echo tool on the SDK's low-level server; server's
CPU time for a call.

Both protocol eras: one POST by itself (2026-07-28), and a session (2025-11-25).
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from functools import partial
from typing import Any

from bench import load
from bench.frame import figure, interleave, ratios
from bench.server import cpu_s, running

META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
ACCEPT = {"Accept": "application/json, text/event-stream", "Ackbox-Agent": "bob"}


def modern(server: Any) -> str:
    """Return a whole tool call that needs no session."""
    body = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "inbox", "arguments": {}, "_meta": META},
    }
    told = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": "inbox"}
    return load.request(server, "POST", "/mcp", body, {**ACCEPT, **told})


def in_session(server: Any) -> str:
    """Return a tool call in a session that has been opened for it."""
    hello = {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "bench", "version": "1"},
    }
    answer = _post(server, {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}, {})
    session = {
        "Mcp-Session-Id": answer.headers["mcp-session-id"],
        "MCP-Protocol-Version": "2025-11-25",
    }
    _post(server, {"jsonrpc": "2.0", "method": "notifications/initialized"}, session)
    body = {
        "jsonrpc": "2.0",
        "id": 2,
        "method": "tools/call",
        "params": {"name": "inbox", "arguments": {}},
    }
    return load.request(server, "POST", "/mcp", body, {**ACCEPT, **session})


def _post(server: Any, body: dict[str, Any], headers: dict[str, str]) -> Any:
    url = f"http://127.0.0.1:{server.port}/mcp"
    given = {
        "Authorization": f"Bearer {server.key}",
        "Content-Type": "application/json",
        **ACCEPT,
        **headers,
    }
    with urllib.request.urlopen(
        urllib.request.Request(url, json.dumps(body).encode(), given), timeout=30
    ) as answer:
        answer.read()
        return answer


class Echo:
    """The echo server's process."""

    key = "-"

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.echo"], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.port = int(json.loads(self.process.stdout.readline())["port"])
        self.pid = self.process.pid


def cost(server: Any, text: str, *, requests: int = 800) -> float:
    """Return the server's CPU microseconds for one call."""
    before = cpu_s(server.pid)
    load.run(server, text, connections=1, seconds=60, most=requests)
    return (cpu_s(server.pid) - before) / requests * 1e6


def main() -> None:
    echo = Echo()
    try:
        with running() as server:
            server.call("agent.heartbeat", agent="bob")
            calls = {
                "ours": (server, modern(server)),
                "echo": (echo, modern(echo)),
                "ours, session": (server, in_session(server)),
                "echo, session": (echo, in_session(echo)),
            }
            found = interleave(
                {name: partial(cost, where, text) for name, (where, text) in calls.items()}
            )
            for era, more in (("2026-07-28", ""), ("2025-11-25, in a session", ", session")):
                figure(
                    "S12",
                    f"the MCP inbox tool over HTTP to an echo tool: CPU, {era}",
                    ratios(found["ours" + more], found["echo" + more]),
                    limit="at most 1.3",
                    parts={
                        "µs CPU a call": found["ours" + more],
                        "µs CPU an echo": found["echo" + more],
                    },
                )
    finally:
        echo.process.terminate()
        echo.process.wait(10)


if __name__ == "__main__":
    main()
