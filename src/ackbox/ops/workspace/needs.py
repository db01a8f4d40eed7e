"""workspace.needs: messages that need a person. Explained in docs/why/dashboard.md, "Needs you"."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ackbox.model.message import Message, Time
from ackbox.ops.rules import show
from ackbox.ops.rules.mutes import Muted, is_muted, mutes_of
from ackbox.ops.rules.mutes import shown as shown_mute
from ackbox.ops.rules.paging import fitting
from ackbox.ops.rules.pauses import Paused, pauses
from ackbox.ops.rules.presence import standing
from ackbox.ops.rules.seeing import Seen, see, written_by
from ackbox.ops.table import Call, Context, Limit, op
from ackbox.store.messages import Stored

MINUTE_MS = 60_000
# How long each may wait before it needs a person.
QUESTION_MS, URGENT_MS, STUCK_MS = 10 * MINUTE_MS, 2 * MINUTE_MS, MINUTE_MS
SINCE_MS = 7 * 24 * 60 * MINUTE_MS
# Maximum to search, so that the cost does not grow with the workspace.
NEWEST_SEQS, MAX_NEEDS = 10_000, 200
SHOWN_CHARS = 500
AWAITED_BYTES = 100_000

Kind = Literal["mail", "blocked", "question", "urgent", "late", "stuck", "expired"]


class GetNeeds(Call, frozen=True, kw_only=True):
    """Limit."""

    limit: Limit = 50


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """A message that needs a person's attention, and why."""

    kind: Annotated[
        Kind,
        Meta(
            description=(
                "Reason: `mail` for a person; `blocked`; `question` without a reply for "
                "ten minutes; `urgent` and unacknowledged for two; `late` for an overdue "
                "reply; `stuck` for a message of yours to an offline agent; `expired` "
                "undelivered"
            )
        ),
    ]
    message: Annotated[Message, Meta(description="Message; body cut to 500 characters")]
    waiting_for: Annotated[
        list[str],
        Meta(
            description=(
                "Recipients it waits for: those who have not acknowledged it, all of them for a "
                "`late` reply (at most 10)"
            )
        ),
    ]
    since: Annotated[Time, Meta(description="Time since which it waits")]
    is_answered: Annotated[bool, Meta(description="Whether another recipient has replied")] = False


class Needs(msgspec.Struct, frozen=True, kw_only=True):
    """Messages that need a person's attention, oldest first."""

    needs: Annotated[list[Need], Meta(description="Items, oldest first")]
    awaited: Annotated[list[str], Meta(description="Unknown names that messages wait for")]
    paused: Annotated[
        list[Paused],
        Meta(description="Threads and agents that are paused, as far as you may see them"),
    ] = []
    muted: Annotated[
        list[Muted],
        Meta(description="Messages, threads and agents that you have hidden (`mute.start`)"),
    ] = []


@op("workspace.needs", scope="read", is_slow=True)
async def needs(context: Context, params: GetNeeds) -> Needs:
    """Return what needs a person: messages, blocked, urgent or overdue work.

    Marks nothing. With a person's key it covers that person's messages, with any other key those of
    all people. What the person has hidden (`mute.start`) is left out.
    """
    store, now = context.store, context.now
    me = None if context.caller.agent is None else await store.reader(context.caller.agent)
    people = (
        [me]
        if me is not None and me.is_person
        else await store.humans() or await store.first_person()
    )
    mail = [
        seq
        for person in people
        for seq in await store.needs_mail(person.reader, now=now, most=MAX_NEEDS)
    ]
    after = await store.last_seq() - NEWEST_SEQS
    answered = await store.needs_recent(
        after=after, since=now - SINCE_MS, now=now, me=me.agent if me else -1, most=MAX_NEEDS
    )
    muted = [] if me is None or not me.is_person else await mutes_of(context, me)
    rows = [
        row
        for row in await store.messages_at(sorted({*mail, *answered}))
        if not (muted and is_muted(muted, row))
    ]
    tallies = await store.tallies([row.seq for row in rows])
    found = []
    for row in rows:
        kind = _kind(
            row,
            is_mail=row.seq in mail,
            is_answered=answered.get(row.seq, False),
            tally=tallies[row.seq],
            now=now,
            is_mine=me is not None and row.sender_agent == me.agent,
        )
        seen = None if kind is None else await see(context, params, row)
        if kind is None or seen is None:
            continue
        waiting = await _waiting(context, row, kind)
        if waiting or kind == "mail":
            found.append(
                _need(context, seen, kind, waiting, is_answered=answered.get(row.seq, False))
            )
        if len(found) == params.limit:
            break
    return Needs(
        needs=fitting(found),
        awaited=fitting(
            await store.awaited(visible_to=await written_by(context, params)), AWAITED_BYTES
        ),
        paused=[] if context.visible_to(None) is not None else pauses(context.workspace),
        muted=[shown_mute(each) for each in muted],
    )


def _kind(
    row: Stored,
    *,
    is_mail: bool,
    is_answered: bool,
    tally: tuple[int, ...],
    now: int,
    is_mine: bool,
) -> Kind | None:
    """Return why a message waits for a person, or null."""
    recipients, delivered, _, acknowledged = tally
    age = now - row.created_at
    if is_mail:
        return (
            "blocked"
            if row.intent == "blocked"
            else "question"
            if row.intent == "question"
            else "mail"
        )
    if is_answered:
        return None
    is_expired = row.expires_at is not None and row.expires_at <= now
    # An acknowledgement is not the reply that was expected.
    if row.expects_reply_by is not None and row.expects_reply_by <= now and not is_expired:
        return "late"
    if acknowledged >= recipients:
        return None
    if is_expired:
        return "expired" if delivered < recipients else None
    if is_mine:
        return "stuck" if delivered < recipients and age > STUCK_MS else None
    if row.intent == "blocked" and acknowledged == 0:
        return "blocked"
    if row.intent == "question" and acknowledged == 0 and age > QUESTION_MS:
        return "question"
    return "urgent" if row.priority == 5 and age > URGENT_MS else None


def _need(
    context: Context, seen: Seen, kind: Kind, waiting: list[str], *, is_answered: bool
) -> Need:
    shown = show.message(seen, context.workspace.name, body_chars=SHOWN_CHARS)
    return Need(
        kind=kind,
        message=shown,
        waiting_for=waiting,
        since=shown.created_at,
        is_answered=is_answered,
    )


async def _waiting(context: Context, row: Stored, kind: Kind) -> list[str]:
    """Return the recipients it waits for: for a reply also those who have acknowledged it."""
    store, names, away_only = context.store, list[str](), kind == "stuck"
    for who, trace in await store.traces(
        row.seq, sender_agent=row.sender_agent, is_broadcast=row.is_for_everyone, after=0, most=200
    ):
        # Archived and withdrawn messages wait for nobody.
        if (
            (trace.acknowledged_at is not None and kind != "late")
            or trace.archived_at is not None
            or (away_only and trace.delivered_at is not None)
        ):
            continue
        reader = await store.reader_by_number(who[0]) if away_only else None
        if reader is not None and (await standing(context, reader)).presence == "online":
            continue
        names.append(str(who[1]) if who[2] is None else f"{who[1]}/{who[2]}")
        if len(names) == 10:
            break
    return names
