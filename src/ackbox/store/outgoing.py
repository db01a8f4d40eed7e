"""Outgoing webhooks in the store: addresses of other systems, and their deliveries.

A webhook's attempts are claimed by the time they were expected at, for the length of a lease.
Explained in docs/why/outgoing-webhooks.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from ackbox.store.bound import Bound, as_struct
from ackbox.store.engine import Row, Transaction


class OutgoingRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of `webhook_out`, with how many deliveries wait and how many failed."""

    ws: int
    id: str
    url: str
    topic: str
    form: str
    secret: bytes
    position: int
    created_by: str
    created_at: int
    next_at: int | None = None
    lease: int | None = None
    resumes_at: int = 0
    failures: int = 0
    delivered: int = 0
    last_at: int | None = None
    last_status: int | None = None
    last_error: str | None = None
    waiting: int = 0
    failed: int = 0

    def __repr__(self) -> str:
        return f"OutgoingRow({self.id})"


class DeliveryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of `delivery`; `seq` is the message's number, 0 for a test."""

    webhook: str
    id: str
    seq: int
    reason: str
    created_at: int
    attempts: int = 0
    next_at: int | None = None
    state: str = "waiting"
    status: int | None = None
    error: str | None = None


class DueWebhook(msgspec.Struct, frozen=True):
    """A webhook with something to tell, and the time that was expected."""

    ws: int
    id: str
    at: int


def _row(found: Any) -> OutgoingRow:
    row = as_struct(OutgoingRow, found)
    return msgspec.structs.replace(row, secret=bytes(row.secret))


class Outgoing(Bound):
    """Questions about outgoing webhooks."""

    async def add_outgoing(self, row: OutgoingRow) -> None:
        names = ("id", "url", "topic", "form", "secret", "position", "created_by", "created_at")
        await self.run("outgoing_add", **{name: getattr(row, name) for name in names})

    async def outgoing(self) -> list[OutgoingRow]:
        return [_row(row) for row in await self.rows("outgoing_of")]

    async def find_outgoing(self, id: str) -> OutgoingRow | None:
        row = await self.row("outgoing_find", id=id)
        return None if row is None else _row(row)

    async def remove_outgoing(self, id: str) -> None:
        await self.run("outgoing_remove", id=id)
        await self.run("deliveries_remove", webhook=id)

    async def outgoing_feed(self, *, after: int, most: int) -> Sequence[Row]:
        """Return (seq, kind, priority, subject) after a number, oldest first."""
        return await self.rows("outgoing_feed", after=after, most=most)

    async def advance_outgoing(
        self, row: OutgoingRow, position: int, deliveries: Sequence[DeliveryRow], *, now: int
    ) -> bool:
        """Go on in the feed with new deliveries; false when another server did."""
        # First: the row stays locked until the commit, so that a release sees the deliveries.
        is_mine = await self.row(
            "outgoing_advance",
            id=row.id,
            expected=row.position,
            position=position,
            has_news=int(bool(deliveries)),
            now=now,
        )
        if is_mine is not None:
            await self.run_many("delivery_add", [_added(each) for each in deliveries])
        return is_mine is not None

    async def tell_now(self, id: str, delivery: DeliveryRow | None, *, now: int) -> None:
        """Try a receiver now, with one more delivery if there is one."""
        await self.run("outgoing_wake", id=id, now=now)
        if delivery is not None:
            await self.run_many("delivery_add", [_added(delivery)])

    async def claim_outgoing(self, id: str, *, expected: int, until: int) -> bool:
        """Take the attempts expected at a time, until another; false when another has them."""
        found = await self.row("outgoing_claim", id=id, expected=expected, until=until)
        return found is not None

    async def release_outgoing(self, id: str, *, until: int, earliest: int) -> None:
        await self.run("outgoing_release", id=id, until=until, earliest=earliest)

    async def note_result(
        self, id: str, *, is_good: bool, now: int, status: int | None, error: str | None
    ) -> None:
        await self.run(
            "outgoing_result", id=id, is_good=int(is_good), now=now, status=status, error=error
        )

    async def next_delivery(self, webhook: str, *, now: int) -> DeliveryRow | None:
        row = await self.row("delivery_next", webhook=webhook, now=now)
        return None if row is None else as_struct(DeliveryRow, row)

    async def delivery(self, webhook: str, id: str) -> DeliveryRow | None:
        row = await self.row("delivery_find", webhook=webhook, id=id)
        return None if row is None else as_struct(DeliveryRow, row)

    async def failed_deliveries(self, webhook: str, *, most: int) -> list[DeliveryRow]:
        rows = await self.rows("deliveries_failed", webhook=webhook, most=most)
        return [as_struct(DeliveryRow, row) for row in rows]

    async def known_deliveries(self, webhook: str, *, since: int) -> set[tuple[int, str]]:
        """Return (seq, reason) of a webhook's deliveries since a time."""
        rows = await self.rows("deliveries_known", webhook=webhook, since=since)
        return {(row[0], row[1]) for row in rows}

    async def settle_delivery(
        self, delivery: DeliveryRow, *, next_at: int | None, status: int | None, error: str | None
    ) -> None:
        """Note how an attempt ended, in the delivery's state."""
        await self.run(
            "delivery_settle",
            webhook=delivery.webhook,
            id=delivery.id,
            next_at=next_at,
            state=delivery.state,
            status=status,
            error=error,
        )

    async def forget_delivery(self, delivery: DeliveryRow) -> None:
        await self.run("delivery_forget", webhook=delivery.webhook, id=delivery.id)

    async def retry_deliveries(self, webhook: str, id: str | None, *, now: int) -> int:
        """Try again what failed; returns how many deliveries that are."""
        return len(await self.rows("deliveries_retry", webhook=webhook, id=id, now=now))

    async def forget_old_deliveries(self, webhook: str, *, before: int, most: int) -> None:
        """Forget what is over since a time, and all failures but the newest."""
        await self.run("deliveries_old", webhook=webhook, before=before, most=most)


def _added(delivery: DeliveryRow) -> dict[str, Any]:
    names = ("webhook", "id", "seq", "reason", "created_at")
    return {name: getattr(delivery, name) for name in names}


async def outgoing_workspaces(tx: Transaction, *, most: int = 10_000) -> list[int]:
    """Return the numbers of the workspaces with outgoing webhooks."""
    return [row[0] for row in await tx.rows("outgoing_workspaces", most=most)]


async def due_webhooks(tx: Transaction, now: int, *, most: int = 500) -> list[DueWebhook]:
    """Return the webhooks with something to tell, the longest waiting first."""
    return [DueWebhook(*row) for row in await tx.rows("outgoing_due", now=now, most=most)]
