"""Notes: kept for everybody, never edited, linked into a graph, found by their words.

And the notes that a new session receives.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ackbox.errors import Conflict, Invalid, NotFound, TooLong
from ackbox.model.moment import to_text
from tests.engines import Clock, Post
from tests.walls.places import rows_of, settle

pytestmark = pytest.mark.anyio


async def titles(post: Post, operation: str = "note.list", **narrow: Any) -> list[str]:
    return [each.title for each in (await post(operation, **narrow)).notes]


async def test_a_note_is_kept_as_it_was_said_with_its_author(post: Post, clock: Clock) -> None:
    kept = await post(
        "note.add",
        agent="ana",
        instance="tau",
        kind="decision",
        title="engine",
        text="SQLite first",
        tags=["storage", "a,b", "storage"],
        priority=5,
        metadata={"n": 1},
    )
    assert msgspec.to_builtins(kept) == {
        "id": kept.id,
        "number": kept.number,
        "kind": "decision",
        "title": "engine",
        "text": "SQLite first",
        "tags": ["storage", "a,b"],
        "priority": 5,
        "metadata": {"n": 1},
        "author": "ana",
        "author_instance": "tau",
        "supersedes": None,
        "superseded_by": None,
        "folder": None,
        "expires_at": None,
        "archived_at": None,
        "created_at": to_text(clock.now),
        "workspace": "default",
        "duplicate": False,
    }
    assert (await post("note.list")).notes == [(await post("note.get", id=kept.id)).note]
    plain = await post("note.add", agent="bob", text="x")
    assert (
        plain.kind,
        plain.title,
        plain.tags,
        plain.priority,
        plain.author,
        plain.author_instance,
    ) == ("note", None, [], 3, "bob", None)


async def test_a_note_is_superseded_and_never_changed(post: Post, database: str) -> None:
    first = await post("note.add", agent="ana", title="port", text="8080", tags=["net"], priority=4)
    before = (await rows_of(database))["note"]
    second = await post("note.supersede", agent="bob", id=first.id, text="9090")
    assert (
        second.title,
        second.text,
        second.tags,
        second.priority,
        second.author,
        second.supersedes,
    ) == ("port", "9090", ["net"], 4, "bob", first.id)
    assert set(before) < set((await rows_of(database))["note"])
    assert (await post("note.get", id=first.id)).note.superseded_by == second.id
    assert [each.text for each in (await post("note.list")).notes] == ["9090"]
    assert [each.text for each in (await post("note.list", include_superseded=True)).notes] == [
        "9090",
        "8080",
    ]
    with pytest.raises(Conflict) as refused:
        await post("note.supersede", agent="ana", id=first.id, text="7070")
    assert refused.value.details["superseded_by"] == second.id
    assert (await post("note.search", query="8080")).notes == []


async def test_what_is_known_is_kept_once_when_asked(post: Post) -> None:
    first = await post("note.add", agent="ana", kind="fact", title="t", text="water is wet")
    again = await post(
        "note.add", agent="bob", kind="fact", title="t", text="water is wet", unless_known=True
    )
    assert (again.id, again.author, again.duplicate) == (first.id, "ana", True)
    assert (
        await post("note.add", agent="bob", kind="fact", title="t", text="water is wet")
    ).duplicate is False
    for other in ({"kind": "memory", "title": "t"}, {"kind": "fact"}):
        assert (
            await post("note.add", agent="bob", text="water is wet", unless_known=True, **other)
        ).duplicate is False
    stands = await post(
        "note.supersede",
        agent="ana",
        id=(await post("note.list", author="bob", limit=1)).notes[0].id,
        text="water is dry",
    )
    assert (
        await post("note.add", agent="bob", kind="fact", text="water is dry", unless_known=True)
    ).id == stands.id


async def test_links_make_a_graph_that_is_read_from_any_of_its_notes(post: Post) -> None:
    async def note(title: str, **more: Any) -> str:
        return str(
            (
                await post(
                    "note.add", agent="ana", title=title, text=f"about {title} " * 50, **more
                )
            ).id
        )

    a = await note("a")
    b = await note("b", links=[{"relation": "supports", "to": a}])
    c, d = await note("c"), await note("d")
    made = await post("note.link", agent="bob", id=b, relation="part_of", to=c)
    assert (made.source, made.relation, made.target, made.author, made.duplicate) == (
        b,
        "part_of",
        c,
        "bob",
        False,
    )
    assert (await post("note.link", agent="eve", id=b, relation="part_of", to=c)).duplicate is True
    await post("note.link", agent="bob", id=d, relation="contradicts", to=c)

    async def around(id: str, depth: int) -> tuple[set[str | None], set[tuple[str, str, str]]]:
        got = await post("note.get", id=id, depth=depth)
        names = {a: "a", b: "b", c: "c", d: "d"}
        return {each.title for each in got.neighbours}, {
            (names[each.source], each.relation, names[each.target]) for each in got.links
        }

    assert await around(a, 0) == (set(), set())
    assert await around(a, 1) == ({"b"}, {("b", "supports", "a")})
    assert [
        (each.source, each.target) for each in (await post("note.get", id=b, direction="out")).links
    ] == [(b, c), (b, a)]
    assert [
        (each.source, each.target) for each in (await post("note.get", id=c, direction="in")).links
    ] == [(b, c), (d, c)]
    assert (await post("note.get", id=a, direction="out")).links == []
    assert await around(a, 2) == ({"b", "c"}, {("b", "supports", "a"), ("b", "part_of", "c")})
    assert await around(a, 3) == (
        {"b", "c", "d"},
        {("b", "supports", "a"), ("b", "part_of", "c"), ("d", "contradicts", "c")},
    )
    assert (await post("note.get", id=a)).neighbours[0].opening == ("about b " * 50)[:200]


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"text": "x" * 100_001}, TooLong),
        ({"text": ""}, Invalid),
        ({"text": "x", "metadata": {"a": "x" * 16_400}}, TooLong),
        ({"text": "x", "links": [{"relation": "supports", "to": "0" * 32}]}, NotFound),
        ({"text": "x", "links": [{"relation": "supersedes", "to": "0"}]}, Invalid),
    ],
)
async def test_a_note_that_is_refused_leaves_nothing(
    post: Post, clock: Clock, database: str, params: dict[str, Any], error: type[Exception]
) -> None:
    await post("note.add", agent="ana", text="y")
    await settle(post.app)
    before = await rows_of(database)
    with pytest.raises(error):
        await post("note.add", agent="ana", **params)
    assert await rows_of(database) == before


async def test_a_link_names_two_notes_that_are_there(post: Post) -> None:
    id = (await post("note.add", agent="ana", text="y")).id
    for params, error in (
        ({"to": id}, Invalid),
        ({"to": "0" * 32}, NotFound),
        ({"to": id, "relation": "supersedes"}, Invalid),
    ):
        with pytest.raises(error):
            await post("note.link", agent="ana", **{"id": id, "relation": "supports", **params})


async def test_notes_are_narrowed_and_paged(post: Post, clock: Clock) -> None:
    for n, (author, kind, tags, priority) in enumerate(
        [
            ("ana", "fact", ["x"], 1),
            ("bob", "fact", ["x", "y"], 5),
            ("ana", "memory", ["y"], 4),
            ("ana", "fact", ["xy"], 3),
        ]
    ):
        await post(
            "note.add",
            agent=author,
            kind=kind,
            title=str(n),
            text="word",
            tags=tags,
            priority=priority,
        )
        clock.pass_s(1)
    for operation, more in (("note.list", {}), ("note.search", {"query": "word"})):

        async def found(
            operation: str = operation, more: dict[str, str] = more, **narrow: Any
        ) -> list[str]:
            return await titles(post, operation, **more, **narrow)

        assert await found() == ["3", "2", "1", "0"]
        assert (
            await found(kind="fact"),
            await found(tag="x"),
            await found(author="bob"),
            await found(author="nobody"),
        ) == (["3", "1", "0"], ["1", "0"], ["1"], [])
        assert (await found(min_priority=4), await found(since=to_text(clock.now - 2000))) == (
            ["2", "1"],
            ["3"],
        )
        page = await post(operation, **more, limit=3)
        assert [
            each.title
            for each in (await post(operation, **more, limit=3, cursor=page.cursor)).notes
        ] == ["0"]
        assert page.cursor is not None
        cut = await post(operation, **more, max_text_bytes=1000, limit=2)
        assert (len(cut.notes), cut.cursor is None) == (2, False)


async def test_a_page_is_cut_at_a_whole_note(post: Post) -> None:
    for n in range(3):
        await post("note.add", agent="ana", title=str(n), text="x" * 700)
    page = await post("note.list", max_text_bytes=1000)
    assert [each.title for each in page.notes] == ["2"]
    assert await titles(post, max_text_bytes=1000, cursor=page.cursor) == ["1"]


async def test_notes_are_found_by_words_in_any_script(post: Post) -> None:
    await post(
        "note.add", agent="ana", title="first", text="The café uses SQLite", tags=["storage"]
    )
    await post("note.add", agent="ana", title="second", text="資料庫用 PostgreSQL")
    assert (
        await titles(post, "note.search", query="CAFE"),
        await titles(post, "note.search", query="storage"),
    ) == ((["first"], ["first"]) if post.app.engine.name == "sqlite" else ([], ["first"]))
    assert (
        await titles(post, "note.search", query="資料"),
        await titles(post, "note.search", query="post*"),
        await titles(post, "note.search", query="second"),
    ) == (["second"], ["second"], ["second"])
    assert await titles(
        post, "note.search", query="what do we use for storage, PostgreSQL?", any_word=True
    ) == ["second", "first"]
    assert await titles(post, "note.search", query="storage PostgreSQL -SQLite", any_word=True) == [
        "second"
    ]
    assert await titles(post, "note.search", query="word " * 30 + "storage", any_word=True) == []
    assert (await post("message.search", query="SQLite")).messages == []


async def test_an_agent_that_starts_is_told_what_matters(post: Post) -> None:
    for n in range(12):
        await post(
            "note.add", agent="ana", title=str(n), text=f"word{n % 2}", priority=4 if n else 3
        )
    await post("task.create", agent="ana", title="later", to="bob")
    await post("task.create", agent="ana", title="now", to="bob", priority=5)
    await post("task.create", agent="ana", title="done", to="bob", status="done")
    await post("task.create", agent="ana", title="hers", to="ana")
    started = await post("session.start", agent="bob", query="word1")
    assert [each.title for each in started.notes] == [str(n) for n in range(11, 1, -1)]
    assert [each.title for each in started.found] == ["11", "9", "7", "5", "3", "1"]
    assert [each.title for each in started.tasks] == ["now", "later"]


async def test_a_checkpoint_keeps_notes_and_one_that_is_refused_stops_no_other(post: Post) -> None:
    started = await post("session.start", agent="ana", instance="tau")
    notes = [
        {"text": "one", "kind": "memory"},
        {"text": "x" * 100_001},
        {"text": ""},
        {"text": "one", "kind": "memory"},
        {"text": "two", "title": "t"},
    ]
    told = await post("session.checkpoint", session=started.token, notes=notes)
    assert [
        (each.id is None, each.duplicate, (each.error or {}).get("code")) for each in told.notes
    ] == [
        (False, False, None),
        (True, False, "too_long"),
        (True, False, "invalid"),
        (False, True, None),
        (False, False, None),
    ]
    assert [
        (each.text, each.author, each.author_instance) for each in (await post("note.list")).notes
    ] == [("two", "ana", "tau"), ("one", "ana", "tau")]


async def test_the_feed_tells_of_notes_and_links_without_their_text(post: Post) -> None:
    cursor = (await post("event.feed")).cursor
    a = await post("note.add", agent="ana", text="secret", kind="fact")
    b = await post("note.supersede", agent="bob", id=a.id, text="other")
    await post("note.link", agent="bob", id=b.id, relation="about", to=a.id)
    told = [
        (each.kind, each.agent, each.details)
        for each in (await post("event.feed", cursor=cursor)).events
        if each.kind.startswith("note.")
    ]
    assert told == [
        ("note.added", "ana", {"note": a.id, "kind": "fact"}),
        ("note.added", "bob", {"note": b.id, "kind": "fact", "supersedes": a.id}),
        ("note.linked", "bob", {"note": b.id, "relation": "about", "target": a.id}),
    ]


async def test_a_note_is_followed_to_what_stands_for_it_now(post: Post) -> None:
    first = await post("note.add", agent="ana", title="t", text="one")
    other = await post("note.add", agent="ana", title="o", text="other")
    second = await post("note.supersede", agent="ana", id=first.id, text="two")
    third = await post("note.supersede", agent="bob", id=first.id, text="three", follow=True)
    assert third.supersedes == second.id
    assert [
        (await post("note.get", id=first.id, follow=follow)).note.text for follow in (False, True)
    ] == ["one", "three"]
    assert [each.text for each in (await post("note.list", ids=[other.id, first.id])).notes] == [
        "other",
        "one",
    ]
    assert [
        each.text for each in (await post("note.list", ids=[other.id, first.id], follow=True)).notes
    ] == ["other", "three"]
    with pytest.raises(NotFound):
        await post("note.list", ids=["0" * 32])


async def test_an_agent_that_comes_back_is_told_what_others_kept_and_the_documents_asked_for(
    post: Post, clock: Clock
) -> None:
    await post("note.add", agent="bob", title="old", text="x")
    first = await post("session.start", agent="ana")
    assert (first.news, first.kept) == ([], 1)
    clock.pass_s(1)
    await post("note.add", agent="ana", title="mine", text="x")
    await post("note.add", agent="bob", title="new", text="x")
    await post("note.add", agent="bob", kind="constraint", title="rule", text="x")
    await post(
        "note.supersede",
        agent="bob",
        id=(await post("note.add", agent="bob", kind="document", title="soul", text="x")).id,
        text="y",
    )
    again = await post("session.start", agent="ana", documents=["soul", "none"])
    assert ([each.title for each in again.news], again.kept) == (["soul", "rule", "new"], 5)
    assert ([each.text for each in again.documents], [each.title for each in again.notes]) == (
        ["y"],
        ["rule"],
    )


async def test_a_note_about_a_task_is_found_by_the_tasks_tag(post: Post) -> None:
    task = await post("task.create", agent="ana", title="Sign tokens")
    for id in (task.id, str(task.number)):
        await post("note.add", agent="ana", text=f"about {id}", tags=["x"], task=id)
    found = (await post("note.list", tag=f"task:{task.number}")).notes
    assert [each.tags for each in found] == [["x", f"task:{task.number}"]] * 2
    with pytest.raises(NotFound, match="There is no such task"):
        await post("note.add", agent="ana", text="y", task="99")
    assert len((await post("note.list")).notes) == 2
