"""task.create, task.get, task.list, task.search: making tasks and finding them.

What changes a task is in work.py. Explained in docs/why/tasks.md.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from ackbox.errors import Conflict, Invalid, NotFound, TooLong
from ackbox.model.message import METADATA_LIMIT_BYTES, Priority
from ackbox.model.moment import parse_moment, to_text, to_text_or_none
from ackbox.model.query import parse_query
from ackbox.model.task import (
    FINISHED,
    STATUSES,
    TEXT_LIMIT,
    TITLE_LIMIT,
    Status,
    Task,
    check_change,
    parse_statuses,
)
from ackbox.ops.message.history import WORDS
from ackbox.ops.message.send import visible
from ackbox.ops.rules.cursors import make_cursor, read_cursor
from ackbox.ops.rules.paging import fitting
from ackbox.ops.rules.presence import standing
from ackbox.ops.rules.room import refuse_full
from ackbox.ops.table import Call, Context, Cursor, Limit, MessageId, Name, op
from ackbox.ops.task.assignment import find_assignee, tell_assigned
from ackbox.ops.task.dependencies import check_needs
from ackbox.store.messages import NEWEST
from ackbox.store.readers import Reader
from ackbox.store.tasks import Card, StoredTask, TaskFilter, tag_text

PAGE_BYTES = 40_000
# A cursor among the most urgent holds a priority beside a number.
_NUMBER_BITS = 48

TaskId = Annotated[str, Meta(description="Id or number of a task", max_length=64)]
Label = Annotated[str, Meta(max_length=200)]
Tag = Annotated[str, Meta(min_length=1, max_length=64, pattern="^[^,]*$")]
To = Annotated[
    str,
    Meta(
        description="Assignee, as name or name/instance (default: anyone can claim it)",
        max_length=512,
    ),
]
ToInstance = Annotated[str, Meta(description="Instance of the assignee", max_length=512)]
Tags = Annotated[list[Tag], Meta(max_length=50, description="Tags")]
Needs = Annotated[
    list[TaskId], Meta(max_length=100, description="Tasks that must be done first (at most 100)")
]
DoneWhen = Annotated[str, Meta(max_length=2000, description="Condition for done")]
DueAt = Annotated[str, Meta(description="Due time: RFC 3339, or 2h, tomorrow 9:00", max_length=64)]
Unknown = Annotated[
    Literal["hold", "refuse", "inactive"],
    Meta(description="For an unknown assignee: hold the task, or refuse it"),
]
Minutes = Annotated[int, Meta(ge=0, le=10_000_000, description="Estimated minutes")]


class Create(Call, frozen=True, kw_only=True):
    """A task to create."""

    title: Annotated[
        str, Meta(min_length=1, max_length=TITLE_LIMIT, description="Title, in one line")
    ]
    description: Annotated[
        str, Meta(max_length=TEXT_LIMIT, description="Full description, Markdown by convention")
    ] = ""
    to: To | None = None
    to_instance: ToInstance | None = None
    status: Annotated[Status, Meta(description="Status")] = "open"
    priority: Priority = 3
    project: Annotated[Label, Meta(description="Project label")] | None = None
    mission: Annotated[Label, Meta(description="Mission label")] | None = None
    tags: Tags = []
    depends_on: Needs = []
    done_when: DoneWhen | None = None
    due_at: DueAt | None = None
    estimated_minutes: Minutes | None = None
    parent: Annotated[MessageId, Meta(description="Id of the message it comes from")] | None = None
    metadata: Annotated[dict[str, Any], Meta(description="Any JSON object (at most 16 KiB)")] = {}
    idempotency_key: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=128,
                description="Key that prevents a second copy when the call is repeated",
            ),
        ]
        | None
    ) = None
    unknown: Unknown | None = None


class Created(Task, frozen=True, kw_only=True):
    """The created task."""

    duplicate: Annotated[bool, Meta(description="Whether this key was used before")] = False


@op("task.create", scope="write", writes=True, creates=True)
async def create(context: Context, params: Create) -> Created:
    """Create a task; its assignee gets a task_assignment message.

    Without `to` anyone can claim it. The same idempotency key with the same content returns the
    first task.

    Raises Invalid, TooLong, NotFound (depends_on, parent), UnknownRecipient, Conflict.
    """
    me = await context.me(params)
    check_metadata(params.metadata)
    content = _content(params)
    before = (
        None
        if params.idempotency_key is None
        else await context.store.made_before(me.agent, params.idempotency_key)
    )
    if before is not None:
        if before.card.content != content:
            raise Conflict(
                "This idempotency key was already used for another task.",
                hint="Use a new key for a new task.",
                field="idempotency_key",
            )
        return await _created(context, before, duplicate=True)
    refuse_full(context)
    check_change("open", params.status, has_assignee=params.to is not None)
    needs = await check_needs(
        context,
        None,
        [await find(context, params, id, field="depends_on") for id in params.depends_on],
    )
    parent = None if params.parent is None else (await visible(context, params, params.parent)).id
    card = _card(context, params, parent, content)
    task = await context.store.add_task(await _columns(context, params, me) | {"card": card})
    await context.store.add_needs(task.number, needs)
    message = await tell_assigned(context, me, task)
    if message is not None:
        task = msgspec.structs.replace(task, card=msgspec.structs.replace(card, message=message))
        await context.store.save_task(task)
    await note_task(context, me, "task.created", task)
    return await _created(
        context, await context.store.again(task) if needs else task, duplicate=False
    )


async def _created(context: Context, task: StoredTask, *, duplicate: bool) -> Created:
    own = await shown(context, task)
    return Created(
        **{name: getattr(own, name) for name in Task.__struct_fields__}, duplicate=duplicate
    )


def check_metadata(metadata: dict[str, Any]) -> None:
    """Raise TooLong when an object is larger than what is kept."""
    size = len(msgspec.json.encode(metadata))
    if size > METADATA_LIMIT_BYTES:
        raise TooLong(
            f"`metadata` has {size:,} bytes; at most {METADATA_LIMIT_BYTES:,} are allowed.",
            field="metadata",
            size=size,
            limit=METADATA_LIMIT_BYTES,
            hint="Name a file in the description instead.",
        )


def _content(params: Create) -> str | None:
    if params.idempotency_key is None:
        return None
    own = {
        name: getattr(params, name)
        for name in Create.__struct_fields__
        if name not in (*Call.__struct_fields__, "idempotency_key", "unknown")
    }
    return hashlib.sha256(msgspec.json.encode(own, order="deterministic")).hexdigest()


def _card(context: Context, params: Create, parent: str | None, content: str | None) -> Card:
    began, ended = params.status in ("in_progress", "review"), params.status in FINISHED
    return Card(
        done_when=params.done_when or None,
        due_at=(
            None
            if not params.due_at
            else parse_moment(params.due_at, field="due_at", now=context.now, ahead=True)
        ),
        estimated_minutes=params.estimated_minutes or None,
        parent=parent,
        metadata=params.metadata,
        content=content,
        claimed_at=context.now if params.status == "claimed" else None,
        started_at=context.now if began else None,
        finished_at=context.now if ended else None,
    )


async def _columns(context: Context, params: Create, me: Reader) -> dict[str, Any]:
    to = (
        None
        if params.to is None
        else await find_assignee(
            context, params.to, instance=params.to_instance, unknown=params.unknown, me=me
        )
    )
    if to is None and params.to_instance is not None:
        raise Invalid(
            "`to_instance` needs exactly one agent.",
            hint="Name the agent in `to`.",
            field="to_instance",
        )
    return {
        "id": context.new_id(context.now),
        "title": params.title,
        "description": params.description,
        "status": params.status,
        "priority": params.priority,
        "creator": me.agent,
        "creator_name": me.name,
        "assignee": to and to.number,
        "assignee_name": to and to.name,
        "assignee_instance": to and to.instance,
        "project": params.project or None,
        "mission": params.mission or None,
        "tags": list(dict.fromkeys(params.tags)),
        "idempotency_key": params.idempotency_key,
        "created_at": context.now,
        "updated_at": context.now,
    }


class Get(Call, frozen=True, kw_only=True):
    """Task to return."""

    id: TaskId


@op("task.get", scope="read")
async def get(context: Context, params: Get) -> Task:
    """Return one task.

    Raises NotFound, also for other workspaces.
    """
    return await shown(context, await find(context, params, params.id))


class Narrow(Call, frozen=True, kw_only=True):
    """Filters for tasks."""

    status: Annotated[
        str | list[str],
        Meta(
            description=(
                f"Statuses to filter by: {', '.join(STATUSES)}; or unfinished, active, finished, "
                "all"
            )
        ),
    ] = "unfinished"
    assignee: Annotated[Name, Meta(description="Assignee to filter by")] | None = None
    assignee_instance: (
        Annotated[str, Meta(max_length=512, description="Instance of the assignee to filter by")]
        | None
    ) = None
    mine: Annotated[bool, Meta(description="Whether to return your tasks only")] = False
    priority: (
        Annotated[
            list[Priority], Meta(min_length=1, max_length=5, description="Priorities to filter by")
        ]
        | None
    ) = None
    unassigned_only: Annotated[
        bool, Meta(description="Whether to return unassigned tasks only")
    ] = False
    ready_only: Annotated[
        bool, Meta(description="Whether to leave out tasks that wait for another")
    ] = False
    creator: Annotated[Name, Meta(description="Creator to filter by")] | None = None
    project: Annotated[Label, Meta(description="Project to filter by")] | None = None
    mission: Annotated[Label, Meta(description="Mission to filter by")] | None = None
    tag: Annotated[Label, Meta(description="Tag to filter by")] | None = None
    updated_since: (
        Annotated[
            str,
            Meta(
                description=(
                    "Earliest time of change, exclusive: RFC 3339, or 2h, 3d, yesterday 9:00"
                )
            ),
        ]
        | None
    ) = None
    max_text_bytes: Annotated[
        int,
        Meta(
            ge=1000,
            le=1_000_000,
            description="Maximum bytes of text to return (1,000 to 1,000,000); no task is split",
        ),
    ] = PAGE_BYTES
    limit: Limit = 50
    cursor: Cursor | None = None
    with_cursors: Annotated[
        bool,
        Meta(description="Whether to return a cursor after each item"),
    ] = False


class ListTasks(Narrow, frozen=True, kw_only=True):
    """Filters and order of tasks."""

    urgent_first: Annotated[
        bool,
        Meta(description="Whether to sort by priority, then oldest first, instead of newest first"),
    ] = False


class Search(Narrow, frozen=True, kw_only=True):
    """Search words and filters."""

    query: Annotated[str, Meta(min_length=1, max_length=400, description=WORDS)]
    status: Annotated[
        str | list[str],
        Meta(
            description=(
                f"Statuses to filter by: {', '.join(STATUSES)}; or unfinished, active, finished, "
                "all"
            )
        ),
    ] = "all"


class TaskPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of tasks."""

    tasks: Annotated[list[Task], Meta(description="Tasks, in the requested order")]
    cursor: Annotated[
        str | None, Meta(description="Cursor for the next page; null on the last page")
    ] = None
    cursors: Annotated[
        list[str],
        Meta(description="Cursor after each task, in order; empty if not requested"),
    ] = []


