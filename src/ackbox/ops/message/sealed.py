"""Sealed messages: what the server checks of an envelope, and what it reads from its header.

The server has no key and opens nothing. Explained in docs/why/workspaces.md, "Sealed workspaces".
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import msgspec

from ackbox.errors import (
    AckboxError,
    Conflict,
    Invalid,
    NotYou,
    SealedRequired,
    StaleRoster,
    TooLong,
)
from ackbox.model.name import is_same
from ackbox.model.sealed import SealedMessage, StoredEnvelope
from ackbox.ops.rules.sealing import SEAL_IT, roster_of
from ackbox.ops.table import Context
from ackbox.store.readers import Reader
from ackbox.store.rosters import Link

if TYPE_CHECKING:
    from ackbox.ops.message.send import Send
    from ackbox.vault.envelope import Header, Sealed
    from ackbox.vault.roster import Roster

MAX_CONTENT_BYTES = 256 * 1024
DAY_MS = 86_400_000
# What the header says already.
IN_HEADER = {"to": None, "parent": None, "priority": 3, "expects_reply_by": None}
# An id begins with the time in 48 bits; ids of messages sort by it.
CLOCKS_DIFFER_MS = DAY_MS
MAX_EXPIRY_MS = 365 * DAY_MS
# The stored intent of a sealed message: a sender cannot give an empty one.
SEALED_INTENT = ""


class SealedLetter(msgspec.Struct, frozen=True):
    """An envelope that passed: the parameters of its header, its columns, and its link.

    `before` is the number of the same message, when it was stored before.
    """

    params: Any
    columns: dict[str, Any]
    link: Link
    before: int | None = None

    @property
    def repeats(self) -> tuple[int, bytes] | None:
        """Return number and hash of the same message, when it was stored before."""
        return None if self.before is None else (self.before, self.link.hash)


async def take_sealed(context: Context, sender: Reader, params: Send) -> SealedLetter:
    """Check a sealed message as far as that needs no key.

    Raises SealedRequired without an envelope; Invalid, TooLong, NotYou, and what
    vault.envelope.check raises; Conflict when the roster or the sender's chain has moved on.
    """
    if params.sealed is None:
        raise SealedRequired(
            "This workspace is sealed: its server stores no text that it can read.",
            hint=SEAL_IT,
            field="body",
            reason="sealed_required",
        )
    if not context.workspace.sealed:
        raise Invalid(
            "This workspace is not sealed.",
            hint="Leave `sealed` out and send the text.",
            field="sealed",
            reason="plain",
        )
    await context.store.begin_sealed()
    _refuse_twice(params)
    sealed, head, hash = _parsed(params.sealed)
    link = Link(head.sender, head.counter, hash)
    letter = SealedLetter(_with_header(params, head), _columns(sealed, head), link)
    row = await context.store.message(head.id)
    if row is not None and row.sender_agent == sender.agent:
        if await context.store.link_at(row.seq) == link:
            return msgspec.structs.replace(letter, before=row.seq)
        raise Conflict(
            f"The id {head.id} was already used for another message.",
            hint="Seal the message again with a new id.",
            field="sealed",
            reason="id",
        )
    await _check(context, sender, sealed, head)
    _check_times(context, head)
    await _check_chain(context, head)
    return letter


def _refuse_twice(params: Send) -> None:
    for field, default in IN_HEADER.items():
        if getattr(params, field) != default:
            raise Invalid(
                f"`{field}` is in the header of the sealed message.",
                hint=f"Leave `{field}` out.",
                field=field,
                reason="header",
            )


def _parsed(given: SealedMessage) -> tuple[Sealed, Header, bytes]:
    """Return the envelope, its header, and the message's hash. Raises Invalid, TooLong."""
    from ackbox.vault import envelope

    try:
        sealed = msgspec.convert(msgspec.to_builtins(given), envelope.Sealed)
    except msgspec.ValidationError as error:
        raise Invalid(
            f"The sealed message has the wrong form: {error}.",
            hint="Send what a client of ackbox sealed, unchanged.",
            field="sealed",
            reason="envelope",
        ) from None
    if len(sealed.content) > MAX_CONTENT_BYTES:
        raise TooLong(
            f"The sealed content has {len(sealed.content):,} bytes; at most"
            f" {MAX_CONTENT_BYTES:,} are allowed.",
            field="sealed",
            size=len(sealed.content),
            limit=MAX_CONTENT_BYTES,
            hint="Put the rest into a file and name it in `refs`.",
        )
    wraps = envelope.wraps_hash(sealed.wraps)
    hash = envelope.message_hash(sealed.header, wraps, sealed.content, sealed.signature)
    return sealed, envelope.parse_header(sealed.header), hash


