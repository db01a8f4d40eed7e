"""Folds: consecutive messages with the same sender, recipients and intent, on one line.

Urgent messages and messages from people are never folded. tabs/live.py decides when to fold. No
drawing and no calls. Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

import msgspec

from ackbox.faces.tui.state.row import Row

# Shorter runs are not folded.
MIN_FOLDED = 3


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
        """The message that represents them in a line: the first, with the text of the last."""
        intent = self.last.intent.replace("_", " ")
        return msgspec.structs.replace(
            self.rows[0],
            subject=f"{len(self.rows)} {intent} · {self.last.line}",
            priority=max(row.priority for row in self.rows),
        )


Listed = Row | Fold


def fold_in(listed: list[Listed], row: Row, opened: set[str]) -> None:
    """Append a message to a list, to the run that it continues if there is one.

    Opened folds stay open.
    """
    last = listed[-1] if listed else None
    if isinstance(last, Fold):
        if _continues(last.last, row, opened):
            last.rows.append(row)
            return
    elif len(listed) >= MIN_FOLDED - 1:
        run = listed[-(MIN_FOLDED - 1) :]
        rows = [each for each in run if isinstance(each, Row)]
        if len(rows) == len(run) and all(_continues(each, row, opened) for each in rows):
            listed[-(MIN_FOLDED - 1) :] = [Fold([*rows, row])]
            return
    listed.append(row)


def _continues(before: Row, row: Row, opened: set[str]) -> bool:
    return (
        _may_fold(before, opened)
        and _may_fold(row, opened)
        and (before.sender, before.to, before.intent) == (row.sender, row.to, row.intent)
    )


def _may_fold(row: Row, opened: set[str]) -> bool:
    return row.priority < 5 and not row.is_human and row.id not in opened
