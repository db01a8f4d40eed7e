"""Limits: how much a key and a workspace may do at once, by a clock that the test moves."""

from __future__ import annotations

from typing import Any

import pytest

from ackbox.app.limits import Limits, Rate
from ackbox.errors import RateLimited
from tests.engines import Post

pytestmark = pytest.mark.anyio
MUCH = Rate(1000, 1000)


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds(post: Post) -> Seconds:
    return Seconds()


def limit(post: Post, seconds: Seconds, *, key: Rate = MUCH, workspace: Rate = MUCH) -> None:
    post.app.limits = Limits(key=key, workspace=workspace, clock=seconds)


async def refused(caller: Post, name: str = "agent.whoami", **params: Any) -> dict[str, Any] | None:
    """The error of a call that was too much; null when it was answered."""
    try:
        await caller(name, **params)
    except RateLimited as error:
        return dict(error.as_dict()["error"])
    return None


def told(kind: str, retry_after_s: float) -> dict[str, Any]:
    return {
        "code": "rate_limited",
        "message": f"Too many calls for this {kind}.",
        "hint": "Wait, then continue; one call can send many messages.",
        "details": {},
        "retry_after_s": retry_after_s,
    }


async def test_a_burst_is_taken_and_what_is_over_is_told_when_to_come_back(
    post: Post, seconds: Seconds
) -> None:
    ana = await post.keyed("ana")
    limit(post, seconds, key=Rate(2, 4))
    assert [await refused(ana) for _ in range(5)] == [None] * 4 + [told("key", 0.5)]


async def test_coming_back_when_told_is_answered_and_a_moment_before_is_not(
    post: Post, seconds: Seconds
) -> None:
    ana = await post.keyed("ana")
    limit(post, seconds, key=Rate(3, 1))
    assert [await refused(ana), await refused(ana)] == [None, told("key", 0.334)]
    seconds.now = 0.333
    assert await refused(ana) == told("key", 0.001)
    seconds.now = 0.334
    assert await refused(ana) is None


async def test_a_quiet_day_fills_the_bucket_to_its_burst_and_no_further(
    post: Post, seconds: Seconds
) -> None:
    ana = await post.keyed("ana")
    limit(post, seconds, key=Rate(2, 4))
    assert await refused(ana) is None
    seconds.now = 86_400
    assert [await refused(ana) for _ in range(5)] == [None] * 4 + [told("key", 0.5)]


async def test_one_key_in_a_loop_does_not_stop_another(post: Post, seconds: Seconds) -> None:
    ana, bob = await post.keyed("ana"), await post.keyed("bob")
    limit(post, seconds, key=Rate(1, 1))
    assert [await refused(ana), await refused(ana), await refused(bob)] == [
        None,
        told("key", 1.0),
        None,
    ]


async def test_all_keys_of_a_workspace_share_its_bucket_and_another_workspace_has_its_own(
    post: Post, seconds: Seconds
) -> None:
    await post("workspace.create", name="other")
    ana, bob, cy = (
        await post.keyed("ana"),
        await post.keyed("bob"),
        await post.keyed("cy", workspace="other"),
    )
    limit(post, seconds, workspace=Rate(1, 2))
    assert [await refused(each) for each in (ana, bob, ana, bob, cy)] == [
        None,
        None,
        told("workspace", 1.0),
        told("workspace", 1.0),
        None,
    ]


async def test_the_operator_is_not_limited_and_takes_nothing_from_the_others(
    post: Post, seconds: Seconds
) -> None:
    ana = await post.keyed("ana")
    limit(post, seconds, key=Rate(1, 1), workspace=Rate(1, 1))
    assert [await refused(post) for _ in range(20)] == [None] * 20
    assert await refused(ana) is None


async def test_sending_many_costs_as_many_calls_as_it_holds(post: Post, seconds: Seconds) -> None:
    ana = await post.keyed("ana")
    limit(post, seconds, key=Rate(1, 10))
    letters = [{"to": "bob", "body": str(number)} for number in range(6)]
    assert await refused(ana, "message.send_many", messages=letters) is None
    assert await refused(ana, "message.send_many", messages=letters) == told("key", 2.0)
    assert [await refused(ana) for _ in range(5)] == [None] * 4 + [told("key", 1.0)]
    assert [letter.body for letter in (await post("inbox.check", agent="bob")).messages] == [
        str(number) for number in range(6)
    ]


async def test_one_call_larger_than_the_burst_costs_the_whole_burst(
    post: Post, seconds: Seconds
) -> None:
    ana = await post.keyed("ana")
    limit(post, seconds, key=Rate(1, 4))
    assert (
        await refused(ana, "message.send_many", messages=[{"to": "bob", "body": "x"}] * 9) is None
    )
    assert await refused(ana) == told("key", 1.0)


async def test_a_refused_call_stores_nothing(post: Post, seconds: Seconds) -> None:
    ana = await post.keyed("ana")
    limit(post, seconds, key=Rate(1, 1))
    assert [
        (await refused(ana, "message.send", to="bob", body=body)) is None for body in ("one", "two")
    ] == [True, False]
    assert [message.body for message in (await post("message.history")).messages] == ["one"]


async def test_thirty_wrong_keys_are_heard_from_an_address_and_then_one_a_second(
    post: Post, seconds: Seconds
) -> None:
    limits = Limits(clock=seconds)
    post.app.limits = limits
    for _ in range(30):
        limits.count_guess("10.0.0.1")
    with pytest.raises(RateLimited) as error:
        limits.count_guess("10.0.0.1")
    assert (error.value.message, error.value.retry_after_s) == (
        "Too many wrong keys from this address.",
        1.0,
    )
    limits.count_guess("10.0.0.2")
    seconds.now = 1.0
    limits.count_guess("10.0.0.1")
    with pytest.raises(RateLimited):
        limits.count_guess("10.0.0.1")
