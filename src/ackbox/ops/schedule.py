"""schedule.*: add, list, remove; and the server's run of due schedules.

Explained in docs/why/schedules.md.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ackbox.errors import Conflict, Invalid, NotAllowed, NotFound
from ackbox.model.address import parse_audience
from ackbox.model.cron import LONGEST, Cron, parse_cron
from ackbox.model.message import SUBJECT_LIMIT, Priority, Time
from ackbox.model.moment import to_text, to_text_or_none
from ackbox.ops.access import Caller
from ackbox.ops.message.audience import resolve
from ackbox.ops.message.send import Intent, Send, Sent, store_message
from ackbox.ops.rules.automatic import Automatic, automatic_fields
from ackbox.ops.rules.beginning import beginning
from ackbox.ops.rules.paging import Paged, page_of
from ackbox.ops.table import Call, Context, op
from ackbox.store.schedules import Due, ScheduleRow

CRON = "system:cron"
MAX_SCHEDULES = 500
BODY_LIMIT = 20_000
# Maximum delay of a run that counts as on time; the server looks every second.
ON_TIME_MS = 60_000
COUNTED_UP_TO = 1_000
INTERVAL_S = 60
# Next times of an expression that are held against the shortest time between two.
TIMES_LOOKED_AT = 50
NEVER = 253_402_300_799_000  # the year 9999 ends
SERVER = Caller(key_id="schedule", ws=0, role="operator", agent=CRON)


class AddSchedule(Call, frozen=True, kw_only=True):
    """Message to send, its recipients and times."""

    cron: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=LONGEST,
            description=(
                "Cron expression: minute, hour, day, month, weekday ('0 9 * * MON-FRI'), "
                "or @hourly, @daily, @weekly, @monthly, @yearly"
            ),
        ),
    ]
    to: Annotated[
        str | list[str],
        Meta(
            description=(
                "Recipients: names separated by commas, or a list; * for everyone, user for "
                "all people"
            )
        ),
    ]
    body: Annotated[
        str,
        Meta(min_length=1, max_length=BODY_LIMIT, description="Text (at most 20,000 characters)"),
    ]
    subject: (
        Annotated[
            str, Meta(max_length=SUBJECT_LIMIT, description="Subject (at most 200 characters)")
        ]
        | None
    ) = None
    zone: Annotated[
        str,
        Meta(
            max_length=64,
            description="IANA time zone of the expression, such as Europe/Berlin",
        ),
    ] = "UTC"
    intent: Intent = "inform"
    priority: Priority = 3


class Schedule(Automatic, frozen=True, kw_only=True):
    """A scheduled message."""

    cron: Annotated[str, Meta(description="Cron expression")]
    zone: Annotated[str, Meta(description="Time zone of the expression")]
    to: Annotated[list[str], Meta(description="Recipients")]
    next_at: Annotated[Time, Meta(description="Next time it sends")]
    last_at: Annotated[Time | None, Meta(description="Last time it sent or failed")] = None
    last_error: Annotated[
        str | None, Meta(description="Reason why the last run failed; null if it sent")
    ] = None


class Schedules(msgspec.Struct, frozen=True, kw_only=True):
    """Schedules of the workspace."""

    schedules: Annotated[list[Schedule], Meta(description="Items, oldest first")]
    cursor: Annotated[
        str | None, Meta(description="Cursor for the next page; null on the last page")
    ] = None


def _shown(row: ScheduleRow) -> Schedule:
    return Schedule(
        **automatic_fields(row),
        cron=row.cron,
        zone=row.zone,
        to=msgspec.json.decode(row.audience),
        next_at=to_text(row.next_at),
        last_at=to_text_or_none(row.last_at),
        last_error=row.last_error,
    )


@op("schedule.add", scope="write", writes=True, creates=True)
async def add(context: Context, params: AddSchedule) -> Schedule:
    """Add a schedule that sends a message at the times of a cron expression.

    The sender is `system:cron`. When times pass while no server runs, the server sends one message
    with the number of missed times.

    Raises Invalid, UnknownRecipient, Conflict (a look-alike name, or too many schedules).
    """
    me = await context.me(params)
    cron = parse_cron(params.cron, params.zone)
    next_at = cron.after(context.now)
    limit = context.workspace.settings.get("schedules_limit", MAX_SCHEDULES)
    if len(await context.store.schedules(most=MAX_SCHEDULES)) >= limit:
        raise Conflict(
            f"This workspace has {limit} schedules already.",
            hint=(
                "Remove some with schedule.remove, or ask an operator to raise "
                "`schedules_limit` with workspace.settings."
            ),
            limit=limit,
        )
    _check_rate(context, cron, next_at)
    # Unknown recipients fail now, not when the schedule runs.
    unknown = context.workspace.settings.get("unknown", "hold")
    audience = await resolve(context, params.to, instance=None, unknown=unknown, sender=me)
    id = context.new_id(context.now)
    seq = await context.store.add_event(
        "schedule.added", at=context.now, reader=me.agent, subject={"id": id}
    )
    context.rings.add(seq)
    row = ScheduleRow(
        id=id,
        seq=seq,
        cron=cron.expression,
        zone=cron.zone,
        audience=msgspec.json.encode([str(each) for each in audience.addresses]).decode(),
        subject=params.subject,
        body=params.body,
        intent=params.intent,
        priority=params.priority,
        created_by=me.name,
        created_at=context.now,
        next_at=next_at,
    )
    await context.store.add_schedule(row)
    return _shown(row)


def _interval_ms(context: Context) -> int:
    return int(context.workspace.settings.get("schedule_interval_s", INTERVAL_S)) * 1000


def _check_rate(context: Context, cron: Cron, first: int) -> None:
    """Raise Invalid when two of the next times of an expression are closer together than the
    workspace allows.
    """
    shortest, at = None, first
    for _ in range(TIMES_LOOKED_AT):
        try:
            at, before = cron.after(at), at
        except Invalid:
            break  # it has no more times
        shortest = at - before if shortest is None else min(shortest, at - before)
    allowed = _interval_ms(context)
    if shortest is not None and shortest < allowed:
        raise Invalid(
            (
                f"`cron` {cron.expression!r} fires {shortest // 1000:,} seconds apart; the "
                f"minimum in this workspace is {allowed // 1000:,}."
            ),
            hint=(
                "Choose times that are further apart, or ask an operator to lower"
                " `schedule_interval_s` with workspace.settings."
            ),
            field="cron",
        )


class ListSchedules(Paged, frozen=True, kw_only=True):
    """Page to return."""


@op("schedule.list", scope="read")
async def list_schedules(context: Context, params: ListSchedules) -> Schedules:
    """List the workspace's schedules.

    In a private workspace agents see the schedules they added; people and operators see all.
    """
    rows = await context.store.schedules(most=MAX_SCHEDULES)
    page, cursor = page_of(
        context.workspace.ws,
        "schedules",
        [_shown(row) for row in rows if _may_see(context, params, row)],
        params,
    )
    return Schedules(schedules=page, cursor=cursor)


class RemoveSchedule(Call, frozen=True, kw_only=True):
    """Schedule to remove."""

    id: Annotated[
        str, Meta(min_length=1, max_length=64, description="Id of the schedule, or its beginning")
    ]


@op("schedule.remove", scope="write", writes=True)
async def remove(context: Context, params: RemoveSchedule) -> Schedule:
    """Remove a schedule and return it; sent messages stay.

    Raises NotFound, NotAllowed (an agent's key, and another agent added it).
    """
    row = await context.store.schedule(params.id)
    if row is None:
        rows = await context.store.schedules(most=MAX_SCHEDULES)
        row = beginning([each for each in rows if _may_see(context, params, each)], params.id)
    if row is None or not _may_see(context, params, row):
        raise NotFound("There is no such schedule.", hint="See schedule.list.", field="id")
    if context.caller.role == "agent" and not _is_own(context, params, row):
        raise NotAllowed(
            f"{row.created_by!r} added this schedule.",
            hint="Ask them, or a person, to remove it.",
            field="id",
        )
    await context.store.remove_schedule(row.id)
    context.rings.add(
        await context.store.add_event(
            "schedule.removed", at=context.now, reader=0, subject={"id": row.id}
        )
    )
    return _shown(row)


def _is_own(context: Context, params: Call, row: ScheduleRow) -> bool:
    has_name = params.agent is not None or context.caller.agent is not None
    return has_name and context.identity(params)[0] == row.created_by


def _may_see(context: Context, params: Call, row: ScheduleRow) -> bool:
    return context.visible_to(None) is None or _is_own(context, params, row)


def resumed(record: dict[str, Any], now: int) -> dict[str, Any]:
    """Return an imported schedule with its next time from now on; past times were the other
    server's. Raises Invalid.
    """
    parse_audience(msgspec.json.decode(record["audience"], type=list[str]))
    return record | {"next_at": parse_cron(record["cron"], record["zone"]).after(now)}


async def fire(context: Context, due: Due) -> Sent | None:
    """Send what a schedule is due to send, unless another server has; returns what became of it.

    The firing is claimed by the time it was expected at, in the transaction that stores the
    message, so that
    both happen once or not at all.
    """
    row = await context.store.schedule(due.id)
    if row is None or row.next_at != due.at:
        return None
    cron = Cron(row.cron, row.zone)
    newest = cron.newest(context.now)
    # A schedule from before the workspace's limit keeps to it from its next time on.
    next_at = cron.after(max(context.now, newest + _interval_ms(context) - 1))
    if not await context.store.claim_schedule(
        row.id, expected=due.at, next_at=next_at, last_at=newest
    ):
        return None
    missed = cron.count(due.at, newest, most=COUNTED_UP_TO + 1) - 1
    about: dict[str, Any] = {"schedule": row.id, "due_at": to_text(newest)}
    if missed:
        about |= {"missed": missed, "missed_since": to_text(due.at)}
    params = Send(
        to=list(msgspec.json.decode(row.audience)),
        body=row.body + _late(newest, missed, due.at, context.now),
        subject=row.subject,
        intent=row.intent,
        priority=row.priority,
        metadata=about,
        idempotency_key=f"schedule:{row.id}:{newest}",
        unknown="hold",
    )
    return await store_message(context, await context.server(CRON), params)


def _late(newest: int, missed: int, since: int, now: int) -> str:
    """Return what a message says of times that passed unused.

    Nothing when it is on time and none did.
    """
    told = []
    if missed:
        many = f"more than {COUNTED_UP_TO:,}" if missed > COUNTED_UP_TO - 1 else f"{missed:,}"
        told.append(f"Missed before this one: {many}, since {to_text(since)}.")
    if now - newest > ON_TIME_MS:
        told.append(f"This one was due at {to_text(newest)}.")
    return f"\n\n({' '.join(told)} No server was running.)" if told else ""


async def give_up(context: Context, due: Due, why: str) -> None:
    """Go on to a schedule's next time after one that could not be sent, and say why."""
    row = await context.store.schedule(due.id)
    if row is None or row.next_at != due.at:
        return
    try:
        next_at = Cron(row.cron, row.zone).after(context.now)
    except Invalid:
        # Without a next time it stays in the list with the reason, and does not run again.
        next_at = NEVER
    if await context.store.claim_schedule(row.id, expected=due.at, next_at=next_at, last_at=due.at):
        await context.store.fail_schedule(row.id, why)
        context.rings.add(
            await context.store.add_event(
                "schedule.failed", at=context.now, reader=0, subject={"id": row.id, "why": why}
            )
        )
