"""login.*: a one-time link, and the key of a person that it becomes.

Explained in docs/why/keys.md, "Signing in".
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.errors import BadKey, Conflict, Invalid, NotAllowed
from ackbox.model.key import Role, digest, mint, parse_key
from ackbox.model.message import Time
from ackbox.model.moment import to_text
from ackbox.model.name import parse_name
from ackbox.ops.access import is_person
from ackbox.ops.key import DAY_MS, NewKey
from ackbox.ops.table import Call, Context, op
from ackbox.store.store import Store, find_key

LINK_MS = 10 * 60 * 1000
SIGNED_IN_MS = 7 * DAY_MS
LABEL = "dashboard"


class MakeLink(Call, frozen=True, kw_only=True):
    """Person that the link signs in."""

    name: (
        Annotated[
            str,
            Meta(max_length=512, description="Person to sign in (default: you)"),
        ]
        | None
    ) = None
    as_owner: Annotated[
        bool, Meta(description="Whether the person gets admin rights; for admins only")
    ] = False


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A link that signs one person in once."""

    path: Annotated[
        str,
        Meta(
            description=(
                "Path of the link on the server; browsers send no part after # to a server"
            )
        ),
    ]
    agent: Annotated[str, Meta(description="Person the link signs in")]
    workspace: Annotated[
        str | None, Meta(description="Workspace the key is valid in; null for all workspaces")
    ]
    expires_at: Annotated[Time, Meta(description="Expiry time of the link")]


@op("login.link", scope="sign_in", writes=True, spans_workspaces=True, creates=True)
async def link(context: Context, params: MakeLink) -> Link:
    """Create a one-time link that signs a person in to the dashboard.

    It is valid for ten minutes. People create links for themselves, admins for any person.

    Raises Invalid, NotAllowed, Conflict (the name is an agent's).
    """
    caller, store = context.caller, context.store
    asked = caller.agent if params.name is None else parse_name(params.name)
    if asked is None:
        raise Invalid("This key has no name.", hint="Give `name`.", field="name")
    if params.as_owner and not caller.may("admin"):
        raise NotAllowed(
            "Only an admin can create a sign-in link for an owner.",
            hint="Leave `as_owner` out.",
            field="as_owner",
        )
    if caller.is_person and asked != caller.agent:
        raise NotAllowed(
            "A person's key can create links for that person only.",
            hint="Leave `name` out, or ask an admin.",
            field="name",
        )
    person = await context.register(asked, kind="human")
    if not person.is_person:
        raise Conflict(
            f"{asked!r} is an agent; only a person can sign in.",
            field="name",
            hint=f"Choose another name, or make it a person: ackbox agent set-kind {asked} human",
        )
    ws = caller.ws if params.workspace is None else context.workspace.ws
    secret = mint("lnk").reveal()
    role: Role = "owner-link" if params.as_owner else "link"
    await Store(store.tx, ws).add_key(
        id=parse_key(secret).id,
        digest=digest(secret),
        role=role,
        agent=asked,
        may_speak_as=[],
        label=LABEL,
        now=context.now,
        expires_at=context.now + LINK_MS,
    )
    return Link(
        path=f"/login#{secret}",
        agent=asked,
        workspace=context.workspace.name if ws else None,
        expires_at=to_text(context.now + LINK_MS),
    )


class Redeem(Call, frozen=True, kw_only=True):
    """No parameters: the link is the key of this call."""


@op(
    "login.redeem",
    scope="redeem",
    writes=True,
    spans_workspaces=True,
    creates=True,
    ends_keys=True,
)
async def redeem(context: Context, params: Redeem) -> NewKey:
    """Redeem a one-time link for a key that is valid for seven days.

    The link is the key of this call. Raises BadKey when it has been used.
    """
    caller, keys = context.caller, Store(context.store.tx, context.caller.ws)
    if not await keys.spend_key(caller.key_id, now=context.now):
        raise BadKey("This link has been used.", hint="Make a new one with: ackbox open")
    secret, expires_at = mint("hum").reveal(), context.now + SIGNED_IN_MS
    id = parse_key(secret).id
    kind: Role = "owner" if caller.role == "owner-link" else "human"
    await keys.add_key(
        id=id,
        digest=digest(secret),
        role=kind,
        agent=caller.agent,
        may_speak_as=[],
        label=LABEL,
        now=context.now,
        expires_at=expires_at,
    )
    return NewKey(
        key=secret,
        id=id,
        workspace=context.workspace.name if caller.ws else "*",
        agent=caller.agent,
        kind=kind,
        expires_at=to_text(expires_at),
    )


class End(Call, frozen=True, kw_only=True):
    """No parameters: the operation ends the key of this call."""


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the key has ended."""

    ended: Annotated[bool, Meta(description="Whether the key has ended")]


@op("login.end", scope="sign_in", writes=True, spans_workspaces=True, ends_keys=True)
async def end(context: Context, params: End) -> Ended:
    """Sign out: end the key of this call if it came from a link."""
    caller, keys = context.caller, Store(context.store.tx, context.caller.ws)
    own = await find_key(context.store.tx, caller.key_id)
    if own is None or own.label != LABEL or not is_person(own.role):
        return Ended(ended=False)
    await keys.revoke_key(caller.key_id, now=context.now)
    context.rings.add(
        await context.store.add_event(
            "key.revoked", at=context.now, reader=0, subject={"id": caller.key_id}
        )
    )
    return Ended(ended=True)
