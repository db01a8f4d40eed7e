"""Mentions: a person's text that starts with @name goes to that name alone."""

from __future__ import annotations

import pytest

from ackbox.errors import UnknownRecipient
from tests.engines import Post

pytestmark = pytest.mark.anyio


@pytest.fixture
async def eve(post: Post) -> Post:
    """A person in a workspace with agents whose names start alike."""
    for name in ("bob", "bob-2", "Mac CLI 小克", "Mac"):
        await post("agent.check_in", agent=name)
    return await post.keyed("eve", "human")


@pytest.mark.parametrize(
    ("body", "to"),
    [
        ("@bob look at this", "bob"),
        ("@bob", "bob"),
        ("@bob, look", "bob"),
        ("@bob. Look", "bob"),
        ("@bob\nlook", "bob"),
        ("@bob-2: look", "bob-2"),
        ("@Mac CLI 小克 look", "Mac CLI 小克"),
        ("@Mac look", "Mac"),
        ("@Mac CLI look", "Mac"),
    ],
)
async def test_a_persons_text_that_starts_with_a_name_goes_to_it_as_it_was_written(
    post: Post, eve: Post, body: str, to: str
) -> None:
    sent = await eve("message.send", to="*", body=body, mention=True)
    assert (sent.type, [each.agent for each in sent.recipients]) == ("direct", [to])
    message = await post("message.get", id=sent.id)
    assert (message.to, message.body, message.sender_kind) == ([to], body, "human")


@pytest.mark.parametrize(
    ("body", "word", "near"),
    [
        ("@bobb look", "bobb", ["bob", "bob-2"]),
        ("@zzz", "zzz", []),
        ("@bob.py is broken", "bob.py", ["bob"]),
    ],
)
async def test_a_name_nobody_has_tells_nobody(
    post: Post, eve: Post, body: str, word: str, near: list[str]
) -> None:
    with pytest.raises(UnknownRecipient) as refused:
        await eve("message.send", to="*", body=body, mention=True)
    assert refused.value.as_dict()["error"] == {
        "code": "unknown_recipient",
        "message": f"There is no agent called {word!r} yet.",
        "details": {"recipient": word, "near": near, "field": "body"},
        "hint": (
            f"Did you mean '@{near[0]}'?"
            if near
            else "Put a space before the @ to send to everyone."
        ),
    }
    assert (await post("message.history")).messages == []


@pytest.mark.parametrize("body", ["look, @bob", " @bob look", "look"])
async def test_a_name_further_in_changes_nothing(eve: Post, body: str) -> None:
    assert (await eve("message.send", to="*", body=body, mention=True)).type == "broadcast"


async def test_it_is_asked_for_and_only_people_have_it(post: Post, eve: Post) -> None:
    assert (await eve("message.send", to="*", body="@bob look")).type == "broadcast"
    assert (
        await post("message.send", agent="ana", to="*", body="@bob look", mention=True)
    ).type == "broadcast"
    assert [
        each.agent
        for each in (
            await eve("message.send", to="bob-2", body="@bob is away", mention=True)
        ).recipients
    ] == ["bob-2"]
    assert (
        await post(
            "message.send",
            agent="ana",
            to="bob-2",
            to_instance="tau",
            body="@bob look",
            mention=True,
        )
    ).recipients[0].agent == "bob-2"
