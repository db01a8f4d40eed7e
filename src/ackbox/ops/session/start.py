"""session.start, session.checkpoint, session.end: sessions of an agent, from start to end.

Presence is in ops/agent/, states and conflicts in list.py. Explained in docs/why/sessions.md.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from ackbox.errors import AckboxError, Conflict, NotFound
from ackbox.model.message import Letter
from ackbox.ops.agent.check_in import (
    Checkin,
    Checkout,
    check_in,
    check_out,
    with_instance,
    with_name,
)
from ackbox.ops.inbox import Check, check
from ackbox.ops.lenient import CLEARS
from ackbox.ops.note.recall import NotesFrom
from ackbox.ops.note.write import NewNote, keep
from ackbox.ops.rules.announce import announce
from ackbox.ops.rules.overlap import Overlap
from ackbox.ops.rules.presence import DEFAULT_TTL_S, heartbeat_of
from ackbox.ops.session.context import (
    PENDING,
    RECENT,
    Acknowledgements,
    Deliver,
    SessionContext,
    Titles,
    Which,
    acknowledged,
    tell,
)
from ackbox.ops.session.list import Session, overlaps, shown_session, state_of
from ackbox.ops.session.names import random_name
from ackbox.ops.table import Call, Context, op
from ackbox.store.messages import NEWEST
from ackbox.store.readers import Reader
from ackbox.store.sessions import SessionRow


class Start(Checkin, frozen=True, kw_only=True):
    """A session to start: the fields of agent.check_in, and options for conflicts and messages."""

    heartbeat_s: (
        Annotated[
            int,
            Meta(
                ge=1,
                le=86_400,
                description="Seconds between heartbeats (default: the workspace's setting)",
            ),
        ]
        | None
    ) = None
    online_s: (
        Annotated[
            int,
            Meta(
                ge=10,
                le=86_400,
                description="Seconds you count as online after a call (default: `ttl_s`)",
            ),
        ]
        | None
    ) = None
    on_conflict: (
        Annotated[
            Literal["warn", "block"],
            Meta(
                description=(
                    "Reaction to a conflict: warn, or block the start (default: the "
                    "workspace's setting)"
                )
            ),
        ]
        | None
    ) = None
    announce: Annotated[
        bool,
        Meta(description="Whether to announce the start and the end to everyone"),
    ] = False
    new_name: Annotated[
        bool,
        Meta(
            description=(
                "Whether to generate a new name although the key has one, where it may; "
                "without `agent`"
            )
        ),
    ] = False
    mark: Deliver = "none"
    state: Which = "unread"
    query: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=400,
                description="Words to search notes for; any of them is enough",
            ),
        ]
        | None
    ) = None
    documents: Titles = []
    notes_from: NotesFrom = 4


class Started(SessionContext, frozen=True, kw_only=True):
    """The new session with its token, and context to start with."""

    token: Annotated[str, Meta(description="Token for `session` in every call; shown only once")]
    session: Annotated[Session, Meta(description="Session")]
    heartbeat_s: Annotated[int, Meta(description="Seconds until the next heartbeat is due")]
    ttl_s: Annotated[int, Meta(description="Seconds it counts as active after a call")]
    conflicts: Annotated[
        list[Overlap], Meta(description="Live sessions that claim the same area or files")
    ]


@op("session.start", scope="write", writes=True, creates=True)
async def start(context: Context, params: Start) -> Started:
    """Start a session: claim your work and get a token.

    The token identifies you in every call, and each call with it keeps the session active. A
    session without a call for `ttl_s` seconds is `timed_out` until its next call. `conflicts` lists
    live sessions with the same area or files; with `on_conflict` block the start is refused and
    nothing is stored. A caller without a name gets one.

    Raises Invalid, NotAllowed, Conflict. Source: docs/why/sessions.md.
    """
    settings = context.workspace.settings
    params = await with_name(context, await _named(context, params))
    params = await with_instance(context, params)
    me = await context.newcomer(params)
    ttl_s = params.ttl_s or settings.get("session_ttl_s", DEFAULT_TTL_S)
    conflicts = await overlaps(context, me.reader, params.area, params.files or [])
    if conflicts and (params.on_conflict or settings.get("on_conflict")) == "block":
        others = ", ".join(sorted({each.agent for each in conflicts}))
        raise Conflict(
            f"Other sessions claim the same work: {others}.",
            hint="Choose another area or files, or talk to them first.",
            conflicts=msgspec.to_builtins(conflicts),
        )
    before = await context.store.session_page(before=NEWEST, reader_agent=me.agent, most=RECENT)
    await check_in(context, _as_checkin(params, params.online_s or ttl_s))
    told = await tell(
        context,
        me,
        before=before,
        mark=params.mark,
        state=params.state,
        query=params.query,
        documents=params.documents,
        notes_from=params.notes_from,
    )
    token = secrets.token_hex(32)
    row = await _store(context, me, params, token=token, ttl_s=ttl_s)
    return Started(
        token=token,
        session=shown_session(context, row),
        ttl_s=ttl_s,
        conflicts=conflicts,
        heartbeat_s=heartbeat_of(settings, ttl_s, params.heartbeat_s),
        **told,
    )


async def _named(context: Context, params: Start) -> Start:
    """Return the parameters with a generated name, if there is none or a new one is requested."""
    own = context.caller.agent
    if (
        params.agent is not None
        or params.name_form is not None
        or params.session is not None
        or (own is not None and not params.new_name)
    ):
        return params
    while True:
        name = random_name()
        if own is not None and not context.caller.speaks_as(name):
            return params
        if await context.store.reader(name) is None:
            return msgspec.structs.replace(params, agent=name)


def _as_checkin(params: Start, online_s: int) -> Checkin:
    given = {name: getattr(params, name) for name in Checkin.__struct_fields__}
    # Earlier claims do not carry over: empty values clear them.
    return Checkin(
        **{**given, "ttl_s": online_s, "area": params.area or "", "files": params.files or []}
    )


async def _store(
    context: Context, me: Reader, params: Start, *, token: str, ttl_s: int
) -> SessionRow:
    id = context.new_id(context.now)
    subject = {"agent": me.name, "instance": me.instance, "session": id}
    seq = await context.store.add_event(
        "session.started", at=context.now, reader=me.agent, subject=subject
    )
    context.rings.add(seq)
    row = SessionRow(
        seq,
        id,
        me.reader,
        me.agent,
        me.name,
        me.instance,
        me.kind,
        params.area,
        params.files or [],
        ttl_s,
        int(params.announce),
        context.now,
        context.now,
        None,
        params.summary,
        None,
        [],
    )
    await context.store.add_session(row, digest=hashlib.sha256(token.encode()).digest())
    if params.announce:
        await announce(
            context,
            f"{_who(row)} started{_on(row)}.",
            metadata={"event": "session.started", "agent": me.name, "session": id},
        )
    return row


def _who(row: SessionRow) -> str:
    return f"{row.name}/{row.instance}" if row.instance else row.name


def _on(row: SessionRow) -> str:
    claims = [
        *([row.area] if row.area else []),
        *row.files[:5],
        *(["…"] if len(row.files) > 5 else []),
    ]
    return f" on {', '.join(claims)}" if claims else ""


class Checkpoint(Call, frozen=True, kw_only=True):
    """Progress of a session; omitted fields stay unchanged."""

    summary: (
        Annotated[str, Meta(max_length=2000, description="Summary of your work so far")] | None
    ) = None
    area: (
        Annotated[
            str,
            Meta(max_length=200, description="Area of the work that you claim now; empty for none"),
            CLEARS,
        ]
        | None
    ) = None
    files: (
        Annotated[
            list[Annotated[str, Meta(max_length=500)]],
            Meta(max_length=200, description="Files you claim now (at most 200)"),
        ]
        | None
    ) = None
    notes: Annotated[
        list[NewNote], Meta(max_length=50, description="Notes to add (at most 50)")
    ] = []
    unless_known: Annotated[
        bool,
        Meta(description="Whether to skip notes that exist with the same kind, title and text"),
    ] = True
    limit: Annotated[
        int, Meta(ge=0, le=PENDING, description="Maximum number of messages to return (0 to 5)")
    ] = PENDING
    mark: Deliver = "none"
    state: Which = "unread"


class Kept(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Outcome of one note: its id or its error."""

    id: Annotated[str | None, Meta(description="Id of the note")] = None
    duplicate: Annotated[bool, Meta(description="Whether it existed before")] = False
    error: Annotated[dict[str, Any] | None, Meta(description="Error; null if it succeeded")] = None


