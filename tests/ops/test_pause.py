"""Pauses and budgets: what stops agents, and whom not."""

from __future__ import annotations

from typing import Any

import pytest

from ackbox.app.call import open_app
from ackbox.errors import AckboxError, Conflict, Invalid, LoopGuard, NotAllowed, NotFound
from ackbox.ops import pause as pausing
from tests.engines import Clock, Post

pytestmark = pytest.mark.anyio
WORDS = "ana paused {} at 2027-01-15 08:00 UTC."
STOP = "Stop sending; wait for a person to resume it."


@pytest.fixture
async def ana(post: Post, clock: Clock) -> Post:
    """A person, and three agents."""
    for name in ("bob", "cy", "dan"):
        await post("agent.check_in", agent=name)
    return await post.keyed("ana", "human")


Words = tuple[str, str | None]


async def refused(post: Post, **message: Any) -> Words | None:
    """Return the message and hint of the error of a send, or null when it was sent."""
    try:
        await post("message.send", **{"body": "go on", **message})
    except LoopGuard as error:
        return error.message, error.hint
    return None


async def test_agents_send_nothing_into_a_paused_thread_and_people_do(
    post: Post, ana: Post
) -> None:
    first = await post("message.send", agent="bob", to="cy", body="one")
    reply = await post("message.send", agent="cy", parent=first.id, body="two")
    told = await ana("pause.start", of=reply.id)
    assert (told.kind, told.of, told.by, told.changed) == ("thread", first.id, "ana", True)
    stop = (WORDS.format("this thread"), STOP)
    assert await refused(post, agent="bob", parent=reply.id) == stop
    with pytest.raises(LoopGuard) as asked:
        await post("message.ask", agent="bob", parent=reply.id, body="well?", wait_s=0)
    assert asked.value.details["thread"] == first.id
    many = await post(
        "message.send_many",
        messages=[
            {"agent": "cy", "to": "bob", "parent": first.id, "body": "no"},
            {"agent": "cy", "to": "bob", "body": "another thread"},
        ],
    )
    assert (many.sent, many.refused) == (1, 1)
    await ana("message.send", parent=reply.id, to="bob", body="stop here")
    assert [each.body for each in (await post("thread.get", id=first.id)).messages] == [
        "one",
        "two",
        "stop here",
    ]
    await ana("pause.end", of=first.id)
    assert await refused(post, agent="bob", parent=reply.id) is None


async def test_agents_send_nothing_from_and_to_a_paused_agent_but_to_others_and_to_everyone(
    post: Post, ana: Post
) -> None:
    await ana("pause.start", of="bob")
    stop = (WORDS.format("'bob'"), STOP)
    found = [
        await refused(post, **message)
        for message in (
            {"agent": "bob", "to": "cy"},
            {"agent": "bob", "instance": "laptop", "to": "*"},
            {"agent": "cy", "to": "dan, bob"},
            {"agent": "cy", "to": "bob/laptop"},
            {"agent": "cy", "to": "dan"},
            {"agent": "cy", "to": "*"},
        )
    ]
    assert found == [stop, stop, stop, stop, None, None]
    await ana("message.send", to="bob", body="what happened?")
    # Reading and marking go on.
    inbox = await post("inbox.check", agent="bob", mark="read")
    assert [each.body for each in inbox.messages] == ["go on", "what happened?"]
    await ana("pause.end", of="bob")
    assert await refused(post, agent="bob", to="cy") is None


async def test_a_refused_send_stores_nothing_and_the_feed_tells_of_pause_and_refusal_once(
    post: Post, ana: Post
) -> None:
    cursor = (await post("event.feed")).cursor
    for _ in range(2):
        await ana("pause.start", of="bob")
    assert await refused(post, agent="bob", to="newcomer") is not None
    await ana("pause.end", of="bob")
    events = (await post("event.feed", cursor=cursor)).events
    assert [(each.kind, each.agent) for each in events] == [
        ("agent.paused", "ana"),
        ("agent.held", None),
        ("agent.resumed", "ana"),
    ]
    assert events[0].details == {"agent": "bob", "by": "ana"}
    roster = await post("agent.list")
    assert ([each.agent for each in roster.agents], roster.awaited) == (
        ["ana", "bob", "cy", "dan"],
        [],
    )


