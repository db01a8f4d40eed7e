"""Answering: a reply needs its parent and a text, and nothing else.

And a message needs something in it.
"""

from __future__ import annotations

from functools import partial

import pytest

from ackbox.errors import Invalid, MissingField
from tests.engines import Post

pytestmark = pytest.mark.anyio


async def test_an_answer_without_to_goes_to_the_parents_sender(post: Post) -> None:
    asked = await post("message.send", agent="ana", to="bob, cara", body="?")
    for to in ({}, {"to": None}, {"to": ""}):
        sent = await post("message.send", agent="bob", parent=asked.id, body="yes", **to)
        assert ([each.agent for each in sent.recipients], sent.thread) == (["ana"], asked.id)


async def test_an_answer_to_all_goes_to_the_whole_audience_except_its_sender(post: Post) -> None:
    asked = await post("message.send", agent="ana", to="bob, cara/laptop", body="?")
    sent = await post("message.send", agent="bob", parent=asked.id, body="yes", reply_all=True)
    assert [(each.agent, each.instance) for each in sent.recipients] == [
        ("ana", None),
        ("cara", "laptop"),
    ]
    everyone = await post("message.send", agent="ana", to="*", body="?")
    assert (
        await post("message.send", agent="bob", parent=everyone.id, body="yes", reply_all=True)
    ).type == "broadcast"


async def test_an_answer_to_ones_own_message_goes_on_with_those_it_was_for(post: Post) -> None:
    asked = await post("message.send", agent="ana", to="bob, cara", body="?")
    assert [
        each.agent
        for each in (
            await post("message.send", agent="ana", parent=asked.id, body="well?")
        ).recipients
    ] == ["bob", "cara"]


async def test_without_a_parent_somebody_is_named(post: Post) -> None:
    with pytest.raises(MissingField) as refused:
        await post("message.send", agent="ana", body="x")
    assert (refused.value.message, refused.value.details) == ("`to` is missing.", {"field": "to"})
    with pytest.raises(Invalid, match="The audience is empty"):
        await post("message.send", agent="ana", to="", body="x")


@pytest.mark.parametrize("body", ["", " ", "\n\t ", "\u200b", "\u3164 \ufe0f"])
async def test_a_message_with_nothing_in_it_is_refused_unless_refs_carry_it(
    post: Post, body: str
) -> None:
    with pytest.raises(Invalid, match="`body` is empty"):
        await post("message.send", agent="ana", to="bob", body=body)
    await post(
        "message.send", agent="ana", to="bob", body=body, refs=[{"kind": "file", "target": "a.py"}]
    )
    assert len((await post("message.history")).messages) == 1


@pytest.mark.parametrize(
    ("since", "found"),
    [
        ("2h", 1),
        ("30m", 0),
        ("yesterday", 2),
        ("yesterday 9:00", 1),
        ("3d", 2),
        ("2027-01-15T04:00:00Z", 1),
    ],
)
async def test_since_takes_words(post: Post, since: str, found: int) -> None:
    now = 1_800_000_000_000
    for at in (now - 24 * 3_600_000, now - 3_600_000, now):
        post.app.clock = partial(int, at)
        if at < now:
            await post("message.send", agent="ana", to="bob", body=f"at {at}")
    found_by = [
        len((await post(operation, since=since, **who)).messages)
        for operation, who in (("message.history", {}), ("inbox.check", {"agent": "bob"}))
    ]
    assert found_by == [found, found]
    task = await post("task.create", agent="ana", title="t", due_at="2h")
    assert task.due_at == "2027-01-15T10:00:00.000Z"
