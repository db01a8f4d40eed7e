"""key.*: create, list, revoke, rotate.

A key is shown once; only its digest is kept. Explained in docs/why/keys.md.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ackbox.errors import Conflict, Invalid, NotAllowed, NotFound
from ackbox.model.key import KeyKind, Role, digest, mint, parse_key
from ackbox.model.message import Time
from ackbox.model.moment import to_text, to_text_or_none
from ackbox.model.name import LONGEST, parse_name, refuse_newcomer
from ackbox.ops.access import ALLOWED, is_person
from ackbox.ops.rules.beginning import beginning
from ackbox.ops.rules.paging import Paged, page_of
from ackbox.ops.table import Call, Context, op
from ackbox.store.readers import other_spelling
from ackbox.store.store import KeyRow, Store, find_key

DAY_MS = 86_400_000
KIND_OF: dict[Role, KeyKind] = {
    "agent": "agt",
    "human": "hum",
    "read-only": "ro",
    "owner": "hum",
    "admin": "adm",
    "server-admin": "adm",
    "operator": "adm",
    "link": "lnk",
    "owner-link": "lnk",
    "invite": "lnk",
}
# The names of the dialects; each adds its own when it is loaded.
DIALECTS: set[str] = set()
# The key that a link turns into.
BECOMES: dict[Role, Role] = {"link": "human", "owner-link": "owner", "invite": "agent"}


class CreateKey(Call, frozen=True, kw_only=True):
    """Options of a new key."""

    name: (
        Annotated[
            str,
            Meta(
                max_length=512,
                description="Agent or person the key speaks as; required except for admin keys",
            ),
        ]
        | None
    ) = None
    kind: Annotated[
        Literal["agent", "human", "owner", "read-only", "admin", "server-admin"],
        Meta(description="Role of the key; an owner is a person with admin rights"),
    ] = "agent"
    may_speak_as: Annotated[
        list[Annotated[str, Meta(min_length=1, max_length=LONGEST)]],
        Meta(max_length=50, description="Other names the key may speak as; * matches any text"),
    ] = []
    label: Annotated[str, Meta(max_length=200, description="Label for people")] = ""
    expires_in_days: Annotated[
        int, Meta(ge=0, le=3650, description="Days until the key expires (0 to 3,650; 0 for never)")
    ] = 90
    dialect: (
        Annotated[
            str,
            Meta(
                max_length=64,
                description="Dialect whose tools the key gets at /mcp (default: native)",
            ),
        ]
        | None
    ) = None


class NewKey(msgspec.Struct, frozen=True, kw_only=True):
    """A new key, shown only once."""

    key: Annotated[str, Meta(description="Key; shown only once")]
    id: Annotated[str, Meta(description="Id of the key, as in key.list")]
    workspace: Annotated[str, Meta(description="Workspace the key is valid in")]
    agent: Annotated[str | None, Meta(description="Name the key speaks as")]
    kind: Annotated[str, Meta(description="Role of the key")]
    expires_at: Annotated[Time | None, Meta(description="Expiry time; null for never")]


@op("key.create", scope="admin", writes=True, creates=True)
async def create(context: Context, params: CreateKey) -> NewKey:
    """Create a key for one agent or person; it is shown only once.

    Raises Invalid, NotAllowed, Conflict (a person's key for an agent's name).
    """
    if params.kind == "server-admin" and not context.caller.may("server"):
        raise NotAllowed("Only an operator can create keys for all workspaces.", field="kind")
    if params.name is None and params.kind in ("agent", "human", "owner", "read-only"):
        raise Invalid("A key of this kind needs a name.", hint="Give `name`.", field="name")
    if params.dialect is not None and params.dialect not in DIALECTS:
        raise Invalid(
            f"Unknown dialect {params.dialect!r}.",
            hint=f"Use one of: {', '.join(sorted(DIALECTS))}.",
            field="dialect",
        )
    name = None if params.name is None else parse_name(params.name)
    known = None if name is None else await context.store.reader(name)
    if name is not None and known is None:
        refuse_newcomer(name)
    if name is not None and known is not None and known.name != name and known.seen:
        raise other_spelling(name, known.name, field="name")
    secret = mint(KIND_OF[params.kind])
    text = secret.reveal()
    expires_at = context.now + params.expires_in_days * DAY_MS if params.expires_in_days else None
    id = parse_key(text).id
    if name is not None and params.kind != "server-admin":
        # The owner of a key has a mailbox from now on, which receives broadcasts before the first
        # call.
        owner = await context.register(name, kind="human" if is_person(params.kind) else "agent")
        if is_person(params.kind) and not owner.is_person:
            raise Conflict(
                f"{name!r} is an agent; a person's key needs the name of a person.",
                field="name",
                hint=(
                    f"Choose another name, or make it a person: ackbox agent set-kind {name} human"
                ),
            )
    await context.store.add_key(
        id=id,
        digest=digest(text),
        role=params.kind,
        agent=name,
        may_speak_as=params.may_speak_as,
        label=params.label,
        now=context.now,
        expires_at=expires_at,
        dialect=params.dialect,
    )
    return NewKey(
        key=text,
        id=id,
        workspace=context.workspace.name,
        agent=name,
        kind=params.kind,
        expires_at=to_text_or_none(expires_at),
    )


class ListKeys(Paged, frozen=True, kw_only=True):
    """Options for listing keys."""

    ended_links: Annotated[
        bool, Meta(description="Whether to include used, revoked and expired one-time links")
    ] = False


class KeyInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A key without its secret."""

    id: Annotated[str, Meta(description="Id of the key")]
    kind: Annotated[str, Meta(description="Role of the key")]
    agent: Annotated[str | None, Meta(description="Name the key speaks as")]
    may_speak_as: Annotated[list[str], Meta(description="Other names the key may speak as")]
    label: Annotated[str, Meta(description="Label for people")]
    dialect: Annotated[
        str | None,
        Meta(description="Dialect whose tools the key gets at /mcp; null for the native ones"),
    ] = None
    created_at: Annotated[Time, Meta(description="Creation time")]
    expires_at: Annotated[Time | None, Meta(description="Expiry time")]
    revoked_at: Annotated[Time | None, Meta(description="Revocation time")]


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """Keys of the workspace, oldest first."""

    keys: Annotated[list[KeyInfo], Meta(description="Items, oldest first")]
    cursor: Annotated[
        str | None, Meta(description="Cursor for the next page; null on the last page")
    ] = None


