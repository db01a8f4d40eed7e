"""task.depend: which tasks a task waits for.

Explained in docs/why/tasks.md.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from ackbox.errors import Invalid
from ackbox.model.task import (
    Task,
)
from ackbox.ops.table import Call, Context, op
from ackbox.ops.task.change import Change, actor, save
from ackbox.ops.task.dependencies import MAX_NEEDS, check_needs
from ackbox.ops.task.fields import (
    Needs,
    TaskId,
)
from ackbox.ops.task.find import find
from ackbox.ops.task.show import shown
from ackbox.store.tasks import StoredTask


class Depend(Change, frozen=True, kw_only=True):
    """Dependencies to add and remove."""

    id: TaskId
    on: Annotated[Needs, Meta(description="Tasks to add to the dependencies")] = []
    no_more_on: Annotated[Needs, Meta(description="Tasks to remove from the dependencies")] = []


@op("task.depend", scope="write", writes=True)
async def depend(context: Context, params: Depend) -> Task:
    """Change which tasks a task depends on; cycles are refused.

    Raises NotFound, Conflict (it would depend on itself), Invalid.
    """
    task = await find(context, params, params.id)
    me = await actor(context, params, task)
    drop = [
        (await find(context, params, id, field="no_more_on")).number for id in params.no_more_on
    ]
    await context.store.drop_needs(task.number, drop)
    there = set(await context.store.needs(task.number))
    added = await check_needs(
        context, task, [await find(context, params, id, field="on") for id in params.on]
    )
    if len(there | set(added)) > MAX_NEEDS:
        raise Invalid(
            f"A task can depend on at most {MAX_NEEDS} others.",
            hint="Add a task in between that depends on some of them.",
            field="on",
        )
    await context.store.add_needs(task.number, added)
    return await shown(
        context, await save(context, me, "task.updated", await context.store.again(task))
    )


async def replace_needs(context: Context, params: Call, task: StoredTask, needs: list[str]) -> None:
    there = await context.store.needs(task.number)
    wanted = await check_needs(
        context, task, [await find(context, params, id, field="depends_on") for id in needs]
    )
    await context.store.drop_needs(
        task.number, [number for number in there if number not in wanted]
    )
    await context.store.add_needs(task.number, wanted)
