"""key.*: create, list, revoke. A key is shown once; only its digest is kept. Explained in docs/why/keys.md."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ackbox.errors import Conflict, Invalid, NotAllowed, NotFound
from ackbox.model.key import digest, mint, parse_key
from ackbox.model.moment import to_text, to_text_or_none
from ackbox.model.name import LONGEST, parse_name, refuse_newcomer
from ackbox.ops.table import PEOPLE, Call, Context, op
from ackbox.store.store import KeyRow, Store

DAY_MS = 86_400_000
KIND_OF: dict[str, Literal["agt", "hum", "adm", "ro"]] = {
    "agent": "agt", "human": "hum", "read-only": "ro", "owner": "hum", "admin": "adm", "instance-admin": "adm",
}


class CreateKey(Call, frozen=True, kw_only=True):
    """A key to make."""

    name: Annotated[str, Meta(max_length=512, description="The agent or person it speaks as; needed except for admins")] | None = None
    kind: Annotated[Literal["agent", "human", "owner", "read-only", "admin", "instance-admin"], Meta(
        description="What it may do; an owner is a person who administers")] = "agent"
    may_speak_as: Annotated[list[Annotated[str, Meta(min_length=1, max_length=LONGEST)]],
                            Meta(max_length=50, description="Other names it may speak as; * matches any text")] = []
    label: Annotated[str, Meta(max_length=200, description="A note for people")] = ""
    expires_in_days: Annotated[int, Meta(ge=0, le=3650, description="0 never expires")] = 90


class NewKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key, shown this once."""

    key: Annotated[str, Meta(description="The key; shown this once")]
    id: Annotated[str, Meta(description="Names it in key.list and key.revoke")]
    workspace: Annotated[str, Meta(description="Where it is good")]
    agent: Annotated[str | None, Meta(description="Whom it speaks as")]
    kind: Annotated[str, Meta(description="What it may do")]
    expires_at: Annotated[str | None, Meta(description="When it ends; null for never")]


@op("key.create", scope="admin", writes=True)
async def create(context: Context, params: CreateKey) -> NewKey:
    """Create a key for one agent or person. It is shown once and cannot be read again.

    Raises Invalid, NotAllowed, Conflict (a person's key for an agent's name).
    """
    if params.kind == "instance-admin" and not context.caller.may("instance"):
        raise NotAllowed("Only an operator makes keys for the whole instance.", field="kind")
    if params.name is None and params.kind in ("agent", "human", "owner", "read-only"):
        raise Invalid("A key speaks as somebody.", hint="Give `name`.", field="name")
    name = None if params.name is None else parse_name(params.name)
    if name is not None and await context.store.reader(name) is None:
        refuse_newcomer(name)
    secret = mint(KIND_OF[params.kind])
    text = secret.reveal()
    expires_at = context.now + params.expires_in_days * DAY_MS if params.expires_in_days else None
    id = parse_key(text).id
    if name is not None and params.kind != "instance-admin":
        # Whoever has a key has a mailbox: broadcasts from now on are for it, before it first calls.
        owner = await context.register(name, kind="human" if params.kind in PEOPLE else "agent")
        if params.kind in PEOPLE and owner.kind != "human":
            raise Conflict(f"{name!r} is registered as an agent, and a person's key needs a person's name.", field="name",
                           hint=f"Choose another name, or make it a person: ackbox agent set-kind {name} human")
    await context.store.add_key(id=id, digest=digest(text), role=params.kind, agent=name, may_speak_as=params.may_speak_as,
                                label=params.label, now=context.now, expires_at=expires_at)
    return NewKey(key=text, id=id, workspace=context.workspace.name, agent=name, kind=params.kind, expires_at=to_text_or_none(expires_at))


class ListKeys(Call, frozen=True, kw_only=True):
    """Nothing to say."""


class KeyInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What may be told of a key: never the key."""

    id: Annotated[str, Meta(description="Names it")]
    kind: Annotated[str, Meta(description="What it may do")]
    agent: Annotated[str | None, Meta(description="Whom it speaks as")]
    may_speak_as: Annotated[list[str], Meta(description="Other names it may use")]
    label: Annotated[str, Meta(description="A note for people")]
    created_at: Annotated[str, Meta(description="When it was made")]
    expires_at: Annotated[str | None, Meta(description="When it ends")]
    revoked_at: Annotated[str | None, Meta(description="When it was revoked")]


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """The workspace's keys, oldest first."""

    keys: Annotated[list[KeyInfo], Meta(description="Oldest first")]


def _shown(row: KeyRow) -> KeyInfo:
    return KeyInfo(id=row.id, kind=row.role, agent=row.agent, may_speak_as=row.may_speak_as, label=row.label,
                   created_at=to_text(row.created_at),
                   expires_at=to_text_or_none(row.expires_at), revoked_at=to_text_or_none(row.revoked_at))


@op("key.list", scope="admin", spans_workspaces=True)
async def list_keys(context: Context, params: ListKeys) -> Keys:
    """Return the workspace's keys, without their secrets; for who covers all workspaces, also people's keys that do."""
    return Keys(keys=await _keys(context))


class RevokeKey(Call, frozen=True, kw_only=True):
    """Which key to end."""

    id: Annotated[str, Meta(min_length=1, max_length=64, description="The key's id, from key.list")]


@op("key.revoke", scope="admin", writes=True, spans_workspaces=True)
async def revoke(context: Context, params: RevokeKey) -> Keys:
    """Revoke a key: open sockets and waits that use it end within a second. Returns the workspace's keys.

    Raises NotFound.
    """
    if not (await context.store.revoke_key(params.id, now=context.now) or await _revoke_across(context, params.id)):
        raise NotFound(f"There is no key {params.id!r} in this workspace.", hint="See key.list.", field="id")
    context.rings.add(await context.store.note("key.revoked", at=context.now, reader=0, subject={"id": params.id}))
    return Keys(keys=await _keys(context))


async def _keys(context: Context) -> list[KeyInfo]:
    rows = await context.store.keys() + await _people_across(context)
    return [_shown(row) for row in rows if row.role not in ("link", "owner-link")]


async def _people_across(context: Context) -> list[KeyRow]:
    """Return the keys of people that cover every workspace, to those who do so themselves."""
    return [row for row in await Store(context.store.tx, 0).keys() if row.role in PEOPLE] if context.caller.ws == 0 else []


async def _revoke_across(context: Context, id: str) -> bool:
    found = any(row.id == id for row in await _people_across(context))
    return found and await Store(context.store.tx, 0).revoke_key(id, now=context.now)
