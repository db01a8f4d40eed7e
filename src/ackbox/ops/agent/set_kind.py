"""agent.set_kind: making an agent's name a person's, or the other way round.

Earlier messages keep the kind they were sent with. Explained in docs/why/names.md, "A person is a
person".
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ackbox.errors import Conflict, NotFound
from ackbox.model.name import nearest
from ackbox.ops.access import is_person
from ackbox.ops.table import Call, Context, Name, op
from ackbox.store.store import Store


class SetKind(Call, frozen=True, kw_only=True):
    """Name, and its new kind."""

    name: Name
    kind: Annotated[Literal["agent", "human"], Meta(description="Kind: agent or human")]


class KindSet(msgspec.Struct, frozen=True, kw_only=True):
    """New and previous kind of the name."""

    agent: Annotated[str, Meta(description="Name")]
    kind: Annotated[str, Meta(description="New kind")]
    before: Annotated[str, Meta(description="Previous kind")]


@op("agent.set_kind", scope="admin", writes=True, recounts=True)
async def set_kind(context: Context, params: SetKind) -> KindSet:
    """Change a registered name's kind to agent or human.

    Earlier messages keep the kind they were sent with. Keys do not change: an agent's key cannot
    speak as a person, so create a new key for the person.

    Raises NotFound, Conflict (part of the server, or a person with a valid key).
    """
    store = context.store
    reader = await store.reader(params.name)
    if reader is None or not reader.seen:
        near = nearest(params.name, await store.known_names())
        raise NotFound(
            f"No agent or person called {params.name!r} is registered.",
            field="name",
            near=near,
            hint=f"Did you mean {near[0]!r}?" if near else "See who is registered with agent.list.",
        )
    if reader.kind == "system":
        raise Conflict(
            f"{params.name!r} is part of the server.",
            hint="Its kind stays 'system'.",
            field="name",
        )
    if reader.is_person and params.kind == "agent" and await _has_key(context, reader.name):
        raise Conflict(
            f"{params.name!r} has a person's key that is still valid.",
            hint="Revoke it first: see key.list.",
            field="name",
        )
    if reader.kind != params.kind:
        await store.set_kind(reader, params.kind)
        subject = {"agent": reader.name, "kind": params.kind, "before": reader.kind}
        context.rings.add(
            await store.add_event(
                "agent.kind_set", at=context.now, reader=reader.agent, subject=subject
            )
        )
    return KindSet(agent=reader.name, kind=params.kind, before=reader.kind)


async def _has_key(context: Context, name: str) -> bool:
    """Whether a person's key for the name is valid, here or across all workspaces."""
    keys = [*await context.store.keys(), *await Store(context.store.tx, 0).keys()]
    return any(
        key.agent == name and is_person(key.role) and key.is_good(context.now) for key in keys
    )
