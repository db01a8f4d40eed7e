"""Reading: what the faces and the migrations say about themselves, for the generated reference."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Iterator
from typing import Any

import click
import msgspec

from ackbox.faces.cli.arguments import described
from ackbox.ops.table import OPERATIONS

# Commands that play a part or look around: what they ask for is not what they are for.
SCRIPTS = frozenset({"demo", "doctor"})


class Verb(msgspec.Struct, frozen=True):
    """One command: how it is typed, what it says, and the operations it asks for."""

    path: str
    usage: str
    help: str
    arguments: tuple[tuple[str, str], ...]
    options: tuple[tuple[str, str], ...]
    operations: tuple[str, ...]


@functools.cache
def verbs() -> tuple[Verb, ...]:
    """Return every command, the group itself first."""
    from ackbox.faces.cli.main import cli

    return tuple(_walk(cli, click.Context(cli, info_name="ackbox")))


def _walk(command: click.Command, context: click.Context) -> Iterator[Verb]:
    yield _verb(command, context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None and not child.hidden:
                yield from _walk(child, click.Context(child, info_name=name, parent=context))


def _verb(command: click.Command, context: click.Context) -> Verb:
    shared = getattr(command, "shared", ())
    options = tuple(
        (_flag(each, context), (getattr(each, "help", None) or "").replace("|", "\\|"))
        for each in command.get_params(context)
        if isinstance(each, click.Option)
        and "--help" not in each.opts
        and each not in shared
        and not each.hidden
    )
    text = inspect.cleandoc(command.help or "").replace("\b\n", "")
    return Verb(
        path=context.command_path,
        usage=command.get_usage(context).removeprefix("Usage: "),
        help=text,
        arguments=tuple(
            (f"`{name}`", text.replace("|", "\\|"))
            for name, text in described(command, context.command_path.removeprefix("ackbox "))
        ),
        options=options,
        operations=_operations(command),
    )


def _flag(option: click.Option, context: click.Context) -> str:
    names = ", ".join(f"`{name}`" for name in [*option.opts, *option.secondary_opts])
    if option.is_flag or option.count:
        return names
    return f"{names} {option.make_metavar(context).replace('|', chr(92) + '|')}"


def _operations(command: click.Command) -> tuple[str, ...]:
    """Return the operations that a command's function, and the functions of the command line it
    calls, ask for.
    """
    if command.callback is None or command.name in SCRIPTS:
        return ()
    todo, seen, found = [inspect.unwrap(command.callback)], set(), []
    while todo:
        function = todo.pop(0)
        if function in seen:
            continue
        seen.add(function)
        source = inspect.getsource(function)
        found += re.findall(r"""["']([a-z_]+\.[a-z_]+)["']""", source) + re.findall(
            r"\bclient\.([a-z]+\.[a-z_]+)\(", source
        )
        found += ["event.feed"] if "client.pages(" in source else []
        known = (function.__globals__.get(name) for name in function.__code__.co_names)
        todo += [
            each
            for each in known
            if inspect.isfunction(each) and each.__module__.startswith("ackbox.faces.cli.")
        ]
    return tuple(name for name in dict.fromkeys(found) if name in OPERATIONS)


def verbs_of(operation: str) -> list[Verb]:
    """Return the commands that ask for an operation."""
    return [verb for verb in verbs() if operation in verb.operations]


def tools_of(operation: str) -> list[str]:
    """Return the MCP tools that are an operation."""
    from ackbox.faces.mcp.native import TOOLS

    return [tool.name for tool in TOOLS if operation in tool.operations]


def resources_and_prompts() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return what MCP offers beside tools: (address, sentence) of resources, (name, sentence)
    of prompts.
    """
    import asyncio

    from ackbox.faces.mcp.prompts import PROMPTS
    from ackbox.faces.mcp.resources import Resources

    async def read() -> list[tuple[str, str]]:
        face = Resources(None, lambda: 0)  # type: ignore[arg-type]  # listing calls nothing
        plain, made = await face.list(None, None), await face.templates(None, None)
        return [(str(each.uri), each.description or "") for each in plain.resources] + [
            (each.uri_template, each.description or "") for each in made.resource_templates
        ]

    return asyncio.run(read()), [(_signature(each), each.description or "") for each in PROMPTS]


def _signature(prompt: Any) -> str:
    given = [
        argument.name if argument.required else f"{argument.name}?"
        for argument in prompt.arguments or []
    ]
    return f"{prompt.name}({', '.join(given)})" if given else str(prompt.name)


def schema_sql() -> str:
    """Return the schema that the migrations make on SQLite, for reading."""
    import asyncio

    from ackbox.store.engines.sqlite import SqliteEngine

    async def read() -> list[tuple[str, str]]:
        engine = SqliteEngine(":memory:")
        await engine.open()
        try:
            rows = engine._writer.execute(
                "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid"
            ).fetchall()
            shadows = {
                row[1] for row in engine._writer.execute("PRAGMA table_list") if row[2] == "shadow"
            }
        finally:
            await engine.close()
        return [(str(name), str(sql)) for name, sql in rows if name not in shadows]

    head = (
        "-- Written by tools/make_reference.py from migrations/, as SQLite holds it; for reading.\n"
        "-- Change the schema with a new migration, then run `make docs`.\n"
    )
    return head + "".join(f"\n{sql};\n" for _, sql in asyncio.run(read()))
