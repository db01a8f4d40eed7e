"""message.history and message.search: what is found, in which order, and by whom."""

from __future__ import annotations

import pytest

from ackbox.errors import Invalid, TooLong
from tests.engines import Post

pytestmark = pytest.mark.anyio

TEXTS = (
    "the build is green",
    "deploy the docs",
    "Build failed: exit 5",
    "部署完成了",
    "naïve café",
    "plain text_with_parts",
)


async def found(post: Post, query: str, **more: object) -> list[str]:
    return [
        message.body
        for message in (await post("message.search", agent="ana", query=query, **more)).messages
    ]


@pytest.mark.parametrize(
    ("query", "bodies"),
    [
        ("build", ["Build failed: exit 5", "the build is green"]),
        ("build green", ["the build is green"]),
        ('"is green"', ["the build is green"]),
        ('"green is"', []),
        ("dep*", ["deploy the docs"]),
        ("build -green", ["Build failed: exit 5"]),
        ("完成", ["部署完成了"]),
        ("with_parts", ["plain text_with_parts"]),
        ("it's \\ ' \" AND NEAR( build", []),
    ],
)
async def test_a_search_finds_words_phrases_starts_and_leaves_out(
    post: Post, query: str, bodies: list[str]
) -> None:
    for text in TEXTS:
        await post("message.send", agent="ana", to="bob", body=text)
    assert await found(post, query) == bodies


async def test_a_search_covers_what_was_sent_just_before_it(post: Post) -> None:
    await post("message.send", agent="ana", to="bob", subject="Release", body="tomorrow")
    answer = await post("message.search", agent="ana", query="release tomorrow")
    assert ([message.subject for message in answer.messages], answer.behind) == (["Release"], 0)


async def test_a_search_goes_on_with_its_cursor(post: Post) -> None:
    for number in range(5):
        await post("message.send", agent="ana", to="bob", body=f"word {number}")
    first = await post("message.search", agent="ana", query="word", limit=3)
    rest = await post("message.search", agent="ana", query="word", limit=3, cursor=first.cursor)
    assert [m.body for m in [*first.messages, *rest.messages]] == [
        f"word {n}" for n in (4, 3, 2, 1, 0)
    ]


async def test_a_search_is_narrowed_as_history_is(post: Post) -> None:
    await post("message.send", agent="ana", to="bob", body="word one")
    await post("message.send", agent="bob", to="ana", body="word two", intent="answer")
    assert await found(post, "word", sender="bob") == ["word two"]
    assert await found(post, "word", recipient="bob") == ["word one"]
    assert await found(post, "word", intent="answer") == ["word two"]
    page = await post("message.history", agent="ana", text="one")
    assert [message.body for message in page.messages] == ["word one"]


async def test_a_search_stays_in_its_workspace(post: Post) -> None:
    await post("workspace.create", name="other")
    await post("message.send", workspace="other", agent="ana", to="bob", body="secret word")
    assert await found(post, "secret") == []


async def test_a_search_for_no_word_is_refused(post: Post) -> None:
    with pytest.raises(Invalid):
        await found(post, "-green !!")


async def test_messages_are_had_by_their_ids_with_how_far_each_has_come(post: Post) -> None:
    for name in ("ana", "bob", "carl"):
        await post("agent.check_in", agent=name)
    first = await post("message.send", agent="ana", to="bob", body="one, and more than that")
    news = await post("message.send", agent="bob", to="*", body="two")
    await post("message.send", agent="ana", to="bob", body="three")
    await post("receipt.mark", agent="bob", mark="acknowledged", ids=[first.id])
    await post("receipt.mark", agent="carl", mark="read", ids=[news.id])
    page = await post(
        "message.history", ids=f"{first.id}, {news.id}, {'0' * 32}", body_chars=3, with_tallies=True
    )
    assert [(each.id, each.body) for each in page.messages] == [(news.id, "two"), (first.id, "one")]
    assert [
        (each.id, each.recipients, each.delivered, each.read, each.acknowledged)
        for each in page.tallies
    ] == [(news.id, 2, 1, 1, 0), (first.id, 1, 1, 1, 1)]
    assert page.cursor is None


