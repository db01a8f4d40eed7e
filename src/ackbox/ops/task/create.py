"""task.create: how tasks are made.

Explained in docs/why/tasks.md.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ackbox.errors import Conflict, Invalid
from ackbox.model.message import Priority
from ackbox.model.moment import parse_moment
from ackbox.model.task import (
    FINISHED,
    TEXT_LIMIT,
    TITLE_LIMIT,
    Status,
    Task,
    check_change,
)
from ackbox.ops.message.read import visible
from ackbox.ops.rules.content_hash import ContentHash
from ackbox.ops.rules.metadata import check_metadata
from ackbox.ops.rules.room import refuse_full
from ackbox.ops.table import Call, Context, MessageId, op
from ackbox.ops.task.assignment import find_assignee, tell_assigned
from ackbox.ops.task.dependencies import check_needs
from ackbox.ops.task.fields import (
    DoneWhen,
    DueAt,
    Label,
    Minutes,
    Needs,
    Tags,
    To,
    ToInstance,
    Unknown,
)
from ackbox.ops.task.find import find
from ackbox.ops.task.show import note_task, shown
from ackbox.store.readers import Reader
from ackbox.store.tasks import Card, StoredTask


class Create(Call, frozen=True, kw_only=True):
    """A task to create."""

    title: Annotated[
        str, Meta(min_length=1, max_length=TITLE_LIMIT, description="Title, in one line")
    ]
    description: Annotated[
        str, Meta(max_length=TEXT_LIMIT, description="Full description, Markdown by convention")
    ] = ""
    to: To | None = None
    to_instance: ToInstance | None = None
    status: Annotated[Status, Meta(description="Status")] = "open"
    priority: Priority = 3
    project: Annotated[Label, Meta(description="Project label")] | None = None
    mission: Annotated[Label, Meta(description="Mission label")] | None = None
    tags: Tags = []
    depends_on: Needs = []
    done_when: DoneWhen | None = None
    due_at: DueAt | None = None
    estimated_minutes: Minutes | None = None
    parent: Annotated[MessageId, Meta(description="Id of the message it comes from")] | None = None
    metadata: Annotated[dict[str, Any], Meta(description="Any JSON object (at most 16 KiB)")] = {}
    idempotency_key: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=128,
                description="Key that prevents a second copy when the call is repeated",
            ),
        ]
        | None
    ) = None
    unknown: Unknown | None = None
    exact: Annotated[
        bool, Meta(description="Whether `to` must have the exact spelling of a known name")
    ] = False


CONTENT = ContentHash(
    Create,
    ignored=("idempotency_key", "unknown", "exact"),
    first=(
        "title",
        "description",
        "to",
        "to_instance",
        "status",
        "priority",
        "project",
        "mission",
        "tags",
        "depends_on",
        "done_when",
        "due_at",
        "estimated_minutes",
        "parent",
        "metadata",
    ),
    first_if_set=(),
)


class Created(Task, frozen=True, kw_only=True):
    """The created task."""

    duplicate: Annotated[bool, Meta(description="Whether this key was used before")] = False


@op("task.create", scope="write", writes=True, creates=True)
async def create(context: Context, params: Create) -> Created:
    """Create a task; its assignee gets a task_assignment message.

    Without `to` anyone can claim it. The same idempotency key with the same content returns the
    first task.

    Raises Invalid, TooLong, NotFound (depends_on, parent), UnknownRecipient, Conflict.
    """
    me = await context.me(params)
    check_metadata(params.metadata, hint="Name a file in the description instead.")
    content = None if params.idempotency_key is None else CONTENT.of(params).hex()
    before = (
        None
        if params.idempotency_key is None
        else await context.store.made_before(me.agent, params.idempotency_key)
    )
    if before is not None:
        if not _is_repeat(params, before.card.content):
            raise Conflict(
                "This idempotency key was already used for another task.",
                hint="Use a new key for a new task.",
                field="idempotency_key",
            )
        return await _created(context, before, duplicate=True)
    refuse_full(context)
    check_change("open", params.status, has_assignee=params.to is not None)
    needs = await check_needs(
        context,
        None,
        [await find(context, params, id, field="depends_on") for id in params.depends_on],
    )
    parent = None if params.parent is None else (await visible(context, params, params.parent)).id
    card = _card(context, params, parent, content)
    task = await context.store.add_task(await _columns(context, params, me) | {"card": card})
    await context.store.add_needs(task.number, needs)
    message = await tell_assigned(context, me, task)
    if message is not None:
        task = msgspec.structs.replace(task, card=msgspec.structs.replace(card, message=message))
        await context.store.save_task(task)
    await note_task(context, me, "task.created", task)
    return await _created(
        context, await context.store.again(task) if needs else task, duplicate=False
    )


async def _created(context: Context, task: StoredTask, *, duplicate: bool) -> Created:
    own = await shown(context, task)
    return Created(
        **{name: getattr(own, name) for name in Task.__struct_fields__}, duplicate=duplicate
    )


def _is_repeat(params: Create, stored: str | None) -> bool:
    return stored is not None and CONTENT.matches(params, bytes.fromhex(stored))


def _card(context: Context, params: Create, parent: str | None, content: str | None) -> Card:
    began, ended = params.status in ("in_progress", "review"), params.status in FINISHED
    return Card(
        done_when=params.done_when or None,
        due_at=(
            None
            if not params.due_at
            else parse_moment(params.due_at, field="due_at", now=context.now, ahead=True)
        ),
        estimated_minutes=params.estimated_minutes or None,
        parent=parent,
        metadata=params.metadata,
        content=content,
        claimed_at=context.now if params.status == "claimed" else None,
        started_at=context.now if began else None,
        finished_at=context.now if ended else None,
    )


async def _columns(context: Context, params: Create, me: Reader) -> dict[str, Any]:
    to = (
        None
        if params.to is None
        else await find_assignee(
            context,
            params.to,
            instance=params.to_instance,
            unknown=params.unknown,
            me=me,
            exact=params.exact,
        )
    )
    if to is None and params.to_instance is not None:
        raise Invalid(
            "`to_instance` needs exactly one agent.",
            hint="Name the agent in `to`.",
            field="to_instance",
        )
    return {
        "id": context.new_id(context.now),
        "title": params.title,
        "description": params.description,
        "status": params.status,
        "priority": params.priority,
        "creator": me.agent,
        "creator_name": me.name,
        "assignee": to and to.number,
        "assignee_name": to and to.name,
        "assignee_instance": to and to.instance,
        "project": params.project or None,
        "mission": params.mission or None,
        "tags": list(dict.fromkeys(params.tags)),
        "idempotency_key": params.idempotency_key,
        "created_at": context.now,
        "updated_at": context.now,
    }
