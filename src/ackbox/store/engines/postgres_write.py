"""Writes as parts of one statement: a named INSERT, UPDATE or DELETE over arrays of its parameters.

Text only; postgres_batch.py runs it. Explained in docs/why/storage.md.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ackbox.store.sql.statements import PARAMETER, Statement


def numbered_write(
    statement: Statement,
    types: Sequence[str],
    used: int,
    relative: Collection[int],
    *,
    first: int,
) -> str:
    """Return a write for all sets of parameters, which come as arrays after `used` others.

    The parameters at the places `relative` may count from `first` instead of holding a number: the
    part `taken` has the number in its place.
    """
    arrays = ", ".join(f"${number + used}::{type}[]" for number, type in enumerate(types, 1))
    # The names of columns stay free for those of the table.
    names = ", ".join(f"p_{name}" for name in statement.parameters)
    asked = f"unnest({arrays}) AS asked({names})" + (" CROSS JOIN taken" if relative else "")
    values = {
        name: (
            f"(asked.p_{name} + CASE WHEN asked.p_{name} < 0 THEN taken.first - ({first})"
            " ELSE 0 END)"
            if place in relative
            else f"asked.p_{name}"
        )
        for place, name in enumerate(statement.parameters)
    }
    sql = PARAMETER.sub(lambda match: values[match[1]], statement.sql)
    verb = sql.split(maxsplit=1)[0]
    if verb == "INSERT":
        return _insert(sql, asked)
    head, where, condition = (
        sql.partition(" WHERE ") if " WHERE " in sql else sql.partition("\nWHERE ")
    )
    if not where or verb not in ("UPDATE", "DELETE") or "RETURNING" in sql:
        raise ValueError(f"statement {statement.name} cannot run for several at once")
    return f"{head} {'FROM' if verb == 'UPDATE' else 'USING'} {asked} WHERE {condition}"


def _insert(sql: str, asked: str) -> str:
    """Return an INSERT of rows that are written out, or that a SELECT finds, for each set."""
    head, values, rest = sql.partition("VALUES (")
    if values:
        end = _closing(rest)
        return f"{head}SELECT {rest[:end]} FROM {asked}{rest[end + 1 :]}"
    start = sql.index("SELECT")
    body, conflict, action = sql[start:].partition("ON CONFLICT")
    return (
        f"{sql[:start]}SELECT each.* FROM {asked} CROSS JOIN LATERAL ({body}) AS each"
        f" {conflict}{action}"
    )


def _closing(text: str) -> int:
    """Return where the parenthesis ends that is open at the start of a text."""
    depth = 1
    for place, character in enumerate(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if not depth:
            return place
    raise ValueError("a parenthesis is not closed")
