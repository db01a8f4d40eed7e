"""agent.*: check in, heartbeat, check out, list with presence, whoami.

Explained in docs/why/presence.md.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from ackbox.errors import Invalid
from ackbox.model.moment import to_text, to_text_or_none
from ackbox.ops.agent.copies import COPY, choose, siblings
from ackbox.ops.lenient import CLEARS
from ackbox.ops.rules.cursors import make_cursor, read_cursor
from ackbox.ops.rules.overlap import Overlap, overlap
from ackbox.ops.rules.paging import fitting
from ackbox.ops.rules.presence import (
    DEFAULT_TTL_S,
    Here,
    Member,
    Standing,
    best,
    derive,
    derived,
    everyone,
)
from ackbox.ops.rules.seeing import narrowed, written_by
from ackbox.ops.rules.totals import counts
from ackbox.ops.table import Call, Context, Cursor, op
from ackbox.store.marks import COUNTED_UP_TO
from ackbox.store.readers import Presence, Reader

DAY_MS = 86_400_000
MAX_CONFLICTS = 100
# Declarations read at a time.
CLAIMS_LOOKED_AT = 200

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


class Instance(msgspec.Struct, frozen=True, kw_only=True):
    """An agent or one of its instances, as others see it."""

    agent: Annotated[str, Meta(description="Name")]
    instance: Annotated[str | None, Meta(description="Instance; null for the agent")] = None
    kind: Annotated[str, Meta(description="Kind: agent, human or system")]
    presence: Annotated[Standing, Meta(description="Presence: online, idle or away")]
    is_working: Annotated[bool, Meta(description="Whether it is online with a summary")]
    last_seen: Annotated[str | None, Meta(description="Time of the last call")] = None
    started_at: Annotated[str | None, Meta(description="Time of the check-in")] = None
    summary: Annotated[str | None, Meta(description="Summary of its current work")] = None
    machine: Annotated[str | None, Meta(description="Machine")] = None
    platform: Annotated[str | None, Meta(description="Operating system")] = None
    program: Annotated[str | None, Meta(description="Agent program")] = None
    model: Annotated[str | None, Meta(description="Model")] = None
    title: Annotated[str | None, Meta(description="Display name")] = None
    role: Annotated[str | None, Meta(description="Intent")] = None
    capabilities: Annotated[list[str], Meta(description="Capabilities")] = []
    area: Annotated[str | None, Meta(description="Area of the work that it claims")] = None
    files: Annotated[list[str], Meta(description="Files it works on")] = []
    reach: Annotated[str, Meta(description="Delivery channel: poll, hook, socket or push")] = "poll"
    instances: Annotated[list[Instance], Meta(description="Instances")] = []
    unread: Annotated[
        int | None,
        Meta(
            description=(
                "Number of unread messages (counted up to 100); null if not requested or "
                "not visible to you"
            )
        ),
    ] = None


class CheckedIn(msgspec.Struct, frozen=True, kw_only=True):
    """Your card, unread messages, and agents that claim the same area or files."""

    me: Annotated[Instance, Meta(description="Your card")]
    unread: Annotated[int, Meta(description="Number of unread messages (counted up to 1,000)")]
    total: Annotated[
        int, Meta(description="Number of messages in the mailbox (counted up to 1,000)")
    ]
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


_CARD = (
    "summary",
    "machine",
    "platform",
    "program",
    "model",
    "title",
    "role",
    "capabilities",
    "area",
    "files",
    "reach",
)


def shown(reader: Reader, here: Here, instances: list[Instance] | None = None) -> Instance:
    """Return a reader as others see it."""
    card = {key: here.card[key] for key in _CARD if here.card.get(key) not in (None, "")}
    return Instance(
        agent=reader.name,
        instance=reader.instance,
        kind=reader.kind,
        presence=here.presence,
        is_working=here.presence == "online" and bool(card.get("summary")),
        last_seen=to_text_or_none(here.last_seen),
        started_at=to_text_or_none(here.started_at),
        instances=instances or [],
        **card,
    )


@op("agent.check_in", scope="write", writes=True)
async def check_in(context: Context, params: Checkin) -> CheckedIn:
    """Report that you are online and what you work on.

    Returns your unread count and the agents that claim the same work. With `auto_instance` the
    server chooses an instance, in `me`. An abandoned instance is reused, and starts with the
    messages that no instance has read. `copies` lists your other online instances.

    Raises Invalid, NotAllowed, Conflict (a second spelling of a name).
    """
    params = await with_instance(context, params)
    me = await context.newcomer(params)
    before = await context.store.presence(me.reader)
    card = msgspec.json.decode(before.card) if before else {}
    token = card.pop(COPY, None)
    is_start = before is None or before.left_at is not None or params.copy_id not in (None, token)
    if params.copy_id is not None:
        # What another copy said of itself is not said of this one.
        card = {**(card if token == params.copy_id else {}), COPY: params.copy_id}
    card |= {key: getattr(params, key) for key in _CARD if getattr(params, key) is not None}
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
        heartbeat_s=max(ttl_s // 3, 1),
        ttl_s=ttl_s,
        conflicts=conflicts,
        copies=await _copies(context, me),
        notices=context.notices if context.caller.may("server") else [],
    )


C = TypeVar("C", bound=Checkin)


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


class Heartbeat(Call, frozen=True, kw_only=True):
    """A heartbeat, with a new summary if it changed."""

    summary: (
        Annotated[str, Meta(max_length=500, description="Summary of your current work"), CLEARS]
        | None
    ) = None


class Alive(msgspec.Struct, frozen=True, kw_only=True):
    """Time of the heartbeat and number of unread messages."""

    agent: Annotated[str, Meta(description="Your name")]
    instance: Annotated[str | None, Meta(description="Your instance")]
    last_seen: Annotated[str, Meta(description="Time of this call")]
    unread: Annotated[int, Meta(description="Number of unread messages (counted up to 1,000)")]


@op("agent.heartbeat", scope="write", writes=lambda params: params.summary is not None)
async def heartbeat(context: Context, params: Heartbeat) -> Alive:
    """Report that you are still online; any other call does so too.

    Raises NotAllowed.
    """
    me = await context.me(params)
    if params.summary is not None:
        before = await context.store.presence(me.reader) or Presence(
            me.reader, context.now, context.now, DEFAULT_TTL_S, None, "{}"
        )
        card = {**msgspec.json.decode(before.card), "summary": params.summary}
        text = msgspec.json.encode(card).decode()
        await context.store.put_presence(
            msgspec.structs.replace(before, last_seen=context.now, left_at=None, card=text)
        )
    unread = await context.store.unmarked(me, "read", after=0, most=COUNTED_UP_TO, now=context.now)
    return Alive(
        agent=me.name, instance=me.instance, last_seen=to_text(context.now), unread=len(unread)
    )


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
    left_at: Annotated[str, Meta(description="Time")]


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
        **msgspec.json.decode(before.card),
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
    subject = {"agent": me.name, "instance": me.instance}
    context.rings.add(
        await context.store.add_event(
            "agent.checked_out", at=context.now, reader=me.agent, subject=subject
        )
    )
    return CheckedOut(agent=me.name, instance=me.instance, left_at=to_text(context.now))


class ListAgents(Call, frozen=True, kw_only=True):
    """Filters and order of the list."""

    online_only: Annotated[
        bool, Meta(description="Whether to leave out agents that are not online")
    ] = False
    name: (
        Annotated[str, Meta(max_length=512, description="Name of the only agent to list")] | None
    ) = None
    days: (
        Annotated[
            int, Meta(ge=1, le=3650, description="Days since the last call, at most (1 to 3,650)")
        ]
        | None
    ) = None
    newest_first: Annotated[
        bool, Meta(description="Whether to sort by last call, newest first, instead of by name")
    ] = False
    present_first: Annotated[
        bool,
        Meta(
            description=(
                "Whether to sort by presence: online, idle, away; then by last call, newest first"
            )
        ),
    ] = False
    limit: (
        Annotated[int, Meta(ge=1, le=1000, description="Maximum number of items to return")] | None
    ) = None
    skip: Annotated[
        int,
        Meta(ge=0, le=1_000_000, description="Number of agents to skip"),
    ] = 0
    like: (
        Annotated[
            str,
            Meta(
                max_length=256,
                description=(
                    "Text that names must contain, in any case; names that begin with it come first"
                ),
            ),
        ]
        | None
    ) = None
    cursor: Cursor | None = None
    with_unread: Annotated[
        bool, Meta(description="Whether to count each agent's unread messages, up to 100")
    ] = False
    waiting: Annotated[
        int,
        Meta(
            ge=0,
            le=200,
            description=(
                "Number of offline agents with unread direct messages to list separately (0 to 200)"
            ),
        ),
    ] = 0


class Roster(msgspec.Struct, frozen=True, kw_only=True):
    """Agents and people of the workspace with their instances, and unknown names.

    Messages wait for the unknown names.
    """

    workspace: Annotated[str, Meta(description="Workspace")]
    agents: Annotated[list[Instance], Meta(description="Agents and people, with their instances")]
    awaited: Annotated[
        list[str],
        Meta(description="Unknown names that messages wait for; at most `limit`"),
    ]
    total: Annotated[int, Meta(description="Total number of agents and people")]
    online: Annotated[int, Meta(description="Number of them that are online")]
    cursor: Annotated[
        str | None, Meta(description="Cursor for the next page; null on the last page")
    ] = None
    waiting: Annotated[
        list[Instance],
        Meta(
            description=("Offline agents with unread direct messages, by last call, newest first")
        ),
    ] = []


UNREAD_UP_TO = 100
# On one page; a page also ends where its answer would be too long.
MAX_AGENTS = 1_000
AWAITED_BYTES = WAITING_BYTES = 100_000
RANK = {"online": 0, "idle": 1, "away": 2}


@op("agent.list", scope="read", is_slow=True)
async def list_agents(context: Context, params: ListAgents) -> Roster:
    """List agents and people with their presence, and unknown recipients."""
    ws, query, wanted = (
        context.workspace.ws,
        f"agents {_asked(params)}",
        None if params.like is None else params.like.casefold(),
    )
    awaited = await context.store.awaited(visible_to=await written_by(context, params))
    awaited = [name for name in awaited if wanted is None or wanted in name.casefold()]
    found = [
        each
        for each in await everyone(context, params.name)
        if _fits(context, params, each, wanted)
    ]
    if wanted is not None:
        found.sort(key=lambda each: not each.name.casefold().startswith(wanted))
    if params.newest_first or params.present_first:
        found.sort(key=lambda each: each.last_seen or 0, reverse=True)
    if params.present_first:
        found.sort(key=lambda each: RANK[each.presence])
    skip = params.skip if params.cursor is None else read_cursor(ws, query, params.cursor)
    cards = fitting(
        await _cards(
            context, params, found[skip:][: MAX_AGENTS if params.limit is None else params.limit]
        )
    )
    agents = cards[: context.fits(cards).count]
    upto = skip + len(agents)
    return Roster(
        workspace=context.workspace.name,
        agents=agents,
        awaited=fitting(awaited[: params.limit], AWAITED_BYTES),
        total=len(found),
        online=sum(each.presence == "online" for each in found),
        cursor=make_cursor(ws, query, upto) if upto < len(found) else None,
        waiting=fitting(
            await _cards(context, params, await _waited_for(context, params, found)), WAITING_BYTES
        ),
    )


def _asked(params: ListAgents) -> str:
    return repr(
        [
            params.online_only,
            params.name,
            params.days,
            params.newest_first,
            params.present_first,
            params.like,
        ]
    )


def _fits(context: Context, params: ListAgents, each: Member, wanted: str | None) -> bool:
    return (
        (wanted is None or wanted in each.name.casefold())
        and (not params.online_only or each.presence == "online")
        and (params.days is None or (each.last_seen or 0) >= context.now - params.days * DAY_MS)
    )


async def _cards(context: Context, params: ListAgents, page: list[Member]) -> list[Instance]:
    """Draw up the cards of a page.

    Others are only counted: this costs more than finding out who is here.
    """
    counts = await _unread(context, params, page) if params.with_unread else {}
    return [
        msgspec.structs.replace(await card_of(context, each), unread=counts.get(each.reader))
        for each in page
    ]


async def card_of(context: Context, member: Member) -> Instance:
    """Return an agent with its running copies, as others see it: as present as the most present
    of them.
    """
    stored = await context.store.presences(member.reader)
    family = [each for each in await context.store.family(member.reader) if each.seen]
    here = {each.reader: derived(context, stored.get(each.reader), each.reader) for each in family}
    own = next(each for each in family if each.is_agent)
    copies = sorted(
        (each for each in family if not each.is_agent), key=lambda each: each.instance or ""
    )
    together = best([here[own.reader], *(here[each.reader] for each in copies)])
    merged = Here(
        together.presence,
        together.last_seen,
        together.reach,
        {**together.card, **here[own.reader].card},
        here[own.reader].started_at or together.started_at,
    )
    return shown(own, merged, [shown(each, here[each.reader]) for each in copies])


async def _waited_for(context: Context, params: ListAgents, found: list[Member]) -> list[Member]:
    """Return those who are not online and for whom post waits by name, the last heard of first,
    as far as the caller may know.
    """
    if not params.waiting:
        return []
    visible_to, numbers = (
        await narrowed(context, params),
        await context.store.agents_with_post(now=context.now),
    )
    waited = [
        each
        for each in found
        if each.presence != "online"
        and each.reader in numbers
        and visible_to in (None, each.reader)
    ]
    return sorted(waited, key=lambda each: each.last_seen or 0, reverse=True)[: params.waiting]


async def _unread(context: Context, params: ListAgents, page: list[Member]) -> dict[int, int]:
    """Return how much post waits for each of them, as far as the caller may know."""
    visible_to, found = await narrowed(context, params), dict[int, int]()
    for each in page:
        reader = (
            await context.store.reader_by_number(each.reader)
            if visible_to in (None, each.reader)
            else None
        )
        if reader is not None:
            found[each.reader] = len(
                await context.store.unmarked(
                    reader, "read", after=0, most=UNREAD_UP_TO, now=context.now
                )
            )
    return found


class Whoami(Call, frozen=True, kw_only=True):
    """No parameters."""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Your identity and the rights of your key."""

    workspace: Annotated[str, Meta(description="Workspace")]
    agent: Annotated[str | None, Meta(description="Your name; null for a key without a name")]
    instance: Annotated[str | None, Meta(description="Your instance")]
    role: Annotated[str, Meta(description="Role of the key")]
    key_id: Annotated[str, Meta(description="Id of the key")]
    may_speak_as: Annotated[
        list[str], Meta(description="Other names the key may speak as; * matches any text")
    ]
    may: Annotated[list[str], Meta(description="Scopes of the key")]


@op("agent.whoami", scope="read")
async def whoami(context: Context, params: Whoami) -> Identity:
    """Return your identity: workspace, name, role and rights of your key."""
    caller = context.caller
    name, instance = (
        (None, None)
        if params.agent is None and caller.agent is None and context.session is None
        else context.identity(params)
    )
    return Identity(
        workspace=context.workspace.name,
        agent=name,
        instance=instance,
        role=caller.role,
        key_id=caller.key_id,
        may_speak_as=list(caller.may_speak_as),
        may=[
            scope
            for scope in ("read", "write", "sign_in", "admin", "server", "database")
            if caller.may(scope)
        ],
    )
