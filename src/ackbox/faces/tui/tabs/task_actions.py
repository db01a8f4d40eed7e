"""Many tasks: what is done with the selected tasks, one call for each, because each state may go
elsewhere.

What is done with selected messages is in many.py. Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ackbox.errors import Conflict
from ackbox.faces.tui.state.picks import Things
from ackbox.faces.tui.tabs.message_actions import Act, Failed, Run, counted, in_parts, patiently
from ackbox.faces.tui.tasking import EXPLAINED, allowed, may_become, said, whom
from ackbox.faces.tui.widgets.ask import Jump
from ackbox.model.task import STATUSES

if TYPE_CHECKING:
    from ackbox.faces.tui.app import Terminal


def _each(name: str, done: str, **params: Any) -> Run:
    """Do one operation to each task, and list it as it is now."""

    async def run(me: Terminal, things: Things) -> tuple[str, Failed]:
        async def do(part: Things) -> Failed | None:
            [(id, task)] = part.items()
            try:
                told = await patiently(me, name, agent=me.name_of_me, id=id, **params)
            except Conflict as error:
                return {id: f"{error.message} {may_become(task)}"}
            me.tasks.put(told["task"] if "claimed" in told else told)
            return {id: told["notice"]} if told.get("claimed") is False else None

        await me.become()
        failed = await in_parts(me, things, 1, do)
        me.tasks.is_stale = True
        return f"{done} {len(things) - len(failed)}.", failed

    return run


def _moving(status: str) -> Run:
    async def run(me: Terminal, things: Things) -> tuple[str, Failed]:
        note = (
            await me.push_screen_wait(Jump(me.palette, [], asks=EXPLAINED[status], free=""))
            if status in EXPLAINED
            else ""
        )
        if note is None:
            return "", {}
        return await _each(
            "task.update",
            f"{said(status).capitalize()}:",
            status=status,
            **({"note": note} if note else {}),
        )(me, things)

    return run


async def _assign(me: Terminal, things: Things) -> tuple[str, Failed]:
    to = await me.push_screen_wait(whom(me))
    return (
        ("", {})
        if to is None
        else await _each("task.assign", f"For {to or 'whoever claims them'}:", to=to)(me, things)
    )


async def _copy_text(me: Terminal, things: Things) -> tuple[str, Failed]:
    me.copy_to_clipboard(
        "\n".join(
            f"#{task['number']}  {said(task['status'])}  {task['title']}"
            for task in things.values()
        )
    )
    return f"Copied the text of {len(things)}.", {}


async def _sure_to_cancel(me: Terminal, things: Things) -> str | None:
    return f"Cancel {counted(len(things), 'task')}?"


def task_acts(me: Terminal, things: Things) -> list[Act]:
    """Return what can be done with tasks: every state that some of them may go to, and whom
    they are for.
    """
    now = {id: me.tasks.by_id(id) or task for id, task in things.items()}
    acts = []
    for status in STATUSES:
        fit = {id: task for id, task in now.items() if status in allowed(task)}
        if fit and status != "claimed":
            acts.append(
                Act(
                    said(status),
                    "state",
                    fit,
                    _moving(status),
                    asks=_sure_to_cancel if status == "cancelled" else None,
                )
            )
    return [
        *acts,
        Act("Own", "make them yours", now, _each("task.claim", "Yours:")),
        Act("For", "somebody else", now, _assign),
        Act("Copy text", "", now, _copy_text, writes=False),
    ]
