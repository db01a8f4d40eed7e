"""workspace.needs, thread.list and message.preview: what a person is told, and that being told
changes nothing.
"""

from __future__ import annotations

from typing import Any

import pytest

from ackbox.errors import NotAllowed
from tests.engines import Clock, Post

pytestmark = pytest.mark.anyio


@pytest.fixture
async def ana(post: Post, clock: Clock) -> Post:
    """A person, and two agents that are here."""
    for name in ("bob", "carl"):
        await post("agent.check_in", agent=name, instance="x", reach="hook")
    return await post.keyed("ana", "human")


async def told(person: Post) -> list[tuple[str, str, list[str]]]:
    return [
        (need.kind, need.message.body, need.waiting_for)
        for need in (await person("workspace.needs")).needs
    ]


async def test_mail_to_a_person_waits_until_it_is_acknowledged_answered_or_put_away(
    post: Post, ana: Post
) -> None:
    ids = [
        (await post("message.send", agent="bob", to="ana", body=body, intent=intent)).id
        for body, intent in (
            ("one", "inform"),
            ("two", "question"),
            ("three", "blocked"),
            ("four", "inform"),
        )
    ]
    assert await told(ana) == [
        ("mail", "one", ["ana"]),
        ("question", "two", ["ana"]),
        ("blocked", "three", ["ana"]),
        ("mail", "four", ["ana"]),
    ]
    await ana("receipt.mark", mark="acknowledged", ids=[ids[0]])
    await ana("message.send", to="bob", body="yes", parent=ids[1])
    await ana("receipt.mark", mark="archived", ids=[ids[3]])
    assert await told(ana) == [("blocked", "three", ["ana"])]


async def test_another_persons_mail_is_not_mine_but_an_operator_is_told_of_everybodys(
    post: Post, ana: Post
) -> None:
    paul = await post.keyed("paul", "human")
    await post("message.send", agent="bob", to="paul", body="for paul")
    assert (await told(ana), await told(paul), await told(post)) == (
        [],
        [("mail", "for paul", ["paul"])],
        [("mail", "for paul", ["paul"])],
    )


async def test_what_agents_wait_for_from_each_other_is_told_after_a_while(
    post: Post, ana: Post, clock: Clock
) -> None:
    await post("message.send", agent="bob", to="carl", body="which port?", intent="question")
    await post("message.send", agent="bob", to="carl", body="stop", priority=5)
    await post("message.send", agent="bob", to="carl", body="no password", intent="blocked")
    assert await told(ana) == [("blocked", "no password", ["carl"])]
    clock.pass_s(121)
    assert await told(ana) == [("urgent", "stop", ["carl"]), ("blocked", "no password", ["carl"])]
    clock.pass_s(480)
    assert await told(ana) == [
        ("question", "which port?", ["carl"]),
        ("urgent", "stop", ["carl"]),
        ("blocked", "no password", ["carl"]),
    ]
    for message in (await post("message.history", sender="bob")).messages:
        await post("receipt.mark", agent="carl", mark="acknowledged", ids=[message.id])
    assert await told(ana) == []


async def test_ones_own_message_to_somebody_away_is_told_and_so_are_late_and_expired_ones(
    post: Post, ana: Post, clock: Clock
) -> None:
    await post("agent.check_out", agent="carl", instance="x")
    await ana("message.send", to="carl", body="mine")
    await ana("message.send", to="bob/x", body="to one who is here")
    await post(
        "message.send", agent="bob", to="carl", body="due", expects_reply_by="2027-01-15T08:01:00Z"
    )
    await post("message.send", agent="bob", to="carl", body="gone", expires_in_days=1)
    clock.pass_s(120)
    await post("agent.heartbeat", agent="bob", instance="x")
    assert await told(ana) == [("stuck", "mine", ["carl"]), ("late", "due", ["carl"])]
    clock.pass_s(86_400)
    assert [each for each in await told(ana) if each[0] == "expired"] == [
        ("expired", "gone", ["carl"])
    ]


async def test_a_name_that_nobody_has_seen_is_told_and_being_told_marks_nothing(
    post: Post, ana: Post
) -> None:
    await post("message.send", agent="bob", to="ana,dora", body="hello")
    await ana("workspace.needs")
    answer = await ana("workspace.needs")
    status = await post("message.status", id=answer.needs[0].message.id)
    assert (answer.awaited, [each.state for each in status.receipts]) == (
        ["dora"],
        ["pending", "pending"],
    )


async def test_conversations_are_listed_by_their_newest_message_with_who_wrote(
    post: Post, ana: Post
) -> None:
    first = await post("message.send", agent="bob", to="carl", body="one")
    lone = await post("message.send", agent="carl", to="bob", body="alone")
    await post("message.send", agent="carl", to="bob", body="two", parent=first.id)
    await ana("message.send", to="bob", body="three", parent=first.id)
    page = await ana("thread.list", limit=1)
    rest = await ana("thread.list", limit=1, cursor=page.cursor)
    answered = await ana("thread.list", answered_only=True)
    shown = [
        (
            head.thread,
            head.messages,
            head.first.body,
            head.last.body,
            [(each.name, each.kind, each.messages) for each in head.people],
        )
        for head in (*page.threads, *rest.threads)
    ]
    assert shown == [
        (
            first.id,
            3,
            "one",
            "three",
            [("bob", "agent", 1), ("carl", "agent", 1), ("ana", "human", 1)],
        ),
        (lone.id, 1, "alone", "alone", [("carl", "agent", 1)]),
    ]
    assert [head.thread for head in answered.threads] == [first.id]


async def test_conversations_of_a_private_workspace_are_those_one_has_a_part_in(post: Post) -> None:
    await post("workspace.create", name="quiet", mode="private")
    keys = {name: await post.keyed(name, workspace="quiet") for name in ("ana", "bob", "carl")}
    await keys["ana"]("message.send", to="bob", body="for bob")
    assert {name: len((await key("thread.list")).threads) for name, key in keys.items()} == {
        "ana": 1,
        "bob": 1,
        "carl": 0,
    }


async def test_a_preview_says_how_each_is_reached_and_registers_nobody(
    post: Post, ana: Post
) -> None:
    named = await ana("message.preview", to="bob,bobb")
    everyone = await ana("message.preview", to="*")
    assert [
        (each.agent, each.known, each.near, each.presence, each.reach) for each in named.recipients
    ] == [("bob", True, [], "online", "hook"), ("bobb", False, ["bob"], "away", "poll")]
    assert (named.type, named.sender, named.recipient_count, named.online) == (
        "direct",
        "ana",
        2,
        1,
    )
    assert (
        everyone.type,
        everyone.recipient_count,
        everyone.online,
        sorted(each.agent for each in everyone.recipients),
    ) == ("broadcast", 2, 2, ["bob", "carl"])
    assert (await post("agent.list")).awaited == []


async def test_an_admin_of_one_workspace_makes_links_into_that_one(post: Post) -> None:
    admin = await post.keyed("root", "admin")
    made: Any = await admin("login.link", name="ana")
    key = (await Post(post.app, made.path.partition("#")[2])("login.redeem")).key
    with pytest.raises(NotAllowed):
        await (await post.keyed("bob"))("login.link")
    assert (made.workspace, (await Post(post.app, key)("agent.whoami")).workspace) == (
        "default",
        "default",
    )
