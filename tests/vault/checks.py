"""Every check of the vault, and what happens without it.

A check is an `if` that raises, or a call of a function that only checks. `switched_off` replaces it
in the running code. `python -m tests.vault.checks` looks for each check for a test that fails
without it, and writes down which: test_checks.py repeats that in a second.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import itertools
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, NamedTuple

FILE = Path(__file__).with_name("checks.json")
MODULES = (
    "acknowledgement",
    "encoding",
    "enrolment",
    "envelope",
    "keys",
    "roster",
    "share",
    "text",
    "transcript",
)
TESTS = (
    "test_keys",
    "test_roster",
    "test_envelope",
    "test_enrolment",
    "test_transcript",
    "test_text",
    "test_share",
)
# Functions that return nothing and raise when something does not hold.
CHECKING = frozenset(
    {
        "verify",
        "check_public",
        "check_proof",
        "check_known",
        "check_code",
        "check_pin",
        "check_size",
        "check_present",
    }
)
NEVER = frozenset({"_refuse", "_too_large"})


class Check(NamedTuple):
    """Where a check is, and its code."""

    module: str
    function: str
    code: str

    @property
    def id(self) -> str:
        return f"{self.module}.{self.function}: {self.code}"


def checks() -> list[Check]:
    """Return every check of the vault, in the order of the code."""
    return [
        Check(name, function, code)
        for name in MODULES
        for function, code, _ in _found(ast.parse(_source(name)))
    ]


def _source(name: str) -> str:
    return inspect.getsource(importlib.import_module(f"ackbox.vault.{name}"))


def _found(tree: ast.Module) -> Iterator[tuple[str, str, ast.stmt]]:
    """Yield function, code and statement of each check; several that look alike are numbered."""
    seen: set[tuple[str, str]] = set()
    for qualified, function in _functions(tree, ""):
        for node in ast.walk(function):
            code = _code_of(node)
            if code is None or not isinstance(node, ast.stmt):
                continue
            numbers = itertools.count(2)
            plain = code
            while (qualified, code) in seen:
                code = f"{plain} ({next(numbers)})"
            seen.add((qualified, code))
            yield qualified, code, node


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{child.name}.")
        elif isinstance(child, ast.FunctionDef):
            yield f"{prefix}{child.name}", child


def _code_of(node: ast.AST) -> str | None:
    """Return the code of a check; null for everything else."""
    if isinstance(node, ast.If) and any(map(_raises, node.body)):
        return ast.unparse(node.test)
    if isinstance(node, ast.Expr) and _called(node.value) in CHECKING:
        return ast.unparse(node)
    return None


def _raises(node: ast.stmt) -> bool:
    return isinstance(node, ast.Raise) or (
        isinstance(node, ast.Expr) and _called(node.value) in NEVER
    )


def _called(node: ast.expr) -> str | None:
    if not isinstance(node, ast.Call):
        return None
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else None


@contextmanager
def switched_off(check: Check) -> Iterator[None]:
    """Run the block without one check."""
    module = importlib.import_module(f"ackbox.vault.{check.module}")
    tree = ast.parse(_source(check.module))
    for function, code, node in _found(tree):
        if (function, code) == (check.function, check.code):
            if isinstance(node, ast.If):
                node.test = ast.Constant(False)
            elif isinstance(node, ast.Expr):
                node.value = ast.Constant(None)
    whole = compile(ast.fix_missing_locations(tree), str(module.__file__), "exec")
    target = _function(module, check.function)
    before = target.__code__
    target.__code__ = _code_in(whole, check.function)
    try:
        yield
    finally:
        target.__code__ = before


def _function(module: ModuleType, name: str) -> Any:
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part)
    return found


def _code_in(whole: CodeType, name: str) -> CodeType:
    for part in name.split("."):
        whole = next(
            each for each in whole.co_consts if isinstance(each, CodeType) and each.co_name == part
        )
    return whole


def plain_tests() -> dict[str, Callable[[], None]]:
    """Return every test of the vault that needs no fixture, with its parameters, by name."""
    found: dict[str, Callable[[], None]] = {}
    for name in TESTS:
        module = importlib.import_module(f"tests.vault.{name}")
        for own, function in vars(module).items():
            if not own.startswith("test_"):
                continue
            sets: list[dict[str, Any]] = [{}]
            for mark in getattr(function, "pytestmark", []):
                keys, values = mark.args
                names = keys if isinstance(keys, tuple | list) else keys.split(",")
                sets = [
                    {
                        **known,
                        **dict(zip(names, value if len(names) > 1 else (value,), strict=True)),
                    }
                    for known in sets
                    for value in values
                ]
            if set(inspect.signature(function).parameters) != set(sets[0]):
                continue
            for at, given in enumerate(sets):
                found[f"{name}.{own}#{at}"] = functools.partial(function, **given)
    return found


def fails(test: Callable[[], None]) -> bool:
    """Whether a test fails now."""
    try:
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            test()
    except BaseException:  # pytest.fail raises outside of Exception
        return True
    return False


def main() -> int:
    """Look for a test for each check, and write down which."""
    known = plain_tests()
    noticed: dict[str, str | None] = {}
    for check in checks():
        with switched_off(check):
            noticed[check.id] = next((name for name, test in known.items() if fails(test)), None)
        print(noticed[check.id] or "NOT NOTICED", check.id, sep="  ", flush=True)
    FILE.write_text(json.dumps(noticed, indent=1, ensure_ascii=False) + "\n", "utf-8")
    survivors = [name for name, test in noticed.items() if test is None]
    print(f"{len(noticed) - len(survivors)} of {len(noticed)} checks are noticed.")
    return len(survivors)


if __name__ == "__main__":
    sys.exit(main())
