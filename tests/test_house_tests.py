"""The house checks its tests and its prose: no mocks, no skips, both engines, no praise."""

from __future__ import annotations

import ast
import re

from tests.sources import FILES, ROOT, TESTS, tree

PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "changes").glob("*.md")]
# Tests of one engine by name, and of what has no engine.
ONE_ENGINE = re.compile(r"test_(sqlite|postgres|house)\w*\.py")
PRAISE = re.compile(
    r"\b(simply|easily|powerful|blazing\w*|seamless\w*|robust|elegant|beautiful|effortless\w*|cutting-edge|state-of-the-art|world-class|awesome|amazing)\b",
    re.IGNORECASE,
)
EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")
# Where SQL is written in Python: the engines' own set-up and transaction control.
SQL_ALLOWED = re.compile(r"store/engines/(sqlite|postgres)\w*\.py")
SQL = re.compile(r"\s*(SELECT|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE TABLE)\s")


def test_no_test_is_skipped_and_nothing_of_ours_is_mocked() -> None:
    found = []
    for path in TESTS:
        for node in ast.walk(tree(path)):
            names = (
                [node.attr]
                if isinstance(node, ast.Attribute)
                else (
                    [alias.name for alias in node.names]
                    if isinstance(node, ast.Import | ast.ImportFrom)
                    else []
                )
            )
            found += [
                f"{path.name}: {name}"
                for name in names
                if name
                in (
                    "skip",
                    "skipif",
                    "xfail",
                    "importorskip",
                    "mock",
                    "Mock",
                    "MagicMock",
                    "patch",
                )
            ]
    assert found == []


def test_every_test_of_the_store_and_of_operations_runs_on_both_engines() -> None:
    single = []
    for path in [
        *(ROOT / "tests/ops").glob("test_*.py"),
        *(ROOT / "tests/store").glob("test_*.py"),
    ]:
        if ONE_ENGINE.fullmatch(path.name):
            continue
        own = {
            node.name: {argument.arg for argument in node.args.args}
            for node in ast.walk(tree(path))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        single += [
            f"{path.name}: {name}"
            for name, given in own.items()
            if name.startswith("test_") and not any(has_engine(argument, own) for argument in given)
        ]
    assert single == []


def has_engine(argument: str, own: dict[str, set[str]]) -> bool:
    """Whether a fixture is, or is made from, one that runs once on each engine."""
    return argument in ("post", "database", "engine") or any(
        has_engine(each, own) for each in own.get(argument, set()) if each != argument
    )


def test_pages_praise_nothing() -> None:
    found = [
        f"{page.relative_to(ROOT)}: {word}"
        for page in PAGES
        for word in (
            *PRAISE.findall(page.read_text("utf-8")),
            *EMOJI.findall(page.read_text("utf-8")),
        )
    ]
    assert found == []


def test_sql_lives_in_sql_files() -> None:
    found = []
    for path in FILES:
        if SQL_ALLOWED.search(path.as_posix()):
            continue
        found += [
            f"{path.name}:{node.lineno}"
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and SQL.match(node.value)
        ]
    assert found == []
