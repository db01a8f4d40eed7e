"""Membership: the roster as this machine knows it, and the records that an admin writes.

`remote` calls the server as the member. Explained in docs/why/sealed.md, "New members".
"""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from ackbox.client.vaults import Invited, Vault
from ackbox.errors import BadSignature, BrokenPromise, Conflict, NotAllowed, NotFound, NotMember
from ackbox.vault import enrolment, roster
from ackbox.vault.encoding import encode
from ackbox.vault.roster import Add, Body, MemberKind, Promote, Record
from ackbox.vault.transcript import Row

if TYPE_CHECKING:
    from ackbox.vault.enrolment import Request
    from ackbox.vault.roster import Member, Roster

Remote = Callable[..., Any]
PAGE = 500
INVITATION_S = 86_400.0
RETRIES = 3


def update_roster(vault: Vault, remote: Remote) -> Roster:
    """Read the records that are new, and return the roster after them.

    Raises ForkedRoster, StaleRoster and what a record is refused with; keeps what was known.
    """
    known = vault.known_roster
    after = -1 if known is None else known.position
    fresh, position = _records_after(remote, after)
    if known is not None and position < known.position:
        roster.check_grown(known, roster.read(_records_after(remote, -1)[0]))
    try:
        found = roster.read(fresh, known)
    except BrokenPromise:
        if known is None:
            raise
        # Another chain, not a longer one: when it holds as a whole, an admin has signed two.
        roster.check_grown(known, roster.read(_records_after(remote, -1)[0]))
        raise
    if known is None and found.vault != vault.profile.vault:
        roster.check_pin(found, bytes.fromhex(vault.profile.vault))
    if fresh:
        vault.keep_roster(found, fresh)
    return found


def _records_after(remote: Remote, after: int) -> tuple[list[Record], int]:
    found: list[Record] = []
    while True:
        page = remote("roster.get", after=after + len(found), limit=PAGE)
        records = [
            msgspec.convert({name: each[name] for name in ("body", "signature")}, Record)
            for each in page["records"]
        ]
        found += records
        if not records or after + len(found) >= page["position"]:
            return found, page["position"]


def update_transcript(vault: Vault, remote: Remote) -> None:
    """Read the rows of the transcript that are new. Raises Reordered."""
    while True:
        page = remote("message.transcript", after=vault.transcript.seq, limit=1_000)
        rows = msgspec.convert(page["rows"], list[Row])
        if rows:
            vault.keep_rows(rows)
        if not (rows and page["more"]):
            return


def append(vault: Vault, remote: Remote, make: Callable[[Roster], Body]) -> Roster:
    """Sign the record that `make` gives for the newest roster, and hand it to the server."""
    for attempt in range(RETRIES):
        known = update_roster(vault, remote)
        record = roster.sign(vault.keys, make(known))
        after = roster.apply(known, record)
        try:
            remote("roster.append", record=msgspec.to_builtins(record))
        except (Conflict, BrokenPromise) as error:
            if attempt + 1 == RETRIES or not _has_moved(error):
                raise
            continue
        vault.keep_roster(after, [record])
        return after
    raise AssertionError


def _has_moved(error: Exception) -> bool:
    """Whether another admin's record came first."""
    return getattr(error, "code", "") == "stale_roster" or (
        getattr(error, "details", {}).get("reason") in ("record", "roster")
    )


def own_member(vault: Vault) -> Member:
    """Return the member of this machine's key. Raises NotMember."""
    member = vault.roster.members.get(vault.keys.id)
    if member is None:
        raise NotMember(
            f"{vault.profile.agent!r} is not a member of {vault.profile.workspace!r} yet.",
            hint="It waits for an admin, who adds it with any command, such as:"
            " ackbox vault members",
        )
    if member.removed is not None:
        raise NotMember(
            f"{member.name!r} was removed from {vault.profile.workspace!r}.",
            hint="An admin can invite it again: it joins with a new key.",
        )
    return member


def invite(vault: Vault, name: str, now: float) -> str:
    """Return the text of an invitation for a name, and remember its secret."""
    member = own_member(vault)
    if not member.is_admin:
        raise NotAllowed(
            "Only an admin of the sealed workspace can invite.",
            hint="Admins: "
            + ", ".join(each.name for each in vault.roster.current() if each.is_admin),
        )
    if vault.roster.named(name) is not None:
        raise Conflict(f"{name!r} is a member already.", hint="Choose another name.", field="name")
    made = enrolment.Invitation(secrets.token_bytes(16), vault.roster.vault, vault.roster.head)
    kept = [each for each in vault.state.invited if each.name != name and each.until > now]
    vault.state.invited = [
        *kept,
        Invited(name=name, secret=made.secret, until=now + INVITATION_S),
    ]
    vault.save()
    return enrolment.invitation_text(made)


def ask_to_join(vault: Vault, remote: Remote, *, kind: MemberKind, secret: bytes | None) -> Request:
    """Send the request of this machine's key to join."""
    found = enrolment.request(
        vault.keys, vault.roster, name=vault.profile.agent, kind=kind, secret=secret
    )
    raw = base64.b64encode(encode(found)).decode()
    remote("roster.request", request=raw, member=found.member)
    return found


def requests(vault: Vault, remote: Remote) -> list[Request]:
    """Return the requests to join that can be read."""
    found = []
    for each in remote("roster.requests")["requests"]:
        try:
            found.append(enrolment.parse_request(base64.b64decode(each["request"])))
        except (BrokenPromise, ValueError):
            continue
    return [each for each in found if each.member not in vault.roster.members]


def admit_invited(vault: Vault, remote: Remote) -> list[str]:
    """Add the new members who used our invitations, and return their names.

    A request that was not made with the invitation is left: `members` shows it.
    """
    now = time.time()
    open_ones = {each.name: each for each in vault.state.invited if each.until > now}
    if not open_ones:
        return []
    added = []
    update_roster(vault, remote)
    for request in requests(vault, remote):
        invited = open_ones.get(request.name)
        if invited is None:
            continue
        try:
            enrolment.check_code(request, vault.roster.vault, invited.secret)
        except BadSignature:
            continue
        admit(vault, remote, request)
        vault.state.invited = [each for each in vault.state.invited if each is not invited]
        vault.save()
        added.append(request.name)
    return added


def admit(vault: Vault, remote: Remote, request: Request) -> None:
    """Add the member of a request."""

    def adding(known: Roster) -> Add:
        return enrolment.admission(request, known, vault.keys)

    append(vault, remote, adding)


def named(known: Roster, name: str) -> Member:
    """Return the present member of a name. Raises NotFound."""
    member = known.named(name)
    if member is None:
        raise NotFound(
            f"{name!r} is not a member of {known.workspace!r}.",
            hint="Members: " + ", ".join(each.name for each in known.current()),
            field="name",
        )
    return member


def promote(vault: Vault, remote: Remote, name: str) -> None:
    """Make a member an admin."""

    def promoting(known: Roster) -> Promote:
        return Promote(previous=known.head, by=vault.keys.id, member=named(known, name).id)

    append(vault, remote, promoting)
