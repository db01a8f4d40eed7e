"""In progress: the tasks that an agent works on, and those that others work on for it.

Tasks are in ops/task/. Explained in docs/why/tasks.md, "Tasks and messages".
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.ops.table import Context
from ackbox.store.messages import NEWEST
from ackbox.store.readers import Reader
from ackbox.store.tasks import StoredTask, TaskFilter

MAX_LISTED = 20
LOOKED_AT = 200
IN_PROGRESS = ",in_progress,"


class Doing(msgspec.Struct, frozen=True, kw_only=True):
    """A task in progress, in short."""

    id: Annotated[str, Meta(description="Id of the task")]
    title: Annotated[str, Meta(description="Title, in one line")]
    age_ms: Annotated[int, Meta(description="Milliseconds since the work began")]


class UnderWay(msgspec.Struct, frozen=True, kw_only=True):
    """Tasks in progress, newest first (at most 20 of each kind, counted up to 200)."""

    mine: Annotated[list[Doing], Meta(description="Your tasks")]
    mine_count: Annotated[int, Meta(description="Number of your tasks")]
    for_me: Annotated[list[Doing], Meta(description="Tasks you created that others work on")]
    for_me_count: Annotated[int, Meta(description="Number of those tasks")]


async def under_way(context: Context, me: Reader) -> UnderWay | None:
    """Return the tasks in progress for this reader; null for none."""
    mine = [
        row
        for row in await _page(context, TaskFilter(statuses=IN_PROGRESS, assignee=me.agent))
        if me.is_agent or row.assignee_instance in (None, me.instance)
    ]
    asked = [
        row
        for row in await _page(context, TaskFilter(statuses=IN_PROGRESS, creator=me.agent))
        if row.assignee not in (None, me.agent)
    ]
    if not mine and not asked:
        return None
    return UnderWay(
        mine=_told(context, mine),
        mine_count=len(mine),
        for_me=_told(context, asked),
        for_me_count=len(asked),
    )


async def _page(context: Context, narrow: TaskFilter) -> list[StoredTask]:
    return await context.store.newest_tasks(narrow, before=NEWEST, most=LOOKED_AT)


def _told(context: Context, rows: list[StoredTask]) -> list[Doing]:
    return [
        Doing(
            id=row.id,
            title=row.title,
            age_ms=max(context.now - (row.card.started_at or row.updated_at), 0),
        )
        for row in rows[:MAX_LISTED]
    ]