@op("task.list", scope="read", is_slow=True)
async def list_tasks(context: Context, params: ListTasks) -> TaskPage:
    """List tasks, newest or most urgent first; by default unfinished ones.

    Raises Invalid, BadCursor.
    """
    ws, query, narrow = (
        context.workspace.ws,
        f"tasks {_asked(params)}",
        await filter_of(context, params),
    )
    most = params.limit + 1
    if not params.urgent_first:
        before = NEWEST if params.cursor is None else read_cursor(ws, query, params.cursor)
        return await _page(
            context,
            params,
            query,
            await context.store.newest_tasks(narrow, before=before, most=most),
        )
    place = 9 << _NUMBER_BITS if params.cursor is None else read_cursor(ws, query, params.cursor)
    rows = await context.store.urgent_tasks(
        narrow, priority=place >> _NUMBER_BITS, after=place & (1 << _NUMBER_BITS) - 1, most=most
    )
    return await _page(context, params, query, rows)


@op("task.search", scope="read", is_slow=True)
async def search(context: Context, params: Search) -> TaskPage:
    """Search titles, descriptions, tags and notes of tasks, newest first.

    Raises Invalid, BadCursor.
    """
    ws, name, narrow = (
        context.workspace.ws,
        f"task words {_asked(params)}",
        await filter_of(context, params),
    )
    before = NEWEST if params.cursor is None else read_cursor(ws, name, params.cursor)
    rows = await context.store.search_tasks(
        parse_query(params.query), narrow, before=before, most=params.limit + 1
    )
    return await _page(context, params, name, rows)


