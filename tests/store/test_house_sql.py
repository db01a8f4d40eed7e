"""The house checks its SQL: every statement is used and uses an index.

Schema.sql is what the migrations make.
"""

from __future__ import annotations

import ast
import asyncio
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import asyncpg
import pytest

from ackbox.store.engines.sqlite_setup import _FILL
from ackbox.store.sql.migrate import migrations
from ackbox.store.sql.statements import PARAMETER, Statement, load, read_statements
from tests.engines import fresh_database
from tools.reading import schema_sql

STORE = Path(__file__).parent.parent.parent / "src/ackbox/store"
GOLDEN = Path(__file__).parent / "golden"
STATEMENTS = load("sqlite")
# Tables that grow with the messages: no statement scans one of them, or a workspace's part of it.
LARGE = frozenset({"message", "addressed", "receipt", "hole", "hidden", "idempotency", "event"})
WORKSPACES = 50


def test_schema_sql_is_what_the_migrations_make() -> None:
    assert (STORE / "sql/schema.sql").read_text("utf-8") == schema_sql()


@pytest.mark.parametrize(
    "released", sorted(GOLDEN.glob("*.migrations")), ids=lambda path: path.stem
)
def test_released_migrations_are_never_edited(released: Path) -> None:
    lines = released.read_text("utf-8").splitlines()
    names = [line.partition("  ")[2] for line in lines]
    assert lines == [
        f"{hashlib.sha256((STORE / 'sql/migrations' / name).read_bytes()).hexdigest()}  {name}"
        for name in names
    ]


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
        assert statement.name in asked or statement.name.startswith(beginnings or ("?",)), (
            f"{statement.name} has no user"
        )


def test_no_three_lines_of_sql_stand_twice() -> None:
    """What several statements share is a part."""
    found: dict[tuple[str, ...], list[str]] = {}
    for path in sorted((STORE / "sql").glob("queries*.sql")):
        lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
        for number in range(len(lines) - 2):
            run = tuple(lines[number : number + 3])
            if all(run) and not any(line.startswith("--") for line in run):
                found.setdefault(run, []).append(f"{path.name}:{number + 1}")
    assert [places for places in found.values() if len(places) > 1] == []


ONE = "-- name: one\n-- Its purpose.\nSELECT {columns} FROM t WHERE ws = :ws;\n"


def test_a_part_stands_in_a_statement_and_is_known_and_used() -> None:
    part = "-- part: columns\n-- All of it.\na, :b\n"
    statement = read_statements(part, ONE)["one"]
    assert (statement.sql, statement.purpose, statement.parameters) == (
        "SELECT a, :b FROM t WHERE ws = :ws",
        "Its purpose.",
        ("b", "ws"),
    )
    with pytest.raises(ValueError, match="there is no part columns"):
        read_statements(ONE)
    with pytest.raises(ValueError, match="nobody uses the part columns"):
        read_statements(part, ONE.replace("{columns}", "a"))


def numbered(sql: str, numbers: dict[str, int]) -> str:
    """Return a statement with its parameters as PostgreSQL numbers them."""
    return PARAMETER.sub(lambda match: f"${numbers[match[1]]}", sql)


def names_asked() -> Iterator[str]:
    """Every text in the store's code that can be a statement's name.

    `read_*` for one that is put together.
    """
    for path in STORE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.JoinedStr)
                and node.values
                and isinstance(node.values[0], ast.Constant)
            ):
                yield f"{node.values[0].value!s}*"
            elif (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and re.fullmatch(r"[a-z_]+", node.value)
            ):
                yield node.value


def put(connection: apsw.Connection, table: str, **values: int | str) -> None:
    """Insert a row; columns that must be set and are not given get a 0 or an x."""
    for _, name, kind, must, _, key in connection.execute(f"PRAGMA table_info({table})"):
        if (must or key) and name not in values:
            values[name] = 0 if kind == "INTEGER" else "x"
    connection.execute(
        f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",
        tuple(values.values()),
    )


@pytest.fixture(scope="module")
def filled() -> Iterator[apsw.Connection]:
    """A database with several workspaces of post, analysed, so that the planner sees what it
    will meet.
    """
    connection = apsw.Connection(":memory:")
    for migration in migrations("sqlite"):
        for _ in connection.execute(migration.fill(_FILL)):
            pass
    for ws in range(1, WORKSPACES):
        connection.execute(
            "INSERT INTO workspace (ws, name, mode, settings, next_seq, agent_count, created_at)"
            " VALUES (?, ?, 'open', '{}', 1, 0, 0)",
            (ws, str(ws)),
        )
        for number in range(1, 41):
            put(connection, "message", ws=ws, seq=number, id=f"{ws}-{number}", thread=number)
            put(connection, "addressed", ws=ws, channel=number % 4, seq=number)
            put(connection, "receipt", ws=ws, seq=number, reader=number % 4)
            put(connection, "hole", ws=ws, reader=number % 4, mark="read", seq=number)
            put(connection, "event", ws=ws, seq=number + 100)
            put(
                connection,
                "task",
                ws=ws,
                number=number,
                id=f"{ws}-{number}",
                creator=number,
                idempotency_key=str(number),
                status="done",
            )
    connection.execute("ANALYZE")
    yield connection
    connection.close()


def plan(connection: apsw.Connection, statement: Statement) -> list[str]:
    values = {name: 1 for name in statement.parameters} | {"ws": 7, "most": 50, "fts5": "x"}
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement.sql}", values)]


