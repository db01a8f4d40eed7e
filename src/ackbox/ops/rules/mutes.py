"""Mutes: messages, threads and agents that a person does not want to see under "Needs you".

They are kept in the card of the person, so that they hold in every browser and terminal of theirs.
Explained in docs/why/dashboard.md, "Needs you".
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from ackbox.model.message import Time
from ackbox.model.moment import to_text, to_text_or_none
from ackbox.ops.rules.attention import URGENT
from ackbox.ops.table import Context
from ackbox.store.messages import Stored
from ackbox.store.readers import Reader

# Where they are kept in the card.
MUTED = "muted"
Kind = Literal["message", "thread", "agent"]


class Mute(msgspec.Struct, frozen=True, omit_defaults=True):
    """A mute, as the card keeps it."""

    kind: Kind
    of: str
    # Milliseconds UTC.
    at: int
    until: int | None = None


class Muted(msgspec.Struct, frozen=True, kw_only=True):
    """A muted message, thread or agent."""

    kind: Annotated[Kind, Meta(description="Kind: message, thread or agent")]
    of: Annotated[str, Meta(description="Id of the message or thread, or name of the agent")]
    at: Annotated[Time, Meta(description="Time at which it was muted")]
    until: Annotated[Time | None, Meta(description="End of the mute; null without an end")]


def read(card: dict[str, Any], now: int) -> list[Mute]:
    """Return the mutes in a card that have not ended."""
    kept = msgspec.convert(card.get(MUTED) or [], list[Mute])
    return [each for each in kept if each.until is None or each.until > now]


async def mutes_of(context: Context, person: Reader) -> list[Mute]:
    """Return the mutes of a person."""
    presence = await context.store.presence(person.agent)
    if presence is None or f'"{MUTED}"' not in presence.card:
        return []
    return read(msgspec.json.decode(presence.card), context.now)


def is_muted(mutes: list[Mute], row: Stored) -> bool:
    """Whether a message is hidden. An urgent one is hidden only by a mute of that message."""
    named = {"message": row.id, "thread": row.thread_id, "agent": row.sender_name}
    return any(
        named[each.kind] == each.of and (each.kind == "message" or row.priority < URGENT)
        for each in mutes
    )


def shown(mute: Mute) -> Muted:
    """Return a mute as callers see it."""
    return Muted(kind=mute.kind, of=mute.of, at=to_text(mute.at), until=to_text_or_none(mute.until))
