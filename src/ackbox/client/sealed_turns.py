"""Results of turns in a sealed workspace: a sealed note, sealed messages, and sealed tasks.

The server does not see which belong together. Explained in docs/why/sealed.md, "Texts of tasks,
notes and sessions".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from ackbox.client import sealed_notes, sealed_tasks
from ackbox.errors import Conflict, Invalid
from ackbox.ops.decode import decode
from ackbox.ops.task.plan import Planned
from ackbox.ops.turn import ASKING, TURN, Submit

if TYPE_CHECKING:
    from ackbox.client.sealed import SealedCalls


def submit(calls: SealedCalls, params: dict[str, Any]) -> dict[str, Any]:
    """Store the note of a turn, then send its messages and create its tasks, one by one.

    With an idempotency key a call that failed in between can be repeated.
    """
    given = decode(Submit, params)
    if given.answers_oldest:
        raise Invalid(
            "A sealed workspace does not have `answers_oldest`.",
            hint="Set `parent` of the message.",
            field="answers_oldest",
        )
    order = _in_order(given.tasks)
    key = given.idempotency_key
    about = {
        "status": given.status,
        "blockers": given.blockers,
        "next": given.next,
        "plan": given.plan,
        "task": given.task,
        "key": key,
    }
    facts: dict[str, Any] = {
        "kind": TURN,
        "title": key and f"Turn {key}",
        "text": given.summary or given.status,
        "metadata": {name: value for name, value in about.items() if value not in (None, [])},
        "write_id": key and f"turn:{key}",
    }
    note = sealed_notes.add(calls, {name: facts[name] for name in facts if facts[name] is not None})
    made: dict[str, Any] = {}
    for each in order:
        made[each.key] = _task(calls, each, made, note["id"], key)
    return {
        "id": note["id"],
        "agent": note["author"],
        "status": given.status,
        "task": given.task,
        "created_at": note["created_at"],
        "duplicate": note["duplicate"],
        "messages": [
            _message(calls, given, number, note["id"]) for number in range(len(given.messages))
        ],
        "tasks": [made[each.key] for each in given.tasks],
    }


def _in_order(plan: list[Planned]) -> list[Planned]:
    """Return the tasks, each after those that it depends on. Raises Invalid, Conflict."""
    keys = [each.key for each in plan]
    unknown = {key for each in plan for key in each.depends_on}.difference(keys)
    if unknown or len(set(keys)) < len(keys):
        raise Invalid(
            f"The keys of the tasks do not fit each other: {', '.join(sorted(unknown) or keys)}.",
            hint="Give each task a different key, and depend on these keys only.",
            field="tasks",
        )
    order: list[Planned] = []
    done: set[str] = set()
    while len(order) < len(plan):
        ready = [each for each in plan if each not in order and done.issuperset(each.depends_on)]
        if not ready:
            raise Conflict(
                "Tasks of the plan wait for each other.",
                hint="Remove one of these dependencies.",
                field="tasks",
            )
        order += ready
        done |= {each.key for each in ready}
    return order


def _task(
    calls: SealedCalls, planned: Planned, made: dict[str, Any], turn: str, key: str | None
) -> Any:
    facts = {
        "title": planned.title,
        "description": planned.description,
        "to": planned.to,
        "priority": planned.priority,
        "depends_on": [made[each]["id"] for each in planned.depends_on],
        "metadata": {**planned.metadata, "turn": turn, "key": planned.key},
        "idempotency_key": key and f"turn:{key}:task:{planned.key}",
    }
    return sealed_tasks.create(
        calls, {name: facts[name] for name in facts if facts[name] is not None}
    )


def _message(calls: SealedCalls, turn: Submit, number: int, note: str) -> Any:
    """Send one message of a turn, and return it as its sender sees it."""
    word, key = turn.messages[number], turn.idempotency_key
    is_due = turn.answer_within_s is not None and word.intent in ASKING
    facts = {
        **msgspec.to_builtins(word),
        "idempotency_key": key and f"turn:{key}:{number}",
        "expects_reply_by": f"{turn.answer_within_s}s" if is_due else None,
        "relaxed_limits": turn.relaxed_limits,
        "metadata": {"turn": note} | ({} if turn.task is None else {"task": turn.task}),
    }
    sent = calls.send({name: facts[name] for name in facts if facts[name] is not None})
    return calls.opened("message.get", {"id": sent["id"]})


HANDLERS: dict[str, Callable[[SealedCalls, dict[str, Any]], Any]] = {"turn.submit": submit}
