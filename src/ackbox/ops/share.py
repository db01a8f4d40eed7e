"""share.add, share.list: keys of older messages and texts that a member gives to a newcomer.

Explained in docs/why/sealed.md, "Sharing history".
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from ackbox.errors import Conflict, Invalid, NotFound, NotYou
from ackbox.model.name import is_same
from ackbox.ops.rules.sealing import own_member, roster_of
from ackbox.ops.table import Call, Context, op

if TYPE_CHECKING:
    from ackbox.vault.roster import Roster
    from ackbox.vault.share import Share, ShareBody

MAX_SHARES = 100
Number = Annotated[int, Meta(ge=0, le=1 << 62, description="Number of the message or text")]


class GivenShare(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The key of one message or text for one newcomer, signed by the member that shares it."""

    seq: Number
    body: Annotated[str, Meta(max_length=6000, description="Signed bytes, base64")]
    signature: Annotated[str, Meta(max_length=128, description="Signature, base64")]


class AddShares(Call, frozen=True, kw_only=True):
    """Shares to store."""

    shares: Annotated[
        list[GivenShare],
        Meta(min_length=1, max_length=MAX_SHARES, description="Shares (1 to 100)"),
    ]


class AddedShares(msgspec.Struct, frozen=True, kw_only=True):
    """Number of shares."""

    new: Annotated[int, Meta(description="Number of shares that the server did not have")]
    known: Annotated[int, Meta(description="Number of shares that it had, from any member")]


@op(
    "share.add",
    scope="write",
    writes=True,
    creates=True,
    cost=lambda params: max(len(params.shares) // 10, 1),
)
async def add(context: Context, params: AddShares) -> AddedShares:
    """Add shares of older messages and texts for a member that joined later.

    Each share is signed by the caller's member. The first share of a message for a member stays.

    Raises Conflict (not sealed), NotFound (no such message), NotYou, Invalid.
    """
    roster = await roster_of(context) if context.workspace.sealed else None
    if roster is None:
        raise Conflict(
            "This workspace is not sealed, or has no members yet.",
            hint="Everybody who may see a message can read it.",
            field="shares",
            reason="plain",
        )
    me = await context.me(params)
    new = 0
    for given in params.shares:
        share, body = _checked(roster, given)
        sharer = roster.members[body.sharer].name
        if not is_same(sharer, me.name):
            raise NotYou(
                f"{sharer!r} signed this share, and you are {me.name!r}.",
                hint="Send it with the key of its signer.",
                field="shares",
                claimed=sharer,
                reason="member",
            )
        if await _hash_of(context, given.seq) != body.hash:
            raise NotFound(
                f"There is no message {given.seq} with this hash.",
                hint="Share messages that message.transcript or text.list lists.",
                field="shares",
            )
        new += await context.store.add_share(
            given.seq,
            reader=body.reader,
            body=share.body,
            signature=share.signature,
            now=context.now,
        )
    return AddedShares(new=new, known=len(params.shares) - new)


def _checked(roster: Roster, given: GivenShare) -> tuple[Share, ShareBody]:
    from ackbox.vault import share as shares

    try:
        raw = msgspec.convert({"body": given.body, "signature": given.signature}, shares.Share)
    except msgspec.ValidationError as error:
        raise Invalid(
            f"The share has the wrong form: {error}.",
            hint="Send what a client of ackbox signed, unchanged.",
            field="shares",
            reason="envelope",
        ) from None
    return raw, shares.check(raw, roster)


async def _hash_of(context: Context, seq: int) -> bytes | None:
    link = await context.store.link_at(seq)
    if link is not None:
        return link.hash
    text = await context.store.text_at(seq)
    return None if text is None else text.link.hash


class ListShares(Call, frozen=True, kw_only=True):
    """Messages and texts whose shares to return."""

    numbers: Annotated[
        list[Number],
        Meta(max_length=500, description="Numbers of messages and texts (at most 500)"),
    ]


class ListedShare(msgspec.Struct, frozen=True, kw_only=True):
    """The key of one message or text, for the caller."""

    seq: Annotated[int, Meta(description="Number of the message or text")]
    body: Annotated[str, Meta(description="Signed bytes, base64")]
    signature: Annotated[str, Meta(description="Signature, base64")]


class ListedShares(msgspec.Struct, frozen=True, kw_only=True):
    """Shares for the caller."""

    shares: Annotated[list[ListedShare], Meta(description="Shares, at most one of each message")]


@op("share.list", scope="read")
async def list_shares(context: Context, params: ListShares) -> ListedShares:
    """List the shares of messages and texts for the caller's member."""
    member = await own_member(context, params) if context.workspace.sealed else None
    if member is None:
        return ListedShares(shares=[])
    found = [
        (seq, await context.store.share_at(seq, reader=member.id))
        for seq in dict.fromkeys(params.numbers)
    ]
    return ListedShares(
        shares=[
            ListedShare(seq=seq, body=_text(share[0]), signature=_text(share[1]))
            for seq, share in found
            if share is not None
        ]
    )


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