async def test_the_first_pause_counts_and_only_what_is_paused_can_be_resumed(
    post: Post, ana: Post, clock: Clock
) -> None:
    eve = await post.keyed("eve", "human")
    first = await ana("pause.start", of="bob")
    clock.pass_s(60)
    again = await eve("pause.start", of="bob")
    assert (again.by, again.at, again.changed) == ("ana", first.at, False)
    done = await eve("pause.end", of="bob")
    assert (done.kind, done.of, done.paused_by, done.paused_at) == ("agent", "bob", "ana", first.at)
    with pytest.raises(NotFound) as missing:
        await eve("pause.end", of="bob")
    assert missing.value.message == "'bob' is not paused."


async def test_thread_roster_and_needs_show_what_is_paused(post: Post, ana: Post) -> None:
    first = await post("message.send", agent="bob", to="cy", body="one")
    await ana("pause.start", of=first.id)
    await ana("pause.start", of="cy")
    thread = await post("thread.get", id=first.id)
    (head,) = (await post("thread.list")).threads
    roster = (await post("agent.list")).agents
    needs = (await ana("workspace.needs")).paused
    assert thread.paused == head.paused == needs[0]
    assert [(each.kind, each.of, each.by) for each in needs] == [
        ("thread", first.id, "ana"),
        ("agent", "cy", "ana"),
    ]
    assert {each.agent: each.paused and each.paused.by for each in roster} == {
        "ana": None,
        "bob": None,
        "cy": "ana",
        "dan": None,
    }
    # It is no setting that somebody sets.
    assert (await post("workspace.settings", hops_limit=9)).settings == {"hops_limit": 9}
    assert len((await ana("workspace.needs")).paused) == 2


@pytest.mark.parametrize(
    ("of", "error", "text"),
    [
        ("nobody", NotFound, "There is no thread and no agent 'nobody'."),
        ("bobb", NotFound, "There is no thread and no agent 'bobb'."),
        ("0" * 32, NotFound, f"There is no thread and no agent '{'0' * 32}'."),
        ("ana", Invalid, "'ana' is a person; only threads and agents can be paused."),
        ("", Invalid, None),
        (7, Invalid, None),
    ],
)
async def test_what_cannot_be_paused_is_refused_and_pauses_nothing(
    post: Post, ana: Post, of: Any, error: type[AckboxError], text: str | None
) -> None:
    await ana("agent.check_in")
    for operation in ("pause.start", "pause.end"):
        with pytest.raises(error) as raised:
            await ana(operation, of=of)
        assert text in (None, raised.value.message)
    assert (await ana("workspace.needs")).paused == []


async def test_an_agent_can_neither_pause_nor_resume_also_with_the_operators_key(
    post: Post, ana: Post
) -> None:
    bob = await post.keyed("bob")
    await ana("pause.start", of="bob")
    for operation in ("pause.start", "pause.end"):
        with pytest.raises(NotAllowed):
            await bob(operation, of="bob")
        with pytest.raises(NotAllowed) as raised:
            await post(operation, agent="bob", of="bob")
        assert raised.value.message == "'bob' is an agent; only a person can pause or resume."
    assert len((await ana("workspace.needs")).paused) == 1
    await post("pause.end", of="bob")
    assert (await post("pause.start", of="bob")).by == "operator"


async def test_a_workspace_has_at_most_so_many_pauses(
    post: Post, ana: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pausing, "MAX_PAUSES", 2)
    for name in ("bob", "cy"):
        await ana("pause.start", of=name)
    with pytest.raises(Conflict):
        await ana("pause.start", of="dan")
    assert not (await ana("pause.start", of="cy")).changed


async def test_pauses_of_two_workspaces_stay_apart(post: Post, ana: Post) -> None:
    await post("workspace.create", name="other")
    await post("agent.check_in", agent="bob", workspace="other")
    there = await post("message.send", agent="bob", to="cy", body="one", workspace="other")
    await ana("pause.start", of="bob")
    assert await refused(post, agent="bob", to="cy", workspace="other") is None
    with pytest.raises(NotFound):
        await ana("pause.start", of=there.id)
    with pytest.raises(NotFound):
        await ana("pause.start", of="bob", workspace="other")


