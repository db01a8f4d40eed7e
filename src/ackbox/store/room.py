"""Room in the store: how many bytes a workspace's messages, notes and tasks take, added up from
where the last look ended.

Explained in docs/why/limits.md, "Storage".
"""

from __future__ import annotations

import msgspec

from ackbox.store.bound import Bound


class Held(msgspec.Struct, frozen=True):
    """How many bytes a workspace holds, counted up to a message, a note and a task."""

    bytes: int = 0
    message: int = 0
    note: int = 0
    task: int = 0


class Room(Bound):
    """Questions about how much there is."""

    async def held(self, before: Held, *, most: int) -> tuple[Held, bool]:
        """Return what a workspace holds now, and whether there may be more than was added up."""
        size, is_more, upto = before.bytes, False, list[int]()
        for kind in ("message", "note", "task"):
            row = await self.row(f"held_{kind}", after=getattr(before, kind), most=most)
            count, last, more = (0, None, None) if row is None else row
            size += int(more or 0)
            upto.append(getattr(before, kind) if last is None else int(last))
            is_more = is_more or count == most
        return Held(size, *upto), is_more
