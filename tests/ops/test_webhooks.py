"""Webhooks: a signed body becomes a message once; any other body becomes nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from ackbox.errors import AckboxError, BadKey, Conflict, Invalid, NotAllowed, NotFound
from ackbox.ops.table import Unread
from tests.engines import Clock, Post

pytestmark = pytest.mark.anyio

BUILD = {
    "build": {"number": 7, "ok": False, "log": ["a", {"line": "boom"}]},
    "who": {"name": "bob"},
    "nothing": None,
}


def standard(
    secret: str, body: bytes, *, id: str = "d1", at: int = 1_800_000_000
) -> dict[str, str]:
    """Headers as a sender makes them after standardwebhooks.com, made here from nothing but the
    standard library.
    """
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = hmac.new(key, f"{id}.{at}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": id,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }


def github(secret: str, body: bytes, *, id: str = "d1") -> dict[str, str]:
    return {
        "x-github-delivery": id,
        "x-github-event": "push",
        "x-hub-signature-256": (
            "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        ),
    }


async def deliver(post: Post, id: str, headers: dict[str, str], body: bytes) -> Any:
    """Post as a stranger does, without a key."""

    async def read(_: Any) -> dict[str, Any]:
        return {"id": id, "headers": headers, "body": body}

    return await post.app.call(
        "webhook.receive", Unread(id, headers, "198.51.100.7", read), credential=None
    )


async def hook(post: Post, **params: Any) -> Any:
    return await post("webhook.add", agent="ana", **{"to": "bob", **params})


async def stored(post: Post) -> list[Any]:
    return list(reversed((await post("message.history", limit=200)).messages))


async def test_a_signed_delivery_becomes_a_message_of_another_systems_words(
    post: Post, clock: Clock
) -> None:
    made = await hook(
        post,
        to="{who.name}, cy",
        subject="Build {build.number}",
        body="ok: {build.ok}; {build.log.1.line}; {{as is}}",
        intent="alert",
        priority=5,
    )
    body = json.dumps(BUILD).encode()
    told = await deliver(post, made.id, standard(made.secret, body), body)
    (letter,) = (await post("inbox.check", agent="bob")).messages
    assert (
        letter.id,
        letter.sender,
        letter.sender_kind,
        letter.to,
        letter.subject,
        letter.body,
        letter.intent,
        letter.priority,
    ) == (
        told.id,
        "system:webhook",
        "external",
        ["bob", "cy"],
        "Build 7",
        "ok: false; boom; {as is}",
        "alert",
        5,
    )
    assert (told.duplicate, told.missing, letter.metadata) == (
        False,
        [],
        {"webhook": made.id, "delivery": "d1"},
    )
    (listed,) = (await post("webhook.list")).webhooks
    assert (listed.path, listed.received, listed.received_at, listed.created_by) == (
        f"/hooks/in/{made.id}",
        1,
        "2027-01-15T08:00:00.000Z",
        "ana",
    )


async def test_the_form_that_github_uses(post: Post, clock: Clock) -> None:
    made = await hook(post, form="github", body="{ref}")
    body = b'{"ref":"refs/heads/main"}'
    headers = github(made.secret, body)
    first, again = (
        await deliver(post, made.id, headers, body),
        await deliver(post, made.id, headers, body),
    )
    assert (first.duplicate, again.duplicate, again.id) == (False, True, first.id)
    (message,) = await stored(post)
    assert (message.body, message.metadata) == (
        "refs/heads/main",
        {"webhook": made.id, "delivery": "d1", "event": "push"},
    )
    # Its delivery id is not signed: the same post under another one is a replay.
    with pytest.raises(Conflict):
        await deliver(post, made.id, {**headers, "x-github-delivery": "d2"}, body)
    assert len(await stored(post)) == 1


async def test_the_same_delivery_is_stored_once_and_its_id_for_other_content_is_refused(
    post: Post, clock: Clock
) -> None:
    made = await hook(post)
    first = await deliver(post, made.id, standard(made.secret, b"1"), b"1")
    clock.pass_s(200)
    # Sent again by its sender: signed anew, or the very same post.
    for headers in (standard(made.secret, b"1", at=1_800_000_200), standard(made.secret, b"1")):
        again = await deliver(post, made.id, headers, b"1")
        assert (again.id, again.duplicate) == (first.id, True)
    with pytest.raises(Conflict):
        await deliver(post, made.id, standard(made.secret, b"2", at=1_800_000_200), b"2")
    assert [each.body for each in await stored(post)] == ["1"]
    assert (await post("webhook.list")).webhooks[0].received == 1


ALTER: dict[str, Any] = {
    "an altered body": lambda secret, headers, body: (headers, body + b" "),
    "a wrong secret": lambda secret, headers, body: (
        standard("whsec_" + base64.b64encode(b"x" * 32).decode(), body),
        body,
    ),
    "no headers": lambda secret, headers, body: ({}, body),
    "no signature": lambda secret, headers, body: ({**headers, "webhook-signature": ""}, body),
    "no delivery id": lambda secret, headers, body: (
        standard(secret, body, id="") | {"webhook-id": ""},
        body,
    ),
    "another delivery id": lambda secret, headers, body: ({**headers, "webhook-id": "d2"}, body),
    "another time": lambda secret, headers, body: (
        {**headers, "webhook-timestamp": "1800000001"},
        body,
    ),
    "the signature of another form": lambda secret, headers, body: (github(secret, body), body),
    "half a signature": lambda secret, headers, body: (
        {**headers, "webhook-signature": headers["webhook-signature"][:20]},
        body,
    ),
    "a signature without its version": lambda secret, headers, body: (
        {**headers, "webhook-signature": headers["webhook-signature"][3:]},
        body,
    ),
    "the secret as its text": lambda secret, headers, body: (
        {
            **headers,
            "webhook-signature": (
                "v1,"
                + base64.b64encode(
                    hmac.digest(secret.encode(), b"d1.1800000000." + body, "sha256")
                ).decode()
            ),
        },
        body,
    ),
    "a body moved into the time": lambda secret, headers, body: (
        {**headers, "webhook-timestamp": "1800000000." + body.decode()[:1]},
        body[1:],
    ),
}


@pytest.mark.parametrize("attack", ALTER)
async def test_what_is_not_signed_by_it_is_refused_as_if_there_were_no_such_webhook(
    post: Post, clock: Clock, attack: str
) -> None:
    made = await hook(post)
    body = b'{"a":1}'
    headers, changed = ALTER[attack](made.secret, standard(made.secret, body), body)
    refused = []
    for id in (made.id, "0" * 32):
        with pytest.raises(BadKey) as error:
            await deliver(post, id, headers, changed)
        refused.append(error.value.as_dict())
    assert refused[0] == refused[1]
    assert refused[0]["error"]["message"] == "The request is not signed by a known webhook."
    assert await stored(post) == []


@pytest.mark.parametrize(
    ("age_s", "taken"),
    [(0, True), (300, True), (-300, True), (301, False), (-301, False), (86_400, False)],
)
async def test_what_was_signed_more_than_five_minutes_ago_is_refused(
    post: Post, clock: Clock, age_s: int, taken: bool
) -> None:
    made = await hook(post)
    headers = standard(made.secret, b"1", at=clock.now // 1000 - age_s)
    if taken:
        assert (await deliver(post, made.id, headers, b"1")).duplicate is False
    else:
        with pytest.raises(BadKey, match="not signed within the last 300 seconds"):
            await deliver(post, made.id, headers, b"1")
    assert len(await stored(post)) == taken


@pytest.mark.parametrize("at", ["", "x", "-1", "1e9", "١٨٠٠٠٠٠٠٠٠", "9" * 400, "1800000000 "])
async def test_a_time_that_is_none_is_refused(post: Post, clock: Clock, at: str) -> None:
    made = await hook(post)
    key = base64.b64decode(made.secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"d1.{at}.".encode() + b"1", "sha256")
    with pytest.raises(BadKey):
        await deliver(
            post,
            made.id,
            {
                "webhook-id": "d1",
                "webhook-timestamp": at,
                "webhook-signature": "v1," + base64.b64encode(digest).decode(),
            },
            b"1",
        )


async def test_one_of_several_signatures_is_enough_while_a_sender_changes_its_secret(
    post: Post, clock: Clock
) -> None:
    made = await hook(post)
    headers = standard(made.secret, b"1")
    both = {**headers, "webhook-signature": f"v1,AAAA v2,x {headers['webhook-signature']}"}
    assert (await deliver(post, made.id, both, b"1")).duplicate is False


@pytest.mark.parametrize(
    ("template", "posted", "text", "missing"),
    [
        ("{.}", '{"a":[1,"x"]}', '{"a":[1,"x"]}', []),
        ("{.}", '"just text"', "just text", []),
        ("{a}", '{"a":"{b}","b":"x"}', "{b}", []),
        ("{a.b.c} and {a.b.c}", "{}", "(missing: a.b.c) and (missing: a.b.c)", ["a.b.c"]),
        (
            "{a.0.b} {a.9} {a.-1} {a.b}",
            '{"a":[{"b":2}]}',
            "2 (missing: a.9) (missing: a.-1) (missing: a.b)",
            ["a.9", "a.-1", "a.b"],
        ),
        ("{a}", '{"a":null}', "(missing: a)", ["a"]),
        (
            "{a.__class__} {a.upper} {__init__}",
            '{"a":"x"}',
            "(missing: a.__class__) (missing: a.upper) (missing: __init__)",
            ["a.__class__", "a.upper", "__init__"],
        ),
        ("{a!r:>10}", '{"a":1}', "(missing: a!r:>10)", ["a!r:>10"]),
        ("{größe} {日 本}", '{"größe":1.5,"日 本":true}', "1.5 true", []),
        ("{{{a}}}", '{"a":1}', "{1}", []),
        ("{a}", '{"a":"\\u0000\\u202e"}', "\ufffd\u202e", []),
        ("{n}", '{"n":123456789012345678901234567890}', "123456789012345678901234567890", []),
    ],
)
async def test_a_template_looks_values_up_and_does_nothing_else(
    post: Post, clock: Clock, template: str, posted: str, text: str, missing: list[str]
) -> None:
    made = await hook(post, body=template)
    body = posted.encode()
    told = await deliver(post, made.id, standard(made.secret, body), body)
    assert ((await stored(post))[0].body, told.missing) == (text, missing)


async def test_long_values_are_cut_to_what_a_message_holds(post: Post, clock: Clock) -> None:
    made = await hook(post, subject="{a}", body="{a}{a}{a}")
    body = json.dumps({"a": "é" * 30_000}).encode()
    await deliver(post, made.id, standard(made.secret, body), body)
    (message,) = await stored(post)
    assert (message.subject, len(message.body), message.body[20_000:20_008]) == (
        "é" * 199 + "…",
        50_000,
        "… (cut)é",
    )


@pytest.mark.parametrize(
    "posted",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"payload=%7B%7D",
        b'{"a":"\\ud800"}',
        b"[" * 100_000,
        b'{"a":' * 40 + b"1" + b"}" * 40,
        b"NaN",
        b"1e999999",
        b'{"a":1}x',
    ],
    ids=lambda posted: repr(posted[:16]),
)
async def test_hostile_json_becomes_nothing_and_breaks_nothing(
    post: Post, clock: Clock, posted: bytes
) -> None:
    made = await hook(post)
    with pytest.raises(Invalid):
        await deliver(post, made.id, standard(made.secret, posted), posted)
    assert await stored(post) == []


@pytest.mark.parametrize(
    "name",
    [
        "*",
        "user",
        "everyone",
        "cy,dan",
        "cy/laptop",
        "",
        " cy",
        "a" * 201,
        "c\u0007y",
        7,
        ["cy"],
        {"x": 1},
        None,
        "(human)",
    ],
)
async def test_a_value_of_the_audience_is_one_name_and_never_another_address(
    post: Post, clock: Clock, name: Any
) -> None:
    made = await hook(post, to="bob,{to}")
    body = json.dumps({"to": name}).encode()
    with pytest.raises(Invalid):
        await deliver(post, made.id, standard(made.secret, body), body)
    assert await stored(post) == []


@pytest.mark.parametrize(
    ("asked", "kind", "message"),
    [
        ({"body": "{a"}, Invalid, "`body` has an unmatched '{'."),
        ({"body": "a}"}, Invalid, "`body` has an unmatched '}'."),
        ({"subject": "{}"}, Invalid, "`subject` has a path with an empty part: '{}'."),
        ({"body": "{a..b}"}, Invalid, "`body` has a path with an empty part: '{a..b}'."),
        ({"to": "{a},,bob"}, Invalid, "The audience has an empty entry between commas."),
        (
            {"to": "b\u043eb"},
            Conflict,
            "The name 'b\u043eb' looks like 'bob', which is another agent's name.",
        ),
    ],
)
async def test_a_webhook_that_could_not_work_is_refused_when_it_is_added(
    post: Post, asked: dict[str, Any], kind: type[AckboxError], message: str
) -> None:
    await post("agent.check_in", agent="bob")
    with pytest.raises(kind) as refused:
        await hook(post, **asked)
    assert (refused.value.message, bool(refused.value.hint)) == (message, True)
    assert (await post("webhook.list")).webhooks == []


async def test_a_removed_webhook_takes_nothing_more(post: Post, clock: Clock) -> None:
    made = await hook(post)
    assert (await post("webhook.remove", id=made.id)).id == made.id
    with pytest.raises(BadKey):
        await deliver(post, made.id, standard(made.secret, b"1"), b"1")
    with pytest.raises(NotFound):
        await post("webhook.remove", id=made.id)


async def test_webhooks_are_an_admins_and_their_secret_is_shown_once(
    post: Post, clock: Clock
) -> None:
    made = await hook(post)
    ana = await post.keyed("ana")
    for name, params in (
        ("webhook.add", {"to": "bob"}),
        ("webhook.list", {}),
        ("webhook.remove", {"id": made.id}),
    ):
        with pytest.raises(NotAllowed):
            await ana(name, **params)
    (listed,) = (await post("webhook.list")).webhooks
    assert made.secret not in repr(listed) and made.secret.removeprefix("whsec_") not in repr(
        listed
    )
    assert len(base64.b64decode(made.secret.removeprefix("whsec_"))) == 32


async def test_a_delivery_lands_in_the_webhooks_own_workspace_and_in_no_other(
    post: Post, clock: Clock
) -> None:
    await post("workspace.create", name="shop")
    made = await post("webhook.add", workspace="shop", agent="ana", to="bob")
    await deliver(post, made.id, standard(made.secret, b"1"), b"1")
    assert [
        len((await post("message.history", workspace=name)).messages)
        for name in ("default", "shop")
    ] == [0, 1]
    with pytest.raises(NotFound):
        await post("webhook.remove", id=made.id)


async def test_there_is_an_end_to_how_many_webhooks_a_workspace_has(post: Post) -> None:
    for _ in range(100):
        await hook(post)
    with pytest.raises(Conflict, match="100 webhooks already"):
        await hook(post)
