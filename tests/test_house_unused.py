"""Nothing stands in the house that nobody uses: dependencies, homes of libraries, errors,
settings and scopes come with the feature that needs them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ackbox import errors
from ackbox.config import SETTINGS
from ackbox.ops.access import ALLOWED
from ackbox.ops.table import OPERATIONS
from tests.sources import FILES, OURS, ROOT, tree
from tests.test_house import HOMES, imports
from tests.test_project import PROJECT, PYPROJECT

# What is used without an import: uvicorn's parser, the time zones of zoneinfo.
LOADED = {"httptools", "tzdata"}
# What the tests use without an import: plugins and programs.
RUN = {
    "hatch-fancy-pypi-readme",
    "hatchling",
    "import-linter",
    "mypy",
    "pytest-timeout",
    "pytest-xdist",
    "ruff",
}
# What comes with another library and in the version that it asks for.
WITH = {"mcp-types": "mcp"}
# What bench/brokers.py compares ackbox with, and says how to install.
RIVALS = {"nats-py", "redis"}


def names(requirements: Iterable[str]) -> set[str]:
    return {canonicalize_name(Requirement(each).name) for each in requirements}


def imported(paths: Iterable[Path]) -> set[str]:
    """Return the distributions that files import, as far as they are installed."""
    known = packages_distributions()
    tops = {module.partition(".")[0] for path in paths for module in imports(path)}
    found = {canonicalize_name(each) for top in tops for each in known.get(top, [])}
    return {WITH.get(name, name) for name in found} - {"ackbox"}


def test_every_dependency_is_used_and_what_is_used_is_declared() -> None:
    extras = {name: names(text) for name, text in PROJECT["optional-dependencies"].items()}
    development = names(PYPROJECT["dependency-groups"]["dev"])
    always = names(PROJECT["dependencies"])
    assert always | set().union(*extras.values()) == imported(FILES) | LOADED
    assert [name for name, found in extras.items() if found <= always] == []
    used = imported(path for path in OURS if path not in FILES) | RUN
    assert development - used == set()
    assert used - development - always - RIVALS == set()


def test_every_library_with_a_home_is_imported() -> None:
    tops = {module.partition(".")[0] for path in FILES for module in imports(path)}
    assert set(HOMES) - tops == set()


def texts_in(path: Path) -> set[str]:
    """Return every text in a file's code, without those of the table of settings itself."""
    defined = {
        id(part)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Setting"
        for part in ast.walk(node)
    }
    return {
        node.value
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in defined
    }


def raised() -> set[str]:
    """Return the names of the classes that code makes, or raises as they are."""
    found = set()
    for path in FILES:
        for node in ast.walk(tree(path)):
            made = node.func if isinstance(node, ast.Call) else None
            if isinstance(node, ast.Raise) and node.exc is not None:
                made = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            if isinstance(made, ast.Name | ast.Attribute):
                found.add(made.id if isinstance(made, ast.Name) else made.attr)
    return found


def test_every_error_is_raised() -> None:
    classes = {
        name
        for name, each in vars(errors).items()
        if isinstance(each, type) and issubclass(each, errors.AckboxError)
    }
    assert classes - raised() - {"AckboxError", "BrokenPromise"} == set()


def test_every_setting_is_read() -> None:
    used = set().union(*map(texts_in, FILES))
    assert [setting.name for setting in SETTINGS if setting.name not in used] == []


def test_every_scope_is_somebodys_and_some_operation_asks_for_it() -> None:
    assert set().union(*ALLOWED.values()) == {each.scope for each in OPERATIONS.values()}


@pytest.mark.parametrize("name", sorted(names(PROJECT["dependencies"])))
def test_a_dependency_has_one_line_of_reason(name: str) -> None:
    page = (ROOT / "docs/why/dependencies.md").read_text("utf-8")
    assert len(re.findall(rf"^\| {name} \|", page, re.MULTILINE)) == 1
