"""Copies: which instance a process of an agent gets when it has none, and its siblings.

Chosen in the transaction of the check-in, so that two copies that start together never get the same
one. Explained in docs/why/presence.md, "Instances".
"""

from __future__ import annotations

import msgspec

from ackbox.model.text import beginning
from ackbox.ops.rules.presence import derived
from ackbox.ops.table import Context
from ackbox.store.readers import Presence, Reader

# Where a process's id is kept: in the card of its instance, and never shown.
COPY = "copy"
MAX_INSTANCE = 64
UNNAMED = "copy"
# So many copies of one agent with one wish; the next one shares the last instance.
MAX_COPIES = 1000


def as_instance(wish: str) -> str:
    """Return an instance name made of a wish, such as a directory name; forbidden characters become
    dashes.
    """
    text = beginning(wish, MAX_INSTANCE)
    clean = "".join(c if c.isalnum() or c in "-_. " else "-" for c in text).strip(" -_.")
    return clean or UNNAMED


async def choose(context: Context, agent: str, wish: str, copy_id: str) -> str:
    """Return the instance for a copy: the one it has, else the first of `wish`, `wish-2`, … that no
    live copy has.

    An instance that was named by hand or registered by a call is never taken, and keeps its unread
    messages. A reused instance starts as a new one does.
    """
    base = as_instance(wish)
    own = await context.store.reader(agent)
    family = [] if own is None else await context.store.family(own.agent)
    stored = {} if own is None else await context.store.presences(own.agent)
    known = {reader.instance: reader for reader in family}
    names = [base, *(f"{base}-{number}" for number in range(2, MAX_COPIES + 1))]
    held = next(
        (
            name
            for name in names
            if name in known and _token(stored.get(known[name].reader)) == copy_id
        ),
        None,
    )
    if held is not None:
        return held
    found = next((name for name in names if _is_free(context, known.get(name), stored)), names[-1])
    if (before := known.get(found)) is not None and before.seen:
        await context.store.start_again(before)
    return found


def _is_free(context: Context, reader: Reader | None, stored: dict[int, Presence]) -> bool:
    if reader is None or not reader.seen:
        return True
    presence = stored.get(reader.reader)
    return (
        _token(presence) is not None
        and derived(context, presence, reader.reader).presence != "online"
    )


def _token(presence: Presence | None) -> str | None:
    found = None if presence is None else msgspec.json.decode(presence.card).get(COPY)
    return found if isinstance(found, str) else None


async def siblings(context: Context, me: Reader) -> list[Reader]:
    """Return the other instances of the caller that are online."""
    stored = await context.store.presences(me.agent)
    return [
        reader
        for reader in await context.store.family(me.agent)
        if not reader.is_agent
        and reader.seen
        and reader.reader != me.reader
        and derived(context, stored.get(reader.reader), reader.reader).presence == "online"
    ]
