"""agent.*: check in, heartbeat, check out, list with presence, whoami. Explained in docs/why/presence.md."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ackbox.model.moment import to_text, to_text_or_none
from ackbox.ops.presence import DEFAULT_TTL_S, Here, Standing, best, derive
from ackbox.ops.table import Call, Context, op
from ackbox.store.marks import COUNTED_UP_TO
from ackbox.store.readers import Presence, Reader

Line = Annotated[str, Meta(max_length=200)]


class Checkin(Call, frozen=True, kw_only=True):
    """What an instance tells about itself; what is left out stays as it was."""

    summary: Annotated[str, Meta(max_length=500, description="What you are doing")] | None = None
    machine: Line | None = None
    platform: Line | None = None
    program: Line | None = None
    model: Line | None = None
    area: Annotated[str, Meta(max_length=200, description="The part of the work you claim")] | None = None
    files: Annotated[list[Annotated[str, Meta(max_length=500)]], Meta(max_length=200, description="Files you are working on")] | None = None
    reach: Annotated[str, Meta(max_length=32, description="How mail reaches you: poll, hook, socket, push")] | None = None
    ttl_s: Annotated[int, Meta(ge=10, le=86_400, description="Seconds you count as online after a sign of life")] | None = None


class Instance(msgspec.Struct, frozen=True, kw_only=True):
    """One agent or running copy of it, as others see it."""

    agent: str
    instance: str | None = None
    kind: str
    presence: Standing
    is_working: bool
    last_seen: str | None = None
    started_at: str | None = None
    summary: str | None = None
    machine: str | None = None
    platform: str | None = None
    program: str | None = None
    model: str | None = None
    area: str | None = None
    files: list[str] = []
    reach: str = "poll"
    instances: list[Instance] = []


class CheckedIn(msgspec.Struct, frozen=True, kw_only=True):
    """Who you are now, how much post waits, and who declared the same area or files."""

    me: Instance
    unread: int
    total: int
    heartbeat_s: int
    ttl_s: int
    conflicts: list[dict[str, Any]]


_CARD = ("summary", "machine", "platform", "program", "model", "area", "files", "reach")


def shown(reader: Reader, here: Here, instances: list[Instance] | None = None) -> Instance:
    """Return a reader as others see it."""
    card = {key: here.card[key] for key in _CARD if here.card.get(key) is not None}
    return Instance(
        agent=reader.name, instance=reader.instance, kind=reader.kind, presence=here.presence,
        is_working=here.presence == "online" and bool(card.get("summary")), last_seen=to_text_or_none(here.last_seen),
        started_at=to_text_or_none(here.started_at), instances=instances or [], **card,
    )


@op("agent.check_in", scope="write", writes=True)
async def check_in(context: Context, params: Checkin) -> CheckedIn:
    """Say that you are here and what you are doing; tells how much post waits and who works on the same things.

    Raises Invalid, NotAllowed.
    """
    me = await context.me(params)
    before = await context.store.presence(me.reader)
    card = msgspec.json.decode(before.card) if before else {}
    card |= {key: getattr(params, key) for key in _CARD if getattr(params, key) is not None}
    is_start = before is None or before.left_at is not None
    ttl_s = params.ttl_s or (before.ttl_s if before else DEFAULT_TTL_S)
    presence = Presence(me.reader, context.now if before is None or is_start else before.started_at, context.now, ttl_s, None,
                        msgspec.json.encode(card).decode())
    await context.store.put_presence(presence)
    unread, total = await context.store.counts(me, now=context.now)
    conflicts = await _conflicts(context, me, card)
    subject = {"agent": me.name, "instance": me.instance}
    context.rings.add(await context.store.note("agent.checked_in", at=context.now, reader=me.agent, subject=subject))
    return CheckedIn(me=shown(me, derive(presence, context.now, context.now)), unread=min(unread, COUNTED_UP_TO),
                     total=min(total, COUNTED_UP_TO), heartbeat_s=max(ttl_s // 3, 1), ttl_s=ttl_s, conflicts=conflicts)


async def _conflicts(context: Context, me: Reader, card: dict[str, Any]) -> list[dict[str, Any]]:
    area, files = card.get("area"), set(card.get("files") or [])
    if not area and not files:
        return []
    found = []
    for reader, here in await _everybody(context):
        if reader.reader == me.reader or here.presence == "away":
            continue
        same_files = sorted(files & set(here.card.get("files") or []))
        same_area = [area] if area and here.card.get("area") == area else []
        if same_files or same_area:
            found.append({"agent": reader.name, "instance": reader.instance, "areas": same_area, "files": same_files})
    return found


class Heartbeat(Call, frozen=True, kw_only=True):
    """A sign of life, with what you are doing now if that changed."""

    summary: Annotated[str, Meta(max_length=500, description="What you are doing")] | None = None


class Alive(msgspec.Struct, frozen=True, kw_only=True):
    """When you were seen, and how much post waits."""

    agent: str
    instance: str | None
    last_seen: str
    unread: int


@op("agent.heartbeat", scope="write", writes=lambda params: params.summary is not None)
async def heartbeat(context: Context, params: Heartbeat) -> Alive:
    """Say that you are still here. Any call counts as a sign of life; this one does nothing else.

    Raises NotAllowed.
    """
    me = await context.me(params)
    if params.summary is not None:
        before = await context.store.presence(me.reader) or Presence(me.reader, context.now, context.now, DEFAULT_TTL_S, None, "{}")
        card = {**msgspec.json.decode(before.card), "summary": params.summary}
        text = msgspec.json.encode(card).decode()
        await context.store.put_presence(msgspec.structs.replace(before, last_seen=context.now, left_at=None, card=text))
    unread = await context.store.unmarked(me, "read", after=0, most=COUNTED_UP_TO, now=context.now)
    return Alive(agent=me.name, instance=me.instance, last_seen=to_text(context.now), unread=len(unread))


class Checkout(Call, frozen=True, kw_only=True):
    """Leaving, with a last word if you like."""

    summary: Annotated[str, Meta(max_length=500, description="What you leave behind")] | None = None


class CheckedOut(msgspec.Struct, frozen=True, kw_only=True):
    """Who left, and when."""

    agent: str
    instance: str | None
    left_at: str


@op("agent.check_out", scope="write", writes=True)
async def check_out(context: Context, params: Checkout) -> CheckedOut:
    """Say that you are leaving; you show as away at once, and your post waits.

    Raises NotAllowed.
    """
    me = await context.me(params)
    before = await context.store.presence(me.reader) or Presence(me.reader, context.now, context.now, DEFAULT_TTL_S, None, "{}")
    card = {**msgspec.json.decode(before.card), "summary": params.summary, "files": None, "area": None}
    card = {key: value for key, value in card.items() if value is not None}
    left = msgspec.structs.replace(before, last_seen=context.now, left_at=context.now, card=msgspec.json.encode(card).decode())
    await context.store.put_presence(left)
    context.signs_of_life[me.reader] = 0
    subject = {"agent": me.name, "instance": me.instance}
    context.rings.add(await context.store.note("agent.checked_out", at=context.now, reader=me.agent, subject=subject))
    return CheckedOut(agent=me.name, instance=me.instance, left_at=to_text(context.now))


class ListAgents(Call, frozen=True, kw_only=True):
    """Whom to list."""

    online_only: bool = False
    name: Annotated[str, Meta(max_length=256, description="Only this agent")] | None = None


class Roster(msgspec.Struct, frozen=True, kw_only=True):
    """Agents and people of the workspace, each with its instances; and names that post waits for."""

    agents: list[Instance]
    awaited: list[str]


@op("agent.list", scope="read")
async def list_agents(context: Context, params: ListAgents) -> Roster:
    """Return who is here: every agent and person with presence, and names that post waits for."""
    everybody = await _everybody(context)
    awaited = sorted({reader.name for reader in await context.store.all_readers() if not reader.seen and reader.is_agent})
    agents = []
    for reader, here in everybody:
        if not reader.is_agent or params.name not in (None, reader.name):
            continue
        own = [(each, state) for each, state in everybody if each.agent == reader.agent and not each.is_agent]
        together = best([here, *(state for _, state in own)])
        if params.online_only and together.presence != "online":
            continue
        merged = Here(together.presence, together.last_seen, together.reach, here.card or together.card,
                      here.started_at or together.started_at)
        agents.append(shown(reader, merged, [shown(each, state) for each, state in own]))
    return Roster(agents=agents, awaited=awaited)


async def _everybody(context: Context) -> list[tuple[Reader, Here]]:
    stored = await context.store.presences()
    ws = context.workspace.ws
    return [(reader, derive(stored.get(reader.reader), context.alive(ws, reader.reader), context.now))
            for reader in await context.store.all_readers() if reader.seen]


class Whoami(Call, frozen=True, kw_only=True):
    """Nothing to say."""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Whom your key makes you, and what it lets you do."""

    workspace: str
    agent: str | None
    instance: str | None
    role: str
    key_id: str
    may_speak_as: list[str]
    may: list[str]


@op("agent.whoami", scope="read")
async def whoami(context: Context, params: Whoami) -> Identity:
    """Return whom your key makes you: workspace, name, role, and as whom else it may speak."""
    caller = context.caller
    name, instance = (None, None) if params.agent is None and caller.agent is None else context.identity(params)
    return Identity(workspace=context.workspace.name, agent=name, instance=instance, role=caller.role, key_id=caller.key_id,
                    may_speak_as=list(caller.may_speak_as),
                    may=[scope for scope in ("read", "write", "admin", "instance") if caller.may(scope)])
