"""Attention: when an agent wants to be interrupted by messages.

Urgent messages are never held. Rules of an agent hold for all its instances. Explained in
docs/why/reach.md, "Attention".
"""

from __future__ import annotations

from typing import Any

import msgspec

from ackbox.model.moment import to_text
from ackbox.model.program import Moment
from ackbox.ops.table import Context
from ackbox.store.readers import Reader

# Where the rules are kept: in the card of an agent or instance.
ATTENTION = "attention"
URGENT = 5


class Attention(msgspec.Struct, frozen=True, omit_defaults=True):
    """When messages that are not urgent are shown; nothing set means at each turn."""

    # Milliseconds UTC.
    quiet_until: int | None = None
    digest_minutes: int | None = None
    at_turn_end: bool = False

    def holds(self, moment: Moment, *, now: int, last_at: int) -> bool:
        """Whether messages that are not urgent wait at a moment, after some were shown at
        `last_at`.
        """
        if self.quiet_until is not None and now < self.quiet_until:
            return True
        if moment == "session_start":
            return False
        if self.digest_minutes is not None and now - last_at < self.digest_minutes * 60_000:
            return True
        return self.at_turn_end and moment != "turn_end"


def read(card: dict[str, Any]) -> Attention:
    """Return the rules in a card."""
    return msgspec.convert(card.get(ATTENTION) or {}, Attention)


def in_words(card: dict[str, Any], now: int) -> str | None:
    """Return a description of the rules in a card for a sender; null when none applies."""
    rules = read(card)
    if rules.quiet_until is not None and now < rules.quiet_until:
        return f"quiet until {to_text(rules.quiet_until)[:16]}Z"
    if rules.digest_minutes is not None:
        return f"digest every {rules.digest_minutes} min"
    return "at turn end" if rules.at_turn_end else None


async def attention_of(context: Context, me: Reader) -> Attention:
    """Return the rules of an instance: its agent's where it has none."""
    for number in (me.reader, me.agent):
        presence = await context.store.presence(number)
        if presence is not None and (card := msgspec.json.decode(presence.card)).get(ATTENTION):
            return read(card)
    return Attention()