def _with_header(params: Send, head: Header) -> Send:
    return msgspec.structs.replace(
        params, to=list(head.to), parent=head.parent, priority=head.priority, sealed=None
    )


def _columns(sealed: Sealed, head: Header) -> dict[str, Any]:
    from ackbox.vault import envelope

    kept = StoredEnvelope(
        header=_text(sealed.header),
        wraps_hash=_text(envelope.wraps_hash(sealed.wraps)),
        wraps={each.member: _text(each.wrap) for each in sealed.wraps},
        content=_text(sealed.content),
        signature=_text(sealed.signature),
    )
    return {
        "id": head.id,
        "subject": None,
        "body": msgspec.json.encode(kept).decode(),
        "intent": SEALED_INTENT,
        "expects_reply_by": head.expects_reply_by,
        "expires_at": head.expires_at,
    }


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


async def _check(context: Context, sender: Reader, sealed: Sealed, head: Header) -> None:
    """Check the envelope against the roster, and its sender against the caller's name."""
    from ackbox.vault import envelope

    roster = await roster_of(context)
    if roster is None:
        raise Conflict(
            "This sealed workspace has no members yet.",
            hint="Its founder makes the first record of its roster: ackbox vault create",
            field="sealed",
            reason="roster",
        )
    member = roster.members.get(head.sender)
    if member is not None and not is_same(member.name, sender.name):
        raise NotYou(
            f"{member.name!r} sealed this message, and you are {sender.name!r}.",
            hint="Send it with the key of its sender.",
            field="sealed",
            claimed=member.name,
            reason="member",
        )
    try:
        envelope.check(sealed, roster)
    except StaleRoster as error:
        raise _stale(roster, error) from None


def _stale(roster: Roster, error: AckboxError) -> Conflict:
    return Conflict(
        error.message,
        hint="Read the roster again (roster.get), then seal the message again.",
        field="sealed",
        reason="roster",
        position=roster.position,
    )


def _check_times(context: Context, head: Header) -> None:
    """Raise Invalid for an id, an expiry or a reply time that no honest clock gives."""
    now = context.now
    if abs(int(head.id[:12], 16) - now) > CLOCKS_DIFFER_MS:
        raise _wrong_time(f"The id {head.id} is not of this day.", "Set the clock of the machine.")
    if head.expects_reply_by is not None and head.expects_reply_by <= now:
        raise _wrong_time("The time for a reply is over.", "Set a later `expects_reply_by`.")
    if head.expires_at is not None and not now < head.expires_at <= now + MAX_EXPIRY_MS:
        raise _wrong_time("The expiry is not within 365 days.", "Expire it in 1 to 365 days.")


def _wrong_time(what: str, hint: str) -> Invalid:
    return Invalid(what, hint=hint, field="sealed", reason="header")


async def _check_chain(context: Context, head: Header) -> None:
    """Raise Conflict unless the message follows the last one of its sender."""
    last = await context.store.last_link(head.sender)
    counter, hash = (0, bytes(32)) if last is None else (last.counter, last.hash)
    if (head.counter, head.previous) != (counter + 1, hash):
        raise Conflict(
            f"The message does not follow message {counter} of its sender.",
            hint="Seal it again after the last message that the server has from you.",
            field="sealed",
            reason="chain",
            counter=counter,
            hash=_text(hash),
        )
