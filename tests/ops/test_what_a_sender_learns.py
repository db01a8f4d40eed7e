"""What a sender learns: how and how soon each recipient sees a message, as far as is known."""

from __future__ import annotations

from typing import Any

import pytest

from ackbox.errors import Invalid
from tests.engines import Clock, Post

pytestmark = pytest.mark.anyio
SESSION = {"program": "claude", "program_session": "5b1f"}
ME = {"agent": "bob", "auto_instance": "shop", "copy_id": "claude-session-5b1f", **SESSION}


async def report(post: Post, moment: str, **more: Any) -> Any:
    return await post("program.report", moment=moment, event=moment, **{**ME, **more})


async def expects(post: Post, **more: Any) -> str:
    """Return what a preview says of the only recipient."""
    (found,) = (await post("message.preview", agent="ana", **{"to": "bob", **more})).recipients
    return str(found.delivery)


async def learns(post: Post, **more: Any) -> str:
    """Return what a preview says of the only recipient, which a send and a repeat say too."""
    options = {"to": "bob", **more}
    key = f"{post.app.clock()} {options}"
    sent = await post("message.send", agent="ana", body="x", idempotency_key=key, **options)
    again = await post("message.send", agent="ana", body="x", idempotency_key=key, **options)
    found = {each.recipients[0].delivery for each in (sent, again)} | {await expects(post, **more)}
    assert (len(found), again.duplicate) == (1, True)
    return found.pop()


@pytest.mark.parametrize(
    ("moment", "normal", "urgent"),
    [
        ("session_start", "is idle and sees this at its next prompt", None),
        (
            "prompt",
            "has been busy for 3 min and sees this at the end of its turn",
            "has been busy for 3 min and sees this after its current tool call",
        ),
        (
            "asking",
            "has been waiting for its user's permission for 3 min and sees this after the answer,"
            " at the end of its turn",
            "has been waiting for its user's permission for 3 min and sees this after the answer",
        ),
        (
            "compacting",
            "has been compacting its context for 3 min and sees this after that",
            None,
        ),
        ("session_end", "has been gone for 3 min; the message waits for its next start", None),
    ],
)
async def test_what_a_program_does_says_when_it_sees_a_message(
    post: Post, clock: Clock, moment: str, normal: str, urgent: str | None
) -> None:
    await report(post, moment)
    clock.pass_s(120)
    if moment != "session_end":
        await post("agent.heartbeat", agent="bob", instance="shop")
    clock.pass_s(60)
    assert (await learns(post), await learns(post, priority=5)) == (normal, urgent or normal)


async def test_a_program_that_has_been_silent_in_a_turn_is_not_said_to_be_busy(
    post: Post, clock: Clock
) -> None:
    await report(post, "prompt")
    clock.pass_s(240)
    silent = await learns(post)
    clock.pass_s(7200)
    assert (silent, await learns(post)) == (
        "was busy 4 min ago and sees this when its program reports again",
        "is offline, last seen 2 h ago; the message waits",
    )


async def test_quiet_rules_are_named_and_urgent_messages_pass_them(
    post: Post, clock: Clock
) -> None:
    await report(post, "prompt")
    found = []
    for rules in ({"until": "2h"}, {"digest_minutes": 30}, {"at_turn_end": True}):
        await post("agent.quiet", agent="bob", off=True)
        await post("agent.quiet", agent="bob", **rules)
        found.append((await learns(post), await learns(post, to="bob/shop", priority=5)))
    assert found == [
        (
            "is quiet for another 2 h and sees this after that",
            "is busy and sees this after its current tool call",
        ),
        (
            "is busy and sees this in its next digest (every 30 min)",
            "is busy and sees this after its current tool call",
        ),
        (
            "is busy and sees this at the end of its turn",
            "is busy and sees this after its current tool call",
        ),
    ]
    await report(post, "turn_end", can_show=False)
    assert await expects(post, to="bob/shop") == "is idle and sees this at the end of its next turn"


async def test_no_prompt_is_promised_where_the_program_shows_nothing_at_one(post: Post) -> None:
    await report(post, "prompt", can_show=False)
    await report(post, "turn_end")
    assert await expects(post) == "is idle and sees this in its next turn"
    await report(post, "prompt")
    await report(post, "turn_end")
    assert await expects(post) == "is idle and sees this at its next prompt"


async def test_no_end_of_turn_is_promised_once_the_turn_may_not_go_on(post: Post) -> None:
    await report(post, "session_start", is_new_context=True)
    await report(post, "prompt")
    for number in range(3):
        await post("message.send", agent="ana", to="bob", body=f"{number}")
        reported = await report(post, "turn_end", is_continued=number > 0)
        await post("program.shown", agent="bob", offer=reported.offer, **SESSION)
    limited = await expects(post)
    await report(post, "prompt")
    assert (limited, await expects(post)) == (
        "is busy and sees this at its next prompt",
        "is busy and sees this at the end of its turn",
    )


async def test_of_several_instances_the_soonest_counts(post: Post) -> None:
    await report(post, "session_start")
    other = {"program_session": "77aa", "copy_id": "claude-session-77aa"}
    await report(post, "prompt", **other)
    assert [await learns(post, to=to) for to in ("bob", "bob/shop", "bob/shop-2")] == [
        "is busy and sees this at the end of its turn (first of 2 instances)",
        "is idle and sees this at its next prompt",
        "is busy and sees this at the end of its turn",
    ]
    await report(post, "session_end", **other)
    assert await learns(post) == "is idle and sees this at its next prompt"


async def test_without_a_program_the_channel_says_it(post: Post, clock: Clock) -> None:
    found = []
    for reach in ("poll", "hook", "push", "smoke signals"):
        await post("agent.check_in", agent="bob", reach=reach)
        found.append(await learns(post))
    clock.pass_s(600)
    found.append(await learns(post))
    found.append(await learns(post, to="zoe"))
    assert found == [
        "is online and sees this at its next check",
        "is online and sees this at its next prompt",
        "is online and receives this at once",
        "is online and sees this at its next check",
        "was last seen 10 min ago and sees this at its next check",
        "has never connected; the message waits",
    ]


async def test_a_preview_rejects_a_priority_that_a_send_rejects(post: Post) -> None:
    for name, more in (("message.preview", {}), ("message.send", {"body": "x"})):
        with pytest.raises(Invalid, match="`priority`"):
            await post(name, agent="ana", to="bob", priority=6, **more)


async def test_a_program_that_can_be_woken_is_woken_only_when_idle_and_not_quiet(
    post: Post, clock: Clock
) -> None:
    await report(post, "session_start")
    await post("agent.check_in", agent="bob", instance="shop", reach="wakes when idle (monitor)")
    found = [await expects(post)]
    await post("agent.quiet", agent="bob", until="2h")
    found += [await expects(post), await expects(post, priority=5)]
    await report(post, "prompt")
    found.append(await expects(post, priority=5))
    assert found == [
        "is idle and is woken for this now",
        "is quiet for another 2 h and sees this after that",
        "is idle and is woken for this now",
        "is busy and sees this after its current tool call",
    ]
