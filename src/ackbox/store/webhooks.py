"""Webhooks in the store: endpoints for other systems, each with its secret.

The secret is stored unchanged, because a signature is checked with the same bytes. Explained in
docs/why/webhooks.md.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ackbox.store.bound import Bound, as_struct
from ackbox.store.engine import Transaction


class WebhookRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of `webhook`."""

    ws: int
    id: str
    form: str
    secret: bytes
    audience: str
    subject: str | None
    body: str
    intent: str
    priority: int
    created_by: str
    created_at: int
    received: int = 0
    received_at: int | None = None

    def __repr__(self) -> str:
        return f"WebhookRow({self.id})"


def _row(found: Any) -> WebhookRow:
    row = as_struct(WebhookRow, found)
    return msgspec.structs.replace(row, secret=bytes(row.secret))


class Webhooks(Bound):
    """Questions about webhooks."""

    async def add_webhook(self, row: WebhookRow) -> None:
        fields = msgspec.structs.asdict(row)
        await self.run(
            "webhook_add",
            **{
                name: fields[name]
                for name in fields
                if name not in ("ws", "received", "received_at")
            },
        )

    async def webhooks(self) -> list[WebhookRow]:
        return [_row(row) for row in await self.rows("webhooks_of")]

    async def count_received(self, id: str, *, now: int) -> None:
        await self.run("webhook_received", id=id, now=now)

    async def remove_webhook(self, id: str) -> None:
        await self.run("webhook_remove", id=id)


async def find_webhook(tx: Transaction, id: str) -> WebhookRow | None:
    """Return the webhook of that id, in whichever workspace it is."""
    rows = await tx.rows("webhook_find", id=id)
    return _row(rows[0]) if rows else None
