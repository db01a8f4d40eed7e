"""program.wake, program.signalled: what an idle program is woken for, when, and how often."""

from __future__ import annotations

from typing import Any

import pytest

from ackbox.errors import NotFound
from tests.engines import Clock, Post
from tests.ops.test_program import ME, SESSION, bodies, report, send, shown, start

pytestmark = pytest.mark.anyio
BOB = {"agent": "bob", "instance": "shop"}


async def wake(post: Post, way: str | None = "monitor", **more: Any) -> Any:
    named = {} if way is None else {"way": way}
    return await post("program.wake", program="claude", **named, **{**BOB, **more})


async def idle(post: Post, clock: Clock) -> None:
    """Start a session whose turn ended a while ago."""
    await start(post)
    clock.pass_s(2)


async def test_an_idle_program_is_woken_for_what_it_was_not_shown(post: Post, clock: Clock) -> None:
    await idle(post, clock)
    assert (await wake(post)).ids == []
    first, urgent = await send(post, "one"), await send(post, "two", priority=5)
    woken = await wake(post)
    assert (woken.ids, woken.senders, woken.urgent, woken.program_session, woken.messages) == (
        [first, urgent],
        ["ana"],
        1,
        "5b1f",
        [],
    )
    await shown(post, await report(post, "prompt"))
    await report(post, "turn_end")
    clock.pass_s(3600)
    assert (await wake(post)).ids == []


