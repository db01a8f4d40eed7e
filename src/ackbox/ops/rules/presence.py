"""Presence: online, idle or away, derived on request and never stored.

Explained in docs/why/presence.md.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from ackbox.ops.rules.attention import ATTENTION, in_words
from ackbox.ops.rules.waking import WAKES
from ackbox.ops.table import Context
from ackbox.store.readers import Presence, Reader

Standing = Literal["online", "idle", "away"]
Reach = Annotated[
    str,
    Meta(
        description=(
            "Delivery channel: poll, hook (next event of its program), socket, push, or wakes when"
            " idle, with the way"
        )
    ),
]
IDLE_UNTIL_MS = 3_600_000
DEFAULT_TTL_S = 180
LONGEST_TTL_MS = 86_400_000
NO_CARD = "{}"
# Higher is more present; the only order of the states.
RANK: dict[Standing, int] = {"online": 2, "idle": 1, "away": 0}


def heartbeat_of(settings: dict[str, Any], ttl_s: int, wanted: int | None = None) -> int:
    """Return the seconds between the heartbeats of a session that lasts `ttl_s` without one."""
    return min(wanted or settings.get("heartbeat_s", max(ttl_s // 3, 1)), ttl_s)


class Here(msgspec.Struct, frozen=True):
    """A reader's presence, last-seen time (ms UTC) and delivery channel."""

    presence: Standing
    last_seen: int | None
    reach: str
    card: dict[str, Any]
    started_at: int | None


def derive(presence: Presence | None, alive: int, now: int, *, on_socket: bool = False) -> Here:
    """Return a reader's standing from its stored presence, its last-seen time in memory, and
    whether a socket of it is open.
    """
    if presence is None and not alive:
        return Here("away", None, "poll", {}, None)
    stored = presence or Presence(0, alive, alive, DEFAULT_TTL_S, None, NO_CARD)
    # The one nearest to now: where the clock was set back, a sign from the time before lies ahead
    # and says nothing.
    last = stored.last_seen if abs(now - stored.last_seen) <= abs(now - alive) else alive
    card = msgspec.json.decode(stored.card) if stored.card != NO_CARD else {}
    state = _state(last, stored.ttl_s, stored.left_at, now)
    # What hooks and bridge promise is what counts: the socket of a bridge shows a model nothing.
    reach = card.get("reach") or ("socket" if on_socket else "poll")
    return Here(
        state, last, reach, {**card, "reach": reach} if on_socket else card, stored.started_at
    )


def _state(last: int, ttl_s: int, left_at: int | None, now: int) -> Standing:
    age = abs(now - last)
    if left_at is not None and left_at >= last:
        return "away"
    return "online" if age < ttl_s * 1000 else "idle" if age < IDLE_UNTIL_MS else "away"


class Member(msgspec.Struct, frozen=True, gc=False):
    """An agent or person: as much of it as it takes to find, order and count it among ten
    thousand.
    """

    reader: int
    name: str
    kind: str
    presence: Standing
    last_seen: int | None


async def everyone(context: Context, name: str | None = None) -> list[Member]:
    """Return everyone who has been here, or the one of that name, in order of name.

    Each as present as its most present instance.
    """
    ws, now, found = context.workspace.ws, context.now, dict[int, Member]()
    for reader, agent, own, kind, last_seen, ttl_s, left_at in await context.store.roster(name):
        signs = [at for at in (last_seen, context.alive(ws, reader)) if at]
        last = min(signs, key=lambda at: abs(now - at)) if signs else None
        state = (
            "away"
            if last is None
            else _state(last, DEFAULT_TTL_S if ttl_s is None else ttl_s, left_at, now)
        )
        before = found.get(agent)
        # An agent comes ahead of its instances.
        if before is None or (RANK[state], last or 0) > (
            RANK[before.presence],
            before.last_seen or 0,
        ):
            found[agent] = Member(agent, own, kind if before is None else before.kind, state, last)
    return list(found.values())


def derived(context: Context, presence: Presence | None, reader: int) -> Here:
    """Return a reader's standing now, from what is stored and what this server sees of it."""
    ws = context.workspace.ws
    return derive(
        presence, context.alive(ws, reader), context.now, on_socket=context.on_socket(ws, reader)
    )


def best(standings: list[Here]) -> Here:
    """Return an agent's presence: that of the most present instance, with a delivery channel that
    one reported.
    """
    found = max(standings, key=lambda here: (RANK[here.presence], here.last_seen or 0))
    told = found
    if any("reach" in here.card for here in standings):
        told = max(
            (here for here in standings if here.presence == found.presence),
            key=lambda here: (
                str(here.card.get("reach")).startswith(WAKES),
                bool(here.card.get("reach")),
                here.last_seen or 0,
            ),
        )
    return Here(
        found.presence, found.last_seen, told.reach, found.card or told.card, found.started_at
    )


class Standings(msgspec.Struct, frozen=True):
    """A reader's standing, and the standing of each instance that gets its messages."""

    together: Here
    instances: list[Here]


async def standings(context: Context, reader: Reader) -> Standings:
    """Return a reader's standing; an agent is as present as its most present instance.

    `reach` names the rule that holds messages back which are not urgent.
    """
    stored = await context.store.presences_named(reader.name)
    numbers = [reader.reader]
    if reader.is_agent:
        numbers += [number for number in stored if number != reader.reader]
    here = [derived(context, stored.get(number), number) for number in numbers]
    found = here[0] if len(here) == 1 else best(here)
    rules = _rules_in(stored.get(reader.agent))
    own = (not reader.is_agent and _rules_in(stored.get(reader.reader))) or rules
    if own and (rule := in_words({ATTENTION: own}, context.now)):
        found = msgspec.structs.replace(found, reach=f"{found.reach}, {rule}")
    if rules:
        # Rules of an agent hold for its instances without rules.
        here = [
            msgspec.structs.replace(each, card={ATTENTION: rules, **each.card}) for each in here
        ]
    return Standings(found, here)


async def standing(context: Context, reader: Reader) -> Here:
    """Return a reader's standing; an agent is as present as its most present instance."""
    return (await standings(context, reader)).together


def _rules_in(presence: Presence | None) -> dict[str, Any] | None:
    if presence is None or f'"{ATTENTION}"' not in presence.card:
        return None
    found: dict[str, Any] | None = msgspec.json.decode(presence.card).get(ATTENTION)
    return found
