"""Batches: the same statement of many jobs in one round trip.

A SELECT is joined to the rows of its parameters; statements without results are sent as one batch;
the counter moves once for all. Explained in docs/why/storage.md.
"""

from __future__ import annotations

import functools
from typing import Any

from ackbox.store.engine import Row
from ackbox.store.sql.statements import PARAMETER, Statement

Parameters = list[dict[str, Any]]


class Batches:
    """Runs this engine's statements, alone and together."""

    def __init__(self, statements: dict[str, Statement]) -> None:
        self._statements = statements
        self._joined: dict[str, str] = {}

    async def one(self, connection: Any, name: str, parameters: Parameters) -> list[Row]:
        """Run one job's statement, with several sets of parameters only if it returns no rows."""
        statement = self._statements[name]
        arguments = [[each[parameter] for parameter in statement.parameters] for each in parameters]
        if len(arguments) == 1:
            return list(await connection.fetch(_numbered(statement), *arguments[0]))
        await connection.executemany(_numbered(statement), arguments)
        return []

    async def many(self, connection: Any, name: str, jobs: list[Parameters]) -> list[list[Row]]:
        """Run the same statement for several jobs and return each job's rows."""
        if len(jobs) == 1:
            return [await self.one(connection, name, jobs[0])]
        if name == "take_seq":
            return await self._take_seqs(connection, jobs)
        if self._statements[name].is_write:
            await self.one(connection, name, [each for parameters in jobs for each in parameters])
            return [[] for _ in jobs]
        return await self._select(connection, name, [parameters[0] for parameters in jobs])

    async def _take_seqs(self, connection: Any, jobs: list[Parameters]) -> list[list[Row]]:
        total = sum(parameters[0]["many"] for parameters in jobs)
        rows = await self.one(connection, "take_seq", [{"ws": jobs[0][0]["ws"], "many": total}])
        next_seq = rows[0][0]
        taken: list[list[Row]] = []
        for parameters in jobs:
            taken.append([(next_seq,)])
            next_seq += parameters[0]["many"]
        return taken

    async def _select(self, connection: Any, name: str, asked: Parameters) -> list[list[Row]]:
        statement = self._statements[name]
        keys = [tuple(each[parameter] for parameter in statement.parameters) for each in asked]
        different = list(dict.fromkeys(keys))
        found: dict[tuple[Any, ...], list[Row]] = {key: [] for key in different}
        if len(different) == 1:
            found[different[0]] = list(await connection.fetch(_numbered(statement), *different[0]))
        else:
            if name not in self._joined:
                self._joined[name] = await _joined(connection, statement, _numbered(statement))
            for row in await connection.fetch(
                self._joined[name], *map(list, zip(*different, strict=True))
            ):
                found[different[row[0] - 1]].append(tuple(row)[2:])
        return [found[key] for key in keys]


@functools.cache
def _numbered(statement: Statement) -> str:
    """Return a statement's SQL with numbers for parameters; it is made when it is first used."""
    numbers = {name: number for number, name in enumerate(statement.parameters, 1)}
    return PARAMETER.sub(lambda match: f"${numbers[match[1]]}", statement.sql)


async def _joined(connection: Any, statement: Statement, plain: str) -> str:
    """Return a SELECT over arrays of its parameters.

    The types are those that PostgreSQL infers for the parameters.
    """
    types = (await connection.prepare(plain)).get_parameters()
    arrays = ", ".join(f"${number}::{type.name}[]" for number, type in enumerate(types, 1))
    columns = ", ".join(f'"{name}"' for name in statement.parameters)
    body = PARAMETER.sub(lambda match: f'asked."{match[1]}"', statement.sql)
    return (
        f"SELECT asked.place, each.* FROM unnest({arrays}) WITH ORDINALITY AS asked({columns},"
        f" place) CROSS JOIN LATERAL (SELECT row_number() OVER () AS line, answer.* FROM ({body})"
        " AS answer) AS each ORDER BY asked.place, each.line"
    )
