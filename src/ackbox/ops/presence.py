"""Presence: online, idle or away, derived when asked and never stored as a state.

Explained in docs/why/presence.md.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from ackbox.ops.table import Context
from ackbox.store.readers import Presence, Reader

Standing = Literal["online", "idle", "away"]
IDLE_UNTIL_MS = 3_600_000
DEFAULT_TTL_S = 180


class Here(msgspec.Struct, frozen=True):
    """Whether a reader is here, since when it was last seen (ms UTC), and how mail reaches it."""

    presence: Standing
    last_seen: int | None
    reach: str
    card: dict[str, Any]
    started_at: int | None


def derive(presence: Presence | None, alive: int, now: int) -> Here:
    """Return a reader's standing from its stored presence and its newest sign of life in memory."""
    if presence is None and not alive:
        return Here("away", None, "poll", {}, None)
    stored = presence or Presence(0, alive, alive, DEFAULT_TTL_S, None, "{}")
    # The one nearest to now: where the clock was set back, a sign from the time before lies ahead and says nothing.
    last = min(stored.last_seen, alive, key=lambda at: abs(now - at))
    card = msgspec.json.decode(stored.card)
    left = stored.left_at is not None and stored.left_at >= last
    age = abs(now - last)
    state: Standing = "away" if left else "online" if age < stored.ttl_s * 1000 else "idle" if age < IDLE_UNTIL_MS else "away"
    return Here(state, last, card.get("reach") or "poll", card, stored.started_at)


def best(standings: list[Here]) -> Here:
    """Return an agent's standing from those of its instances: the most present of them."""
    rank = {"online": 2, "idle": 1, "away": 0}
    return max(standings, key=lambda here: (rank[here.presence], here.last_seen or 0))


async def standing(context: Context, reader: Reader) -> Here:
    """Return a reader's standing; an agent is as present as its most present instance."""
    store, ws = context.store, context.workspace.ws
    if not reader.is_agent:
        return derive(await store.presence(reader.reader), context.alive(ws, reader.reader), context.now)
    stored = await store.presences(reader.agent)
    family = [reader.reader, *(number for number in stored if number != reader.reader)]
    return best([derive(stored.get(number), context.alive(ws, number), context.now) for number in family])