def tables_of(statement: Statement) -> dict[str, str]:
    """Return the table of each alias in a statement."""
    words = re.findall(
        r"\b(?:FROM|JOIN|UPDATE|INTO)\s+([a-z_]+)(?:\s+(?:AS\s+)?([a-z]\w*))?", statement.sql
    )
    return {alias: table for table, alias in words} | {table: table for table, _ in words}


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=lambda statement: statement.name)
def test_no_statement_walks_a_large_table(filled: apsw.Connection, statement: Statement) -> None:
    tables, slow = tables_of(statement), []
    for line in plan(filled, statement):
        found = re.match(
            r"(SCAN|SEARCH) (\w+)(?: EXISTS)?(?: USING (?:COVERING )?(?:INDEX \w+|PRIMARY KEY)"
            r" \((.*)\))?",
            line,
        )
        if not found or tables.get(found[2]) not in LARGE:
            continue
        if found[1] == "SCAN" or " AND " not in (found[3] or ""):
            slow.append(line)
    assert slow == []


@pytest.fixture(scope="module")
def postgres_plans(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """How PostgreSQL would run each statement if walking a table cost too much: the nodes of
    its plan.
    """
    url = fresh_database("postgres", tmp_path_factory.mktemp("plans"))
    return asyncio.run(_explain_all(url))


# What differs from row to row: 20 workspaces of 500.
FILL = {
    "message": {
        "ws": "w",
        "seq": "n",
        "id": "w || '-' || n",
        "thread": "n",
        "sender_agent": "n % 9",
    },
    "addressed": {"ws": "w", "channel": "n % 9", "seq": "n"},
    "receipt": {"ws": "w", "seq": "n", "reader": "n % 9"},
    "hole": {"ws": "w", "reader": "n % 9", "mark": "'read'", "seq": "n"},
    "hidden": {"ws": "w", "reader": "n % 9", "seq": "n"},
    "event": {"ws": "w", "seq": "n + 1000"},
    "idempotency": {"ws": "w", "sender": "n % 9", "key": "n::text"},
    "task": {
        "ws": "w",
        "number": "n",
        "id": "n::text",
        "creator": "n",
        "idempotency_key": "n::text",
        "status": "'done'",
        "priority": "n % 5 + 1",
    },
    "reader": {"ws": "w", "reader": "n", "agent": "n", "name": "n::text", "skeleton": "n::text"},
}


async def _fill(connection: Any, table: str, values: dict[str, str]) -> None:
    """Insert rows; columns that must be set and are not given get a 0 or an x."""
    columns = await connection.fetch(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = $1 AND"
        " is_nullable = 'NO'",
        table,
    )
    values = {name: "0" if kind == "bigint" else "'x'" for name, kind in columns} | values
    await connection.execute(
        f"INSERT INTO {table} ({', '.join(values)}) SELECT {', '.join(values.values())} "
        "FROM generate_series(1, 20) AS w, generate_series(1, 500) AS n"
    )


async def _explain_all(url: str) -> dict[str, list[dict[str, Any]]]:
    connection = await asyncpg.connect(url)
    try:
        for table, values in FILL.items():
            await _fill(connection, table, values)
        await connection.execute("ANALYZE")
        await connection.execute(
            "SET enable_seqscan = off; SET enable_bitmapscan = off; SET plan_cache_mode ="
            " force_generic_plan"
        )
        plans = {}
        for statement in load("postgres").values():
            numbers = {name: number for number, name in enumerate(statement.parameters, 1)}
            sql = numbered(statement.sql, numbers)
            if not re.match(r"SELECT|INSERT|UPDATE|DELETE|WITH", sql):
                continue
            await connection.execute(f"PREPARE {statement.name} AS {sql}")
            given = f"({', '.join(['NULL'] * len(numbers))})" if numbers else ""
            text = await connection.fetchval(
                f"EXPLAIN (FORMAT JSON) EXECUTE {statement.name}{given}"
            )
            plans[statement.name] = list(_nodes(json.loads(text)[0]["Plan"]))
        return plans
    finally:
        await connection.close()


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", []):
        yield from _nodes(child)


@pytest.mark.parametrize("name", load("postgres"))
def test_no_statement_walks_a_large_table_on_postgresql(
    postgres_plans: dict[str, list[dict[str, Any]]], name: str
) -> None:
    slow = []
    for node in postgres_plans.get(name, []):
        if (
            node.get("Relation Name") in LARGE
            and node["Node Type"] != "ModifyTable"
            and " AND " not in node.get("Index Cond", "")
        ):
            slow.append(
                (
                    node["Node Type"],
                    node["Relation Name"],
                    node.get("Index Name"),
                    node.get("Index Cond"),
                )
            )
    assert slow == []


@pytest.mark.parametrize("name", ["task_newest_unfinished", "task_urgent_unfinished"])
def test_what_is_not_finished_is_found_without_walking_all_that_is(
    filled: apsw.Connection,
    postgres_plans: dict[str, list[dict[str, Any]]],
    name: str,
) -> None:
    assert any("USING INDEX task_unfinished" in line for line in plan(filled, STATEMENTS[name]))
    assert "task_unfinished" in {node.get("Index Name") for node in postgres_plans[name]}


def test_keys_that_ended_are_found_without_walking_all_keys(filled: apsw.Connection) -> None:
    text = "\n".join(plan(filled, STATEMENTS["keys_ended"]))
    assert "SCAN" not in text
    for index in ("access_key_by_end", "access_key_by_revocation"):
        assert f"USING INDEX {index}" in text
