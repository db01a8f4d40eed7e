"""task.claim, task.update, task.assign, task.depend: what becomes of a task.

Each runs in one transaction behind the workspace's writer, so of two who claim one task the second
is told of the first.
Explained in docs/why/tasks.md.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from ackbox.errors import Conflict, Invalid
from ackbox.model.message import Priority
from ackbox.model.moment import parse_moment
from ackbox.model.task import (
    FINISHED,
    NOTE_LIMIT,
    TEXT_LIMIT,
    TITLE_LIMIT,
    Cause,
    Status,
    Task,
    check_change,
)
from ackbox.ops.lenient import CLEARS
from ackbox.ops.table import Call, Context, op
from ackbox.ops.task.assignment import (
    Assignee,
    as_assignee,
    find_assignee,
    tell_assigned,
    tell_finished,
    tell_taken,
)
from ackbox.ops.task.dependencies import MAX_NEEDS, check_needs
from ackbox.ops.task.find import (
    DoneWhen,
    DueAt,
    Label,
    Minutes,
    Needs,
    Tags,
    TaskId,
    To,
    ToInstance,
    Unknown,
    check_metadata,
    find,
    note_task,
    shown,
)
from ackbox.store.readers import Reader
from ackbox.store.tasks import StoredTask, TaskFilter, tag_text

Reason = Literal["taken", "assigned", "waiting", "finished", "nothing"]
# The most urgent that are looked through for one that is free.
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
        return await _not_claimed(context, task, "taken", f"{_who(task)} has task {task.number}.")
    if task.assignee is not None and not _may_take(me, task):
        return await _not_claimed(
            context, task, "assigned", f"Task {task.number} is for {_who(task)}."
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
    task = _given_to(
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


def _who(task: StoredTask) -> str:
    return (
        f"{task.assignee_name}/{task.assignee_instance}"
        if task.assignee_instance
        else task.assignee_name or "nobody"
    )


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


class Change(Call, frozen=True, kw_only=True):
    """A change of a task."""

    as_assignee: Annotated[
        bool,
        Meta(description="Whether to act as the assignee, for a key without a name"),
    ] = False


class Update(Change, frozen=True, kw_only=True):
    """Changes of a task; omitted fields stay unchanged, empty text clears."""

    id: TaskId
    status: (
        Annotated[Status, Meta(description="New status; open reopens a finished task")] | None
    ) = None
    note: (
        Annotated[
            str,
            Meta(
                max_length=NOTE_LIMIT,
                description="Note on the status: cause of a block or failure, result",
            ),
            CLEARS,
        ]
        | None
    ) = None
    blocked_by: (
        Annotated[
            str,
            Meta(max_length=500, description="Cause of the block: a task, a name, a thing"),
            CLEARS,
        ]
        | None
    ) = None
    blocked_cause: Annotated[Cause, Meta(description="Kind of cause")] | None = None
    title: (
        Annotated[
            str,
            Meta(min_length=1, max_length=TITLE_LIMIT, description="Title, in one line"),
        ]
        | None
    ) = None
    description: (
        Annotated[str, Meta(max_length=TEXT_LIMIT, description="Full description"), CLEARS] | None
    ) = None
    to: Annotated[To, CLEARS] | None = None
    to_instance: Annotated[ToInstance, CLEARS] | None = None
    priority: Priority | None = None
    project: Annotated[Label, Meta(description="Project label"), CLEARS] | None = None
    mission: Annotated[Label, Meta(description="Mission label"), CLEARS] | None = None
    tags: Tags | None = None
    depends_on: (
        Annotated[
            Needs, Meta(description="Tasks that must be done first; replaces the current list")
        ]
        | None
    ) = None
    done_when: Annotated[DoneWhen, CLEARS] | None = None
    due_at: Annotated[DueAt, CLEARS] | None = None
    estimated_minutes: Minutes | None = None
    metadata: (
        Annotated[
            dict[str, Any],
            Meta(description="Metadata; replaces the current object (at most 16 KiB)"),
        ]
        | None
    ) = None


@op("task.update", scope="write", writes=True)
async def update(context: Context, params: Update) -> Task:
    """Update a task: change its status or edit its fields.

    Starting an unassigned task assigns it to you. Finishing a task sends a message of type system
    to the creator, and to the assignee if another agent finished it. The same status again changes
    nothing.

    Raises NotFound, Conflict (a status that cannot follow, another agent's task, a dependency
    cycle), Invalid, TooLong, UnknownRecipient.
    """
    before = await find(context, params, params.id)
    me = await actor(context, params, before)
    if params.metadata is not None:
        check_metadata(params.metadata)
    task = _edited(before, params, context.now)
    if params.to is not None or params.to_instance is not None:
        task = await _handed_over(context, params, me, task)
    if params.depends_on is not None:
        await _replace_needs(context, params, task, params.depends_on)
        task = msgspec.structs.replace(task, needs=(await context.store.again(task)).needs)
    is_moved = params.status is not None and params.status != before.status
    if is_moved:
        assert params.status is not None
        task = moved(context, me, task, params.status, before)
    elif params.blocked_by is not None or params.blocked_cause is not None:
        raise Invalid(
            "Only a blocked task has a cause that blocks it.",
            hint="Set `status=blocked` too.",
            field="blocked_by",
        )
    task = await told(context, me, task, before, is_finished=is_moved and task.status in FINISHED)
    if task == before and params.depends_on is None:
        return await shown(context, before)
    more = {"was": before.status} if is_moved else {}
    return await shown(context, await save(context, me, "task.updated", task, **more))


async def actor(context: Context, params: Change, task: StoredTask) -> Reader:
    """Return who acts: the caller, or for a key without a name, when asked so, whoever has the
    task.
    """
    number = task.creator if task.assignee is None else task.assignee
    if params.as_assignee and params.agent is None and context.caller.agent is None:
        reader = await context.store.reader_by_number(number)
        assert reader is not None
        params = msgspec.structs.replace(
            params, agent=reader.name, instance=task.assignee_instance if task.assignee else None
        )
    return await context.me(params)


def _edited(task: StoredTask, params: Update, now: int) -> StoredTask:
    columns: dict[str, Any] = {
        name: value
        for name in ("title", "description", "priority")
        if (value := getattr(params, name)) is not None
    }
    columns |= {
        name: value or None
        for name in ("project", "mission")
        if (value := getattr(params, name)) is not None
    }
    if params.tags is not None:
        columns["tags"] = list(dict.fromkeys(params.tags))
    card: dict[str, Any] = {
        name: value or None
        for name in ("note", "done_when", "estimated_minutes")
        if (value := getattr(params, name)) is not None
    }
    if params.due_at is not None:
        card["due_at"] = (
            parse_moment(params.due_at, field="due_at", now=now, ahead=True)
            if params.due_at
            else None
        )
    if params.metadata is not None:
        card["metadata"] = params.metadata
    if params.status == "blocked":
        card |= {
            name: value or None
            for name in ("blocked_by", "blocked_cause")
            if (value := getattr(params, name)) is not None
        }
    return msgspec.structs.replace(task, **columns, card=msgspec.structs.replace(task.card, **card))


async def _handed_over(
    context: Context, params: Update | Assign, me: Reader, task: StoredTask
) -> StoredTask:
    """Return a task as it is for somebody else.

    What the last one began, the next one takes up anew.
    """
    if task.status in FINISHED:
        raise Conflict(
            f"The task is {task.status}.",
            hint="Open it again first, with `status=open`.",
            field="to",
            status=task.status,
        )
    name = params.to if params.to is not None else task.assignee_name
    to = None
    if name:
        to = await find_assignee(
            context,
            name,
            instance=params.to_instance or None,
            unknown=getattr(params, "unknown", None),
            me=me,
        )
    same = (to and to.number, to and to.instance) == (task.assignee, task.assignee_instance)
    if same:
        return task
    task = _given_to(to, task)
    if task.status not in ("claimed", "in_progress") and not (
        to is None and task.status == "review"
    ):
        return task
    return msgspec.structs.replace(
        task, status="open", card=msgspec.structs.replace(task.card, claimed_at=None)
    )


def _given_to(to: Assignee | None, task: StoredTask) -> StoredTask:
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
    check_change(before.status, to, has_assignee=task.assignee is not None)  # type: ignore[arg-type]  # checked when stored
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
            f"Task {task.number} belongs to {_who(task)}.",
            hint="Assign it to yourself with task.assign first.",
            field="status",
            assignee=task.assignee_name,
        )
    if to in ("in_progress", "review", "done", "failed") and task.assignee is None:
        task = _given_to(as_assignee(me), task)
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
    """Whether a task is the caller's to begin.

    A person may begin anybody's, and a caller without an instance its agent's.
    """
    return me.kind == "human" or (
        task.assignee == me.agent and (me.is_agent or task.assignee_instance in (None, me.instance))
    )


async def told(
    context: Context, me: Reader, task: StoredTask, before: StoredTask, *, is_finished: bool
) -> StoredTask:
    """Write the messages of a change, and return the task with the last of them."""
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
    """Write a task as it is now, and the feed's line about it."""
    task = msgspec.structs.replace(task, updated_at=context.now)
    await context.store.save_task(task)
    await note_task(context, me, kind, task, **more)
    return task


