"""Announcing: what the server itself says, as messages of type system from the sender `system`.

No agent writes as it; the words come from the operation that announces. Explained in
docs/why/sessions.md.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ackbox.ops.table import Context
from ackbox.store.messages import EVERYONE

SYSTEM = "system"
# An announcement is news: a day later it is in the history, not in inboxes.
NEWS_MS = 86_400_000


async def announce(context: Context, body: str, *, metadata: dict[str, Any]) -> str:
    """Tell everyone in the workspace; returns the message's id.

    Called last: the counter stays locked to the commit.
    """
    sender = await context.server(SYSTEM, is_listed=False)
    id = context.new_id(context.now)
    seq = await context.store.append(
        {
            "id": id,
            "sender": sender.reader,
            "sender_agent": sender.agent,
            "sender_name": sender.name,
            "sender_instance": None,
            "sender_kind": "system",
            "type": "system",
            "audience": EVERYONE,
            "subject": None,
            "body": body,
            "intent": "status",
            "priority": 2,
            "refs": "[]",
            "metadata": msgspec.json.encode(metadata).decode(),
            "parent": None,
            "thread": 0,
            "thread_id": id,
            "expects_reply_by": None,
            "expires_at": context.now + NEWS_MS,
            "idempotency_key": None,
            "hops": 0,
            "acting_key": context.caller.key_id,
            "created_at": context.now,
        },
        channels=[0],
        idempotency=None,
    )
    context.rings.add(seq)
    return id
