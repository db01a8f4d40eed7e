"""mute.start and mute.end: what a person does not see under "Needs you", and for how long."""

from __future__ import annotations

from typing import Any

import pytest

from ackbox.errors import AckboxError, Conflict, Invalid, NotAllowed, NotFound
from ackbox.ops import mute as muting
from tests.engines import Clock, Post

pytestmark = pytest.mark.anyio


@pytest.fixture
async def ana(post: Post, clock: Clock) -> Post:
    """A person, and two agents that are here."""
    for name in ("bob", "cy"):
        await post("agent.check_in", agent=name, instance="x", reach="hook")
    return await post.keyed("ana", "human")


async def seen(person: Post) -> tuple[list[str], list[tuple[str, str, str | None]]]:
    """Return the texts under "Needs you", and what is hidden."""
    told = await person("workspace.needs")
    return (
        [need.message.body for need in told.needs],
        [(each.kind, each.of, each.until) for each in told.muted],
    )


async def test_a_message_is_hidden_until_its_time_and_a_thread_and_an_agent_until_they_are_shown(
    post: Post, ana: Post, clock: Clock
) -> None:
    one = await post("message.send", agent="bob", to="ana", body="one")
    two = await post("message.send", agent="bob", to="ana", body="two", parent=one.id)
    await post("message.send", agent="cy", to="ana", body="three")
    told = await ana("mute.start", of=f"#{two.seq}", until="1h")
    until = "2027-01-15T09:00:00.000Z"
    assert (told.kind, told.of, told.until) == ("message", two.id, until)
    assert await seen(ana) == (["one", "three"], [("message", two.id, until)])
    clock.now += 3_600_000
    assert await seen(ana) == (["one", "two", "three"], [])
    # A thread, named by any of its messages; later ones are hidden too.
    await ana("mute.start", of=two.id)
    await ana("mute.start", of="cy")
    await post("message.send", agent="bob", to="ana", body="four", parent=two.id)
    assert await seen(ana) == ([], [("thread", one.id, None), ("agent", "cy", None)])
    # Inboxes and other people do not change.
    assert (await ana("inbox.check")).total == 4
    paul = await post.keyed("paul", "human")
    await post("message.send", agent="cy", to="paul", body="five")
    assert await seen(paul) == (["five"], [])
    ended = (await ana("mute.end", of=one.id)).ended
    assert [(each.kind, each.of) for each in ended] == [("thread", one.id)]
    await ana("mute.end", of="cy")
    assert await seen(ana) == (["one", "two", "three", "four"], [])


async def test_urgent_messages_are_shown_except_a_hidden_one(post: Post, ana: Post) -> None:
    one = await post("message.send", agent="bob", to="ana", body="one")
    await ana("mute.start", of="bob")
    await ana("mute.start", of=one.id)
    urgent = await post(
        "message.send", agent="bob", to="ana", body="fire", priority=5, parent=one.id
    )
    assert (await seen(ana))[0] == ["fire"]
    await ana("mute.start", of=urgent.id, until="2h")
    assert (await seen(ana))[0] == []


async def test_what_is_hidden_stays_so_after_a_check_in_and_is_told_to_nobody_else(
    post: Post, ana: Post
) -> None:
    await post("message.send", agent="bob", to="ana", body="one")
    await ana("mute.start", of="bob")
    await ana("agent.check_in", summary="Reading")
    assert (await seen(ana))[0] == []
    assert (await post("workspace.needs", agent="cy")).muted == []
    assert "muted" not in str(await post("agent.list"))


async def test_a_mute_that_makes_no_sense_is_refused(
    post: Post, ana: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await post("message.send", agent="bob", to="ana", body="one")

    async def problem(by: Post, name: str, **params: Any) -> tuple[type[AckboxError], str, str]:
        with pytest.raises(AckboxError) as error:
            await by(name, **params)
        return type(error.value), error.value.message, str(error.value.hint)

    assert await problem(ana, "mute.start", of="bobb") == (
        NotFound,
        "There is no agent 'bobb'.",
        "Did you mean 'bob'?",
    )
    assert (await problem(ana, "mute.start", of="#999"))[:2] == (
        NotFound,
        "There is no message and no agent '#999'.",
    )
    assert (await problem(ana, "mute.start", of=one.id, until="400d"))[0] is Invalid
    assert (await problem(ana, "mute.end", of="bob"))[:2] == (NotFound, "'bob' is not hidden.")
    assert (await problem(post, "mute.start", of="cy", agent="bob"))[:2] == (
        NotAllowed,
        "'bob' is an agent; only a person can hide messages.",
    )
    monkeypatch.setattr(muting, "MAX_MUTES", 1)
    await ana("mute.start", of="bob")
    await ana("mute.start", of="bob", until="2h")
    assert (await problem(ana, "mute.start", of="cy"))[0] is Conflict
