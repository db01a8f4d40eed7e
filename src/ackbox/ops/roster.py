"""roster.*: the members of a sealed workspace, as records that its admins sign on their machines.

The server checks what can be checked without a key and adds nothing of its own. Explained in
docs/why/workspaces.md, "Sealed workspaces".
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from ackbox.errors import (
    AckboxError,
    Conflict,
    Invalid,
    NotAllowed,
    RateLimited,
    SealedRefused,
    StaleRoster,
)
from ackbox.model.moment import to_text
from ackbox.model.name import parse_name, refuse_newcomer
from ackbox.model.sealed import MemberId
from ackbox.ops.rules.sealing import roster_of
from ackbox.ops.table import Call, Context, op
from ackbox.store.readers import other_spelling

if TYPE_CHECKING:
    from ackbox.vault.roster import Body, Record, Roster

_MEMBER = re.compile(r"[0-9a-f]{64}")
DAY_MS = 86_400_000
MAX_REQUESTS = 100
MAX_REQUEST_BYTES = 4096
PAGE_BYTES = 1_500_000


class SignedRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A record of the roster: the bytes that an admin signed, and the signature."""

    body: Annotated[str, Meta(max_length=6000, description="Signed bytes, base64")]
    signature: Annotated[str, Meta(max_length=128, description="Signature, base64")]


class Append(Call, frozen=True, kw_only=True):
    """Record to append."""

    record: Annotated[SignedRecord, Meta(description="Record, signed by an admin member")]


class Appended(msgspec.Struct, frozen=True, kw_only=True):
    """Place of the record."""

    position: Annotated[int, Meta(description="Position of the record; the first is 0")]
    hash: Annotated[str, Meta(description="Hash of the record, base64")]
    duplicate: Annotated[bool, Meta(description="Whether the roster had the record before")] = False


@op("roster.append", scope="write", writes=True, creates=True)
async def append(context: Context, params: Append) -> Appended:
    """Append a record to the roster of a sealed workspace.

    The record names the hash of the newest one and is signed by a member that is an admin. The
    first record founds the roster; it needs a key that administers the workspace. The roster never
    changes otherwise, and the same record again is no error.

    Raises Conflict (the workspace is not sealed; another record came first), Invalid, NotAllowed,
    SealedRefused.
    """
    from ackbox.vault import roster as rosters

    _refuse_plain_workspace(context)
    await context.store.begin_sealed()
    record = _record(params.record)
    hash = rosters.record_hash(record)
    before = await roster_of(context)
    if before is not None and hash in before.hashes:
        position = before.hashes.index(hash)
        return Appended(position=position, hash=_text(hash), duplicate=True)
    body = rosters.parse(record)
    _check_what_it_says(context, before, body)
    after = _applied(before, record)
    await context.store.add_record(
        after.position,
        body=record.body,
        signature=record.signature,
        hash=after.head,
        now=context.now,
    )
    if isinstance(body, rosters.Genesis | rosters.Add):
        await _register(context, body.name, body.kind)
    if isinstance(body, rosters.Add):
        added = next(each for each in after.members.values() if each.added == after.position)
        await context.store.drop_requests(member=added.id, before=context.now - DAY_MS)
    context.store.posted.add(0)
    context.rings.add(
        await context.store.add_event(
            "roster.changed", at=context.now, reader=0, subject={"position": after.position}
        )
    )
    return Appended(position=after.position, hash=_text(hash))


def _refuse_plain_workspace(context: Context) -> None:
    if not context.workspace.sealed:
        raise Conflict(
            f"The workspace {context.workspace.name!r} is not sealed, and a workspace cannot become"
            " sealed later.",
            hint="Create a sealed workspace: workspace.create with `sealed`.",
            reason="plain",
        )


def _record(given: SignedRecord) -> Record:
    from ackbox.vault.roster import Record

    try:
        return msgspec.convert(msgspec.to_builtins(given), Record)
    except msgspec.ValidationError as error:
        raise Invalid(
            f"The record has the wrong form: {error}.",
            hint="Send what a client of ackbox signed, unchanged.",
            field="record",
            reason="record",
        ) from None


