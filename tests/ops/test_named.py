"""Messages named in short: by their number, and by the beginning of their id."""

from __future__ import annotations

import re

import pytest

from ackbox.errors import NotFound
from tests.engines import Clock, Post

pytestmark = pytest.mark.anyio


async def test_a_number_and_the_beginning_of_an_id_work_wherever_an_id_does(
    post: Post, clock: Clock
) -> None:
    await post("message.send", agent="ana", to="bob", body="before")
    clock.now += 1000
    sent = await post("message.send", agent="ana", to="bob", body="about this")
    clock.now += 1000
    for name in (f"#{sent.seq}", sent.id[:12]):
        assert (await post("message.get", agent="ana", id=name)).body == "about this"
        assert (await post("thread.get", agent="ana", id=name)).messages[0].id == sent.id
        assert (await post("message.status", agent="ana", id=name)).id == sent.id
        reply = await post("message.send", agent="bob", body="yes", parent=name)
        assert (await post("message.get", agent="ana", id=reply.id)).parent == sent.id
        mail = await post("message.history", agent="ana", thread=name)
        assert {each.thread for each in mail.messages} == {sent.id}
        marked = await post("receipt.mark", agent="bob", mark="read", ids=[name])
        assert (marked.changed, marked.unchanged, marked.not_found) == ([], [name], [])
        assert (await post("pause.start", of=name)).of == sent.id
        assert (await post("pause.end", of=name)).of == sent.id
        assert (await post("message.withdraw", agent="ana", id=name)).kept == 1


async def test_the_beginning_of_two_ids_names_neither(post: Post, clock: Clock) -> None:
    first = await post("message.send", agent="ana", to="bob", body="one")
    second = await post("message.send", agent="ana", to="bob", body="two")
    both = first.id[:12]
    assert second.id.startswith(both)
    with pytest.raises(
        NotFound, match=re.escape(f"2 messages or more have an id that begins with {both!r}")
    ):
        await post("message.get", agent="ana", id=both)
    with pytest.raises(NotFound, match="There is no such message"):
        await post("message.get", agent="ana", id=first.id[:7])


async def test_messages_that_the_caller_may_not_see_do_not_make_a_beginning_ambiguous(
    post: Post, clock: Clock
) -> None:
    await post("workspace.create", name="shop", mode="private")
    mine = await post("message.send", workspace="shop", agent="ana", to="bob", body="mine")
    theirs = await post("message.send", workspace="shop", agent="cy", to="dan", body="theirs")
    key = (await post("key.create", workspace="shop", name="ana")).key
    ana = Post(post.app, key)
    assert (await ana("message.get", id=mine.id[:12])).body == "mine"
    with pytest.raises(NotFound):
        await ana("message.get", id=f"#{theirs.seq}")
