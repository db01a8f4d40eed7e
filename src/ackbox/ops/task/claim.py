"""task.claim: of several claimants exactly one gets the task.

Claims run in one transaction each, behind the workspace's writer. Explained in docs/why/tasks.md.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ackbox.errors import Conflict
from ackbox.model.task import (
    FINISHED,
    Task,
)
from ackbox.ops.table import Call, Context, op
from ackbox.ops.task.assignment import (
    as_assignee,
    tell_assigned,
)
from ackbox.ops.task.change import given_to, holder_of, save
from ackbox.ops.task.fields import (
    Label,
    TaskId,
)
from ackbox.ops.task.find import find
from ackbox.ops.task.show import shown
from ackbox.store.readers import Reader
from ackbox.store.tasks import StoredTask, TaskFilter, tag_text

Reason = Literal["taken", "assigned", "waiting", "finished", "nothing"]
# Maximum number of urgent tasks to search for a free one.
LOOKED_AT = 200


class Claim(Call, frozen=True, kw_only=True):
    """Task to claim."""

    id: (
        Annotated[
            TaskId,
            Meta(description=("Id or number of a task (default: the most urgent free task)")),
        ]
        | None
    ) = None
    start: Annotated[
        bool, Meta(description="Whether to start the work: status in_progress instead of claimed")
    ] = False
    project: Annotated[Label, Meta(description="Project to filter by, without `id`")] | None = None
    tag: Annotated[Label, Meta(description="Tag to filter by, without `id`")] | None = None
    or_refuse: Annotated[
        bool, Meta(description="Whether to fail with `conflict` if you do not get the task")
    ] = False
    tell: Annotated[
        bool,
        Meta(description=("Whether to send yourself the task_assignment message too")),
    ] = False


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """Whether you have the task, and if not, why."""

    claimed: Annotated[bool, Meta(description="Whether you have the task")]
    task: Annotated[Task | None, Meta(description="Task; null if there was none to claim")] = None
    winner: Annotated[str | None, Meta(description="Current assignee")] = None
    winner_instance: Annotated[str | None, Meta(description="Instance of the current assignee")] = (
        None
    )
    reason: Annotated[
        Reason | None,
        Meta(description=("Reason for no claim: taken, assigned, waiting, finished, nothing")),
    ] = None
    notice: Annotated[str | None, Meta(description="Reason as a sentence")] = None


@op("task.claim", scope="write", writes=True, for_caller=True)
async def claim(context: Context, params: Claim) -> Claimed:
    """Claim a task; exactly one of several claimants gets it.

    The result names the winner. Claiming a task that you have changes nothing and is no error.
    Without `id` it claims the most urgent open task that waits for nothing and is assigned to you
    or nobody.

    Raises NotFound, Conflict (with `or_refuse`).
    """
    done = await _claim(context, params)
    if params.or_refuse and not done.claimed:
        raise Conflict(
            done.notice or "",
            hint="See the open tasks with task.list.",
            reason=done.reason,
            winner=done.winner,
        )
    return done


async def _claim(context: Context, params: Claim) -> Claimed:
    me = await context.me(params)
    task = await (
        _next(context, params, me) if params.id is None else find(context, params, params.id)
    )
    if task is None:
        return Claimed(claimed=False, reason="nothing", notice="There is no open task for you.")
    if _holds(me, task) and task.status in ("claimed", "in_progress"):
        return await _claimed(context, task)
    if task.status in FINISHED:
        return await _not_claimed(
            context, task, "finished", f"Task {task.number} is {task.status}."
        )
    if task.status != "open":
        return await _not_claimed(
            context, task, "taken", f"{holder_of(task)} has task {task.number}."
        )
    if task.assignee is not None and not _may_take(me, task):
        return await _not_claimed(
            context, task, "assigned", f"Task {task.number} is for {holder_of(task)}."
        )
    missing = [number for number, _, status in task.needs if status != "done"]
    if missing:
        return await _not_claimed(
            context,
            task,
            "waiting",
            f"Task {task.number} waits for {', '.join(map(str, missing))}.",
        )
    card = msgspec.structs.replace(
        task.card, claimed_at=context.now, started_at=context.now if params.start else None
    )
    task = given_to(
        as_assignee(me),
        msgspec.structs.replace(
            task, status="in_progress" if params.start else "claimed", card=card
        ),
    )
    if params.tell:
        message = await tell_assigned(context, me, task, also_me=True)
        task = msgspec.structs.replace(
            task, card=msgspec.structs.replace(task.card, message=message)
        )
    return await _claimed(context, await save(context, me, "task.claimed", task))


async def _next(context: Context, params: Claim, me: Reader) -> StoredTask | None:
    """Return the most urgent open task that waits for nothing and that the caller may take."""
    for mine in (me.agent, None):
        narrow = TaskFilter(
            statuses=",open,",
            assignee=mine,
            unassigned_only=1 if mine is None else None,
            ready_only=1,
            project=params.project or None,
            tag=None if not params.tag else tag_text(params.tag),
        )
        for task in await context.store.urgent_tasks(narrow, priority=9, after=0, most=LOOKED_AT):
            if task.assignee is None or _may_take(me, task):
                return task
    return None


def _may_take(me: Reader, task: StoredTask) -> bool:
    return task.assignee == me.agent and task.assignee_instance in (None, me.instance)


def _holds(me: Reader, task: StoredTask) -> bool:
    return task.assignee == me.agent and task.assignee_instance == me.instance


async def _claimed(context: Context, task: StoredTask) -> Claimed:
    return Claimed(
        claimed=True,
        task=await shown(context, task),
        winner=task.assignee_name,
        winner_instance=task.assignee_instance,
    )


async def _not_claimed(context: Context, task: StoredTask, reason: Reason, notice: str) -> Claimed:
    return Claimed(
        claimed=False,
        task=await shown(context, task),
        winner=task.assignee_name,
        winner_instance=task.assignee_instance,
        reason=reason,
        notice=notice,
    )
