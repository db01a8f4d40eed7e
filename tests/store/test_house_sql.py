"""The house checks its SQL: every statement is used and uses an index; schema.sql is what the migrations make."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from ackbox.store.migrate import migrations
from ackbox.store.sqlite import _FILL
from ackbox.store.statements import Statement, load
from tools.reading import schema_sql

STORE = Path(__file__).parent.parent.parent / "src/ackbox/store"
STATEMENTS = load("sqlite")
# Tables that grow with the post: no statement walks one of them, or a whole workspace of it, whatever it is asked.
LARGE = frozenset({"message", "addressed", "receipt", "hole", "hidden", "idempotency", "event"})
WORKSPACES = 50


def test_schema_sql_is_what_the_migrations_make() -> None:
    assert (STORE / "schema.sql").read_text("utf-8") == schema_sql()


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_no_two_migrations_have_one_number(engine: str) -> None:
    numbers = [migration.number for migration in migrations(engine)]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_every_statement_names_its_workspace_has_a_purpose_and_a_user(engine: str) -> None:
    asked = set(names_asked())
    beginnings = tuple(name[:-1] for name in asked if name.endswith("*"))
    for statement in load(engine).values():
        assert statement.purpose
        assert "ws" in statement.parameters or "across:" in statement.purpose
        assert statement.name in asked or statement.name.startswith(beginnings or ("?",)), f"{statement.name} has no user"


def names_asked() -> Iterator[str]:
    """Every text in the store's code that can be a statement's name; `read_*` for one that is put together."""
    for path in STORE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
                yield f"{node.values[0].value}*"
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"[a-z_]+", node.value):
                yield node.value


def put(connection: apsw.Connection, table: str, **values: int | str) -> None:
    """Insert a row; columns that must be set and are not given get a 0 or an x."""
    for _, name, kind, must, _, key in connection.execute(f"PRAGMA table_info({table})"):
        if (must or key) and name not in values:
            values[name] = 0 if kind == "INTEGER" else "x"
    connection.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})", tuple(values.values()))


@pytest.fixture(scope="module")
def filled() -> Iterator[apsw.Connection]:
    """A database with several workspaces of post, analysed, so that the planner sees what it will meet."""
    connection = apsw.Connection(":memory:")
    for migration in migrations("sqlite"):
        for _ in connection.execute(migration.fill(_FILL)):
            pass
    for ws in range(1, WORKSPACES):
        connection.execute("INSERT INTO workspace (ws, name, mode, settings, next_seq, agent_count, created_at) VALUES (?, ?, 'open', '{}', 1, 0, 0)", (ws, str(ws)))
        for number in range(1, 41):
            put(connection, "message", ws=ws, seq=number, id=f"{ws}-{number}", thread=number)
            put(connection, "addressed", ws=ws, channel=number % 4, seq=number)
            put(connection, "receipt", ws=ws, seq=number, reader=number % 4)
            put(connection, "hole", ws=ws, reader=number % 4, mark="read", seq=number)
            put(connection, "event", ws=ws, seq=number + 100)
    connection.execute("ANALYZE")
    yield connection
    connection.close()


def plan(connection: apsw.Connection, statement: Statement) -> list[str]:
    values = {name: 1 for name in statement.parameters} | {"ws": 7, "most": 50, "fts5": "x"}
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement.sql}", values)]


def tables_of(statement: Statement) -> dict[str, str]:
    """Return the table that each alias in a statement stands for."""
    words = re.findall(r"\b(?:FROM|JOIN|UPDATE|INTO)\s+([a-z_]+)(?:\s+(?:AS\s+)?([a-z]\w*))?", statement.sql)
    return {alias: table for table, alias in words} | {table: table for table, _ in words}


# A count over one mailbox meets each of its addresses; it is bounded by `most`.
WALKS = {"total_count": "a"}


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=lambda statement: statement.name)
def test_no_statement_walks_a_large_table(filled: apsw.Connection, statement: Statement) -> None:
    tables, slow = tables_of(statement), []
    for line in plan(filled, statement):
        found = re.match(r"(SCAN|SEARCH) (\w+)(?: EXISTS)?(?: USING (?:COVERING )?(?:INDEX \w+|PRIMARY KEY) \((.*)\))?", line)
        if not found or tables.get(found[2]) not in LARGE or WALKS.get(statement.name) == found[2]:
            continue
        if found[1] == "SCAN" or " AND " not in (found[3] or ""):
            slow.append(line)
    assert slow == []
