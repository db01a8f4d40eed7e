"""Shared answers: equal queries of the writes that commit together run only once.

Sends that arrive together often have one sender, one recipient and one workspace. An answer stays
valid until a statement changes its data; SQLite reports the tables and columns when it compiles a
statement. The answers of one transaction are never used in the next. Explained in
docs/why/storage.md.
"""

from __future__ import annotations

import functools
from typing import Any

import apsw
import msgspec

from ackbox.store.engine import Row
from ackbox.store.sql.statements import Statement

# An import runs many different queries in one transaction.
MAX_KEPT = 500
COUNTER = ("workspace", "next_seq")


class Touched(msgspec.Struct, frozen=True, dict=True):
    """The data that a statement reads and changes: columns as (table, column), added or removed
    rows as (table, "").
    """

    reads: frozenset[tuple[str, str]]
    changes: frozenset[tuple[str, str]]

    @functools.cached_property
    def is_pure(self) -> bool:
        """Whether it reads only tables."""
        return not any(table.startswith("pragma_") for table, _ in self.reads)

    @functools.cached_property
    def counts(self) -> bool:
        """Whether it reads or moves the counter of a workspace."""
        return COUNTER in self.reads | self.changes

    def spoils(self, answer: Touched) -> bool:
        """Whether running this statement may change the result of the other one."""
        return bool(self.changes & answer.reads)


def look(connection: apsw.Connection, statement: Statement) -> Touched:
    """Return the data that a statement touches according to SQLite, triggers included."""
    reads: set[tuple[str, str]] = set()
    changes: set[tuple[str, str]] = set()

    def note(
        action: int, table: str | None, column: str | None, database: str | None, inside: str | None
    ) -> int:
        if action == apsw.SQLITE_READ:
            # The result also depends on which rows the table has.
            reads.update({(str(table), str(column)), (str(table), "")})
        elif action == apsw.SQLITE_UPDATE:
            changes.add((str(table), str(column)))
        elif action in (apsw.SQLITE_INSERT, apsw.SQLITE_DELETE):
            changes.add((str(table), ""))
        return apsw.SQLITE_OK

    connection.authorizer = note
    try:
        connection.execute(
            f"EXPLAIN {statement.sql}", dict.fromkeys(statement.parameters), can_cache=False
        ).fetchall()
    finally:
        connection.authorizer = None
    return Touched(frozenset(reads), frozenset(changes))


class Answers:
    """The answers of one transaction, by statement and parameters."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._touched: dict[str, Touched] = {}
        self._spoiled: dict[str, list[str]] = {}
        # By statement and by the values of its parameters in its own order: two callers may name
        # the same ones in different orders.
        self._answers: dict[str, dict[Any, list[Row]]] = {}

    def forget(self) -> None:
        """Drop every answer: the transaction is over, or a part of it was undone."""
        self._answers = {}

    def of(self, statement: Statement) -> dict[Any, list[Row]]:
        """Return the answers to a query so far, by its parameters.

        The caller adds new answers to it.
        """
        answers = self._answers.get(statement.name)
        if answers is None or len(answers) >= MAX_KEPT:
            answers = {}
            if self.touched(statement).is_pure:
                self._answers[statement.name] = answers
        return answers

    def spoil(self, statement: Statement) -> None:
        """Drop the answers that running this statement may change."""
        spoiled = self._spoiled.get(statement.name)
        if spoiled is None:
            self.touched(statement)
            spoiled = self._spoiled[statement.name]
        for name in spoiled:
            self._answers.pop(name, None)

    def touched(self, statement: Statement) -> Touched:
        """Return the data that a statement touches.

        A new statement is compared with all others.
        """
        known = self._touched.get(statement.name)
        if known is None:
            known = self._touched[statement.name] = look(self._connection, statement)
            self._spoiled = {
                write: [
                    name
                    for name, answer in self._touched.items()
                    if self._touched[write].spoils(answer)
                ]
                for write in self._touched
                if self._touched[write].changes
            }
            self._spoiled.setdefault(statement.name, [])
        return known
