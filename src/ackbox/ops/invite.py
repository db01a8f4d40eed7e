"""invite.*: one line for a second machine, and the key of an agent that it becomes.

Explained in docs/why/keys.md, "Inviting a machine".
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.errors import BadKey, MissingField
from ackbox.model.key import digest, mint, parse_key
from ackbox.model.message import Time
from ackbox.model.moment import to_text
from ackbox.model.name import LONGEST, parse_name, refuse_newcomer
from ackbox.ops.key import DAY_MS, NewKey
from ackbox.ops.table import Call, Context, op
from ackbox.store.readers import other_spelling
from ackbox.store.store import find_key

INVITE_MS = DAY_MS
# With a challenge: the program that waits for it redeems it at once.
CODE_MS = 10 * 60 * 1000
KEY_DAYS = 90
LABEL = "invite"


class Invite(Call, frozen=True, kw_only=True):
    """Names of the other machine."""

    name: Annotated[
        str,
        Meta(min_length=1, max_length=512, description="Agent that the other machine speaks as"),
    ]
    may_speak_as: Annotated[
        list[Annotated[str, Meta(min_length=1, max_length=LONGEST)]],
        Meta(max_length=50, description="Other names it may speak as; * matches any text"),
    ] = []
    label: Annotated[str, Meta(max_length=200, description="A note for people")] = LABEL
    challenge: (
        Annotated[
            str,
            Meta(
                pattern=r"^[A-Za-z0-9_-]{43}$",
                description=(
                    "PKCE challenge (S256): only its verifier redeems the invitation, within ten"
                    " minutes"
                ),
            ),
        ]
        | None
    ) = None
    client: Annotated[
        str,
        Meta(max_length=4000, description="Program that must redeem it; only with `challenge`"),
    ] = ""


class Invited(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation that works once."""

    path: Annotated[
        str,
        Meta(description="Path behind the server's address; the part behind # reaches no log"),
    ]
    id: Annotated[str, Meta(description="Id for key.list and key.revoke")]
    agent: Annotated[str, Meta(description="Agent that the other machine speaks as")]
    workspace: Annotated[str, Meta(description="Workspace that its key is good for")]
    expires_at: Annotated[Time, Meta(description="Time at which it expires")]


@op("invite.create", scope="admin", writes=True, creates=True)
async def create(context: Context, params: Invite) -> Invited:
    """Create an invitation for a second machine.

    It works once, within 24 hours; with a `challenge` within ten minutes.

    Raises Invalid, Conflict.
    """
    if params.client and params.challenge is None:
        raise MissingField(
            "`client` needs a `challenge`.",
            hint="Set `challenge`, or leave `client` out.",
            field="challenge",
        )
    name, store = parse_name(params.name), context.store
    known = await store.reader(name)
    if known is None:
        refuse_newcomer(name)
    elif known.name != name and known.seen:
        raise other_spelling(name, known.name, field="name")
    secret = mint("lnk").reveal()
    expires_at = context.now + (INVITE_MS if params.challenge is None else CODE_MS)
    await store.add_key(
        id=parse_key(secret).id,
        digest=digest(secret),
        role="invite",
        agent=name,
        may_speak_as=params.may_speak_as,
        label=params.label,
        now=context.now,
        expires_at=expires_at,
        proof=None if params.challenge is None else _proof(params.challenge, params.client),
    )
    return Invited(
        path=f"/join#{secret}",
        id=parse_key(secret).id,
        agent=name,
        workspace=context.workspace.name,
        expires_at=to_text(expires_at),
    )


class Redeem(Call, frozen=True, kw_only=True):
    """Proof for an invitation with a challenge; the invitation is the key of this call."""

    verifier: Annotated[
        str, Meta(max_length=128, description="PKCE verifier of an invitation with a challenge")
    ] = ""
    client: Annotated[
        str, Meta(max_length=4000, description="Program that the invitation is for")
    ] = ""


@op("invite.redeem", scope="join", writes=True, creates=True, ends_keys=True)
async def redeem(context: Context, params: Redeem) -> NewKey:
    """Create the key of an agent from an invitation.

    The invitation is the key of this call. The new key is valid for 90 days.

    Raises BadKey when it has been used, and when the verifier does not fit.
    """
    caller, store = context.caller, context.store
    assert caller.agent is not None
    invitation = await find_key(store.tx, caller.key_id)
    assert invitation is not None
    _check_proof(invitation.proof, params)
    if not await store.spend_key(caller.key_id, now=context.now):
        raise BadKey("This invitation has been used.", hint="Make a new one with: ackbox invite")
    secret, expires_at = mint("agt").reveal(), context.now + KEY_DAYS * DAY_MS
    # An agent with a key has a mailbox: it receives broadcasts from now on, before its first call.
    await context.register(caller.agent, kind="agent")
    await store.add_key(
        id=parse_key(secret).id,
        digest=digest(secret),
        role="agent",
        agent=caller.agent,
        may_speak_as=list(caller.may_speak_as),
        label="joined by invitation" if invitation.label == LABEL else invitation.label,
        now=context.now,
        expires_at=expires_at,
    )
    return NewKey(
        key=secret,
        id=parse_key(secret).id,
        workspace=context.workspace.name,
        agent=caller.agent,
        kind="agent",
        expires_at=to_text(expires_at),
    )


def _proof(challenge: str, client: str) -> bytes:
    return hashlib.sha256(f"{challenge}\n{client}".encode()).digest()


def _check_proof(proof: bytes | None, params: Redeem) -> None:
    """Raise BadKey unless the call proves what the invitation requires.

    An invitation without a challenge takes no verifier, since none
    would be checked.
    """
    digest = hashlib.sha256(params.verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    given = _proof(challenge, params.client)
    if not (hmac.compare_digest(proof, given) if proof else params.verifier == ""):
        raise BadKey(
            "The verifier does not match the challenge of this invitation.",
            hint="Redeem it with the program that started the connection, or make a new one.",
            field="verifier",
        )