async def test_the_size_of_a_conversation_is_told_up_to_two_hundred_and_as_far_as_one_may_see(
    post: Post,
) -> None:
    first = await post("message.send", agent="ana", to="bob", body="first")
    for n in range(2):
        await post("message.send", agent="bob", to="ana", body=str(n), parent=first.id)
    alone = await post("message.send", agent="ana", to="bob", body="alone")
    long = await post("message.send", agent="ana", to="bob", body="long")
    await post("workspace.settings", hops_limit=1000, repeats_limit=0)
    await post(
        "message.send_many",
        messages=[
            {"agent": "ana", "to": "bob", "body": f"long {n}", "parent": long.id}
            for n in range(199)
        ],
    )
    before = (await post("message.history", ids=[long.id], with_sizes=True)).sizes
    await post("message.send", agent="ana", to="bob", body="one more", parent=long.id)
    page = await post("message.history", ids=[first.id, alone.id, long.id], with_sizes=True)
    assert (before, [each.id for each in page.messages], page.sizes) == (
        [200],
        [long.id, alone.id, first.id],
        [201, 1, 3],
    )
    await post("workspace.create", name="quiet", mode="private")
    await post("workspace.settings", workspace="quiet", hops_limit=1000, repeats_limit=0)
    keys = {name: await post.keyed(name, workspace="quiet") for name in ("ana", "bob", "carl")}
    start = await keys["ana"]("message.send", to="bob, carl", body="for both")
    await keys["ana"]("message.send", to="bob", body="for bob", parent=start.id)
    told = {
        name: (await key("message.history", ids=[start.id], with_sizes=True)).sizes
        for name, key in keys.items()
    }
    await keys["ana"](
        "message.send_many",
        messages=[{"to": "bob", "body": f"more {n}", "parent": start.id} for n in range(199)],
    )
    assert (
        told,
        (await keys["carl"]("message.history", ids=[start.id], with_sizes=True)).sizes,
    ) == ({"ana": [2], "bob": [2], "carl": [1]}, [0])


async def test_ids_stand_alone_and_are_at_most_two_hundred(post: Post) -> None:
    with pytest.raises(Invalid, match=r"`ids` cannot be combined with other filters\."):
        await post("message.history", ids=["0" * 32], sender="ana")
    with pytest.raises(TooLong, match=r"`ids` has 201 ids; at most 200 are allowed\."):
        await post("message.history", ids=["0" * 32] * 201)


async def test_ids_show_nothing_of_a_private_workspace_that_is_not_yours(post: Post) -> None:
    await post("workspace.create", name="quiet", mode="private")
    keys = {name: await post.keyed(name, workspace="quiet") for name in ("ana", "bob", "carl")}
    sent = await keys["ana"]("message.send", to="bob", body="for bob")
    told = {
        name: [
            each.body
            for each in (await key("message.history", ids=[sent.id], with_tallies=True)).messages
        ]
        for name, key in keys.items()
    }
    assert told == {"ana": ["for bob"], "bob": ["for bob"], "carl": []}


async def test_history_is_narrowed_by_metadata_however_far_back_it_is(post: Post) -> None:
    for n in range(7):
        await post(
            "message.send", agent="ana", to="bob", body=str(n), metadata={"day": n % 3, "x": None}
        )
    found: list[str] = []
    cursor = None
    while True:
        page = await post("message.history", metadata={"day": 0, "x": None}, limit=2, cursor=cursor)
        found, cursor = found + [message.body for message in page.messages], page.cursor
        if cursor is None:
            break
    assert found == ["6", "3", "0"]
    assert (await post("message.history", metadata={"day": 0, "y": None})).messages == []


async def test_the_cursor_after_each_message_goes_on_from_it(post: Post) -> None:
    for n in range(5):
        await post("message.send", agent="ana", to="bob", body=str(n))
    page = await post("message.history", limit=3, with_cursors=True)
    assert (len(page.cursors), page.cursors[-1]) == (3, page.cursor)
    rest = await post("message.history", limit=3, cursor=page.cursors[1])
    assert [message.body for message in rest.messages] == ["2", "1", "0"]
