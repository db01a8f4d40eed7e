"""The head and the body of a response leave in one system call, and nothing waits for long."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from ackbox.faces.server.together import Together


class Counted(socket.socket):
    """A socket that keeps what each system call sent."""

    sent: list[bytes]

    def send(self, data: Any, *args: Any) -> int:
        self.sent.append(bytes(data))
        return super().send(data, *args)


class Wire:
    """A transport that joins writes, and the sockets below it."""

    def __init__(self, together: Together, near: Counted, far: socket.socket) -> None:
        self.together, self.near, self.far = together, near, far


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    loop = asyncio.get_running_loop()
    one, far = socket.socketpair()
    near = Counted(one.family, one.type, one.proto, fileno=one.detach())
    near.sent = []
    near.setblocking(False)
    transport, _ = await loop.create_connection(asyncio.Protocol, sock=near)
    yield Wire(Together(transport, loop), near, far)
    transport.abort()
    far.close()


async def turn() -> None:
    """Let the loop run what is due."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def test_the_head_and_the_body_leave_in_one_call(wire: Wire) -> None:
    wire.together.write(b"head ")
    assert wire.near.sent == []
    wire.together.write(b"body")
    assert wire.near.sent == [b"head body"]


async def test_a_head_alone_leaves_at_the_end_of_the_turn(wire: Wire) -> None:
    wire.together.write(b"head")
    await turn()
    assert wire.near.sent == [b"head"]
    wire.together.write(b"later")
    await turn()
    assert wire.near.sent == [b"head", b"later"]


async def test_at_most_two_writes_are_joined(wire: Wire) -> None:
    for part in (b"1", b"2", b"3"):
        wire.together.write(part)
    assert wire.near.sent == [b"12"]
    await turn()
    assert wire.near.sent == [b"12", b"3"]


async def test_what_is_held_leaves_before_the_connection_closes(wire: Wire) -> None:
    wire.together.write(b"last words")
    wire.together.close()
    assert wire.together.is_closing()
    await turn()
    assert wire.near.sent == [b"last words"]
    assert wire.far.recv(100) == b"last words"
    assert wire.far.recv(100) == b""


async def test_a_buffer_that_its_owner_changes_afterwards_is_sent_as_it_was(wire: Wire) -> None:
    data = bytearray(b"head ")
    wire.together.write(data)
    data[:] = b"xxxxx"
    wire.together.write(memoryview(b"body"))
    assert wire.near.sent == [b"head body"]
