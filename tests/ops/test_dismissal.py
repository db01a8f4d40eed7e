"""Dismissing an unused name: what is withdrawn, and who may do it."""

from __future__ import annotations

import pytest

from ackbox.errors import NotAllowed, NotFound
from ackbox.ops.agent import dismiss as dismissal
from tests.engines import Post

pytestmark = pytest.mark.anyio


async def test_what_waits_for_the_name_is_taken_back_and_it_is_not_awaited_any_more(
    post: Post,
) -> None:
    ana = await post.keyed("ana", "human")
    both = await post("message.send", agent="bob", to="zed,cy", body="for both")
    await post("agent.check_in", agent="cy")
    alone = await ana("message.send", to="zed/phone", body="for one copy")
    await post("message.send", agent="bob", to="*", body="for everyone")
    assert [(await ana(name)).awaited for name in ("agent.list", "workspace.needs")] == [
        ["zed"],
        ["zed"],
    ]
    told = await ana("agent.dismiss", name="zed")
    assert (told.name, told.withdrawn, told.is_more) == ("zed", 2, False)
    assert [(await ana(name)).awaited for name in ("agent.list", "workspace.needs")] == [[], []]
    states = {
        each.agent: each.state for each in (await post("message.status", id=both.id)).receipts
    }
    assert (states, (await post("message.status", id=alone.id)).receipts[0].state) == (
        {"cy": "pending", "zed": "withdrawn"},
        "withdrawn",
    )
    assert len((await post("message.history")).messages) == 3
    assert [
        event.details
        for event in (await post("event.feed", cursor="start")).events
        if event.kind == "agent.dismissed"
    ] == [{"agent": "zed", "withdrawn": 2}]
    again = await ana("agent.dismiss", name="zed")
    assert (again.withdrawn, again.is_more) == (0, False)
    # Who comes after all finds what was written since and the broadcast, and nothing that was taken
    # back.
    await post("message.send", agent="bob", to="zed", body="another")
    assert (await ana("agent.list")).awaited == ["zed"]
    assert [
        letter.body
        for letter in (await post("inbox.check", agent="zed", instance="phone")).messages
    ] == ["for everyone", "another"]


async def test_a_message_that_its_sender_took_back_is_waited_for_no_longer(post: Post) -> None:
    sent = await post("message.send", agent="ana", to="zed", body="oops")
    await post("message.withdraw", agent="ana", id=sent.id)
    assert (await post("agent.list")).awaited == []


async def test_one_call_takes_back_so_many_and_says_that_there_is_more(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dismissal, "MAX_WITHDRAWN", 2)
    for number in range(3):
        await post("message.send", agent="ana", to="zed", body=f"{number}")
    told = [await post("agent.dismiss", name="zed") for _ in range(2)]
    assert [(each.withdrawn, each.is_more) for each in told] == [(2, True), (1, False)]


async def test_only_a_person_or_an_operator_may_and_only_for_who_has_never_been_here(
    post: Post,
) -> None:
    await post("message.send", agent="ana", to="zed", body="x")
    agent = await post.keyed("bob")
    with pytest.raises(NotAllowed):
        await agent("agent.dismiss", name="zed")
    for name in ("ana", "nobody"):
        with pytest.raises(NotFound):
            await post("agent.dismiss", name=name)
    assert (await post("agent.list")).awaited == ["zed"]
