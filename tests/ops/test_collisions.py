"""Collisions: both sides of an edit of claimed files are told, once for each claim and path."""

from __future__ import annotations

from typing import Any

import pytest

from ackbox.errors import Invalid
from tests.engines import Post

pytestmark = pytest.mark.anyio


class Program:
    """A session of an agent program that reports what it does."""

    def __init__(self, post: Post, agent: str, session: str = "1", place: str = "shop") -> None:
        self._post = post
        self._who = {"agent": agent, "program": "claude", "program_session": f"{agent}-{session}"}
        self._wish = {"auto_instance": place, "copy_id": f"claude-session-{agent}-{session}"}

    async def report(self, moment: str = "tool", *files: str, **more: Any) -> list[Any]:
        """Report an event, show what comes, and return the collisions."""
        found = await self._post(
            "program.report", moment=moment, files=list(files), **self._who, **self._wish, **more
        )
        if found.offer is not None:
            await self._post("program.shown", offer=found.offer, **self._who)
        return [
            (each.agent, each.instance, each.files, each.is_claim_mine) for each in found.collisions
        ]


async def events(post: Post) -> list[tuple[str | None, dict[str, Any]]]:
    page = await post("event.feed", cursor="start", kinds=["claim.collided"])
    return [(each.agent, each.details) for each in page.events]


async def pair(post: Post) -> tuple[Program, Program]:
    """Return an editor, and a program whose agent claims src/."""
    editor, holder = Program(post, "bob"), Program(post, "ana")
    for program in (editor, holder):
        await program.report("session_start", is_new_context=True)
        await program.report("prompt")
    await post("agent.check_in", agent="ana", instance="shop", files=["src/", "README.md"])
    return editor, holder


async def test_an_edit_of_claimed_files_is_told_to_both_sides_and_written_to_the_feed(
    post: Post,
) -> None:
    editor, holder = await pair(post)
    told = await editor.report("tool", "src/a.py", "docs/b.md", "README.md")
    assert told == [("ana", "shop", ["README.md", "src/a.py"], False)]
    assert await events(post) == [
        (
            "ana",
            {
                "agent": "ana",
                "instance": "shop",
                "by": "bob",
                "by_instance": "shop",
                "files": ["README.md", "src/a.py"],
            },
        )
    ]
    assert await holder.report() == [("bob", "shop", ["README.md", "src/a.py"], True)]
    assert (await editor.report(), await holder.report()) == ([], [])


async def test_a_claim_and_a_path_are_told_once_and_not_for_each_edit(post: Post) -> None:
    editor, holder = await pair(post)
    found = [await editor.report("tool", path) for path in ("src/a.py", "src/a.py", "src/b.py")]
    assert [[files for _, _, files, _ in each] for each in found] == [
        [["src/a.py"]],
        [],
        [["src/b.py"]],
    ]
    assert [files for _, _, files, _ in await holder.report()] == [["src/a.py"], ["src/b.py"]]
    # Another session of the editor is another reader of the news.
    other = Program(post, "bob", "2")
    assert len(await other.report("tool", "src/a.py")) == 1
    # So is a claim that had ended in between.
    await post("agent.check_in", agent="ana", instance="shop", files=[])
    assert await editor.report("tool", "src/a.py") == []
    await post("agent.check_in", agent="ana", instance="shop", files=["src/a.py"])
    assert len(await editor.report("tool", "src/a.py")) == 1


async def test_it_is_told_again_until_the_program_says_that_it_was_shown(post: Post) -> None:
    await pair(post)
    who = {"agent": "bob", "program": "claude", "program_session": "bob-1"}
    first = await post("program.report", moment="tool", files=["src/a.py"], **who)
    again = await post("program.report", moment="tool", **who)
    # That offer was replaced: what shows it late confirms nothing.
    await post("program.shown", offer=first.offer, **who)
    third = await post("program.report", moment="prompt", **who)
    assert first.collisions == again.collisions == third.collisions != []
    await post("program.shown", offer=third.offer, **who)
    last = await post("program.report", moment="prompt", **who)
    assert (last.collisions, last.offer) == ([], None)


async def test_an_event_that_takes_no_text_leaves_it_for_the_next(post: Post) -> None:
    editor, _ = await pair(post)
    assert await editor.report("tool", "src/a.py", can_show=False) == []
    assert await editor.report("compacting") == []
    assert await editor.report("turn_end") == [("ana", "shop", ["src/a.py"], False)]


async def test_an_agents_own_claims_and_those_that_have_ended_collide_with_nothing(
    post: Post,
) -> None:
    editor, _ = await pair(post)
    await post("agent.check_in", agent="bob", instance="shop", files=["lib/"])
    await post("agent.check_in", agent="bob", files=["bin/"])
    assert await editor.report("tool", "lib/x", "bin/y") == []
    await post("agent.check_out", agent="ana", instance="shop")
    assert await editor.report("tool", "src/a.py") == []
    assert await events(post) == []


async def test_another_instance_of_the_same_agent_is_somebody_else(post: Post) -> None:
    first, second = Program(post, "bob", "1"), Program(post, "bob", "2")
    for program in (first, second):
        await program.report("session_start")
    await post("agent.check_in", agent="bob", instance="shop-2", files=["src/"])
    assert await first.report("tool", "src/a.py") == [("bob", "shop-2", ["src/a.py"], False)]
    assert await second.report() == [("bob", "shop", ["src/a.py"], True)]


async def test_a_claim_of_a_session_or_of_an_agent_is_told_to_its_programs(post: Post) -> None:
    editor, holder = await pair(post)
    await post("agent.check_in", agent="ana", instance="shop", files=[])
    started = await post("session.start", agent="ana", files=["src/a.py"])
    assert await editor.report("tool", "src/a.py") == [("ana", None, ["src/a.py"], False)]
    assert await holder.report() == [("bob", "shop", ["src/a.py"], True)]
    await post("session.end", session=started.token)
    assert await editor.report("tool", "src/a.py") == []


async def test_somebody_without_a_program_has_the_event_alone(post: Post) -> None:
    editor, _ = await pair(post)
    await post("agent.check_in", agent="cy", files=["docs/"])
    assert await editor.report("tool", "docs/a.md") == [("cy", None, ["docs/a.md"], False)]
    assert [(agent, of["files"]) for agent, of in await events(post)] == [("cy", ["docs/a.md"])]


async def test_only_so_many_collisions_wait_and_are_told_at_once(post: Post) -> None:
    editor, holder = await pair(post)
    for number in range(25):
        await editor.report("tool", f"src/{number}.py", can_show=False)
    assert [len(await holder.report()) for _ in range(4)] == [10, 10, 0, 0]


@pytest.mark.parametrize(
    "files", [["x" * 501], [""], [f"{number}" for number in range(51)], {"a": 1}, [7]]
)
async def test_what_are_no_paths_is_refused(post: Post, files: Any) -> None:
    with pytest.raises(Invalid, match="`files"):
        await post(
            "program.report",
            agent="bob",
            program="claude",
            program_session="1",
            moment="tool",
            files=files,
        )
