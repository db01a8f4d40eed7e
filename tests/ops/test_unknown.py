"""Names nobody has seen: held, refused or refused unless they are here.

And names that look alike.
"""

from __future__ import annotations

from typing import Any

import pytest

from ackbox.errors import AckboxError, Conflict, Invalid, UnknownRecipient
from tests.engines import Clock, Post

pytestmark = pytest.mark.anyio


async def refusal(post: Post, **params: Any) -> dict[str, Any]:
    """The error of a send that is refused; nothing of it may be stored."""
    before = await state(post)
    with pytest.raises(AckboxError) as refused:
        await post("message.send", **{"agent": "ana", "body": "x", **params})
    assert await state(post) == before
    return dict(refused.value.as_dict()["error"])


async def state(post: Post) -> tuple[list[str], list[str], list[str]]:
    roster = await post("agent.list")
    return (
        [each.agent for each in roster.agents],
        roster.awaited,
        [message.id for message in (await post("message.history")).messages],
    )


def nobody(name: str, near: list[str]) -> dict[str, Any]:
    return {
        "code": "unknown_recipient",
        "message": f"There is no agent called {name!r} yet.",
        "details": {"recipient": name, "near": near},
        "hint": f"Did you mean {near[0]!r}?" if near else "See the known names with agent.list.",
    }


async def test_post_for_an_unknown_name_is_held_and_the_sender_is_told_who_is_near(
    post: Post,
) -> None:
    for name in ("bob", "Mac App 小克"):
        await post("agent.check_in", agent=name)
    sent = await post("message.send", agent="ana", to="bobb,Mac App 小A,zzz", body="x")
    assert [(each.agent, each.known, each.near) for each in sent.recipients] == [
        ("bobb", False, ["bob"]),
        ("Mac App 小A", False, ["Mac App 小克"]),
        ("zzz", False, []),
    ]
    assert (await post("agent.list")).awaited == ["Mac App 小A", "bobb", "zzz"]
    assert (await post("inbox.check", agent="bob")).messages == []


async def test_refuse_takes_known_names_and_no_others(post: Post, clock: Clock) -> None:
    await post("agent.check_in", agent="bob")
    clock.pass_s(86_400)
    assert await refusal(post, to="bobb", unknown="refuse") == nobody("bobb", ["bob"])
    assert await refusal(post, to="bob,zzz", unknown="refuse") == nobody("zzz", [])
    assert await refusal(post, to="bob/tau", unknown="refuse") == nobody("bob/tau", ["bob"])
    assert (
        await post("message.send", agent="ana", to="bob", body="x", unknown="refuse")
    ).recipient_count == 1


async def test_a_name_that_post_waits_for_is_still_unknown(post: Post) -> None:
    await post("message.send", agent="ana", to="carol", body="x")
    assert await refusal(post, to="carol", unknown="refuse") == nobody("carol", [])


async def test_inactive_takes_only_who_is_online(post: Post, clock: Clock) -> None:
    await post("agent.check_in", agent="bob", instance="tau")
    assert (
        await post("message.send", agent="ana", to="bob", body="x", unknown="inactive")
    ).recipient_count == 1
    assert await refusal(post, to="bobb", unknown="inactive") == nobody("bobb", ["bob"])
    clock.pass_s(180)
    gone = {
        "code": "unknown_recipient",
        "message": "'bob' is offline.",
        "hint": "Send with `unknown=hold` to keep the message until it connects.",
        "details": {"recipient": "bob", "near": []},
    }
    assert await refusal(post, to="bob", unknown="inactive") == gone
    await post("agent.check_in", agent="bob", instance="phi")
    assert (
        await post("message.send", agent="ana", to="bob", body="x", unknown="inactive")
    ).recipients[0].presence == "online"
    assert (await refusal(post, to="bob/tau", unknown="inactive"))[
        "message"
    ] == "'bob/tau' is offline."


async def test_a_workspace_may_let_post_for_the_inactive_wait_and_still_refuse_the_unknown(
    post: Post, clock: Clock
) -> None:
    await post("agent.check_in", agent="bob")
    clock.pass_s(180)
    assert (await post("workspace.settings", inactive="hold")).settings == {"inactive": "hold"}
    assert (
        await post("message.send", agent="ana", to="bob", body="x", unknown="inactive")
    ).recipients[0].presence == "idle"
    assert await refusal(post, to="bobb", unknown="inactive") == nobody("bobb", ["bob"])


async def test_a_workspace_sets_what_becomes_of_unknown_names_and_a_send_may_say_otherwise(
    post: Post,
) -> None:
    await post("agent.check_in", agent="ana")
    await post("workspace.settings", unknown="refuse")
    assert await refusal(post, to="carol") == nobody("carol", [])
    assert (
        await post("message.send", agent="ana", to="carol", body="x", unknown="hold")
    ).recipients[0].known is False


async def test_a_refused_send_registers_nobody_not_even_its_sender(post: Post) -> None:
    await refusal(post, agent="newcomer", to="zzz", unknown="refuse")
    assert await state(post) == ([], [], [])


async def test_a_newcomers_broadcast_counts_everybody_but_the_newcomer(post: Post) -> None:
    for name in ("bob", "cy"):
        await post("agent.check_in", agent=name)
    sent = [
        await post("message.send", agent="ana", instance=instance, to="*", body="x")
        for instance in ("tau", None)
    ]
    assert (
        [each.recipient_count for each in sent]
        == [(await post("message.status", id=each.id)).recipients for each in sent]
        == [2, 2]
    )


