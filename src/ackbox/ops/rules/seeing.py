"""Seeing: the one place where a stored message becomes one that the caller may be shown.

`show` accepts only messages that were checked here, so no operation can return an unchecked one.
Explained in docs/why/workspaces.md.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ackbox.ops.rules.sealing import own_member
from ackbox.ops.table import Call, Context
from ackbox.store.messages import Stored


class Seen(msgspec.Struct, frozen=True):
    """A stored message that the caller of this call may read.

    Only `see` and `see_each` make one. `member` is the caller in the roster of a sealed workspace.
    """

    row: Stored
    member: str | None = None


async def see(context: Context, call: Call, row: Stored) -> Seen | None:
    """Return a message as one that the caller may read; null when it may not."""
    return next(iter(await see_each(context, call, [row])), None)


async def see_each(context: Context, call: Call, rows: Sequence[Stored]) -> list[Seen]:
    """Return those messages that the caller may read, in their order.

    In an open workspace all; in a private one those that it sent or is a recipient of; operators
    read all.
    """
    agent = await narrowed(context, call)
    if agent is not None and rows:
        visible = await context.store.visible([row.seq for row in rows], to=agent)
        rows = [row for row in rows if row.seq in visible]
    member = await own_member(context, call) if context.workspace.sealed and rows else None
    return [Seen(row, None if member is None else member.id) for row in rows]


async def may_see(context: Context, call: Call, row: Stored) -> bool:
    """Whether the caller may read a message."""
    return await see(context, call, row) is not None


async def narrowed(context: Context, call: Call) -> int | None:
    """Return the agent number that reading is narrowed to, or null for all."""
    return None if context.visible_to(None) is None else (await context.me(call)).agent


async def written_by(context: Context, call: Call) -> int | None:
    """Return whose messages a list of names may use: null for all, the caller's number, -1 for
    none. Registers nobody.
    """
    if context.visible_to(None) is None:
        return None
    is_named = (
        call.agent is not None or context.session is not None or context.caller.agent is not None
    )
    return context.visible_to(
        await context.store.reader(context.identity(call)[0]) if is_named else None
    )
