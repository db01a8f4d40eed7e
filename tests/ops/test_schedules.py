"""Schedules: messages each once, from any number of servers, on days of any length."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec
import pytest

from ackbox.app.call import open_app
from ackbox.errors import AckboxError, Conflict, Invalid, NotAllowed, NotFound
from ackbox.model.moment import to_text
from ackbox.ops import schedule
from ackbox.store.engine import Transaction
from ackbox.store.store import Store, every_workspace
from tests.engines import Clock, Post

pytestmark = pytest.mark.anyio


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def at(clock: Clock, text: str) -> None:
    clock.now = ms(text)


async def sent(post: Post, agent: str = "bob") -> list[tuple[str, str, str]]:
    """What came by the clock, oldest first: when it was due, when it was sent, and the text."""
    page = await post("message.history", sender="system:cron", recipient=agent, limit=200)
    return [
        (each.metadata["due_at"], each.created_at, each.body) for each in reversed(page.messages)
    ]


async def run(post: Post, clock: Clock, start: str, hours: float, step_s: float) -> list[str]:
    """Let time pass in steps with a server running, and return when messages were sent."""
    at(clock, start)
    await post(
        "schedule.add", agent="ana", cron="30 2 * * *", zone="Europe/Berlin", to="bob", body="x"
    )
    for _ in range(int(hours * 3600 / step_s)):
        clock.pass_s(step_s)
        await post.app.fire_due()
    return [due for due, _, _ in await sent(post)]


async def test_a_schedule_sends_at_its_time_from_the_servers_own_name(
    post: Post, clock: Clock
) -> None:
    at(clock, "2026-11-21T08:59:00Z")
    made = await post(
        "schedule.add",
        agent="ana",
        cron="0 9 * * MON-SAT",
        to="bob, cy",
        subject="Stand-up",
        body="What is open?",
        intent="question",
        priority=4,
    )
    assert (made.next_at, made.last_at, made.created_by, made.to) == (
        "2026-11-21T09:00:00.000Z",
        None,
        "ana",
        ["bob", "cy"],
    )
    assert await post.app.fire_due() == 0
    clock.pass_s(61)
    await post.app.fire_due()
    (letter,) = (await post("inbox.check", agent="cy")).messages
    assert (
        letter.sender,
        letter.sender_kind,
        letter.to,
        letter.subject,
        letter.body,
        letter.intent,
        letter.priority,
        letter.type,
    ) == (
        "system:cron",
        "system",
        ["bob", "cy"],
        "Stand-up",
        "What is open?",
        "question",
        4,
        "direct",
    )
    assert (letter.metadata, letter.idempotency_key) == (
        {"schedule": made.id, "due_at": "2026-11-21T09:00:00.000Z"},
        f"schedule:{made.id}:{ms('2026-11-21T09:00:00Z')}",
    )
    (listed,) = (await post("schedule.list")).schedules
    assert (listed.last_at, listed.next_at) == (
        "2026-11-21T09:00:00.000Z",
        "2026-11-23T09:00:00.000Z",
    )


async def test_it_fires_by_itself_while_the_server_runs(post: Post, clock: Clock) -> None:
    await post("schedule.add", agent="ana", cron="* * * * *", to="bob", body="tick")
    waiting = asyncio.create_task(post("inbox.wait", agent="bob", wait_s=30))
    clock.pass_s(60)
    assert [each.body for each in (await waiting).messages] == ["tick"]


async def test_a_firing_is_sent_once_however_many_keep_the_time(
    post: Post, clock: Clock, database: str
) -> None:
    others = (
        []
        if database.startswith("sqlite")
        else [await open_app(database, clock=clock) for _ in range(2)]
    )
    apps = [post.app, *others]
    for number in range(5):
        await post("schedule.add", agent="ana", cron="* * * * *", to="bob", body=f"{number}")
    for _ in range(6):
        clock.pass_s(60)
        await asyncio.gather(*(app.fire_due() for app in apps for _ in range(3)))
    for app in others:
        await app.close()
    found = await sent(post)
    assert len(found) == 30
    assert len({(due, body) for due, _, body in found}) == 30


@pytest.mark.parametrize(
    ("start", "due"),
    [
        # In the night that has no 02:30 it is sent as soon as there is a time again; in the one
        # that has two, once.
        ("2026-03-28T12:00:00Z", ["2026-03-29T01:00:00.000Z", "2026-03-30T00:30:00.000Z"]),
        ("2026-10-24T12:00:00Z", ["2026-10-25T00:30:00.000Z", "2026-10-26T01:30:00.000Z"]),
    ],
)
async def test_a_day_without_an_hour_and_a_day_with_two_have_one_firing_each(
    post: Post, clock: Clock, start: str, due: list[str]
) -> None:
    assert await run(post, clock, start, 42, 900) == due


async def test_every_half_hour_means_every_half_hour_also_when_an_hour_comes_twice(
    post: Post, clock: Clock
) -> None:
    at(clock, "2026-10-24T23:45:00Z")
    await post(
        "schedule.add", agent="ana", cron="*/30 * * * *", zone="Europe/Berlin", to="bob", body="x"
    )
    for _ in range(10):
        clock.pass_s(900)
        await post.app.fire_due()
    assert [due[11:16] for due, _, _ in await sent(post)] == [
        "00:00",
        "00:30",
        "01:00",
        "01:30",
        "02:00",
    ]


async def test_missed_times_are_told_in_one_message(post: Post, clock: Clock) -> None:
    at(clock, "2026-11-21T00:30:00Z")
    made = await post(
        "schedule.add", agent="ana", cron="0 * * * *", to="bob", body="Look at the queue."
    )
    at(clock, "2026-11-21T07:30:00Z")
    await post.app.fire_due()
    assert await sent(post) == [
        (
            "2026-11-21T07:00:00.000Z",
            "2026-11-21T07:30:00.000Z",
            (
                "Look at the queue.\n\n(Missed before this one: 6, since 2026-11-21T01:00:00.000Z. "
                "This one was due at 2026-11-21T07:00:00.000Z. No server was running.)"
            ),
        )
    ]
    (letter,) = (await post("inbox.check", agent="bob")).messages
    assert letter.metadata == {
        "schedule": made.id,
        "due_at": "2026-11-21T07:00:00.000Z",
        "missed": 6,
        "missed_since": "2026-11-21T01:00:00.000Z",
    }
    at(clock, "2026-11-21T08:00:01Z")
    await post.app.fire_due()
    assert (await sent(post))[1:] == [
        ("2026-11-21T08:00:00.000Z", "2026-11-21T08:00:01.000Z", "Look at the queue.")
    ]


async def test_one_late_time_says_when_it_was_due_and_a_year_of_minutes_is_counted_up_to_a_bound(
    post: Post, clock: Clock
) -> None:
    at(clock, "2026-01-01T00:00:30Z")
    await post("schedule.add", agent="ana", cron="0 2 * * *", to="bob", body="Nightly.")
    await post("schedule.add", agent="ana", cron="* * * * *", to="cy", body="Often.")
    at(clock, "2026-01-01T09:00:00Z")
    await post.app.fire_due()
    assert [body for _, _, body in await sent(post)] == [
        "Nightly.\n\n(This one was due at 2026-01-01T02:00:00.000Z. No server was running.)"
    ]
    at(clock, "2027-01-01T09:00:30Z")
    await post.app.fire_due()
    assert (await sent(post, "cy"))[-1] == (
        "2027-01-01T09:00:00.000Z",
        "2027-01-01T09:00:30.000Z",
        (
            "Often.\n\n(Missed before this one: more than 1,000, since 2026-01-01T09:01:00.000Z. No"
            " server was running.)"
        ),
    )


async def test_a_clock_set_back_sends_nothing_twice(post: Post, clock: Clock) -> None:
    at(clock, "2026-11-21T08:59:30Z")
    await post("schedule.add", agent="ana", cron="0 9 * * *", to="bob", body="x")
    clock.pass_s(60)
    await post.app.fire_due()
    at(clock, "2026-11-21T08:59:30Z")
    for _ in range(3):
        clock.pass_s(60)
        await post.app.fire_due()
    assert [due for due, _, _ in await sent(post)] == ["2026-11-21T09:00:00.000Z"]


async def test_a_schedule_for_people_finds_them_when_it_fires(post: Post, clock: Clock) -> None:
    petra = await post.keyed("petra", "human")
    await petra("schedule.add", cron="@hourly", to="user", body="x")
    await post.keyed("paul", "human")
    clock.pass_s(3600)
    await post.app.fire_due()
    assert [len(await sent(post, name)) for name in ("petra", "paul")] == [1, 1]


async def test_a_broadcast_by_the_clock_is_for_all_and_the_servers_name_is_no_recipient(
    post: Post, clock: Clock
) -> None:
    for name in ("ana", "bob"):
        await post("agent.check_in", agent=name)
    await post("schedule.add", agent="ana", cron="* * * * *", to="*", body="x")
    clock.pass_s(60)
    await post.app.fire_due()
    (letter,) = (await post("inbox.check", agent="ana")).messages
    status = await post("message.status", id=letter.id)
    assert (
        letter.type,
        status.recipients,
        [each.agent for each in sorted(status.receipts, key=lambda each: each.agent)],
    ) == ("broadcast", 2, ["ana", "bob"])
    again = await post("message.send", agent="ana", to="*", body="y")
    assert (again.recipient_count, (await post("message.status", id=again.id)).recipients) == (1, 1)


async def test_who_added_it_or_a_person_removes_it(post: Post, clock: Clock) -> None:
    ana, bob, petra = (
        await post.keyed("ana"),
        await post.keyed("bob"),
        await post.keyed("petra", "human"),
    )
    first, second = [
        (await ana("schedule.add", cron="@daily", to="cy", body=text)).id for text in "ab"
    ]
    with pytest.raises(NotAllowed, match="'ana' added this schedule"):
        await bob("schedule.remove", id=first)
    assert (await ana("schedule.remove", id=first)).body == "a"
    assert (await petra("schedule.remove", id=second)).body == "b"
    assert (await ana("schedule.list")).schedules == []
    with pytest.raises(NotFound):
        await ana("schedule.remove", id=first)
    clock.pass_s(3 * 86_400)
    assert await post.app.fire_due() == 0


async def test_in_a_private_workspace_a_schedule_is_seen_by_its_own_and_by_people(
    post: Post,
) -> None:
    await post("workspace.create", name="shop", mode="private")
    ana, bob, petra = [
        Post(post.app, (await post("key.create", workspace="shop", name=name, kind=kind)).key)
        for name, kind in (("ana", "agent"), ("bob", "agent"), ("petra", "human"))
    ]
    made = await ana("schedule.add", cron="@daily", to="cy", body="secret")
    assert [len((await each("schedule.list")).schedules) for each in (ana, bob, petra)] == [1, 0, 1]
    with pytest.raises(NotFound):
        await bob("schedule.remove", id=made.id)


@pytest.mark.parametrize(
    ("asked", "kind", "message"),
    [
        ({"cron": "0 25 * * *"}, Invalid, "'0 25 * * *' is not a cron expression: bad hour."),
        (
            {"cron": "0 9 * *"},
            Invalid,
            "'0 9 * *' is not a cron expression: it does not have five fields.",
        ),
        (
            {"cron": "* * * * * *"},
            Invalid,
            "'* * * * * *' is not a cron expression: it does not have five fields.",
        ),
        (
            {"cron": "0 0 30 2 *"},
            Invalid,
            "'0 0 30 2 *' is not a cron expression: bad day-of-month.",
        ),
        (
            {"cron": "0 0 */31 2 MON#5"},
            Invalid,
            "'0 0 */31 2 MON#5' has no time in the next fifty years.",
        ),
        ({"zone": "Europe/Berln"}, Invalid, "There is no time zone 'Europe/Berln'."),
        ({"zone": "../../etc/passwd"}, Invalid, "There is no time zone '../../etc/passwd'."),
        (
            {"to": "bоb"},
            Conflict,
            "The name 'bоb' looks like 'bob', which is another agent's name.",
        ),
        ({"to": ""}, Invalid, "The audience is empty."),
    ],
)
async def test_a_schedule_that_could_not_be_kept_is_refused_at_once(
    post: Post, asked: dict[str, Any], kind: type[AckboxError], message: str
) -> None:
    await post("agent.check_in", agent="bob")
    with pytest.raises(kind) as refused:
        await post(
            "schedule.add", agent="ana", **{"cron": "0 9 * * *", "to": "bob", "body": "x", **asked}
        )
    assert (refused.value.message, bool(refused.value.hint)) == (message, True)
    assert (await post("schedule.list")).schedules == []


async def test_there_is_an_end_to_how_many_schedules_a_workspace_has(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert schedule.MAX_SCHEDULES == 500
    monkeypatch.setattr(schedule, "MAX_SCHEDULES", 20)
    for number in range(20):
        await post("schedule.add", agent="ana", cron="@daily", to="bob", body=f"{number}")
    with pytest.raises(Conflict, match="20 schedules already"):
        await post("schedule.add", agent="ana", cron="@daily", to="bob", body="x")


async def test_the_clock_of_a_schedule_is_the_apps(post: Post, clock: Clock) -> None:
    made = await post("schedule.add", agent="ana", cron="@hourly", to="bob", body="x")
    assert made.next_at == to_text((clock.now // 3_600_000 + 1) * 3_600_000)
    assert datetime.fromtimestamp(clock.now / 1000, UTC).year == 2027


async def test_an_imported_schedule_goes_on_from_now_and_one_that_cannot_be_sent_says_why(
    post: Post, clock: Clock
) -> None:
    at(clock, "2026-11-21T08:30:00Z")
    petra = await post.keyed("petra", "human")
    await petra("schedule.add", cron="0 9 * * *", to="bob", body="x")
    page = await post("workspace.export", part="schedule")
    await post("workspace.create", name="copy")
    await post("agent.check_in", workspace="copy", agent="b\u043eb")
    at(clock, "2026-11-25T08:30:00Z")
    for new, known in ((1, 0), (0, 1)):
        done = await post(
            "workspace.import",
            workspace="copy",
            part="schedule",
            records=page.records,
            upto=page.upto,
        )
        assert (done.new, done.known) == (new, known)
    (there,) = (await post("schedule.list", workspace="copy")).schedules
    assert there.next_at == "2026-11-25T09:00:00.000Z"
    clock.pass_s(1800)
    await post.app.fire_due()
    (there,) = (await post("schedule.list", workspace="copy")).schedules
    # In the copy somebody is called nearly so.
    assert (there.last_at, there.next_at, there.last_error) == (
        "2026-11-25T09:00:00.000Z",
        "2026-11-26T09:00:00.000Z",
        (
            "The name 'bob' looks like 'b\u043eb', which is another agent's name. Use "
            "'b\u043eb' if you mean that agent, or choose a name that looks different."
        ),
    )
    lines = [
        each.details
        for each in (await post("event.feed", workspace="copy", cursor="start")).events
        if each.kind == "schedule.failed"
    ]
    assert lines == [{"id": there.id, "why": there.last_error}]
    with pytest.raises(Invalid):
        await post(
            "workspace.import",
            workspace="copy",
            part="schedule",
            records=[{**page.records[0], "id": "1" * 32, "cron": "x"}],
            upto=page.upto,
        )


async def test_a_zone_that_is_gone_from_the_machine_stops_its_own_schedule_and_no_other(
    post: Post, clock: Clock
) -> None:
    (place,) = await post.app.engine.read(every_workspace, across=True)

    async def insert(tx: Transaction, row: dict[str, Any]) -> None:
        await Store(tx, place.ws).run("schedule_add", **row)

    for zone, body in (("Europe/Atlantis", "never"), ("UTC", "sent")):
        made = await post("schedule.add", agent="ana", cron="@hourly", to="bob", body=body)
        row = {
            **msgspec.to_builtins((await post("workspace.export", part="schedule")).records[-1]),
            "id": made.id[::-1],
            "seq": 1000 + len(body),
            "zone": zone,
        }
        await post("schedule.remove", id=made.id)
        await post.app.engine.write(partial(insert, row=row), ws=place.ws)
    clock.pass_s(3600)
    for _ in range(2):
        await post.app.fire_due()
    assert [body for _, _, body in await sent(post)] == ["sent"]
    told = {
        each.zone: (each.next_at[:4], each.last_error)
        for each in (await post("schedule.list")).schedules
    }
    assert told == {
        "UTC": ("2027", None),
        "Europe/Atlantis": (
            "9999",
            (
                "There is no time zone 'Europe/Atlantis' any more. Add the schedule "
                "again in an existing time zone."
            ),
        ),
    }
