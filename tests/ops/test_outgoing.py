"""Outgoing webhooks: the requests that a receiver gets, repeats, and refused addresses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest

from ackbox.app.call import open_app
from ackbox.app.sender import Sender
from ackbox.errors import AckboxError, Conflict, Invalid, NotAllowed, NotFound
from ackbox.model.outgoing import MAX_ATTEMPTS, parse_networks
from ackbox.ops.webhook_out import gather
from tests.engines import Clock, Post
from tests.receiver import Receiver, receiving
from tests.vaults import Vault

pytestmark = pytest.mark.anyio

HERE = parse_networks("127.0.0.0/8")


async def resolve(host: str, port: int) -> list[str]:
    """Names of this test: all of them are this machine."""
    return ["127.0.0.1"]


@pytest.fixture
async def posts(database: str) -> AsyncIterator[list[Post]]:
    """An app that may reach this machine; on PostgreSQL two, on one database."""
    apps = [
        await open_app(database, sender=Sender(HERE, resolve=resolve))
        for _ in range(1 if database.startswith("sqlite") else 2)
    ]
    key = await apps[0].ensure(workspace="default", operator_key=None)
    assert key is not None
    clock = Clock()
    for app in apps:
        app.clock = clock
        app.outgoing.address = "https://ackbox.test"
    yield [Post(app, key) for app in apps]
    for app in apps:
        await app.close()


@pytest.fixture
async def out(posts: list[Post]) -> Post:
    await posts[0]("agent.check_in", agent="bob")
    return posts[0]


@pytest.fixture
def time(posts: list[Post]) -> Clock:
    clock = posts[0].app.clock
    assert isinstance(clock, Clock)
    return clock


@pytest.fixture
async def receiver(anyio_backend: str) -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


async def hook(post: Post, receiver: Receiver, **params: Any) -> Any:
    url = f"http://127.0.0.1:{receiver.port}/in?token=1"
    return await post("webhook_out.add", agent="ana", **{"url": url, "on": "all", **params})


async def deliver(*posts: Post) -> None:
    """Gather and deliver what is due now, on every server."""
    for post in posts:
        await post.app.outgoing.gather()
    while sum([await post.app.outgoing.deliver() for post in posts]):
        for post in posts:
            await post.app.outgoing.settled()


async def number(post: Post) -> int:
    await post("agent.whoami")
    return next(iter(post.app._known_numbers.values()))


async def listed(post: Post) -> Any:
    (only,) = (await post("webhook_out.list")).webhooks
    return only


async def test_a_message_is_told_once_signed_and_with_a_link(
    out: Post, posts: list[Post], receiver: Receiver, time: Clock
) -> None:
    made = await hook(out, receiver)
    sent = await out(
        "message.send", agent="ana", to=["bob", "cy"], subject="Build", body="x" * 600, priority=5
    )
    await deliver(*posts)
    await deliver(*posts)
    (request,) = receiver.requests
    assert request.line == "POST /in?token=1 HTTP/1.1"
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert request.headers["content-type"] == "application/json"
    assert request.is_signed_with(made.secret)
    body = json.loads(request.body)
    assert body == {
        "id": request.headers["webhook-id"],
        "type": "message.sent",
        "timestamp": "2027-01-15T08:00:00.000Z",
        "data": {
            "workspace": "default",
            "message": sent.id,
            "number": sent.seq,
            "thread": sent.id,
            "link": f"https://ackbox.test/w/default/t/{sent.id}#{sent.id}",
            "sender": "ana",
            "sender_kind": "agent",
            "to": ["bob", "cy"],
            "intent": "inform",
            "priority": 5,
            "subject": "Build",
            "summary": "x" * 500 + "…",
            "created_at": "2027-01-15T08:00:00.000Z",
        },
    }
    found = await listed(out)
    assert (found.url, found.delivered, found.waiting, found.failed, found.last_status) == (
        f"http://127.0.0.1:{receiver.port}/…",
        1,
        0,
        0,
        204,
    )
    assert "secret" not in type(found).__struct_fields__


async def test_each_topic_tells_what_it_is_about(
    out: Post, posts: list[Post], receiver: Receiver, time: Clock
) -> None:
    for on in ("all", "urgent", "overdue", "needs"):
        await hook(out, receiver, on=on, url=f"http://127.0.0.1:{receiver.port}/{on}")
    await out.keyed("lea", kind="human")
    await out("message.send", agent="ana", to="bob", body="one")
    await out("message.send", agent="ana", to="bob", body="two", priority=5)
    await out(
        "message.send",
        agent="ana",
        to="bob",
        body="three",
        expects_reply_by="2027-01-15T08:01:00Z",
    )
    await out("message.send", agent="ana", to="lea", body="four", intent="question")

    def told() -> list[tuple[str, str, str]]:
        found = [
            (line.split()[1], json.loads(each.body))
            for each in receiver.requests
            for line in [each.line]
        ]
        receiver.requests.clear()
        return sorted((path, body["type"], body["data"]["summary"]) for path, body in found)

    await deliver(*posts)
    assert told() == [
        *sorted(("/all", "message.sent", word) for word in ("one", "two", "three", "four")),
        ("/needs", "message.question", "four"),
        ("/urgent", "message.urgent", "two"),
    ]
    time.pass_s(180)
    for post in posts:
        await post.app.remind_due()
    await deliver(*posts)
    assert told() == [
        ("/needs", "message.late", "three"),
        ("/needs", "message.urgent", "two"),
        ("/overdue", "message.overdue", "three"),
    ]
    await deliver(*posts)
    assert told() == []


async def test_what_happened_before_the_webhook_is_not_told(
    out: Post, posts: list[Post], receiver: Receiver
) -> None:
    await out.keyed("lea", kind="human")
    await out("message.send", agent="ana", to="lea", body="old")
    await hook(out, receiver, on="all")
    await hook(out, receiver, on="needs")
    await deliver(*posts)
    assert receiver.requests == []


async def test_a_failed_delivery_is_tried_again_later_with_the_same_id(
    out: Post, posts: list[Post], receiver: Receiver, time: Clock
) -> None:
    await hook(out, receiver)
    receiver.answer("500 Oops", body=b"the receiver's secret")
    await out("message.send", agent="ana", to="bob", body="one")
    await deliver(*posts)
    await deliver(*posts)
    assert len(receiver.requests) == 1
    found = await listed(out)
    assert (found.waiting, found.last_status, found.last_error) == (
        1,
        500,
        "The receiver refused it (status 500).",
    )
    assert found.next_at == "2027-01-15T08:00:10.000Z"
    assert b"the receiver's secret" not in repr(found).encode()
    time.pass_s(9)
    await deliver(*posts)
    assert len(receiver.requests) == 1
    receiver.answer("200 OK")
    time.pass_s(1)
    await deliver(*posts)
    first, second = receiver.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert int(second.headers["webhook-timestamp"]) == int(first.headers["webhook-timestamp"]) + 10
    found = await listed(out)
    assert (found.waiting, found.delivered, found.last_error) == (0, 1, None)


async def test_what_always_fails_is_given_up_shown_and_can_be_tried_again(
    out: Post, posts: list[Post], receiver: Receiver, time: Clock
) -> None:
    made = await hook(out, receiver)
    receiver.answer("410 Gone")
    sent = await out("message.send", agent="ana", to="bob", body="one")
    for _ in range(MAX_ATTEMPTS + 3):
        await deliver(*posts)
        time.pass_s(6 * 3600)
    assert len(receiver.requests) == MAX_ATTEMPTS
    found = await listed(out)
    (failed,) = found.failures
    assert (found.waiting, found.failed, failed.attempts, failed.status) == (0, 1, 10, 410)
    assert (await out("workspace.health")).undelivered == 1
    events = (await out("event.feed", cursor="start", kinds=["webhook_out.failed"])).events
    assert [each.details for each in events] == [{"id": made.id, "delivery": failed.id}]
    receiver.answer("200 OK")
    again = await out("webhook_out.retry", id=made.id)
    assert again.deliveries == 1
    await deliver(*posts)
    assert json.loads(receiver.requests[-1].body)["data"]["message"] == sent.id
    assert receiver.requests[-1].headers["webhook-id"] == failed.id
    found = await listed(out)
    assert (found.failed, found.delivered) == (0, 1)
    with pytest.raises(NotFound):
        await out("webhook_out.retry", id=made.id, delivery=failed.id)


async def test_a_message_that_the_receiver_refuses_does_not_hold_up_the_next(
    out: Post, posts: list[Post], receiver: Receiver, time: Clock
) -> None:
    await hook(out, receiver)
    receiver.answer("400 No")
    await out("message.send", agent="ana", to="bob", body="bad")
    await deliver(*posts)
    receiver.answer("200 OK")
    time.pass_s(6)
    await out("message.send", agent="ana", to="bob", body="good")
    await deliver(*posts)
    told = [json.loads(each.body)["data"]["summary"] for each in receiver.requests]
    assert told == ["bad", "good"]


async def test_a_server_that_dies_before_the_mark_sends_the_same_delivery_again(
    out: Post, posts: list[Post], receiver: Receiver, time: Clock
) -> None:
    await hook(out, receiver)
    await out("message.send", agent="ana", to="bob", body="one")
    receiver.holds = True
    outgoing = out.app.outgoing
    await outgoing.gather()
    await outgoing.deliver()
    await receiver.arrived.wait()
    await outgoing.stop()
    receiver.holds = False
    await deliver(*posts)
    assert len(receiver.requests) == 1, "the lease is not over"
    time.pass_s(31)
    await deliver(*posts)
    first, second = receiver.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert (await listed(out)).delivered == 1


async def test_two_servers_tell_a_receiver_once(
    out: Post, posts: list[Post], receiver: Receiver
) -> None:
    await hook(out, receiver)
    await asyncio.gather(
        *(out("message.send", agent="ana", to="bob", body=str(number)) for number in range(20))
    )
    await asyncio.gather(*(post.app.outgoing.gather() for post in posts))
    await asyncio.gather(*(post.app.outgoing.deliver() for post in posts))
    await asyncio.gather(*(post.app.outgoing.settled() for post in posts))
    await deliver(*posts)
    told = sorted(int(json.loads(each.body)["data"]["summary"]) for each in receiver.requests)
    assert told == list(range(20))


async def test_a_slow_receiver_takes_four_places_and_holds_up_no_other_workspace(
    out: Post, receiver: Receiver
) -> None:
    receiver.holds = True
    for _ in range(6):
        await hook(out, receiver)
    await out("message.send", agent="ana", to="bob", body="slow")
    await out("workspace.create", name="other")
    async with receiving() as fast:
        await hook(out, fast, workspace="other")
        await out("message.send", workspace="other", agent="ana", to="bob", body="fast")
        outgoing = out.app.outgoing
        await outgoing.turn()
        await fast.arrived.wait()
        await receiver.arrived.wait()
        await out("message.send", agent="ana", to="bob", body="not held up")
        await outgoing.turn()
    assert receiver.most <= 4
    receiver.release.set()
    await outgoing.settled()


async def test_a_test_says_how_it_ended_and_is_made_once(
    out: Post, posts: list[Post], receiver: Receiver
) -> None:
    made = await hook(out, receiver)
    waiting = asyncio.create_task(out("webhook_out.test", id=made.id, wait_s=20))
    await receiver.arrived.wait()
    done = await waiting
    assert (done.state, done.status, done.error) == ("delivered", 204, None)
    (request,) = receiver.requests
    assert json.loads(request.body)["type"] == "webhook.test"
    receiver.answer("404 Not Found")
    failed = await out("webhook_out.test", id=made.id, wait_s=20)
    assert (failed.state, failed.status) == ("failed", 404)
    assert (await listed(out)).failed == 0


async def test_slack_gets_a_text_without_mentions_of_the_sender(
    out: Post, posts: list[Post], receiver: Receiver
) -> None:
    await hook(out, receiver, form="slack")
    sent = await out("message.send", agent="ana", to="bob", subject="a & b", body="<!channel> hi")
    await deliver(*posts)
    link = f"https://ackbox.test/w/default/t/{sent.id}#{sent.id}"
    assert json.loads(receiver.requests[0].body) == {
        "text": "*Message* in default: ana → bob\n*a &amp; b*\n&lt;!channel&gt; hi\n"
        f"<{link}|Open in ackbox>"
    }


async def test_a_removed_webhook_gets_nothing_more(
    out: Post, posts: list[Post], receiver: Receiver, time: Clock
) -> None:
    made = await hook(out, receiver)
    receiver.answer("500 Oops")
    await out("message.send", agent="ana", to="bob", body="one")
    await deliver(*posts)
    removed = await out("webhook_out.remove", id=made.id)
    assert (removed.id, removed.waiting) == (made.id, 1)
    time.pass_s(60)
    await deliver(*posts)
    assert len(receiver.requests) == 1
    assert (await out("webhook_out.list")).webhooks == []
    with pytest.raises(NotFound):
        await out("webhook_out.remove", id=made.id)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://example.com/", "begins with http://"),
        ("ftp://example.com/", "begins with ftp://"),
        ("https://", "is not a web address"),
        ("https://exa mple.com/", "is not a web address"),
        ("https://example.com:99999/", "is not a web address"),
        ("https://example.com\\@127.0.0.1/", "is not a web address"),
        ("https://bücher.example/", "is not a web address"),
        ("https://me:pw@example.com/", "contains a user name"),
        ("https://example.com/#x", "fragment"),
        ("//example.com/", "begins with ://"),
    ],
)
async def test_an_address_that_no_request_may_go_to_is_refused(
    out: Post, url: str, problem: str
) -> None:
    with pytest.raises(Invalid, match=problem):
        await out("webhook_out.add", agent="ana", url=url)


async def test_a_workspace_has_at_most_ten_and_only_admins_add_one(out: Post) -> None:
    url = "https://example.com/"
    for kind in ("agent", "human", "read-only"):
        caller = await out.keyed(f"of-{kind}", kind=kind)
        for name, params in (("add", {"url": url}), ("list", {}), ("remove", {"id": "x"})):
            with pytest.raises(NotAllowed):
                await caller(f"webhook_out.{name}", **params)
    for _ in range(10):
        await out("webhook_out.add", agent="ana", url=url)
    with pytest.raises(Conflict, match="10 outgoing webhooks"):
        await out("webhook_out.add", agent="ana", url=url)


async def test_an_admin_who_may_not_read_a_private_workspace_cannot_have_it_told(
    out: Post,
) -> None:
    await out("workspace.create", name="quiet", mode="private")
    admin = await out.keyed("adi", kind="admin", workspace="quiet")
    with pytest.raises(NotAllowed, match="may not read all messages"):
        await admin("webhook_out.add", url="https://example.com/")
    assert await out("webhook_out.add", agent="ana", workspace="quiet", url="https://example.com/")


async def test_no_error_and_no_event_contains_the_path_of_a_receiver(
    out: Post, posts: list[Post], receiver: Receiver
) -> None:
    made = await hook(out, receiver, url=f"http://127.0.0.1:{receiver.port}/T0KEN")
    receiver.answer("500 Oops")
    await out("message.send", agent="ana", to="bob", body="one")
    await deliver(*posts)
    seen = [
        repr(await out("webhook_out.list")),
        repr(await out("event.feed", cursor="start")),
        repr(await out("workspace.health")),
    ]
    try:
        await out("webhook_out.retry", id=made.id, delivery="x")
    except AckboxError as error:
        seen.append(str(error))
    assert not [text for text in seen if "T0KEN" in text]


async def test_a_server_that_read_further_loses_nothing_when_another_stores_first(
    out: Post, posts: list[Post], receiver: Receiver
) -> None:
    await hook(out, receiver)
    teller, place = out.app.outgoing._as_teller, await number(out)
    look = partial(gather.look, read_to={}, with_needs=False)
    await out("message.send", agent="ana", to="bob", body="0")
    first = await teller(place, "look", look, writes=False)
    await out("message.send", agent="ana", to="bob", body="1")
    second = await teller(place, "look", look, writes=False)
    for found in (first, second):
        await teller(place, "store", partial(gather.store, found=found), writes=True)
    assert second.read_to == {}
    await deliver(*posts)
    told = sorted(json.loads(each.body)["data"]["summary"] for each in receiver.requests)
    assert told == ["0", "1"]


async def test_a_receiver_learns_ids_only_of_a_sealed_workspace(
    out: Post, posts: list[Post], receiver: Receiver
) -> None:
    vault = await Vault(out).found("ana", "bob")
    await hook(out, receiver, workspace=vault.name)
    await hook(out, receiver, workspace=vault.name, form="slack")
    sent = await vault.send("ana", "the secret", to=["bob"], priority=5)
    await deliver(*posts)
    link = f"https://ackbox.test/w/{vault.name}/t/{sent.id}#{sent.id}"
    bodies = sorted((json.loads(each.body) for each in receiver.requests), key=len)
    assert [bodies[0], bodies[1]["data"]] == [
        {"text": f"*Message* in {vault.name}\n<{link}|Open in ackbox>"},
        {
            "workspace": vault.name,
            "message": sent.id,
            "number": sent.seq,
            "thread": sent.id,
            "link": link,
        },
    ]
