"""task.assign: who a task is for.

Explained in docs/why/tasks.md.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.model.task import (
    NOTE_LIMIT,
    Task,
)
from ackbox.ops.table import Call, Context, op
from ackbox.ops.task.change import reassigned, save, with_messages_sent
from ackbox.ops.task.fields import (
    TaskId,
    To,
    ToInstance,
    Unknown,
)
from ackbox.ops.task.find import find
from ackbox.ops.task.show import shown


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
    task = await reassigned(
        context, me, before, to=params.to, to_instance=params.to_instance, unknown=params.unknown
    )
    if params.note is not None:
        task = msgspec.structs.replace(
            task, card=msgspec.structs.replace(task.card, note=params.note or None)
        )
    if task == before:
        return await shown(context, before)
    task = await with_messages_sent(context, me, task, before, is_finished=False)
    return await shown(
        context, await save(context, me, "task.assigned", task, was=before.assignee_name)
    )
