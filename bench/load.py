"""Load from a process of its own: keep-alive connections on bare sockets, each sending its next
request when the last is answered.

Reads a job as JSON from standard input, prints what happened as JSON. Nothing is decoded but status
and length, so that
the client costs little beside the server it measures.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from typing import Any

from bench.server import Running


class Connection(asyncio.Protocol):
    """One connection in lockstep."""

    def __init__(
        self, request: bytes, until: float, took: list[float], failed: list[bytes], most: int
    ) -> None:
        self._request, self._until, self._took, self._failed, self._most = (
            request,
            until,
            took,
            failed,
            most,
        )
        self._answer = b""
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, found, body = self._answer.partition(b"\r\n\r\n")
        if not found:
            return
        low = head.lower()
        at = low.find(b"content-length:")
        if at >= 0 and len(body) < int(low[at + 15 :].split(b"\r\n", 1)[0]):
            return
        if at < 0 and not self._answer.endswith(b"0\r\n\r\n"):
            return
        now = time.perf_counter()
        self._took.append(now - self._sent_at)
        if not head.startswith(b"HTTP/1.1 20"):
            self._failed.append(self._answer[:300])
        self._answer = b""
        if now >= self._until or len(self._took) >= self._most:
            self._transport.close()
        else:
            self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.closed.done():
            self.closed.set_result(None)


async def press(job: dict[str, Any]) -> dict[str, Any]:
    """Send one request over and over on so many connections for so many seconds, or so many
    times.
    """
    took: list[float] = []
    failed: list[bytes] = []
    start = time.perf_counter()
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(
            lambda: Connection(
                job["request"].encode(), start + job["seconds"], took, failed, job["most"]
            ),
            "127.0.0.1",
            job["port"],
        )
        for _ in range(job["connections"])
    ]
    await asyncio.gather(*(connection.closed for _, connection in made))
    wall = time.perf_counter() - start
    took.sort()
    return {
        "requests": len(took),
        "seconds": wall,
        "per_s": len(took) / wall,
        "p50_ms": took[len(took) // 2] * 1000,
        "p95_ms": took[int(len(took) * 0.95)] * 1000,
        "failed": [each.decode("latin-1") for each in failed[:2]],
    }


def request(
    server: Running,
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> str:
    """Return one whole HTTP request as text."""
    text = "" if body is None else json.dumps(body)
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: 127.0.0.1:{server.port}",
        f"Authorization: Bearer {server.key}",
        "Content-Type: application/json",
        f"Content-Length: {len(text.encode())}",
        *(f"{key}: {value}" for key, value in (headers or {}).items()),
    ]
    return "\r\n".join(lines) + "\r\n\r\n" + text


def run(
    server: Running, text: str, *, connections: int, seconds: float = 3.0, most: int = 10**9
) -> dict[str, Any]:
    """Put a load on a server from another process. Exits when any request was refused."""
    job = {
        "request": text,
        "port": server.port,
        "connections": connections,
        "seconds": seconds,
        "most": most,
    }
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + 60,
    )
    outcome: dict[str, Any] = json.loads(done.stdout)
    if outcome["failed"]:
        raise SystemExit(f"refused: {outcome['failed'][0]}")
    return outcome


if __name__ == "__main__":
    print(json.dumps(asyncio.run(press(json.load(sys.stdin)))))
