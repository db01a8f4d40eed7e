"""Reminding: what the server does when half of the time for a reply is over, and when it is due.

It writes the event that the sender reads, once, however many servers run; the recipient's program
shows the reminder with its next event. Explained in docs/why/obligations.md.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ackbox.model.moment import to_text
from ackbox.ops.rules.obligations import DUE, HALF_TIME
from ackbox.ops.rules.presence import standing
from ackbox.ops.table import Context
from ackbox.store.messages import Stored
from ackbox.store.obligations import Owed
from ackbox.store.readers import Reader

# An overdue reply is remembered for so long; then the message is history.
KEPT_MS = 7 * 86_400_000
MAX_WITH_ROLE = 200


async def remind(context: Context, owed: Owed) -> bool:
    """Take the next step of an expected reply; false when it is over, or another server did it.

    A server that was away at half time goes on with the time when the reply is due.
    """
    row = await context.store.message_at(owed.seq)
    if row is None or row.expects_reply_by is None or await _is_over(context, row, owed):
        await context.store.expect_no_reply(owed.seq)
        return False
    is_due = row.expects_reply_by <= context.now
    addresses = await context.store.claim_reminder(
        row.seq,
        expected=owed.at,
        stage=DUE if is_due else HALF_TIME,
        next_at=row.expects_reply_by + (KEPT_MS if is_due else 0),
    )
    if not addresses:
        return False
    sent_on = []
    for channel, reroute in addresses:
        if is_due and reroute:
            sent_on += await _send_on(context, row, channel)
    subject: dict[str, Any] = {
        "message": row.id,
        "seq": row.seq,
        "due_at": to_text(row.expects_reply_by),
    }
    if sent_on:
        subject["rerouted"] = sent_on
    for channel, *_ in await context.store.channels(row.seq):
        reader = await context.store.reader_by_number(channel) if channel else None
        context.store.posted.add(0 if reader is None else reader.agent)
    context.rings.add(
        await context.store.add_event(
            "message.overdue" if is_due else "message.half_time",
            at=context.now,
            reader=row.sender_agent,
            subject=subject,
        )
    )
    return True


async def _is_over(context: Context, row: Stored, owed: Owed) -> bool:
    """Whether the expected reply is no longer needed."""
    assert row.expects_reply_by is not None
    is_expired = row.expires_at is not None and row.expires_at <= context.now
    was_long_ago = row.expects_reply_by + KEPT_MS <= context.now or owed.at > row.expects_reply_by
    return is_expired or was_long_ago or await context.store.first_answer(row) is not None


async def _send_on(context: Context, row: Stored, channel: int) -> list[dict[str, str]]:
    """Address an overdue message to another live instance of its recipient, or to a live agent of
    the same role; its receipt says from where it came.
    """
    store = context.store
    recipient = await store.reader_by_number(channel) if channel else None
    if recipient is None or recipient.kind != "agent":
        return []
    channels = await store.channels(row.seq)
    taken = {number for number, *_ in channels}
    has_it = {agent for _, agent, *_ in channels} | {row.sender_agent}
    other = await _other_instance(context, recipient, taken) or await _of_same_role(
        context, recipient, has_it
    )
    if other is None:
        return []
    await store.send_on(row.seq, other, expires_at=row.expires_at)
    assert row.expects_reply_by is not None
    await store.expect_reply(
        row.seq, other.reader, stage=DUE, next_at=row.expects_reply_by + KEPT_MS
    )
    trace = await store.trace(row.seq, other.reader)
    step = ["", context.now, context.face, context.operation, f"from {_address(recipient)}"]
    evidence = {**trace.evidence, "rerouted": [step]}
    await store.put_trace(row.seq, other.reader, msgspec.structs.replace(trace, evidence=evidence))
    context.totals.forget()
    return [{"from": _address(recipient), "to": _address(other)}]


def _address(reader: Reader) -> str:
    return reader.name if reader.instance is None else f"{reader.name}/{reader.instance}"


async def _other_instance(context: Context, recipient: Reader, taken: set[int]) -> Reader | None:
    """Return another live instance of an agent, for a message to one of its instances."""
    if recipient.is_agent or recipient.agent in taken:
        return None
    family = await context.store.family(recipient.agent)
    return await _live(
        context, [each for each in family if not each.is_agent and each.reader not in taken]
    )


async def _of_same_role(
    context: Context, recipient: Reader, has_it: set[int | None]
) -> Reader | None:
    """Return a live agent that has the role of a recipient and does not have the message."""
    store = context.store
    cards = [await store.presence(number) for number in (recipient.reader, recipient.agent)]
    roles = [msgspec.json.decode(each.card).get("role") for each in cards if each is not None]
    role = next((each for each in roles if each), None)
    if role is None:
        return None
    holders = [
        each
        for each, card in await store.with_role(role, most=MAX_WITH_ROLE)
        if msgspec.json.decode(card).get("role") == role and each.agent not in has_it
    ]
    return await _live(context, holders)


async def _live(context: Context, readers: list[Reader]) -> Reader | None:
    """Return the reader that was seen last among those that are online."""
    found: list[tuple[int, Reader]] = []
    for reader in readers:
        here = await standing(context, reader)
        if reader.seen and here.presence == "online":
            found.append((here.last_seen or 0, reader))
    return max(found, key=lambda each: each[0])[1] if found else None
