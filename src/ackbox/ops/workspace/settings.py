"""workspace.*: create, list, settings. Explained in docs/why/workspaces.md."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from ackbox.errors import NotAllowed
from ackbox.model.moment import to_text
from ackbox.model.name import parse_name
from ackbox.ops.lenient import CLEARS
from ackbox.ops.rules.paging import Paged, page_of
from ackbox.ops.table import Call, Context, op
from ackbox.store.store import WorkspaceRow, add_workspace, every_workspace


class Workspace(msgspec.Struct, frozen=True, kw_only=True):
    """One workspace, as its members see it."""

    name: Annotated[str, Meta(description="Its name")]
    mode: Annotated[
        str,
        Meta(
            description="open: members read everything; private: sender, recipients and operators"
        ),
    ]
    agents: Annotated[int, Meta(description="How many have been here")]
    settings: Annotated[dict[str, Any], Meta(description="What was set")]
    created_at: Annotated[str, Meta(description="When it was made")]


def _shown(row: WorkspaceRow) -> Workspace:
    return Workspace(
        name=row.name,
        mode=row.mode,
        agents=row.agent_count,
        settings=row.settings,
        created_at=to_text(row.created_at),
    )


Unknown = Annotated[
    Literal["hold", "refuse", "inactive"],
    Meta(description="What a send does with a name nobody has seen"),
]
Inactive = Annotated[
    Literal["refuse", "hold"],
    Meta(description="What unknown=inactive does with a known name that is not here"),
]
Hops = Annotated[
    int, Meta(ge=1, le=10_000, description="Answers in a thread without a person before it stops")
]
Repeats = Annotated[
    int,
    Meta(
        ge=0,
        le=100_000,
        description=(
            "The same text from one agent to the same audience within ten minutes; 0 for no limit"
        ),
    ),
]
Conflicts = Annotated[
    Literal["warn", "block"],
    Meta(description="Whether a session that claims what another does is told so, or refused"),
]
Heartbeat = Annotated[
    int, Meta(ge=1, le=86_400, description="Seconds between the signs of life of a session")
]
Ttl = Annotated[
    int,
    Meta(ge=10, le=86_400, description="Seconds a session counts as active after a sign of life"),
]
EmptyInbox = Annotated[
    str,
    Meta(
        max_length=200,
        description="What a look into an inbox with nothing new says in words; empty for nothing",
    ),
    CLEARS,
]
StorageMb = Annotated[
    int,
    Meta(
        ge=1,
        le=100_000_000,
        description="Maximum MiB of messages, notes and tasks; 51,200 when not set",
    ),
]
SchedulesLimit = Annotated[
    int, Meta(ge=0, le=500, description="Maximum number of schedules; 500 when not set")
]
ScheduleInterval = Annotated[
    int,
    Meta(
        ge=60,
        le=604_800,
        description="Minimum seconds between two messages of one schedule; 60 when not set",
    ),
]
NewcomerDays = Annotated[
    int,
    Meta(
        ge=0,
        le=30,
        description="Days of broadcasts that a new agent is given, the newest 50 at most",
    ),
]

# What one workspace may take of what all share: for an operator to say, not for the workspace's own
# admins.
SHARES = ("storage_mb", "schedules_limit", "schedule_interval_s")
SETTINGS = (
    *SHARES,
    "unknown",
    "inactive",
    "hops_limit",
    "repeats_limit",
    "on_conflict",
    "heartbeat_s",
    "session_ttl_s",
    "empty_inbox_text",
    "newcomer_days",
)


class CreateWorkspace(Call, frozen=True, kw_only=True):
    """A workspace to make."""

    name: Annotated[str, Meta(max_length=512, description="Name of the new workspace")]
    mode: Annotated[
        Literal["open", "private"],
        Meta(
            description="open: members read everything; private: sender, recipients and operators"
        ),
    ] = "open"
    unknown: Unknown | None = None
    inactive: Inactive | None = None
    hops_limit: Hops | None = None
    repeats_limit: Repeats | None = None
    on_conflict: Conflicts | None = None
    heartbeat_s: Heartbeat | None = None
    session_ttl_s: Ttl | None = None
    empty_inbox_text: EmptyInbox | None = None
    storage_mb: StorageMb | None = None
    schedules_limit: SchedulesLimit | None = None
    schedule_interval_s: ScheduleInterval | None = None
    newcomer_days: NewcomerDays | None = None


@op("workspace.create", scope="server", writes=True, spans_workspaces=True, creates=True)
async def create(context: Context, params: CreateWorkspace) -> Workspace:
    """Create a workspace. Raises Conflict when the name is taken, Invalid."""
    row = await add_workspace(
        context.store.tx,
        name=parse_name(params.name),
        mode=params.mode,
        settings=_said(params),
        now=context.now,
    )
    return _shown(row)


class ListWorkspaces(Paged, frozen=True, kw_only=True):
    """Which page."""


class Workspaces(msgspec.Struct, frozen=True, kw_only=True):
    """The workspaces that the key covers."""

    workspaces: Annotated[list[Workspace], Meta(description="In order of name")]
    cursor: Annotated[str | None, Meta(description="To go on; null when there is no more")] = None


@op("workspace.list", scope="read", spans_workspaces=True)
async def list_workspaces(context: Context, params: ListWorkspaces) -> Workspaces:
    """Return the workspaces that your key covers."""
    rows = (
        await every_workspace(context.store.tx) if context.caller.ws == 0 else [context.workspace]
    )
    page, cursor = page_of(
        context.workspace.ws, "workspaces", [_shown(row) for row in rows], params
    )
    return Workspaces(workspaces=page, cursor=cursor)


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
    storage_mb: StorageMb | None = None
    schedules_limit: SchedulesLimit | None = None
    schedule_interval_s: ScheduleInterval | None = None
    newcomer_days: NewcomerDays | None = None


def _said(params: CreateWorkspace | Settings) -> dict[str, Any]:
    return {name: getattr(params, name) for name in SETTINGS if getattr(params, name) is not None}


@op("workspace.settings", scope="admin", writes=True)
async def settings(context: Context, params: Settings) -> Workspace:
    """Change or read a workspace's settings; what is left out stays as it was.

    Raises NotAllowed for the limits that only an operator changes.
    """
    changes = _said(params)
    shares = [name for name in SHARES if name in changes]
    if shares and not context.caller.may("server"):
        raise NotAllowed(
            f"Only an operator can change `{shares[0]}`.",
            hint="Leave it out, or use the operator key.",
            field=shares[0],
        )
    now = {**context.workspace.settings, **changes}
    if changes:
        await context.store.save_settings(now)
        context.rings.add(
            await context.store.add_event(
                "workspace.settings", at=context.now, reader=0, subject=changes
            )
        )
    return _shown(msgspec.structs.replace(context.workspace, settings=now))
