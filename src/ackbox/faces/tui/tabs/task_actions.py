"""Bulk actions on tasks: one call for each task, because each can go to other states.

How they run is in bulk.py. Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from typing import Any, Protocol

from ackbox.errors import Conflict
from ackbox.faces.tui.session import Session
from ackbox.faces.tui.state.picks import Things
from ackbox.faces.tui.state.task_moves import QUESTIONS, allowed, choices_line, label
from ackbox.faces.tui.tabs.bulk import BulkAction, Failed, Run, counted, in_parts
from ackbox.model.task import STATUSES


class TaskList(Protocol):
    """What the actions need of the list of tasks."""

    def by_id(self, id: str) -> Any | None:
        """Return a listed task."""

    def put(self, task: Any) -> None:
        """List a task as it is now."""

    async def ask_assignee(self) -> str | None:
        """Return the chosen agent, an empty text for nobody, or null if the person cancels."""

    async def ask_note(self, status: str) -> str | None:
        """Return why the state changes, or null if the person cancels."""


class TaskActions:
    """What can be done with selected tasks."""

    def __init__(self, session: Session, tasks: TaskList) -> None:
        self._session, self._member, self._tasks = session, session.member, tasks

    def offered(self, things: Things) -> list[BulkAction]:
        """Return a change to each state that some of the tasks can go to, claim and assign."""
        now = {id: self._tasks.by_id(id) or task for id, task in things.items()}
        actions = []
        for status in STATUSES:
            fit = {id: task for id, task in now.items() if status in allowed(task)}
            question = _confirm_cancel if status == "cancelled" else None
            if fit and status != "claimed":
                actions.append(
                    BulkAction(label(status), "state", fit, self._moving(status), question)
                )
        return [
            *actions,
            BulkAction("Claim", "for yourself", now, self._each("task.claim", "Claimed")),
            BulkAction("Assign", "to an agent", now, self._assign),
            BulkAction("Copy text", "", now, self._copy_text, writes=False),
        ]

    def _each(self, name: str, done: str, **params: Any) -> Run:
        """Call an operation for each task, and list the task as it is then."""

        async def run(things: Things) -> tuple[str, Failed]:
            async def do(part: Things) -> Failed | None:
                [(id, task)] = part.items()
                try:
                    reply = await self._member.call_patiently(
                        name, agent=self._member.name, id=id, **params
                    )
                except Conflict as error:
                    return {id: f"{error.message} {choices_line(task)}"}
                self._tasks.put(reply["task"] if "claimed" in reply else reply)
                return {id: reply["notice"]} if reply.get("claimed") is False else None

            await self._member.register()
            failed = await in_parts(self._session, things, 1, do)
            return f"{done} {len(things) - len(failed)}.", failed

        return run

    def _moving(self, status: str) -> Run:
        async def run(things: Things) -> tuple[str, Failed]:
            note = await self._tasks.ask_note(status) if status in QUESTIONS else ""
            if note is None:
                return "", {}
            more = {"note": note} if note else {}
            done = f"{label(status).capitalize()}:"
            return await self._each("task.update", done, status=status, **more)(things)

        return run

    async def _assign(self, things: Things) -> tuple[str, Failed]:
        to = await self._tasks.ask_assignee()
        if to is None:
            return "", {}
        done = f"Assigned to {to}:" if to else "Unassigned"
        return await self._each("task.assign", done, to=to)(things)

    async def _copy_text(self, things: Things) -> tuple[str, Failed]:
        self._session.copy_to_clipboard(
            "\n".join(
                f"#{task['number']}  {label(task['status'])}  {task['title']}"
                for task in things.values()
            )
        )
        return f"Copied the text of {len(things)}.", {}


async def _confirm_cancel(things: Things) -> str | None:
    return f"Cancel {counted(len(things), 'task')}?"
