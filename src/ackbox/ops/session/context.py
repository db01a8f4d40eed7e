"""session.context: what an agent needs when it starts, with session.start or without a session.

Explained in docs/why/sessions.md.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from ackbox.model.message import Letter, Time
from ackbox.model.moment import to_text
from ackbox.model.query import parse_query
from ackbox.model.task import Task
from ackbox.ops.agent.card import Instance, card_of
from ackbox.ops.inbox import Check, check
from ackbox.ops.note.recall import TOLD_FROM, NotesFrom
from ackbox.ops.note.rows import within
from ackbox.ops.note.write import Note
from ackbox.ops.note.write import shown as shown_note
from ackbox.ops.rules.presence import derived, everyone
from ackbox.ops.session.list import Session, shown_session, state_of
from ackbox.ops.table import Call, Context, op
from ackbox.ops.task.find import ListTasks, list_tasks
from ackbox.store.messages import NEWEST
from ackbox.store.notes import NoteFilter
from ackbox.store.readers import Reader
from ackbox.store.sessions import SessionRow

PENDING = 5
RECENT = 5
MAX_LISTED = 10
NOTES_BYTES = 16_000
SENT_LOOKED_AT = 100

Deliver = Annotated[
    Literal["none", "delivered", "read"],
    Meta(description="Mark to set on the returned messages, in the same transaction"),
]
Which = Annotated[
    Literal["unread", "pending"],
    Meta(description="State to filter by: unread, or pending for not delivered yet"),
]
Titles = Annotated[
    list[Annotated[str, Meta(max_length=500)]],
    Meta(max_length=20, description="Titles of notes of kind document to return (at most 20)"),
]


class Acknowledged(msgspec.Struct, frozen=True, kw_only=True):
    """A message of yours that a recipient acknowledged."""

    id: Annotated[str, Meta(description="Id of the message")]
    agent: Annotated[str, Meta(description="Recipient")]
    acknowledged_at: Annotated[Time, Meta(description="Time")]


Acknowledgements = Annotated[
    list[Acknowledged],
    Meta(
        description=(
            "Your messages that were acknowledged since then, the last first: at most 10, of your"
            " newest 100"
        )
    ),
]


class SessionContext(msgspec.Struct, frozen=True, kw_only=True):
    """Context for an agent that starts to work."""

    messages: Annotated[
        list[Letter], Meta(description="Unread messages, most urgent first (at most 5)")
    ]
    unread: Annotated[int, Meta(description="Number of unread messages (counted up to 1,000)")]
    total: Annotated[
        int, Meta(description="Number of messages in the mailbox (counted up to 1,000)")
    ]
    recent: Annotated[list[Session], Meta(description="Your previous sessions, newest first")]
    agents: Annotated[list[Instance], Meta(description="Other agents, by last call (at most 10)")]
    tasks: Annotated[
        list[Task],
        Meta(description="Your unfinished tasks, most urgent first (at most 10)"),
    ]
    notes: Annotated[
        list[Note],
        Meta(
            description=(
                "Current constraints and notes of priority `notes_from` and up, newest first"
                " (at most 10)"
            )
        ),
    ]
    found: Annotated[
        list[Note], Meta(description="Notes with words of `query`, newest first (at most 10)")
    ] = []
    documents: Annotated[
        list[Note], Meta(description="Notes of kind document with the requested titles")
    ] = []
    news: Annotated[
        list[Note],
        Meta(description=("Notes by others since your last session, newest first (at most 10)")),
    ] = []
    acknowledged: Acknowledgements = []
    kept: Annotated[int, Meta(description="Number of current notes")] = 0
    is_first: Annotated[
        bool, Meta(description="Whether this is your first session in this workspace")
    ]


async def tell(
    context: Context,
    me: Reader,
    *,
    before: list[SessionRow],
    mark: Literal["none", "delivered", "read"],
    state: Literal["unread", "pending"],
    query: str | None,
    documents: list[str],
    notes_from: int,
) -> dict[str, Any]:
    """Return the context for a reader that starts, by the fields of SessionContext."""
    post = await check(
        context,
        Check(
            agent=me.name,
            instance=me.instance,
            limit=PENDING,
            urgent_first=True,
            mark=mark,
            state=state,
        ),
    )
    others = sorted(
        (each for each in await everyone(context) if each.reader != me.agent),
        key=lambda each: -(each.last_seen or 0),
    )
    tasks = await list_tasks(
        context,
        ListTasks(
            agent=me.name, instance=me.instance, mine=True, urgent_first=True, limit=MAX_LISTED
        ),
    )
    return {
        "messages": post.messages,
        "unread": post.unread,
        "total": post.total,
        "recent": [shown_session(context, each) for each in before],
        "agents": [
            msgspec.structs.replace(await card_of(context, each), instances=[])
            for each in others[:MAX_LISTED]
        ],
        "tasks": tasks.tasks,
        "notes": await _told(context, NoteFilter(important=notes_from, now=context.now)),
        "found": await _found(context, query),
        "is_first": not before,
        "documents": await _documents(context, documents),
        "news": await _news(context, me, before),
        "acknowledged": await acknowledged(context, me, before[0].last_seen if before else 0),
        "kept": await context.store.notes_kept(now=context.now),
    }


async def acknowledged(context: Context, me: Reader, since: int) -> list[Acknowledged]:
    """Return which messages of the caller were acknowledged after a time."""
    found = await context.store.acknowledged_since(
        me, since, looked_at=SENT_LOOKED_AT, most=MAX_LISTED
    )
    return [Acknowledged(id=id, agent=name, acknowledged_at=to_text(at)) for id, name, at in found]


async def _told(context: Context, narrow: NoteFilter) -> list[Note]:
    rows = await context.store.note_page(narrow, most=MAX_LISTED)
    return [shown_note(row) for row in within(rows, limit=MAX_LISTED, max_text_bytes=NOTES_BYTES)]


async def _documents(context: Context, titles: list[str]) -> list[Note]:
    found = [
        await context.store.note_page(
            NoteFilter(kind="document", title=title, now=context.now), most=1
        )
        for title in dict.fromkeys(titles)
    ]
    return [shown_note(row) for rows in found for row in rows]


async def _news(context: Context, me: Reader, before: list[SessionRow]) -> list[Note]:
    if not before:
        return []
    return [
        note
        for note in await _told(
            context, NoteFilter(since=before[0].last_seen, priority=TOLD_FROM, now=context.now)
        )
        if note.author != me.name
    ]


async def _found(context: Context, query: str | None) -> list[Note]:
    rows = (
        []
        if query is None
        else await context.store.search_notes(
            parse_query(query, is_any=True),
            NoteFilter(priority=TOLD_FROM, now=context.now),
            most=MAX_LISTED,
        )
    )
    return [shown_note(row) for row in within(rows, limit=MAX_LISTED, max_text_bytes=NOTES_BYTES)]


class GetContext(Call, frozen=True, kw_only=True):
    """Notes to return."""

    documents: Titles = []
    notes_from: NotesFrom = 4


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """The context that session.start returns; null if you have started already."""

    agent: Annotated[str, Meta(description="Your name")]
    workspace: Annotated[str, Meta(description="Workspace")]
    told: Annotated[
        SessionContext | None,
        Meta(description="Context; null if you have a session or were active within the last hour"),
    ] = None


@op("session.context", scope="read")
async def get_context(context: Context, params: GetContext) -> Opening:
    """Return what session.start would return, for agents without a session.

    The context is null if you have a session or were active within the last hour; so a second call
    in a row returns null. Marks nothing.

    Raises Invalid, NotAllowed.
    """
    me = await context.me(params)
    row = await context.store.last_session(me.reader)
    # Presence of this instance only: a bridge reports the agent under its machine's name.
    here = derived(context, await context.store.presence(me.reader), me.reader)
    has_begun = (row is not None and state_of(context, row) == "active") or here.presence != "away"
    if has_begun:
        return Opening(agent=me.name, workspace=context.workspace.name)
    before = await context.store.session_page(before=NEWEST, reader_agent=me.agent, most=RECENT)
    told = await tell(
        context,
        me,
        before=before,
        mark="none",
        state="pending",
        query=None,
        documents=params.documents,
        notes_from=params.notes_from,
    )
    return Opening(agent=me.name, workspace=context.workspace.name, told=SessionContext(**told))
