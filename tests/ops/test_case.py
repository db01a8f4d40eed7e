"""Names that differ in case alone are one name: look-up finds it, and a second spelling registers nobody."""

from __future__ import annotations

import pytest

from ackbox.errors import Conflict
from ackbox.store.engine import Transaction
from ackbox.store.store import Store, every_workspace
from tests.engines import Post

pytestmark = pytest.mark.anyio


async def test_a_name_in_another_case_finds_who_has_it(post: Post) -> None:
    await post("agent.check_in", agent="bob", instance="laptop")
    sent = [await post("message.send", agent="ana", to=to, body="x") for to in ("Bob", "BOB,bob", ["bOb/laptop"], "Bob/new")]
    assert [[(each.agent, each.instance, each.known) for each in one.recipients] for one in sent] == [
        [("bob", None, True)], [("bob", None, True)], [("bob", "laptop", True)], [("bob", "new", False)]]
    assert [message.to for message in (await post("message.history")).messages] == [["bob/new"], ["bob/laptop"], ["bob"], ["bob"]]
    assert len((await post("inbox.check", agent="BOB", instance="laptop")).messages) == 3
    assert len((await post("message.history", recipient="BoB")).messages) == 4
    assert [each.agent for each in (await post("message.preview", agent="ana", to="BOB")).recipients] == ["bob"]
    assert sorted(each.agent for each in (await post("agent.list")).agents) == ["ana", "bob"]


@pytest.mark.parametrize(("first", "second"), [("bob", "Bob"), ("Ana Müller", "ANA MÜLLER"), ("анна", "Анна")])
async def test_a_second_spelling_is_refused_for_registration_with_the_first_one(post: Post, first: str, second: str) -> None:
    await post("agent.check_in", agent=first)
    for operation, given in (("agent.check_in", {"agent": second}), ("session.start", {"agent": second}), ("key.create", {"name": second})):
        with pytest.raises(Conflict) as refused:
            await post(operation, **given)
        assert (refused.value.message, refused.value.hint, refused.value.details["near"]) == (
            f"The name {second!r} differs from {first!r} in case alone, and {first!r} came first.", f"Use {first!r}.", [first])
    assert [each.agent for each in (await post("agent.list")).agents] == [first]


async def test_what_waited_under_another_case_is_the_holders(post: Post) -> None:
    sent = await post("message.send", agent="ana", to="CARA", body="x")
    assert (await post("agent.check_in", agent="Cara")).me.agent == "Cara"
    assert [message.id for message in (await post("inbox.check", agent="cara")).messages] == [sent.id]


async def test_a_key_of_one_spelling_does_not_speak_as_another_who_came_first(post: Post) -> None:
    key = (await post("key.create", name="Dora")).key
    await post("agent.check_in", agent="dora")
    with pytest.raises(Conflict):
        await post.app.call("inbox.check", {}, credential=key)


async def test_names_from_an_earlier_version_are_found_in_any_case(post: Post) -> None:
    await post("agent.check_in", agent="Bob")
    (ws,) = post.app._unindexed | {row.ws for row in await post.app.engine.read(every_workspace, across=True)}

    async def forget(tx: Transaction) -> None:
        store = Store(tx, ws)
        for reader in await store.all_readers():
            await store.run("reader_fold", reader=reader.reader, folded=None)

    await post.app.engine.write(forget, ws=ws)
    assert not (await post("message.preview", agent="ana", to="bob")).recipients[0].known
    post.app._unindexed.add(ws)
    await post.app._fold_names()
    assert (await post("message.send", agent="ana", to="bob", body="x")).recipients[0].agent == "Bob"
