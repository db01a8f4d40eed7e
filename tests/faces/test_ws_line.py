"""The line under a WebSocket: however bytes arrive, the same frames are in them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from tests.serving import Served, serving

pytestmark = pytest.mark.anyio
TEXT, CONTINUED, CLOSE, PING, PONG, LAST = 0x1, 0x0, 0x8, 0x9, 0xA, 0x80
PATIENCE_S = 20.0


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(f"sqlite:///{tmp_path}/ackbox.db") as it:
        yield it


def frame(first: int, text: bytes) -> bytes:
    """Return a client's frame, masked."""
    size, mask = len(text), os.urandom(4)
    told = (
        bytes([0x80 | size])
        if size < 126
        else (
            b"\xfe" + size.to_bytes(2, "big")
            if size < 1 << 16
            else b"\xff" + size.to_bytes(8, "big")
        )
    )
    return (
        bytes([first])
        + told
        + mask
        + bytes(each ^ mask[place % 4] for place, each in enumerate(text))
    )


def whoami(id: int, pad: int = 0) -> bytes:
    return b'{"id":%d,"op":"agent.whoami","params":{}%s}' % (id, b" " * pad)


class Wire:
    """One connection, byte for byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.write = writer.write
        self.drain = writer.drain

    async def frame(self) -> tuple[int, bytes]:
        """Return the first byte and the text of the next frame."""
        async with asyncio.timeout(PATIENCE_S):
            first, size = await self._reader.readexactly(2)
            if size > 125:
                size = int.from_bytes(
                    await self._reader.readexactly(2 if size == 126 else 8), "big"
                )
            return first, await self._reader.readexactly(size)

    async def answered(self, many: int) -> list[int]:
        """Return the ids of so many answers to `whoami`, in order."""
        found = [msgspec.json.decode((await self.frame())[1]) for _ in range(many)]
        assert all(set(each) == {"id", "result"} for each in found), found
        return sorted(each["id"] for each in found)


@asynccontextmanager
async def wire(served: Served) -> AsyncIterator[Wire]:
    """Open a socket."""
    host, _, port = served.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        (
            f"GET /ws HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection:"
            " Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key:"
            f" AAAAAAAAAAAAAAAAAAAAAA==\r\nAuthorization: Bearer {served.key}\r\n\r\n"
        ).encode()
    )
    async with asyncio.timeout(PATIENCE_S):
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
    yield Wire(reader, writer)
    writer.close()


MANY = b"".join(
    frame(LAST | TEXT, whoami(id, pad)) for id, pad in enumerate((0, 200, 70_000, 1, 125, 0))
)


@pytest.mark.parametrize("step", [1, 2, 7, 4096, len(MANY)])
async def test_frames_are_found_wherever_their_bytes_are_cut(served: Served, step: int) -> None:
    some = MANY if step > 7 else frame(LAST | TEXT, whoami(0, 200)) + frame(LAST | TEXT, whoami(1))
    async with wire(served) as line:
        for start in range(0, len(some), step):
            line.write(some[start : start + step])
            await line.drain()
            await asyncio.sleep(0)
        assert await line.answered(6 if some is MANY else 2) == list(
            range(6 if some is MANY else 2)
        )


async def test_a_text_in_parts_with_a_ping_between_stands_beside_whole_ones(served: Served) -> None:
    text = whoami(2)
    async with wire(served) as line:
        line.write(
            frame(LAST | TEXT, whoami(1))
            + frame(TEXT, text[:9])
            + frame(LAST | PING, b"here?")
            + frame(CONTINUED, text[9:20])
            + frame(LAST | CONTINUED, text[20:])
            + frame(LAST | TEXT, whoami(3))
        )
        assert await line.frame() == (LAST | PONG, b"here?")
        assert await line.answered(3) == [1, 2, 3]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (b"\x81\x02{}", 1002),
        (frame(TEXT, b"{") + frame(LAST | TEXT, b"}"), 1002),
        (frame(LAST | CONTINUED, b"}"), 1002),
        (frame(0xC1, b"{}"), 1002),
        (frame(0x83, b"{}"), 1002),
        (frame(LAST | PING, b"x" * 126), 1002),
        (b"\x81\xff" + (1 << 40).to_bytes(8, "big"), 1009),
        (frame(LAST | CLOSE, b"\x03\xe8"), 1000),
    ],
    ids=[
        "no mask",
        "two starts",
        "no start",
        "reserved bit",
        "no such kind",
        "long ping",
        "too long",
        "close",
    ],
)
async def test_what_is_no_frame_for_a_session_closes_the_line_and_nothing_behind_it_is_heard(
    served: Served, bad: bytes, code: int
) -> None:
    async with wire(served) as line:
        line.write(bad + frame(LAST | TEXT, whoami(1)))
        first, told = await line.frame()
    assert (first, int.from_bytes(told[:2], "big")) == (LAST | CLOSE, code)
