"""Picks: which lines of a list are selected, and why something could not be done to some of them.

No drawing and no calls; what is done with them is in many.py. Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

# What a line stands for, by id: one message or task, or all messages of a fold.
Things = dict[str, Any]


class Picks:
    """Id → what is selected, in the order it was."""

    def __init__(self) -> None:
        self.found: Things = {}
        # Id → why it was left as it is, until it is tried again or let go.
        self.failed: dict[str, str] = {}
        self.outcome = ""
        # Where the selection was begun, and what was selected by then: selecting on goes from
        # there.
        self.anchor: str | None = None
        self._before: Things = {}

    def __bool__(self) -> bool:
        return bool(self.found)

    def holds(self, things: Iterable[str]) -> bool:
        """Whether all of these are selected; of nothing nothing is."""
        ids = list(things)
        return bool(ids) and all(id in self.found for id in ids)

    def tick(self, things: Things, *, is_on: bool | None = None) -> None:
        """Select these, or let them go when they are selected already."""
        if is_on is None:
            is_on = not self.holds(things)
        if is_on:
            self.found |= things
        else:
            self.let_go(things)
        self.anchor, self._before, self.outcome = next(iter(things), None), dict(self.found), ""

    def span(self, things: Things) -> None:
        """Select these, the lines between where the selection was begun and here.

        What was selected before that stays.
        """
        self.found = self._before | things
        self.outcome = ""

    def let_go(self, ids: Iterable[str]) -> None:
        for id in ids:
            self.found.pop(id, None)
            self.failed.pop(id, None)

    def keep(self, listed: Container[str]) -> None:
        """Let go of what is not listed any more."""
        self.let_go([id for id in self.found if id not in listed])

    def clear(self) -> bool:
        """Let everything go; whether there was anything."""
        was = bool(self.found or self.outcome)
        self.found, self.failed, self._before, self.anchor, self.outcome = {}, {}, {}, None, ""
        return was
