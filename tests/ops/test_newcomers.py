"""Newcomers: which broadcasts from before its registration an agent is given, and what receipts
and counts say of it.
"""

from __future__ import annotations

import json

import pytest

from ackbox.errors import Invalid
from tests.engines import Clock, Post

pytestmark = pytest.mark.anyio
DAY_S = 86_400


async def bodies(post: Post, agent: str, **more: str) -> list[str]:
    return [
        letter.body
        for letter in (await post("inbox.check", agent=agent, limit=200, **more)).messages
    ]


async def test_a_newcomer_is_given_the_broadcasts_of_the_last_seven_days_that_have_not_expired(
    post: Post, clock: Clock
) -> None:
    await post("message.send", agent="ana", to="*", body="eight days old")
    clock.pass_s(2 * DAY_S)
    await post("message.send", agent="ana", to="*", body="expires in a day", expires_in_days=1)
    await post("message.send", agent="ana", to="*", body="six days old")
    await post("message.send", agent="ana", to="bob", body="direct, to another")
    clock.pass_s(6 * DAY_S)
    await post("message.send", agent="ana", to="*", body="new")
    assert await bodies(post, "zoe") == ["six days old", "new"]


async def test_receipts_counts_and_status_agree_with_what_a_newcomer_was_given(
    post: Post, clock: Clock
) -> None:
    await post("agent.check_in", agent="bob")
    gone = await post(
        "message.send", agent="ana", to="*", body="gone before zoe comes", expires_in_days=1
    )
    clock.pass_s(2 * DAY_S)
    sent = await post("message.send", agent="ana", to="*", body="for all")
    assert (await post("message.status", id=sent.id)).recipients == 1
    looked = await post("inbox.check", agent="zoe")
    assert ([letter.body for letter in looked.messages], looked.unread, looked.total) == (
        ["for all"],
        1,
        1,
    )
    assert (await post("mailbox.list", agent="zoe")).total == 1
    assert (
        await post(
            "receipt.mark", agent="zoe", mark="read", ids=[looked.messages[0].receipt_id, gone.id]
        )
    ).not_found == [gone.id]
    status = await post("message.status", id=sent.id)
    assert (
        status.recipients,
        status.read,
        {each.agent: each.state for each in status.receipts},
    ) == (2, 1, {"bob": "pending", "zoe": "read"})
    before = await post("message.status", id=gone.id)
    assert (before.recipients, [each.agent for each in before.receipts]) == (1, ["bob"])
    tallies = (await post("message.history", with_tallies=True)).tallies
    assert [(each.recipients, each.read) for each in tallies] == [(2, 1), (1, 0)]
    again = await post("inbox.check", agent="zoe")
    assert (again.unread, again.total) == (0, 1)
    mailbox = (await post("mailbox.list", agent="zoe")).messages
    assert [(each.body, each.read) for each in mailbox] == [("for all", True)]
    feed = (await post("event.feed", of="inbox", agent="zoe", cursor="start")).events
    assert [event.id for event in feed] == [sent.id]


async def test_it_is_the_newest_fifty(post: Post) -> None:
    for number in range(52):
        await post("message.send", agent="ana", to="*", body=f"{number}")
    assert await bodies(post, "zoe") == [f"{number}" for number in range(2, 52)]


@pytest.mark.parametrize(("days", "given"), [(0, []), (1, ["now"]), (30, ["before", "now"])])
async def test_the_workspace_says_how_many_days(
    post: Post, clock: Clock, days: int, given: list[str]
) -> None:
    assert (await post("workspace.settings", newcomer_days=days)).settings == {
        "newcomer_days": days
    }
    await post("message.send", agent="ana", to="*", body="before")
    clock.pass_s(2 * DAY_S)
    await post("message.send", agent="ana", to="*", body="now")
    assert await bodies(post, "zoe") == given


@pytest.mark.parametrize("days", [-1, 31])
async def test_more_than_thirty_days_is_refused(post: Post, days: int) -> None:
    with pytest.raises(Invalid):
        await post("workspace.settings", newcomer_days=days)


