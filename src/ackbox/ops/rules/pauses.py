"""Pauses: threads and agents that a person has paused, so that agents send nothing there.

They are kept with the settings of the workspace, which every call has at hand, so that a send
costs nothing more. Explained in docs/why/delivery.md, "Pause".
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from ackbox.errors import LoopGuard
from ackbox.model.message import Time
from ackbox.model.moment import to_text
from ackbox.ops.table import Context
from ackbox.store.messages import Stored
from ackbox.store.readers import Reader
from ackbox.store.store import WorkspaceRow

# Where they are kept among the settings: kind → thread id or agent name → [who, ms UTC].
PAUSED = "paused"
Kind = Literal["thread", "agent"]


class Paused(msgspec.Struct, frozen=True, kw_only=True):
    """A paused thread or agent."""

    kind: Annotated[Kind, Meta(description="Kind: thread or agent")]
    of: Annotated[str, Meta(description="Id of the thread, or name of the agent")]
    by: Annotated[str, Meta(description="Person who paused it")]
    at: Annotated[Time, Meta(description="Time of the pause")]


def pauses(workspace: WorkspaceRow) -> list[Paused]:
    """Return what is paused in a workspace, the earliest first."""
    kept: dict[Kind, dict[str, list[Any]]] = workspace.settings.get(PAUSED, {})
    found = [_shown(kind, of, each) for kind, all in kept.items() for of, each in all.items()]
    return sorted(found, key=lambda each: each.at)


def pause_of(workspace: WorkspaceRow, kind: Kind, of: str) -> Paused | None:
    """Return the pause of a thread or agent, or null."""
    kept = workspace.settings.get(PAUSED, {}).get(kind, {}).get(of)
    return None if kept is None else _shown(kind, of, kept)


def _shown(kind: Kind, of: str, kept: list[Any]) -> Paused:
    return Paused(kind=kind, of=of, by=kept[0], at=to_text(kept[1]))


def changed(workspace: WorkspaceRow, kind: Kind, of: str, to: list[Any] | None) -> dict[str, Any]:
    """Return the settings of a workspace with one pause set, or ended with null."""
    kept = {name: dict(all) for name, all in workspace.settings.get(PAUSED, {}).items()}
    if to is None:
        del kept[kind][of]
    else:
        kept.setdefault(kind, {})[of] = to
    left = {name: all for name, all in kept.items() if all}
    others = {name: value for name, value in workspace.settings.items() if name != PAUSED}
    return others | ({PAUSED: left} if left else {})


def refuse_paused(
    context: Context, sender: Reader, parent: Stored | None, recipients: list[str]
) -> None:
    """Raise LoopGuard when an agent sends into a paused thread, or from or to a paused agent."""
    if PAUSED not in context.workspace.settings or sender.kind != "agent":
        return
    workspace = context.workspace
    pause = None if parent is None else pause_of(workspace, "thread", parent.thread_id)
    for name in (sender.name, *recipients):
        pause = pause or pause_of(workspace, "agent", name)
    if pause is None:
        return
    what = "this thread" if pause.kind == "thread" else repr(pause.of)
    where: dict[str, Any] = {} if parent is None else {"thread": parent.thread_id}
    raise LoopGuard(
        f"{pause.by} paused {what} at {pause.at[:16].replace('T', ' ')} UTC.",
        hint="Stop sending; wait for a person to resume it.",
        sender=sender.name,
        paused=pause.of,
        **where,
    )
