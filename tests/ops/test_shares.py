"""What one workspace may take of what all share: room on the disk, schedules, and how often
they fire.
"""

from __future__ import annotations

import msgspec
import pytest

from ackbox.errors import AckboxError, Conflict, Invalid, NotAllowed
from tests.engines import Clock, Post

pytestmark = pytest.mark.anyio


async def refused(post: Post, name: str, **params: object) -> AckboxError:
    with pytest.raises(AckboxError) as caught:
        await post(name, **params)
    return caught.value


async def test_a_full_workspace_stores_nothing_more_and_another_goes_on(post: Post) -> None:
    await post("workspace.create", name="small", storage_mb=1)
    ana = await post.keyed("ana", workspace="small")
    await ana("message.send", to="*", body="x" * 50_000)
    for number in range(22):
        await ana("message.send", to="bob", body=f"{number}" + "x" * 49_000)
    await post.app._rooms.measure(post.app.engine)
    no = {
        name: await refused(ana, name, **params)
        for name, params in (
            ("message.send", {"to": "bob", "body": "x"}),
            ("note.add", {"text": "x"}),
            ("task.create", {"title": "x"}),
            ("turn.submit", {"summary": "x"}),
        )
    }
    assert {
        name: (type(error), error.message, error.details) for name, error in no.items()
    } == dict.fromkeys(
        no,
        (
            Conflict,
            "The workspace 'small' holds 1 MiB, its maximum. Nothing was stored.",
            {"limit_mb": 1},
        ),
    )
    # Reading and marking go on, and so does everybody else.
    assert len((await ana("message.history", limit=2)).messages) == 2
    await post("message.send", agent="ana", to="bob", body="x")
    await post("workspace.settings", workspace="small", storage_mb=2)
    await ana("message.send", to="bob", body="x")


async def test_what_a_workspace_holds_is_added_up_from_where_it_was(post: Post) -> None:
    ana = await post.keyed("ana")
    ws = (await post("agent.whoami", agent="ana")).workspace
    assert ws == "default"
    for number in range(3):
        await ana("message.send", to="bob", body="x" * 1000, idempotency_key=f"{number}")
        await post.app._rooms.measure(post.app.engine)
    held = [held.bytes for held in post.app._rooms._held.values()]
    # The body, `{}` and `[]`, and a thousand for what belongs to it.
    assert held == [3 * (1000 + 1000 + 2 + 2)]


async def test_only_an_operator_changes_what_a_workspace_may_take(post: Post) -> None:
    boss = await post.keyed(None, "admin")
    for name in ("storage_mb", "schedules_limit", "schedule_interval_s"):
        error = await refused(boss, "workspace.settings", **{name: 100})
        assert (type(error), error.message) == (
            NotAllowed,
            f"Only an operator can change `{name}`.",
        )
    assert (await boss("workspace.settings", hops_limit=10)).settings == {"hops_limit": 10}
    changed = await post(
        "workspace.settings", storage_mb=100, schedules_limit=1, schedule_interval_s=300
    )
    assert changed.settings == {
        "hops_limit": 10,
        "storage_mb": 100,
        "schedules_limit": 1,
        "schedule_interval_s": 300,
    }


async def test_a_workspace_has_as_many_schedules_as_it_may(post: Post) -> None:
    await post("workspace.settings", schedules_limit=1)
    await post("schedule.add", agent="ana", cron="0 9 * * *", to="bob", body="x")
    error = await refused(post, "schedule.add", agent="ana", cron="0 9 * * *", to="bob", body="x")
    assert (type(error), error.message, error.details) == (
        Conflict,
        "This workspace has 1 schedules already.",
        {"limit": 1},
    )


@pytest.mark.parametrize(
    ("cron", "apart"),
    [("* * * * *", 60), ("0,2 * * * *", 120), ("*/5 * * * *", None), ("@daily", None)],
)
async def test_a_schedule_fires_no_more_often_than_the_workspace_allows(
    post: Post, cron: str, apart: int | None
) -> None:
    await post("workspace.settings", schedule_interval_s=300)
    asked = {"agent": "ana", "cron": cron, "to": "bob", "body": "x"}
    if apart is None:
        assert (await post("schedule.add", **asked)).cron
        return
    error = await refused(post, "schedule.add", **asked)
    assert (type(error), error.message) == (
        Invalid,
        f"`cron` {cron!r} fires {apart} seconds apart; the minimum in this workspace is 300.",
    )


async def test_a_schedule_from_before_the_limit_keeps_to_it(post: Post, clock: Clock) -> None:
    await post("schedule.add", agent="ana", cron="* * * * *", to="bob", body="x")
    await post("workspace.settings", schedule_interval_s=300)
    sent = 0
    for _ in range(20):
        clock.pass_s(60)
        sent += await post.app.fire_due()
    assert sent == 4
    assert len(msgspec.to_builtins(await post("schedule.list"))["schedules"]) == 1
