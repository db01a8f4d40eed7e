"""program.*: which messages an agent program is given at which moment, and when they are marked."""

from __future__ import annotations

from typing import Any

import pytest

from ackbox.errors import Invalid, NotFound
from ackbox.store.engine import Transaction
from ackbox.store.store import Store, every_workspace
from tests.engines import Clock, Post

pytestmark = pytest.mark.anyio
SESSION = {"program": "claude", "program_session": "5b1f"}
ME = {"agent": "bob", "auto_instance": "shop", "copy_id": "claude-session-5b1f", **SESSION}


async def report(post: Post, moment: str, **more: Any) -> Any:
    return await post("program.report", moment=moment, event=moment, **ME, **more)


async def start(post: Post, **more: Any) -> Any:
    return await report(post, "session_start", is_new_context=True, **more)


async def shown(post: Post, reported: Any) -> int:
    done = await post("program.shown", agent="bob", offer=reported.offer, **SESSION)
    return int(done.marked)


async def send(post: Post, body: str, **more: Any) -> str:
    sent = await post("message.send", agent="ana", to="bob", body=body, **more)
    return str(sent.id)


def bodies(reported: Any) -> list[str]:
    return [each.body for each in reported.messages]


async def test_a_session_start_gives_five_unread_messages_the_urgent_first(post: Post) -> None:
    await start(post)
    for number in range(7):
        await send(post, f"{number}", priority=5 if number == 6 else 3)
    started = await start(post)
    assert bodies(started) == ["6", "0", "1", "2", "3"]
    assert (started.unread, started.urgent, started.instance) == (7, 1, "shop")


async def test_messages_come_again_until_the_program_says_that_they_were_shown(post: Post) -> None:
    await start(post)
    await send(post, "hello")
    first = await report(post, "prompt")
    again = await report(post, "prompt")
    assert (bodies(first), bodies(again)) == (["hello"], ["hello"])
    # The first offer was replaced: what shows it late marks nothing.
    assert await shown(post, first) == 0
    assert await shown(post, again) == 1
    assert await shown(post, again) == 0
    assert bodies(await report(post, "prompt")) == []


async def test_what_a_model_was_shown_has_evidence_from_injected_to_seen(post: Post) -> None:
    await start(post)
    id = await send(post, "hello")
    await shown(post, await report(post, "prompt"))
    await report(post, "tool")
    status = await post("message.status", agent="ana", id=id)
    assert [
        (each["mark"], each["instance"], each["operation"], each["evidence"])
        for each in status.receipts[0].by
    ] == [
        ("delivered", "shop", "program.shown", "claude prompt, session 5b1f"),
        ("injected", "shop", "program.shown", "claude prompt, session 5b1f"),
        ("seen", "shop", "program.report", "claude prompt, session 5b1f"),
    ]


async def test_between_tool_calls_only_urgent_messages_come(post: Post) -> None:
    await start(post)
    await send(post, "later")
    assert bodies(await report(post, "tool")) == []
    await send(post, "now", priority=5)
    assert bodies(await report(post, "tool")) == ["now"]
    assert bodies(await report(post, "turn_end")) == ["now", "later"]


async def test_while_sub_agents_run_whose_events_look_like_the_agents_nothing_is_shown(
    post: Post,
) -> None:
    await start(post)
    await report(post, "prompt")
    await report(post, "delegating")
    await report(post, "delegating")
    await send(post, "now", priority=5)
    found = [
        bodies(await report(post, "tool")),
        bodies(await report(post, "tool", has_returned=True)),
        bodies(await report(post, "tool")),
        bodies(await report(post, "tool", has_returned=True)),
    ]
    assert found == [[], [], [], ["now"]]


@pytest.mark.parametrize("moment", ["prompt", "turn_end"])
async def test_a_sub_agent_that_never_returns_holds_messages_until_its_turn_ends(
    post: Post, moment: str
) -> None:
    await start(post)
    await report(post, "delegating")
    await report(post, moment)
    await send(post, "now", priority=5)
    assert bodies(await report(post, "tool")) == ["now"]


