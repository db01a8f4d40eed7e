"""Tasking: what the keys of the Tasks tab do: move a task, claim it, give it to somebody, make one.

The server decides whether a task may go where it is sent; its words are shown, with the states it
may go to.
Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING, Any, cast

from ackbox.client.http import NoServer
from ackbox.errors import AckboxError, Conflict
from ackbox.faces.tui.state.draft import PRIORITIES, parse_draft
from ackbox.faces.tui.widgets.ask import Jump, Sure
from ackbox.faces.tui.widgets.drawing import one_line
from ackbox.model.task import STATUSES, Status, check_change

if TYPE_CHECKING:
    from ackbox.faces.tui.app import Terminal

# The columns of the dashboard's board in their order, each with the state that a step into it asks
# for.
COLUMNS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"open"}), "open"),
    (frozenset({"claimed", "in_progress"}), "in_progress"),
    (frozenset({"blocked"}), "blocked"),
    (frozenset({"review"}), "review"),
    (frozenset({"done", "failed", "cancelled"}), "done"),
)
# Of these people want to know why.
EXPLAINED = {
    "blocked": "what holds it up? Enter alone says nothing",
    "failed": "what went wrong? Enter alone says nothing",
}


def allowed(task: Any) -> list[str]:
    """Return the states that a task may go to from where it is."""
    found: list[str] = []
    for status in STATUSES:
        try:
            check_change(
                cast(Status, task["status"]), status, has_assignee=task["assignee"] is not None
            )
        except Conflict:
            continue
        if status != task["status"]:
            found.append(status)
    return found


def said(status: str) -> str:
    return status.replace("_", " ")


def whom(me: Terminal) -> Jump:
    """Return the list of names that asks for whom something is.

    It gives back nobody's name for whoever claims it.
    """
    choices = [("whoever claims it", "", "")]
    choices += [(each["agent"], each["presence"], each["agent"]) for each in me.post.people]
    return Jump(me.palette, choices, asks="for whom? a name, or name/instance", free="")


def _of(actor: Any) -> Terminal:
    return cast("Terminal", actor)


class Tasking:
    """The actions of the Tasks tab."""

    # One after the other, each on what the one before has left: "]]" typed fast is two steps.
    _turn: asyncio.Lock

    def _one(self, *, for_box: bool = False) -> Any | None:
        me = _of(self)
        tell = me.refuse if for_box else me.say
        if me.tab is not me.tasks:
            tell("That key is for tasks: press 5, and choose one.")
        elif me.tasks.current is None:
            tell("There is no task here. + makes one.")
        else:
            return me.tasks.current
        return None

    def _do(self, work: Any) -> None:
        _of(self).run_worker(work, group="task")

    def action_task_step(self, by: int) -> None:
        task = self._one()
        if task is not None:
            self._do(self._step(task["id"], by))

    async def _step(self, id: str, by: int) -> None:
        me = _of(self)
        async with self._turn:
            task = me.tasks.by_id(id)
            if task is None:
                return
            at = next(n for n, (states, _) in enumerate(COLUMNS) if task["status"] in states) + by
            if not 0 <= at < len(COLUMNS):
                me.say(
                    f"#{task['number']} is {said(task['status'])}; there is nothing"
                    f" {'after' if by > 0 else 'before'} that."
                )
                return
            await self._move(task, COLUMNS[at][1])

    def action_task_states(self) -> None:
        task = self._one(for_box=True)
        if task is not None:
            choices = [(said(status), "", status) for status in allowed(task)]
            _of(self).push_screen(
                Jump(
                    _of(self).palette,
                    choices,
                    asks=f"#{task['number']} is {said(task['status'])}; from now on …",
                    free=None,
                ),
                lambda status: self._chosen(task["id"], status),
            )

    def _chosen(self, id: str, status: str | None) -> None:
        me, task = _of(self), _of(self).tasks.by_id(id)
        if status is None or task is None:
            return
        if status == "cancelled":
            self._ask_to_cancel(task)
        elif status in EXPLAINED:
            me.push_screen(
                Jump(me.palette, [], asks=EXPLAINED[status], free=""),
                lambda note: None if note is None else self._do(self._in_turn(id, status, note)),
            )
        else:
            self._do(self._in_turn(id, status, ""))

    async def _in_turn(self, id: str, status: str, note: str) -> None:
        async with self._turn:
            task = _of(self).tasks.by_id(id)
            if task is not None:
                await self._move(task, status, note)

    async def _move(self, task: Any, status: str, note: str = "") -> None:
        moved = await self._call(
            task, "task.update", id=task["id"], status=status, **({"note": note} if note else {})
        )
        if moved is not None:
            _of(self).say(
                f"#{moved['number']} is"
                f" {said(moved['status'])}{' now' if moved['status'] != task['status'] else ''}"
            )

    def action_task_cancel(self) -> None:
        task = self._one()
        if task is not None:
            self._ask_to_cancel(task)

    def _ask_to_cancel(self, task: Any) -> None:
        me = _of(self)
        me.push_screen(
            Sure(me.palette, f"Cancel #{task['number']}, {one_line(task['title'])}?"),
            lambda is_sure: (
                self._do(self._in_turn(task["id"], "cancelled", "")) if is_sure else None
            ),
        )

    def action_task_claim(self) -> None:
        task = self._one()
        if task is not None:
            self._do(self._claim(task["id"]))

    async def _claim(self, id: str) -> None:
        me = _of(self)
        async with self._turn:
            task = me.tasks.by_id(id)
            told = None if task is None else await self._call(task, "task.claim", id=id)
            if told is not None:
                number = told["task"]["number"]
                me.say(
                    f"#{number} is yours"
                    if told["claimed"]
                    else f"{told['notice']} {may_become(told['task'])}"
                )

    def action_task_assign(self) -> None:
        task = self._one(for_box=True)
        if task is not None:
            self._ask_whom(lambda to: self._do(self._assign(task["id"], to)))

    def _ask_whom(self, then: Any) -> None:
        _of(self).push_screen(whom(_of(self)), lambda to: None if to is None else then(to))

    async def _assign(self, id: str, to: str) -> None:
        me = _of(self)
        async with self._turn:
            task = me.tasks.by_id(id)
            given = None if task is None else await self._call(task, "task.assign", id=id, to=to)
            if given is not None:
                me.say(f"#{given['number']} is for {given['assignee'] or 'whoever claims it'}")

    def action_task_new(self) -> None:
        me = _of(self)
        me.push_screen(
            Jump(
                me.palette,
                [],
                asks="what is to be done? ! high, !! urgent, @name for whom",
                free="",
            ),
            self._titled,
        )

    def _titled(self, text: str | None) -> None:
        me = _of(self)
        known = [each["agent"] for each in me.post.people]
        draft = parse_draft(text or "", intent="request", priority=3, is_answer=False, known=known)
        if not draft.body:
            if text:
                me.say("A task needs a title: say what is to be done.")
        elif draft.to:
            self._do(self._make(draft.body, draft.to[0], draft.priority))
        else:
            self._ask_whom(lambda to: self._do(self._make(draft.body, to, draft.priority)))

    async def _make(self, title: str, to: str, priority: int) -> None:
        me = _of(self)
        more = {"to": to} if to and to != "*" else {}
        made = await self._call(
            None,
            "task.create",
            title=title,
            priority=priority,
            idempotency_key=uuid.uuid4().hex,
            **more,
        )
        if made is not None:
            me.action_show_tab(me.tabs.index(me.tasks) + 1)
            me.tasks.go_to(made["id"])
            urgency = f", {PRIORITIES[priority]}" if priority > 3 else ""
            me.say(f"#{made['number']} is for {made['assignee'] or 'whoever claims it'}{urgency}")

    async def _call(self, task: Any | None, name: str, /, **params: Any) -> Any:
        """Do it and list the task as it is now.

        What is refused says why, and which states the task may go to.
        """
        me = _of(self)
        try:
            await me.become()
            told = await me.link.call(name, agent=me.name_of_me, **params)
        except (NoServer, AckboxError) as error:
            moves = (
                may_become(task)
                if task is not None and isinstance(error, Conflict)
                else getattr(error, "hint", None) or ""
            )
            me.say(f"{getattr(error, 'message', error)} {moves}".rstrip())
            return None
        me.tasks.put(told["task"] if "claimed" in told else told)
        me.tasks.is_stale = True
        return told


def may_become(task: Any) -> str:
    return f"#{task['number']} may become {', '.join(said(status) for status in allowed(task))}."
