"""agent.heartbeat: report that an agent is still online, with a new summary if it changed.

Explained in docs/why/presence.md.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.model.message import Time
from ackbox.model.moment import to_text
from ackbox.ops.lenient import CLEARS
from ackbox.ops.rules.presence import (
    DEFAULT_TTL_S,
)
from ackbox.ops.table import Call, Context, op
from ackbox.store.marks import COUNTED_UP_TO
from ackbox.store.readers import Presence


class Heartbeat(Call, frozen=True, kw_only=True):
    """A heartbeat, with a new summary if it changed."""

    summary: (
        Annotated[str, Meta(max_length=500, description="Summary of your current work"), CLEARS]
        | None
    ) = None


class Alive(msgspec.Struct, frozen=True, kw_only=True):
    """Time of the heartbeat and number of unread messages."""

    agent: Annotated[str, Meta(description="Your name")]
    instance: Annotated[str | None, Meta(description="Your instance")]
    last_seen: Annotated[Time, Meta(description="Time of this call")]
    unread: Annotated[int, Meta(description="Number of unread messages (counted up to 1,000)")]


@op("agent.heartbeat", scope="write", writes=lambda params: params.summary is not None)
async def heartbeat(context: Context, params: Heartbeat) -> Alive:
    """Report that you are still online; any other call does so too.

    Raises NotAllowed.
    """
    me = await context.me(params)
    if params.summary is not None:
        before = await context.store.presence(me.reader) or Presence(
            me.reader, context.now, context.now, DEFAULT_TTL_S, None, "{}"
        )
        card = {**msgspec.json.decode(before.card), "summary": params.summary}
        text = msgspec.json.encode(card).decode()
        await context.store.put_presence(
            msgspec.structs.replace(before, last_seen=context.now, left_at=None, card=text)
        )
    unread = await context.store.unmarked(me, "read", after=0, most=COUNTED_UP_TO, now=context.now)
    return Alive(
        agent=me.name, instance=me.instance, last_seen=to_text(context.now), unread=len(unread)
    )