def _check_what_it_says(context: Context, before: Roster | None, body: Body) -> None:
    """Refuse what the server itself would have to agree to: the workspace, names and kinds."""
    from ackbox.vault import roster as rosters

    if isinstance(body, rosters.Genesis) and before is None:
        if not context.caller.may("admin"):
            raise NotAllowed(
                f"A key of kind {context.caller.role!r} cannot found the roster of a workspace.",
                hint="Use a key that administers the workspace.",
            )
        if (body.workspace, body.access) != (context.workspace.name, context.workspace.mode):
            raise Invalid(
                f"The record founds {body.workspace!r} ({body.access}); this workspace is"
                f" {context.workspace.name!r} ({context.workspace.mode}).",
                hint="Make the record for this workspace.",
                field="record",
                reason="workspace",
            )
    if isinstance(body, rosters.Genesis | rosters.Add):
        refuse_newcomer(parse_name(body.name, "record"), "record")
        if body.kind == "hosted":
            raise SealedRefused(
                "This server does not hold the key of a member, so no member can be hosted.",
                hint="Add an agent that runs ackbox on its machine.",
                field="record",
                reason="sealed_refused",
            )


async def _register(context: Context, name: str, kind: str) -> None:
    """Give a new member a mailbox, so that it receives broadcasts from now on.

    Only who administers the workspace makes a name a person's; a recovery member reads nothing.
    """
    is_person = kind == "human"
    if kind == "recovery" or (is_person and not context.caller.may("admin")):
        return
    known = await context.store.reader(name)
    if known is not None and known.seen:
        if known.name != name:
            raise other_spelling(name, known.name, field="record")
        return
    await context.register(name, kind="human" if is_person else "agent")


def _applied(before: Roster | None, record: Record) -> Roster:
    from ackbox.vault import roster as rosters

    try:
        return rosters.apply(before, record)
    except StaleRoster as error:
        raise _moved_on(before, error) from None


def _moved_on(before: Roster | None, error: AckboxError) -> Conflict:
    return Conflict(
        error.message,
        hint="Read the roster again (roster.get), then make the record again.",
        field="record",
        reason="record",
        position=-1 if before is None else before.position,
    )


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


class GetRoster(Call, frozen=True, kw_only=True):
    """Records to return."""

    after: Annotated[int, Meta(ge=-1, description="Position after which to begin")] = -1
    limit: Annotated[
        int, Meta(ge=1, le=1000, description="Maximum number of records to return (1 to 1,000)")
    ] = 1000


class KeptRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One record of the roster."""

    position: Annotated[int, Meta(description="Position; the first is 0")]
    body: Annotated[str, Meta(description="Signed bytes, base64")]
    signature: Annotated[str, Meta(description="Signature, base64")]
    created_at: Annotated[str, Meta(description="Time at which the server stored it")]


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """The last message of a member, as the server has it."""

    member: Annotated[str, Meta(description="Id of the member")]
    counter: Annotated[int, Meta(description="Number of its last message; 0 for none")]
    hash: Annotated[str | None, Meta(description="Hash of its last message, base64")]


class RosterRecords(msgspec.Struct, frozen=True, kw_only=True):
    """Records of the roster, and what each member sent last."""

    is_sealed: Annotated[bool, Meta(description="Whether the workspace is sealed")]
    records: Annotated[list[KeptRecord], Meta(description="Records, in order")]
    position: Annotated[int, Meta(description="Position of the newest record; -1 for none")]
    chains: Annotated[
        list[Chain],
        Meta(description="Last message of each present member, with the last page only"),
    ] = []


@op("roster.get", scope="read")
async def get(context: Context, params: GetRoster) -> RosterRecords:
    """Return the records of a sealed workspace's roster.

    Clients check each signature themselves, from the first record on. In a workspace that is not
    sealed there are none.
    """
    roster = await roster_of(context) if context.workspace.sealed else None
    rows = await context.store.roster_page(after=params.after, most=params.limit) if roster else []
    size, records = 0, list[KeptRecord]()
    for row in rows:
        size += len(row.body) * 4 // 3 + 200
        if records and size > PAGE_BYTES:
            break
        records.append(
            KeptRecord(
                position=row.position,
                body=_text(row.body),
                signature=_text(row.signature),
                created_at=to_text(row.created_at),
            )
        )
    is_last = roster is not None and (not records or records[-1].position == roster.position)
    return RosterRecords(
        is_sealed=bool(context.workspace.sealed),
        records=records,
        position=-1 if roster is None else roster.position,
        chains=await _chains(context, roster) if roster is not None and is_last else [],
    )


async def _chains(context: Context, roster: Roster) -> list[Chain]:
    found = []
    for member in roster.current():
        last = await context.store.last_link(member.id)
        found.append(
            Chain(
                member=member.id,
                counter=0 if last is None else last.counter,
                hash=None if last is None else _text(last.hash),
            )
        )
    return found


class AskToJoin(Call, frozen=True, kw_only=True):
    """Request of a new member."""

    request: Annotated[
        str,
        Meta(min_length=1, max_length=6000, description="Request for the admins, base64 (4 KiB)"),
    ]
    member: MemberId


class Requested(msgspec.Struct, frozen=True, kw_only=True):
    """Time until which the request waits."""

    expires_at: Annotated[str, Meta(description="Time at which the request ends")]


@op("roster.request", scope="write", writes=True)
async def request(context: Context, params: AskToJoin) -> Requested:
    """Submit a request to become a member of a sealed workspace.

    An admin answers it. The request waits for 24 hours; another one of the same agent replaces it.
    It ends when a record adds the member.

    Raises Conflict (the workspace is not sealed), Invalid, RateLimited (100 requests wait).
    """
    _refuse_plain_workspace(context)
    me = await context.newcomer(params)
    try:
        raw = base64.b64decode(params.request, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid(
            "`request` is not base64.", hint="Send base64 with padding.", field="request"
        ) from None
    if len(raw) > MAX_REQUEST_BYTES:
        raise Invalid(
            f"`request` has {len(raw):,} bytes; at most {MAX_REQUEST_BYTES:,} are allowed.",
            hint="Make the request with a client of ackbox.",
            field="request",
        )
    if not _MEMBER.fullmatch(params.member):
        raise Invalid(
            f"`member` is {params.member!r}, not the id of a member.",
            hint="Send 64 hex digits, as a client of ackbox makes them.",
            field="member",
        )
    store, now = context.store, context.now
    await store.drop_requests(member="", before=now - DAY_MS)
    waiting = await store.requests()
    if len(waiting) >= MAX_REQUESTS and all(each.agent != me.agent for each in waiting):
        raise RateLimited(
            f"{MAX_REQUESTS} requests wait already.",
            hint="Ask an admin to answer them.",
            retry_after_s=60,
        )
    await store.put_request(me.agent, member=params.member, request=raw, now=now)
    store.posted.add(0)
    context.rings.add(
        await store.add_event(
            "roster.requested", at=now, reader=me.agent, subject={"agent": me.name}
        )
    )
    return Requested(expires_at=to_text(now + DAY_MS))


class ListRequests(Call, frozen=True, kw_only=True):
    """No parameters."""


class WaitingRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request to become a member."""

    agent: Annotated[str, Meta(description="Agent whose key sent it")]
    member: Annotated[str, Meta(description="Id of the new member")]
    request: Annotated[str, Meta(description="Request, base64")]
    created_at: Annotated[str, Meta(description="Time of the request")]


class WaitingRequests(msgspec.Struct, frozen=True, kw_only=True):
    """Requests that wait for an admin."""

    requests: Annotated[list[WaitingRequest], Meta(description="Requests, oldest first")]


@op("roster.requests", scope="read")
async def requests(context: Context, params: ListRequests) -> WaitingRequests:
    """List the requests to become a member of a sealed workspace.

    Compare the words of a request with the person who made it before you add the member.
    """
    since = context.now - DAY_MS
    return WaitingRequests(
        requests=[
            WaitingRequest(
                agent=each.name,
                member=each.member,
                request=_text(each.request),
                created_at=to_text(each.created_at),
            )
            for each in await context.store.requests()
            if each.created_at >= since
        ]
    )
