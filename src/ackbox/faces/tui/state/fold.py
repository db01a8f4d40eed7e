"""Folds: many messages in a row from the same sender to the same readers for the same purpose, on
one line.

Urgent messages and people's stand alone always. When there is folding at all is said in live.py. No
drawing and no calls.
Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

import msgspec

from ackbox.faces.tui.state.row import Row

# Fewer than this many stand as they are.
SHORTEST = 3


class Fold(msgspec.Struct):
    """A run of messages on one line."""

    rows: list[Row]

    @property
    def seq(self) -> int:
        return self.rows[0].seq

    @property
    def last(self) -> Row:
        return self.rows[-1]

    @property
    def row(self) -> Row:
        """The message that stands for them in a line: where they began, what the last one says."""
        intent = self.last.intent.replace("_", " ")
        return msgspec.structs.replace(
            self.rows[0],
            subject=f"{len(self.rows)} {intent} · {self.last.line}",
            priority=max(row.priority for row in self.rows),
        )


Listed = Row | Fold


def fold_in(listed: list[Listed], row: Row, opened: set[str]) -> None:
    """Put a message at the end of a list, into the run that it goes on if there is one.

    What was opened stays open.
    """
    last = listed[-1] if listed else None
    if isinstance(last, Fold):
        if _goes_on(last.last, row, opened):
            last.rows.append(row)
            return
    elif len(listed) >= SHORTEST - 1:
        run = listed[-(SHORTEST - 1) :]
        rows = [each for each in run if isinstance(each, Row)]
        if len(rows) == len(run) and all(_goes_on(each, row, opened) for each in rows):
            listed[-(SHORTEST - 1) :] = [Fold([*rows, row])]
            return
    listed.append(row)


def _goes_on(before: Row, row: Row, opened: set[str]) -> bool:
    return (
        _may_fold(before, opened)
        and _may_fold(row, opened)
        and (before.sender, before.to, before.intent) == (row.sender, row.to, row.intent)
    )


def _may_fold(row: Row, opened: set[str]) -> bool:
    return row.priority < 5 and not row.is_human and row.id not in opened