def _shown(row: KeyRow) -> KeyInfo:
    return KeyInfo(
        id=row.id,
        kind=row.role,
        agent=row.agent,
        may_speak_as=row.may_speak_as,
        label=row.label,
        dialect=row.dialect,
        created_at=to_text(row.created_at),
        expires_at=to_text_or_none(row.expires_at),
        revoked_at=to_text_or_none(row.revoked_at),
    )


@op("key.list", scope="admin", spans_workspaces=True)
async def list_keys(context: Context, params: ListKeys) -> Keys:
    """List the workspace's keys, without their secrets.

    A key that covers all workspaces also lists the keys that do, such as the operator's.
    """
    page, cursor = page_of(
        context.workspace.ws, "keys", await _keys(context, ended_links=params.ended_links), params
    )
    return Keys(keys=page, cursor=cursor)


class RevokeKey(Call, frozen=True, kw_only=True):
    """Key to revoke."""

    id: Annotated[
        str, Meta(min_length=1, max_length=64, description="Id of the key, from key.list")
    ]


@op("key.revoke", scope="admin", writes=True, spans_workspaces=True, ends_keys=True)
async def revoke(context: Context, params: RevokeKey) -> Keys:
    """Revoke a key and return the workspace's keys.

    Open sockets and waits that use it end within a second.

    Raises NotFound; NotAllowed for a key of all workspaces that may do more than the caller's.
    """
    row, store = await _find(context, params.id)
    if row.ws == 0:
        _refuse_stronger(context, row)
    await store.revoke_key(row.id, now=context.now)
    context.rings.add(
        await context.store.add_event(
            "key.revoked", at=context.now, reader=0, subject={"id": row.id}
        )
    )
    page, cursor = page_of(context.workspace.ws, "keys", await _keys(context), ListKeys())
    return Keys(keys=page, cursor=cursor)


