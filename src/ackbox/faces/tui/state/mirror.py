"""The mirror: what the terminal knows of a workspace: messages in order, receipts, agents.

No drawing and no calls: the link delivers, the tabs read. Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from ackbox.faces.terminal_text import width
from ackbox.faces.tui.state.row import Row, make_row, make_tallies

MAX_ROWS = 100_000
RATE_OVER_S = 10


class Mirror:
    """Messages, receipts and agents of one workspace, as far as they are loaded."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.by_seq: dict[int, Row] = {}
        self.by_id: dict[str, Row] = {}
        # Ids of messages that another agent has answered.
        self.answered: set[str] = set()
        self.people: list[Any] = []
        self.awaited: list[str] = []
        # Names of the other workspaces that the key covers.
        self.others: list[str] = []
        self.whoami: dict[str, Any] = {}
        self.arrivals: deque[tuple[float, int]] = deque()
        # Rises when rows change anywhere but at the end.
        self.shape = 0
        self.is_loaded = False
        self.touches = 0

    @property
    def last_seq(self) -> int:
        return self.rows[-1].seq if self.rows else 0

    def take(self, kind: str, page: Any, *, now: float) -> None:
        """Add a page of messages from the link: the newest again, older ones, or new ones."""
        match kind:
            case "loaded":
                self.restart()
                self.prepend(page)
            case "older":
                self.prepend(page)
            case _:
                self.append(page, now=now)

    def find(self, text: str) -> Row | None:
        """Return a message by its id or its number."""
        number = text.lstrip("#")
        by_number = self.by_seq.get(int(number)) if number.isdecimal() else None
        return self.by_id.get(text) or by_number

    def append(self, page: Any, *, now: float) -> None:
        """Add a page of messages newer than all others, oldest first."""
        tallies = make_tallies(page)
        fresh = [
            make_row(each, tallies.get(each["id"]))
            for each in page["messages"]
            if each["seq"] > self.last_seq
        ]
        self._keep(fresh)
        self.rows += fresh
        if fresh:
            self.arrivals.append((now, len(fresh)))
        if len(self.rows) > MAX_ROWS:
            # Many at once: the list is drawn again each time.
            self._forget(MAX_ROWS // 10)

    def prepend(self, page: Any) -> None:
        """Add a page of messages older than all others, newest first."""
        tallies = make_tallies(page)
        first = self.rows[0].seq if self.rows else None
        older = [
            make_row(each, tallies.get(each["id"]))
            for each in reversed(page["messages"])
            if first is None or each["seq"] < first
        ]
        self.is_loaded = True
        self._keep(older)
        self.rows[:0] = older
        self.shape += 1

    def learn(self, page: Any, *, as_of: int) -> list[Row]:
        """Add tallies read when `touches` was `as_of`; returns the rows that they changed."""
        found = []
        for id, tally in make_tallies(page).items():
            if (row := self.by_id.get(id)) is not None and row.touched <= as_of:
                row.tally = tally
                found.append(row)
        return found

    def restart(self) -> None:
        """Forget all messages, before the newest are loaded again."""
        self._forget(len(self.rows))

    def answered_in(self, page: Any) -> list[Row]:
        """Return the rows that the messages of a page answer: their steps are out of date."""
        parents = {each["parent"] for each in page["messages"]}
        return [row for id in parents if id and (row := self.by_id.get(id)) is not None]

    def marked(self, event: Any) -> list[Row]:
        """Apply a receipt event; returns the rows whose tally is out of date."""
        found = [
            row for seq in event["details"]["seqs"] if (row := self.by_seq.get(seq)) is not None
        ]
        for row in found:
            self.touches += 1
            row.tally, row.touched = None, self.touches
        return found

    def rate(self, now: float) -> float:
        """Messages per second, over the last ten seconds."""
        while self.arrivals and self.arrivals[0][0] < now - RATE_OVER_S:
            self.arrivals.popleft()
        return sum(count for _, count in self.arrivals) / RATE_OVER_S

    def person(self, name: str) -> Any | None:
        """Return an agent or person by name."""
        return next((each for each in self.people if each["agent"] == name), None)

    @property
    def humans(self) -> frozenset[str]:
        """The names of people."""
        return frozenset(each["agent"] for each in self.people if each["kind"] == "human")

    @property
    def name_cells(self) -> int:
        """The width of a column of names: as the longest needs, within bounds."""
        needs = [
            width(each["agent"]) + (4 if each["kind"] == "human" else 0) for each in self.people
        ]
        return min(max([8, *needs]), 20)

    def _keep(self, rows: list[Row]) -> None:
        for row in rows:
            self.by_seq[row.seq] = self.by_id[row.id] = row
        for row in rows:
            if (
                row.parent is not None
                and (question := self.by_id.get(row.parent)) is not None
                and question.sender != row.sender
            ):
                self.answered.add(row.parent)

    def _forget(self, count: int) -> None:
        for row in self.rows[:count]:
            del self.by_seq[row.seq], self.by_id[row.id]
        del self.rows[:count]
        self.shape += 1
