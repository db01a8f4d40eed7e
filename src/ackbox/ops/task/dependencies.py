"""Dependencies: what a task waits for, and the refusal of a circle.

Explained in docs/why/tasks.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from ackbox.errors import Conflict, Invalid
from ackbox.ops.table import Context
from ackbox.store.tasks import StoredTask

MAX_NEEDS = 100


async def check_needs(
    context: Context, task: StoredTask | None, needs: Sequence[StoredTask]
) -> list[int]:
    """Return the numbers of what a task is to wait for.

    Raises Invalid when there are too many, Conflict when it would wait for itself.
    """
    if len(needs) > MAX_NEEDS:
        raise Invalid(
            f"A task can depend on at most {MAX_NEEDS} others.",
            hint="Add a task in between that depends on some of them.",
            field="depends_on",
        )
    if task is not None:
        for each in needs:
            path = await _path(context, each.number, task.number)
            if path:
                raise Conflict(
                    (
                        f"Task {task.number} would depend on itself: "
                        f"{' → '.join(map(str, [task.number, *path]))}."
                    ),
                    hint="Remove one of these dependencies first.",
                    field="depends_on",
                    circle=[task.number, *path],
                )
    return list(dict.fromkeys(each.number for each in needs))


async def _path(context: Context, start: int, goal: int) -> list[int]:
    """Return the way from one task to another along what each waits for.

    Empty when there is none.
    """
    before: dict[int, int | None] = {start: None}
    todo = [start]
    while todo:
        at = todo.pop()
        if at == goal:
            return _way_back(before, at)
        for number in await context.store.needs(at):
            if number not in before:
                before[number] = at
                todo.append(number)
    return []


def _way_back(before: dict[int, int | None], at: int | None) -> list[int]:
    way = []
    while at is not None:
        way.append(at)
        at = before[at]
    return way[::-1]
