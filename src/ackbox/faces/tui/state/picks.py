"""Picks: which items of a list are selected, and why an action on some of them failed.

No drawing and no calls; tabs/bulk.py runs the actions. Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

# The items on one line, by id: one message or task, or all messages of a fold.
Things = dict[str, Any]


class Picks:
    """The selected items by id, in the order of selection."""

    def __init__(self) -> None:
        self.found: Things = {}
        # Id → why the action failed, until it is tried again or deselected.
        self.failed: dict[str, str] = {}
        self.outcome = ""
        # Where the selection began, and what was selected then: extending it starts there.
        self.anchor: str | None = None
        self._before: Things = {}

    def __bool__(self) -> bool:
        return bool(self.found)

    def holds(self, things: Iterable[str]) -> bool:
        """Whether all of these are selected; false if there are none."""
        ids = list(things)
        return bool(ids) and all(id in self.found for id in ids)

    def tick(self, things: Things, *, is_on: bool | None = None) -> None:
        """Select these, or deselect them if they are selected."""
        if is_on is None:
            is_on = not self.holds(things)
        if is_on:
            self.found |= things
        else:
            self.drop(things)
        self.anchor, self._before, self.outcome = next(iter(things), None), dict(self.found), ""

    def span(self, things: Things) -> None:
        """Select the items from the anchor to the cursor; earlier selections stay."""
        self.found = self._before | things
        self.outcome = ""

    def drop(self, ids: Iterable[str]) -> None:
        """Deselect these."""
        for id in ids:
            self.found.pop(id, None)
            self.failed.pop(id, None)

    def keep(self, listed: Container[str]) -> None:
        """Deselect items that are no longer listed."""
        self.drop([id for id in self.found if id not in listed])

    def clear(self) -> bool:
        """Deselect everything; returns whether anything was selected."""
        was = bool(self.found or self.outcome)
        self.found, self.failed, self._before, self.anchor, self.outcome = {}, {}, {}, None, ""
        return was
