"""Sealing: what a sealed workspace refuses, by the table of fields; and who its members are.

`app.call` asks `refuse_plain` before every operation in a sealed workspace; no operation has an
exception of its own. Explained in docs/why/workspaces.md, "Sealed workspaces".
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

import msgspec

from ackbox.errors import Invalid, SealedRefused, SealedRequired
from ackbox.model.sealing import PARAMS, REFUSED, Fields

if TYPE_CHECKING:
    from ackbox.ops.table import Call, Context
    from ackbox.store.messages import Stored
    from ackbox.store.readers import Reader
    from ackbox.vault.roster import Member, Roster

SEAL_IT = "Use a client of ackbox that has a vault key: it seals text on your machine."
# What may be said about how a message was shown, and a signed acknowledgement.
EVIDENCE = ("hook", "tool", "socket", "bridge", "cli", "tui", "dashboard", "reply", "poll")
# Ways to wake a program whose names are not written as ids; the others are.
WAYS = ("app server", "inbox socket")
_SIGNED = re.compile(r"avs1_[A-Za-z0-9_-]{86}")
_NOTICE = re.compile(r"sealed(-[0-9a-f]{16})?")
_ID = re.compile(r"[A-Za-z0-9_.:@/-]{0,128}")
# Rosters of this many workspaces stay in memory.
MAX_ROSTERS = 64
PAGE = 500


def refuse_plain(operation: str, params: Call) -> None:
    """Refuse what the table refuses in a sealed workspace.

    Raises SealedRequired for text outside of an envelope, SealedRefused for a field or operation
    that a sealed workspace does not have.
    """
    fields = PARAMS.get(operation)
    if fields is None:
        why = REFUSED.get(operation, "It is not in the table of sealed fields")
        raise SealedRefused(
            f"A sealed workspace does not have this operation. {why}.",
            hint="Use a workspace that is not sealed for it.",
            reason="sealed_refused",
        )
    empty = _empty(type(params))
    for field in _checked(operation):
        value = getattr(params, field)
        if field in fields.notice:
            _check_notice(field, value)
            continue
        if value == empty[field] or value in ("", [], {}):
            continue
        if field in fields.sealed:
            raise SealedRequired(
                f"`{field}` is plain text, and this workspace is sealed: its server stores no text"
                " that it can read.",
                hint=SEAL_IT if field == "body" else f"{SEAL_IT} Or leave `{field}` out.",
                field=field,
                reason="sealed_required",
            )
        if field in fields.refused or not _is_words(operation, field, value):
            raise _refused(field, fields)


def _check_notice(field: str, value: str) -> None:
    """Raise SealedRequired for a required text other than the one that says that it is sealed."""
    if not _NOTICE.fullmatch(value):
        raise SealedRequired(
            f"`{field}` is plain text, and this workspace is sealed: its server stores no text"
            " that it can read.",
            hint=SEAL_IT,
            field=field,
            reason="sealed_required",
        )


def _refused(field: str, fields: Fields) -> SealedRefused:
    words = f" other than {', '.join(EVIDENCE)}, or a signed acknowledgement"
    what = "" if field in fields.refused else words if field == "evidence" else " other than an id"
    return SealedRefused(
        f"A sealed workspace does not have `{field}`{what}.",
        hint=f"Leave `{field}` out.",
        field=field,
        reason="sealed_refused",
    )


def _is_words(operation: str, field: str, value: Any) -> bool:
    """Whether a value is one of the fixed words, a signature where it is checked, or an id."""
    if field == "evidence":
        is_signed = operation == "receipt.mark" and _SIGNED.fullmatch(value) is not None
        return value in EVIDENCE or is_signed
    return (field == "way" and value in WAYS) or _ID.fullmatch(value) is not None


@functools.cache
def _checked(operation: str) -> tuple[str, ...]:
    fields = PARAMS[operation]
    return tuple(sorted(fields.sealed | fields.refused | fields.words | fields.notice))


@functools.cache
def _empty(shape: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the default of each field; a required one has none, and is empty as empty text."""
    found: dict[str, Any] = {}
    for field in msgspec.structs.fields(shape):
        is_made = field.default_factory is not msgspec.NODEFAULT
        default = field.default_factory() if is_made else field.default
        found[field.name] = "" if default is msgspec.NODEFAULT else default
    return found


class Rosters:
    """Rosters that were read and verified, by workspace, so that each record is read once."""

    def __init__(self) -> None:
        self._known: dict[int, Roster] = {}

    def find(self, ws: int) -> Roster | None:
        """Return the roster of a workspace as it was known last."""
        return self._known.get(ws)

    def keep(self, ws: int, roster: Roster) -> None:
        """Remember a roster that is in the store."""
        self._known.pop(ws, None)
        while len(self._known) >= MAX_ROSTERS:
            del self._known[next(iter(self._known))]
        self._known[ws] = roster


async def roster_of(context: Context) -> Roster | None:
    """Return the roster of the workspace in the store; null before its first record."""
    # Not at the top: only sealed workspaces need the library for signatures.
    from ackbox.vault import roster as rosters

    store, ws = context.store, context.workspace.ws
    head = await store.roster_head()
    if head is None:
        return None
    known = context.rosters.find(ws)
    # A transaction that was undone may have left a roster that the store does not have.
    if known is not None and await store.roster_hash(known.position) != known.head:
        known = None
    while known is None or known.position < head[0]:
        after = -1 if known is None else known.position
        records = [
            rosters.Record(each.body, each.signature)
            for each in await store.roster_page(after=after, most=PAGE)
        ]
        known = rosters.read(records, known)
    context.rosters.keep(ws, known)
    return known


async def own_member(context: Context, call: Call) -> Member | None:
    """Return the present member with the calling agent's name; null for none. Registers nobody."""
    is_named = (
        call.agent is not None or context.session is not None or context.caller.agent is not None
    )
    roster = await roster_of(context) if is_named else None
    return None if roster is None else roster.named(context.identity(call)[0])


async def check_evidence(
    context: Context, reader: Reader, row: Stored, mark: str, evidence: str
) -> None:
    """Check a signed acknowledgement of a sealed message; other evidence is a fixed word.

    Raises Invalid, and BadSignature unless the reader's member signed the message's hash.
    """
    if not _SIGNED.fullmatch(evidence):
        return
    from ackbox.vault import acknowledgement

    roster, link = await roster_of(context), await context.store.link_at(row.seq)
    member = None if roster is None else roster.named(reader.name)
    if mark != "acknowledged" or roster is None or link is None or member is None:
        raise Invalid(
            "Only a member signs, and only that it acknowledges a sealed message.",
            hint="Leave `evidence` out, or set `mark` to acknowledged.",
            field="evidence",
            reason="member",
        )
    acknowledgement.check(evidence, roster.vault, link.hash, member)
