"""message.ask: a question waits for its answer, and no longer than it must."""

from __future__ import annotations

import asyncio

import pytest

from tests.engines import Post

pytestmark = pytest.mark.anyio


async def test_an_answer_ends_the_wait(post: Post) -> None:
    await post("agent.check_in", agent="bob")
    asking = asyncio.create_task(
        post("message.ask", agent="ana", to="bob", body="ready?", wait_s=30)
    )
    checked = await post("inbox.wait", agent="bob", wait_s=30)
    question = checked.messages[0]
    await post("message.send", agent="bob", to="ana", body="yes", parent=question.id)
    asked = await asking
    assert (question.intent, asked.outcome, asked.answer.body, asked.answer.parent) == (
        "question",
        "answered",
        "yes",
        asked.id,
    )


async def test_a_recipient_that_leaves_ends_the_wait(post: Post) -> None:
    await post("agent.check_in", agent="bob")
    asking = asyncio.create_task(
        post("message.ask", agent="ana", to="bob", body="ready?", wait_s=30)
    )
    await post("inbox.wait", agent="bob", wait_s=30)
    await post("agent.check_out", agent="bob")
    asked = await asking
    assert (asked.outcome, asked.answer) == ("gone", None)


async def test_asking_again_with_the_same_key_waits_for_the_same_question(post: Post) -> None:
    first = await post(
        "message.ask", agent="ana", to="bob", body="ready?", wait_s=0, idempotency_key="q"
    )
    await post("message.send", agent="bob", to="ana", body="yes", parent=first.id)
    again = await post(
        "message.ask", agent="ana", to="bob", body="ready?", wait_s=10, idempotency_key="q"
    )
    assert (first.outcome, again.id, again.outcome, again.duplicate) == (
        "timed_out",
        first.id,
        "answered",
        True,
    )


async def test_each_of_many_is_sent_or_refused_by_itself(post: Post) -> None:
    many = await post(
        "message.send_many",
        agent="ana",
        messages=[
            {"to": "bob", "body": "one"},
            {"to": "", "body": "two"},
            {"to": "bob", "bodi": "three"},
            {"to": "bob", "body": "four"},
        ],
    )
    assert [each.error and each.error["message"] for each in many.outcomes] == [
        None,
        "The audience is empty.",
        "Unknown field 'bodi'.",
        None,
    ]
    assert (many.sent, many.refused) == (2, 2)
    assert [letter.body for letter in (await post("inbox.check", agent="bob")).messages] == [
        "one",
        "four",
    ]


async def test_nobody_sends_as_another_inside_many(post: Post) -> None:
    made = await post("key.create", name="ana")
    many = await post.app.call(
        "message.send_many",
        {"messages": [{"to": "bob", "body": "x", "agent": "eve"}]},
        credential=made.key,
    )
    assert (many.sent, many.outcomes[0].error["code"]) == (0, "forbidden")
