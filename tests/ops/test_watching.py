"""Who talks to whom, and how the post runs: counted over a stretch that is bounded, by a clock
that the test moves.
"""

from __future__ import annotations

from typing import Any

import pytest

from ackbox.model.moment import to_text
from ackbox.store import stretch
from tests.engines import Clock, Post

pytestmark = pytest.mark.anyio


def of_pair(pair: Any) -> tuple[str, str, int, int, str]:
    return pair.sender, pair.recipient, pair.messages, pair.urgent, pair.intent


async def test_flow_counts_each_pair_with_its_most_frequent_intent(
    post: Post, clock: Clock
) -> None:
    for intent, priority in (("question", 3), ("answer", 5), ("question", 3)):
        await post(
            "message.send", agent="ana", to="bob", body="x", intent=intent, priority=priority
        )
    await post("message.send", agent="bob", to="ana, carl/laptop", body="x", intent="answer")
    clock.pass_s(60)
    await post("message.send", agent="ana", to="*", body="x", intent="status")
    found = await post("workspace.flow", minutes=5)
    assert [of_pair(pair) for pair in found.pairs] == [
        ("ana", "bob", 3, 1, "question"),
        ("ana", "*", 1, 0, "status"),
        ("bob", "ana", 1, 0, "answer"),
        ("bob", "carl", 1, 0, "answer"),
    ]
    assert (found.since, found.complete_since, found.left_out, found.travels) == (
        to_text(clock.now - 300_000),
        to_text(clock.now - 300_000),
        0,
        [],
    )


async def test_flow_leaves_out_what_was_sent_before(post: Post, clock: Clock) -> None:
    await post("message.send", agent="ana", to="bob", body="x")
    clock.pass_s(61)
    await post("message.send", agent="bob", to="ana", body="x")
    assert [of_pair(pair) for pair in (await post("workspace.flow", minutes=1)).pairs] == [
        ("bob", "ana", 1, 0, "inform")
    ]
    clock.pass_s(61)
    assert (await post("workspace.flow", minutes=1)).pairs == []
    assert len((await post("workspace.flow", minutes=3)).pairs) == 2


async def test_flow_tells_the_newest_messages_one_by_one_without_their_text(
    post: Post, clock: Clock
) -> None:
    ids = []
    for to in ("bob", "bob, carl", "*"):
        clock.pass_s(1)
        ids.append((await post("message.send", agent="ana", to=to, body="secret", priority=4)).id)
    found = (await post("workspace.flow", travels=2)).travels
    assert [(each.id, each.sender, each.to, each.intent, each.priority) for each in found] == [
        (ids[1], "ana", ["bob", "carl"], "inform", 4),
        (ids[2], "ana", ["*"], "inform", 4),
    ]
    assert [each.at for each in found] == [to_text(clock.now - 1000), to_text(clock.now)]


async def test_a_stretch_with_too_many_messages_says_from_when_it_is_complete(
    post: Post, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stretch, "MAX_MESSAGES", 3)
    for _ in range(5):
        clock.pass_s(1)
        await post("message.send", agent="ana", to="bob", body="x")
    found, whole = await post("workspace.flow"), await post("workspace.health")
    assert [of_pair(pair) for pair in found.pairs] == [("ana", "bob", 3, 0, "inform")]
    assert found.complete_since == whole.complete_since == to_text(clock.now - 3000)
    assert whole.messages == 3


async def test_health_counts_messages_by_intent_in_steps_of_time(post: Post, clock: Clock) -> None:
    start = clock.now
    for intent in ("question", "answer", "answer"):
        await post("message.send", agent="ana", to="bob", body="x", intent=intent)
    clock.pass_s(600)
    await post("message.send", agent="ana", to="bob", body="x", intent="status")
    found = await post("workspace.health", minutes=60)
    assert [(each.at, each.messages) for each in found.steps] == [
        (to_text(start), {"answer": 2, "question": 1}),
        (to_text(start + 600_000), {"status": 1}),
    ]
    assert (found.messages, found.step_s, found.since) == (4, 60, to_text(clock.now - 3_600_000))


