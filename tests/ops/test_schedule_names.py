"""The names that the server sends under belong to it."""

from __future__ import annotations

from typing import Any

import pytest

from ackbox.errors import Invalid, NotAllowed
from ackbox.model.name import skeleton
from tests.engines import Clock, Post

pytestmark = pytest.mark.anyio


async def test_no_key_speaks_under_the_servers_names_before_or_after_the_server_has(
    post: Post, clock: Clock
) -> None:
    anyone = await post.keyed("ana", may_speak_as=["*"])

    async def refused(caller: Any, name: str, **more: Any) -> str:
        with pytest.raises(NotAllowed) as error:
            await caller("message.send", agent=name, to="bob", body="forged", **more)
        return str(error.value.message)

    names = ("system:cron", "system:webhook", "system:any", "\u0455ystem:cron")
    told = [
        await refused(caller, name, **more)
        for caller in (anyone, post)
        for name in names
        for more in ({}, {"instance": "x"})
    ]
    assert set(told) == {f"{name!r} is part of the server; no key speaks as it." for name in names}
    for kind in ("agent", "human"):
        with pytest.raises(
            Invalid,
            match="'system:cron' is reserved: names that begin with 'system:' belong to the server",
        ):
            await post("key.create", name="system:cron", kind=kind)
    with pytest.raises(
        Invalid,
        match="'system:any' is reserved: names that begin with 'system:' belong to the server",
    ):
        await anyone("message.send", to="system:any", body="x")
    before = (await post("workspace.list")).workspaces[0].agents
    await post("schedule.add", agent="ana", cron="* * * * *", to="bob", body="x")
    clock.pass_s(60)
    await post.app.fire_due()
    assert [
        await refused(caller, "system:cron", **more)
        for caller in (anyone, post)
        for more in ({}, {"instance": "x"})
    ] == ["'system:cron' is part of the server; no key speaks as it."] * 4
    letters = (await post("inbox.check", agent="bob")).messages
    assert [(each.sender_kind, each.body) for each in letters] == [("system", "x")]
    # ana came, and bob looked; the server is not counted.
    assert (await post("workspace.list")).workspaces[0].agents == before + 1


async def test_who_had_such_a_name_in_an_older_version_keeps_it_until_the_server_needs_it(
    post: Post, clock: Clock
) -> None:
    for name in ("one", "two"):
        await post("agent.check_in", agent=name)
    page = await post("workspace.export", part="reader")
    names = dict(zip(("one", "two"), ("system:cron", "all"), strict=True))
    await post("workspace.create", name="old")
    await post(
        "workspace.import",
        workspace="old",
        part="reader",
        upto=page.upto,
        records=[
            {**record, "name": names[record["name"]], "skeleton": skeleton(names[record["name"]])}
            for record in page.records
        ],
    )
    await post(
        "message.send",
        workspace="old",
        agent="system:cron",
        instance="x",
        to="all",
        body="as before",
    )
    assert [
        each.body for each in (await post("inbox.check", workspace="old", agent="all")).messages
    ] == ["as before"]
    assert (await post("key.create", workspace="old", name="all")).agent == "all"
    await post(
        "schedule.add",
        workspace="old",
        agent="all",
        cron="* * * * *",
        to="all",
        body="by the clock",
    )
    clock.pass_s(60)
    await post.app.fire_due()
    for more in ({}, {"instance": "x"}, {"instance": "new"}):
        with pytest.raises(NotAllowed, match="no key speaks as it"):
            await post(
                "message.send",
                workspace="old",
                agent="system:cron",
                to="all",
                body="forged",
                **more,
            )
    assert [
        each.body for each in (await post("inbox.check", workspace="old", agent="all")).messages
    ] == ["as before", "by the clock"]