async def _page(
    context: Context, params: ListTasks | Search, query: str, rows: list[StoredTask]
) -> TaskPage:
    page: list[StoredTask] = []
    size = 0
    for row in rows[: params.limit]:
        size += (
            len(row.title.encode())
            + len(row.description.encode())
            + len((row.card.note or "").encode())
        )
        if page and size > params.max_text_bytes:
            break
        page.append(row)
    tasks = fitting([await shown(context, row) for row in page])
    count = context.fits(tasks).count
    page, tasks = page[:count], tasks[:count]
    cursors = [_cursor_after(context, params, query, row) for row in page]
    return TaskPage(
        tasks=tasks,
        cursor=cursors[-1] if len(page) < len(rows) else None,
        cursors=cursors if params.with_cursors else [],
    )


def _cursor_after(context: Context, params: Narrow, query: str, row: StoredTask) -> str:
    place = (
        row.priority << _NUMBER_BITS | row.number
        if getattr(params, "urgent_first", False)
        else row.number
    )
    return make_cursor(context.workspace.ws, query, place)


def _asked(params: Narrow) -> str:
    """Return what a cursor of this page is bound to: all that narrows it, nothing that says who
    looks or how much.
    """
    left_out = (*Call.__struct_fields__, "limit", "cursor", "max_text_bytes", "with_cursors")
    return repr(
        [getattr(params, name) for name in params.__struct_fields__ if name not in left_out]
    )


