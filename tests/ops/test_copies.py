"""Running copies: which instance each is given, what it finds there, and that receipts are each
one's own.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ackbox.errors import Invalid, NotYou
from ackbox.ops.access import Connection
from tests.engines import Clock, Post

pytestmark = pytest.mark.anyio


async def start(
    post: Post, copy: str, wish: str = "shop", agent: str = "claude", **more: Any
) -> Any:
    return await post("agent.check_in", agent=agent, auto_instance=wish, copy_id=copy * 16, **more)


async def bodies(post: Post, instance: str) -> list[str]:
    return [
        letter.body
        for letter in (await post("inbox.check", agent="claude", instance=instance)).messages
    ]


async def test_each_live_copy_has_an_instance_of_its_own_and_is_told_of_the_others(
    post: Post,
) -> None:
    first = await start(post, "a", summary="tests")
    second = await start(post, "b", summary="docs")
    other = await start(post, "c", wish="site")
    assert [each.me.instance for each in (first, second, other)] == ["shop", "shop-2", "site"]
    assert [
        [(copy.instance, copy.summary) for copy in each.copies] for each in (first, second)
    ] == [[], [("shop", "tests")]]
    assert {copy.instance for copy in other.copies} == {"shop", "shop-2"}
    roster = (await post("agent.list", name="claude")).agents[0]
    assert {each.instance: each.summary for each in roster.instances} == {
        "shop": "tests",
        "shop-2": "docs",
        "site": None,
    }


async def test_copies_that_start_together_never_get_the_same(post: Post) -> None:
    found = await asyncio.gather(*(start(post, copy) for copy in "abcdefgh"))
    assert sorted(each.me.instance for each in found) == [
        "shop",
        *(f"shop-{number}" for number in range(2, 9)),
    ]


async def test_a_copy_that_checks_in_again_keeps_its_instance_and_what_it_said(
    post: Post, clock: Clock
) -> None:
    await start(post, "a", summary="tests")
    await start(post, "b")
    clock.pass_s(7200)
    again = await start(post, "b")
    assert (again.me.instance, (await start(post, "a")).me.summary) == ("shop-2", "tests")


@pytest.mark.parametrize("how", ["checked out", "silent"])
async def test_what_a_copy_left_is_used_again_and_starts_as_a_new_instance_does(
    post: Post, clock: Clock, how: str
) -> None:
    await start(post, "a", summary="tests", area="web")
    await start(post, "b")
    await post("message.send", agent="ana", to="claude", body="one")
    await post("message.send", agent="ana", to="claude", body="two")
    one = (await post("inbox.check", agent="claude", instance="shop-2")).messages[0]
    await post("receipt.mark", agent="claude", instance="shop-2", mark="read", ids=[one.receipt_id])
    assert await bodies(post, "shop") == ["one", "two"]
    if how == "silent":
        clock.pass_s(200)
    else:
        await post("agent.check_out", agent="claude", instance="shop")
    came = await start(post, "c")
    assert (came.me.instance, came.me.summary, came.me.area, came.unread) == ("shop", None, None, 1)
    assert await bodies(post, "shop") == ["two"]


async def test_an_instance_named_by_hand_is_never_given_away_and_keeps_its_own_unread(
    post: Post, clock: Clock
) -> None:
    await post("agent.check_in", agent="claude", instance="shop")
    await post("inbox.check", agent="claude", instance="shop-2")
    await post("message.send", agent="ana", to="claude", body="one")
    clock.pass_s(7200)
    copy = await start(post, "a")
    assert copy.me.instance == "shop-3"
    await post(
        "receipt.mark",
        agent="claude",
        instance="shop-3",
        mark="read",
        ids=[(await post("inbox.check", agent="claude", instance="shop-3")).messages[0].id],
    )
    assert await bodies(post, "shop") == ["one"]


async def test_a_name_that_was_only_written_to_is_given_with_what_waits_for_it(post: Post) -> None:
    await post("message.send", agent="ana", to="claude/shop", body="for the shop")
    assert (await start(post, "a")).me.instance == "shop"
    assert await bodies(post, "shop") == ["for the shop"]


async def test_a_wish_becomes_a_name(post: Post) -> None:
    wishes = {
        "my/dir": "my-dir",
        "a,b": "a-b",
        " @x ": "x",
        "Mac CLI 小克": "Mac CLI 小克",
        "[x]": "x",
        "..": "copy",
        "\u202e": "copy",
        "e\u0301" * 200: "\u00e9" * 64,
    }
    found = [
        (await start(post, "a", wish=wish, agent=f"agent-{number}")).me.instance
        for number, wish in enumerate(wishes)
    ]
    assert found == list(wishes.values())


@pytest.mark.parametrize("more", [{"instance": "mine", "copy_id": "a" * 16}, {}])
async def test_a_wish_stands_alone_and_needs_a_token(post: Post, more: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        await post("agent.check_in", agent="claude", auto_instance="shop", **more)


async def test_an_instance_is_given_its_own_receipt_and_marking_that_leaves_the_others_unread(
    post: Post,
) -> None:
    for instance in ("laptop", "server"):
        await post("agent.check_in", agent="claude", instance=instance)
    for to in ("claude", "*"):
        await post("message.send", agent="ana", to=to, body=to)
    pages = {
        name: (await post("inbox.check", agent="claude", instance=name)).messages
        for name in ("laptop", "server", None)
    }
    ids = {letter.receipt_id for page in pages.values() for letter in page}
    assert len(ids) == 6
    laptop = [letter.receipt_id for letter in pages["laptop"]]
    # By itself, by its agent, and by a client that only has the receipt.
    assert (
        await post("receipt.mark", agent="claude", instance="laptop", mark="read", ids=laptop[:1])
    ).changed == laptop[:1]
    assert (
        await post("receipt.mark", agent="claude", mark="read", ids=laptop[1:])
    ).changed == laptop[1:]
    assert (await bodies(post, "laptop"), await bodies(post, "server")) == ([], ["claude", "*"])
    assert (
        await post(
            "receipt.mark", mark="read", as_recipient=True, ids=[pages["server"][0].receipt_id]
        )
    ).changed == [pages["server"][0].receipt_id]
    assert await bodies(post, "server") == ["*"]
    # The receipt of another copy is not one's own.
    assert (
        await post(
            "receipt.mark",
            agent="claude",
            instance="laptop",
            mark="read",
            ids=[pages["server"][1].receipt_id],
        )
    ).changed == []
    status = await post("message.status", id=pages["laptop"][0].id)
    assert [
        (each.agent, each.state, [by["instance"] for by in each.by if by["mark"] == "read"])
        for each in status.receipts
    ] == [("claude", "read", ["laptop", "server"])]


async def test_a_connection_that_speaks_as_one_name_speaks_as_no_other(post: Post) -> None:
    token = (await post("session.start", agent="bob")).token
    receipt = (await post("message.send", agent="ana", to="bob", body="x")) and (
        await post("inbox.check", agent="bob")
    ).messages[0].receipt_id

    async def ask(name: str, **params: Any) -> Any:
        return await post.app.call(
            name, params, credential=post.key, connection=Connection(only_as="claude")
        )

    assert (await ask("message.send", agent="claude", to="bob", body="hello")).sender == "claude"
    for name, params in (
        ("message.send", {"agent": "bob", "to": "ana", "body": "x"}),
        ("inbox.check", {"agent": "bob"}),
        ("inbox.check", {"session": token}),
        ("inbox.wait", {"agent": "bob", "wait_s": 1}),
    ):
        with pytest.raises(NotYou, match=r"speaks as 'claude', not as 'bob'"):
            await ask(name, **params)
    assert (await ask("receipt.mark", mark="read", as_recipient=True, ids=[receipt])).not_found == [
        receipt
    ]
