"""The house checks its dialects: arguments are data, replies are pure functions of typed results,
and nothing in them is unused.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ackbox.dialects import DIALECTS, LOCAL_RPCS, RESTS
from ackbox.dialects.engine.errors import ErrorReply
from ackbox.dialects.engine.mapping import Arg, ToolMapping
from ackbox.ops.table import OPERATIONS
from tests.sources import SOURCE, tree
from tests.test_house import DIALECTS as MODULES
from tests.test_house import SYSTEMS, name_of

ENGINE = sorted((SOURCE / "dialects/engine").glob("*.py"))
CODE = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.Lambda,
    ast.If,
    ast.IfExp,
    ast.Match,
    ast.For,
    ast.While,
    ast.Try,
    ast.comprehension,
)
# Nothing here knows the time, the network, files or chance.
PURE = {"__future__", "collections.abc", "hashlib", "re", "typing", "uuid", "msgspec"}
TOOLS: list[tuple[str, ToolMapping]] = [
    *((f"{dialect.name} {tool.name}", tool) for dialect in DIALECTS for tool in dialect.tools),
    *(
        (f"{dialect.name} before each call", dialect.opening)
        for dialect in DIALECTS
        if dialect.opening
    ),
    *(
        (f"{rest.name} {route.method} {route.path}", route.tool)
        for rest in RESTS
        for route in rest.routes
    ),
    *((f"{rpc.name} {name}", tool) for rpc in LOCAL_RPCS for name, tool in rpc.tools.items()),
]


def is_code(path: Path) -> bool:
    """Whether a module holds functions: those that convert values, and those that make replies."""
    return path.stem == "convert" or path.stem.endswith("replies")


def imported(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Every module that a file imports, and the names it takes from it."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom):
            yield node.module or "", [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            yield from ((alias.name, []) for alias in node.names)


def is_struct(module: str, name: str) -> bool:
    found = getattr(importlib.import_module(module), name)
    return isinstance(found, type) and issubclass(found, msgspec.Struct)


def all_args(args: tuple[Arg, ...]) -> Iterator[Arg]:
    for arg in args:
        yield arg
        yield from all_args((*arg.of, *arg.of_each))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_dialect_is_data_except_for_its_conversions_and_replies(path: Path) -> None:
    # Arguments are read three ways, so they must be data: engine/arguments.py is what reads them.
    assert [
        f"line {getattr(node, 'lineno', '?')}: {type(node).__name__}"
        for node in ast.walk(tree(path))
        if isinstance(node, CODE) and not is_code(path)
    ] == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_dialect_imports_no_way_to_do_anything(path: Path) -> None:
    system = f"ackbox.dialects.{path.parent.name}"
    known = PURE | {"ackbox.errors", *(() if is_code(path) else ("ackbox.app.limits",))}
    assert [
        (module, names)
        for module, names in imported(path)
        if module not in known
        and not module.startswith(("ackbox.dialects.engine.", f"{system}."))
        and module != system
        and not module.startswith("ackbox.model.")
        # Of operations only what they return.
        and not (
            module.startswith("ackbox.ops.")
            and is_code(path)
            and names
            and all(is_struct(module, name) for name in names)
        )
    ] == []


@pytest.mark.parametrize("path", [*MODULES, *ENGINE], ids=name_of)
def test_nothing_in_a_dialect_waits_or_calls_an_operation(path: Path) -> None:
    waiting = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    assert [
        f"line {node.lineno}"
        for node in ast.walk(tree(path))
        if isinstance(node, waiting) or (isinstance(node, ast.Name) and node.id == "Calling")
    ] == []


@pytest.mark.parametrize(("where", "tool"), TOOLS, ids=lambda part: getattr(part, "name", part))
def test_a_reply_is_a_function_of_the_arguments_and_its_operations_result(
    where: str, tool: ToolMapping
) -> None:
    parameters = list(inspect.signature(tool.reply).parameters)
    hints = typing.get_type_hints(tool.reply)
    given, result = (hints[name] for name in parameters[:2])
    # mypy checks each field of the result that the reply reads; this checks that it is that result.
    assert given == dict[str, Any], where
    assert issubclass(OPERATIONS[tool.operation].result, result), where
    assert parameters[2:] == (["briefing"] if tool.is_briefed else []), where


def test_whatever_sends_in_a_dialect_has_the_relaxed_limits_of_loops() -> None:
    # Clients of other systems were written without limits like ours.
    assert [
        where
        for where, tool in TOOLS
        if "relaxed_limits" in OPERATIONS[tool.operation].params.__struct_fields__
        and not tool.fixed.get("relaxed_limits")
    ] == []


@pytest.mark.parametrize(("where", "tool"), TOOLS, ids=lambda part: getattr(part, "name", part))
def test_a_reply_repeats_only_arguments_that_its_tool_has(where: str, tool: ToolMapping) -> None:
    own = {arg.name for arg in tool.args}
    read = {
        node.slice.value
        for node in ast.walk(ast.parse(inspect.getsource(tool.reply)))
        if isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and node.value.id == "given"
        and isinstance(node.slice, ast.Constant)
    }
    assert read - own == set(), where


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_dialect_uses_everything_it_defines(system: str) -> None:
    paths = [path for path in MODULES if path.parent.name == system]
    defined = {
        name
        for path in paths
        for node in tree(path).body
        for name in _defined(node)
        if not (path.stem in ("dialect", "rest", "rpc") and name.startswith(system.upper()))
    }
    used = {name for path in paths for name in _used(path)}
    assert sorted(defined - used) == []


def _defined(node: ast.stmt) -> list[str]:
    match node:
        case ast.FunctionDef() | ast.ClassDef():
            return [node.name]
        case ast.Assign():
            return [target.id for target in node.targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case _:
            return []


def _used(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def test_a_conversion_that_one_dialect_alone_uses_is_in_that_dialect() -> None:
    shared = {
        name for node in tree(SOURCE / "dialects/engine/convert.py").body for name in _defined(node)
    }
    users = {
        name: {
            path.parent.name
            for path in MODULES
            for module, names in imported(path)
            if module == "ackbox.dialects.engine.convert" and name in names
        }
        for name in shared
    }
    assert {name: systems for name, systems in users.items() if len(systems) < 2} == {}


def test_every_attribute_that_a_dialect_can_set_is_set_by_one() -> None:
    owners: list[Any] = [*DIALECTS, *RESTS, *(tool for _, tool in TOOLS)]
    errors = [reply for owner in owners for reply in owner.errors.values()]
    args = [arg for _, tool in TOOLS for arg in all_args(tool.args)]
    examples: list[list[Any]] = [
        args,
        [tool for _, tool in TOOLS],
        errors,
        list(DIALECTS),
        list(RESTS),
        [route for rest in RESTS for route in rest.routes],
        [prompt for dialect in DIALECTS for prompt in dialect.prompts],
    ]
    assert [type(found[0]) for found in examples][:3] == [Arg, ToolMapping, ErrorReply]
    unused = [
        f"{type(found[0]).__name__}.{field.name}"
        for found in examples
        for field in msgspec.structs.fields(type(found[0]))
        if all(getattr(each, field.name) == _default(field) for each in found)
    ]
    assert unused == []


def _default(field: msgspec.structs.FieldInfo) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return field.default
