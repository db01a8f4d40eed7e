"""Tasks: what is to be done, by whom, and what holds it up. Explained in docs/howto/terminal.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ackbox.faces.cli_columns import ago
from ackbox.faces.tui.drawing import Line, fit, moment, one_line, text_lines, urgency
from ackbox.faces.tui.palette import PRESENCE
from ackbox.faces.tui.post import Post
from ackbox.faces.tui.row import Row
from ackbox.faces.tui.tab import Tab

if TYPE_CHECKING:
    from ackbox.faces.tui.link import Link

# State → its sign and the colour's meaning, in the order they are listed.
STATES = {
    "blocked": ("✕", "blocked"), "review": ("◇", "review_request"), "in_progress": ("▶", "online"), "claimed": ("◐", "accent"), "open": ("▪", "task"),
    "failed": ("✕", "error"), "done": ("✓", "status"), "cancelled": ("–", "text3"),
}


class Tasks(Tab):
    """One line for each task that is not finished: what waits first."""

    title = "Tasks"
    every_s = 15.0
    fed_by = ("task.",)

    def __init__(self, post: Post) -> None:
        super().__init__(post)
        self._tasks: list[Any] | None = None

    async def read(self, link: Link) -> None:
        tasks = (await link.call("task.list", limit=200, urgent_first=True))["tasks"]
        order = list(STATES)
        self._tasks = sorted(tasks, key=lambda task: order.index(task["status"]))
        self.forget()
        self.show_count(len(self._tasks))

    @property
    def _current(self) -> Any | None:
        return self._tasks[self.cursor] if self._tasks and self.cursor < len(self._tasks) else None

    @property
    def about(self) -> Any:
        return self._current and (self._current["id"], self._current["updated_at"])

    @property
    def row(self) -> Row | None:
        return self.post.by_id.get((self._current or {}).get("message") or "")

    @property
    def writes_to(self) -> str | None:
        return self._current and (self._current["assignee"] or self._current["creator"])

    def line(self, index: int, width: int, *, selected: bool) -> Line:
        task = (self._tasks or [])[index]
        sign, means = STATES[task["status"]]
        edge, urgent = urgency(task["priority"])
        holder = self.post.person(task["assignee"]) if task["assignee"] else None
        presence = holder["presence"] if holder else "away"

        def put(text: str, means: str = "text", *, bold: bool = False) -> Any:
            return self.show(text, means, bold=bold, selected=selected)

        line = [put(">" if selected else " ", "accent", bold=True), put(edge, urgent, bold=True), put(f"#{task['number']:<5}", "text3"),
                put(f"{sign} ", means, bold=True), put(fit(task["status"].replace("_", " "), 12), means)]
        room = max(width - 1 - 2 - 6 - 2 - 12 - 18 - 9, 0)
        late = " late" if task["is_late"] else ""
        return [*line, put(fit(one_line(task["title"]) + late, room), "text", bold=task["is_late"]),
                put(f" {PRESENCE[presence]} " if task["assignee"] else "   ", presence),
                put(fit(one_line(task["assignee"] or "whoever claims it"), 15), "text2"),
                put(f"{ago(task['updated_at']):>8} ", "text3")]

    def when_empty(self) -> str:
        if self._tasks is None:
            return "reading …"
        return 'Nothing is to be done. Make a task in another terminal:\n  ackbox task add "Write the export" --to codex'

    def beside(self, width: int) -> list[Line]:
        task = self._current
        if task is None:
            return []
        style = self.palette.style
        sign, means = STATES[task["status"]]
        lines: list[Line] = [[self.show(f"{sign} {task['status'].replace('_', ' ')}", means, bold=True), self.show(f"  #{task['number']}", "text3")]]
        lines += [*text_lines(task["title"], width, style("text", bold=True)), []]
        lines += [*text_lines(task["description"], width, style("text")), []] if task["description"] else []
        facts = {
            "for": task["assignee"] and task["assignee"] + (f"/{task['assignee_instance']}" if task["assignee_instance"] else ""),
            "from": task["creator"], "blocked by": task["blocked_by"], "because": (task["blocked_cause"] or "").replace("_", " "),
            "waits for": f"{len(task['waits_for'])} of {len(task['depends_on'])} tasks" if task["waits_for"] else None,
            "project": task["project"], "mission": task["mission"], "tags": ", ".join(task["tags"]), "done when": task["done_when"],
            "due": moment(task["due_at"]), "made": moment(task["created_at"]), "begun": moment(task["started_at"]),
        }
        for name, value in facts.items():
            for number, text in enumerate(text_lines(value, width - 11, style("text2")) if value else []):
                lines.append([self.show(f"{name if number == 0 else '':<11}", "text3"), *text])
        return [*lines, [], *text_lines(f"“{task['note']}”", width, style("text"))] if task["note"] else lines
