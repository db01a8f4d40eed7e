"""workspace.*: create, list, settings. Explained in docs/why/workspaces.md."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from ackbox.errors import NotAllowed
from ackbox.model.message import Time
from ackbox.model.moment import to_text
from ackbox.model.name import parse_name
from ackbox.ops.lenient import CLEARS
from ackbox.ops.rules.paging import Paged, page_of
from ackbox.ops.table import Call, Context, op
from ackbox.store.store import WorkspaceRow, add_workspace, every_workspace


class Workspace(msgspec.Struct, frozen=True, kw_only=True):
    """One workspace, as its members see it."""

    name: Annotated[str, Meta(description="Name")]
    mode: Annotated[
        str,
        Meta(
            description=(
                "Mode; open: members read every message; private: sender, recipients and "
                "operators only"
            )
        ),
    ]
    agents: Annotated[int, Meta(description="Number of agents and people")]
    settings: Annotated[dict[str, Any], Meta(description="Settings that differ from the defaults")]
    created_at: Annotated[Time, Meta(description="Creation time")]
    sealed: Annotated[
        bool | msgspec.UnsetType,
        Meta(description="Whether only its members can read the text; left out otherwise"),
    ] = msgspec.UNSET


def _shown(row: WorkspaceRow) -> Workspace:
    return Workspace(
        name=row.name,
        mode=row.mode,
        agents=row.agent_count,
        settings={name: value for name, value in row.settings.items() if name in SETTINGS},
        created_at=to_text(row.created_at),
        sealed=bool(row.sealed) or msgspec.UNSET,
    )


Unknown = Annotated[
    Literal["hold", "refuse", "inactive"],
    Meta(description="Handling of unknown recipients"),
]
Inactive = Annotated[
    Literal["refuse", "hold"],
    Meta(description="Handling of offline recipients under unknown=inactive"),
]
Hops = Annotated[
    int,
    Meta(
        ge=1, le=10_000, description="Maximum consecutive agent replies in a thread (1 to 10,000)"
    ),
]
Repeats = Annotated[
    int,
    Meta(
        ge=0,
        le=100_000,
        description=(
            "Maximum identical messages from one agent to one audience in ten minutes (0 "
            "for no limit)"
        ),
    ),
]
RelaxedHops = Annotated[
    int,
    Meta(
        ge=1,
        le=10_000,
        description=(
            "Maximum consecutive agent replies in a thread for clients of other systems; 500 when"
            " not set"
        ),
    ),
]
RelaxedRepeats = Annotated[
    int,
    Meta(
        ge=0,
        le=100_000,
        description=(
            "Maximum identical messages in a minute from one agent to one audience for clients of"
            " other systems; 10 when not set (0 for no limit)"
        ),
    ),
]
PairBudget = Annotated[
    int,
    Meta(
        ge=0,
        le=100_000,
        description=(
            "Maximum messages of two agents to each other in a thread in a minute; 600 when not set"
            " (0 for no limit)"
        ),
    ),
]
ThreadBudget = Annotated[
    int,
    Meta(
        ge=0,
        le=100_000,
        description=(
            "Maximum messages of agents in a thread in a minute; 1500 when not set (0 for no limit)"
        ),
    ),
]
Conflicts = Annotated[
    Literal["warn", "block"],
    Meta(description="Reaction to sessions that claim the same work: warn or block"),
]
Heartbeat = Annotated[
    int, Meta(ge=1, le=86_400, description="Seconds between heartbeats of a session (1 to 86,400)")
]
Ttl = Annotated[
    int,
    Meta(
        ge=10,
        le=86_400,
        description="Seconds a session counts as active after a call (10 to 86,400)",
    ),
]
EmptyInbox = Annotated[
    str,
    Meta(
        max_length=200,
        description="Notice for an empty inbox; empty for none",
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
        description="Days of past broadcasts for a new agent (0 to 30; at most 50 messages)",
    ),
]

# Limits on shared resources: only operators can change them, not the workspace's admins.
SHARES = ("storage_mb", "schedules_limit", "schedule_interval_s")
SETTINGS = (
    *SHARES,
    "unknown",
    "inactive",
    "hops_limit",
    "repeats_limit",
    "relaxed_hops_limit",
    "relaxed_repeats_limit",
    "pair_per_minute",
    "thread_per_minute",
    "on_conflict",
    "heartbeat_s",
    "session_ttl_s",
    "empty_inbox_text",
    "newcomer_days",
)


class Settings(Call, frozen=True, kw_only=True):
    """Settings to change; omitted ones stay unchanged."""

    unknown: Unknown | None = None
    inactive: Inactive | None = None
    hops_limit: Hops | None = None
    repeats_limit: Repeats | None = None
    relaxed_hops_limit: RelaxedHops | None = None
    relaxed_repeats_limit: RelaxedRepeats | None = None
    pair_per_minute: PairBudget | None = None
    thread_per_minute: ThreadBudget | None = None
    on_conflict: Conflicts | None = None
    heartbeat_s: Heartbeat | None = None
    session_ttl_s: Ttl | None = None
    empty_inbox_text: EmptyInbox | None = None
    storage_mb: StorageMb | None = None
    schedules_limit: SchedulesLimit | None = None
    schedule_interval_s: ScheduleInterval | None = None
    newcomer_days: NewcomerDays | None = None


class CreateWorkspace(Settings, frozen=True, kw_only=True):
    """A workspace to create."""

    name: Annotated[str, Meta(max_length=512, description="Name of the new workspace")]
    mode: Annotated[
        Literal["open", "private"],
        Meta(
            description=(
                "Mode; open: members read every message; private: sender, recipients and operators"
                " only"
            )
        ),
    ] = "open"
    sealed: Annotated[
        bool,
        Meta(
            description=(
                "Whether the workspace stores only text that its members sealed on their machines;"
                " permanent"
            )
        ),
    ] = False


@op("workspace.create", scope="server", writes=True, spans_workspaces=True, creates=True)
async def create(context: Context, params: CreateWorkspace) -> Workspace:
    """Create a workspace.

    Raises Conflict when the name is taken, Invalid.
    """
    row = await add_workspace(
        context.store.tx,
        name=parse_name(params.name),
        mode=params.mode,
        settings=_given_settings(params),
        now=context.now,
        is_sealed=params.sealed,
    )
    return _shown(row)


class ListWorkspaces(Paged, frozen=True, kw_only=True):
    """Page to return."""


class Workspaces(msgspec.Struct, frozen=True, kw_only=True):
    """Workspaces that the key covers."""

    workspaces: Annotated[list[Workspace], Meta(description="Workspaces, by name")]
    cursor: Annotated[
        str | None, Meta(description="Cursor for the next page; null on the last page")
    ] = None


@op("workspace.list", scope="read", spans_workspaces=True)
async def list_workspaces(context: Context, params: ListWorkspaces) -> Workspaces:
    """List the workspaces that your key covers."""
    rows = (
        await every_workspace(context.store.tx) if context.caller.ws == 0 else [context.workspace]
    )
    page, cursor = page_of(
        context.workspace.ws, "workspaces", [_shown(row) for row in rows], params
    )
    return Workspaces(workspaces=page, cursor=cursor)


def _given_settings(params: Settings) -> dict[str, Any]:
    return {name: getattr(params, name) for name in SETTINGS if getattr(params, name) is not None}


@op("workspace.settings", scope="admin", writes=True)
async def settings(context: Context, params: Settings) -> Workspace:
    """Change or read a workspace's settings.

    Omitted settings stay unchanged. Raises NotAllowed for the limits that only an operator can
    change.
    """
    changes = _given_settings(params)
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
