"""task.finish_many: finishing what fits, all at once. Explained in docs/why/tasks.md."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.errors import Invalid
from ackbox.model.message import Time
from ackbox.model.moment import parse_moment, to_text
from ackbox.model.task import NOTE_LIMIT
from ackbox.ops.table import Context, Name, op
from ackbox.ops.task.change import Change, actor, moved, save, with_messages_sent
from ackbox.ops.task.fields import Label, TaskId
from ackbox.ops.task.find import ListTasks, filter_of, find
from ackbox.store.messages import NEWEST
from ackbox.store.tasks import StoredTask

# Unfinished tasks that are looked through at once.
LARGEST = 10_000


class FinishMany(Change, frozen=True, kw_only=True):
    """Tasks to finish; at least one filter is required."""

    ids: (
        Annotated[
            list[TaskId],
            Meta(max_length=200, description="Ids or numbers of the tasks (at most 200)"),
        ]
        | None
    ) = None
    assignee: Annotated[Name, Meta(description="Assignee to filter by")] | None = None
    creator: Annotated[Name, Meta(description="Creator to filter by")] | None = None
    project: Annotated[Label, Meta(description="Project to filter by")] | None = None
    mission: Annotated[Label, Meta(description="Mission to filter by")] | None = None
    tag: Annotated[Label, Meta(description="Tag to filter by")] | None = None
    without_tag: Annotated[Label, Meta(description="Tag of the tasks to leave out")] | None = None
    updated_before: Annotated[str, Meta(description="Latest time of change")] | None = None
    note: Annotated[str, Meta(max_length=NOTE_LIMIT, description="Note for each task")] | None = (
        None
    )
    limit: Annotated[int, Meta(ge=1, le=200, description="Maximum number of items to return")] = 200
    only_look: Annotated[bool, Meta(description="Whether to list the tasks without a change")] = (
        False
    )


class FinishedMany(msgspec.Struct, frozen=True, kw_only=True):
    """Tasks that were finished, or would be."""

    run: Annotated[str, Meta(description="Id of this call, in each task's event")]
    at: Annotated[Time | None, Meta(description="Time; null with `only_look`")]
    ids: Annotated[list[str], Meta(description="Ids of the tasks, newest first")]
    has_more: Annotated[bool, Meta(description="Whether there are more than `limit`")]


@op("task.finish_many", scope="write", writes=lambda params: not params.only_look)
async def finish_many(context: Context, params: FinishMany) -> FinishedMany:
    """Finish all unfinished tasks that match the filters.

    Each is finished as by task.update. `only_look` lists the tasks without a change.

    Raises Invalid (no filter), NotFound (ids).
    """
    found = await _unfinished(context, params)
    run = context.new_id(context.now)
    if not params.only_look:
        for before in found[: params.limit]:
            me = await actor(context, params, before)
            card = msgspec.structs.replace(before.card, note=params.note or before.card.note)
            task = moved(context, me, msgspec.structs.replace(before, card=card), "done", before)
            task = await with_messages_sent(context, me, task, before, is_finished=True)
            await save(context, me, "task.updated", task, was=before.status, run=run)
    return FinishedMany(
        run=run,
        at=None if params.only_look else to_text(context.now),
        ids=[task.id for task in found[: params.limit]],
        has_more=len(found) > params.limit,
    )


async def _unfinished(context: Context, params: FinishMany) -> list[StoredTask]:
    narrowing = ("assignee", "creator", "project", "mission", "tag", "updated_before")
    if params.ids is None and all(getattr(params, name) is None for name in narrowing):
        raise Invalid(
            "The call has no filter for the tasks.",
            hint=f"Give `ids`, or {', '.join(f'`{name}`' for name in narrowing)}.",
            field="ids",
        )
    same = {
        name: getattr(params, name)
        for name in (
            "workspace",
            "agent",
            "instance",
            "session",
            "assignee",
            "creator",
            "project",
            "mission",
            "tag",
            "without_tag",
        )
    }
    narrow = await filter_of(context, ListTasks(**same))
    until = (
        NEWEST
        if params.updated_before is None
        else parse_moment(params.updated_before, field="updated_before", now=context.now)
    )
    if params.ids is not None:
        given = [await find(context, params, id, field="ids") for id in dict.fromkeys(params.ids)]
        numbers = {task.number for task in given}
        rows = [
            task
            for task in await context.store.newest_tasks(narrow, most=LARGEST)
            if task.number in numbers
        ]
    else:
        rows = await context.store.newest_tasks(narrow, most=LARGEST)
    return [task for task in rows if task.updated_at < until][: params.limit + 1]