class Checkpointed(msgspec.Struct, frozen=True, kw_only=True):
    """The session, its conflicts and unread messages."""

    session: Annotated[Session | None, Meta(description="Session; null for none")]
    notes: Annotated[list[Kept], Meta(description="Outcome of each note, in order")]
    conflicts: Annotated[
        list[Overlap], Meta(description="Live sessions that claim the same area or files")
    ]
    acknowledged: Acknowledgements = []
    messages: Annotated[list[Letter], Meta(description="Unread messages, most urgent first")]
    unread: Annotated[int, Meta(description="Number of unread messages (counted up to 1,000)")]
    total: Annotated[
        int, Meta(description="Number of messages in the mailbox (counted up to 1,000)")
    ]


@op("session.checkpoint", scope="write", writes=True)
async def checkpoint(context: Context, params: Checkpoint) -> Checkpointed:
    """Report progress, add notes, and get up to five unread messages.

    It keeps the session active. Without a token it applies to your newest session; without a
    session it only returns messages.

    Raises Invalid, NotAllowed, NotFound (the token's session is over).
    """
    me = await context.me(params)
    row = context.session or await context.store.last_session(me.reader)
    conflicts: list[Overlap] = []
    since = 0 if row is None else row.last_seen
    if row is not None:
        row = await _changed(context, row, params)
        if params.area is not None or params.files is not None:
            conflicts = await overlaps(context, me.reader, row.area, row.files, own=row.seq)
    if params.summary is not None or params.area is not None or params.files is not None:
        summary = None if params.summary is None else params.summary[:500]
        await check_in(
            context,
            Checkin(
                agent=me.name,
                instance=me.instance,
                summary=summary,
                area=params.area,
                files=params.files,
            ),
        )
    kept = [
        await _kept(context, me, note, unless_known=params.unless_known) for note in params.notes
    ]
    mark = params.mark if params.limit else "none"
    post = await check(
        context,
        Check(
            agent=me.name,
            instance=me.instance,
            limit=max(params.limit, 1),
            urgent_first=True,
            mark=mark,
            state=params.state,
        ),
    )
    return Checkpointed(
        session=None if row is None else shown_session(context, row),
        notes=kept,
        conflicts=conflicts,
        acknowledged=await acknowledged(context, me, since),
        messages=post.messages[: params.limit],
        unread=post.unread,
        total=post.total,
    )


