"""agent.check_in, agent.check_out: an agent comes and goes.

Explained in docs/why/presence.md.
"""

from __future__ import annotations

import secrets
import string
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from ackbox.errors import Conflict, Invalid
from ackbox.model.message import Time
from ackbox.model.moment import to_text
from ackbox.model.name import parse_name
from ackbox.ops.agent.card import DECLARED, Instance, shown
from ackbox.ops.agent.copies import COPY, choose, siblings
from ackbox.ops.lenient import CLEARS
from ackbox.ops.rules.attention import URGENT
from ackbox.ops.rules.overlap import Overlap, overlap
from ackbox.ops.rules.presence import (
    DEFAULT_TTL_S,
    derive,
    derived,
)
from ackbox.ops.rules.totals import counts
from ackbox.ops.rules.waking import withdrawn
from ackbox.ops.table import Call, Context, op
from ackbox.store.marks import COUNTED_UP_TO
from ackbox.store.readers import Presence, Reader

DAY_MS = 86_400_000
MAX_CONFLICTS = 100
# Unread messages in which urgent ones are looked for.
LOOKED_THROUGH = 200
# Declarations read at a time.
CLAIMS_LOOKED_AT = 200
LETTERS = string.ascii_lowercase + string.digits
# So many names of a form are tried before it counts as used up.
TRIES = 20

Line = Annotated[str, Meta(max_length=200)]


class Checkin(Call, frozen=True, kw_only=True):
    """Report of an instance about itself; omitted fields stay unchanged."""

    summary: (
        Annotated[str, Meta(max_length=500, description="Summary of your current work"), CLEARS]
        | None
    ) = None
    machine: Annotated[Line | None, Meta(description="Machine")] = None
    platform: Annotated[Line | None, Meta(description="Operating system")] = None
    program: Annotated[Line | None, Meta(description="Agent program")] = None
    model: Annotated[Line | None, Meta(description="Model")] = None
    title: Annotated[Line | None, Meta(description="Display name")] = None
    role: Annotated[Line | None, Meta(description="Role")] = None
    capabilities: (
        Annotated[
            list[Annotated[str, Meta(max_length=100)]],
            Meta(max_length=50, description="Capabilities (at most 50)"),
        ]
        | None
    ) = None
    area: (
        Annotated[str, Meta(max_length=200, description="Area of the work that you claim"), CLEARS]
        | None
    ) = None
    files: (
        Annotated[
            list[Annotated[str, Meta(max_length=500)]],
            Meta(max_length=200, description="Files you work on (at most 200)"),
        ]
        | None
    ) = None
    reach: (
        Annotated[
            str, Meta(max_length=32, description="Delivery channel: poll, hook, socket or push")
        ]
        | None
    ) = None
    directory: (
        Annotated[str, Meta(max_length=1000, description="Directory you work in"), CLEARS] | None
    ) = None
    repository: (
        Annotated[
            str, Meta(max_length=1000, description="Root directory of your repository"), CLEARS
        ]
        | None
    ) = None
    pid: Annotated[int, Meta(ge=0, le=1 << 53, description="Id of your process")] | None = None
    terminal: Annotated[Line | None, Meta(description="Terminal of your process")] = None
    ttl_s: (
        Annotated[
            int,
            Meta(
                ge=10,
                le=86_400,
                description="Seconds you count as online after a call (10 to 86,400)",
            ),
        ]
        | None
    ) = None
    name_form: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=64,
                description=(
                    "Form of a new name to register under, without `agent`, such as worker-????: "
                    "each ? becomes a random character of a to z and 0 to 9"
                ),
            ),
        ]
        | None
    ) = None
    auto_instance: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=512,
                description=(
                    "Preferred instance name, such as a directory name; the server adds "
                    "-2, -3, … if it is in use"
                ),
            ),
        ]
        | None
    ) = None
    copy_id: (
        Annotated[
            str,
            Meta(
                min_length=16,
                max_length=64,
                description=(
                    "Random text that identifies this process, so that it keeps its instance"
                ),
            ),
        ]
        | None
    ) = None


class Urgent(msgspec.Struct, frozen=True, kw_only=True):
    """An unread message of priority 5."""

    id: Annotated[str, Meta(description="Id of the message")]
    seq: Annotated[int, Meta(description="Number in the workspace")]
    sender: Annotated[str, Meta(description="Sender")]


