"""Help: help, version and completion, and the pages that belong to no command.

Explained in docs/reference/cli.md.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable

import click

from ackbox import __version__, config
from ackbox.faces.cli.context import CliContext, echo
from ackbox.faces.cli.verb import verb
from ackbox.faces.terminal_text import Column, plain, table

VERBS: dict[str, click.Command] = {}
EXIT_CODES = {
    0: "success",
    1: "error: standard error names the problem and the fix",
    2: "wrong usage",
    3: "no server answers",
    4: "the key is missing or wrong, or its role does not allow this",
    5: "the time to wait is up",
    6: "nothing matched, with --fail-empty",
    130: "stopped with Ctrl-C",
}


def _exit_codes() -> str:
    return "\n".join(f"{code:>4}  {meaning}" for code, meaning in EXIT_CODES.items())


def _environment() -> str:
    rows = [
        {"variable": each.env, "help": each.help, "default": each.default or ""}
        for each in config.SETTINGS
    ]
    columns = [
        Column("variable", lambda row: row["variable"]),
        Column("default", lambda row: row["default"]),
        Column("what it sets", lambda row: row["help"], may_cut=True),
    ]
    return "\n".join(
        [
            *table(rows, columns),
            "",
            "An option wins over the variable, the variable over the settings file:",
            f"  {config.file()}     (ackbox config list)",
            "",
            "NO_COLOR turns colours off; EDITOR names the editor for texts.",
        ]
    )


TOPICS: dict[str, tuple[str, Callable[[], str]]] = {
    "environment": ("environment variables and the settings file", _environment),
    "exit-codes": ("exit codes of all commands", _exit_codes),
}


@verb("help", VERBS)
@click.argument("names", nargs=-1, metavar="[COMMAND]...")
@click.pass_context
def help_(context: click.Context, /, ctx: CliContext, names: tuple[str, ...]) -> None:
    """Show help for a command, or for environment or exit-codes.

    Example: ackbox help send, or: ackbox help environment
    """
    if len(names) == 1 and names[0] in TOPICS:
        echo(plain(TOPICS[names[0]][1]()))
        return
    command: click.Command = importlib.import_module("ackbox.faces.cli.main").cli
    found = click.Context(command, info_name="ackbox")
    for name in names:
        child = command.get_command(found, name) if isinstance(command, click.Group) else None
        if child is None:
            known = [*TOPICS] if found.parent is None else []
            if isinstance(command, click.Group):
                known += command.list_commands(found)
            raise click.UsageError(
                f"{' '.join(names)!r} is no command. Use one of: {', '.join(known)}."
                if known
                else f"{found.command_path} has no subcommands. See: {found.command_path} --help"
            )
        command, found = child, click.Context(child, info_name=name, parent=found)
    click.echo(plain(command.get_help(found)))


@verb("version", VERBS)
def version(ctx: CliContext) -> None:
    """Show the version of ackbox.

    Example: ackbox version
    """
    ctx.show({"version": __version__}, lambda of: f"ackbox {of['version']}")


@verb("completion", VERBS)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(ctx: CliContext, shell: str) -> None:
    """Print a shell completion script.

    Example: ackbox completion bash >> ~/.bashrc
    """
    from click.shell_completion import get_completion_class

    from ackbox.faces.cli.main import cli

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"No completion for the shell {shell!r}. Use bash, zsh or fish.")
    click.echo(kind(cli, {}, "ackbox", "_ACKBOX_COMPLETE").source())
