"""Plans: tasks that depend on each other by the keys of one plan, made together.

Explained in docs/why/turns.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ackbox.errors import AckboxError, Conflict, Invalid
from ackbox.model.message import Priority
from ackbox.model.task import TEXT_LIMIT, TITLE_LIMIT, Task
from ackbox.ops.table import Call, Context
from ackbox.ops.task.create import Create, create
from ackbox.ops.task.fields import To

Key = Annotated[str, Meta(min_length=1, max_length=100)]


class Planned(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A task of a plan."""

    key: Annotated[Key, Meta(description="Name of the task within the plan")]
    title: Annotated[
        str, Meta(min_length=1, max_length=TITLE_LIMIT, description="Title, in one line")
    ]
    description: Annotated[str, Meta(max_length=TEXT_LIMIT, description="Full description")] = ""
    to: To | None = None
    priority: Priority = 3
    depends_on: Annotated[
        list[Key],
        Meta(max_length=100, description="Keys of tasks of the plan that must be done first"),
    ] = []
    metadata: Annotated[dict[str, Any], Meta(description="Any JSON object (at most 16 KiB)")] = {}


async def make_tasks(
    context: Context,
    call: Call,
    plan: Sequence[Planned],
    *,
    field: str,
    turn: str,
    idempotency_key: str | None,
) -> list[Task]:
    """Create the tasks of a plan, each after those that it depends on, and return them in order.

    `field` is the parameter with the plan. Raises Invalid, Conflict (tasks that wait for each
    other), and what task.create raises, with the place of the task.
    """
    _check_keys(plan, field)
    made: dict[str, Task] = {}
    for number in _in_order(plan, field):
        each = plan[number]
        try:
            made[each.key] = await create(
                context,
                Create(
                    agent=call.agent,
                    instance=call.instance,
                    session=call.session,
                    title=each.title,
                    description=each.description,
                    to=each.to,
                    priority=each.priority,
                    depends_on=[made[key].id for key in each.depends_on],
                    metadata={**each.metadata, "turn": turn, "key": each.key},
                    idempotency_key=idempotency_key and f"turn:{idempotency_key}:task:{number}",
                ),
            )
        except AckboxError as error:
            raise _placed(error, f"{field}[{number}]") from None
    return [made[each.key] for each in plan]


def _placed(error: AckboxError, where: str) -> AckboxError:
    """Return an error of one task with the path of its field in the plan."""
    own = str(error.details.get("field") or "")
    if own in Planned.__struct_fields__:
        error.details["field"] = f"{where}.{own}"
        error.message = error.message.replace(f"`{own}`", f"`{where}.{own}`")
    return error


def _check_keys(plan: Sequence[Planned], field: str) -> None:
    keys = [each.key for each in plan]
    for number, each in enumerate(plan):
        if each.key in keys[:number]:
            raise Invalid(
                f"Two tasks of the plan have the key {each.key!r}.",
                hint="Give each task a different key.",
                field=f"{field}[{number}].key",
            )
        unknown = next((key for key in each.depends_on if key not in keys), None)
        if unknown is not None:
            raise Invalid(
                f"No task of the plan has the key {unknown!r}.",
                hint=f"Keys of the plan: {', '.join(keys)}.",
                field=f"{field}[{number}].depends_on",
            )


def _in_order(plan: Sequence[Planned], field: str) -> list[int]:
    """Return the numbers of the tasks, each after those that it depends on. Raises Conflict."""
    order: list[int] = []
    done: set[str] = set()
    while len(order) < len(plan):
        ready = [
            number
            for number, each in enumerate(plan)
            if each.key not in done and done.issuperset(each.depends_on)
        ]
        if not ready:
            circle = [each.key for each in plan if each.key not in done]
            raise Conflict(
                f"Tasks of the plan wait for each other: {', '.join(circle)}.",
                hint="Remove one of these dependencies.",
                field=field,
            )
        order += ready
        done |= {plan[number].key for number in ready}
    return order
