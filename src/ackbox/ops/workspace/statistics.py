"""workspace.flow, workspace.health: message traffic between agents, and delivery delays.

Every answer counts the newest messages up to a bound and says from when its numbers are complete.
Explained in docs/why/watching.md.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.model.message import Time
from ackbox.model.moment import to_text, to_text_or_none
from ackbox.ops.rules.presence import Standing, everyone
from ackbox.ops.rules.seeing import narrowed
from ackbox.ops.table import Call, Context, op
from ackbox.store.engine import Row
from ackbox.store.stretch import Stretch

MINUTE_MS = 60_000
WEEK_MINUTES = 10_080
STEPS = 60
SPARK_STEPS = 12
MAX_PAIRS = 500
MAX_AGENTS = 200
MAX_INTENTS = 12
UNREAD_UP_TO = 100

Minutes = Annotated[
    int, Meta(ge=1, le=WEEK_MINUTES, description="Length of the period in minutes (1 to 10,080)")
]
CompleteSince = Annotated[
    Time,
    Meta(
        description=(
            "Time from which the numbers are complete; at most 20,000 messages are counted"
        )
    ),
]


class GetFlow(Call, frozen=True, kw_only=True):
    """Period, and number of messages to list."""

    minutes: Minutes = 15
    travels: Annotated[
        int,
        Meta(
            ge=0,
            le=1000,
            description=("Number of newest messages to list without their text (0 to 1,000)"),
        ),
    ] = 0


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Messages from one sender to one recipient."""

    sender: Annotated[str, Meta(description="Sender")]
    recipient: Annotated[str, Meta(description="Recipient; * for everyone")]
    messages: Annotated[int, Meta(description="Number of messages")]
    urgent: Annotated[int, Meta(description="Number of urgent messages")]
    intent: Annotated[str, Meta(description="Most frequent intent")]
    last_at: Annotated[Time, Meta(description="Time of the newest message")]


class Travel(msgspec.Struct, frozen=True, kw_only=True):
    """One message without its text."""

    id: Annotated[str, Meta(description="Id of the message")]
    at: Annotated[Time, Meta(description="Time of sending")]
    sender: Annotated[str, Meta(description="Sender")]
    to: Annotated[list[str], Meta(description="Recipient; * for everyone")]
    intent: Annotated[str, Meta(description="Intent")]
    priority: Annotated[int, Meta(description="Priority (1 to 5; 5 is most urgent)")]


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """Pairs of senders and recipients in a period."""

    since: Annotated[Time, Meta(description="Start of the period")]
    complete_since: CompleteSince
    pairs: Annotated[list[Pair], Meta(description="Pairs, most messages first (at most 500)")]
    left_out: Annotated[int, Meta(description="Number of pairs that are not listed")]
    travels: Annotated[list[Travel], Meta(description="Messages, oldest first")]


@op("workspace.flow", scope="read", is_slow=True)
async def flow(context: Context, params: GetFlow) -> Flow:
    """Return who sends messages to whom, with counts without marking anything.

    Each pair has its most frequent intent. In a private workspace it covers the caller's messages
    only.
    """
    of = await _stretch(context, params, params.minutes)
    pairs = _pairs(await context.store.pairs(of))
    travels = (
        _travels(await context.store.travels(of, most=params.travels)) if params.travels else []
    )
    return Flow(
        since=to_text(of.since),
        complete_since=to_text(of.complete_since),
        pairs=pairs[:MAX_PAIRS],
        left_out=max(len(pairs) - MAX_PAIRS, 0),
        travels=travels,
    )


async def _stretch(context: Context, call: Call, minutes: int) -> Stretch:
    since = max(context.now - minutes * MINUTE_MS, 0)
    return await context.store.stretch(since, visible_to=await narrowed(context, call))