class Assign(Call, frozen=True, kw_only=True):
    """Task, and its new assignee."""

    id: TaskId
    to: Annotated[
        To,
        Meta(description=("Assignee, as name or name/instance; empty so that anyone can claim it")),
    ] = ""
    to_instance: ToInstance | None = None
    note: Annotated[str, Meta(max_length=NOTE_LIMIT, description="Note")] | None = None
    unknown: Unknown | None = None


@op("task.assign", scope="write", writes=True)
async def assign(context: Context, params: Assign) -> Task:
    """Assign a task to an agent or person, or to nobody.

    The new and the previous assignee get a message each.

    A claimed or started task becomes open again, for the new assignee to claim. The same assignee
    again changes nothing.

    Raises NotFound, Conflict (it is finished), Invalid, UnknownRecipient.
    """
    before = await find(context, params, params.id)
    me = await context.me(params)
    task = await _handed_over(context, params, me, before)
    if params.note is not None:
        task = msgspec.structs.replace(
            task, card=msgspec.structs.replace(task.card, note=params.note or None)
        )
    if task == before:
        return await shown(context, before)
    task = await told(context, me, task, before, is_finished=False)
    return await shown(
        context, await save(context, me, "task.assigned", task, was=before.assignee_name)
    )


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


async def _replace_needs(
    context: Context, params: Update, task: StoredTask, needs: list[str]
) -> None:
    there = await context.store.needs(task.number)
    wanted = await check_needs(
        context, task, [await find(context, params, id, field="depends_on") for id in needs]
    )
    await context.store.drop_needs(
        task.number, [number for number in there if number not in wanted]
    )
    await context.store.add_needs(task.number, wanted)