async def test_who_has_a_key_is_registered_from_then_on(post: Post) -> None:
    zoe = await post.keyed("zoe")
    sent = await post("message.send", agent="ana", to="*", body="after the key")
    assert (await post("message.status", id=sent.id)).recipients == 1
    assert (
        [each.body for each in (await zoe("inbox.check")).messages],
        (await post("message.status", id=sent.id)).recipients,
    ) == (["after the key"], 1)
    assert [each.presence for each in (await post("agent.list", name="zoe")).agents] == ["online"]


async def test_what_was_withdrawn_and_what_the_server_announced_is_not_given(post: Post) -> None:
    oops = await post("message.send", agent="ana", to="*", body="oops")
    assert (await post("message.withdraw", agent="ana", id=oops.id)).withdrawn == 0
    await post("session.start", agent="ana", announce=True)
    assert await bodies(post, "zoe") == []
    right = await post("message.send", agent="ana", to="*", body="right")
    assert await bodies(post, "yan") == ["right"]
    # Taken back from those who came later too.
    assert (await post("message.withdraw", agent="ana", id=right.id)).withdrawn == 2
    assert await bodies(post, "yan") == []


async def test_an_instance_of_a_newcomer_is_given_what_no_instance_has_read(post: Post) -> None:
    await post("message.send", agent="ana", to="*", body="for all")
    looked = await post("inbox.check", agent="zoe", instance="laptop")
    await post(
        "receipt.mark", agent="zoe", instance="laptop", mark="read", ids=[looked.messages[0].id]
    )
    assert await bodies(post, "zoe", instance="server") == []


async def test_in_a_private_workspace_a_newcomer_gets_what_went_to_everyone_and_sees_nothing_else(
    post: Post,
) -> None:
    await post("workspace.create", name="place", mode="private")
    ana = await post.keyed("ana", workspace="place")
    await ana("message.send", to="*", body="to everyone")
    hidden = await ana("message.send", to="bob", body="to bob")
    zoe = await post.keyed("zoe", workspace="place")
    assert [letter.body for letter in (await zoe("inbox.check")).messages] == ["to everyone"]
    assert [message.body for message in (await zoe("message.history")).messages] == ["to everyone"]
    assert (await zoe("mailbox.list")).total == 1
    assert hidden.id not in [each.id for each in (await zoe("event.feed", cursor="start")).events]


async def test_an_export_keeps_what_newcomers_were_given_and_what_was_withdrawn(post: Post) -> None:
    await post("message.send", agent="ana", to="*", body="for all")
    oops = await post("message.send", agent="ana", to="*", body="oops")
    await post("message.withdraw", agent="ana", id=oops.id)
    assert await bodies(post, "zoe") == ["for all"]
    await post("workspace.create", name="copy")
    for part in ("reader", "message", "event"):
        page = await post("workspace.export", part=part, limit=500)
        await post(
            "workspace.import",
            workspace="copy",
            part=part,
            records=json.loads(json.dumps(page.records)),
            upto=page.upto,
        )
    assert await bodies(post, "zoe", workspace="copy") == ["for all"]
    assert (await post("mailbox.list", agent="zoe", workspace="copy")).total == 1
    assert await bodies(post, "yan", workspace="copy") == ["for all"]


async def test_a_broadcast_of_the_past_is_read_once_and_archived_like_any_other(post: Post) -> None:
    await post("message.send", agent="ana", to="*", body="for all")
    id = (await post("inbox.check", agent="zoe", mark="delivered")).messages[0].id
    assert (await post("receipt.mark", agent="zoe", mark="archived", ids=[id])).changed == [id]
    assert (await post("inbox.check", agent="zoe")).unread == 0
    assert (await post("receipt.mark", agent="zoe", mark="unarchived", ids=[id])).changed == [id]
    assert await bodies(post, "zoe") == ["for all"]
