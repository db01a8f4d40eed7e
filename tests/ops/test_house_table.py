"""What an operation is stands in the table: no special case elsewhere, and no function that is no
function.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from pathlib import Path

import pytest

from ackbox.ops.table import OPERATIONS

SOURCE = Path(inspect.getfile(inspect.getmodule(OPERATIONS["message.send"].run))).parents[2]  # type: ignore[arg-type]  # it has a module


def test_no_operation_is_a_function_that_only_raises() -> None:
    bodies = {
        name: ast.parse(textwrap.dedent(inspect.getsource(operation.run))).body[0].body[1:]  # type: ignore[attr-defined]  # a function has a body
        for name, operation in OPERATIONS.items()
    }
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