async def test_health_tells_how_long_pick_up_and_acknowledging_took(
    post: Post, clock: Clock
) -> None:
    await post("agent.check_in", agent="bob")
    start = clock.now
    ids = [(await post("message.send", agent="ana", to="bob", body="x")).id for _ in range(20)]
    for number, id in enumerate(ids, 1):
        clock.now = start + number * 1000
        await post("receipt.mark", agent="bob", ids=[id], mark="delivered")
    clock.now = start + 30_000
    await post("receipt.mark", agent="bob", ids=ids[:1], mark="acknowledged")
    found = await post("workspace.health", minutes=15)
    assert (
        found.picked_up.receipts,
        found.picked_up.p50_ms,
        found.picked_up.p95_ms,
        found.picked_up.p99_ms,
    ) == (20, 10_000, 19_000, 20_000)
    assert (found.acknowledged.receipts, found.acknowledged.p50_ms, found.acknowledged.p99_ms) == (
        1,
        30_000,
        30_000,
    )
    assert [(each.picked_up, each.acknowledged) for each in found.steps] == [
        (found.picked_up, found.acknowledged)
    ]


async def test_health_tells_whose_post_waits_and_since_when(post: Post, clock: Clock) -> None:
    await post("agent.check_in", agent="bob")
    first = clock.now
    ids = [(await post("message.send", agent="ana", to="bob", body="x")).id for _ in range(2)]
    clock.pass_s(600)
    await post("message.send", agent="ana", to="*", body="x")
    await post("receipt.mark", agent="bob", ids=ids[:1], mark="acknowledged")
    await post("agent.check_in", agent="carl")
    bob, ana, carl = sorted(
        (await post("workspace.health")).agents, key=lambda each: (each.agent != "bob", each.agent)
    )
    assert (
        bob.unread,
        bob.unacknowledged,
        bob.oldest_unread_at,
        bob.oldest_unacknowledged_at,
        bob.sent,
    ) == (2, 1, to_text(first), to_text(first), [0] * 12)
    assert (ana.unread, ana.unacknowledged, ana.oldest_unacknowledged_at, ana.sent) == (
        0,
        0,
        None,
        [0] * 10 + [2, 1],
    )
    assert (carl.agent, carl.unread, carl.presence) == ("carl", 1, "online")


async def test_health_lists_those_seen_last_first(post: Post, clock: Clock) -> None:
    for name in ("ana", "bob", "carl"):
        clock.pass_s(10)
        await post("agent.check_in", agent=name)
    assert [each.agent for each in (await post("workspace.health")).agents] == [
        "carl",
        "bob",
        "ana",
    ]


async def test_in_a_private_workspace_one_is_told_of_ones_own_post_only(
    post: Post, clock: Clock
) -> None:
    await post("workspace.create", name="shop", mode="private")
    for sender, to in (("ana", "bob"), ("bob", "carl"), ("carl", "ana"), ("ana", "*")):
        await post("message.send", workspace="shop", agent=sender, to=to, body="x")
    carl = await post.keyed("carl", workspace="shop")
    pairs = [of_pair(pair)[:3] for pair in (await carl("workspace.flow", travels=10)).pairs]
    assert sorted(pairs) == [("ana", "*", 1), ("bob", "carl", 1), ("carl", "ana", 1)]
    assert [
        (each.sender, each.to) for each in (await carl("workspace.flow", travels=10)).travels
    ] == [("bob", ["carl"]), ("carl", ["ana"]), ("ana", ["*"])]
    found = await carl("workspace.health")
    assert [(each.agent, each.unread, each.unacknowledged) for each in found.agents] == [
        ("carl", 2, 1)
    ]
    assert found.messages == 3
    everything = await post("workspace.flow", workspace="shop")
    assert len(everything.pairs) == 4
