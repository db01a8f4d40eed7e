"""Changes of a task that several operations share: who acts, which status follows, what is stored.

Each runs in one transaction behind the workspace's writer. Explained in docs/why/tasks.md.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ackbox.errors import Conflict
from ackbox.model.task import (
    FINISHED,
    Status,
    check_change,
)
from ackbox.ops.table import Call, Context
from ackbox.ops.task.assignment import (
    Assignee,
    as_assignee,
    find_assignee,
    tell_assigned,
    tell_finished,
    tell_taken,
)
from ackbox.ops.task.show import note_task
from ackbox.store.readers import Reader
from ackbox.store.tasks import StoredTask


def holder_of(task: StoredTask) -> str:
    return (
        f"{task.assignee_name}/{task.assignee_instance}"
        if task.assignee_instance
        else task.assignee_name or "nobody"
    )


class Change(Call, frozen=True, kw_only=True):
    """A change of a task."""

    as_assignee: Annotated[
        bool,
        Meta(
            description=(
                "Whether to act as the assignee when the call names nobody and the key may speak as"
                " the assignee"
            )
        ),
    ] = False


async def actor(context: Context, params: Change, task: StoredTask) -> Reader:
    """Return who acts: the caller or, with `as_assignee` and a key that may, the assignee."""
    if not params.as_assignee:
        return await context.me(params)
    number = task.creator if task.assignee is None else task.assignee
    instance = None if task.assignee is None else task.assignee_instance
    return await acting_as(context, params, number, instance)


async def acting_as(
    context: Context, params: Change, number: int, instance: str | None = None
) -> Reader:
    """Return the reader of this number, if the call names nobody and the key may speak as it;
    else the caller.
    """
    if params.agent is None and context.session is None:
        reader = await context.store.reader_by_number(number)
        assert reader is not None
        if context.caller.speaks_as(reader.name) and context.may_act_as(reader):
            params = msgspec.structs.replace(params, agent=reader.name, instance=instance)
    return await context.me(params)


def given_to(to: Assignee | None, task: StoredTask) -> StoredTask:
    return msgspec.structs.replace(
        task,
        assignee=to and to.number,
        assignee_name=to and to.name,
        assignee_instance=to and to.instance,
    )


def moved(
    context: Context, me: Reader, task: StoredTask, to: Status, before: StoredTask
) -> StoredTask:
    """Return a task in another state. Raises Conflict."""
    check_change(before.status, to, has_assignee=task.assignee is not None)
    is_given_now = (task.assignee, task.assignee_instance) != (
        before.assignee,
        before.assignee_instance,
    )
    if (
        to == "in_progress"
        and before.status in ("open", "claimed")
        and task.assignee is not None
        and not (is_given_now or _may_begin(me, task))
    ):
        raise Conflict(
            f"Task {task.number} belongs to {holder_of(task)}.",
            hint="Assign it to yourself with task.assign first.",
            field="status",
            assignee=task.assignee_name,
        )
    if to in ("in_progress", "review", "done", "failed") and task.assignee is None:
        task = given_to(as_assignee(me), task)
    now, card = context.now, task.card
    times = {
        "claimed_at": None if to == "open" else now if to == "claimed" else card.claimed_at,
        "started_at": (
            None if to == "open" else card.started_at or (now if to == "in_progress" else None)
        ),
        "finished_at": now if to in FINISHED else None,
    }
    held_up = {} if to == "blocked" else {"blocked_by": None, "blocked_cause": None}
    return msgspec.structs.replace(
        task, status=to, card=msgspec.structs.replace(card, **times, **held_up)
    )


def _may_begin(me: Reader, task: StoredTask) -> bool:
    """Whether the caller may start a task.

    A person may start any task, a caller without an instance any task of its agent.
    """
    return me.is_person or (
        task.assignee == me.agent and (me.is_agent or task.assignee_instance in (None, me.instance))
    )


async def with_messages_sent(
    context: Context, me: Reader, task: StoredTask, before: StoredTask, *, is_finished: bool
) -> StoredTask:
    """Send the messages of a change, and return the task with the last of them."""
    message = None
    if (task.assignee, task.assignee_instance) != (before.assignee, before.assignee_instance):
        message = await tell_assigned(context, me, task)
        await tell_taken(context, me, task, before)
    if is_finished:
        message = await tell_finished(context, me, task) or message
    return (
        task
        if message is None
        else msgspec.structs.replace(task, card=msgspec.structs.replace(task.card, message=message))
    )


async def save(
    context: Context, me: Reader, kind: str, task: StoredTask, **more: Any
) -> StoredTask:
    """Store a changed task and the event about it."""
    task = msgspec.structs.replace(task, updated_at=context.now)
    await context.store.save_task(task)
    await note_task(context, me, kind, task, **more)
    return task


async def reassigned(
    context: Context,
    me: Reader,
    task: StoredTask,
    *,
    to: str | None,
    to_instance: str | None,
    unknown: str | None = None,
) -> StoredTask:
    """Return a task with a new assignee; a claimed or started one is open again.

    Raises Conflict for a finished task.
    """
    if task.status in FINISHED:
        raise Conflict(
            f"The task is {task.status}.",
            hint="Open it again first, with `status=open`.",
            field="to",
            status=task.status,
        )
    name = to if to is not None else task.assignee_name
    assignee = None
    if name:
        assignee = await find_assignee(
            context,
            name,
            instance=to_instance or None,
            unknown=unknown,
            me=me,
        )
    before = (task.assignee, task.assignee_instance)
    if (assignee and assignee.number, assignee and assignee.instance) == before:
        return task
    task = given_to(assignee, task)
    if task.status not in ("claimed", "in_progress") and not (
        assignee is None and task.status == "review"
    ):
        return task
    return msgspec.structs.replace(
        task, status="open", card=msgspec.structs.replace(task.card, claimed_at=None)
    )
