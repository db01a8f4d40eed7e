"""Under way: what an agent is at work on, and what others are at work on for it, told beside its
post.

Tasks themselves are tasks.py's. Explained in docs/why/tasks.md, "Tasks and messages".
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.ops.table import Context
from ackbox.store.messages import NEWEST
from ackbox.store.readers import Reader
from ackbox.store.tasks import StoredTask, TaskFilter

MOST_TOLD = 20
LOOKED_AT = 200
IN_PROGRESS = ",in_progress,"


class Doing(msgspec.Struct, frozen=True, kw_only=True):
    """A task in progress, in short."""

    id: Annotated[str, Meta(description="Id of the task")]
    title: Annotated[str, Meta(description="What is to be done, in a line")]
    age_ms: Annotated[int, Meta(description="Milliseconds since work on it began")]


class UnderWay(msgspec.Struct, frozen=True, kw_only=True):
    """Tasks in progress, newest first: at most twenty of each kind, counted up to two hundred."""

    mine: Annotated[list[Doing], Meta(description="Yours")]
    mine_count: Annotated[int, Meta(description="How many of yours there are")]
    for_me: Annotated[list[Doing], Meta(description="Those you asked for that others have")]
    for_me_count: Annotated[int, Meta(description="How many of those there are")]


async def under_way(context: Context, me: Reader) -> UnderWay | None:
    """Return what is under way for this reader; null when nothing is."""
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
        for row in rows[:MOST_TOLD]
    ]
