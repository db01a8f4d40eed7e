"""Frames that nobody would send: each that has an answer gets one in the one shape, and the socket
or the next one goes on.

`ACKBOX_FUZZ_FRAMES=20000` sends more.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed

from ackbox.app.limits import Limits, Rate
from ackbox.ops.table import OPERATIONS
from tests.serving import serving
from tests.sockets import Socket, opened

FRAMES = int(os.environ.get("ACKBOX_FUZZ_FRAMES", "400"))

text = st.text(max_size=30) | st.sampled_from(
    ["", "bob", "start", "inbox", "\0", "\ud800", "0" * 32, "x" * 300]
)
value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=12,
)
# Not these: they wait, write files, or end the key that asks.
CALLED = sorted(set(OPERATIONS) - {"server.backup", "key.revoke", "login.end"})
called = st.sampled_from(CALLED).flatmap(
    lambda name: st.fixed_dictionaries(
        {"id": st.integers(0, 9) | text, "op": st.just(name)},
        optional={
            "params": st.dictionaries(
                st.sampled_from(sorted(set(OPERATIONS[name].params.__struct_fields__) - {"wait_s"}))
                | text,
                value,
                max_size=4,
            )
        },
    )
)
followed = st.fixed_dictionaries(
    {"id": st.integers(0, 9)},
    optional={
        "subscribe": st.dictionaries(
            st.sampled_from(
                [
                    "cursor",
                    "of",
                    "kinds",
                    "sender",
                    "thread",
                    "join_ms",
                    "limit",
                    "workspace",
                    "agent",
                    "instance",
                ]
            )
            | text,
            value,
            max_size=3,
        )
    },
)
framed = st.dictionaries(
    st.sampled_from(["id", "op", "params", "subscribe", "unsubscribe", "result"]) | text,
    value,
    max_size=4,
)
frame = (
    (called | followed | framed).map(lambda found: json.dumps(found).encode())
    | value.map(lambda found: json.dumps(found).encode())
    | st.binary(max_size=60)
)


@pytest.mark.anyio
@pytest.mark.timeout(3600)
async def test_no_frame_breaks_a_socket(tmp_path: Path) -> None:
    asked: list[tuple[bytes, bool]] = []

    @settings(max_examples=FRAMES, database=None, deadline=None)
    @given(frame, st.integers(0, 9))
    def collect(data: bytes, dice: int) -> None:
        asked.append((data, dice > 0))

    collect()
    free = Rate(1e9, 1e9)
    faults: list[Any] = []
    async with serving(
        f"sqlite:///{tmp_path}/ackbox.db", limits=Limits(key=free, workspace=free)
    ) as served:
        key = (
            await served.app.call(
                "key.create", {"name": "ana", "kind": "admin"}, credential=served.key
            )
        ).key
        left = asked
        while left:
            async with opened(served.url, key) as socket:
                left = await send(socket, left, faults)
        async with opened(served.url, key) as socket:
            assert (await socket.call("agent.whoami"))["agent"] == "ana"
    assert faults == []


async def send(
    socket: Socket, frames: list[tuple[bytes, bool]], faults: list[Any]
) -> list[tuple[bytes, bool]]:
    """Send frames until all are sent or one closes the socket; return the rest."""
    for number, (data, is_text) in enumerate(frames):
        try:
            await socket.connection.send(data, text=is_text)
            answer = await socket.ask({"id": f"after {number}", "op": "agent.whoami"})
            while answer["id"] != f"after {number}":
                if (
                    not (
                        "result" in answer
                        or set(answer.get("error", {})) >= {"code", "message", "hint", "details"}
                    )
                    or code(answer) == "unavailable"
                ):
                    faults.append((data, answer))
                answer = await socket.answer()
        except ConnectionClosed as end:
            # Text that is not UTF-8 breaks the protocol itself; and who sends what cannot be read a
            # hundred times is let go.
            if end.rcvd is None or end.rcvd.code not in (1002, 1007, 1008):
                faults.append((data, str(end)))
            return frames[number + 1 :]
    return []


def code(answer: Any) -> str:
    return str(answer.get("error", {}).get("code", ""))
