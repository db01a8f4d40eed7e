"""The delivery of outgoing webhooks: claim a webhook, note how an attempt ended, take the next.

The request itself is made in app/sender.py, between two transactions. Explained in
docs/why/outgoing-webhooks.md.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec

from ackbox.model.outgoing import delay_ms, pause_ms
from ackbox.ops.table import Context
from ackbox.ops.webhook_out.manage import TEST
from ackbox.ops.webhook_out.payload import Attempt, attempt
from ackbox.store.messages import Stored
from ackbox.store.outgoing import DueWebhook, OutgoingRow

# Longer than an attempt may take, so that two servers do not make the same one.
LEASE_MS = 30_000
DELIVER = "webhook_out.deliver"


class Outcome(msgspec.Struct, frozen=True):
    """How an attempt ended: the status of the response, or the error; both for a refusal."""

    status: int | None
    error: str | None

    @property
    def is_good(self) -> bool:
        return self.error is None


async def take(context: Context, due: DueWebhook, *, address: str | None) -> Attempt | None:
    """Claim a webhook and return its next attempt; null when another server has it, or there is
    none.
    """
    until = context.now + LEASE_MS
    if not await context.store.claim_outgoing(due.id, expected=due.at, until=until):
        return None
    row = await context.store.find_outgoing(due.id)
    return None if row is None else await _next(context, row, until, 0, address)


async def settle(
    context: Context, done: Attempt, outcome: Outcome, *, address: str | None
) -> Attempt | None:
    """Note how an attempt ended, and return the webhook's next attempt.

    Null when nothing is due, when the receiver failed, and when another server has the webhook.
    """
    store = context.store
    until = context.now + LEASE_MS
    # First: the row stays locked until the commit, so that no delivery is added unseen.
    is_mine = await store.claim_outgoing(done.webhook, expected=done.until, until=until)
    row = await store.find_outgoing(done.webhook)
    if row is None:
        return None
    await _record(context, done, outcome, is_remembered=row.topic == "needs")
    await store.note_result(
        row.id,
        is_good=outcome.is_good,
        now=context.now,
        status=outcome.status,
        error=outcome.error,
    )
    if outcome.is_good != (row.last_error is None):
        await _event(context, "recovered" if outcome.is_good else "failing", done)
    if not is_mine:
        return None
    pause = 0 if outcome.is_good else pause_ms(row.failures + 1)
    return await _next(context, row, until, pause, address)


async def _record(
    context: Context, done: Attempt, outcome: Outcome, *, is_remembered: bool
) -> None:
    store, delivery = context.store, done.delivery
    is_test = delivery.reason == TEST
    if outcome.is_good and not is_test and not is_remembered:
        # The webhook's position in the feed remembers it.
        await store.forget_delivery(delivery)
        return
    wait = None if outcome.is_good or is_test else delay_ms(delivery.attempts + 1)
    state = "done" if outcome.is_good or is_test else "failed" if wait is None else "waiting"
    await store.settle_delivery(
        msgspec.structs.replace(delivery, state=state),
        next_at=None if wait is None else context.now + wait,
        status=outcome.status,
        error=outcome.error,
    )
    if is_test or state == "failed":
        await _event(context, "tested" if is_test else "failed", done)


async def _event(context: Context, what: str, done: Attempt) -> None:
    """Write an event about an attempt, with ids only."""
    subject: dict[str, Any] = {"id": done.webhook, "delivery": done.delivery.id}
    context.rings.add(
        await context.store.add_event(
            f"webhook_out.{what}", at=context.now, reader=0, subject=subject
        )
    )


async def _next(
    context: Context, row: OutgoingRow, until: int, pause: int, address: str | None
) -> Attempt | None:
    """Return the next attempt, or release the webhook: to when something is due, and not before a
    pause is over.
    """
    delivery = None if pause else await context.store.next_delivery(row.id, now=context.now)
    if delivery is None:
        await context.store.release_outgoing(row.id, until=until, earliest=context.now + pause)
        return None
    message = await context.store.message_at(delivery.seq) if delivery.seq else None
    workspace = context.workspace
    return attempt(
        row,
        delivery,
        message,
        workspace=workspace.name,
        is_sealed=bool(workspace.sealed),
        link=_link(address, workspace.name, message),
        now=context.now,
        until=until,
    )


def _link(address: str | None, workspace: str, message: Stored | None) -> str | None:
    """Return the address of a message on the dashboard, as far as the server knows its own."""
    if address is None or message is None:
        return None
    return f"{address}/w/{quote(workspace, safe='')}/t/{message.thread_id}#{message.id}"
