"""Names that differ in case alone are one name: look-up finds it, and a second spelling
registers nobody.
"""

from __future__ import annotations

import pytest

from ackbox.app.call import open_app
from ackbox.errors import Conflict
from ackbox.store.store import Store
from tests.engines import Post
from tests.ops.large import in_store

pytestmark = pytest.mark.anyio


async def test_a_name_in_another_case_finds_who_has_it(post: Post) -> None:
    await post("agent.check_in", agent="bob", instance="laptop")
    sent = [
        await post("message.send", agent="ana", to=to, body="x")
        for to in ("Bob", "BOB,bob", ["bOb/laptop"], "Bob/new")
    ]
    assert [
        [(each.agent, each.instance, each.known) for each in one.recipients] for one in sent
    ] == [
        [("bob", None, True)],
        [("bob", None, True)],
        [("bob", "laptop", True)],
        [("bob", "new", False)],
    ]
    assert [message.to for message in (await post("message.history")).messages] == [
        ["bob/new"],
        ["bob/laptop"],
        ["bob"],
        ["bob"],
    ]
    assert len((await post("inbox.check", agent="BOB", instance="laptop")).messages) == 3
    assert len((await post("message.history", recipient="BoB")).messages) == 4
    assert [
        each.agent for each in (await post("message.preview", agent="ana", to="BOB")).recipients
    ] == ["bob"]
    assert sorted(each.agent for each in (await post("agent.list")).agents) == ["ana", "bob"]


@pytest.mark.parametrize(
    ("first", "second"), [("bob", "Bob"), ("Ana Müller", "ANA MÜLLER"), ("анна", "Анна")]
)
async def test_a_second_spelling_is_refused_for_registration_with_the_first_one(
    post: Post, first: str, second: str
) -> None:
    await post("agent.check_in", agent=first)
    for operation, given in (
        ("agent.check_in", {"agent": second}),
        ("session.start", {"agent": second}),
        ("key.create", {"name": second}),
    ):
        with pytest.raises(Conflict) as refused:
            await post(operation, **given)
        assert (refused.value.message, refused.value.hint, refused.value.details["near"]) == (
            f"The name {second!r} differs from the existing {first!r} only in case.",
            f"Use {first!r}.",
            [first],
        )
    assert [each.agent for each in (await post("agent.list")).agents] == [first]


async def test_what_waited_under_another_case_is_the_holders(post: Post) -> None:
    sent = await post("message.send", agent="ana", to="CARA", body="x")
    assert (await post("agent.check_in", agent="Cara")).me.agent == "Cara"
    assert [message.id for message in (await post("inbox.check", agent="cara")).messages] == [
        sent.id
    ]


async def test_a_keys_name_is_nobody_elses_in_another_case(post: Post) -> None:
    dora = await post.keyed("Dora")
    for operation, given in (
        ("agent.check_in", {"agent": "dora"}),
        ("key.create", {"name": "dora"}),
    ):
        with pytest.raises(
            Conflict,
            match="The name 'dora' differs from the existing 'Dora' only in case",
        ):
            await post(operation, **given)
    assert (await dora("agent.check_in")).me.agent == "Dora"


async def test_a_key_that_speaks_as_one_spelling_does_not_speak_as_another_who_came_first(
    post: Post,
) -> None:
    other = await post.keyed("ops", may_speak_as=["DORA"])
    await post("agent.check_in", agent="dora")
    await post("message.send", agent="ana", to="dora", body="for dora")
    for operation, given in (
        ("inbox.check", {}),
        ("agent.check_in", {}),
        ("message.send", {"to": "ana", "body": "forged"}),
    ):
        with pytest.raises(
            Conflict,
            match="The name 'DORA' differs from the existing 'dora' only in case",
        ):
            await other(operation, agent="DORA", **given)
    assert [message.sender for message in (await post("message.history")).messages] == ["ana"]


async def test_names_from_an_earlier_version_are_found_in_any_case(
    post: Post, database: str
) -> None:
    await post("agent.check_in", agent="Bob")

    async def forget(store: Store) -> None:
        bob = await store.reader("Bob")
        assert bob is not None
        await store.run("reader_fold", reader=bob.reader, folded=None)

    await in_store(post.app, forget)
    assert not (await post("message.preview", agent="ana", to="bob")).recipients[0].known
    # What an earlier version wrote is brought up to date when a server opens the database.
    await post.app.close()
    second = await open_app(database)
    assert (
        await second.call(
            "message.send", {"agent": "ana", "to": "bob", "body": "x"}, credential=post.key
        )
    ).recipients[0].agent == "Bob"
    await second.close()