async def test_a_wake_is_repeated_after_growing_gaps_and_five_times_at_most(
    post: Post, clock: Clock
) -> None:
    await idle(post, clock)
    await send(post, "hello")
    began, at = clock.now, []
    for _ in range(1000):
        woken = await wake(post)
        if woken.ids:
            at.append((clock.now - began) // 1000)
        clock.pass_s(4)
    assert at == [0, 20, 80, 320, 1220]
    # News begins anew, but not at once: nobody has taken the wakes before.
    later = await send(post, "later")
    assert len((await wake(post)).ids) == 2
    clock.pass_s(899)
    assert (await wake(post)).ids == []
    clock.pass_s(1)
    assert (await wake(post)).ids == []
    assert (await post("message.status", agent="ana", id=later)).delivered == 0


async def test_what_has_been_read_meanwhile_wakes_nobody(post: Post, clock: Clock) -> None:
    await idle(post, clock)
    await send(post, "hello")
    assert len((await wake(post)).ids) == 1
    await post("inbox.check", **BOB, mark="read")
    clock.pass_s(20)
    assert (await wake(post)).ids == []
    # Evidence has ended the wakes: the next message wakes at once.
    await send(post, "next")
    assert len((await wake(post)).ids) == 1


async def test_a_turn_that_runs_is_not_interrupted(post: Post, clock: Clock) -> None:
    await start(post)
    await report(post, "prompt")
    clock.pass_s(600)
    await send(post, "later")
    await send(post, "now", priority=5)
    assert (await wake(post)).ids == []
    # Its hooks would have shown the urgent one by now, if the program still used tools.
    clock.pass_s(30)
    assert [(await wake(post)).urgent] == [1]
    assert len((await wake(post)).ids) == 0
    # Without any event for so long, the turn was interrupted.
    clock.pass_s(870)
    assert len((await wake(post)).ids) == 2


@pytest.mark.parametrize("moment", ["asking", "compacting"])
async def test_a_program_that_asks_its_user_or_compacts_is_not_woken(
    post: Post, clock: Clock, moment: str
) -> None:
    await start(post)
    await report(post, moment)
    clock.pass_s(60)
    await send(post, "later")
    assert (await wake(post)).ids == []


async def test_a_program_that_has_ended_is_not_woken(post: Post, clock: Clock) -> None:
    await start(post)
    await report(post, "session_end")
    await send(post, "later", priority=5)
    clock.pass_s(3600)
    assert (await wake(post)).ids == []


async def test_a_program_whose_turn_has_just_ended_is_left_a_second(
    post: Post, clock: Clock
) -> None:
    await start(post)
    await report(post, "prompt")
    await report(post, "turn_end")
    await send(post, "hello")
    woken = await wake(post)
    assert (woken.ids, woken.look_again_s) == ([], 1)
    clock.pass_s(1)
    assert len((await wake(post)).ids) == 1


async def test_a_turn_that_went_on_three_times_for_messages_is_left_a_minute(
    post: Post, clock: Clock
) -> None:
    await start(post)
    await report(post, "prompt")
    for number in range(3):
        await send(post, f"{number}")
        await shown(post, await report(post, "turn_end", is_continued=number > 0))
    await report(post, "turn_end", is_continued=True)
    await send(post, "one more")
    clock.pass_s(59)
    assert (await wake(post)).ids == []
    clock.pass_s(1)
    assert len((await wake(post)).ids) == 1


async def test_quiet_rules_hold_a_wake_back_and_urgent_messages_pass(
    post: Post, clock: Clock
) -> None:
    await idle(post, clock)
    await post("agent.quiet", agent="bob", until="2h")
    await send(post, "later")
    assert (await wake(post)).ids == []
    urgent = await send(post, "now", priority=5)
    assert (await wake(post)).ids == [urgent]
    clock.pass_s(7200)
    assert len((await wake(post)).ids) == 2


async def test_a_digest_wakes_when_it_is_due(post: Post, clock: Clock) -> None:
    await idle(post, clock)
    await post("agent.quiet", **BOB, digest_minutes=30)
    await send(post, "one")
    assert len((await wake(post)).ids) == 1
    await shown(post, await report(post, "prompt"))
    await report(post, "turn_end")
    await send(post, "two")
    clock.pass_s(1799)
    assert (await wake(post)).ids == []
    clock.pass_s(1)
    assert len((await wake(post)).ids) == 1


async def test_at_the_end_of_turns_only_also_means_while_no_turn_runs(
    post: Post, clock: Clock
) -> None:
    await idle(post, clock)
    await post("agent.quiet", agent="bob", at_turn_end=True)
    await send(post, "hello")
    assert len((await wake(post)).ids) == 1
    # The prompt is that of the wake, not of a person.
    assert bodies(await report(post, "prompt")) == ["hello"]


async def test_a_wake_that_carries_messages_is_their_evidence_and_hooks_do_not_repeat_them(
    post: Post, clock: Clock
) -> None:
    await idle(post, clock)
    id = await send(post, "hello")
    woken = await wake(post, "app server", carries_text=True, program_session="5b1f")
    assert bodies(woken) == ["hello"]
    # The turn that it starts has a hook of its own.
    assert bodies(await report(post, "prompt")) == []
    named = {"agent": "bob", **SESSION}
    await post("program.signalled", **named, way="app server", ids=woken.ids)
    assert await shown(post, woken) == 1
    await report(post, "tool")
    assert bodies(await report(post, "turn_end")) == []
    status = await post("message.status", agent="ana", id=id)
    assert [(each["mark"], each["evidence"]) for each in status.receipts[0].by] == [
        ("signalled", "claude app server, session 5b1f"),
        ("delivered", "claude wake, session 5b1f"),
        ("injected", "claude wake, session 5b1f"),
        ("seen", "claude wake, session 5b1f"),
    ]


async def test_a_wake_that_carried_messages_in_vain_leaves_them_to_the_hooks(
    post: Post, clock: Clock
) -> None:
    await idle(post, clock)
    await send(post, "hello")
    assert bodies(await wake(post, "app server", carries_text=True)) == ["hello"]
    clock.pass_s(10)
    assert bodies(await report(post, "prompt")) == ["hello"]


async def test_two_bridges_of_one_session_wake_it_once(post: Post, clock: Clock) -> None:
    await idle(post, clock)
    await send(post, "hello")
    woken = [await wake(post, program_session="5b1f", instance=None) for _ in range(2)]
    assert [len(each.ids) for each in woken] == [1, 0]


async def test_a_signal_is_evidence_but_no_mark(post: Post, clock: Clock) -> None:
    await idle(post, clock)
    id = await send(post, "hello")
    woken = await wake(post)
    named = {"agent": "bob", **SESSION}
    foreign = await post("message.send", agent="ana", to="eve", body="not for bob")
    noted = await post(
        "program.signalled", **named, way="monitor", ids=[*woken.ids, foreign.id, "none"]
    )
    assert noted.noted == 1
    status = await post("message.status", agent="ana", id=id)
    receipt = status.receipts[0]
    assert (receipt.state, [each["mark"] for each in receipt.by], receipt.by[0]["evidence"]) == (
        "pending",
        ["signalled"],
        "claude monitor, session 5b1f",
    )
    assert bodies(await report(post, "prompt")) == ["hello"]


async def test_senders_see_how_an_instance_is_reached_now(post: Post, clock: Clock) -> None:
    async def reach() -> list[str]:
        asked = [await post("message.preview", agent="ana", to=to) for to in ("bob", "bob/shop")]
        return [recipient.reach for each in asked for recipient in each.recipients]

    found = []
    await post("agent.check_in", agent="bob", auto_instance="shop", copy_id=ME["copy_id"])
    await wake(post)
    found.append(await reach())
    await start(post)
    found.append(await reach())
    await wake(post, "inbox socket")
    found.append(await reach())
    await wake(post, None)
    found.append(await reach())
    await wake(post, "monitor")
    await post("agent.check_out", **BOB)
    await report(post, "prompt")
    found.append(await reach())
    assert found == [
        [each] * 2 for each in ("poll", "hook", "wakes when idle (inbox socket)", "hook", "hook")
    ]


async def test_a_program_that_cannot_be_woken_now_claims_no_wake(post: Post, clock: Clock) -> None:
    await idle(post, clock)
    await send(post, "hello")
    assert (await wake(post, None)).ids == []
    assert len((await wake(post)).ids) == 1


async def test_a_session_of_another_agent_is_not_woken(post: Post, clock: Clock) -> None:
    await idle(post, clock)
    for agent, session in (("eve", "5b1f"), ("bob", "77aa")):
        with pytest.raises(NotFound, match=f"No session '{session}' of 'claude' has reported"):
            await wake(post, agent=agent, program_session=session, instance=None)
