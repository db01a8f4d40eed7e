"""Schedules in the store: what is to be sent, and when next.

A firing is claimed by the time it was expected at, in the transaction that sends its message.
Explained in docs/why/schedules.md.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ackbox.store.bound import Bound, as_struct
from ackbox.store.engine import Transaction
from ackbox.store.messages import NEWEST


class ScheduleRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of `schedule`; `next_at` is when it fires next."""

    id: str
    seq: int
    cron: str
    zone: str
    audience: str
    subject: str | None
    body: str
    intent: str
    priority: int
    created_by: str
    created_at: int
    next_at: int
    last_at: int | None = None
    last_error: str | None = None


class Due(msgspec.Struct, frozen=True):
    """A schedule whose time has come, and the time that was expected."""

    ws: int
    id: str
    at: int


class Schedules(Bound):
    """Questions about schedules."""

    async def add_schedule(self, row: ScheduleRow) -> None:
        await self.run("schedule_add", **msgspec.structs.asdict(row))

    async def schedule(self, id: str) -> ScheduleRow | None:
        row = await self.row("schedule_find", id=id)
        return None if row is None else as_struct(ScheduleRow, row)

    async def schedules(
        self, *, after: int = 0, upto: int = NEWEST, most: int
    ) -> list[ScheduleRow]:
        """Return schedules by the number they were added under, oldest first."""
        return [
            as_struct(ScheduleRow, row)
            for row in await self.rows("schedules_of", after=after, upto=upto, most=most)
        ]

    async def claim_schedule(self, id: str, *, expected: int, next_at: int, last_at: int) -> bool:
        """Take the firing expected at a time, for this transaction alone.

        False when another has it.
        """
        return (
            await self.row(
                "schedule_claim", id=id, expected=expected, next_at=next_at, last_at=last_at
            )
            is not None
        )

    async def fail_schedule(self, id: str, why: str) -> None:
        await self.run("schedule_failed", id=id, last_error=why)

    async def kept_schedules(self, *, after: int, upto: int, most: int) -> list[dict[str, Any]]:
        """Return schedules as records, for an export."""
        return [
            msgspec.structs.asdict(row)
            for row in await self.schedules(after=after, upto=upto, most=most)
        ]

    async def keep_schedule(self, record: dict[str, Any], *, only_look: bool) -> bool:
        """Store a schedule unless it is there; true when it is new."""
        if await self.schedule(record["id"]) is not None:
            return False
        if not only_look:
            await self.run("schedule_add", **record)
        return True

    async def remove_schedule(self, id: str) -> None:
        await self.run("schedule_remove", id=id)


async def due_schedules(tx: Transaction, now: int, *, most: int = 100) -> list[Due]:
    """Return what is due in any workspace, the longest waiting first."""
    return [Due(*row) for row in await tx.rows("schedules_due", now=now, most=most)]
