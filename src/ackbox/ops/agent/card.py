"""Cards: an agent or instance, as others see it.

Explained in docs/why/presence.md.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.model.message import Time
from ackbox.model.moment import to_text_or_none
from ackbox.ops.rules.pauses import Paused, pause_of
from ackbox.ops.rules.presence import (
    Here,
    Member,
    Reach,
    Standing,
    best,
    derived,
)
from ackbox.ops.table import Context
from ackbox.store.readers import Reader


class Instance(msgspec.Struct, frozen=True, kw_only=True):
    """An agent or one of its instances, as others see it."""

    agent: Annotated[str, Meta(description="Name")]
    instance: Annotated[str | None, Meta(description="Instance; null for the agent")] = None
    kind: Annotated[str, Meta(description="Kind: agent, human or system")]
    presence: Annotated[Standing, Meta(description="Presence: online, idle or away")]
    is_working: Annotated[bool, Meta(description="Whether it is online with a summary")]
    last_seen: Annotated[Time | None, Meta(description="Time of the last call")] = None
    started_at: Annotated[Time | None, Meta(description="Time of the check-in")] = None
    summary: Annotated[str | None, Meta(description="Summary of its current work")] = None
    machine: Annotated[str | None, Meta(description="Machine")] = None
    platform: Annotated[str | None, Meta(description="Operating system")] = None
    program: Annotated[str | None, Meta(description="Agent program")] = None
    model: Annotated[str | None, Meta(description="Model")] = None
    title: Annotated[str | None, Meta(description="Display name")] = None
    role: Annotated[str | None, Meta(description="Role, such as reviewer")] = None
    capabilities: Annotated[list[str], Meta(description="Capabilities")] = []
    area: Annotated[str | None, Meta(description="Area of the work that it claims")] = None
    files: Annotated[list[str], Meta(description="Files it works on")] = []
    directory: Annotated[str | None, Meta(description="Directory it works in")] = None
    repository: Annotated[str | None, Meta(description="Root directory of its repository")] = None
    pid: Annotated[int | None, Meta(description="Id of its process")] = None
    terminal: Annotated[str | None, Meta(description="Terminal of its process")] = None
    reach: Reach = "poll"
    activity: Annotated[
        str | None,
        Meta(description="Activity of its program: idle, busy, asking, compacting or gone"),
    ] = None
    activity_since: Annotated[Time | None, Meta(description="Time the activity began")] = None
    paused: Annotated[Paused | None, Meta(description="Pause that a person set; null for none")] = (
        None
    )
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
    session: Annotated[
        int | None,
        Meta(
            description=(
                "Number of its newest session that has not ended; null if not requested or none"
            )
        ),
    ] = None


# What an agent says of itself when it checks in; its activity comes from its program alone.
DECLARED = (
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
    "directory",
    "repository",
    "pid",
    "terminal",
    "reach",
)


def shown(reader: Reader, here: Here, instances: list[Instance] | None = None) -> Instance:
    """Return a reader as others see it."""
    card = {key: here.card[key] for key in DECLARED if here.card.get(key) not in (None, "")}
    activity = activity_of(here)
    return Instance(
        agent=reader.name,
        instance=reader.instance,
        kind=reader.kind,
        presence=here.presence,
        is_working=here.presence == "online" and bool(card.get("summary")),
        last_seen=to_text_or_none(here.last_seen),
        started_at=to_text_or_none(here.started_at),
        activity=activity,
        activity_since=to_text_or_none(here.card.get("activity_at")) if activity else None,
        instances=instances or [],
        **card,
    )


def activity_of(here: Here) -> str | None:
    """Return what the program of a reader does, unless that is no longer true.

    A program that is away without having said so has crashed; one that has ended may be back by
    another way.
    """
    activity: str | None = here.card.get("activity")
    return activity if (activity == "gone") == (here.presence == "away") else None


async def card_of(context: Context, member: Member) -> Instance:
    """Return an agent with its instances, as others see it: as present as the most present one."""
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
    card = shown(own, merged, [shown(each, here[each.reader]) for each in copies])
    return msgspec.structs.replace(card, paused=pause_of(context.workspace, "agent", own.name))
