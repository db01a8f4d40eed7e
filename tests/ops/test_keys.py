"""Keys: what each says of its holder, where it is good, and how it ends."""

from __future__ import annotations

from typing import Any

import pytest

from ackbox.errors import AckboxError, BadKey, Invalid, NotAllowed, NotFound, NotYou
from ackbox.model.key import mint
from ackbox.model.moment import to_text
from tests.engines import Clock, Post

pytestmark = pytest.mark.anyio
DAY_S = 86_400


async def refusal(
    caller: Post, name: str = "agent.whoami", **params: Any
) -> tuple[type[AckboxError], int, str]:
    with pytest.raises(AckboxError) as refused:
        await caller(name, **params)
    return type(refused.value), refused.value.status, refused.value.message


async def test_a_key_ends_after_ninety_days_unless_it_says_otherwise(
    post: Post, clock: Clock
) -> None:
    made = [
        await post("key.create", name=name, **days)
        for name, days in (
            ("ana", {}),
            ("bob", {"expires_in_days": 1}),
            ("cy", {"expires_in_days": 0}),
        )
    ]
    assert [each.expires_at for each in made] == [
        to_text(clock.now + 90 * DAY_S * 1000),
        to_text(clock.now + DAY_S * 1000),
        None,
    ]
    ana, bob, cy = [Post(post.app, each.key) for each in made]
    over = (BadKey, 401, "This key has expired.")
    clock.pass_s(DAY_S - 0.001)
    assert (await bob("agent.whoami")).agent == "bob"
    clock.pass_s(0.001)
    assert await refusal(bob) == over
    clock.pass_s(89 * DAY_S - 0.001)
    assert (await ana("agent.whoami")).agent == "ana"
    clock.pass_s(0.001)
    assert await refusal(ana) == over
    clock.pass_s(3650 * DAY_S)
    assert (await cy("agent.whoami")).agent == "cy"


async def test_a_revoked_key_ends_at_once_and_the_others_do_not(post: Post) -> None:
    made = await post("key.create", name="ana")
    ana, again = Post(post.app, made.key), await post.keyed("ana")
    assert (await ana("agent.whoami")).key_id == made.id
    await post("key.revoke", id=made.id)
    assert await refusal(ana) == (BadKey, 401, "This key has been revoked.")
    assert (await again("agent.whoami")).agent == "ana"


@pytest.mark.parametrize("key", [None, "", "abx_agt_x", "Bearer x", "x" * 10_000, "é"])
async def test_no_key_and_no_ackbox_key_are_refused_without_being_repeated(
    post: Post, key: Any
) -> None:
    kind, status, message = await refusal(Post(post.app, key))
    assert (kind, status, message) == (
        BadKey,
        401,
        "This is not an ackbox key." if key else "The request has no key.",
    )


async def test_a_key_of_another_server_is_not_known(post: Post) -> None:
    assert await refusal(Post(post.app, mint("agt").reveal())) == (
        BadKey,
        401,
        "This key is unknown.",
    )


async def test_a_key_is_good_in_its_own_workspace_and_any_other_is_as_if_not_there(
    post: Post,
) -> None:
    await post("workspace.create", name="other")
    here, there = await post.keyed("ana"), await post.keyed("ana", workspace="other")
    assert [(await each("agent.whoami")).workspace for each in (here, there)] == [
        "default",
        "other",
    ]
    sent = await there("message.send", to="bob", body="secret")
    assert await refusal(here, workspace="other") == (
        NotFound,
        404,
        "There is no workspace 'other'.",
    )
    assert await refusal(here, workspace="nowhere") == (
        NotFound,
        404,
        "There is no workspace 'nowhere'.",
    )
    assert (
        await refusal(here, "message.get", id=sent.id)
        == await refusal(here, "message.get", id="0" * 32)
        == (NotFound, 404, "There is no such message.")
    )
    assert [workspace.name for workspace in (await here("workspace.list")).workspaces] == [
        "default"
    ]
    assert [workspace.name for workspace in (await post("workspace.list")).workspaces] == [
        "default",
        "other",
    ]


async def test_an_admin_lists_and_revokes_the_keys_of_its_own_workspace_only(post: Post) -> None:
    await post("workspace.create", name="other")
    theirs = await post("key.create", name="ana", workspace="other")
    boss = await post.keyed("boss", "admin", label="the boss")
    own = await boss("key.create", name="ana", may_speak_as=["ci-*"], expires_in_days=0)
    listed = sorted((await boss("key.list")).keys, key=lambda key: key.kind)
    assert [
        (
            each.kind,
            each.agent,
            each.may_speak_as,
            each.label,
            each.expires_at is None,
            each.revoked_at,
        )
        for each in listed
    ] == [
        ("admin", "boss", [], "the boss", False, None),
        ("agent", "ana", ["ci-*"], "", True, None),
    ]
    assert own.key not in repr(listed)
    assert await refusal(boss, "key.revoke", id=theirs.id) == (
        NotFound,
        404,
        f"There is no key {theirs.id!r} in this workspace.",
    )
    assert (await Post(post.app, theirs.key)("agent.whoami")).workspace == "other"


