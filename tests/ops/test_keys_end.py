"""Every key can be listed, revoked and rotated in every role: the operator's too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ackbox.app.call import App, open_app
from ackbox.app.library import ensure_operator
from ackbox.errors import AckboxError, BadKey, Conflict, NotAllowed, NotFound
from ackbox.model.key import mint, parse_key
from ackbox.model.moment import to_text
from ackbox.ops.access import ALLOWED
from tests.engines import Clock, Post

pytestmark = pytest.mark.anyio
ROLES = sorted(ALLOWED)


async def key_of(post: Post, role: str) -> Post:
    """Return a caller with a new key of a role."""
    if role == "operator":
        rotated = await post("key.rotate", id=parse_key(post.key).id)
        return Post(post.app, rotated.key)
    if role in ("link", "owner-link"):
        made = await post("login.link", name="lena", as_owner=role == "owner-link")
        return Post(post.app, made.path.partition("#")[2])
    if role == "invite":
        made = await post("invite.create", name="ana")
        return Post(post.app, made.path.partition("#")[2])
    return (
        await post.keyed("ana", role)
        if role not in ("human", "owner")
        else await post.keyed("lena", role)
    )


async def is_refused(caller: Post) -> bool:
    try:
        await caller.app.identify(caller.key)
    except BadKey:
        return True
    return False


@pytest.mark.parametrize("role", ROLES)
async def test_a_key_of_every_role_is_listed_and_revoked(post: Post, role: str) -> None:
    caller = await key_of(post, role)
    id = parse_key(caller.key).id
    assert [
        (each.kind, each.revoked_at) for each in (await post("key.list")).keys if each.id == id
    ] == [(role, None)]
    await post("key.revoke", id=id)
    assert await is_refused(caller)
    assert [
        each.revoked_at is not None
        for each in (await post("key.list", ended_links=True)).keys
        if each.id == id
    ] == [True]


@pytest.mark.parametrize("grace_s", [0, 60])
@pytest.mark.parametrize("role", ROLES)
async def test_a_key_of_every_role_is_rotated_and_both_live_for_the_grace_period(
    post: Post, clock: Clock, role: str, grace_s: int
) -> None:
    caller = await key_of(post, role)
    before = next(
        each for each in (await post("key.list")).keys if each.id == parse_key(caller.key).id
    )
    made = await post("key.rotate", id=before.id, grace_s=grace_s)
    after = next(each for each in (await post("key.list")).keys if each.id == made.id)
    same = ("kind", "agent", "may_speak_as", "label")
    assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]
    assert (made.old_id, made.old_ends_at, made.kept_in) == (
        before.id,
        to_text(clock.now + grace_s * 1000),
        None,
    )
    fresh = Post(post.app, made.key)
    assert (await is_refused(fresh), await is_refused(caller)) == (False, grace_s == 0)
    clock.pass_s(60)
    assert (await is_refused(fresh), await is_refused(caller)) == (False, True)


async def test_every_row_of_the_table_is_in_the_operators_list(post: Post) -> None:
    for role in ROLES:
        await key_of(post, role)
    listed = {each.kind for each in (await post("key.list")).keys}
    assert listed == set(ROLES)


async def test_a_key_keeps_how_long_it_lives(post: Post, clock: Clock) -> None:
    made = [await post("key.create", name="ana", expires_in_days=days) for days in (10, 0)]
    clock.pass_s(86_400)
    rotated = [await post("key.rotate", id=each.id) for each in made]
    assert [each.expires_at for each in rotated] == [to_text(clock.now + 10 * 86_400_000), None]


async def test_what_has_ended_is_not_rotated(post: Post, clock: Clock) -> None:
    revoked, expired = [await post("key.create", name="ana", expires_in_days=1) for _ in range(2)]
    await post("key.revoke", id=revoked.id)
    clock.pass_s(86_400)
    for each in (revoked, expired):
        with pytest.raises(Conflict, match="has ended"):
            await post("key.rotate", id=each.id)


async def test_nobody_rotates_a_key_that_may_do_more(post: Post) -> None:
    admin, strong = (
        await post.keyed("boss", "admin"),
        await post("key.create", kind="server-admin", name=None),
    )
    with pytest.raises(NotAllowed, match="may do more"):
        await admin("key.rotate", id=strong.id)


@pytest.mark.parametrize("operation", ["key.revoke", "key.rotate"])
async def test_an_owner_of_all_workspaces_sees_the_operators_key_and_cannot_take_it(
    post: Post, operation: str
) -> None:
    link = Post(
        post.app, (await post("login.link", name="olga", as_owner=True)).path.partition("#")[2]
    )
    owner = Post(post.app, (await link("login.redeem")).key)
    operator = parse_key(post.key).id
    assert operator in [each.id for each in (await owner("key.list")).keys]
    with pytest.raises(NotAllowed, match="may do more"):
        await owner(operation, id=operator)
    assert not await is_refused(post)


@pytest.mark.parametrize("operation", ["key.revoke", "key.rotate"])
async def test_the_operators_key_is_as_if_not_there_for_an_admin_of_one_workspace(
    post: Post, operation: str
) -> None:
    admin, operator = await post.keyed("boss", "admin"), parse_key(post.key).id
    assert operator not in [each.id for each in (await admin("key.list")).keys]
    with pytest.raises(NotFound):
        await admin(operation, id=operator)


async def reopened(app: App, database: str) -> App:
    await app.close()
    return await open_app(database)


async def test_a_revoked_operator_key_does_not_come_back_from_its_file(
    database: str, tmp_path: Path
) -> None:
    app = await open_app(database)
    first = Post(app, await ensure_operator(app, tmp_path))
    await first("key.revoke", id=parse_key(first.key).id)
    app = await reopened(app, database)
    second = await ensure_operator(app, tmp_path)
    assert (
        second != first.key,
        (tmp_path / "operator.key").read_text(),
        await is_refused(Post(app, first.key)),
        await is_refused(Post(app, second)),
    ) == (True, second + "\n", True, False)
    await app.close()


async def test_without_its_file_an_operator_key_ends_when_a_new_one_is_made(
    database: str, tmp_path: Path
) -> None:
    app = await open_app(database)
    first = await ensure_operator(app, tmp_path)
    (tmp_path / "operator.key").unlink()
    app = await reopened(app, database)
    second = await ensure_operator(app, tmp_path)
    assert (await is_refused(Post(app, first)), await is_refused(Post(app, second))) == (
        True,
        False,
    )
    assert app.notices == ["A new operator key was made, and 1 earlier one is revoked."]
    events: Any = await Post(app, second)("event.feed", cursor="start", kinds=["key.revoked"])
    assert [each.details for each in events.events] == [{"id": parse_key(first).id}]
    await app.close()


async def test_a_good_operator_key_stays_over_a_restart(database: str, tmp_path: Path) -> None:
    app = await open_app(database)
    first = await ensure_operator(app, tmp_path)
    app = await reopened(app, database)
    assert (await ensure_operator(app, tmp_path), app.notices) == (first, [])
    await app.close()


@pytest.mark.parametrize("text", ["abx_adm_damaged", "nonsense", ""])
async def test_a_damaged_file_gets_a_new_key(database: str, tmp_path: Path, text: str) -> None:
    app = await open_app(database)
    await app.ensure(workspace="default", operator_key=None)
    (tmp_path / "operator.key").write_text(text)
    assert not await is_refused(Post(app, await ensure_operator(app, tmp_path)))
    await app.close()


async def test_the_key_of_a_database_that_was_replaced_is_taken_up(
    database: str, tmp_path: Path
) -> None:
    known = mint("adm").reveal()
    (tmp_path / "operator.key").write_text(known)
    app = await open_app(database)
    # A copy from before the key was made.
    await app.ensure(workspace="default", operator_key=None)
    assert (await ensure_operator(app, tmp_path), await is_refused(Post(app, known))) == (
        known,
        False,
    )
    await app.close()


async def test_a_rotated_operator_key_is_written_to_its_file_and_no_other_is(
    database: str, tmp_path: Path
) -> None:
    app = await open_app(database)
    operator = Post(app, await ensure_operator(app, tmp_path))
    other = await operator("key.create", name="ana")
    path = tmp_path / "operator.key"
    assert (await operator("key.rotate", id=other.id)).kept_in is None
    made = await operator("key.rotate", id=parse_key(operator.key).id)
    assert (made.kept_in, path.read_text(), path.stat().st_mode & 0o777) == (
        str(path),
        made.key + "\n",
        0o600,
    )
    await app.close()


async def test_servers_of_one_database_with_directories_of_their_own_leave_each_other_their_keys(
    database: str, tmp_path: Path
) -> None:
    app = await open_app(database)
    keys = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir(mode=0o700)
        keys.append(await ensure_operator(app, tmp_path / name))
    # An SQLite file has one server; PostgreSQL has many.
    assert [await is_refused(Post(app, key)) for key in keys] == [
        app.engine.name == "sqlite",
        False,
    ]
    await app.close()


async def test_a_key_that_may_not_administer_rotates_none(post: Post) -> None:
    ana = await post.keyed("ana")
    with pytest.raises(AckboxError, match=r"cannot call key\.rotate"):
        await ana("key.rotate", id=parse_key(ana.key).id)