async def test_a_turn_goes_on_for_messages_three_times_in_a_row_and_then_ends(post: Post) -> None:
    await start(post)
    await report(post, "prompt")
    found = []
    for number in range(5):
        await send(post, f"{number}")
        reported = await report(post, "turn_end", is_continued=number > 0)
        found.append(bodies(reported))
        if reported.offer is not None:
            await shown(post, reported)
    assert found == [["0"], ["1"], ["2"], [], []]
    assert bodies(await report(post, "prompt")) == ["3", "4"]


async def test_after_a_compaction_what_is_not_acknowledged_comes_once_more(post: Post) -> None:
    await start(post)
    done, kept = await send(post, "done"), await send(post, "kept")
    await shown(post, await report(post, "prompt"))
    await post("receipt.mark", agent="bob", instance="shop", mark="read", ids=[kept])
    await post("receipt.mark", agent="bob", instance="shop", mark="acknowledged", ids=[done])
    await report(post, "compacting")
    again = await report(post, "compacted")
    assert bodies(again) == ["kept"]
    await shown(post, again)
    assert bodies(await report(post, "prompt")) == []


async def test_two_sessions_of_one_agent_are_two_instances_that_each_get_a_message(
    post: Post,
) -> None:
    await start(post)
    other = {**ME, "program_session": "77aa", "copy_id": "claude-session-77aa"}
    second = await post("program.report", moment="session_start", is_new_context=True, **other)
    await send(post, "to both")
    first_given = await report(post, "prompt")
    second_given = await post("program.report", moment="prompt", **other)
    assert (second.instance, bodies(first_given), bodies(second_given)) == (
        "shop-2",
        ["to both"],
        ["to both"],
    )


async def test_what_an_agent_read_by_a_tool_is_not_shown_by_the_next_hook(post: Post) -> None:
    await start(post)
    await send(post, "hello")
    await post("inbox.check", agent="bob", instance="shop", mark="delivered")
    assert bodies(await report(post, "prompt")) == []


async def test_others_see_what_a_session_does_now(post: Post) -> None:
    seen = []
    for moment in ("session_start", "prompt", "asking", "compacting", "turn_end", "session_end"):
        await report(post, moment)
        roster = await post("agent.list", agent="ana")
        card = next(each for each in roster.agents if each.agent == "bob").instances[0]
        seen.append((card.activity, card.presence))
    assert seen == [
        ("idle", "online"),
        ("busy", "online"),
        ("asking", "online"),
        ("compacting", "online"),
        ("idle", "online"),
        ("gone", "away"),
    ]


async def test_a_way_in_that_cannot_confirm_does_so_with_the_next_report(post: Post) -> None:
    await start(post)
    id = await send(post, "hello")
    await report(post, "prompt")
    await report(post, "tool", has_shown_last=True)
    status = await post("message.status", agent="ana", id=id)
    assert [each["mark"] for each in status.receipts[0].by] == ["delivered", "injected", "seen"]


async def test_a_message_that_the_next_report_confirms_is_not_shown_by_it_again(post: Post) -> None:
    # The reader's floor moves with the mark, in the report that reads on from it.
    await post("agent.check_in", agent="bob")
    await send(post, "hello")
    named = {"agent": "bob", "program": "claude", "program_session": "5b1f"}
    first = await post("program.report", moment="session_start", is_new_context=True, **named)
    again = await post("program.report", moment="prompt", has_shown_last=True, **named)
    assert (bodies(first), bodies(again)) == (["hello"], [])


async def test_a_report_that_asks_for_notes_gets_those_that_suit_its_moment(post: Post) -> None:
    async def note(text: str, **more: Any) -> str:
        return str((await post("note.add", agent="ana", text=text, **more)).id)

    rule = await note("Never log tokens.", kind="constraint", priority=1)
    port = await note("The price service uses 8080.", priority=4)
    plain = await note("Restart the price service nightly.")
    await note("Why does the price service fail?", kind="conversation", priority=1)
    await note("A service of coffee.")

    async def notes(moment: str, **more: Any) -> list[str]:
        told = await report(post, moment, with_notes=True, **more)
        return [each.id for each in told.notes]

    asked = "Why does the PRICE service fail?"
    assert [
        await notes("session_start"),
        await notes("session_start", notes_from=1, known_notes=[rule, plain]),
        await notes("prompt", prompt=asked),
        await notes("prompt", prompt=asked, known_notes=[plain]),
        await notes("prompt", prompt="go on"),
        await notes("prompt"),
        await notes("session_end"),
        (await report(post, "prompt", prompt=asked)).notes,
    ] == [
        [port, rule],
        [each.id for each in (await post("note.list")).notes if each.id not in (rule, plain)],
        [plain, port],
        [port],
        [],
        [],
        [],
        [],
    ]


