"""workspace.*: create, list, settings. Explained in docs/why/workspaces.md."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from ackbox.model.moment import to_text
from ackbox.model.name import parse_name
from ackbox.ops.table import Call, Context, op
from ackbox.store.store import WorkspaceRow, add_workspace, every_workspace


class Workspace(msgspec.Struct, frozen=True, kw_only=True):
    """One workspace, as its members see it."""

    name: Annotated[str, Meta(description="Its name")]
    mode: Annotated[str, Meta(description="open: members read everything; private: sender, recipients and operators")]
    agents: Annotated[int, Meta(description="How many have been here")]
    settings: Annotated[dict[str, Any], Meta(description="What was set")]
    created_at: Annotated[str, Meta(description="When it was made")]


def _shown(row: WorkspaceRow) -> Workspace:
    return Workspace(name=row.name, mode=row.mode, agents=row.agent_count, settings=row.settings, created_at=to_text(row.created_at))


Unknown = Annotated[Literal["hold", "refuse", "inactive"], Meta(description="What a send does with a name nobody has seen")]
Inactive = Annotated[Literal["refuse", "hold"], Meta(description="What unknown=inactive does with a known name that is not here")]
Hops = Annotated[int, Meta(ge=1, le=10_000, description="Answers in a thread without a person before it stops")]
Repeats = Annotated[int, Meta(ge=0, le=100_000, description="The same text from one agent to the same audience within ten minutes; 0 for no limit")]
Conflicts = Annotated[Literal["warn", "block"], Meta(description="Whether a session that claims what another does is told so, or refused")]
Heartbeat = Annotated[int, Meta(ge=1, le=86_400, description="Seconds between the signs of life of a session")]
Ttl = Annotated[int, Meta(ge=10, le=86_400, description="Seconds a session counts as active after a sign of life")]
EmptyInbox = Annotated[str, Meta(max_length=200, description="What a look into an inbox with nothing new says in words; empty for nothing")]
NewcomerDays = Annotated[int, Meta(ge=0, le=30, description="Days of broadcasts that a new agent is given, the newest 50 at most")]

SETTINGS = ("unknown", "inactive", "hops_limit", "repeats_limit", "on_conflict", "heartbeat_s", "session_ttl_s", "empty_inbox_text",
            "newcomer_days")


class CreateWorkspace(Call, frozen=True, kw_only=True):
    """A workspace to make."""

    name: Annotated[str, Meta(max_length=512, description="Name of the new workspace")]
    mode: Annotated[Literal["open", "private"], Meta(
        description="open: members read everything; private: sender, recipients and operators")] = "open"
    unknown: Unknown | None = None
    inactive: Inactive | None = None
    hops_limit: Hops | None = None
    repeats_limit: Repeats | None = None
    on_conflict: Conflicts | None = None
    heartbeat_s: Heartbeat | None = None
    session_ttl_s: Ttl | None = None
    empty_inbox_text: EmptyInbox | None = None
    newcomer_days: NewcomerDays | None = None


@op("workspace.create", scope="instance", writes=True, spans_workspaces=True)
async def create(context: Context, params: CreateWorkspace) -> Workspace:
    """Create a workspace. Raises Conflict when the name is taken, Invalid."""
    row = await add_workspace(context.store.tx, name=parse_name(params.name), mode=params.mode, settings=_said(params), now=context.now)
    return _shown(row)


class ListWorkspaces(Call, frozen=True, kw_only=True):
    """Nothing to say."""


class Workspaces(msgspec.Struct, frozen=True, kw_only=True):
    """The workspaces that the key covers."""

    workspaces: Annotated[list[Workspace], Meta(description="In order of name")]


@op("workspace.list", scope="read", spans_workspaces=True)
async def list_workspaces(context: Context, params: ListWorkspaces) -> Workspaces:
    """Return the workspaces that your key covers."""
    rows = await every_workspace(context.store.tx) if context.caller.ws == 0 else [context.workspace]
    return Workspaces(workspaces=[_shown(row) for row in rows])


class Settings(Call, frozen=True, kw_only=True):
    """Settings to change; what is left out stays."""

    unknown: Unknown | None = None
    inactive: Inactive | None = None
    hops_limit: Hops | None = None
    repeats_limit: Repeats | None = None
    on_conflict: Conflicts | None = None
    heartbeat_s: Heartbeat | None = None
    session_ttl_s: Ttl | None = None
    empty_inbox_text: EmptyInbox | None = None
    newcomer_days: NewcomerDays | None = None


def _said(params: CreateWorkspace | Settings) -> dict[str, Any]:
    return {name: getattr(params, name) for name in SETTINGS if getattr(params, name) is not None}


@op("workspace.settings", scope="admin", writes=True)
async def settings(context: Context, params: Settings) -> Workspace:
    """Change or read a workspace's settings; what is left out stays as it was."""
    changes = _said(params)
    now = {**context.workspace.settings, **changes}
    if changes:
        await context.store.save_settings(now)
        context.rings.add(await context.store.note("workspace.settings", at=context.now, reader=0, subject=changes))
    return _shown(msgspec.structs.replace(context.workspace, settings=now))