@pytest.mark.parametrize(
    ("kind", "role", "may", "prefix"),
    [
        ("agent", "agent", ["read", "write"], "abx_agt_"),
        ("human", "human", ["read", "write", "pause", "sign_in"], "abx_hum_"),
        ("read-only", "read-only", ["read"], "abx_ro_"),
        ("admin", "admin", ["read", "write", "pause", "sign_in", "admin"], "abx_adm_"),
        ("owner", "owner", ["read", "write", "pause", "sign_in", "admin"], "abx_hum_"),
    ],
)
async def test_a_key_says_what_its_holder_may_do(
    post: Post, kind: str, role: str, may: list[str], prefix: str
) -> None:
    caller = await post.keyed("ana", kind)
    told = await caller("agent.whoami")
    assert (told.agent, told.role, told.may, told.may_speak_as, caller.key.startswith(prefix)) == (
        "ana",
        role,
        may,
        [],
        True,
    )


async def test_a_key_speaks_as_its_own_name_and_as_what_it_was_given(post: Post) -> None:
    ana, ci = await post.keyed("ana"), await post.keyed("ci", may_speak_as=["ci-*", "bob"])
    assert await refusal(ana, agent="bob") == (
        NotYou,
        403,
        "This key speaks as 'ana', not as 'bob'.",
    )
    assert [(await ci("agent.whoami", agent=name)).agent for name in ("ci", "ci-1", "bob")] == [
        "ci",
        "ci-1",
        "bob",
    ]
    assert await refusal(ci, agent="bobby") == (
        NotYou,
        403,
        "This key speaks as 'ci', not as 'bobby'.",
    )
    sent = await ci("message.send", agent="ci-1", to="ana", body="x")
    assert (await ana("message.get", id=sent.id)).sender == "ci-1"


async def test_only_a_persons_own_key_speaks_as_that_person(post: Post) -> None:
    eve, ci = await post.keyed("eve", "human"), await post.keyed("ci", may_speak_as=["*"])
    assert await refusal(ci, "message.send", agent="eve", to="ana", body="x") == (
        NotYou,
        403,
        "'eve' is a person; only that person's key speaks as them.",
    )
    sent = [
        await eve("message.send", to="ana", body="x"),
        await ci("message.send", to="ana", body="x"),
    ]
    assert [(await post("message.get", id=each.id)).sender_kind for each in sent] == [
        "human",
        "agent",
    ]


async def test_a_key_without_a_name_must_be_told_who_calls(post: Post) -> None:
    admin = await post.keyed(None, "admin", may_speak_as=["*"])
    assert await refusal(admin, "inbox.check") == (Invalid, 400, "This key has no name.")
    assert (await admin("inbox.check", agent="ana")).messages == []


@pytest.mark.parametrize("kind", ["agent", "human", "read-only"])
async def test_a_key_for_somebody_needs_their_name(post: Post, kind: str) -> None:
    assert await refusal(post, "key.create", kind=kind) == (
        Invalid,
        400,
        "A key of this kind needs a name.",
    )


async def test_only_an_operator_makes_keys_for_the_whole_instance(post: Post) -> None:
    boss = await post.keyed("boss", "admin")
    assert await refusal(boss, "key.create", kind="server-admin") == (
        NotAllowed,
        403,
        "Only an operator can create keys for all workspaces.",
    )
    janitor = await post.keyed(None, "server-admin")
    assert await refusal(janitor, "message.history") == (
        NotAllowed,
        403,
        "A key of kind 'server-admin' cannot call message.history.",
    )


async def test_an_owner_is_a_person_who_administers(post: Post) -> None:
    owner = await post.keyed("eve", "owner")
    sent = await owner("message.send", to="bob", body="hello")
    assert (await owner("message.get", id=sent.id)).sender_kind == "human"
    made = await owner("key.create", name="cy")
    assert [
        (each.kind, each.agent)
        for each in (await owner("key.revoke", id=made.id)).keys
        if each.revoked_at
    ] == [("agent", "cy")]


async def test_only_an_admins_link_makes_an_owner(post: Post) -> None:
    person, boss = await post.keyed("eve", "human"), await post.keyed("boss", "admin")
    assert await refusal(person, "login.link", as_owner=True) == (
        NotAllowed,
        403,
        "Only an admin can create a sign-in link for an owner.",
    )
    made = []
    for as_owner in (False, True):
        link = await boss("login.link", name="eve", as_owner=as_owner)
        made.append(await Post(post.app, link.path.partition("#")[2])("login.redeem"))
    assert [(each.kind, each.agent, each.workspace) for each in made] == [
        ("human", "eve", "default"),
        ("owner", "eve", "default"),
    ]
    assert {each.kind for each in (await boss("key.list")).keys} == {"human", "admin", "owner"}
