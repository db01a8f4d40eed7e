"""A receiver of outgoing webhooks: a real server on this machine that keeps what it gets."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import msgspec


class Request(msgspec.Struct, frozen=True):
    """One request: its first line, headers with names in lower case, and body."""

    line: str
    headers: dict[str, str]
    body: bytes

    def is_signed_with(self, secret: str) -> bool:
        """Whether the request is signed as standardwebhooks.com says, with nothing of ours."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode()
        digest = hmac.new(key, signed + self.body, hashlib.sha256).digest()
        return self.headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"


class Receiver:
    """What the server got, and what it answers: `reply` is the whole response; with `holds` it
    answers nothing until `release`.
    """

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.reply = b"HTTP/1.1 204 No Content\r\n\r\n"
        self.port = 0
        self.holds = False
        self.arrived = asyncio.Event()
        self.release = asyncio.Event()
        self.connections = 0
        self.now = 0
        self.most = 0

    def answer(self, status: str, *headers: str, body: bytes = b"") -> None:
        lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", *headers, "", ""]
        self.reply = "\r\n".join(lines).encode() + body

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {
                name.lower(): value.strip()
                for name, _, value in (line.partition(":") for line in head[1:] if line)
            }
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.requests.append(Request(head[0], headers, body))
            self.now += 1
            self.most = max(self.most, self.now)
            self.arrived.set()
            if self.holds:
                await self.release.wait()
            self.now -= 1
            writer.write(self.reply)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def receiving(*, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """Run a receiver on a free port of 127.0.0.1."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    yield receiver
    receiver.release.set()
    server.close()