class CheckedIn(msgspec.Struct, frozen=True, kw_only=True):
    """Your card, unread messages, and agents that claim the same area or files."""

    me: Annotated[Instance, Meta(description="Your card")]
    unread: Annotated[int, Meta(description="Number of unread messages (counted up to 1,000)")]
    total: Annotated[
        int, Meta(description="Number of messages in the mailbox (counted up to 1,000)")
    ]
    urgent: Annotated[
        list[Urgent],
        Meta(description="Unread messages of priority 5 among the oldest 200, oldest first"),
    ] = []
    heartbeat_s: Annotated[int, Meta(description="Seconds until the next heartbeat is due")]
    ttl_s: Annotated[int, Meta(description="Seconds you count as online after a call")]
    conflicts: Annotated[
        list[Overlap], Meta(description="Agents that claim the same area or files")
    ]
    notices: Annotated[list[str], Meta(description="Notices for the server's operator")] = []
    copies: Annotated[
        list[Instance],
        Meta(description="Your other online instances, each with a separate inbox"),
    ] = []


@op("agent.check_in", scope="write", writes=True)
async def check_in(context: Context, params: Checkin) -> CheckedIn:
    """Report that you are online and what you work on.

    Returns your unread count and the agents that claim the same work. With `auto_instance` the
    server chooses an instance, in `me`. An abandoned instance is reused, and starts with the
    messages that no instance has read. `copies` lists your other online instances. With `name_form`
    the server generates an unused name and returns it in `me`.

    Raises Invalid, NotAllowed, Conflict (a second spelling of a name; no free name of a form).
    """
    params = await with_instance(context, await with_name(context, params))
    me = await context.newcomer(params)
    before = await context.store.presence(me.reader)
    card = msgspec.json.decode(before.card) if before else {}
    token = card.pop(COPY, None)
    is_start = before is None or before.left_at is not None or params.copy_id not in (None, token)
    if params.copy_id is not None:
        # The card of another process does not apply to this one.
        card = {**(card if token == params.copy_id else {}), COPY: params.copy_id}
    card |= {key: getattr(params, key) for key in DECLARED if getattr(params, key) is not None}
    ttl_s = params.ttl_s or (before.ttl_s if before else DEFAULT_TTL_S)
    presence = Presence(
        me.reader,
        context.now if before is None or is_start else before.started_at,
        context.now,
        ttl_s,
        None,
        msgspec.json.encode(card).decode(),
    )
    await context.store.put_presence(presence)
    unread, total = await counts(context, me)
    urgent = await _urgent(context, me) if unread else []
    conflicts = await _conflicts(context, me, card)
    subject = {"agent": me.name, "instance": me.instance}
    context.rings.add(
        await context.store.add_event(
            "agent.checked_in", at=context.now, reader=me.agent, subject=subject
        )
    )
    return CheckedIn(
        me=shown(me, derive(presence, context.now, context.now)),
        unread=min(unread, COUNTED_UP_TO),
        total=min(total, COUNTED_UP_TO),
        urgent=urgent,
        heartbeat_s=max(ttl_s // 3, 1),
        ttl_s=ttl_s,
        conflicts=conflicts,
        copies=await _copies(context, me),
        notices=context.notices if context.caller.may("server") else [],
    )


async def _urgent(context: Context, me: Reader) -> list[Urgent]:
    seqs = await context.store.unmarked(me, "read", after=0, most=LOOKED_THROUGH, now=context.now)
    rows = await context.store.messages_at(seqs)
    return [
        Urgent(id=row.id, seq=row.seq, sender=row.sender_name)
        for row in sorted(rows, key=lambda row: row.seq)
        if row.priority >= URGENT
    ]


C = TypeVar("C", bound=Checkin)


async def with_name(context: Context, params: C) -> C:
    """Return the parameters with a new name of the form that they ask for.

    Raises Invalid, and Conflict when names of this form are hard to find.
    """
    if params.name_form is None:
        return params
    if params.agent is not None or context.session is not None:
        raise Invalid(
            "`name_form` and a name exclude each other.",
            hint="Leave `agent` or `name_form` out.",
            field="name_form",
        )
    for _ in range(TRIES):
        parts = [secrets.choice(LETTERS) if each == "?" else each for each in params.name_form]
        name = parse_name("".join(parts), "name_form")
        if await context.store.reader(name) is None:
            return msgspec.structs.replace(params, agent=name, name_form=None)
    raise Conflict(
        f"No free name of the form {params.name_form!r} was found.",
        hint="Use a form with more ?.",
        field="name_form",
    )


async def with_instance(context: Context, params: C) -> C:
    """Return the parameters with the instance that the server gives a copy. Raises Invalid."""
    if params.auto_instance is None or context.session is not None:
        # Without an instance it is the agent that checks in, and that is no copy.
        return (
            params
            if params.instance is not None
            else msgspec.structs.replace(params, copy_id=None, auto_instance=None)
        )
    if params.instance is not None:
        raise Invalid(
            "`auto_instance` and `instance` exclude each other.",
            hint="Leave `instance` or `auto_instance` out.",
            field="auto_instance",
        )
    if params.copy_id is None:
        raise Invalid(
            "`auto_instance` needs `copy_id`.",
            hint="Set it to 16 to 64 random characters, the same ones each time.",
            field="copy_id",
        )
    name, _ = context.identity(params)
    instance = await choose(context, name, params.auto_instance, params.copy_id)
    return msgspec.structs.replace(params, instance=instance, auto_instance=None)


async def _copies(context: Context, me: Reader) -> list[Instance]:
    return [
        shown(reader, derived(context, await context.store.presence(reader.reader), reader.reader))
        for reader in await siblings(context, me)
    ]


async def _conflicts(context: Context, me: Reader, card: dict[str, Any]) -> list[Overlap]:
    return await declared_overlaps(context, {me.reader}, card.get("area"), card.get("files") or [])


async def declared_overlaps(
    context: Context, but: set[int], area: str | None, files: list[str]
) -> list[Overlap]:
    """Return who of those that checked in, but some readers, declared the same area or files
    and is not away; the first hundred.
    """
    if not area and not files:
        return []
    found: list[Overlap] = []
    after = 0
    while len(found) < MAX_CONFLICTS:
        rows = await context.store.claims(
            since=context.now - DAY_MS,
            until=context.now + DAY_MS,
            after=after,
            most=CLAIMS_LOOKED_AT,
        )
        for reader, presence in rows:
            here = derived(context, presence, reader.reader)
            if reader.reader not in but and here.presence != "away":
                found += overlap(
                    reader.name,
                    reader.instance,
                    here.card.get("area"),
                    here.card.get("files") or [],
                    area,
                    files,
                )
        if len(rows) < CLAIMS_LOOKED_AT:
            break
        after = rows[-1][0].reader
    return found[:MAX_CONFLICTS]


class Checkout(Call, frozen=True, kw_only=True):
    """A check-out, with an optional summary."""

    summary: (
        Annotated[str, Meta(max_length=500, description="Summary of the work you leave"), CLEARS]
        | None
    ) = None


class CheckedOut(msgspec.Struct, frozen=True, kw_only=True):
    """The agent that checked out, and the time."""

    agent: Annotated[str, Meta(description="Your name")]
    instance: Annotated[str | None, Meta(description="Instance")]
    left_at: Annotated[Time, Meta(description="Time")]


@op("agent.check_out", scope="write", writes=True)
async def check_out(context: Context, params: Checkout) -> CheckedOut:
    """Report that you go offline; messages wait for you.

    Raises NotAllowed.
    """
    me = await context.me(params)
    before = await context.store.presence(me.reader) or Presence(
        me.reader, context.now, context.now, DEFAULT_TTL_S, None, "{}"
    )
    card = {
        **withdrawn(msgspec.json.decode(before.card)),
        "summary": params.summary,
        "files": None,
        "area": None,
    }
    card = {key: value for key, value in card.items() if value is not None}
    left = msgspec.structs.replace(
        before, last_seen=context.now, left_at=context.now, card=msgspec.json.encode(card).decode()
    )
    await context.store.put_presence(left)
    context.signs_of_life[me.reader] = 0
    # Those who wait for its reply wait no longer.
    context.store.posted.add(me.agent)
    subject = {"agent": me.name, "instance": me.instance}
    context.rings.add(
        await context.store.add_event(
            "agent.checked_out", at=context.now, reader=me.agent, subject=subject
        )
    )
    return CheckedOut(agent=me.name, instance=me.instance, left_at=to_text(context.now))
