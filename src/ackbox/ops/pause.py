"""pause.start, pause.end: a person stops the messages of agents in a thread, or of one agent.

Explained in docs/why/delivery.md, "Pause".
"""

from __future__ import annotations

import contextlib
from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.errors import Conflict, Invalid, NotAllowed, NotFound
from ackbox.model.message import Time
from ackbox.model.moment import to_text
from ackbox.model.name import LONGEST, nearest
from ackbox.ops.rules.named import find_seen
from ackbox.ops.rules.pauses import Kind, Paused, changed, pause_of, pauses
from ackbox.ops.table import Call, Context, op

# They travel with the settings, which each call reads.
MAX_PAUSES = 50


class Pause(Call, frozen=True, kw_only=True):
    """Thread or agent to pause or resume."""

    of: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=LONGEST,
            description="Id of any message of the thread, or name of the agent",
        ),
    ]


class PauseChanged(Paused, frozen=True, kw_only=True):
    """The pause, and whether this call changed anything."""

    changed: Annotated[bool, Meta(description="Whether it was not paused before")]


class Resumed(msgspec.Struct, frozen=True, kw_only=True):
    """The thread or agent that is not paused any more."""

    kind: Annotated[Kind, Meta(description="Kind: thread or agent")]
    of: Annotated[str, Meta(description="Id of the thread, or name of the agent")]
    paused_by: Annotated[str, Meta(description="Person who had paused it")]
    paused_at: Annotated[Time, Meta(description="Time of the pause")]


@op("pause.start", scope="pause", writes=True)
async def start(context: Context, params: Pause) -> PauseChanged:
    """Pause a thread or an agent: agents can send nothing there.

    The server rejects messages of agents into the thread, or from and to the agent, until a person
    ends the pause. People can still write. Pausing again changes nothing.

    Raises NotAllowed (an agent calls), NotFound, Invalid (a person is named), Conflict (too many).
    """
    by, number = await _person(context, params)
    kind, of = await _named(context, params)
    before = pause_of(context.workspace, kind, of)
    if before is not None:
        return PauseChanged(**msgspec.structs.asdict(before), changed=False)
    if len(pauses(context.workspace)) >= MAX_PAUSES:
        raise Conflict(
            f"{MAX_PAUSES} threads and agents are paused in this workspace already.",
            hint="Resume one first: `paused` of workspace.needs lists them.",
            limit=MAX_PAUSES,
        )
    await context.store.save_settings(changed(context.workspace, kind, of, [by, context.now]))
    await _tell(context, f"{kind}.paused", {kind: of, "by": by}, number)
    return PauseChanged(kind=kind, of=of, by=by, at=to_text(context.now), changed=True)


@op("pause.end", scope="pause", writes=True)
async def end(context: Context, params: Pause) -> Resumed:
    """Resume a paused thread or agent.

    Raises NotAllowed (an agent calls), NotFound (no such thread or agent, or it is not paused).
    """
    by, number = await _person(context, params)
    kind, of = await _named(context, params)
    before = pause_of(context.workspace, kind, of)
    if before is None:
        raise NotFound(
            f"{'The thread' if kind == 'thread' else repr(of)} is not paused.",
            hint="`paused` of workspace.needs lists what is.",
            field="of",
        )
    await context.store.save_settings(changed(context.workspace, kind, of, None))
    await _tell(context, f"{kind}.resumed", {kind: of, "by": by}, number)
    return Resumed(kind=kind, of=of, paused_by=before.by, paused_at=before.at)


async def _tell(context: Context, kind: str, subject: dict[str, str], reader: int) -> None:
    context.rings.add(
        await context.store.add_event(kind, at=context.now, reader=reader, subject=subject)
    )


async def _person(context: Context, params: Pause) -> tuple[str, int]:
    """Return the name and number of the person who calls.

    Raises NotAllowed for an agent that uses the operator's key.
    """
    if params.agent is None and context.caller.agent is None and context.session is None:
        return context.caller.role, 0
    me = await context.me(params)
    if not me.is_person and context.caller.role == "operator":
        raise NotAllowed(
            f"{me.name!r} is an agent; only a person can pause or resume.",
            hint="Ask a person to do it: `ackbox pause`.",
            field="agent",
        )
    return me.name, me.agent


async def _named(context: Context, params: Pause) -> tuple[Kind, str]:
    """Return the kind and the id or name of what is named. Raises NotFound, Invalid."""
    reader = await context.store.reader(params.of)
    if reader is None:
        with contextlib.suppress(NotFound):
            return "thread", (await find_seen(context, params, params.of)).row.thread_id
    if reader is None or reader.kind == "system" or not reader.seen:
        near = nearest(params.of, await context.store.known_names())
        raise NotFound(
            f"There is no thread and no agent {params.of[:64]!r}.",
            hint=f"Did you mean {near[0]!r}?" if near else "Use a message id or an agent's name.",
            near=near,
            field="of",
        )
    if reader.is_person:
        raise Invalid(
            f"{reader.name!r} is a person; only threads and agents can be paused.",
            hint="Name an agent, or any message of a thread.",
            field="of",
        )
    return "agent", reader.name
