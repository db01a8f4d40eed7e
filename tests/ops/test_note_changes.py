"""Notes after they were written: folders, archive, expiry, removal, and who may do what."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ackbox.errors import AckboxError, Conflict, Invalid, NotAllowed, NotFound
from tests.engines import Clock, Post
from tests.walls.places import rows_of

pytestmark = pytest.mark.anyio
DAY = 86_400_000


async def note(post: Post, text: str, **more: Any) -> str:
    return str((await post("note.add", text=text, **{"agent": "ana", **more})).id)


async def texts(post: Post, operation: str = "note.list", **narrow: Any) -> list[str]:
    return [each.text for each in (await post(operation, **narrow)).notes]


async def test_a_note_is_in_a_folder_and_folders_are_in_each_other(post: Post) -> None:
    top = await note(post, "Everything of the project", kind="folder", title="project")
    inner = await note(post, "Designs", kind="folder", title="designs", folder=top)
    first = await note(post, "tokens", folder=inner)
    await note(post, "elsewhere")
    assert await texts(post, folder=inner) == ["tokens"]
    assert await texts(post, kind="folder", folder=top) == ["Designs"]
    moved = await post("note.move", agent="ana", id=first, folder=top)
    assert (moved.folder, await texts(post, folder=inner)) == (top, [])
    # A new version stays where the old one was.
    await post("note.supersede", agent="ana", id=first, text="short tokens")
    assert await texts(post, folder=top, not_kind="folder") == ["short tokens"]
    taken_out = await post("note.move", agent="ana", id=first, follow=True)
    assert (taken_out.text, taken_out.folder) == ("short tokens", None)


async def test_a_folder_is_a_folder_never_in_itself_and_removed_only_when_empty(
    post: Post,
) -> None:
    top = await note(post, "top", kind="folder")
    inner = await note(post, "inner", kind="folder", folder=top)
    plain = await note(post, "plain", folder=inner)

    async def refused(error: type[AckboxError], operation: str, **params: Any) -> str:
        with pytest.raises(error) as found:
            await post(operation, agent="ana", **params)
        return str(found.value.message)

    assert [
        await refused(Invalid, "note.move", id=top, folder=inner),
        await refused(Invalid, "note.move", id=top, folder=top),
        await refused(NotFound, "note.move", id=top, folder=plain),
        await refused(NotFound, "note.add", text="x", folder="nothing"),
        await refused(Conflict, "note.remove", id=inner),
        await refused(Invalid, "note.supersede", id=top, text="x"),
        await refused(Invalid, "note.supersede", id=plain, kind="folder"),
    ] == [
        "A folder cannot be in itself.",
        "A folder cannot be in itself.",
        f"The note '{plain}' is a note, and holds no others.",
        "There is no such note.",
        "The folder holds notes.",
        "A folder cannot be superseded, and no other note becomes one.",
        "A folder cannot be superseded, and no other note becomes one.",
    ]
    for deep in range(18):
        inner = await note(post, f"{deep}", kind="folder", folder=inner)
    other = await note(post, "other", kind="folder")
    assert await refused(Invalid, "note.move", id=other, folder=inner) == (
        "The folder would be more than 20 folders deep."
    )


async def test_an_archived_or_expired_note_is_left_out_and_found_by_its_id(
    post: Post, clock: Clock
) -> None:
    stays = await note(post, "lighthouse stays")
    gone = await note(post, "lighthouse archived", priority=5)
    over = await note(post, "lighthouse expires", priority=5, expires_at="2h")
    archived = await post("note.archive", agent="ana", id=gone)
    assert archived.archived_at is not None
    clock.now += 3 * 3_600_000
    found = [
        await texts(post),
        await texts(post, "note.search", query="lighthouse"),
        [each.text for each in (await post("session.start", agent="eve")).notes],
        [each.text for each in (await post("session.start", agent="eve")).found],
    ]
    assert found == [["lighthouse stays"], ["lighthouse stays"], [], []]
    assert await texts(post, include_superseded=True, author="ana") == [
        "lighthouse expires",
        "lighthouse archived",
        "lighthouse stays",
    ]
    assert [(await post("note.get", id=each)).note.id for each in (stays, gone, over)] == [
        stays,
        gone,
        over,
    ]
    # What is archived is not known any more, and comes back.
    again = await post("note.add", agent="bob", text="lighthouse archived", unless_known=True)
    assert again.duplicate is False
    back = await post("note.archive", agent="ana", id=gone, archived=False)
    assert (back.archived_at, "lighthouse archived" in await texts(post)) == (None, True)
    for text in ("2020-01-01T00:00:00Z", "soon"):
        with pytest.raises(Invalid) as refused:
            await post("note.add", agent="ana", text="x", expires_at=text)
        assert refused.value.details["field"] == "expires_at"


async def test_a_removed_note_leaves_no_text_no_words_and_no_links(
    post: Post, database: str
) -> None:
    await note(post, "kept quokka")
    before = await rows_of(database)
    cursor = (await post("event.feed")).cursor
    first = await note(post, "secret quokka")
    second = await post("note.supersede", agent="bob", id=first, text="secret quokka, again")
    other = await note(post, "other", links=[{"relation": "about", "to": second.id}])
    removed = await post("note.remove", agent="ana", id=first)
    assert (removed.id, removed.removed) == (second.id, 2)
    await post("note.remove", agent="ana", id=other)
    after = await rows_of(database)
    tables = [table for table in after if table.startswith("note")]
    assert {table: after[table] for table in tables} == {table: before[table] for table in tables}
    assert "secret" not in str(after)
    assert await texts(post, "note.search", query="quokka") == ["kept quokka"]
    # Its place in the index is free for another note.
    await note(post, "quokka number two")
    assert await texts(post, "note.search", query="quokka") == ["quokka number two", "kept quokka"]
    for id in (first, second.id):
        with pytest.raises(NotFound):
            await post("note.get", id=id)
    told = (await post("event.feed", cursor=cursor)).events
    assert [(each.agent, each.details) for each in told if each.kind == "note.removed"] == [
        ("ana", {"note": second.id, "versions": 2}),
        ("ana", {"note": other, "versions": 1}),
    ]


async def test_only_the_author_and_admins_change_what_becomes_of_a_note(post: Post) -> None:
    ana, bob = [await post.keyed(name) for name in ("ana", "bob")]
    folder = (await ana("note.add", text="f", kind="folder")).id
    first = (await ana("note.add", text="x")).id
    linked = await ana("note.link", id=first, relation="about", to=folder)
    # Who supersedes a note does not become its author.
    await bob("note.supersede", id=first, text="y")
    for operation, params in (
        ("note.move", {"id": first, "folder": folder, "follow": True}),
        ("note.archive", {"id": first, "follow": True}),
        ("note.unlink", {"id": linked.id}),
        ("note.remove", {"id": first}),
    ):
        with pytest.raises(NotAllowed, match="author") as refused:
            await bob(operation, **params)
        assert refused.value.details["field"] == "id"
        await ana(operation, **params)
    theirs = (await bob("note.add", text="z")).id
    assert (await post("note.remove", agent="ana", id=theirs)).removed == 1


async def test_a_write_that_is_repeated_gives_the_first_note_and_new_content_supersedes_it(
    post: Post,
) -> None:
    async def write(text: str, agent: str = "ana") -> Any:
        return await post("note.add", agent=agent, text=text, write_id="run1:fact:stack")

    first, again = await write("Python 3.11"), await write("Python 3.11")
    assert (again.id, again.duplicate) == (first.id, True)
    changed = await write("Python 3.12")
    assert (changed.supersedes, changed.duplicate) == (first.id, False)
    assert (await write("Python 3.12")).duplicate is True
    theirs = await write("Python 3.11", agent="bob")
    assert (theirs.id == first.id, theirs.duplicate) == (False, False)
    assert await texts(post) == ["Python 3.11", "Python 3.12"]
    # A number of the other engine's spelling of one unique row: the id is free once it is gone.
    await post("note.remove", agent="ana", id=first.id)
    assert (await write("Python 3.13")).supersedes is None


async def test_writes_of_one_id_that_arrive_together_are_one_note(post: Post) -> None:
    await post("agent.check_in", agent="ana")
    written = await asyncio.gather(
        *(post("note.add", agent="ana", text="once", write_id="w") for _ in range(12))
    )
    assert len({each.id for each in written}) == 1
    assert sorted(each.duplicate for each in written) == [False, *[True] * 11]


async def test_a_note_names_what_it_is_made_from(post: Post) -> None:
    source = await note(post, "minutes of the meeting")
    made = await note(post, "we use SQLite", sources=[source])
    links = (await post("note.get", id=made)).links
    assert [(each.source, each.relation, each.target) for each in links] == [
        (made, "derived_from", source)
    ]
    with pytest.raises(NotFound) as refused:
        await post("note.add", agent="ana", text="x", sources=["nothing"])
    assert refused.value.details["field"] == "sources"


async def test_text_is_appended_to_a_document_that_begins_with_it(post: Post) -> None:
    first = await post("note.append", agent="ana", title="skills", text="Back up first.")
    second = await post("note.append", agent="bob", title="skills", text="Then migrate.")
    assert (first.text, second.text, second.supersedes, second.kind) == (
        "Back up first.",
        "Back up first.\n\nThen migrate.",
        first.id,
        "document",
    )
    assert await texts(post, kind="document", title="skills") == [second.text]
    assert await texts(post, kind="document", title="soul") == []


async def test_old_and_unimportant_notes_are_tidied_by_their_author(
    post: Post, clock: Clock
) -> None:
    ana = await post.keyed("ana")
    episode = (await ana("note.add", text="We met", kind="episodic", priority=3)).id
    low = (await ana("note.add", text="low", priority=1)).id
    await ana("note.add", text="fact", priority=2)
    await ana("note.append", text="doc", title="d", priority=1)
    await post("note.add", agent="bob", text="bob's", priority=1)
    clock.now += 20 * DAY
    fresh = (await ana("note.add", text="fresh", priority=1)).id
    looked = await ana("note.tidy", only_look=True)
    assert (looked.old, looked.unimportant, looked.archived) == ([], [low], 0)
    clock.now += 11 * DAY
    done = await ana("note.tidy", days=12)
    assert (done.old, done.unimportant, done.archived, done.has_more) == (
        [episode],
        [low],
        2,
        False,
    )
    assert await texts(post) == ["fresh", "bob's", "doc", "fact"]
    # An admin tidies for everybody.
    assert (await post("note.tidy", agent="eve", days=1)).unimportant[-1] == fresh
    assert await texts(post) == ["doc", "fact"]


async def test_links_follow_a_note_to_its_current_version(post: Post) -> None:
    a = await note(post, "Deploys happen on Fridays", title="deploys")
    b = await note(post, "Freeze on Thursdays", links=[{"relation": "about", "to": a}])
    newer = await post("note.supersede", agent="ana", id=a, text="Deploys happen on Mondays")
    c = await note(post, "Who deploys", links=[{"relation": "part_of", "to": newer.id}])

    async def around(id: str, **more: Any) -> tuple[list[str], set[tuple[str, str, str]]]:
        got = await post("note.get", id=id, **more)
        return [each.opening for each in got.neighbours], {
            (each.source, each.relation, each.target) for each in got.links
        }

    assert await around(b, follow=True) == (
        ["Deploys happen on Mondays"],
        {(b, "about", newer.id)},
    )
    both = {(b, "about", newer.id), (c, "part_of", newer.id)}
    for id in (a, newer.id):
        openings, links = await around(id, follow=True)
        assert (sorted(openings), links) == (["Freeze on Thursdays", "Who deploys"], both)
    assert (await around(b))[0] == ["Deploys happen on Fridays"]
    # The id of a link that leads to a newer version still names the link.
    found = (await post("note.get", id=b, follow=True)).links[0]
    await post("note.unlink", agent="ana", id=found.id)
    assert await around(b, follow=True) == ([], set())
    with pytest.raises(NotFound):
        await post("note.unlink", agent="ana", id=found.id)
    with pytest.raises(Invalid, match=r"note\.supersede only"):
        await post("note.unlink", agent="ana", id=f"{newer.id}.supersedes.{a}")


async def test_a_graph_is_explored_from_words_or_from_a_note(post: Post) -> None:
    a = await note(post, "lighthouse architecture")
    b = await note(post, "its lamp", links=[{"relation": "part_of", "to": a}])
    c = await note(post, "its bulb", links=[{"relation": "part_of", "to": b}])
    await note(post, "elsewhere")
    near = await post("note.explore", query="which lighthouse", depth=1)
    assert ([each.id for each in near.notes], near.entries, len(near.links)) == ([a, b], [a], 1)
    far = await post("note.explore", id=c, depth=2)
    assert ([each.id for each in far.notes], far.entries, len(far.links)) == ([c, b, a], [c], 2)
    few = await post("note.explore", id=c, depth=5, limit=2)
    assert len(few.notes) == 2
    nothing = await post("note.explore", query="unheard")
    assert (nothing.notes, nothing.links, nothing.entries) == ([], [], [])
    with pytest.raises(Invalid, match="`id` and `query` are missing"):
        await post("note.explore")
