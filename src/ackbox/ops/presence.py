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


def derive(presence: Presence | None, alive: int, now: int, *, on_socket: bool = False) -> Here:
    """Return a reader's standing from its stored presence, its newest sign of life in memory, and whether a socket of it is open."""
    if presence is None and not alive:
        return Here("away", None, "poll", {}, None)
    stored = presence or Presence(0, alive, alive, DEFAULT_TTL_S, None, "{}")
    # The one nearest to now: where the clock was set back, a sign from the time before lies ahead and says nothing.
    last = min(stored.last_seen, alive, key=lambda at: abs(now - at))
    card = msgspec.json.decode(stored.card)
    left = stored.left_at is not None and stored.left_at >= last
    age = abs(now - last)
    state: Standing = "away" if left else "online" if age < stored.ttl_s * 1000 else "idle" if age < IDLE_UNTIL_MS else "away"
    reach = "socket" if on_socket else card.get("reach") or "poll"
    return Here(state, last, reach, {**card, "reach": reach} if on_socket else card, stored.started_at)


def derived(context: Context, presence: Presence | None, reader: int) -> Here:
    """Return a reader's standing now, from what is stored and what this server sees of it."""
    ws = context.workspace.ws
    return derive(presence, context.alive(ws, reader), context.now, on_socket=context.on_socket(ws, reader))


def best(standings: list[Here]) -> Here:
    """Return an agent's standing from those of its instances: the most present of them, and how mail reaches one that has said so."""
    rank = {"online": 2, "idle": 1, "away": 0}
    found = max(standings, key=lambda here: (rank[here.presence], here.last_seen or 0))
    told = max((here for here in standings if here.presence == found.presence), key=lambda here: (bool(here.card.get("reach")), here.last_seen or 0))
    return Here(found.presence, found.last_seen, told.reach, found.card or told.card, found.started_at)


async def standing(context: Context, reader: Reader) -> Here:
    """Return a reader's standing; an agent is as present as its most present instance."""
    store = context.store
    if not reader.is_agent:
        return derived(context, await store.presence(reader.reader), reader.reader)
    stored = await store.presences(reader.agent)
    if stored.keys() <= {reader.reader}:
        return derived(context, stored.get(reader.reader), reader.reader)
    family = [reader.reader, *(number for number in stored if number != reader.reader)]
    return best([derived(context, stored.get(number), number) for number in family])
