"""The house checks that no call holds the event loop or answers without end, in a workspace of
10,000 agents and 50,000 messages.
"""

from __future__ import annotations

import asyncio
import os
from time import perf_counter, thread_time
from typing import Any

import msgspec
import pytest

from ackbox.app.limits import Limits, Rate
from ackbox.errors import AckboxError
from ackbox.ops.rules.paging import REPLY_BYTES
from tests.engines import Post
from tests.ops.large import AGENTS, MESSAGES, fill

pytestmark = pytest.mark.anyio
# What the thread of the event loop works without a turn for others, in its own processor time:
# other programs do not count.
STALL_S = 0.05
# Waiting without a turn, for a file or a lock, costs no processor time; it is much longer than what
# a busy machine adds.
WAIT_S = 0.5
# The least of several: other load on the machine makes a stall longer, never shorter.
TRIES = 5
# PostgreSQL does this work in processes of its own: a fifth is enough between changes, and
# `make hostile` takes the whole.
SHARE = 1 if os.environ.get("ACKBOX_LARGE") else 5
NAMES = [f"nobody-{number}" for number in range(100)]
MANY = [f"agent-{number:05d}" for number in range(1, 201)]
ASKED: list[tuple[str, dict[str, Any]]] = [
    ("inbox.check", {}),
    ("inbox.check", {"intent": "none"}),
    ("inbox.check", {"metadata": {"z": 1}}),
    ("inbox.check", {"limit": 200, "mark": "read"}),
    ("inbox.check", {"metadata": {"z": 1}, "mark": "read"}),
    ("inbox.check", {"urgent_first": True}),
    ("inbox.check", {"state": "acknowledged"}),
    ("inbox.wait", {"intent": "none", "wait_s": 0}),
    ("mailbox.list", {"limit": 200}),
    ("mailbox.list", {"intent": "none"}),
    ("agent.list", {}),
    ("agent.list", {"limit": 1}),
    ("agent.list", {"like": "9", "limit": 5}),
    ("agent.list", {"present_first": True, "limit": 200, "with_unread": True, "waiting": 200}),
    ("agent.heartbeat", {}),
    ("agent.whoami", {}),
    ("agent.check_in", {"files": ["src/a.py"], "area": "area"}),
    ("session.start", {"files": ["src/a.py"]}),
    ("session.conflicts", {"files": ["src/"]}),
    ("session.context", {}),
    ("session.list", {"state": "ended"}),
    ("message.preview", {"to": "*"}),
    ("message.preview", {"to": MANY}),
    ("message.send", {"to": NAMES, "body": "x"}),
    ("message.send", {"to": MANY, "body": "x"}),
    ("message.send", {"to": "*", "body": "x"}),
    ("message.send", {"to": "nobody", "body": "x", "unknown": "refuse"}),
    ("message.send_many", {"messages": [{"to": "*", "body": "x"}] * 200}),
    ("message.history", {"limit": 500}),
    ("message.history", {"intent": "none"}),
    ("message.history", {"metadata": {"z": 1}}),
    ("message.history", {"with_tallies": True, "with_sizes": True, "limit": 500}),
    ("message.search", {"query": "usual", "sender": "agent-00010"}),
    ("message.get", {"id": "{id}"}),
    ("message.status", {"id": "{id}", "limit": 200}),
    ("thread.get", {"id": "{id}", "limit": 200}),
    ("thread.list", {"limit": 200}),
    ("thread.list", {"limit": 200, "answered_only": True}),
    ("receipt.mark", {"mark": "read", "ids": ["{id}"]}),
    ("event.feed", {"cursor": "start", "limit": 200}),
    ("event.feed", {"cursor": "start", "sender": "agent-00009"}),
    ("event.list", {"limit": 200}),
    ("event.log", {"limit": 200}),
    ("workspace.overview", {}),
    ("workspace.flow", {"minutes": 10_080, "travels": 200}),
    ("workspace.health", {"minutes": 10_080}),
    ("workspace.needs", {"limit": 200}),
    ("task.list", {}),
    ("note.list", {}),
    ("note.search", {"query": "x"}),
]


async def stall(call: Any) -> tuple[float, Any]:
    """The longest for which a task that only ticks had no turn while a call ran, as a share of
    what is allowed; and the call's answer.
    """
    longest, is_over = 0.0, False

    async def tick() -> None:
        nonlocal longest
        worked, waited = thread_time(), perf_counter()
        while not is_over:
            await asyncio.sleep(0)
            longest = max(
                longest, (thread_time() - worked) / STALL_S, (perf_counter() - waited) / WAIT_S
            )
            worked, waited = thread_time(), perf_counter()

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0)
    try:
        answer = await call
    except AckboxError as error:
        answer = error.as_dict()
    is_over = True
    await ticking
    return longest, answer


@pytest.mark.timeout(900)
async def test_no_call_holds_the_event_loop_or_answers_without_end(post: Post) -> None:
    share = SHARE if post.app.engine.facts()["engine"] == "postgres" else 1
    ids = await fill(post, agents=AGENTS // share, messages=MESSAGES // share)
    post.app.limits = Limits(key=Rate(1e9, 1e9), workspace=Rate(1e9, 1e9))
    me = await post.keyed("agent-00001", may_speak_as=["*"])
    stalls, long = {}, {}
    for name, params in ASKED:
        least = float("inf")
        for number in range(TRIES):
            asked = msgspec.json.decode(
                msgspec.json.encode(params).replace(b"{id}", ids[-1 - number].encode())
            )
            found, answer = await stall(me(name, agent=f"agent-{number + 1:05d}", **asked))
            least = min(least, found)
            size = len(msgspec.json.encode(answer))
            if size > REPLY_BYTES + 100_000:
                long[name] = size
            if least < 1:
                break
        if least >= 1:
            stalls[f"{name} {str(params)[:60]}"] = round(least, 1)
    assert (stalls, long) == ({}, {})
