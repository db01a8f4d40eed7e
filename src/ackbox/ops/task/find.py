"""task.get, task.list, task.search: how tasks are found.

Explained in docs/why/tasks.md.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.errors import NotFound
from ackbox.model.message import Priority
from ackbox.model.moment import parse_moment
from ackbox.model.query import parse_query
from ackbox.model.task import (
    STATUSES,
    Task,
    parse_statuses,
)
from ackbox.ops.message.history import WORDS
from ackbox.ops.rules.cursors import make_cursor, read_cursor
from ackbox.ops.rules.paging import fitting
from ackbox.ops.table import Call, Context, Cursor, Limit, Name, op
from ackbox.ops.task.fields import Label, TaskId
from ackbox.ops.task.show import shown
from ackbox.store.messages import NEWEST
from ackbox.store.tasks import StoredTask, TaskFilter, tag_text

PAGE_BYTES = 40_000
# A cursor in the order of urgency contains a priority and a number.
_NUMBER_BITS = 48


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
    without_tag: Annotated[Label, Meta(description="Tag of the tasks to leave out")] | None = None
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
    """Return what a cursor of this page is bound to: its filters, but not the caller or the page
    size.
    """
    left_out = (*Call.__struct_fields__, "limit", "cursor", "max_text_bytes", "with_cursors")
    return repr(
        [getattr(params, name) for name in params.__struct_fields__ if name not in left_out]
    )


async def filter_of(context: Context, params: Narrow) -> TaskFilter:
    """Return the filter for the store. Raises Invalid."""
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
        without_tag=None if not params.without_tag else tag_text(params.without_tag),
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
