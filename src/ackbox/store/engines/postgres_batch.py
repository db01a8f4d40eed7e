"""Batches: the statements of many jobs in one round trip.

Different SELECTs become one row with a list for each; the same SELECT with several sets of
parameters is joined to them; writes that need no result are parts of one statement, which takes
their numbers from the counter. Explained in docs/why/storage.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ackbox.store.engine import Row, Writes
from ackbox.store.engines.postgres_write import numbered_write
from ackbox.store.sql.statements import PARAMETER, Statement

Parameters = dict[str, Any]
# A statement and the values of its parameters, in their order.
Query = tuple[str, tuple[Any, ...]]
# Stands for the first number that a write takes, which is known once the counter is locked; no
# real number is below zero.
FIRST = -(1 << 61)


class Batches:
    """Runs this engine's statements, alone and together."""

    def __init__(self, statements: dict[str, Statement]) -> None:
        self._statements = statements
        self._plain: dict[str, str] = {}
        self._types: dict[str, tuple[str, ...]] = {}
        self._texts: dict[tuple[Any, ...], str] = {}

    def query(self, name: str, parameters: Parameters) -> Query:
        """Return a statement with its values, as a key of its answer."""
        return name, tuple(parameters[each] for each in self._statements[name].parameters)

    def is_write(self, name: str) -> bool:
        """Whether a statement changes anything."""
        return self._statements[name].is_write

    async def run(self, connection: Any, name: str, parameters: Sequence[Parameters]) -> list[Row]:
        """Run one statement, with several sets of parameters only if it returns no rows."""
        arguments = [self.query(name, each)[1] for each in parameters]
        if len(arguments) == 1:
            return list(await connection.fetch(self._text(name), *arguments[0]))
        await connection.executemany(self._text(name), arguments)
        return []

    async def ask(self, connection: Any, asked: list[Query]) -> dict[Query, Sequence[Row]]:
        """Run different queries in one statement, and return the rows of each."""
        if len(asked) == 1:
            name, values = asked[0]
            return {asked[0]: await connection.fetch(self._text(name), *values)}
        by_name: dict[str, list[tuple[Any, ...]]] = {}
        for name, values in asked:
            by_name.setdefault(name, []).append(values)
        shape = tuple(sorted((name, len(each) > 1) for name, each in by_name.items()))
        text = self._texts.get(shape)
        if text is None:
            text = self._texts[shape] = await self._question(connection, shape)
        arguments: list[Any] = []
        for name, is_many in shape:
            sets = by_name[name]
            arguments += map(list, zip(*sets, strict=True)) if is_many else sets[0]
        columns = (await connection.fetch(text, *arguments))[0]
        found: dict[Query, Sequence[Row]] = {}
        for (name, is_many), rows in zip(shape, columns, strict=True):
            sets = by_name[name]
            if not is_many:
                found[name, sets[0]] = rows
                continue
            parts: list[list[Row]] = [[] for _ in sets]
            for row in rows:
                parts[row[0] - 1].append(row[2:])
            found.update(zip(((name, values) for values in sets), parts, strict=True))
        return found

    async def _question(self, connection: Any, shape: tuple[tuple[str, bool], ...]) -> str:
        """Return one SELECT whose columns are the lists of rows of several."""
        parts, used = [], 0
        for name, is_many in shape:
            statement = self._statements[name]
            body = (
                _joined(statement, await self._types_of(connection, name), used)
                if is_many
                else _numbered(statement, used)
            )
            used += len(statement.parameters)
            parts.append(f"ARRAY(SELECT answer FROM ({body}) AS answer)")
        return "SELECT " + ", ".join(parts)

    async def write(self, connection: Any, ws: int | None, many: int, writes: Writes) -> int:
        """Take the next numbers of a workspace and run writes with them, in one statement.

        Returns the first number. Numbers from FIRST on in the parameters are their placeholders.
        """
        joined: dict[str, list[tuple[Any, ...]]] = {}
        for name, sets in writes:
            if sets:
                joined.setdefault(name, []).extend(self.query(name, each)[1] for each in sets)
        if not joined:
            return await self._take(connection, ws, many) if many else 0
        marked = []
        for name, values in joined.items():
            relative = tuple(
                place
                for place, column in enumerate(zip(*values, strict=True))
                if many and any(type(value) is int and value < 0 for value in column)
            )
            marked.append((name, relative))
        shape = ("write", bool(many), *marked)
        text = self._texts.get(shape)
        if text is None:
            text = self._texts[shape] = await self._write_text(connection, bool(many), marked)
        arguments: list[Any] = [ws, many] if many else []
        for values in joined.values():
            arguments += map(list, zip(*values, strict=True))
        rows = await connection.fetch(text, *arguments)
        return int(rows[0][0]) if many else 0

    async def _take(self, connection: Any, ws: int | None, many: int) -> int:
        rows = await self.run(connection, "take_seq", [{"ws": ws, "many": many}])
        return int(rows[0][0])

    async def _write_text(
        self, connection: Any, takes: bool, marked: list[tuple[str, tuple[int, ...]]]
    ) -> str:
        parts, used = [], 0
        if takes:
            statement = self._statements["take_seq"]
            order = {name: place for place, name in enumerate(("ws", "many"), 1)}
            taken = PARAMETER.sub(lambda match: f"${order[match[1]]}", statement.sql)
            parts.append(f"taken (first) AS ({taken})")
            used = 2
        for number, (name, relative) in enumerate(marked):
            statement = self._statements[name]
            text = numbered_write(
                statement, await self._types_of(connection, name), used, relative, first=FIRST
            )
            parts.append(f"w{number} AS ({text})")
            used += len(statement.parameters)
        return f"WITH {', '.join(parts)} SELECT {'first FROM taken' if takes else '0'}"

    def _text(self, name: str) -> str:
        """Return a statement with numbers for parameters; it is made when it is first used."""
        if name not in self._plain:
            self._plain[name] = _numbered(self._statements[name])
        return self._plain[name]

    async def _types_of(self, connection: Any, name: str) -> tuple[str, ...]:
        """Return the types that PostgreSQL infers for the parameters of a statement."""
        if name not in self._types:
            prepared = await connection.prepare(self._text(name))
            self._types[name] = tuple(type.name for type in prepared.get_parameters())
        return self._types[name]


def _numbered(statement: Statement, used: int = 0) -> str:
    numbers = {name: number + used for number, name in enumerate(statement.parameters, 1)}
    return PARAMETER.sub(lambda match: f"${numbers[match[1]]}", statement.sql)


def _joined(statement: Statement, types: Sequence[str], used: int) -> str:
    """Return a SELECT over arrays of its parameters; the first two columns say whose a row is."""
    arrays = ", ".join(f"${number + used}::{type}[]" for number, type in enumerate(types, 1))
    columns = ", ".join(f'"{name}"' for name in statement.parameters)
    body = PARAMETER.sub(lambda match: f'asked."{match[1]}"', statement.sql)
    return (
        f"SELECT asked.place, each.* FROM unnest({arrays}) WITH ORDINALITY AS asked({columns},"
        f" place) CROSS JOIN LATERAL (SELECT row_number() OVER () AS line, answer.* FROM ({body})"
        " AS answer) AS each ORDER BY asked.place, each.line"
    )