async def test_a_session_that_never_reported_cannot_have_shown_anything(post: Post) -> None:
    with pytest.raises(NotFound, match="No session '5b1f' of 'claude' has reported here"):
        await post("program.shown", agent="bob", offer="1", **SESSION)
    await start(post)
    with pytest.raises(NotFound):
        await post("program.shown", agent="eve", offer="1", **SESSION)


async def test_quiet_rules_hold_messages_back_and_urgent_ones_pass(
    post: Post, clock: Clock
) -> None:
    await start(post)
    await post("agent.quiet", agent="bob", until="2h")
    await send(post, "later")
    urgent = await send(post, "now", priority=5)
    first = await report(post, "prompt")
    assert bodies(first) == ["now"]
    sent = await post("message.preview", agent="ana", to="bob")
    assert [each.reach for each in sent.recipients] == ["hook, quiet until 2027-01-15T10:00Z"]
    await post("receipt.mark", agent="bob", mark="acknowledged", ids=[urgent])
    clock.pass_s(7201)
    assert bodies(await report(post, "turn_end")) == ["later"]


async def test_a_digest_gives_messages_every_so_often_and_off_ends_it(
    post: Post, clock: Clock
) -> None:
    await start(post)
    await post("agent.quiet", agent="bob", instance="shop", digest_minutes=30)
    found = []
    for number in range(3):
        await send(post, f"{number}")
        reported = await report(post, "turn_end")
        found.append(bodies(reported))
        if reported.offer:
            await shown(post, reported)
        clock.pass_s(1000)
    assert found == [["0"], [], ["1", "2"]]
    await send(post, "3")
    await post("agent.quiet", agent="bob", instance="shop", off=True)
    assert bodies(await report(post, "prompt")) == ["3"]


async def test_at_the_end_of_a_turn_only_is_not_before_a_prompt(post: Post) -> None:
    await start(post)
    await post("agent.quiet", agent="bob", at_turn_end=True)
    await send(post, "hello")
    assert bodies(await report(post, "prompt")) == []
    assert bodies(await report(post, "turn_end")) == ["hello"]


@pytest.mark.parametrize(
    "rules", [{"until": "2020-01-01"}, {"until": "2h", "off": True}, {"until": "soon"}]
)
async def test_a_rule_that_cannot_hold_is_refused(post: Post, rules: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        await post("agent.quiet", agent="bob", **rules)


async def test_an_event_that_can_show_nothing_offers_nothing(post: Post) -> None:
    await start(post)
    id = await send(post, "hello")
    silent = await report(post, "prompt", can_show=False)
    assert (bodies(silent), silent.offer) == ([], None)
    # So a program that confirms with its next event marks nothing that it could not show.
    await report(post, "tool", has_shown_last=True)
    status = await post("message.status", agent="ana", id=id)
    assert status.delivered == 0


async def test_sessions_are_forgotten_beyond_a_number_of_them(post: Post, clock: Clock) -> None:
    for number in range(4):
        clock.pass_s(1)
        session = {**ME, "program_session": f"s{number}"}
        await post("program.report", moment="session_start", **session)
    (place,) = await post.app.engine.read(every_workspace, across=True)

    async def forget(tx: Transaction) -> list[bool]:
        store = Store(tx, place.ws)
        await store.forget_program_sessions(before=0, kept=2)
        return [await store.program_session("claude", f"s{n}") is not None for n in range(4)]

    assert await post.app.engine.write(forget, ws=place.ws) == [False, False, True, True]