class RotateKey(Call, frozen=True, kw_only=True):
    """Key to replace, and how long the old one stays valid."""

    id: Annotated[
        str, Meta(min_length=1, max_length=64, description="Id of the key, from key.list")
    ]
    grace_s: Annotated[
        int,
        Meta(
            ge=0,
            le=30 * DAY_MS // 1000,
            description="Seconds until the old key ends (0 for now)",
        ),
    ] = 86_400


class RotatedKey(NewKey, frozen=True, kw_only=True):
    """The new key, shown only once, and the end of the old one."""

    old_id: Annotated[str, Meta(description="Id of the replaced key")]
    old_ends_at: Annotated[Time, Meta(description="Time at which the old key ends")]
    kept_in: Annotated[
        str | None,
        Meta(description="File on the server's machine that contains the new key; null for none"),
    ] = None


@op(
    "key.rotate",
    scope="admin",
    writes=True,
    spans_workspaces=True,
    ends_keys=True,
    renews_key=True,
)
async def rotate(context: Context, params: RotateKey) -> RotatedKey:
    """Replace a key with a new one that has the same rights.

    The new key is shown only once; the old one ends after `grace_s`. An operator's new key is also
    written to `operator.key` on the server's machine.

    Raises NotFound, Conflict (the key has ended), NotAllowed (it may do more than the caller's).
    """
    row, store = await _find(context, params.id)
    _refuse_stronger(context, row)
    if row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= context.now):
        raise Conflict(
            f"The key {row.id!r} has ended.", hint="Create a new one with key.create.", field="id"
        )
    text = mint(KIND_OF[row.role]).reveal()
    id, now = parse_key(text).id, context.now
    expires_at = None if row.expires_at is None else now + row.expires_at - row.created_at
    ends_at = (
        now + params.grace_s * 1000
        if row.expires_at is None
        else min(row.expires_at, now + params.grace_s * 1000)
    )
    await store.add_key(
        id=id,
        digest=digest(text),
        role=row.role,
        agent=row.agent,
        may_speak_as=row.may_speak_as,
        label=row.label,
        now=now,
        expires_at=expires_at,
        dialect=row.dialect,
        proof=row.proof,
    )
    if params.grace_s:
        await store.expire_key(row.id, expires_at=ends_at)
    else:
        await store.revoke_key(row.id, now=now)
    context.rings.add(
        await context.store.add_event(
            "key.rotated", at=now, reader=0, subject={"id": id, "old": row.id}
        )
    )
    return RotatedKey(
        key=text,
        id=id,
        workspace=context.workspace.name if row.ws else "*",
        agent=row.agent,
        kind=row.role,
        expires_at=to_text_or_none(expires_at),
        old_id=row.id,
        old_ends_at=to_text(ends_at),
    )


async def _keys(context: Context, *, ended_links: bool = False) -> list[KeyInfo]:
    rows = await context.store.keys() + (
        await _across(context).keys() if context.caller.ws == 0 else []
    )
    # Each sign-in leaves a used link; these would hide the valid keys.
    return [
        _shown(row)
        for row in rows
        if ended_links or row.role not in BECOMES or row.is_good(context.now)
    ]


def _across(context: Context) -> Store:
    """Return the store of what covers every workspace."""
    return Store(context.store.tx, 0)


async def _find(context: Context, id: str) -> tuple[KeyRow, Store]:
    """Return a key that the caller may know of, and the store that holds it. Raises NotFound."""
    row = await find_key(context.store.tx, id)
    if row is None:
        across = await _across(context).keys() if context.caller.ws == 0 else []
        row = beginning([*await context.store.keys(), *across], id)
    if row is not None and row.ws == context.workspace.ws:
        return row, context.store
    if row is not None and row.ws == context.caller.ws == 0:
        return row, _across(context)
    raise NotFound(f"There is no key {id!r} in this workspace.", hint="See key.list.", field="id")


def _refuse_stronger(context: Context, row: KeyRow) -> None:
    """Raise NotAllowed for a key that may do more than the caller's: a new one would lend its
    rights.
    """
    rights = ALLOWED[BECOMES.get(row.role, row.role)]
    if not rights <= ALLOWED[context.caller.role]:
        raise NotAllowed(
            f"The key {row.id!r} is of kind {row.role!r}, which may do more than a key of kind"
            f" {context.caller.role!r}.",
            hint="Use the operator's key.",
            field="id",
        )
