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
MOST_CONFLICTS = 100
# Declarations read at a time.
CLAIMS_LOOKED_AT = 200

Line = Annotated[str, Meta(max_length=200)]


class Checkin(Call, frozen=True, kw_only=True):
    """What an instance tells about itself; what is left out stays as it was."""

    summary: (
        Annotated[str, Meta(max_length=500, description="What you are doing"), CLEARS] | None
    ) = None
    machine: Annotated[Line | None, Meta(description="Machine you run on")] = None
    platform: Annotated[Line | None, Meta(description="Its operating system")] = None
    program: Annotated[Line | None, Meta(description="Program you run in")] = None
    model: Annotated[Line | None, Meta(description="Model you are")] = None
    title: Annotated[Line | None, Meta(description="Name to show to people")] = None
    role: Annotated[Line | None, Meta(description="What you are for")] = None
    capabilities: (
        Annotated[
            list[Annotated[str, Meta(max_length=100)]],
            Meta(max_length=50, description="What you can do"),
        ]
        | None
    ) = None
    area: (
        Annotated[str, Meta(max_length=200, description="The part of the work you claim"), CLEARS]
        | None
    ) = None
    files: (
        Annotated[
            list[Annotated[str, Meta(max_length=500)]],
            Meta(max_length=200, description="Files you are working on"),
        ]
        | None
    ) = None
    reach: (
        Annotated[
            str, Meta(max_length=32, description="How mail reaches you: poll, hook, socket, push")
        ]
        | None
    ) = None
    ttl_s: (
        Annotated[
            int,
            Meta(ge=10, le=86_400, description="Seconds you count as online after a sign of life"),
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
                    "Wish for an instance, such as a directory's name; the server gives the first"
                    " of it, it-2, … that no live copy has"
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
                    "Random text of this running copy; with it a copy keeps the instance it was"
                    " given"
                ),
            ),
        ]
        | None
    ) = None


class Instance(msgspec.Struct, frozen=True, kw_only=True):
    """One agent or running copy of it, as others see it."""

    agent: Annotated[str, Meta(description="Name")]
    instance: Annotated[str | None, Meta(description="Which running copy; null for the agent")] = (
        None
    )
    kind: Annotated[str, Meta(description="agent, human or system")]
    presence: Annotated[Standing, Meta(description="online, idle or away")]
    is_working: Annotated[bool, Meta(description="Online with a summary")]
    last_seen: Annotated[str | None, Meta(description="Last sign of life")] = None
    started_at: Annotated[str | None, Meta(description="When it checked in")] = None
    summary: Annotated[str | None, Meta(description="What it is doing")] = None
    machine: Annotated[str | None, Meta(description="Machine it runs on")] = None
    platform: Annotated[str | None, Meta(description="Its operating system")] = None
    program: Annotated[str | None, Meta(description="Program it runs in")] = None
    model: Annotated[str | None, Meta(description="Model it is")] = None
    title: Annotated[str | None, Meta(description="Name to show to people")] = None
    role: Annotated[str | None, Meta(description="What it is for")] = None
    capabilities: Annotated[list[str], Meta(description="What it can do")] = []
    area: Annotated[str | None, Meta(description="The part of the work it claims")] = None
    files: Annotated[list[str], Meta(description="Files it is working on")] = []
    reach: Annotated[str, Meta(description="How mail reaches it")] = "poll"
    activity: Annotated[
        str | None,
        Meta(
            description=(
                "What its program does, by its hooks: idle, busy, asking, compacting or gone"
            )
        ),
    ] = None
    activity_since: Annotated[str | None, Meta(description="Since when it does that")] = None
    instances: Annotated[list[Instance], Meta(description="Its running copies")] = []
    unread: Annotated[
        int | None,
        Meta(
            description=(
                "Unread messages, up to 100; null where that was not asked for or is not yours to"
                " know"
            )
        ),
    ] = None


class CheckedIn(msgspec.Struct, frozen=True, kw_only=True):
    """Who you are now, how much post waits, and who declared the same area or files."""

    me: Annotated[Instance, Meta(description="You, as others see you")]
    unread: Annotated[int, Meta(description="Unread messages, up to 1,000")]
    total: Annotated[int, Meta(description="Messages in the mailbox, up to 1,000")]
    heartbeat_s: Annotated[int, Meta(description="Seconds until the next sign of life is due")]
    ttl_s: Annotated[int, Meta(description="Seconds you count as online")]
    conflicts: Annotated[list[Overlap], Meta(description="Who declared the same area or files")]
    notices: Annotated[
        list[str], Meta(description="Notices about the server, for its operator")
    ] = []
    copies: Annotated[
        list[Instance],
        Meta(description="Other running copies of you that are online, each with its own inbox"),
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
    "activity",
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
        activity_since=to_text_or_none(here.card.get("activity_at")),
        instances=instances or [],
        **card,
    )