def _pairs(rows: Sequence[Row]) -> list[Pair]:
    """Put the rows of each pair, one for each intent, together."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row[0], row[1]), []).append(row)
    pairs = [
        Pair(
            sender=sender,
            recipient=recipient,
            messages=sum(int(row[3]) for row in own),
            urgent=sum(int(row[4]) for row in own),
            intent=own[0][2],
            last_at=to_text(max(row[5] for row in own)),
        )
        for (sender, recipient), own in found.items()
    ]
    return sorted(pairs, key=lambda pair: -pair.messages)


def _travels(rows: Sequence[Row]) -> list[Travel]:
    found: dict[int, Travel] = {}
    for seq, id, at, sender, recipient, intent, priority in rows:
        if seq not in found:
            found[seq] = Travel(
                id=id, at=to_text(at), sender=sender, to=[], intent=intent, priority=priority
            )
        if recipient not in found[seq].to:
            found[seq].to.append(recipient)
    return list(found.values())


class GetHealth(Call, frozen=True, kw_only=True):
    """Period."""

    minutes: Minutes = 15


class Delay(msgspec.Struct, frozen=True, kw_only=True):
    """Percentiles of a delay, in milliseconds."""

    receipts: Annotated[int, Meta(description="Number of receipts")]
    p50_ms: Annotated[int, Meta(description="Median, in milliseconds")]
    p95_ms: Annotated[int, Meta(description="95th percentile, in milliseconds")]
    p99_ms: Annotated[int, Meta(description="99th percentile, in milliseconds")]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of time."""

    at: Annotated[Time, Meta(description="Start of the step")]
    messages: Annotated[dict[str, int], Meta(description="Number of messages by intent")]
    picked_up: Annotated[
        Delay | None, Meta(description="Time from sent to delivered, for messages of this step")
    ] = None
    acknowledged: Annotated[
        Delay | None,
        Meta(description="Time from sent to acknowledged, for messages of this step"),
    ] = None


class MailboxHealth(msgspec.Struct, frozen=True, kw_only=True):
    """Unread and unacknowledged messages of one agent."""

    agent: Annotated[str, Meta(description="Name")]
    presence: Annotated[Standing, Meta(description="Presence: online, idle or away")]
    unread: Annotated[int, Meta(description="Number of unread messages (counted up to 100)")]
    oldest_unread_at: Annotated[Time | None, Meta(description="Time of the oldest of them")]
    unacknowledged: Annotated[
        int,
        Meta(
            description=("Number of direct messages of the last week that it has not acknowledged")
        ),
    ]
    oldest_unacknowledged_at: Annotated[Time | None, Meta(description="Time of the oldest of them")]
    sent: Annotated[
        list[int],
        Meta(
            description=(
                "Number of messages sent in each five minutes of the last hour, oldest first"
            )
        ),
    ]


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """Rates, delays and waiting messages."""

    since: Annotated[Time, Meta(description="Start of the period")]
    complete_since: CompleteSince
    messages: Annotated[int, Meta(description="Number of messages")]
    step_s: Annotated[int, Meta(description="Length of a step in seconds")]
    steps: Annotated[list[Step], Meta(description="Steps, oldest first; empty steps are left out")]
    picked_up: Annotated[
        Delay | None, Meta(description="Time from sent to delivered, for the period")
    ]
    acknowledged: Annotated[
        Delay | None, Meta(description="Time from sent to acknowledged, for the period")
    ]
    agents: Annotated[list[MailboxHealth], Meta(description="Agents, by last call (at most 200)")]
    left_out: Annotated[int, Meta(description="Number of agents that are not listed")]
    behind: Annotated[int, Meta(description="Number of events that the search index is behind")]
    undelivered: Annotated[
        int,
        Meta(description="Number of deliveries to outgoing webhooks that failed at every attempt"),
    ] = 0