async def test_everyone_and_every_person_are_never_unknown_names(post: Post) -> None:
    await post("agent.check_in", agent="bob")
    sent = await post("message.send", agent="ana", to="*", body="x", unknown="refuse")
    assert (sent.type, sent.recipient_count, sent.recipients) == ("broadcast", 1, [])
    for unknown in ("refuse", "inactive"):
        assert await refusal(post, to="user", unknown=unknown) == {
            "code": "unknown_recipient",
            "message": "There is no person in this workspace yet.",
            "details": {"recipient": "user", "near": []},
            "hint": "Send with `unknown=hold` to keep the message for the first person.",
        }
    eve = await post.keyed("eve", "human")
    assert [
        each.agent
        for each in (await post("message.send", agent="ana", to="user", body="x")).recipients
    ] == ["eve"]
    assert [letter.body for letter in (await eve("inbox.check")).messages] == ["x", "x"]


async def error_of(post: Post, operation: str, **params: Any) -> dict[str, Any]:
    with pytest.raises(AckboxError) as refused:
        await post(operation, **params)
    return dict(refused.value.as_dict()["error"])


async def test_all_is_nobodys_name_and_the_refusal_says_how_everyone_is_written(post: Post) -> None:
    said = {
        "code": "invalid",
        "message": "'all' is a reserved word, not a name.",
        "hint": "Write 'everyone' or '*' to address everyone.",
    }
    told = [await refusal(post, to=to) for to in ("all", "bob, all")]
    assert told == [{**said, "details": {"field": "to"}}] * 2
    assert await error_of(post, "message.preview", to="all") == {**said, "details": {"field": "to"}}
    assert await error_of(post, "agent.check_in", agent="ALL") == {
        **said,
        "message": "'ALL' is a reserved word, not a name.",
        "details": {"field": "agent"},
    }
    assert await error_of(post, "key.create", name="all") == {**said, "details": {"field": "name"}}
    assert (await post("agent.list")).agents == []
    near = (await post("message.send", agent="ana", to="all-hands, a11", body="x")).recipients
    assert [each.agent for each in near] == ["all-hands", "a11"]


@pytest.mark.parametrize(
    ("known", "alike"),
    [
        ("Mac CLI 小克", "Маc CLI 小克"),
        ("力丸", "カ丸"),
        ("night:cron", "nіght:cron"),
        ("agent-1", "agent-l"),
    ],
)
async def test_a_name_that_looks_like_a_known_one_is_refused_to_senders_and_to_newcomers(
    post: Post, known: str, alike: str
) -> None:
    await post("agent.check_in", agent=known)
    said = {
        "code": "conflict",
        "message": f"The name {alike!r} looks like {known!r}, which is another agent's name.",
        "details": {"near": [known]},
        "hint": f"Use {known!r} if you mean that agent, or choose a name that looks different.",
    }
    assert await refusal(post, to=f"{known},{alike}") == said
    with pytest.raises(Conflict) as refused:
        await post("agent.check_in", agent=alike)
    assert refused.value.as_dict()["error"] == said


async def test_the_first_to_use_a_name_keeps_it_also_when_only_post_waits_for_it(
    post: Post,
) -> None:
    await post("message.send", agent="ana", to="夏哥,night:cron", body="x")
    with pytest.raises(Conflict, match="looks like 'night:cron'"):
        await post("agent.check_in", agent="nіght:cron")
    assert [letter.body for letter in (await post("inbox.check", agent="夏哥")).messages] == ["x"]


async def test_the_longest_names_are_written_to_and_guarded_like_others(post: Post) -> None:
    # Each of these letters is likened to several others: what two such names are compared by is
    # longer than an index takes.
    long, copy = "".join(chr(0xAC00 + 55 * number) for number in range(200)), "\U0001f916" * 200
    sent = await post("message.send", agent="ana", to=[f"{long}/{copy}"], body="x")
    assert [
        letter.id for letter in (await post("inbox.check", agent=long, instance=copy)).messages
    ] == [sent.id]
    mailbox = await post("mailbox.list", agent="ana", of=f"{long}/{copy}")
    assert ([letter.id for letter in mailbox.messages], mailbox.agent) == ([sent.id], long)
    await post("message.send", agent="ana", to="\u0430" * 200, body="x")
    with pytest.raises(Conflict, match="looks like"):
        await post("agent.check_in", agent="a" * 200)
    assert (await post("agent.check_in", agent="e\u0301" * 200)).me.agent == "\u00e9" * 200


async def test_names_of_two_workspaces_may_look_alike(post: Post) -> None:
    await post("workspace.create", name="other")
    await post("agent.check_in", agent="agent-1")
    assert (await post("agent.check_in", workspace="other", agent="agent-l")).me.agent == "agent-l"


@pytest.mark.parametrize("bad", ["@bob", "bob/", "a\u200bb", "ana (human)", "x" * 201])
async def test_one_bad_entry_refuses_the_whole_send(post: Post, bad: str) -> None:
    await post("agent.check_in", agent="ana")
    error = await refusal(post, to=["bob", bad])
    assert error["code"] == Invalid.code


async def test_who_is_held_is_refused_by_the_class_that_says_so(post: Post) -> None:
    with pytest.raises(UnknownRecipient) as refused:
        await post("message.send", agent="ana", to="zzz", body="x", unknown="refuse")
    assert refused.value.status == 422
