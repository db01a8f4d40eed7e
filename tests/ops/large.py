"""A workspace of 10,000 agents and 50,000 messages, filled with the store's own statements."""

from __future__ import annotations

import random
from typing import Any

import msgspec

from ackbox.app.call import App
from ackbox.store.engine import Transaction
from ackbox.store.store import Store, find_workspace
from tests.engines import Post

AGENTS, MESSAGES = 10_000, 50_000
TOGETHER = 5_000
CARD = msgspec.json.encode(
    {
        "summary": "at work " * 10,
        "area": "area",
        "files": [f"src/{name}.py" for name in "abcdefgh"],
    }
).decode()


async def in_store(app: App, ask: Any) -> Any:
    """Ask the store of the default workspace in a writing transaction of that workspace alone."""
    found = await app.engine.read(lambda tx: find_workspace(tx, "default"), across=True)
    assert found is not None

    async def work(tx: Transaction) -> Any:
        return await ask(Store(tx, found.ws))

    return await app.engine.write(work, ws=found.ws)


def name_of(number: int) -> str:
    return f"agent-{number:05d}"


def reader_row(number: int) -> dict[str, Any]:
    return {
        "reader": number,
        "agent": number,
        "name": name_of(number),
        "instance": None,
        "skeleton": name_of(number),
        "kind": "agent",
        "seen": 1,
        "registered_seq": 0,
        "read_floor": 0,
        "delivered_floor": 0,
        "folded": name_of(number),
    }


def presence_row(number: int, now: int) -> dict[str, Any]:
    return {
        "reader": number,
        "started_at": now,
        "last_seen": now,
        "ttl_s": 86_400,
        "left_at": None,
        "card": CARD,
    }


def message_row(seq: int, *, sender: int, to: int, now: int) -> dict[str, Any]:
    """Return a message of a conversation of fifty; to number 0 means to everyone."""
    root = (seq - 1) // 50 * 50 + 1
    return {
        "seq": seq,
        "id": f"{seq:032x}",
        "sender": sender,
        "sender_agent": sender,
        "sender_name": name_of(sender),
        "sender_instance": None,
        "sender_kind": "agent",
        "type": "direct" if to else "broadcast",
        "audience": f'["{name_of(to)}"]' if to else '["*"]',
        "subject": None,
        "body": f"word{seq % 7} " + "some text of a usual length " * 12,
        "intent": "inform",
        "priority": 3,
        "refs": "[]",
        "metadata": '{"k":1}',
        "parent": None if seq == root else f"{root:032x}",
        "thread": root,
        "thread_id": f"{root:032x}",
        "expects_reply_by": None,
        "expires_at": None,
        "idempotency_key": None,
        "hops": 0,
        "acting_key": None,
        "created_at": now,
    }


async def fill(post: Post, *, agents: int = AGENTS, messages: int = MESSAGES) -> list[str]:
    """Fill the workspace and return the ids of the messages: half of them for everyone, all
    unread, in conversations of fifty.
    """
    app, source, ids = post.app, random.Random(1), list[str]()
    now = app.clock()

    async def readers(store: Store) -> None:
        numbers = range(1, agents + 1)
        await store.run_many("reader_add", [reader_row(number) for number in numbers])
        await store.run_many("presence_put", [presence_row(number, now) for number in numbers])
        await store.run("workspace_count_agents", more=agents)

    async def append(store: Store) -> None:
        first = await store.take_seq(TOGETHER)
        rows, addresses = [], []
        for seq in range(first, first + TOGETHER):
            sender, to = source.randint(1, agents), 0 if seq % 2 else source.randint(1, agents)
            rows.append(message_row(seq, sender=sender, to=to, now=now))
            ids.append(rows[-1]["id"])
            addresses.append(
                {"channel": to, "seq": seq, "left_out": None if to else sender, "expires_at": None}
            )
        await store.run_many("message_add", rows)
        await store.run_many("addressed_add", addresses)

    await in_store(app, readers)
    for _ in range(messages // TOGETHER):
        await in_store(app, append)
    while await in_store(app, lambda store: store.index_more(TOGETHER)):
        pass
    return ids