@op("workspace.health", scope="read", is_slow=True)
async def health(context: Context, params: GetHealth) -> Health:
    """Return message rates, delays and backlogs without marking anything.

    Delays are from sent to delivered and to acknowledged. In a private workspace it covers the
    caller's messages only.
    """
    store = context.store
    of = await _stretch(context, params, params.minutes)
    step = max(params.minutes * MINUTE_MS // STEPS, 1000)
    rates = await store.rates(of, step=step)
    delays = {
        mark: {row[0]: _delay(row) for row in await store.delays(of, mark, step=step)}
        for mark in ("delivered", "acknowledged")
    }
    total = {mark: await store.delays(of, mark) for mark in ("delivered", "acknowledged")}
    agents, left_out = await _agents(context, of.visible_to)
    return Health(
        since=to_text(of.since),
        complete_since=to_text(of.complete_since),
        messages=sum(row[2] for row in rates),
        step_s=step // 1000,
        steps=_steps(of.since, step, rates, delays),
        agents=agents,
        left_out=left_out,
        picked_up=_delay(total["delivered"][0]) if total["delivered"] else None,
        acknowledged=_delay(total["acknowledged"][0]) if total["acknowledged"] else None,
        behind=max(await store.last_seq() - await store.indexed_to(), 0),
        undelivered=sum(each.failed for each in await store.outgoing()),
    )


def _delay(row: Row) -> Delay:
    return Delay(receipts=row[1], p50_ms=row[2], p95_ms=row[3], p99_ms=row[4])


def _steps(
    since: int, step: int, rates: Sequence[Row], delays: dict[str, dict[int, Delay]]
) -> list[Step]:
    totals = Counter[str]()
    for _, intent, count in rates:
        totals[intent] += count
    # Intents are free words; a chart has room for a few.
    named = {intent for intent, _ in totals.most_common(MAX_INTENTS)}
    found: dict[int, Counter[str]] = {}
    for bucket, intent, count in rates:
        found.setdefault(bucket, Counter())[intent if intent in named else "other"] += count
    return [
        Step(
            at=to_text(since + bucket * step),
            messages=dict(counts),
            picked_up=delays["delivered"].get(bucket),
            acknowledged=delays["acknowledged"].get(bucket),
        )
        for bucket, counts in sorted(found.items())
    ]


async def _agents(context: Context, visible_to: int | None) -> tuple[list[MailboxHealth], int]:
    """Return the message counts of the listed agents only."""
    store, now = context.store, context.now
    hour = await store.stretch(max(now - 60 * MINUTE_MS, 0), visible_to=visible_to)
    week = await store.stretch(max(now - WEEK_MINUTES * MINUTE_MS, 0), visible_to=visible_to)
    step = 60 * MINUTE_MS // SPARK_STEPS
    sent: dict[str, list[int]] = {}
    for name, bucket, count in await store.sent(hour, step=step):
        sent.setdefault(name, [0] * SPARK_STEPS)[min(bucket, SPARK_STEPS - 1)] += count
    waiting = await store.waiting(week, now=now)
    members = [each for each in await everyone(context) if visible_to in (None, each.reader)]
    listed = heapq.nsmallest(
        MAX_AGENTS, members, key=lambda each: (-(each.last_seen or 0), each.name)
    )
    posts = []
    for each in listed:
        reader = await store.reader_by_number(each.reader)
        assert reader is not None
        unread = await store.unmarked(reader, "read", after=0, most=UNREAD_UP_TO, now=now)
        oldest = await store.message_at(unread[0]) if unread else None
        count, since = waiting.get(reader.name, (0, None))
        posts.append(
            MailboxHealth(
                agent=reader.name,
                presence=each.presence,
                unread=len(unread),
                unacknowledged=count,
                oldest_unread_at=None if oldest is None else to_text(oldest.created_at),
                oldest_unacknowledged_at=to_text_or_none(since),
                sent=sent.get(reader.name, [0] * SPARK_STEPS),
            )
        )
    return posts, max(len(members) - MAX_AGENTS, 0)
