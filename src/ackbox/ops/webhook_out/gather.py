"""What outgoing webhooks report: read from the feed, and from what needs a person.

The background calls it; nothing here runs while a message is sent. Explained in
docs/why/outgoing-webhooks.md.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import msgspec

from ackbox.ops.access import Caller
from ackbox.ops.table import Context
from ackbox.ops.workspace.needs import GetNeeds, needs
from ackbox.store.engine import Row
from ackbox.store.outgoing import DeliveryRow, OutgoingRow

# Lines of the feed that one step reads for one webhook.
PAGE = 500
# Lines without news that a server reads again after a start, rather than store its position.
MAX_READ_AGAIN = 10_000
# Deliveries that wait for one webhook before the feed waits too.
MAX_WAITING = 1_000
MAX_FAILED = 1_000
# A message is reported once as long as it is younger; then the delivery is forgotten.
KEPT_MS = 30 * 86_400_000
MAX_NEEDS = 500
GATHER = "webhook_out.gather"
# It reads with an operator's permissions, in no agent's name.
TELLER = Caller(key_id="webhook_out", ws=0, role="operator")


class News(msgspec.Struct, frozen=True):
    """The news for one webhook: (seq, reason) of messages up to a number."""

    row: OutgoingRow
    upto: int
    about: list[tuple[int, str]]


class Found(msgspec.Struct):
    """News by webhook, how far the feed was read for each, and whether there is more now."""

    news: list[News] = []
    read_to: dict[str, int] = {}
    has_more: bool = False


async def look(context: Context, read_to: dict[str, int], *, with_needs: bool) -> Found:
    """Return the news for the workspace's webhooks; reads only.

    `read_to` is how far this server has read the feed for each webhook.
    """
    found = Found()
    for row in await context.store.outgoing():
        upto = found.read_to[row.id] = max(row.position, read_to.get(row.id, 0))
        if row.waiting >= MAX_WAITING:
            continue
        if row.topic == "needs":
            if with_needs and (about := await _needs(context, row)):
                found.news.append(News(row, row.position, about))
            continue
        lines = await context.store.outgoing_feed(after=upto, most=PAGE)
        if lines:
            upto = found.read_to[row.id] = int(lines[-1][0])
            found.has_more = found.has_more or len(lines) == PAGE
        about = _wanted(row.topic, lines)
        if about or upto - row.position > MAX_READ_AGAIN:
            found.news.append(News(row, upto, about))
    return found


def _wanted(topic: str, lines: Sequence[Row]) -> list[tuple[int, str]]:
    """Return (seq, reason) of the messages that a topic is about."""
    if topic == "overdue":
        # The event comes again when a message has several recipients.
        late = (json.loads(line[3]) for line in lines if line[1] == "message.overdue")
        return [(int(each["seq"]), "overdue") for each in late]
    sent = [line for line in lines if line[1] == "message.sent"]
    if topic == "urgent":
        return [(line[0], "urgent") for line in sent if line[2] == 5]
    return [(line[0], "sent") for line in sent]


async def _needs(context: Context, row: OutgoingRow) -> list[tuple[int, str]]:
    """Return (seq, reason) of what needs a person since the webhook was added."""
    known = await context.store.known_deliveries(row.id, since=context.now - KEPT_MS)
    asked = GetNeeds(limit=MAX_NEEDS)
    return [
        (each.message.seq, each.kind)
        for each in (await needs(context, asked)).needs
        if each.message.seq > row.position and (each.message.seq, each.kind) not in known
    ]


async def store(context: Context, found: Found) -> int:
    """Store what a look found, unless another server did; returns how many deliveries."""
    many = 0
    for each in found.news:
        deliveries = [
            DeliveryRow(
                webhook=each.row.id,
                id=context.new_id(context.now),
                seq=seq,
                reason=reason,
                created_at=context.now,
            )
            for seq, reason in each.about
        ]
        if await context.store.advance_outgoing(each.row, each.upto, deliveries, now=context.now):
            many += len(deliveries)
        else:
            # The other server may have read less: look again from its position.
            found.read_to.pop(each.row.id, None)
            found.has_more = True
    return many


async def tidy(context: Context) -> None:
    """Forget deliveries that are over, and all but the newest failures."""
    for row in await context.store.outgoing():
        await context.store.forget_old_deliveries(
            row.id, before=context.now - KEPT_MS, most=MAX_FAILED
        )
