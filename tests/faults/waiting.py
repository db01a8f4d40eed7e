"""Ways to wait for a message, and ways to go without a word."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import signal
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from tests.faults.wires import Aim, Gone, Wire, frame, handshake

WAIT_S = 45


class Waiter:
    """One caller: it waits, vanishes, and is cleaned up.

    One that `lives` only stops waiting, and is still present.
    """

    asks = lives = False

    def __init__(self, url: str, key: str, environment: dict[str, str], agent: str) -> None:
        address = urlsplit(url)
        self.aim = Aim(str(address.hostname), int(address.port or 0), 0, key)
        self.environment = environment
        self.agent = agent

    async def start(self) -> None:
        raise NotImplementedError

    async def vanish(self) -> None:
        raise NotImplementedError

    async def end(self) -> None:
        """Clean up, also after a failure."""


class OnWire(Waiter):
    """Waits on a raw connection, and closes or resets it."""

    def __init__(self, *given: Any, reset: bool = False) -> None:
        super().__init__(*given)
        self._reset = reset
        self._wires: list[Wire] = []

    async def wire(self) -> Wire:
        self._wires.append(await Wire.open(self.aim.host, self.aim.port))
        return self._wires[-1]

    async def vanish(self) -> None:
        for wire in self._wires:
            wire.end(reset=self._reset)
        await asyncio.sleep(0.2)

    async def end(self) -> None:
        for wire in self._wires:
            wire.end()

    async def post(self, wire: Wire, path: str, body: object, *lines: str) -> None:
        await wire.send(
            self.aim.request("POST", path, *lines, key=self.aim.key, body=json.dumps(body).encode())
        )


class Http(OnWire):
    """inbox.wait that marks what it finds."""

    path = "/v1/inbox/wait"

    async def start(self) -> None:
        await self.post(
            await self.wire(), self.path, {"agent": self.agent, "wait_s": WAIT_S, "mark": "read"}
        )


class HttpByName(Http):
    path = "/v1/call/inbox.wait"


class HttpBehind(OnWire):
    """A wait behind another request on the same connection."""

    async def start(self) -> None:
        wire = await self.wire()
        await self.post(wire, "/v1/agents/heartbeat", {"agent": self.agent})
        await self.post(
            wire, "/v1/inbox/wait", {"agent": self.agent, "wait_s": WAIT_S, "mark": "read"}
        )


class Ask(OnWire):
    """A question; its answer is what must not be marked."""

    asks = True

    async def start(self) -> None:
        await self.post(
            await self.wire(),
            "/v1/messages/ask",
            {
                "agent": self.agent,
                "to": "sender",
                "body": f"question of {self.agent}",
                "wait_s": WAIT_S,
            },
        )


class Feed(OnWire):
    async def start(self) -> None:
        wire = await self.wire()
        await self.post(wire, "/v1/call/event.feed", {"agent": self.agent, "of": "inbox"})
        cursor = json.loads(await wire.body())["cursor"]
        await self.post(
            wire,
            "/v1/call/event.feed",
            {"agent": self.agent, "of": "inbox", "cursor": cursor, "wait_s": WAIT_S},
        )


class Mcp(OnWire):
    """The tool `wait` in a session of the older protocol."""

    accept = "Accept: application/json, text/event-stream"
    session = ""

    async def start(self) -> None:
        hello = await self.wire()
        await self.post(
            hello,
            "/mcp",
            {
                "jsonrpc": "2.0",
                "id": 1,
                "method": "initialize",
                "params": {
                    "protocolVersion": "2025-06-18",
                    "capabilities": {},
                    "clientInfo": {"name": "gone", "version": "1"},
                },
            },
            self.accept,
        )
        await hello.answer()
        found = [
            line
            for line in hello.received.decode().split("\r\n")
            if line.lower().startswith("mcp-session-id:")
        ]
        self.session = found[0] if found else "X-No-Session: 1"
        await self.post(
            await self.wire(),
            "/mcp",
            {"jsonrpc": "2.0", "method": "notifications/initialized"},
            self.accept,
            self.session,
        )
        await self.post(
            await self.wire(),
            "/mcp",
            self.wait_call(),
            self.accept,
            self.session,
            f"Ackbox-Agent: {self.agent}",
        )

    def wait_call(self) -> dict[str, object]:
        return {
            "jsonrpc": "2.0",
            "id": 2,
            "method": "tools/call",
            "params": {"name": "wait", "arguments": {"wait_s": WAIT_S, "mark": "read"}},
        }


class McpCancelled(Mcp):
    """The client takes its request back, and keeps the connection."""

    async def vanish(self) -> None:
        cancelled = {
            "jsonrpc": "2.0",
            "method": "notifications/cancelled",
            "params": {"requestId": 2, "reason": "time-out"},
        }
        await self.post(await self.wire(), "/mcp", cancelled, self.accept, self.session)
        await asyncio.sleep(0.4)


class McpDeleted(Mcp):
    """The client ends its session, and keeps the connection."""

    async def vanish(self) -> None:
        wire = await self.wire()
        await wire.send(
            self.aim.request("DELETE", "/mcp", self.accept, self.session, key=self.aim.key)
        )
        await wire.answer()
        await asyncio.sleep(0.4)


class McpNow(OnWire):
    """The tool `wait` in the protocol of today, without a session."""

    async def start(self) -> None:
        meta = {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
            "io.modelcontextprotocol/clientInfo": {"name": "gone", "version": "1"},
        }
        call = {
            "jsonrpc": "2.0",
            "id": 2,
            "method": "tools/call",
            "params": {
                "name": "wait",
                "arguments": {"wait_s": WAIT_S, "mark": "read"},
                "_meta": meta,
            },
        }
        await self.post(
            await self.wire(),
            "/mcp",
            call,
            "Accept: application/json, text/event-stream",
            "MCP-Protocol-Version: 2026-07-28",
            "Mcp-Method: tools/call",
            "Mcp-Name: wait",
            f"Ackbox-Agent: {self.agent}",
        )


class Socket(OnWire):
    """inbox.wait in a frame."""

    async def start(self) -> None:
        wire = await self.wire()
        await wire.send(handshake(self.aim, key=self.aim.key))
        await wire.answer()
        await wire.send(frame(1, json.dumps({"id": 1, **self.asked()}).encode()))

    def asked(self) -> dict[str, object]:
        return {
            "op": "inbox.wait",
            "params": {"agent": self.agent, "wait_s": WAIT_S, "mark": "read"},
        }


class SocketClosed(Socket):
    """A close frame, and the connection kept."""

    async def vanish(self) -> None:
        with contextlib.suppress(Gone):
            await self._wires[0].send(frame(8, b"\x03\xe8"))
        await asyncio.sleep(0.4)


class Follower(Socket):
    def asked(self) -> dict[str, object]:
        return {"subscribe": {"agent": self.agent, "of": "inbox"}}


class Program(Waiter):
    """A process that waits: ours, on the command line."""

    def __init__(self, *given: Any, stop: signal.Signals | None = signal.SIGKILL) -> None:
        super().__init__(*given)
        self._stop = stop
        self._process: asyncio.subprocess.Process | None = None

    async def run(self, *arguments: str) -> asyncio.subprocess.Process:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "ackbox",
            *arguments,
            env=self.environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        return self._process

    async def start(self) -> None:
        await self.run("--as", self.agent, "wait", "--mark", "read", "--timeout", str(WAIT_S))

    async def vanish(self) -> None:
        assert self._process is not None and self._process.stdin is not None
        if self._stop is None:
            self._process.stdin.close()
        else:
            self._process.send_signal(self._stop)
        await self._process.wait()
        await asyncio.sleep(0.2)

    async def end(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


class Bridge(Program):
    """A bridge with the tool `wait` under way."""

    async def start(self) -> None:
        process = await self.run("mcp", "--as", self.agent)
        assert process.stdin is not None
        lines = [
            {
                "jsonrpc": "2.0",
                "id": 1,
                "method": "initialize",
                "params": {
                    "protocolVersion": "2025-06-18",
                    "capabilities": {},
                    "clientInfo": {"name": "gone", "version": "1"},
                },
            },
            {"jsonrpc": "2.0", "method": "notifications/initialized"},
            {
                "jsonrpc": "2.0",
                "id": 2,
                "method": "tools/call",
                "params": {"name": "wait", "arguments": {"wait_s": WAIT_S, "mark": "read"}},
            },
        ]
        process.stdin.write(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
        await process.stdin.drain()


class BridgeCancelled(Bridge):
    """The program takes its request back, and the bridge lives on: its socket keeps the agent
    online.
    """

    lives = True

    async def vanish(self) -> None:
        assert self._process is not None and self._process.stdin is not None
        cancelled = {
            "jsonrpc": "2.0",
            "method": "notifications/cancelled",
            "params": {"requestId": 2},
        }
        self._process.stdin.write(json.dumps(cancelled).encode() + b"\n")
        await asyncio.sleep(0.6)


def _by_reset(kind: type[OnWire]) -> Callable[..., Waiter]:
    return functools.partial(kind, reset=True)


WAYS: dict[str, Callable[..., Waiter]] = {
    "http closed": Http,
    "http reset": _by_reset(Http),
    "http by name": HttpByName,
    "http behind": HttpBehind,
    "ask": Ask,
    "feed": Feed,
    "mcp closed": Mcp,
    "mcp reset": _by_reset(Mcp),
    "mcp cancelled": McpCancelled,
    "mcp deleted": McpDeleted,
    "mcp now": McpNow,
    "socket closed": Socket,
    "socket reset": _by_reset(Socket),
    "socket close frame": SocketClosed,
    "follower": Follower,
    "command killed": Program,
    "bridge killed": Bridge,
    "bridge ended": functools.partial(Bridge, stop=signal.SIGTERM),
    "bridge hung up": functools.partial(Bridge, stop=signal.SIGHUP),
    "bridge interrupted": functools.partial(Bridge, stop=signal.SIGINT),
    "bridge at its end of input": functools.partial(Bridge, stop=None),
    "bridge cancelled": BridgeCancelled,
}
