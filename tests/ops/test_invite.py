"""invite.*: an invitation becomes the key of an agent once, within 24 hours."""

from __future__ import annotations

import base64
import hashlib

import pytest

from ackbox.errors import BadKey, Invalid, NotAllowed
from ackbox.ops.key import DAY_MS
from tests.engines import Clock, Post

pytestmark = pytest.mark.anyio


async def invited(post: Post) -> Post:
    made = await post("invite.create", name="claude", may_speak_as=["codex*"])
    path, _, secret = made.path.partition("#")
    assert (path, made.agent, made.workspace) == ("/join", "claude", "default")
    return Post(post.app, secret)


async def test_an_invitation_becomes_an_agents_key_once(post: Post) -> None:
    invitation = await invited(post)
    key = await invitation("invite.redeem")
    assert (key.agent, key.kind, key.workspace) == ("claude", "agent", "default")
    joined = Post(post.app, key.key)
    assert (await joined("message.send", agent="codex-2", to="ana", body="hello")).id
    with pytest.raises(NotAllowed):
        await joined("message.send", agent="ana", to="claude", body="not me")
    with pytest.raises(BadKey):
        await invitation("invite.redeem")


async def test_an_invitation_ends_after_24_hours(post: Post, clock: Clock) -> None:
    invitation = await invited(post)
    clock.now += DAY_MS
    with pytest.raises(BadKey):
        await invitation("invite.redeem")


async def test_a_revoked_invitation_is_of_no_use(post: Post) -> None:
    made = await post("invite.create", name="claude")
    await post("key.revoke", id=made.id)
    with pytest.raises(BadKey):
        await Post(post.app, made.path.partition("#")[2])("invite.redeem")


async def test_an_agent_invites_nobody(post: Post) -> None:
    agent = await post.keyed("bob")
    with pytest.raises(NotAllowed):
        await agent("invite.create", name="claude")


VERIFIER = "a-verifier-that-only-the-waiting-program-knows"
DIGEST = hashlib.sha256(VERIFIER.encode()).digest()
CHALLENGE = base64.urlsafe_b64encode(DIGEST).decode().rstrip("=")


async def challenged(post: Post) -> Post:
    made = await post("invite.create", name="claude", challenge=CHALLENGE, client="cursor")
    return Post(post.app, made.path.partition("#")[2])


async def test_an_invitation_with_a_challenge_needs_its_verifier_and_its_program(
    post: Post,
) -> None:
    invitation = await challenged(post)
    for given in ({}, {"verifier": VERIFIER}, {"verifier": VERIFIER + "x", "client": "cursor"}):
        with pytest.raises(BadKey):
            await invitation("invite.redeem", **given)
    key = await invitation("invite.redeem", verifier=VERIFIER, client="cursor")
    assert (key.agent, key.kind) == ("claude", "agent")


async def test_an_invitation_with_a_challenge_ends_after_ten_minutes(
    post: Post, clock: Clock
) -> None:
    invitation = await challenged(post)
    clock.now += 10 * 60 * 1000
    with pytest.raises(BadKey):
        await invitation("invite.redeem", verifier=VERIFIER, client="cursor")


async def test_rotating_an_invitation_keeps_its_challenge(post: Post) -> None:
    made = await post("invite.create", name="claude", challenge=CHALLENGE)
    rotated = Post(post.app, (await post("key.rotate", id=made.id)).key)
    with pytest.raises(BadKey):
        await rotated("invite.redeem")


async def test_a_verifier_for_an_invitation_without_a_challenge_is_an_error(post: Post) -> None:
    with pytest.raises(BadKey):
        await (await invited(post))("invite.redeem", verifier=VERIFIER)
    with pytest.raises(Invalid):
        await post("invite.create", name="claude", client="cursor")
    with pytest.raises(Invalid):
        await post("invite.create", name="claude", challenge="short")
