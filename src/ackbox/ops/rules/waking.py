"""Waking: which unread messages start a turn of an idle agent program now, and when to look again.

A wake is repeated, with growing gaps, until a hook of the program has shown the messages. Explained
in docs/why/reach.md, "Waking".
"""

from __future__ import annotations

from typing import Any

import msgspec

from ackbox.ops.rules.attention import URGENT, attention_of
from ackbox.ops.table import Context
from ackbox.store.messages import Stored
from ackbox.store.programs import MAX_CONTINUED, ProgramSession, Wake
from ackbox.store.readers import Reader

# Where `reach` is kept, and the session that an instance has in its program: in its card.
REACH, SESSION = "reach", "session"
# How `reach` begins where a bridge can start a turn of an idle program.
WAKES = "wakes when idle"
BY_HOOK, BY_POLL = "hook", "poll"
# Milliseconds after one, two, … wakes without evidence before the next.
GAPS_MS = (20_000, 60_000, 240_000, 900_000)
MAX_WAKES = 5
# Looked at again even without news.
LOOK_MS = 30_000
# A program whose turn has just ended may show messages by its hook, or take the next prompt.
SETTLES_MS = 1_000
# After a turn that messages extended as often as they may.
RESTS_MS = 60_000
# An urgent message that waits this long in a turn is not shown by the hooks of that turn.
OVERDUE_MS = 30_000
# A turn without any event for so long was probably interrupted, which no hook reports.
STALLED_MS = 900_000
# Messages that a wake carries are not shown by a hook as well while the wake is on its way.
CARRIED_MS = 10_000
LOOKED_THROUGH = 200


class Due(msgspec.Struct, frozen=True):
    """The messages to wake for now, and when to look again (ms UTC)."""

    rows: list[Stored]
    look_at: int


def reach_by(way: str | None) -> str:
    """Return how messages reach an instance that a bridge can wake by some way, or by none."""
    return BY_HOOK if way is None else f"{WAKES} ({way})"


def withdrawn(card: dict[str, Any]) -> dict[str, Any]:
    """Return a card without the promise to wake, once the bridge that gave it has gone."""
    return {**card, REACH: BY_HOOK} if str(card.get(REACH, "")).startswith(WAKES) else card


async def due(context: Context, me: Reader, session: ProgramSession) -> Due:
    """Return the messages that wake a session now, unread and not shown to its model yet."""
    now, memory = context.now, session.memory
    seqs = await context.store.unmarked(me, "delivered", after=0, most=LOOKED_THROUGH, now=now)
    rows = await context.store.messages_at(sorted({*seqs} - {*memory.named}))
    rules = await attention_of(context, me)
    if rules.holds("turn_end", now=now, last_at=memory.digest_at):
        rows = [row for row in rows if row.priority >= URGENT]
    ready = [(_ready_at(session, row), row) for row in rows]
    at = _next_wake_at(memory.wake, rows)
    if at is None:
        return Due([], now + LOOK_MS)
    now_due = [row for ready_at, row in ready if ready_at is not None and ready_at <= now]
    if now_due and at <= now:
        return Due(now_due, now + GAPS_MS[0])
    later = [max(each, at) for each, _ in ready if each is not None]
    return Due([], min([*(each for each in later if each > now), now + LOOK_MS]))


def _ready_at(session: ProgramSession, row: Stored) -> int | None:
    """Return when a message may wake a session that stays as it is; null for not at all."""
    if session.activity == "gone":
        return None
    if session.activity == "idle":
        rest = RESTS_MS if session.memory.continued >= MAX_CONTINUED else SETTLES_MS
        return session.activity_at + rest
    # Messages never interrupt a turn: the hooks of the turn show them.
    stalled = session.last_at + STALLED_MS
    return min(row.created_at + OVERDUE_MS, stalled) if row.priority >= URGENT else stalled


def _next_wake_at(wake: Wake | None, rows: list[Stored]) -> int | None:
    """Return when the next wake may be, after those without evidence; null for no more."""
    if wake is None or not rows or rows[0].seq > wake.upto:
        return 0
    if wake.count >= MAX_WAKES and rows[-1].seq <= wake.upto:
        return None
    return wake.at + GAPS_MS[min(wake.count, len(GAPS_MS)) - 1]
