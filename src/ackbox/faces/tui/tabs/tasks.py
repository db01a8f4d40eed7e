"""Tasks: the list of tasks with their states and assignees, and the keys that change them.

The server decides whether a task can change its state; a refusal is shown with the states that it
can go to. Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from ackbox.client.http import NoServer
from ackbox.errors import AckboxError, Conflict
from ackbox.faces.terminal_text import PRESENCE, ago, fit
from ackbox.faces.tui.session import Session
from ackbox.faces.tui.state.draft import PRIORITIES, parse_draft
from ackbox.faces.tui.state.link import Link
from ackbox.faces.tui.state.member import reason
from ackbox.faces.tui.state.picks import Things
from ackbox.faces.tui.state.row import Row
from ackbox.faces.tui.state.task_moves import (
    COLUMNS,
    QUESTIONS,
    allowed,
    choices_line,
    column_of,
    label,
)
from ackbox.faces.tui.tabs.bulk import BulkAction
from ackbox.faces.tui.tabs.tab import ROOMY_CELLS, Tab
from ackbox.faces.tui.tabs.task_actions import TaskActions
from ackbox.faces.tui.widgets.ask import Jump, Sure
from ackbox.faces.tui.widgets.bars import Hint
from ackbox.faces.tui.widgets.drawing import (
    Line,
    hint_lines,
    moment,
    one_line,
    text_lines,
    urgency,
)
from ackbox.faces.tui.widgets.keys import Key

# State → its sign and the name of its colour, in the order of the list.
STATES = {
    "blocked": ("✕", "blocked"),
    "review": ("◇", "review_request"),
    "in_progress": ("▶", "online"),
    "claimed": ("◐", "accent"),
    "open": ("▪", "task"),
    "failed": ("✕", "error"),
    "done": ("✓", "status"),
    "cancelled": ("–", "text3"),
}
# How long a finished task stays in the list, where it can be reopened.
FINISHED_FOR = timedelta(days=1)
MAX_FINISHED = 50
UNASSIGNED = "anyone"


class Tasks(Tab):
    """One line for each open task, blocked ones first, and for each finished in the last day."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        *Tab.KEYS,
        Key("[ ]", "left_square_bracket", "step(-1)", "Tasks: previous, next state"),
        Key("", "right_square_bracket", "step(1)", ""),
        Key("s", "s", "choose_state", "Tasks: any other state"),
        Key("o f", "o", "claim", "Tasks: claim, assign"),
        Key("", "f", "assign", ""),
        Key("+", "plus", "new", "new task", True),
        Key("X", "X", "cancel", "Tasks: cancel, after a question"),
    )
    # The keys that open a box: text typed after them is meant for it.
    BOX_KEYS = ("s", "f")

    title = "Tasks"
    every_s = 15.0
    fed_by = ("task.",)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._tasks: list[Any] | None = None
        self._puts = 0

    async def read(self, link: Link) -> None:
        puts, since = (
            self._puts,
            (datetime.now(UTC) - FINISHED_FOR)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
        )
        pages = await asyncio.gather(
            link.call("task.list", limit=200, urgent_first=True),
            link.call("task.list", limit=MAX_FINISHED, status="finished", updated_since=since),
        )
        if puts == self._puts:
            self._take([task for page in pages for task in page["tasks"]])
        else:
            # The response is older than a change that is listed already.
            self.is_stale = True

    def _take(self, tasks: list[Any]) -> None:
        """List these, with the cursor on the same task."""
        on, order = (self.current or {}).get("id"), list(STATES)
        self._tasks = sorted(
            {task["id"]: task for task in tasks}.values(),
            key=lambda task: order.index(task["status"]),
        )
        self.picks.keep({task["id"] for task in self._tasks})
        self.forget()
        self.show_count(len(self._tasks))
        self.go_to(on)

    def put(self, task: Any) -> None:
        """List a task as it is now, without waiting for the next reading."""
        self._puts += 1
        self.is_stale = True
        self._take([each for each in self._tasks or [] if each["id"] != task["id"]] + [task])

    def by_id(self, id: str) -> Any | None:
        return next((task for task in self._tasks or [] if task["id"] == id), None)

    def go_to(self, id: str | None) -> None:
        """Put the cursor on a task if it is listed."""
        at = None if id is None else self.place_of(id)
        if at is not None and at != self.cursor:
            self.move_to(at)

    def things(self, index: int) -> Things:
        task = (self._tasks or [])[index]
        return {task["id"]: task}

    def place_of(self, id: str) -> int | None:
        return next((at for at, task in enumerate(self._tasks or []) if task["id"] == id), None)

    def copied(self, what: str) -> str | None:
        task = self.current
        return task and (
            task["id"]
            if what == "id"
            else "\n\n".join(text for text in (task["title"], task["description"]) if text)
        )

    @property
    def current(self) -> Any | None:
        """The task under the cursor."""
        return self._tasks[self.cursor] if self._tasks and self.cursor < len(self._tasks) else None

    @property
    def about(self) -> Any:
        return self.current and (self.current["id"], self.current["updated_at"])

    @property
    def row(self) -> Row | None:
        return self.mirror.by_id.get((self.current or {}).get("message") or "")

    @property
    def writes_to(self) -> str | None:
        return self.current and (self.current["assignee"] or self.current["creator"])

    @property
    def hints(self) -> list[Hint]:
        on_task = [
            Hint("[", "previous", "left_square_bracket"),
            Hint("]", "next", "right_square_bracket"),
            Hint("s", "state", "s"),
            Hint("o", "claim", "o"),
            Hint("f", "assign", "f"),
            Hint("X", "cancel", "X"),
        ]
        if self.app.size.width >= ROOMY_CELLS:
            on_task.append(Hint("x", "select", "x"))
        return [
            *(on_task if self.current else []),
            Hint("+", "new", "plus"),
            Hint("?", "keys", "question_mark"),
            Hint("q", "quit", "q"),
        ]

    def bulk_actions(self, things: Things) -> list[BulkAction]:
        return TaskActions(self.session, self).offered(things)

    def line(self, index: int, width: int, *, selected: bool) -> Line:
        task = (self._tasks or [])[index]
        sign, means = STATES[task["status"]]
        edge, urgent = urgency(task["priority"])
        holder = self.mirror.person(task["assignee"]) if task["assignee"] else None
        presence = holder["presence"] if holder else "away"
        status_cells = 0 if self.is_compact else 12

        def put(text: str, means: str = "text", *, bold: bool = False) -> Any:
            return self.styled(text, means, bold=bold, selected=selected)

        line = [
            put(">" if selected else " ", "accent", bold=True),
            put(edge, urgent, bold=True),
            put(f"#{task['number']:<5}", "text3"),
            put(f"{sign} ", means, bold=True),
            put(fit(label(task["status"]), status_cells), means),
        ]
        holder_cells = 15 if self.is_compact or width < 90 else 24
        room = max(width - 1 - 2 - 6 - 2 - status_cells - 3 - holder_cells - 9, 0)
        overdue = " overdue" if task["is_late"] else ""
        return [
            *line,
            put(fit(one_line(task["title"]) + overdue, room), "text", bold=task["is_late"]),
            put(f" {PRESENCE[presence]} " if task["assignee"] else "   ", presence),
            put(fit(one_line(task["assignee"] or UNASSIGNED), holder_cells), "text2"),
            put(f"{ago(task['updated_at']):>8} ", "text3"),
        ]

    def below(self, index: int, width: int) -> str:
        task = (self._tasks or [])[index]
        return task["note"] or task["description"] or f"created by {task['creator']}"

    def when_empty(self) -> str:
        if self._tasks is None:
            return "loading …"
        return (
            "No open tasks. Press + to add one, or in another terminal:\n"
            '  ackbox task create "Write the export" --to codex'
        )

    def detail(self, width: int) -> list[Line]:
        task = self.current
        if task is None:
            return []
        style = self.palette.style
        sign, means = STATES[task["status"]]
        lines: list[Line] = [
            [
                self.styled(f"{sign} {label(task['status'])}", means, bold=True),
                self.styled(f"  #{task['number']}", "text3"),
            ]
        ]
        lines += [*text_lines(task["title"], width, style("text", bold=True)), []]
        lines += (
            [*text_lines(task["description"], width, style("text")), []]
            if task["description"]
            else []
        )
        facts = {
            "assignee": (
                task["assignee"]
                and task["assignee"]
                + (f"/{task['assignee_instance']}" if task["assignee_instance"] else "")
            ),
            "creator": task["creator"],
            "blocked by": task["blocked_by"],
            "because": (task["blocked_cause"] or "").replace("_", " "),
            "waits for": (
                f"{len(task['waits_for'])} of {len(task['depends_on'])} tasks"
                if task["waits_for"]
                else None
            ),
            "project": task["project"],
            "mission": task["mission"],
            "tags": ", ".join(task["tags"]),
            "done when": task["done_when"],
            "due": moment(task["due_at"]),
            "created": moment(task["created_at"]),
            "started": moment(task["started_at"]),
        }
        for name, value in facts.items():
            for number, text in enumerate(
                text_lines(value, width - 11, style("text2")) if value else []
            ):
                lines.append([self.styled(f"{name if number == 0 else '':<11}", "text3"), *text])
        lines += (
            [[], *text_lines(f"“{task['note']}”", width, style("text"))] if task["note"] else []
        )
        return [
            *lines,
            [],
            *hint_lines(
                ("[ ] move", "s state", "o claim", "f assign", "X cancel"), width, style("accent")
            ),
        ]

    def _target(self, *, for_box: bool = False) -> Any | None:
        """Return the task under the cursor; says so if there is none."""
        if self.current is None:
            tell = self.session.refuse if for_box else self.session.say
            tell("No task is selected. Press + to add one.")
        return self.current

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        self.run_worker(work, group="task")

    def action_step(self, by: int) -> None:
        if (task := self._target()) is not None:
            self._do(self._step(task["id"], by))

    async def _step(self, id: str, by: int) -> None:
        async with self.turn:
            task = self.by_id(id)
            if task is None:
                return
            at = column_of(task) + by
            if 0 <= at < len(COLUMNS):
                await self._move(task, COLUMNS[at][1])
            else:
                where = "after" if by > 0 else "before"
                self.session.say(
                    f"#{task['number']} is {label(task['status'])}. There is no state {where} that."
                )

    def action_choose_state(self) -> None:
        task = self._target(for_box=True)
        if task is not None:
            self.app.push_screen(
                Jump(
                    self.palette,
                    [(label(status), "", status) for status in allowed(task)],
                    asks=f"#{task['number']} is {label(task['status'])}. New state …",
                    free=None,
                ),
                lambda status: self._chosen(task["id"], status),
            )

    def _chosen(self, id: str, status: str | None) -> None:
        task = self.by_id(id)
        if status is None or task is None:
            return
        if status == "cancelled":
            self._ask_to_cancel(task)
        elif status in QUESTIONS:
            self.app.push_screen(
                self._note_box(status),
                lambda note: None if note is None else self._do(self._in_turn(id, status, note)),
            )
        else:
            self._do(self._in_turn(id, status, ""))

    async def _in_turn(self, id: str, status: str, note: str) -> None:
        async with self.turn:
            task = self.by_id(id)
            if task is not None:
                await self._move(task, status, note)

    async def _move(self, task: Any, status: str, note: str = "") -> None:
        more = {"note": note} if note else {}
        moved = await self._change(task, "task.update", id=task["id"], status=status, **more)
        if moved is not None:
            now = " now" if moved["status"] != task["status"] else ""
            self.session.say(f"#{moved['number']} is {label(moved['status'])}{now}")

    def action_cancel(self) -> None:
        if (task := self._target()) is not None:
            self._ask_to_cancel(task)

    def _ask_to_cancel(self, task: Any) -> None:
        self.app.push_screen(
            Sure(self.palette, f"Cancel #{task['number']}, {one_line(task['title'])}?"),
            lambda is_sure: (
                self._do(self._in_turn(task["id"], "cancelled", "")) if is_sure else None
            ),
        )

    def action_claim(self) -> None:
        if (task := self._target()) is not None:
            self._do(self._claim(task["id"]))

    async def _claim(self, id: str) -> None:
        async with self.turn:
            task = self.by_id(id)
            reply = None if task is None else await self._change(task, "task.claim", id=id)
            if reply is not None:
                self.session.say(
                    f"#{reply['task']['number']} is yours"
                    if reply["claimed"]
                    else f"{reply['notice']} {choices_line(reply['task'])}"
                )

    def action_assign(self) -> None:
        if (task := self._target(for_box=True)) is not None:
            self._ask_assignee(lambda to: self._do(self._assign(task["id"], to)))

    def _ask_assignee(self, then: Callable[[str], None]) -> None:
        self.app.push_screen(self._assignee_box(), lambda to: None if to is None else then(to))

    async def _assign(self, id: str, to: str) -> None:
        async with self.turn:
            task = self.by_id(id)
            done = None if task is None else await self._change(task, "task.assign", id=id, to=to)
            if done is not None:
                self.session.say(f"#{done['number']} is for {done['assignee'] or UNASSIGNED}")

    def action_new(self) -> None:
        asks = "Title of the task; ! high, !! urgent, @name to assign it"
        self.app.push_screen(Jump(self.palette, [], asks=asks, free=""), self._titled)

    def _titled(self, text: str | None) -> None:
        known = [each["agent"] for each in self.mirror.people]
        draft = parse_draft(text or "", intent="request", priority=3, is_answer=False, known=known)
        if not draft.body:
            if text:
                self.session.say("A task needs a title.")
        elif draft.to:
            self._do(self._create(draft.body, draft.to[0], draft.priority))
        else:
            self._ask_assignee(lambda to: self._do(self._create(draft.body, to, draft.priority)))

    async def _create(self, title: str, to: str, priority: int) -> None:
        created = await self._change(
            None,
            "task.create",
            title=title,
            priority=priority,
            idempotency_key=uuid.uuid4().hex,
            **({"to": to} if to and to != "*" else {}),
        )
        if created is not None:
            self.session.close_pane()
            self.session.show(self.title)
            self.go_to(created["id"])
            urgency = f", {PRIORITIES[priority]}" if priority > 3 else ""
            assignee = created["assignee"] or UNASSIGNED
            self.session.say(f"#{created['number']} is for {assignee}{urgency}")

    async def _change(self, task: Any | None, name: str, /, **params: Any) -> Any:
        """Call an operation and list the task that it returns.

        A refusal is shown, with the states that the task can go to.
        """
        try:
            await self.member.register()
            reply = await self.member.call(name, **params)
        except (NoServer, AckboxError) as error:
            if task is not None and isinstance(error, Conflict):
                self.session.say(f"{error.message} {choices_line(task)}")
            else:
                self.session.say(reason(error))
            return None
        self.put(reply["task"] if "claimed" in reply else reply)
        return reply

    def _assignee_box(self) -> Jump:
        choices = [(UNASSIGNED, "", "")]
        choices += [(each["agent"], each["presence"], each["agent"]) for each in self.mirror.people]
        return Jump(self.palette, choices, asks="Assign to … (a name, or name/instance)", free="")

    def _note_box(self, status: str) -> Jump:
        return Jump(self.palette, [], asks=QUESTIONS[status], free="")

    async def ask_assignee(self) -> str | None:
        return await self.app.push_screen_wait(self._assignee_box())

    async def ask_note(self, status: str) -> str | None:
        return await self.app.push_screen_wait(self._note_box(status))