async def filter_of(context: Context, params: Narrow) -> TaskFilter:
    """Return what the store is asked for. Raises Invalid."""
    statuses = parse_statuses(params.status, field="status")
    me = await context.me(params) if params.mine else None
    return TaskFilter(
        statuses=None if len(statuses) == len(STATUSES) else f",{',,'.join(sorted(statuses))},",
        priorities=(
            None if params.priority is None else "".join(map(str, sorted(set(params.priority))))
        ),
        assignee=me.agent if me else await context.agent_number(params.assignee),
        assignee_instance=params.assignee_instance or None,
        unassigned_only=1 if params.unassigned_only else None,
        creator=await context.agent_number(params.creator),
        project=params.project or None,
        mission=params.mission or None,
        tag=None if not params.tag else tag_text(params.tag),
        ready_only=1 if params.ready_only else None,
        updated_since=(
            None
            if params.updated_since is None
            else parse_moment(params.updated_since, field="updated_since", now=context.now)
        ),
        visible_to=None if context.visible_to(None) is None else (await context.me(params)).agent,
    )


async def find(context: Context, call: Call, id: str, *, field: str = "id") -> StoredTask:
    """Return a task that the caller may see, by its id or number. Raises NotFound."""
    text = id.removeprefix("#")
    is_number = text.isascii() and text.isdigit() and len(text) < 16
    task = await (context.store.task_at(int(text)) if is_number else context.store.task(id))
    if task is None or not await may_see_task(context, call, task):
        raise NotFound(
            "There is no such task.",
            hint="Use an id or number that task.list returned.",
            field=field,
        )
    return task


async def may_see_task(context: Context, call: Call, task: StoredTask) -> bool:
    """Whether the caller may see a task: all in a transparent workspace, else creator,
    assignee, operators; all when it is nobody's yet.
    """
    if task.assignee is None or context.visible_to(None) is None:
        return True
    return (await context.me(call)).agent in (task.creator, task.assignee)


async def _is_stale(context: Context, task: StoredTask) -> bool:
    """Whether somebody has the task who has left, or was not heard of for their ttl."""
    if task.status not in ("claimed", "in_progress") or task.assignee_name is None:
        return False
    reader = await context.store.reader(task.assignee_name, task.assignee_instance)
    if reader is None or reader.reader in context.signs_of_life:
        return reader is None
    return (await standing(context, reader)).presence != "online"


async def shown(context: Context, task: StoredTask) -> Task:
    """Return a task as every face shows it."""
    needs, card = task.needs, task.card
    return Task(
        id=task.id,
        number=task.number,
        workspace=context.workspace.name,
        title=task.title,
        description=task.description,
        status=task.status,  # type: ignore[arg-type]  # checked when stored
        priority=task.priority,
        creator=task.creator_name,
        assignee=task.assignee_name,
        assignee_instance=task.assignee_instance,
        project=task.project,
        mission=task.mission,
        tags=task.tags,
        depends_on=[id for _, id, _ in needs],
        waits_for=[id for _, id, status in needs if status != "done"],
        done_when=card.done_when,
        due_at=to_text_or_none(card.due_at),
        is_stale=await _is_stale(context, task),
        is_late=card.due_at is not None
        and card.due_at <= context.now
        and task.status not in FINISHED,
        estimated_minutes=card.estimated_minutes,
        note=card.note,
        blocked_by=card.blocked_by,
        blocked_cause=card.blocked_cause,  # type: ignore[arg-type]  # checked when stored
        parent=card.parent,
        message=card.message,
        metadata=card.metadata,
        created_at=to_text(task.created_at),
        updated_at=to_text(task.updated_at),
        claimed_at=to_text_or_none(card.claimed_at),
        started_at=to_text_or_none(card.started_at),
        finished_at=to_text_or_none(card.finished_at),
    )


async def note_task(context: Context, me: Reader, kind: str, task: StoredTask, **more: Any) -> None:
    """Write the feed's line about a task: ids and states, never its text."""
    subject = {
        "task": task.id,
        "number": task.number,
        "status": task.status,
        "assignee": task.assignee_name,
        **more,
    }
    context.rings.add(
        await context.store.add_event(kind, at=context.now, reader=me.agent, subject=subject)
    )
