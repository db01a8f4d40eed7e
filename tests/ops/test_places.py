"""Where agents work: the directory and repository that each reports, who is listed by them, and
new names of a form.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from ackbox.errors import Conflict, Invalid, MissingField
from tests.engines import Clock, Post

pytestmark = pytest.mark.anyio


async def listed(post: Post, **how: Any) -> list[str]:
    return [each.agent for each in (await post("agent.list", **how)).agents]


async def at_work(post: Post) -> None:
    shop = {"directory": "/home/ana/shop", "repository": "/home/ana/shop"}
    await post("agent.check_in", agent="ana", **shop)
    await post("agent.check_in", agent="bob", instance="web", **shop | {"directory": "/w/shop"})
    await post("agent.check_in", agent="cy", directory="/home/ana/shop")
    await post("agent.check_in", agent="dan", directory="/tmp")
    await post("agent.check_in", agent="eve")


async def test_a_check_in_keeps_the_place_of_work_until_it_names_another(post: Post) -> None:
    place = {"directory": "/a", "repository": "/", "pid": 4711, "terminal": "pts/1"}
    for given in (place, {}, {"directory": "/b"}):
        me = (await post("agent.check_in", agent="ana", **given)).me
    assert (me.directory, me.repository, me.pid, me.terminal) == ("/b", "/", 4711, "pts/1")


async def test_agents_of_ones_directory_or_repository_are_listed_alone(post: Post) -> None:
    await at_work(post)
    assert await listed(post, agent="ana", within="directory") == ["ana", "cy"]
    assert await listed(post, agent="ana", within="directory", others_only=True) == ["cy"]
    assert await listed(post, agent="ana", within="repository") == ["ana", "bob"]
    assert await listed(post, agent="bob", instance="web", within="repository") == ["ana", "bob"]
    # Without a repository it is the directory that counts.
    assert await listed(post, agent="cy", within="repository") == ["ana", "cy"]
    # An instance that reported no place works where its agent does.
    assert await listed(post, agent="ana", instance="new", within="directory") == ["ana", "cy"]
    assert await listed(post, within="directory", directory="/tmp") == ["dan"]
    assert await listed(post, within="repository", repository="/home/ana/shop") == ["ana", "bob"]
    assert await listed(post, agent="ana", others_only=True) == ["bob", "cy", "dan", "eve"]


async def test_an_agent_that_left_works_nowhere(post: Post, clock: Clock) -> None:
    await at_work(post)
    await post("agent.check_out", agent="cy")
    assert await listed(post, agent="ana", within="directory") == ["ana"]


async def test_a_place_that_is_not_known_is_an_error(post: Post) -> None:
    await at_work(post)
    for who in ({"agent": "eve"}, {}):
        with pytest.raises(MissingField) as refused:
            await listed(post, within="repository", **who)
        assert (refused.value.message, refused.value.hint) == (
            "Your repository is unknown.",
            "Set `directory` here or in agent.check_in.",
        )


async def test_a_new_name_of_a_form_is_one_that_nobody_had(post: Post) -> None:
    names = [(await post("agent.check_in", name_form="w-????")).me.agent for _ in range(20)]
    assert [name for name in names if not re.fullmatch(r"w-[a-z0-9]{4}", name)] == []
    assert len(set(names)) == 20
    started = await post("session.start", name_form="s-????")
    assert re.fullmatch(r"s-[a-z0-9]{4}", started.session.agent)


async def test_a_form_without_a_free_name_is_refused(post: Post) -> None:
    await post("agent.check_in", agent="ana")
    with pytest.raises(Conflict) as taken:
        await post("agent.check_in", name_form="ana")
    with pytest.raises(Invalid) as both:
        await post("agent.check_in", agent="bob", name_form="w-?")
    with pytest.raises(Invalid) as reserved:
        await post("agent.check_in", name_form="everyone")
    assert (taken.value.message, taken.value.hint) == (
        "No free name of the form 'ana' was found.",
        "Use a form with more ?.",
    )
    assert both.value.hint == "Leave `agent` or `name_form` out."
    assert reserved.value.details["field"] == "name_form"
    assert await listed(post) == ["ana"]
