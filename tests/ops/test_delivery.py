"""Sending twice, answering without end, and answers that are late."""

from __future__ import annotations

from typing import Any

import pytest

from ackbox.errors import AckboxError, Conflict, LoopGuard
from ackbox.model.moment import to_text
from tests.engines import Clock, Post

pytestmark = pytest.mark.anyio
DAY_S = 86_400


async def test_the_same_key_stores_one_message_a_year_later_too(post: Post, clock: Clock) -> None:
    async def send() -> Any:
        return await post("message.send", agent="ana", to="bob", body="x", idempotency_key="k")

    first = await send()
    await post("agent.check_in", agent="bob")
    assert first.duplicate is False
    for pause_s in (0, 1, DAY_S, 366 * DAY_S):
        clock.pass_s(pause_s)
        again = await send()
        assert (
            again.id,
            again.seq,
            again.thread,
            again.created_at,
            again.duplicate,
            again.recipient_count,
        ) == (first.id, first.seq, first.thread, first.created_at, True, 1)
    assert [message.id for message in (await post("message.history")).messages] == [first.id]


@pytest.mark.parametrize(
    "change",
    [
        {"body": "y"},
        {"to": "cy"},
        {"to_instance": "tau"},
        {"subject": "s"},
        {"intent": "question"},
        {"priority": 5},
        {"metadata": {"a": 1}},
        {"refs": [{"kind": "file", "target": "a"}]},
        {"expires_in_days": 1},
        {"expects_reply_by": "2030-01-01T00:00:00Z"},
    ],
)
async def test_the_same_key_with_other_content_is_a_conflict_and_stores_nothing(
    post: Post, clock: Clock, change: dict[str, Any]
) -> None:
    own = {"agent": "ana", "to": "bob", "body": "x", "idempotency_key": "k"}
    first = await post("message.send", **own)
    with pytest.raises(Conflict) as refused:
        await post("message.send", **{**own, **change})
    assert (refused.value.message, refused.value.details) == (
        "This idempotency key was already used for another message.",
        {"field": "idempotency_key"},
    )
    assert [message.id for message in (await post("message.history")).messages] == [first.id]
    assert (await post("agent.list")).awaited == ["bob"]


async def test_metadata_in_another_order_is_the_same_content(post: Post) -> None:
    own = {"agent": "ana", "to": "bob", "body": "x", "idempotency_key": "k"}
    sent = [
        await post("message.send", **own, metadata=metadata)
        for metadata in ({"a": 1, "b": 2}, {"b": 2, "a": 1})
    ]
    assert [each.duplicate for each in sent] == [False, True]


async def test_another_sender_may_use_the_same_key(post: Post) -> None:
    sent = [
        await post("message.send", agent=name, to="bob", body="x", idempotency_key="k")
        for name in ("ana", "cy")
    ]
    assert (sent[0].id != sent[1].id, [each.duplicate for each in sent]) == (True, [False, False])


async def test_another_workspace_may_use_the_same_key(post: Post) -> None:
    await post("workspace.create", name="other")
    sent = [
        await post(
            "message.send", workspace=name, agent="ana", to="bob", body="x", idempotency_key="k"
        )
        for name in ("default", "other")
    ]
    assert (sent[0].id != sent[1].id, [each.duplicate for each in sent]) == (True, [False, False])


async def test_another_instance_of_the_same_agent_is_the_same_sender(post: Post) -> None:
    sent = [
        await post(
            "message.send", agent="ana", instance=instance, to="bob", body="x", idempotency_key="k"
        )
        for instance in (None, "laptop", "server")
    ]
    assert ({each.id for each in sent}, [each.duplicate for each in sent]) == (
        {sent[0].id},
        [False, True, True],
    )


async def test_a_refused_send_does_not_use_up_its_key(post: Post) -> None:
    with pytest.raises(AckboxError):
        await post(
            "message.send", agent="ana", to="bobb", body="x", idempotency_key="k", unknown="refuse"
        )
    assert (
        await post("message.send", agent="ana", to="bob", body="x", idempotency_key="k")
    ).duplicate is False


async def exchange(post: Post, answers: int) -> list[Any]:
    """A thread in which ana and bob answer each other so many times."""
    sent = [await post("message.send", agent="ana", to="bob", body="0")]
    for number in range(1, answers + 1):
        sender, to = ("bob", "ana") if number % 2 else ("ana", "bob")
        sent.append(
            await post("message.send", agent=sender, to=to, body=str(number), parent=sent[-1].id)
        )
    return sent


async def test_sixty_four_answers_are_stored_and_the_next_is_refused_with_advice(
    post: Post,
) -> None:
    sent = await exchange(post, 64)
    assert (await post("message.get", id=sent[-1].id)).hops == 64
    with pytest.raises(LoopGuard) as refused:
        await post("message.send", agent="bob", to="ana", body="65", parent=sent[-1].id)
    assert refused.value.as_dict()["error"] == {
        "code": "loop_guard",
        "message": "64 replies in this thread without one from a person.",
        "details": {"thread": sent[0].id, "sender": "bob"},
        "hint": (
            "Stop, or ask a person to reply in the thread. Start a new thread for a new topic."
        ),
    }
    assert (await post("message.history", limit=1)).messages[0].id == sent[-1].id
    assert (await post("message.send", agent="bob", to="ana", body="anew")).seq > sent[-1].seq


