"""Addresses that may name an instance, as other systems write them."""

from __future__ import annotations

from typing import Any

import pytest

from ackbox.errors import Invalid
from tests.engines import Post

pytestmark = pytest.mark.anyio


async def sent_to(post: Post, to: Any, **more: Any) -> list[str]:
    sent = await post("message.send", agent="zoe", to=to, body="x", **more)
    return list((await post("message.get", id=sent.id)).to)


async def test_a_name_means_an_agent_then_a_known_instance_then_one_of_the_agent_before_the_dash(
    post: Post,
) -> None:
    await post("agent.check_in", agent="alice", instance="tau-laptop")
    await post("agent.check_in", agent="agent-1")
    asked = (
        "alice",
        "tau-laptop",
        "alice-new",
        "agent-1",
        "nobody-x",
        "tau-laptop,agent-1",
        "alice,tau-laptop",
        "*",
    )
    assert {to: await sent_to(post, to, by_instance=True) for to in asked} == {
        "alice": ["alice"],
        "tau-laptop": ["alice/tau-laptop"],
        "alice-new": ["alice/alice-new"],
        "agent-1": ["agent-1"],
        "nobody-x": ["nobody-x"],
        "tau-laptop,agent-1": ["alice/tau-laptop", "agent-1"],
        "alice,tau-laptop": ["alice"],
        "*": ["*"],
    }
    assert [
        letter.body
        for letter in (await post("inbox.check", agent="alice", instance="alice-new")).messages
    ][:2] == ["x", "x"]
    assert await sent_to(post, "tau-laptop") == ["tau-laptop"]


async def test_an_instance_that_several_agents_have_must_be_written_with_its_agent(
    post: Post,
) -> None:
    for agent in ("alice", "bob"):
        await post("agent.check_in", agent=agent, instance="laptop")
    with pytest.raises(Invalid) as refused:
        await sent_to(post, "laptop", by_instance=True)
    assert refused.value.hint == "Choose one: alice/laptop, bob/laptop."
