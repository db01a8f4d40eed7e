"""Assignment: the assignee of a task, and the messages about it.

They are written in the transaction that changes the task, by the code that sends. Explained in
docs/why/tasks.md.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ackbox.errors import Invalid
from ackbox.model.address import parse_address
from ackbox.model.message import SUBJECT_LIMIT, MessageType, Ref
from ackbox.model.moment import to_text
from ackbox.model.task import FINISHED
from ackbox.ops.message.audience import parsed, resolve
from ackbox.ops.message.send import Send, store_message
from ackbox.ops.rules.seeing import may_see
from ackbox.ops.table import Context
from ackbox.store.readers import Reader
from ackbox.store.tasks import StoredTask

_SAID = {"done": "Done", "failed": "Failed", "cancelled": "Cancelled"}


class Assignee(msgspec.Struct, frozen=True):
    """An assignee: number and name of an agent, and the instance if there is one."""

    number: int
    name: str
    instance: str | None


def as_assignee(reader: Reader) -> Assignee:
    return Assignee(reader.agent, reader.name, reader.instance)


async def find_assignee(
    context: Context,
    to: str,
    *,
    instance: str | None,
    unknown: str | None,
    me: Reader,
    exact: bool = False,
) -> Assignee:
    """Return the assignee of a name; an unknown name gets a reader that tasks and messages wait
    for.

    Raises Invalid when it is not one agent or person, UnknownRecipient as a send does.
    """
    if exact:
        await parsed(context, to, None, exact=True)
    address = parse_address(to)
    if address.is_everyone or address.is_humans:
        raise Invalid(
            "A task has one assignee.",
            hint="Leave `to` out so that anyone can claim it.",
            field="to",
        )
    unknown = unknown or context.workspace.settings.get("unknown", "hold")
    audience = await resolve(
        context, to, instance=instance, unknown=unknown, sender=me, exact=exact
    )
    reader = await context.store.reader_by_number(audience.channels[0])
    assert reader is not None and len(audience.channels) == 1
    return as_assignee(reader)


async def tell_assigned(
    context: Context, me: Reader, task: StoredTask, *, also_me: bool = False
) -> str | None:
    """Notify the assignee of a task, and return the message's id.

    Agents get no message about their actions, unless `also_me`.
    """
    if task.assignee is None or (_is_me(me, task) and not also_me) or task.status in FINISHED:
        return None
    facts = [
        f"Priority {task.priority}",
        *([f"due {to_text(task.card.due_at)}"] if task.card.due_at else []),
        *([f"project {task.project}"] if task.project else []),
        *([f"done when: {task.card.done_when}"] if task.card.done_when else []),
    ]
    body = "\n\n".join(part for part in (task.title, task.description, " · ".join(facts)) if part)
    return await _tell(
        context,
        me,
        task,
        [_address(task)],
        "task_assignment",
        subject=f"Task {task.number}: {task.title}",
        body=body,
        intent="request",
        priority=task.priority,
    )


async def tell_taken(context: Context, me: Reader, task: StoredTask, before: StoredTask) -> None:
    """Notify the previous assignee that a task is no longer theirs."""
    if before.assignee in (None, me.agent, task.assignee):
        return
    now = (
        f"It is for {task.assignee_name} now." if task.assignee_name else "Any agent can claim it."
    )
    subject = f"Task {task.number} is no longer yours: {task.title}"
    await _tell(
        context, me, task, [_address(before)], "system", subject=subject, body=now, intent="status"
    )


async def tell_finished(context: Context, me: Reader, task: StoredTask) -> str | None:
    """Notify the creator, and the assignee if another agent finished it, of a task's result."""
    to = {task.creator: task.creator_name} | (
        {task.assignee: _address(task)} if task.assignee is not None else {}
    )
    to.pop(me.agent, None)
    if not to:
        return None
    said = _SAID[task.status]
    return await _tell(
        context,
        me,
        task,
        list(to.values()),
        "system",
        subject=f"{said}: task {task.number}, {task.title}",
        body=task.card.note or f"{said} by {me.name}.",
        intent="error" if task.status == "failed" else "status",
    )


async def _tell(
    context: Context, me: Reader, task: StoredTask, to: list[str], type: MessageType, **letter: Any
) -> str | None:
    """Send a message about a task; in a sealed workspace the member's client sends it, sealed."""
    if context.workspace.sealed:
        return None
    letter["subject"] = letter["subject"][:SUBJECT_LIMIT]
    about = {"id": task.id, "number": task.number, "status": task.status}
    sent = await store_message(
        context,
        me,
        Send(
            agent=me.name,
            instance=me.instance,
            to=to,
            parent=await _last_word(context, me, task),
            unknown="hold",
            refs=[Ref(kind="task", target=task.id)],
            metadata={**task.card.metadata, "task": about},
            **letter,
        ),
        type=type,
    )
    return sent.id


async def _last_word(context: Context, me: Reader, task: StoredTask) -> str | None:
    """Return the message that the next one about a task replies to.

    Null for one that the sender may not see.
    """
    for id in (task.card.message, task.card.parent):
        row = None if id is None else await context.store.message(id)
        if row is not None and await may_see(
            context, Send(agent=me.name, instance=me.instance, to="", body=""), row
        ):
            return row.id
    return None


def _is_me(me: Reader, task: StoredTask) -> bool:
    return task.assignee == me.agent and task.assignee_instance in (None, me.instance)


def _address(task: StoredTask) -> str:
    return (
        f"{task.assignee_name}/{task.assignee_instance}"
        if task.assignee_instance
        else str(task.assignee_name)
    )
