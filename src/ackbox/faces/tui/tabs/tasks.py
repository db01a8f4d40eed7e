"""Tasks: what is to be done, by whom, and what holds it up.

What its keys do is in tasking.py. Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ackbox.faces.terminal_text import ago
from ackbox.faces.tui.state.mirror import Post
from ackbox.faces.tui.state.picks import Things
from ackbox.faces.tui.state.row import Row
from ackbox.faces.tui.tabs.tab import Tab
from ackbox.faces.tui.widgets.drawing import (
    Line,
    fit,
    hint_lines,
    moment,
    one_line,
    text_lines,
    urgency,
)
from ackbox.faces.tui.widgets.palette import PRESENCE

if TYPE_CHECKING:
    from ackbox.faces.tui.state.link import Link

# State → its sign and the colour's meaning, in the order they are listed.
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


# For how long what is finished stays in the list, and can be opened again from it.
LATELY = timedelta(days=1)
MOST_FINISHED = 50


class Tasks(Tab):
    """One line for each task that is not finished, what waits first, and for each that was
    finished in the last day.
    """

    title = "Tasks"
    every_s = 15.0
    fed_by = ("task.",)

    def __init__(self, post: Post) -> None:
        super().__init__(post)
        self._tasks: list[Any] | None = None
        self._puts = 0

    async def read(self, link: Link) -> None:
        puts, since = (
            self._puts,
            (datetime.now(UTC) - LATELY).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        )
        pages = await asyncio.gather(
            link.call("task.list", limit=200, urgent_first=True),
            link.call("task.list", limit=MOST_FINISHED, status="finished", updated_since=since),
        )
        if puts == self._puts:
            self._take([task for page in pages for task in page["tasks"]])
        else:
            # What was read is from before a move that is listed already.
            self.is_stale = True

    def _take(self, tasks: list[Any]) -> None:
        """List these, with the cursor on the task it was on."""
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
        """Take a task as it is now, without waiting for the next reading."""
        self._puts += 1
        self._take([each for each in self._tasks or [] if each["id"] != task["id"]] + [task])

    def by_id(self, id: str) -> Any | None:
        return next((task for task in self._tasks or [] if task["id"] == id), None)

    def go_to(self, id: str | None) -> None:
        """Put the cursor on a task, if it is listed."""
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
        return self.post.by_id.get((self.current or {}).get("message") or "")

    @property
    def writes_to(self) -> str | None:
        return self.current and (self.current["assignee"] or self.current["creator"])

    def line(self, index: int, width: int, *, selected: bool) -> Line:
        task = (self._tasks or [])[index]
        sign, means = STATES[task["status"]]
        edge, urgent = urgency(task["priority"])
        holder = self.post.person(task["assignee"]) if task["assignee"] else None
        presence = holder["presence"] if holder else "away"
        status_cells = 0 if self.is_compact else 12

        def put(text: str, means: str = "text", *, bold: bool = False) -> Any:
            return self.show(text, means, bold=bold, selected=selected)

        line = [
            put(">" if selected else " ", "accent", bold=True),
            put(edge, urgent, bold=True),
            put(f"#{task['number']:<5}", "text3"),
            put(f"{sign} ", means, bold=True),
            put(fit(task["status"].replace("_", " "), status_cells), means),
        ]
        holder_cells = 15 if self.is_compact or width < 90 else 24
        room = max(width - 1 - 2 - 6 - 2 - status_cells - 3 - holder_cells - 9, 0)
        late = " late" if task["is_late"] else ""
        return [
            *line,
            put(fit(one_line(task["title"]) + late, room), "text", bold=task["is_late"]),
            put(f" {PRESENCE[presence]} " if task["assignee"] else "   ", presence),
            put(fit(one_line(task["assignee"] or "whoever claims it"), holder_cells), "text2"),
            put(f"{ago(task['updated_at']):>8} ", "text3"),
        ]

    def below(self, index: int, width: int) -> str:
        task = (self._tasks or [])[index]
        return task["note"] or task["description"] or f"from {task['creator']}"

    def when_empty(self) -> str:
        if self._tasks is None:
            return "reading …"
        return (
            "Nothing is to be done. Press + and say what is, or in another terminal:\n  ackbox task"
            ' add "Write the export" --to codex'
        )

    def beside(self, width: int) -> list[Line]:
        task = self.current
        if task is None:
            return []
        style = self.palette.style
        sign, means = STATES[task["status"]]
        lines: list[Line] = [
            [
                self.show(f"{sign} {task['status'].replace('_', ' ')}", means, bold=True),
                self.show(f"  #{task['number']}", "text3"),
            ]
        ]
        lines += [*text_lines(task["title"], width, style("text", bold=True)), []]
        lines += (
            [*text_lines(task["description"], width, style("text")), []]
            if task["description"]
            else []
        )
        facts = {
            "for": (
                task["assignee"]
                and task["assignee"]
                + (f"/{task['assignee_instance']}" if task["assignee_instance"] else "")
            ),
            "from": task["creator"],
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
            "made": moment(task["created_at"]),
            "begun": moment(task["started_at"]),
        }
        for name, value in facts.items():
            for number, text in enumerate(
                text_lines(value, width - 11, style("text2")) if value else []
            ):
                lines.append([self.show(f"{name if number == 0 else '':<11}", "text3"), *text])
        lines += (
            [[], *text_lines(f"“{task['note']}”", width, style("text"))] if task["note"] else []
        )
        return [
            *lines,
            [],
            *hint_lines(
                ("[ ] move", "s state", "o own it", "f for", "X cancel"), width, style("accent")
            ),
        ]
