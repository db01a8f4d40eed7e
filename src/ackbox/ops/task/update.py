"""task.update: a new status, or other fields, of a task.

Explained in docs/why/tasks.md.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ackbox.errors import Invalid, NotAllowed
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
)
from ackbox.ops.lenient import CLEARS
from ackbox.ops.rules.metadata import check_metadata
from ackbox.ops.table import Context, op
from ackbox.ops.task.change import (
    Change,
    acting_as,
    actor,
    holder_of,
    moved,
    reassigned,
    save,
    with_messages_sent,
)
from ackbox.ops.task.depend import replace_needs
from ackbox.ops.task.fields import (
    DoneWhen,
    DueAt,
    Label,
    Minutes,
    Needs,
    Tags,
    TaskId,
    To,
    ToInstance,
)
from ackbox.ops.task.find import find
from ackbox.ops.task.show import shown
from ackbox.store.readers import Reader
from ackbox.store.tasks import StoredTask


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
    only_own: Annotated[
        bool, Meta(description="Whether to refuse a task that is assigned to another agent")
    ] = False
    metadata: (
        Annotated[
            dict[str, Any],
            Meta(description="Metadata; replaces the current object (at most 16 KiB)"),
        ]
        | None
    ) = None
    keep_metadata: Annotated[
        bool, Meta(description="Whether values that `metadata` does not name stay")
    ] = False
    as_creator: Annotated[
        bool,
        Meta(
            description=(
                "Whether only the creator may make this change; the call acts as the creator when"
                " it names nobody and the key may speak as the creator"
            )
        ),
    ] = False


@op("task.update", scope="write", writes=True)
async def update(context: Context, params: Update) -> Task:
    """Update a task: change its status or edit its fields.

    Starting an unassigned task assigns it to you. Finishing a task sends a message of type system
    to the creator, and to the assignee if another agent finished it. The same status again changes
    nothing.

    Raises NotFound, Conflict (a status that cannot follow, another agent's task, a dependency
    cycle), NotAllowed (`only_own`, `as_creator`), Invalid, TooLong, UnknownRecipient.
    """
    before = await find(context, params, params.id)
    me = await (_creator if params.as_creator else actor)(context, params, before)
    if params.only_own and before.assignee not in (None, me.agent):
        raise NotAllowed(
            f"Task {before.number} is assigned to {holder_of(before)}, not to {me.name}.",
            hint="Assign it to yourself with task.assign first.",
            field="id",
            assignee=before.assignee_name,
        )
    params = _with_kept_metadata(params, before)
    if params.metadata is not None:
        check_metadata(params.metadata, hint="Name a file in the description instead.")
    task = _edited(before, params, context.now)
    if params.to is not None or params.to_instance is not None:
        task = await reassigned(context, me, task, to=params.to, to_instance=params.to_instance)
    if params.depends_on is not None:
        await replace_needs(context, params, task, params.depends_on)
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
    task = await with_messages_sent(
        context, me, task, before, is_finished=is_moved and task.status in FINISHED
    )
    if task == before and params.depends_on is None:
        return await shown(context, before)
    more = {"was": before.status} if is_moved else {}
    return await shown(context, await save(context, me, "task.updated", task, **more))


async def _creator(context: Context, params: Update, task: StoredTask) -> Reader:
    """Return the creator of a task as the caller, or one of the server's names. Raises
    NotAllowed.
    """
    me = await acting_as(context, params, task.creator)
    if me.agent != task.creator and me.kind != "system":
        raise NotAllowed(
            f"Task {task.number} was created by {task.creator_name!r}, and only its creator may"
            " make this change.",
            hint=f"Ask {task.creator_name!r} to make it.",
            field="agent",
        )
    return me


def _with_kept_metadata(params: Update, task: StoredTask) -> Update:
    if params.metadata is None or not params.keep_metadata:
        return params
    return msgspec.structs.replace(params, metadata={**task.card.metadata, **params.metadata})


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
