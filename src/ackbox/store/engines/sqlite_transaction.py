"""Transactions on SQLite: named statements on one connection, for one call or for a group of
writes.

sqlite.py decides when a group begins and ends, and sqlite_answers.py which answers it can share.
Explained in docs/why/storage.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

import apsw

from ackbox.store.engine import Queries, Row, Writes
from ackbox.store.engines.sqlite_answers import Answers
from ackbox.store.engines.sqlite_budget import Budget
from ackbox.store.sql.statements import Statement


def not_a_text() -> apsw.CorruptError:
    """Return the error for a stored text that is not UTF-8: it was stored as UTF-8, so the file
    has changed since.
    """
    return apsw.CorruptError("a stored text is not UTF-8")


class SqliteTransaction:
    """Statements on one connection, for work without a time limit."""

    looks_ahead = False

    def __init__(
        self, connection: apsw.Connection, statements: dict[str, Statement], *, writable: bool
    ) -> None:
        self.writable = writable
        self._execute = connection.cursor().execute
        self._executemany = connection.cursor().executemany
        self._statements = statements

    async def rows(self, name: str, /, **parameters: Any) -> Sequence[Row]:
        try:
            return self._execute(self._statements[name].sql, parameters).fetchall()
        except UnicodeDecodeError:
            raise not_a_text() from None

    async def run(self, name: str, /, **parameters: Any) -> None:
        self._execute(self._statements[name].sql, parameters)

    async def run_many(self, name: str, parameters: Sequence[dict[str, Any]], /) -> None:
        self._executemany(self._statements[name].sql, parameters)

    async def ahead(self, queries: Callable[[], Queries]) -> None:
        """Do nothing: here each statement costs only its own work."""

    async def append(
        self,
        ws: int,
        many: int,
        writes: Callable[[int], Writes],
        /,
        *,
        of: frozenset[int] = frozenset(),
    ) -> int:
        first: int = (await self.rows("take_seq", ws=ws, many=many))[0][0] if many else 0
        for name, parameters in writes(first):
            if parameters:
                await self.run_many(name, parameters)
        return first


class NearTransaction(SqliteTransaction):
    """Read-only statements on the event loop's thread, within a budget."""

    def __init__(self, connection: apsw.Connection, statements: dict[str, Statement]) -> None:
        super().__init__(connection, statements, writable=False)
        self.budget = Budget(connection)

    async def rows(self, name: str, /, **parameters: Any) -> Sequence[Row]:
        try:
            found = self._execute(self._statements[name].sql, parameters).fetchall()
        except UnicodeDecodeError:
            raise not_a_text() from None
        budget = self.budget
        budget.rows -= len(found)
        if budget.rows < 0 or perf_counter() > budget.until:
            budget.check()
        return found


class GroupTransaction(SqliteTransaction):
    """The transaction of writes that commit together.

    Equal queries share an answer, and a counter is written once.
    """

    def __init__(
        self,
        connection: apsw.Connection,
        statements: dict[str, Statement],
        *,
        share_answers: bool = True,
    ) -> None:
        super().__init__(connection, statements, writable=True)
        self.budget = Budget(connection)
        self._share_answers = share_answers
        self._answers = Answers(connection)
        # The next number of each workspace that has taken numbers which its row does not contain
        # yet.
        self._next: dict[int, int] = {}
        # Statements that do not touch the counter.
        self._aside: set[str] = set()
        self.taken = 0

    async def rows(self, name: str, /, **parameters: Any) -> Sequence[Row]:
        if name == "take_seq" and self._share_answers:
            return [(self._take(**parameters),)]
        statement = self._statements[name]
        if statement.is_write:
            self._before(statement)
            return self._execute(statement.sql, parameters).fetchall()
        if self._next and name not in self._aside:
            self._settle_for(statement)
        answers = self._answers.of(statement) if self._share_answers else {}
        asked = statement.values(parameters)
        found = answers.get(asked)
        if found is None:
            try:
                found = answers[asked] = self._execute(statement.sql, parameters).fetchall()
            except UnicodeDecodeError:
                raise not_a_text() from None
        budget = self.budget
        budget.rows -= len(found)
        if budget.rows < 0 or perf_counter() > budget.until:
            budget.check()
        return found

    async def run(self, name: str, /, **parameters: Any) -> None:
        self._before(self._statements[name])
        self._execute(self._statements[name].sql, parameters)
        if perf_counter() > self.budget.until:
            self.budget.check()

    async def run_many(self, name: str, parameters: Sequence[dict[str, Any]], /) -> None:
        self._before(self._statements[name])
        self._executemany(self._statements[name].sql, parameters)
        if perf_counter() > self.budget.until:
            self.budget.check()

    def settle(self) -> None:
        """Store the taken numbers: before the commit, and before a statement that reads or moves a
        counter.
        """
        taken, self._next = self._next, {}
        for ws, number in taken.items():
            self._before(self._statements["keep_next_seq"])
            self._execute(self._statements["keep_next_seq"].sql, {"ws": ws, "next_seq": number})

    def forget(self) -> None:
        """Drop all cached data: the transaction is over, or a part of it was undone."""
        self._next = {}
        self._answers.forget()

    def _take(self, ws: int, many: int) -> int:
        """Return the first of a workspace's next numbers."""
        if ws not in self._next:
            last: Row = self._execute(self._statements["last_seq"].sql, {"ws": ws}).fetchall()[0]
            self._next[ws] = last[0] + 1
        first = self._next[ws]
        self._next[ws] += many
        self.taken += many
        return first

    def _before(self, statement: Statement) -> None:
        """Prepare for a statement that writes."""
        if self._next and statement.name not in self._aside:
            self._settle_for(statement)
        self._answers.spoil(statement)

    def _settle_for(self, statement: Statement) -> None:
        if self._answers.touched(statement).counts:
            self.settle()
        else:
            self._aside.add(statement.name)
