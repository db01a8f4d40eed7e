"""Who is here: presence by a clock that the test moves, checking in and out, and who works on
the same things.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ackbox.app.call import App
from ackbox.model.moment import to_text
from tests.engines import Clock, Post

pytestmark = pytest.mark.anyio
HOUR_S = 3600


async def here(post: Post, name: str) -> tuple[str, bool, str | None]:
    """How others see somebody: presence, whether working, last seen."""
    found = (await post("agent.list", name=name)).agents[0]
    return found.presence, found.is_working, found.last_seen


@pytest.mark.parametrize(
    ("ttl_s", "after_s", "standing"),
    [
        (None, 0, "online"),
        (None, 179.999, "online"),
        (None, 180, "idle"),
        (None, HOUR_S - 0.001, "idle"),
        (None, HOUR_S, "away"),
        (None, 30 * 86_400, "away"),
        (10, 9.999, "online"),
        (10, 10, "idle"),
        (10, HOUR_S, "away"),
        (2 * HOUR_S, HOUR_S, "online"),
        (2 * HOUR_S, 2 * HOUR_S, "away"),
    ],
)
async def test_one_is_online_for_its_ttl_then_idle_for_an_hour_then_away(
    post: Post, clock: Clock, ttl_s: int | None, after_s: float, standing: str
) -> None:
    await post("agent.check_in", agent="bob", ttl_s=ttl_s)
    seen = to_text(clock.now)
    clock.pass_s(after_s)
    assert await here(post, "bob") == (standing, False, seen)


async def test_any_call_of_ones_own_is_a_sign_of_life(post: Post, clock: Clock) -> None:
    await post("agent.check_in", agent="bob")
    for name, params in (
        ("inbox.check", {}),
        ("agent.heartbeat", {}),
        ("message.send", {"to": "ana", "body": "x"}),
        ("mailbox.list", {}),
    ):
        clock.pass_s(HOUR_S)
        assert (await here(post, "bob"))[0] == "away"
        await post(name, agent="bob", **params)
        assert await here(post, "bob") == ("online", False, to_text(clock.now))


async def test_incoming_mail_and_a_look_into_the_mailbox_are_no_sign_of_life(
    post: Post, clock: Clock
) -> None:
    await post("agent.check_in", agent="bob")
    seen = to_text(clock.now)
    clock.pass_s(HOUR_S)
    await post("message.send", agent="ana", to="bob,bob/laptop,*", body="x")
    await post("message.send", agent="ana", to="bob", body="x")
    await post("mailbox.list", of="bob")
    assert await here(post, "bob") == ("away", False, seen)


async def test_an_agent_is_as_present_as_its_most_present_instance(
    post: Post, clock: Clock
) -> None:
    await post("agent.check_in", agent="bob", instance="laptop")
    clock.pass_s(HOUR_S)
    await post("agent.check_in", agent="bob", instance="server", summary="building")
    found = (await post("agent.list", name="bob")).agents[0]
    assert (found.presence, found.is_working, found.summary, found.last_seen) == (
        "online",
        True,
        "building",
        to_text(clock.now),
    )
    assert [(each.instance, each.presence) for each in found.instances] == [
        ("laptop", "away"),
        ("server", "online"),
    ]


async def test_a_sender_is_told_where_each_recipient_stands(post: Post, clock: Clock) -> None:
    await post("agent.check_in", agent="away")
    away = to_text(clock.now)
    clock.pass_s(HOUR_S)
    await post("agent.check_in", agent="idle")
    idle = to_text(clock.now)
    clock.pass_s(600)
    await post("agent.check_in", agent="here", reach="push")
    sent = await post("message.send", agent="ana", to="away,idle,here,never", body="x")
    assert [
        (each.agent, each.known, each.presence, each.last_seen, each.reach)
        for each in sent.recipients
    ] == [
        ("away", True, "away", away, "poll"),
        ("idle", True, "idle", idle, "poll"),
        ("here", True, "online", to_text(clock.now), "push"),
        ("never", False, "away", None, "poll"),
    ]


async def test_checking_in_answers_with_who_one_is_and_what_waits(post: Post, clock: Clock) -> None:
    await post("message.send", agent="ana", to="bob", body="x")
    told = await post(
        "agent.check_in",
        agent="bob",
        instance="tau",
        summary="building",
        machine="mbp",
        platform="macOS",
        program="Claude Code",
        model="m",
        area="docs",
        files=["a.md"],
        reach="hook",
        ttl_s=90,
    )
    assert (told.unread, told.total, told.heartbeat_s, told.ttl_s, told.conflicts) == (
        1,
        1,
        30,
        90,
        [],
    )
    me = told.me
    assert (
        me.agent,
        me.instance,
        me.kind,
        me.presence,
        me.is_working,
        me.last_seen,
        me.started_at,
    ) == ("bob", "tau", "agent", "online", True, to_text(clock.now), to_text(clock.now))
    assert (
        me.summary,
        me.machine,
        me.platform,
        me.program,
        me.model,
        me.area,
        me.files,
        me.reach,
    ) == ("building", "mbp", "macOS", "Claude Code", "m", "docs", ["a.md"], "hook")


async def test_what_is_left_out_of_a_check_in_stays_as_it_was(post: Post, clock: Clock) -> None:
    await post("agent.check_in", agent="bob", summary="one", machine="mbp", ttl_s=60)
    started = to_text(clock.now)
    clock.pass_s(30)
    told = await post("agent.check_in", agent="bob", summary="two")
    assert (
        told.me.summary,
        told.me.machine,
        told.ttl_s,
        told.me.started_at,
        told.me.last_seen,
    ) == ("two", "mbp", 60, started, to_text(clock.now))


async def test_a_heartbeat_changes_the_summary_only_when_it_says_one(
    post: Post, clock: Clock
) -> None:
    await post("agent.check_in", agent="bob", summary="one", area="docs")
    clock.pass_s(100)
    beat = await post("agent.heartbeat", agent="bob", summary="two")
    assert (beat.agent, beat.instance, beat.last_seen, beat.unread) == (
        "bob",
        None,
        to_text(clock.now),
        0,
    )
    clock.pass_s(100)
    await post("agent.heartbeat", agent="bob")
    found = (await post("agent.list", name="bob")).agents[0]
    assert (found.summary, found.area, found.is_working, found.last_seen) == (
        "two",
        "docs",
        True,
        to_text(clock.now),
    )


async def test_a_summary_means_working_only_while_one_is_online(post: Post, clock: Clock) -> None:
    await post("agent.check_in", agent="bob", summary="building")
    assert (await here(post, "bob"))[:2] == ("online", True)
    clock.pass_s(180)
    assert (await here(post, "bob"))[:2] == ("idle", False)


async def test_checking_out_is_away_at_once_and_leaves_a_last_word_and_no_claims(
    post: Post, clock: Clock
) -> None:
    await post(
        "agent.check_in",
        agent="bob",
        summary="building",
        area="docs",
        files=["a.md"],
        machine="mbp",
    )
    clock.pass_s(1)
    left = await post("agent.check_out", agent="bob", summary="done for today")
    assert (left.agent, left.instance, left.left_at) == ("bob", None, to_text(clock.now))
    found = (await post("agent.list", name="bob")).agents[0]
    assert (found.presence, found.summary, found.area, found.files, found.machine) == (
        "away",
        "done for today",
        None,
        [],
        "mbp",
    )
    assert (await post("agent.check_in", agent="cy", area="docs", files=["a.md"])).conflicts == []
    clock.pass_s(60)
    told = await post("agent.check_in", agent="bob")
    assert (told.me.presence, told.me.started_at) == ("online", to_text(clock.now))


async def test_one_instance_that_leaves_does_not_take_the_other_along(
    post: Post, clock: Clock
) -> None:
    for instance in ("laptop", "server"):
        await post("agent.check_in", agent="bob", instance=instance)
    await post("agent.check_out", agent="bob", instance="laptop")
    found = (await post("agent.list", name="bob")).agents[0]
    assert (found.presence, [each.presence for each in found.instances]) == (
        "online",
        ["away", "online"],
    )


async def test_a_call_after_checking_out_is_being_back(post: Post, clock: Clock) -> None:
    await post("agent.check_in", agent="bob")
    await post("agent.check_out", agent="bob")
    clock.pass_s(1)
    await post("inbox.check", agent="bob")
    assert (await here(post, "bob"))[0] == "online"


async def test_an_agent_that_declares_the_same_area_or_files_is_told_of_the_others(
    post: Post, clock: Clock
) -> None:
    async def declare(
        agent: str, instance: str | None = None, **claims: Any
    ) -> list[dict[str, Any]]:
        conflicts: list[dict[str, Any]] = (
            await post("agent.check_in", agent=agent, instance=instance, **claims)
        ).conflicts
        return sorted(
            msgspec.to_builtins(conflicts), key=lambda each: (each["agent"], each["instance"] or "")
        )

    assert await declare("ana", area="docs", files=["a.md", "b.md"]) == []
    assert await declare("bob", "tau", area="tests", files=["b.md", "c.md", "a.md"]) == [
        {"agent": "ana", "instance": None, "areas": [], "files": ["a.md", "b.md"]}
    ]
    assert await declare("bob", "phi", area="docs") == [
        {"agent": "ana", "instance": None, "areas": ["docs"], "files": []}
    ]
    assert await declare("cy", area="tests", files=["a.md"]) == [
        {"agent": "ana", "instance": None, "areas": [], "files": ["a.md"]},
        {"agent": "bob", "instance": "tau", "areas": ["tests"], "files": ["a.md"]},
    ]
    assert await declare("dan", area="else", files=["z.md"]) == []
    assert await declare("ana", files=["a.md", "b.md"]) == [
        {"agent": "bob", "instance": "phi", "areas": ["docs"], "files": []},
        {"agent": "bob", "instance": "tau", "areas": [], "files": ["a.md", "b.md"]},
        {"agent": "cy", "instance": None, "areas": [], "files": ["a.md"]},
    ]


async def test_who_is_away_is_in_nobodys_way_and_who_is_idle_still_is(
    post: Post, clock: Clock
) -> None:
    await post("agent.check_in", agent="ana", area="docs")
    clock.pass_s(HOUR_S - 1)
    assert [
        each.agent for each in (await post("agent.check_in", agent="bob", area="docs")).conflicts
    ] == ["ana"]
    clock.pass_s(1)
    assert [
        each.agent for each in (await post("agent.check_in", agent="cy", area="docs")).conflicts
    ] == ["bob"]


async def test_the_list_names_who_is_awaited_apart_from_who_has_been_here(
    post: Post, clock: Clock
) -> None:
    await post("message.send", agent="ana", to="carol,bert/tau,ana", body="x")
    roster = await post("agent.list")
    assert ([each.agent for each in roster.agents], roster.awaited) == (["ana"], ["bert", "carol"])
    await post("agent.check_in", agent="carol")
    roster = await post("agent.list")
    assert (sorted(each.agent for each in roster.agents), roster.awaited) == (
        ["ana", "carol"],
        ["bert"],
    )


async def test_the_list_can_leave_out_who_is_not_here(post: Post, clock: Clock) -> None:
    await post("agent.check_in", agent="old")
    clock.pass_s(180)
    await post("agent.check_in", agent="new")
    roster = await post("agent.list", online_only=True)
    assert [each.agent for each in roster.agents] == ["new"]


async def test_signs_of_life_outlive_the_server(post: Post, clock: Clock) -> None:
    await post("agent.check_in", agent="bob")
    clock.pass_s(100)
    await post("inbox.check", agent="bob")
    seen = to_text(clock.now)
    await post.app.close()
    again = App(post.app.engine, clock=clock)
    await again.open()
    clock.pass_s(100)
    assert await here(Post(again, post.key), "bob") == ("online", False, seen)
    await again.close()
    await post.app.open()


async def test_a_clock_that_is_set_back_leaves_nobody_online_for_good(
    post: Post, clock: Clock
) -> None:
    clock.pass_s(30 * 86_400)
    await post("agent.check_in", agent="bob")
    clock.pass_s(-30 * 86_400)
    before = (await here(post, "bob"))[0]
    await post("inbox.check", agent="bob")
    back = (await here(post, "bob"))[0]
    clock.pass_s(HOUR_S)
    assert (before, back, (await here(post, "bob"))[0]) == ("away", "online", "away")


async def test_a_page_of_agents_is_those_online_first_with_how_many_there_are(
    post: Post, clock: Clock
) -> None:
    await post("agent.check_in", agent="carl")
    clock.pass_s(7200)
    await post("agent.check_in", agent="Bob", ttl_s=86_400)
    clock.pass_s(600)
    for name in ("ana", "dora"):
        await post("agent.check_in", agent=name, instance="laptop")
    await post("agent.check_out", agent="dora", instance="laptop")
    await post("message.send", agent="ana", to="Bob, eve", body="x")
    roster = await post("agent.list", present_first=True, limit=2, with_unread=True)
    assert [(each.agent, each.presence, each.unread) for each in roster.agents] == [
        ("ana", "online", 0),
        ("Bob", "online", 1),
    ]
    assert (roster.total, roster.online, roster.awaited) == (4, 2, ["eve"])
    rest = await post("agent.list", present_first=True, limit=2, skip=2)
    assert [(each.agent, each.presence, each.unread) for each in rest.agents] == [
        ("dora", "away", None),
        ("carl", "away", None),
    ]
    found = await post("agent.list", like="bO")
    assert ([each.agent for each in found.agents], found.total, found.online, found.awaited) == (
        ["Bob"],
        1,
        1,
        [],
    )


async def test_those_who_are_not_online_and_have_post_by_name_are_told_apart(
    post: Post, clock: Clock
) -> None:
    for name in ("away", "copied", "crowd", "done", "later", "none"):
        await post("agent.check_in", agent=name, instance="laptop")
    clock.pass_s(7200)
    for to in ("away, done, here, later", "copied/laptop", "*"):
        await post("message.send", agent="ana", to=to, body=to)
    await post("agent.check_in", agent="here")
    await post("message.send", agent="ana", to="done, gone", body="expires", expires_in_days=1)
    read = {
        name: [message.id for message in (await post("mailbox.list", of=name)).messages]
        for name in ("done", "later")
    }
    clock.pass_s(60)
    for name, ids in read.items():
        await post("receipt.mark", agent=name, mark="read", ids=ids)
    await post("receipt.mark", agent="later", mark="unread", ids=read["later"])
    clock.pass_s(7200)
    roster = await post("agent.list", present_first=True, limit=1, with_unread=True, waiting=10)
    assert (len(roster.agents), {each.agent: each.unread for each in roster.waiting}) == (
        1,
        {"later": 2, "here": 2, "away": 2, "copied": 2},
    )
    assert [each.agent for each in (await post("agent.list", waiting=1)).waiting] == ["later"]


async def test_names_with_these_letters_begin_with_those_that_begin_so(post: Post) -> None:
    for name in ("a-box", "bob", "box", "Boxer"):
        await post("agent.check_in", agent=name)
    assert [each.agent for each in (await post("agent.list", like="BO")).agents] == [
        "Boxer",
        "bob",
        "box",
        "a-box",
    ]


async def test_in_a_private_workspace_nobody_is_told_how_much_post_waits_for_others(
    post: Post,
) -> None:
    await post("workspace.create", name="shut", mode="private")
    key = (await post("key.create", name="ana", workspace="shut")).key
    for sender, to in (("ana", "bob"), ("bob", "ana")):
        await post("message.send", workspace="shut", agent=sender, to=to, body="x")
    told = await post.app.call("agent.list", {"with_unread": True}, credential=key)
    assert [(each.agent, each.unread) for each in told.agents] == [("ana", 1), ("bob", None)]
