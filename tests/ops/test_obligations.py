"""Obligations: a reply that is expected is reminded of, once each time, and sent on when asked."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ackbox.app.call import App, open_app
from ackbox.briefing import Answer
from ackbox.errors import Invalid, MissingField
from ackbox.hook_briefing import HOOK_LENGTH, for_hook
from tests.engines import Clock, Post

pytestmark = pytest.mark.anyio
SESSION = {"program": "claude", "program_session": "5b1f"}
ME = {"agent": "bob", "auto_instance": "shop", "copy_id": "claude-session-5b1f", **SESSION}
START = "2027-01-15T08:00:00"


async def report(post: Post, moment: str, **more: Any) -> Any:
    return await post("program.report", moment=moment, event=moment, **{**ME, **more})


async def shown(post: Post, reported: Any, **more: Any) -> None:
    await post("program.shown", offer=reported.offer, **{"agent": "bob", **SESSION, **more})


async def ask(post: Post, to: str = "bob", **more: Any) -> Any:
    asked = {"agent": "ana", "to": to, "body": "ready?", "expects_reply_by": "2h", **more}
    return await post("message.send", **asked)


async def reminded(post: Post, cursor: str = "start") -> list[tuple[str, str | None, Any]]:
    kinds = ["message.half_time", "message.overdue"]
    events = (await post("event.feed", cursor=cursor, kinds=kinds)).events
    return [(each.kind, each.agent, each.details) for each in events]


def told(reported: Any) -> list[tuple[str, str | None]]:
    return [(each.body, reported.reminders.get(each.id)) for each in reported.messages]


async def test_the_sender_is_told_at_half_time_and_when_the_reply_is_due_and_no_more(
    post: Post, clock: Clock
) -> None:
    asked = await ask(post)
    done = []
    for hours in (0.9, 0.1, 0.5, 0.5, 5, 24 * 8, 1):
        clock.pass_s(hours * 3600)
        done.append(await post.app.remind_due())
    assert done == [0, 1, 0, 1, 0, 0, 0]
    about = {"message": asked.id, "seq": asked.seq, "due_at": "2027-01-15T10:00:00.000Z"}
    assert await reminded(post) == [
        ("message.half_time", "ana", about),
        ("message.overdue", "ana", about),
    ]


async def test_a_reply_ends_the_reminders_and_an_acknowledgement_does_not(
    post: Post, clock: Clock
) -> None:
    answered, acknowledged = await ask(post, body="one"), await ask(post, body="two")
    await post("message.send", agent="bob", parent=answered.id, body="yes")
    await post("receipt.mark", agent="bob", ids=[acknowledged.id], mark="acknowledged")
    clock.pass_s(2 * 3600)
    assert await post.app.remind_due() == 1
    assert [each["message"] for _, _, each in await reminded(post)] == [acknowledged.id]
    needs = (await post("workspace.needs")).needs
    assert [(each.kind, each.message.id, each.waiting_for) for each in needs] == [
        ("late", acknowledged.id, ["bob"])
    ]


async def test_a_message_of_the_sender_itself_is_no_reply(post: Post, clock: Clock) -> None:
    asked = await ask(post)
    await post("message.send", agent="ana", parent=asked.id, body="still waiting")
    clock.pass_s(2 * 3600)
    assert await post.app.remind_due() == 1


async def test_what_was_withdrawn_or_has_expired_is_not_reminded_of(
    post: Post, clock: Clock
) -> None:
    await post("agent.check_in", agent="bob")
    withdrawn = await ask(post)
    await post("message.withdraw", agent="ana", id=withdrawn.id)
    await ask(post, expects_reply_by="2d", expires_in_days=1)
    clock.pass_s(24 * 3600)
    assert [await post.app.remind_due(), await reminded(post)] == [0, []]


async def test_however_many_servers_run_each_reminder_comes_once(
    database: str, post: Post, clock: Clock
) -> None:
    if database.startswith("sqlite"):
        servers = [post.app] * 3
    else:
        servers = [post.app, *[await open_app(database, clock=clock) for _ in range(2)]]
    for number in range(5):
        await ask(post, body=f"{number}")
    clock.pass_s(3600)
    done = await asyncio.gather(*(server.remind_due() for server in servers))
    assert (sum(done), len(await reminded(post))) == (5, 5)
    await close(servers[1:] if len(set(map(id, servers))) > 1 else [])


async def close(servers: list[App]) -> None:
    for server in servers:
        await server.close()


async def test_the_hook_shows_each_reminder_once_and_says_which_it_is(
    post: Post, clock: Clock
) -> None:
    await report(post, "session_start", is_new_context=True)
    asked = await ask(post)
    first = await report(post, "prompt")
    await shown(post, first)
    found = [told(first)]
    for _ in range(2):
        clock.pass_s(3600)
        await post.app.remind_due()
        # Without a confirmation it comes again; with one it does not.
        for is_confirmed in (False, True, True):
            reported = await report(post, "prompt")
            found.append(told(reported))
            if is_confirmed and reported.offer is not None:
                await shown(post, reported)
    half, late = [("ready?", "half_time")], [("ready?", "overdue")]
    assert found == [[("ready?", None)], half, half, [], late, late, []]
    (receipt,) = (await post("message.status", agent="ana", id=asked.id)).receipts
    assert [each["evidence"] for each in receipt.by if each["mark"] == "reminded"] == [
        "half_time, claude prompt, session 5b1f",
        "overdue, claude prompt, session 5b1f",
    ]


async def test_a_reminder_waits_for_the_turn_unless_its_message_is_urgent(
    post: Post, clock: Clock
) -> None:
    await report(post, "session_start", is_new_context=True)
    await ask(post, body="calm")
    await ask(post, body="urgent", priority=5)
    await shown(post, await report(post, "prompt"))
    await post("agent.quiet", agent="bob", instance="shop", at_turn_end=True)
    clock.pass_s(3600)
    await post.app.remind_due()
    between = await report(post, "tool")
    assert told(between) == [("urgent", "half_time")]
    await shown(post, between)
    assert told(await report(post, "prompt")) == []
    assert told(await report(post, "turn_end")) == [("calm", "half_time")]


async def test_each_instance_is_reminded_and_one_reply_ends_it_for_all(
    post: Post, clock: Clock
) -> None:
    other = {"program_session": "77aa", "copy_id": "claude-session-77aa"}
    await report(post, "session_start", is_new_context=True)
    await report(post, "session_start", is_new_context=True, **other)
    asked = await ask(post)
    for more in ({}, other):
        await shown(
            post,
            await report(post, "prompt", **more),
            **({"program_session": "77aa"} if more else {}),
        )
    clock.pass_s(3600)
    await post.app.remind_due()
    first, second = await report(post, "prompt"), await report(post, "prompt", **other)
    assert told(first) == told(second) == [("ready?", "half_time")]
    await shown(post, first)
    assert told(await report(post, "prompt", **other)) == [("ready?", "half_time")]
    await post("message.send", agent="bob", instance="shop", parent=asked.id, body="yes")
    clock.pass_s(3600)
    await post.app.remind_due()
    assert told(await report(post, "prompt", **other)) == []


async def test_a_broadcast_reminds_its_recipients_and_not_its_sender(
    post: Post, clock: Clock
) -> None:
    await report(post, "session_start", is_new_context=True)
    await ask(post, to="*")
    await shown(post, await report(post, "prompt"))
    clock.pass_s(3600)
    await post.app.remind_due()
    ana = {"agent": "ana", "program_session": "99", "copy_id": "claude-session-9999"}
    assert told(await report(post, "prompt")) == [("ready?", "half_time")]
    assert told(await report(post, "session_start", **ana)) == []


async def test_an_overdue_message_says_so_in_the_inbox_and_the_mailbox(
    post: Post, clock: Clock
) -> None:
    asked = await ask(post)
    await post("message.send", agent="ana", to="bob", body="by the way")
    seen = []
    for hours in (1, 1):
        clock.pass_s(hours * 3600)
        inbox = await post("inbox.check", agent="bob")
        mailbox = await post("mailbox.list", agent="bob")
        seen.append(
            (
                [each.overdue is True for each in inbox.messages],
                [each.overdue is True for each in mailbox.messages],
                (await post("message.status", agent="ana", id=asked.id)).is_late,
            )
        )
    assert seen == [([False, False], [False, False], False), ([True, False], [False, True], True)]


async def test_an_overdue_message_goes_on_to_another_live_instance_once_with_its_origin(
    post: Post, clock: Clock
) -> None:
    for instance in ("laptop", "server"):
        await post("agent.check_in", agent="bob", instance=instance)
    asked = await ask(post, to="bob/laptop", reroute=True)
    await post("message.send", agent="ana", to="bob", body="later")
    await post("inbox.check", agent="bob", instance="server", mark="read")
    clock.pass_s(2 * 3600)
    await post("agent.heartbeat", agent="bob", instance="server")
    assert await post.app.remind_due() == 1
    inbox = await post("inbox.check", agent="bob", instance="server")
    assert [(each.body, each.overdue) for each in inbox.messages] == [("ready?", True)]
    ((_, _, details),) = await reminded(post)
    assert details["rerouted"] == [{"from": "bob/laptop", "to": "bob/server"}]
    receipts = (await post("message.status", agent="ana", id=asked.id)).receipts
    assert {
        each.instance: [step["evidence"] for step in each.by if step["mark"] == "rerouted"]
        for each in receipts
    } == {"laptop": [], "server": ["from bob/laptop"]}
    clock.pass_s(3600)
    assert await post.app.remind_due() == 0
    await post("message.send", agent="bob", instance="server", parent=asked.id, body="yes")
    assert not (await post("message.status", agent="ana", id=asked.id)).is_late


async def test_it_goes_on_to_a_live_agent_of_the_same_role_and_to_nobody_else(
    post: Post, clock: Clock
) -> None:
    for name, role in (("bob", "review"), ("cy", "test"), ("dan", "review"), ("ana", "review")):
        await post("agent.check_in", agent=name, role=role)
    asked = await ask(post, reroute=True)
    kept = await ask(post, body="stays here")
    clock.pass_s(2 * 3600)
    for name in ("ana", "cy", "dan"):
        await post("agent.heartbeat", agent=name)
    await post.app.remind_due()
    found = {
        name: [each.body for each in (await post("inbox.check", agent=name)).messages]
        for name in ("bob", "cy", "dan")
    }
    assert found == {"bob": ["ready?", "stays here"], "cy": [], "dan": ["ready?"]}
    assert len((await post("message.status", agent="ana", id=asked.id)).receipts) == 2
    assert len((await post("message.status", agent="ana", id=kept.id)).receipts) == 1


async def test_with_nobody_else_online_it_stays_where_it_is(post: Post, clock: Clock) -> None:
    for instance in ("laptop", "server"):
        await post("agent.check_in", agent="bob", instance=instance)
    await ask(post, to="bob/laptop", reroute=True)
    clock.pass_s(2 * 3600)
    await post.app.remind_due()
    ((kind, _, details),) = await reminded(post)
    assert (kind, "rerouted" in details) == ("message.overdue", False)
    assert (await post("inbox.check", agent="bob", instance="server")).unread == 0


async def test_a_message_is_sent_on_only_if_a_reply_has_a_time(post: Post) -> None:
    with pytest.raises(MissingField) as refused:
        await post("message.send", agent="ana", to="bob", body="?", reroute=True)
    assert refused.value.message == "`reroute` needs a time by which the reply is due."
    with pytest.raises(Invalid):
        await post("message.send", agent="ana", to="bob", body="?", reroute="perhaps")
    assert (await post("message.history")).messages == []


async def test_a_repeated_send_expects_one_reply(post: Post, clock: Clock) -> None:
    for _ in range(2):
        await ask(post, idempotency_key="q")
    clock.pass_s(2 * 3600)
    assert await post.app.remind_due() == 1


async def test_reminders_of_two_workspaces_stay_apart(post: Post, clock: Clock) -> None:
    await post("workspace.create", name="other")
    mine, theirs = await ask(post, body="here"), await ask(post, body="there", workspace="other")
    clock.pass_s(3600)
    assert await post.app.remind_due() == 2
    assert [each["message"] for _, _, each in await reminded(post)] == [mine.id]
    there = (await post("event.feed", workspace="other", cursor="start")).events
    found = [each.details["message"] for each in there if each.kind == "message.half_time"]
    assert found == [theirs.id]


async def test_only_the_sender_and_those_who_see_all_are_told_in_a_private_workspace(
    post: Post, clock: Clock
) -> None:
    await post("workspace.create", name="quiet", mode="private")
    ana, cy = [await post.keyed(name, workspace="quiet") for name in ("ana", "cy")]
    await ana("message.send", to="bob", body="?", expects_reply_by="2h")
    await cy("inbox.check")
    clock.pass_s(3600)
    await post.app.remind_due()
    assert [len(await reminded(each)) for each in (ana, cy)] == [1, 0]


async def test_the_text_for_the_model_says_what_is_overdue_after_the_fence(
    post: Post, clock: Clock
) -> None:
    await report(post, "session_start", is_new_context=True)
    late = await ask(post, body="late", expects_reply_by="1h")
    half = await ask(post, body="half")
    clock.pass_s(3600)
    await post.app.remind_due()
    answer = Answer(clock, length=HOOK_LENGTH, mark=lambda: "0" * 16)
    text = for_hook(await report(post, "prompt"), answer, is_start=False, local_time="now")
    *_, fenced, overdue, halfway, advice = text.split("\n\n")
    assert fenced.endswith("end 0000000000000000")
    assert overdue == (
        f"Overdue: the sender of {late.id} still waits for your reply. Reply now, even if only to"
        " say when you will have the answer."
    )
    assert halfway == (
        f"Reminder: half of the time for your reply to {half.id} is over; `reply_by` says when it"
        " is due."
    )
    assert advice.startswith("When you have dealt with them: ")
    assert ('"overdue": true' in text, text.count('"overdue"')) == (True, 1)