async def test_a_workspace_sets_its_own_number_of_answers(post: Post) -> None:
    await post("workspace.settings", hops_limit=2)
    sent = await exchange(post, 2)
    with pytest.raises(LoopGuard, match="2 replies in this thread"):
        await post("message.send", agent="bob", to="ana", body="3", parent=sent[-1].id)
    await post("workspace.settings", hops_limit=3)
    assert (
        await post("message.send", agent="bob", to="ana", body="3", parent=sent[-1].id)
    ).thread == sent[0].id


async def test_a_person_in_the_thread_starts_the_count_anew(post: Post) -> None:
    eve = await post.keyed("eve", "human")
    await post("workspace.settings", hops_limit=2)
    sent = await exchange(post, 2)
    said = await eve("message.send", to="ana,bob", body="go on", parent=sent[-1].id)
    one = await post("message.send", agent="ana", to="bob", body="3", parent=said.id)
    two = await post("message.send", agent="bob", to="ana", body="4", parent=one.id)
    assert [(await post("message.get", id=each.id)).hops for each in (said, one, two)] == [0, 1, 2]
    with pytest.raises(LoopGuard):
        await post("message.send", agent="ana", to="bob", body="5", parent=two.id)
    assert (await eve("message.send", to="ana", body="stop", parent=two.id)).thread == sent[0].id


async def test_many_answers_to_one_message_are_no_loop(post: Post) -> None:
    await post("workspace.settings", hops_limit=1)
    root = await post("message.send", agent="ana", to="bob", body="0")
    answers = [
        await post("message.send", agent="bob", to="ana", body=str(number), parent=root.id)
        for number in range(5)
    ]
    assert {(await post("message.get", id=each.id)).hops for each in answers} == {1}


async def test_a_promised_answer_is_late_from_its_time_on_and_not_after_it_came(
    post: Post, clock: Clock
) -> None:
    due = to_text(clock.now + 60_000)
    asked = await post("message.send", agent="ana", to="bob,cy", body="?", expects_reply_by=due)

    async def is_late() -> bool:
        late: bool = (await post("message.status", id=asked.id)).is_late
        return late

    clock.pass_s(59.999)
    assert await is_late() is False
    clock.pass_s(0.001)
    assert await is_late() is True
    await post("message.send", agent="ana", to="bob", body="well?", parent=asked.id)
    await post("receipt.mark", agent="bob", mark="acknowledged", ids=[asked.id])
    await post("message.send", agent="bob", to="ana", body="another matter")
    assert await is_late() is True
    await post("message.send", agent="cy", to="ana", body="yes", parent=asked.id)
    assert await is_late() is False
    clock.pass_s(365 * DAY_S)
    assert ((await post("message.get", id=asked.id)).expects_reply_by, await is_late()) == (
        due,
        False,
    )


async def test_a_message_that_expects_no_answer_is_never_late(post: Post, clock: Clock) -> None:
    sent = await post("message.send", agent="ana", to="bob", body="x")
    clock.pass_s(365 * DAY_S)
    assert (await post("message.status", id=sent.id)).is_late is False


@pytest.mark.parametrize("due", ["soon", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00Z"])
async def test_a_due_time_that_cannot_be_shown_is_refused(post: Post, due: str) -> None:
    with pytest.raises(AckboxError, match="`expects_reply_by`"):
        await post("message.send", agent="ana", to="bob", body="x", expects_reply_by=due)
    assert (await post("message.history")).messages == []


async def test_the_same_text_to_the_same_audience_is_held_after_so_many_times_and_a_person_is_told(
    post: Post,
) -> None:
    await post("workspace.settings", repeats_limit=3)
    start = (await post("event.feed")).cursor
    sent = [await post("message.send", agent="ana", to="bob", body="thanks") for _ in range(3)]
    with pytest.raises(LoopGuard) as refused:
        await post("message.send", agent="ana", to="bob", body="thanks")
    assert refused.value.as_dict()["error"] == {
        "code": "loop_guard",
        "message": "'ana' has sent this same text to the same audience 3 times within ten minutes.",
        "details": {"sender": "ana"},
        "hint": "Stop, or send something new. The event feed shows this to people.",
    }
    events = (await post("event.feed", cursor=start)).events
    assert [(each.kind, each.id) for each in events if each.kind == "message.sent"] == [
        ("message.sent", each.id) for each in sent
    ]
    held = [
        (each.kind, each.details["operation"], each.details["sender"])
        for each in events
        if each.kind == "agent.held"
    ]
    assert held == [("agent.held", "message.send", "ana")]


async def test_another_text_audience_or_sender_a_person_and_a_repeated_key_are_not_held(
    post: Post,
) -> None:
    eve = await post.keyed("eve", "human")
    await post("workspace.settings", repeats_limit=1)
    first = await post("message.send", agent="ana", to="bob", body="thanks", idempotency_key="k")
    assert (
        await post("message.send", agent="ana", to="bob", body="thanks", idempotency_key="k")
    ).id == first.id
    others = [
        await post("message.send", agent="ana", to="bob", body="thank you"),
        await post("message.send", agent="ana", to="cy", body="thanks"),
        await post("message.send", agent="dan", to="bob", body="thanks"),
        await eve("message.send", to="bob", body="thanks"),
        await eve("message.send", to="bob", body="thanks"),
    ]
    assert len({each.id for each in others}) == 5
    with pytest.raises(LoopGuard):
        await post("message.send", agent="ana", to="bob", body="thanks")
    await post("workspace.settings", repeats_limit=0)
    assert (await post("message.send", agent="ana", to="bob", body="thanks")).duplicate is False
