"""session.list, session.conflicts: sessions, their states, and conflicts between their claims.

Changes of a session are in start.py. Explained in docs/why/sessions.md.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ackbox.model.message import Time
from ackbox.model.moment import to_text, to_text_or_none
from ackbox.ops.agent.check_in import MAX_CONFLICTS, declared_overlaps
from ackbox.ops.rules.cursors import make_cursor, read_cursor
from ackbox.ops.rules.overlap import Overlap, merged, overlap
from ackbox.ops.rules.paging import fitting
from ackbox.ops.rules.presence import LONGEST_TTL_MS
from ackbox.ops.table import Call, Context, Cursor, Limit, Name, op
from ackbox.store.messages import NEWEST
from ackbox.store.sessions import SessionRow

# Sessions read at a time while narrowing.
LOOKED_AT = 200
MAX_LOOKS = 25

State = Literal["active", "timed_out", "ended"]


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One session of an agent."""

    id: Annotated[str, Meta(description="Id")]
    number: Annotated[int, Meta(description="Number in the workspace")]
    workspace: Annotated[str, Meta(description="Workspace")]
    agent: Annotated[str, Meta(description="Agent")]
    instance: Annotated[str | None, Meta(description="Instance")] = None
    kind: Annotated[str, Meta(description="Kind: agent or human")]
    state: Annotated[
        State, Meta(description="State: active, ended, or timed_out after `ttl_s` without a call")
    ]
    area: Annotated[str | None, Meta(description="Area of the work that it claims")] = None
    files: Annotated[list[str], Meta(description="Files it claims")] = []
    summary: Annotated[str | None, Meta(description="Summary of its work")] = None
    outcome: Annotated[str | None, Meta(description="Outcome, in one word")] = None
    touched: Annotated[list[str], Meta(description="Changed files, reported at its end")] = []
    ttl_s: Annotated[int, Meta(description="Seconds it counts as active after a call")]
    started_at: Annotated[Time, Meta(description="Start time")]
    last_seen: Annotated[Time, Meta(description="Time of the last call with its token")]
    ended_at: Annotated[Time | None, Meta(description="End time")] = None


def shown_session(context: Context, row: SessionRow) -> Session:
    """Return a session as every face shows it."""
    return Session(
        id=row.id,
        number=row.seq,
        workspace=context.workspace.name,
        agent=row.name,
        instance=row.instance,
        kind=row.kind,
        state=state_of(context, row),
        area=row.area,
        files=row.files,
        summary=row.summary,
        outcome=row.outcome,
        touched=row.touched,
        ttl_s=row.ttl_s,
        started_at=to_text(row.started_at),
        last_seen=to_text(_seen(context, row)),
        ended_at=to_text_or_none(row.ended_at),
    )


def _seen(context: Context, row: SessionRow) -> int:
    signs = (
        row.last_seen,
        context.session_signs.get(row.seq, 0),
        context.session_alive(context.workspace.ws, row.seq),
    )
    return row.last_seen if row.ended_at is not None else max(signs)


def state_of(context: Context, row: SessionRow) -> State:
    """Return the state of a session: derived, never stored."""
    if row.ended_at is not None:
        return "ended"
    return "active" if abs(context.now - _seen(context, row)) < row.ttl_s * 1000 else "timed_out"


async def overlaps(
    context: Context, me: int, area: str | None, files: list[str], own: int = 0
) -> list[Overlap]:
    """Return others that claim the same: live sessions, and agents that checked in with a claim.

    The first hundred.
    """
    if not area and not files:
        return []
    rows = await context.store.open_sessions(since=context.now - LONGEST_TTL_MS)
    found: list[Overlap] = []
    for row in rows:
        if row.seq != own and row.reader != me and state_of(context, row) == "active":
            found += overlap(row.name, row.instance, row.area, row.files, area, files)
        if len(found) >= MAX_CONFLICTS:
            break
    found += await declared_overlaps(context, {row.reader for row in rows} | {me}, area, files)
    return merged(found)[:MAX_CONFLICTS]


class AskConflicts(Call, frozen=True, kw_only=True):
    """Work to check for conflicts."""

    area: Annotated[str, Meta(max_length=200, description="Area of the work")] | None = None
    files: (
        Annotated[
            list[Annotated[str, Meta(max_length=500)]],
            Meta(
                max_length=200, description="Files (at most 200); src/ includes everything below it"
            ),
        ]
        | None
    ) = None


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """Sessions that claim the same work."""

    conflicts: Annotated[
        list[Overlap],
        Meta(description="Other live sessions that claim the same area or files"),
    ]


@op("session.conflicts", scope="read")
async def conflicts(context: Context, params: AskConflicts) -> Claims:
    """Return sessions that work on an area or files; claims nothing.

    Raises NotAllowed, NotFound (the token's session is over).
    """
    is_somebody = (
        params.agent is not None or context.session is not None or context.caller.agent is not None
    )
    me = (await context.me(params)).reader if is_somebody else 0
    return Claims(conflicts=await overlaps(context, me, params.area, params.files or []))


class ListSessions(Call, frozen=True, kw_only=True):
    """Filters for sessions."""

    of: Annotated[Name | None, Meta(description="Agent to filter by")] = None
    state: Annotated[State, Meta(description="State to filter by")] | None = None
    skip: Annotated[
        int, Meta(ge=0, le=4_000, description="Number of sessions to skip (0 to 4,000)")
    ] = 0
    limit: Limit = 20
    cursor: Cursor | None = None


class Sessions(msgspec.Struct, frozen=True, kw_only=True):
    """A page of sessions, newest first."""

    sessions: Annotated[list[Session], Meta(description="Items, newest first")]
    cursor: Annotated[
        str | None, Meta(description="Cursor for the next page; null on the last page")
    ] = None


@op("session.list", scope="read")
async def list_sessions(context: Context, params: ListSessions) -> Sessions:
    """List sessions, newest first, with their claims and outcomes.

    Raises BadCursor.
    """
    ws, store = context.workspace.ws, context.store
    query = f"sessions {params.of!r} {params.state}"
    before = NEWEST if params.cursor is None else read_cursor(ws, query, params.cursor)
    agent = await context.agent_number(params.of)
    skip = params.skip if params.cursor is None else 0
    found: list[SessionRow] = []
    has_more = True
    for _ in range(MAX_LOOKS):
        rows = await store.session_page(before=before, reader_agent=agent, most=LOOKED_AT)
        found += [row for row in rows if params.state in (None, state_of(context, row))]
        has_more = len(rows) == LOOKED_AT
        if not has_more or len(found) >= skip + params.limit:
            break
        before = rows[-1].seq
    found = found[skip:]
    page = fitting([shown_session(context, row) for row in found[: params.limit]])
    if len(page) < len(found) or len(page) == params.limit:
        before, has_more = page[-1].number, True
    return Sessions(sessions=page, cursor=make_cursor(ws, query, before) if has_more else None)
