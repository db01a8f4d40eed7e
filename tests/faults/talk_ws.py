"""How slow, broken and greedy clients talk over a WebSocket, each on one raw connection.

A talk ends when the server closes (Gone), or when it has done what it does.
"""

from __future__ import annotations

import asyncio
import json

from tests.faults.talk_http import pour
from tests.faults.wires import Aim, Gone, Wire, frame, handshake


async def ws_refused(wire: Wire, aim: Aim) -> None:
    await wire.send(handshake(aim))
    await wire.silence()


async def ws_wrong(wire: Wire, aim: Aim) -> None:
    """A handshake that is none, and silence."""
    await wire.send(handshake(aim, "Sec-WebSocket-Version: 12", key=aim.key))
    await wire.silence()


async def ws_broken(wire: Wire, aim: Aim) -> None:
    await wire.send(
        handshake(aim, "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: x", key=aim.key)
    )
    await wire.silence()


async def _open_ws(wire: Wire, aim: Aim) -> None:
    await wire.send(handshake(aim, key=aim.key))
    if await wire.answer() != 101:
        raise Gone
    wire.start_clock()


async def ws_silent(wire: Wire, aim: Aim) -> None:
    await _open_ws(wire, aim)
    await wire.silence()


async def ws_half_a_frame(wire: Wire, aim: Aim) -> None:
    await _open_ws(wire, aim)
    await wire.send(frame(1, b'{"id":', size=200_000))
    await wire.silence()


async def ws_endless_fragments(wire: Wire, aim: Aim) -> None:
    """A message in empty pieces, without an end."""
    await _open_ws(wire, aim)
    await wire.send(frame(1, b"", final=False))
    await pour(wire, frame(0, b"", final=False) * 5000)


async def ws_slow_fragments(wire: Wire, aim: Aim) -> None:
    await _open_ws(wire, aim)
    await wire.send(frame(1, b"{", final=False))
    while True:
        await asyncio.sleep(0.5)
        await wire.send(frame(0, b" ", final=False))


async def ws_pings(wire: Wire, aim: Aim) -> None:
    """Pings whose answers are not read."""
    await _open_ws(wire, aim)
    await pour(wire, frame(9, b"p" * 125) * 500)


async def ws_too_long(wire: Wire, aim: Aim) -> None:
    await _open_ws(wire, aim)
    await wire.send(frame(1, b"", size=1 << 62))
    await pour(wire, b"y" * 60_000)


async def ws_reads_nothing(wire: Wire, aim: Aim) -> None:
    """Calls whose answers are not read."""
    await _open_ws(wire, aim)
    number = 0
    while True:
        number += 1
        await wire.send(
            frame(
                1,
                json.dumps({"id": number, "op": "message.send", "params": {"to": "bob"}}).encode(),
            )
        )


async def ws_broken_frame(wire: Wire, aim: Aim) -> None:
    """A frame that is against the protocol, and then more without an end: what was said to it
    is not read.
    """
    await _open_ws(wire, aim)
    await wire.send(b"\xf3\x80\0\0\0\0")
    await pour(wire, frame(1, b"y" * 60_000))


async def ws_without_a_mask(wire: Wire, aim: Aim) -> None:
    await _open_ws(wire, aim)
    await wire.send(b"\x81\x02{}")
    await wire.silence()


async def ws_closes_halfway(wire: Wire, aim: Aim) -> None:
    """A close frame, and the connection kept open."""
    await _open_ws(wire, aim)
    await wire.send(frame(8, b"\x03\xe8"))
    await wire.silence()


async def ws_slow_fragments_later(wire: Wire, aim: Aim) -> None:
    """The same on a socket that has asked something before: it is no newcomer any more."""
    await _open_ws(wire, aim)
    await wire.send(frame(1, b'{"id":1,"op":"agent.whoami"}'))
    wire.start_clock()
    await wire.send(frame(1, b"{", final=False))
    while True:
        await asyncio.sleep(0.5)
        await wire.send(frame(0, b" ", final=False))


async def ws_waits(wire: Wire, aim: Aim) -> None:
    """As many waits as a socket takes, each brought in a frame as long as may be."""
    await _open_ws(wire, aim)
    for number in range(256):
        text = json.dumps(
            {"id": number, "op": "inbox.wait", "params": {"wait_s": 4, "x" * 200_000: 1}}
        ).encode()
        await wire.send(frame(1, text))
    await asyncio.sleep(3)
    wire.end()
