"""Beginnings of ids: enough of the start of an id names a schedule, a webhook, a key or a note."""

from __future__ import annotations

import pytest

from ackbox.errors import NotFound
from tests.engines import Clock, Post

pytestmark = pytest.mark.anyio


async def test_a_thing_is_named_by_the_beginning_of_its_id_if_only_one_begins_so(
    post: Post, clock: Clock
) -> None:
    notes, schedules, hooks = [], [], []
    for word in ("one", "two"):
        notes.append((await post("note.add", agent="bob", text=word)).id)
        schedules.append(
            (await post("schedule.add", agent="ana", cron="@daily", to="bob", body=word)).id
        )
        hooks.append((await post("webhook.add", agent="ana", to="bob")).id)
        clock.now += 1_000
    assert (await post("note.get", id=notes[0][:12])).note.text == "one"
    assert (await post("note.get", id=notes[1][:14])).note.text == "two"
    assert (await post("schedule.remove", id=schedules[0][:12])).id == schedules[0]
    assert (await post("webhook.remove", id=hooks[1][:12])).id == hooks[1]
    made = await post("key.create", name="carl", label="of carl")
    await post("key.revoke", id=made.id[:6])
    listed = (await post("key.list")).keys
    assert [each.revoked_at is not None for each in listed if each.id == made.id] == [True]
    # Too little of it, or the beginning of several, names nothing.
    for operation, id, message in (
        ("note.get", notes[0][:8], f"More than one id begins with {notes[0][:8]!r}."),
        ("note.get", notes[0][:7], "There is no such note."),
        ("schedule.remove", schedules[1][:5], "There is no such schedule."),
        ("webhook.remove", "0" * 12, "There is no such webhook."),
    ):
        with pytest.raises(NotFound) as error:
            await post(operation, id=id)
        assert error.value.message == message


async def test_another_agents_schedule_is_not_named_by_its_beginning(post: Post) -> None:
    await post("workspace.create", name="quiet", mode="private")
    made = await post(
        "schedule.add", workspace="quiet", agent="bob", cron="@daily", to="bob", body="x"
    )
    cy = await post.keyed("cy", workspace="quiet")
    with pytest.raises(NotFound) as error:
        await cy("schedule.remove", id=made.id[:14])
    assert error.value.message == "There is no such schedule."