@op("agent.check_in", scope="write", writes=True)
async def check_in(context: Context, params: Checkin) -> CheckedIn:
    """Say that you are here and what you are doing; tells how much post waits and who works on the
    same things.

    With `auto_instance` the server chooses the instance; `me` says which. One that was left is
    given again, and starts as a new
    one does: with what no copy has read. `copies` names the other live copies.

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
        await context.store.note(
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
            "`auto_instance` is for a copy that has no instance.",
            hint="Leave `instance` or `auto_instance` out.",
            field="auto_instance",
        )
    if params.copy_id is None:
        raise Invalid(
            "`auto_instance` needs `copy_id`.",
            hint="Give 16 to 64 random characters, the same ones each time.",
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
    while len(found) < MOST_CONFLICTS:
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
    return found[:MOST_CONFLICTS]


class Heartbeat(Call, frozen=True, kw_only=True):
    """A sign of life, with what you are doing now if that changed."""

    summary: (
        Annotated[str, Meta(max_length=500, description="What you are doing"), CLEARS] | None
    ) = None


class Alive(msgspec.Struct, frozen=True, kw_only=True):
    """When you were seen, and how much post waits."""

    agent: Annotated[str, Meta(description="Your name")]
    instance: Annotated[str | None, Meta(description="Which running copy you are")]
    last_seen: Annotated[str, Meta(description="This sign of life")]
    unread: Annotated[int, Meta(description="Unread messages, up to 1,000")]


@op("agent.heartbeat", scope="write", writes=lambda params: params.summary is not None)
async def heartbeat(context: Context, params: Heartbeat) -> Alive:
    """Say that you are still here. Any call counts as a sign of life; this one does nothing else.

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
    """Leaving, with a last word if you like."""

    summary: (
        Annotated[str, Meta(max_length=500, description="What you leave behind"), CLEARS] | None
    ) = None


class CheckedOut(msgspec.Struct, frozen=True, kw_only=True):
    """Who left, and when."""

    agent: Annotated[str, Meta(description="Your name")]
    instance: Annotated[str | None, Meta(description="Which running copy left")]
    left_at: Annotated[str, Meta(description="When")]


@op("agent.check_out", scope="write", writes=True)
async def check_out(context: Context, params: Checkout) -> CheckedOut:
    """Say that you are leaving; you show as away at once, and your post waits.

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
        await context.store.note(
            "agent.checked_out", at=context.now, reader=me.agent, subject=subject
        )
    )
    return CheckedOut(agent=me.name, instance=me.instance, left_at=to_text(context.now))


class ListAgents(Call, frozen=True, kw_only=True):
    """Whom to list."""

    online_only: Annotated[bool, Meta(description="Leave out who is not here")] = False
    name: Annotated[str, Meta(max_length=512, description="Only this agent")] | None = None
    days: (
        Annotated[int, Meta(ge=1, le=3650, description="Only those heard of within so many days")]
        | None
    ) = None
    newest_first: Annotated[
        bool, Meta(description="Last heard of first, instead of in order of name")
    ] = False
    present_first: Annotated[
        bool,
        Meta(
            description="Online ones first, then idle, then away; of each the last heard of first"
        ),
    ] = False
    limit: Annotated[int, Meta(ge=1, le=1000, description="At most this many")] | None = None
    skip: Annotated[
        int,
        Meta(ge=0, le=1_000_000, description="Leave out so many before them, for the next page"),
    ] = 0
    like: (
        Annotated[
            str,
            Meta(
                max_length=256,
                description=(
                    "Only names with these letters in them, upper or lower case; in order of name "
                    "those that begin with them first"
                ),
            ),
        ]
        | None
    ) = None
    cursor: Cursor | None = None
    with_unread: Annotated[bool, Meta(description="Count the unread post of each, up to 100")] = (
        False
    )
    waiting: Annotated[
        int,
        Meta(
            ge=0,
            le=200,
            description=(
                "Also tell of so many who are not online and for whom unread post waits that names "
                "them, whether or not they are on the page"
            ),
        ),
    ] = 0


class Roster(msgspec.Struct, frozen=True, kw_only=True):
    """Agents and people of the workspace, each with its instances.

    And names that post waits for.
    """

    workspace: Annotated[str, Meta(description="Where they are")]
    agents: Annotated[
        list[Instance], Meta(description="Agents and people, with their running copies")
    ]
    awaited: Annotated[
        list[str],
        Meta(
            description="Names written to that have never been here; with a limit at most as many"
        ),
    ]
    total: Annotated[int, Meta(description="How many there are, also beyond the limit")]
    online: Annotated[int, Meta(description="How many of them are online")]
    cursor: Annotated[str | None, Meta(description="To go on; null when there are no more")] = None
    waiting: Annotated[
        list[Instance],
        Meta(
            description=(
                "Not online, with unread post that names them, the last heard of first; as many as "
                "asked for"
            )
        ),
    ] = []


UNREAD_UP_TO = 100
# On one page; a page also ends where its answer would be too long.
MOST_AGENTS = 1_000
AWAITED_BYTES = WAITING_BYTES = 100_000
RANK = {"online": 0, "idle": 1, "away": 2}


@op("agent.list", scope="read", is_slow=True)
async def list_agents(context: Context, params: ListAgents) -> Roster:
    """Return who is here: every agent and person with presence, and names that post waits for."""
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
            context, params, found[skip:][: MOST_AGENTS if params.limit is None else params.limit]
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
    """Nothing to say."""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Whom your key makes you, and what it lets you do."""

    workspace: Annotated[str, Meta(description="Where your calls act")]
    agent: Annotated[str | None, Meta(description="Your name; null for a key without one")]
    instance: Annotated[str | None, Meta(description="Which running copy you are")]
    role: Annotated[str, Meta(description="Kind of key")]
    key_id: Annotated[str, Meta(description="Id of the key")]
    may_speak_as: Annotated[
        list[str], Meta(description="Other names the key may use; * matches any text")
    ]
    may: Annotated[list[str], Meta(description="Scopes")]


@op("agent.whoami", scope="read")
async def whoami(context: Context, params: Whoami) -> Identity:
    """Return whom your key makes you: workspace, name, role, and as whom else it may speak."""
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
