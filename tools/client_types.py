"""Types of the client: every operation as a method with its parameters and result, for type
checkers and editors.

Read off the table of operations and off `Client` itself; one loop writes both families, what is
awaited and what waits.
"""

from __future__ import annotations

import ast
import inspect
import json
import subprocess
import sys
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from ackbox.client import client as home
from ackbox.client.client import Client, spoken
from ackbox.client.sync import SyncClient
from ackbox.client.times import is_time
from ackbox.client.times import names as timed
from ackbox.ops.event.feed import Feed
from ackbox.ops.table import OPERATIONS, Call, Operation

HEAD = '''# Written by tools/make_reference.py from the table of operations.
# Change the code, then run `make docs`.
"""What a client has, for type checkers and editors: a class for each noun.

Each class has a method for each verb.

Nothing of it is there at run time. Explained in docs/howto/use-the-python-client.md.
"""

'''
RESULTS = "ackbox.client.results"
RESULTS_HEAD = '''# Written by tools/make_reference.py from the table of operations.
# Change the code, then run `make docs`.
"""Results of the client that have times in them, for type checkers and editors.

Explained in docs/howto/use-the-python-client.md.
"""

'''
WIDTH = 100
SELF = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)


class Names:
    """The names that the file takes from elsewhere, and what each is called in it."""

    def __init__(self, home: str = "") -> None:
        self._home = home
        self._taken: set[tuple[str, str]] = set()
        results = {operation.result for operation in OPERATIONS.values()}
        self._twice = {
            name for name, times in Counter(each.__name__ for each in results).items() if times > 1
        }

    def take(self, module: str, name: str) -> str:
        """Return what a name of a module is called in the file: with its module before it when
        two have it.
        """
        if module == self._home:
            return name
        if module != "builtins":
            self._taken.add((module, name))
        is_twice = name in self._twice and module != RESULTS
        return module.rpartition(".")[2].title() + name if is_twice else name

    def imports(self) -> str:
        """Return the lines that import them."""
        theirs, ours = ["import builtins"], list[str]()
        for module in sorted({module for module, _ in self._taken}):
            names = {
                name: self.take(module, name)
                for place, name in sorted(self._taken)
                if place == module
            }
            plain = ", ".join(name for name, own in names.items() if name == own)
            lines = [f"from {module} import {plain}"] if plain else []
            lines += [
                f"from {module} import {name} as {own}"
                for name, own in names.items()
                if name != own
            ]
            (ours if module.startswith("ackbox.") else theirs).extend(sorted(lines))
        return "\n".join([*theirs, "", *ours, ""])


def client_types() -> str:
    """Return the file: the nouns of a client and of one that waits, each with its verbs."""
    names = Names()
    parts = [_follow(names)]
    nouns = dict.fromkeys(operation.noun for operation in OPERATIONS.values())
    for family in ("", "Sync"):
        parts += [_noun(noun, family, names) for noun in nouns]
        derived = (
            [
                _derived(name, method, names)
                for name, method in vars(Client).items()
                if _is_derived(name, method)
            ]
            if family
            else []
        )
        held = "".join(f"    {noun}: {_class(noun, family)}\n" for noun in nouns)
        parts.append("\n".join([f"class {family}Nouns:\n{held}", *derived]).rstrip("\n") + "\n")
    return _formatted(HEAD + names.imports() + "\n" + "\n".join(parts))


def _formatted(text: str) -> str:
    ruff = [sys.executable, "-m", "ruff"]
    # Imports in their order first: the formatter leaves them as they are.
    for command in (["check", "--quiet", "--select", "I", "--fix"], ["format"]):
        text = subprocess.run(
            [*ruff, *command, "--stdin-filename", "src/ackbox/client/verbs.pyi", "-"],
            input=text,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    return text


def _class(noun: str, family: str) -> str:
    return f"{family}{noun.title()}Verbs"


def _noun(noun: str, family: str, names: Names) -> str:
    verbs = [
        _verb(operation, family, names)
        for operation in OPERATIONS.values()
        if operation.noun == noun
    ]
    return f"class {_class(noun, family)}:\n" + "\n".join(verbs)


def _verb(operation: Operation, family: str, names: Names) -> str:
    return _method(
        f"{'' if family else 'async '}def {spoken(operation.verb)}",
        [SELF, *_keywords(operation.params, names)],
        _type(operation.result, names, with_times=True),
        operation.description,
    )


def _keywords(params: type[Call], names: Names) -> Iterator[inspect.Parameter]:
    """Give a struct's fields as keywords; what every operation takes comes last."""
    for field in sorted(
        msgspec.structs.fields(params), key=lambda field: field.name in Call.__struct_fields__
    ):
        default = field.default if field.default_factory is msgspec.NODEFAULT else ...
        yield inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=_type(field.type, names),
            default=inspect.Parameter.empty if default is msgspec.NODEFAULT else default,
        )