async def _kept(context: Context, me: Reader, note: NewNote, *, unless_known: bool) -> Kept:
    """Add one note; an error refuses this note only, before it stores anything."""
    try:
        added = await keep(context, me, note, unless_known=unless_known)
    except AckboxError as error:
        return Kept(error=error.as_dict()["error"])
    return Kept(id=added.id, duplicate=added.duplicate)


async def _changed(context: Context, row: SessionRow, params: Checkpoint) -> SessionRow:
    context.session_signs[row.seq] = context.now
    files = row.files if params.files is None else params.files
    area = row.area if params.area is None else params.area or None
    if (area, files) != (row.area, row.files):
        subject = {"agent": row.name, "instance": row.instance, "session": row.id}
        context.rings.add(
            await context.store.add_event(
                "session.changed", at=context.now, reader=row.agent, subject=subject
            )
        )
    row = msgspec.structs.replace(
        row, area=area, files=files, summary=params.summary or row.summary, last_seen=context.now
    )
    await context.store.change_session(
        row.seq, area=row.area, files=row.files, summary=row.summary, now=context.now
    )
    return row


class End(Call, frozen=True, kw_only=True):
    """End of a session, and its result."""

    summary: (
        Annotated[str, Meta(max_length=10_000, description="Summary of the work you leave")] | None
    ) = None
    outcome: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=32,
                description="Outcome, in one word: completed, failed, abandoned",
            ),
        ]
        | None
    ) = None
    touched: Annotated[
        list[Annotated[str, Meta(max_length=500)]],
        Meta(max_length=1000, description="Changed files (at most 1,000)"),
    ] = []
    announce: (
        Annotated[
            bool,
            Meta(description="Whether to announce the end to everyone (default: as at the start)"),
        ]
        | None
    ) = None


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """The ended session."""

    session: Annotated[Session, Meta(description="Session")]
    duration_s: Annotated[int, Meta(description="Seconds from its start to its end")]


@op("session.end", scope="write", writes=True)
async def end(context: Context, params: End) -> Ended:
    """End a session: its token and claims end, and you go offline.

    Without a token it ends your newest session. You stay online if another session of yours is
    active.

    Raises NotAllowed, NotFound (there is none to end).
    """
    me = await context.me(params)
    row = context.session or await context.store.last_session(me.reader)
    if row is None:
        raise NotFound(
            "You have no session to end.", hint="Start one with session.start.", field="session"
        )
    context.session_signs.pop(row.seq, None)
    summary = params.summary or row.summary
    await context.store.end_session(
        row.seq, summary=summary, outcome=params.outcome, touched=params.touched, now=context.now
    )
    ended = msgspec.structs.replace(
        row,
        ended_at=context.now,
        last_seen=context.now,
        summary=summary,
        outcome=params.outcome,
        touched=params.touched,
    )
    others = await context.store.last_session(me.reader)
    if others is None or state_of(context, others) != "active":
        await check_out(
            context,
            Checkout(
                agent=me.name,
                instance=me.instance,
                summary=None if params.summary is None else params.summary[:500],
            ),
        )
    subject = {"agent": me.name, "instance": me.instance, "session": row.id}
    context.rings.add(
        await context.store.add_event(
            "session.ended", at=context.now, reader=me.agent, subject=subject
        )
    )
    if row.announce if params.announce is None else params.announce:
        said = f": {params.summary}" if params.summary else "."
        how = f" ({params.outcome})" if params.outcome else ""
        facts = {
            "event": "session.ended",
            "agent": me.name,
            "session": row.id,
            "outcome": params.outcome,
            "files": params.touched[:20],
        }
        await announce(context, f"{_who(row)} ended{how}{said}", metadata=facts)
    return Ended(
        session=shown_session(context, ended),
        duration_s=max(context.now - row.started_at, 0) // 1000,
    )
