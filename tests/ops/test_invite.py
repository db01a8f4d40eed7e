"""invite.*: an invitation becomes the key of an agent once, within 24 hours."""

from __future__ import annotations

import pytest

from ackbox.errors import BadKey, NotAllowed
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