def _follow(names: Names) -> str:
    """Return what `pages` and `events` take: what the feed does, but it waits by itself, and
    may join what comes together.
    """
    fields = {
        field.name: _type(field.type, names)
        for field in msgspec.structs.fields(Feed)
        if field.name != "wait_s"
    } | {"join_ms": "float"}
    lines = [
        f"    {name}: {kind if kind.endswith('| None') else f'{kind} | None'}\n"
        for name, kind in fields.items()
    ]
    return f"class Follow({names.take('typing', 'TypedDict')}, total=False):\n" + "".join(lines)


def _is_derived(name: str, method: Any) -> bool:
    return name == "__init__" or (
        inspect.isfunction(method) and not name.startswith("_") and name not in vars(SyncClient)
    )


def _derived(name: str, method: Callable[..., Any], names: Names) -> str:
    """Return a method of `Client` as `SyncClient` has it: what is awaited is waited for, and a
    feed is a generator.
    """
    signature = inspect.signature(method)
    returns = ast.parse(signature.return_annotation, mode="eval").body
    if inspect.isasyncgenfunction(method):
        assert isinstance(returns, ast.Subscript) and isinstance(returns.slice, ast.Tuple)
        given = _written(returns.slice.elts[0], names)
        result = f"{names.take('collections.abc', 'Generator')}[{given}]"
    else:
        result = _written(returns, names)
    parameters = [
        (
            each
            if each.annotation is each.empty
            else each.replace(annotation=_written(ast.parse(each.annotation, mode="eval"), names))
        )
        for each in signature.parameters.values()
    ]
    return _method(
        f"def {name}",
        parameters,
        result,
        "" if name == "__init__" else inspect.cleandoc(method.__doc__ or ""),
    )


def _written(annotation: ast.AST, names: Names) -> str:
    """Return an annotation as it stands in the client's module, its names taken from where they
    are at home.
    """
    for each in ast.walk(annotation):
        if isinstance(each, ast.Name) and each.id in timed():
            each.id = names.take(RESULTS, each.id)
        elif isinstance(each, ast.Name) and each.id in vars(home):
            thing = vars(home)[each.id]
            each.id = (
                _type(thing, names)
                if get_origin(thing) is Literal
                else names.take(thing.__module__, each.id)
            )
    return ast.unparse(annotation).replace("'", '"')


def _type(kind: Any, names: Names, *, with_times: bool = False) -> str:
    """Return a type as it is written; of its limits the server knows."""
    origin, inside = get_origin(kind), get_args(kind)
    if with_times and is_time(kind):
        return names.take("datetime", "datetime")
    if with_times and (own := _result_name(kind)):
        return names.take(RESULTS, own)
    if origin is Annotated:
        return _type(inside[0], names, with_times=with_times)
    if origin is Literal:
        return f"{names.take('typing', 'Literal')}[{', '.join(map(_value, inside))}]"
    if origin in (Union, UnionType):
        return " | ".join(_type(each, names, with_times=with_times) for each in inside)
    if origin is not None:
        parts = ", ".join(_type(each, names, with_times=with_times) for each in inside)
        return f"{_type(origin, names)}[{parts}]"
    if kind is NoneType:
        return "None"
    # In a class with a method `list`, `list` is that method.
    return "builtins.list" if kind is list else names.take(kind.__module__, kind.__name__)


def _result_name(kind: Any) -> str | None:
    """Return what the client's own form of a result struct is called; null if it has none."""
    return next((name for name, each in timed().items() if each is kind), None)


def result_types() -> str:
    """Return the file with the results of a client that have times in them."""
    names = Names(RESULTS)
    classes = [
        f"class {name}(msgspec.Struct, frozen=True, kw_only=True):\n"
        + "".join(
            f"    {field.name}: {_type(field.type, names, with_times=True)}\n"
            for field in msgspec.structs.fields(kind)
        )
        for name, kind in timed().items()
    ]
    imports = names.imports().replace("import builtins\n", "import builtins\n", 1)
    return _formatted(f"{RESULTS_HEAD}{imports}\nimport msgspec\n\n" + "\n".join(classes))


def _method(head: str, parameters: list[inspect.Parameter], returns: str, says: str) -> str:
    """Return a method's signature on one line, and its docstring."""
    plain = [
        each.replace(
            annotation=each.annotation if each.annotation is each.empty else Plain(each.annotation),
            default=each.default if each.default is each.empty else Plain(_value(each.default)),
        )
        for each in parameters
    ]
    line = f"    {head}{inspect.Signature(plain)} -> {returns}:"
    if not says:
        return f"{line} ...\n"
    lines = [
        wrapped for each in says.splitlines() for wrapped in textwrap.wrap(each, WIDTH - 16) or [""]
    ]
    quoted = (
        lines[0]
        if len(lines) == 1
        else "\n".join([lines[0], *(f"        {each}".rstrip() for each in lines[1:]), "        "])
    )
    return f'{line}\n        """{quoted}"""\n'


def _value(value: Any) -> str:
    return "..." if value is ... else json.dumps(value) if isinstance(value, str) else repr(value)


class Plain:
    """Text that a signature shows as it is, without quotes."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text
