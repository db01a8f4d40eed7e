"""Cursors: good for the look that gave them, refused everywhere else."""

from __future__ import annotations

import string
from typing import Any

import pytest

from ackbox.errors import BadCursor
from tests.engines import Post

pytestmark = pytest.mark.anyio


async def fill(post: Post, **place: Any) -> list[Any]:
    """Six messages of one thread; each kind of look gives a cursor after two."""
    for name in ("bob", "cy", "dan"):
        await post("agent.check_in", agent=name, **place)
    root = await post("message.send", agent="ana", to="bob,cy,dan", body="word 0", **place)
    return [root] + [
        await post(
            "message.send",
            agent="ana",
            to="bob,cy,dan",
            body=f"word {number}",
            parent=root.id,
            **place,
        )
        for number in range(1, 6)
    ]


def looks(sent: list[Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Each look that goes on by cursor, two at a time."""
    return {
        "inbox of bob": ("inbox.check", {"agent": "bob"}),
        "inbox of cy": ("inbox.check", {"agent": "cy"}),
        "mailbox of bob": ("mailbox.list", {"agent": "bob"}),
        "mailbox of cy": ("mailbox.list", {"agent": "cy"}),
        "history": ("message.history", {}),
        "history from ana": ("message.history", {"sender": "ana"}),
        "search": ("message.search", {"query": "word"}),
        "search for more": ("message.search", {"query": "wor*"}),
        "thread": ("thread.get", {"id": sent[0].id}),
        "status of the first": ("message.status", {"id": sent[0].id}),
        "status of the second": ("message.status", {"id": sent[1].id}),
        "feed": ("event.feed", {}),
    }


async def test_a_cursor_is_good_for_its_own_look_and_for_no_other(post: Post) -> None:
    asked = looks(await fill(post))
    cursors = {
        look: (
            (
                await post(
                    name, **params, **({"cursor": "start"} if look == "feed" else {}), limit=2
                )
            ).cursor
        )
        for look, (name, params) in asked.items()
    }
    taken = []
    for look, (name, params) in asked.items():
        for of, cursor in cursors.items():
            try:
                await post(name, **params, limit=2, cursor=cursor)
                taken.append((look, of))
            except BadCursor as error:
                assert error.as_dict()["error"] == {
                    "code": "expired_cursor",
                    "message": "This cursor does not belong to this query.",
                    "details": {},
                    "hint": (
                        "Start without a cursor, and pass only cursors that this call returned."
                    ),
                }
    assert taken == [(look, look) for look in asked]


async def test_a_cursor_of_another_workspace_is_refused(post: Post) -> None:
    await post("workspace.create", name="other")
    here, there = looks(await fill(post)), looks(await fill(post, workspace="other"))
    for look, (name, params) in there.items():
        cursor = (await post(name, **params, workspace="other", limit=2)).cursor
        own_name, own = here[look]
        with pytest.raises(BadCursor):
            await post(own_name, **own, limit=2, cursor=cursor)


async def test_a_damaged_cursor_is_refused_whichever_character_it_is(post: Post) -> None:
    await fill(post)
    cursor = (await post("message.history", limit=2)).cursor
    damaged = [
        cursor[:place] + new + cursor[place + 1 :]
        for place in range(len(cursor))
        for new in string.ascii_letters[::7] + "_"
        if cursor[place] != new
    ]
    taken = []
    for text in [
        *damaged,
        cursor[:-1],
        cursor + "A",
        cursor + "=",
        f" {cursor}",
        "x",
        "start",
        "é" * 22,
        "A" * 22,
        "_" * 22,
        "%00",
        "-1",
        "0",
    ]:
        try:
            await post("message.history", limit=2, cursor=text)
            taken.append(text)
        except BadCursor:
            continue
    assert taken == []


async def test_pages_by_cursor_are_the_whole_once(post: Post) -> None:
    sent = await fill(post)
    for name, params, field in (
        ("message.history", {}, "id"),
        ("message.search", {"query": "word"}, "id"),
        ("thread.get", {"id": sent[0].id}, "id"),
        ("mailbox.list", {"agent": "bob"}, "id"),
        ("inbox.check", {"agent": "cy"}, "id"),
    ):
        got: list[str] = []
        cursor = None
        while True:
            page = await post(name, **params, limit=2, cursor=cursor)
            got += [getattr(message, field) for message in page.messages]
            if len(page.messages) < 2 or page.cursor is None:
                break
            cursor = page.cursor
        assert sorted(got) == sorted(message.id for message in sent), name
