"""What an operation is stands in the table: no special case elsewhere, and no function that is no
function.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from pathlib import Path

import pytest

import ackbox
from ackbox.ops.table import OPERATIONS, Run

SOURCE = Path(ackbox.__file__).parent


def _body(function: Run) -> list[ast.stmt]:
    """Return the statements of a function after its docstring."""
    (found,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    assert isinstance(found, ast.AsyncFunctionDef)
    return found.body[1:]


def test_no_operation_is_a_function_that_only_raises() -> None:
    bodies = {name: _body(operation.run) for name, operation in OPERATIONS.items()}
    assert [
        name for name, body in bodies.items() if all(isinstance(node, ast.Raise) for node in body)
    ] == []


@pytest.mark.parametrize("path", ["app/call.py", "app/limits.py", "app/callers.py"])
def test_the_path_of_every_call_names_no_operation(path: str) -> None:
    assert {
        node.value
        for node in ast.walk(ast.parse((SOURCE / path).read_text("utf-8")))
        if isinstance(node, ast.Constant) and node.value in OPERATIONS
    } == set()