async def test_in_a_private_workspace_agents_do_not_see_what_is_paused(
    post: Post, clock: Clock
) -> None:
    await post("workspace.create", name="quiet", mode="private")
    bob, cy = [await post.keyed(name, workspace="quiet") for name in ("bob", "cy")]
    ana = await post.keyed("ana", "human", workspace="quiet")
    first = await bob("message.send", to="ana", body="one")
    await ana("pause.start", of=first.id)
    assert [len((await each("workspace.needs")).paused) for each in (ana, cy)] == [1, 0]
    with pytest.raises(NotFound):
        await cy("thread.get", id=first.id)


async def test_a_pause_holds_on_every_server_and_after_a_restart(
    database: str, post: Post, ana: Post, clock: Clock
) -> None:
    await ana("pause.start", of="bob")
    await post.app.close()
    app = await open_app(database, clock=clock)
    again = Post(app, post.key)
    assert await refused(again, agent="bob", to="cy") == (WORDS.format("'bob'"), STOP)
    await app.close()


async def converse(post: Post, number: int, *people: str) -> list[Words | None]:
    """Let agents reply to each other in one thread; return what each send gave."""
    last = (await post("message.send", agent=people[0], to=people[1], body="0")).id
    found: list[Words | None] = []
    for at in range(1, number):
        me, other = people[at % len(people)], people[(at + 1) % len(people)]
        try:
            sent = await post("message.send", agent=me, to=other, parent=last, body=f"{at}")
            last = sent.id
            found.append(None)
        except LoopGuard as error:
            found.append((error.message, error.hint))
    return found


async def test_two_agents_have_a_budget_in_a_thread(post: Post) -> None:
    await post("workspace.settings", pair_per_minute=3)
    cursor = (await post("event.feed")).cursor
    *sent, refused_one = await converse(post, 5, "bob", "cy")
    assert sent == [None] * 3
    assert refused_one == (
        "'bob' and 'cy' have exchanged 3 messages in this thread within a minute.",
        "Stop sending in this thread. Write again only when you have new information that a"
        " recipient needs. The event feed shows this to people.",
    )
    held = (await post("event.feed", cursor=cursor, kinds=["agent.held"])).events
    assert [(each.details["sender"], len(each.details["thread"])) for each in held] == [("bob", 32)]
    # Another thread, and another pair in this one, have budgets of their own.
    assert await converse(post, 4, "bob", "cy") == [None] * 3


async def test_all_agents_of_a_thread_have_a_budget(post: Post) -> None:
    await post("workspace.settings", thread_per_minute=4)
    *sent, refused_one = await converse(post, 6, "bob", "cy", "dan")
    assert sent == [None] * 4
    assert refused_one is not None
    assert refused_one[0] == "Agents have sent 4 messages to this thread within a minute."


async def test_people_new_threads_and_repeated_keys_take_nothing_from_a_budget(
    post: Post,
) -> None:
    ana = await post.keyed("ana", "human")
    await post("workspace.settings", pair_per_minute=1, thread_per_minute=1)
    first = await post("message.send", agent="bob", to="ana", body="one")
    for number in range(3):
        await ana("message.send", parent=first.id, body=f"{number}")
        await post("message.send", agent="bob", to="cy", body=f"{number}")
    for _ in range(2):
        await post(
            "message.send", agent="bob", parent=first.id, to="cy", body="x", idempotency_key="k"
        )
    with pytest.raises(LoopGuard):
        await post("message.send", agent="bob", parent=first.id, to="dan", body="y")


async def test_a_budget_of_0_is_none_and_a_negative_one_is_refused(post: Post) -> None:
    await post("workspace.settings", pair_per_minute=0, thread_per_minute=0, hops_limit=400)
    assert await converse(post, 310, "bob", "cy") == [None] * 309
    with pytest.raises(Invalid):
        await post("workspace.settings", pair_per_minute=-1)


async def test_a_reminder_waits_until_a_reply_would_be_accepted_again(
    post: Post, ana: Post, clock: Clock
) -> None:
    session = {"agent": "bob", "program": "claude", "program_session": "5b1f"}
    asked = await post("message.send", agent="cy", to="bob", body="ready?", expects_reply_by="2h")
    await post("inbox.check", agent="bob", mark="delivered")
    clock.pass_s(3600)
    await post.app.remind_due()
    found = []
    for of in (asked.id, "bob"):
        await ana("pause.start", of=of)
        found.append(await post("program.report", moment="prompt", **session))
        await ana("pause.end", of=of)
    found.append(await post("program.report", moment="prompt", **session))
    assert [each.reminders for each in found] == [{}, {}, {asked.id: "half_time"}]
