"""The `ackbox` command with click: the verbs, loaded when they are used, and how a run ends.

start.py comes first, for short commands. What all verbs share is in context.py. Explained in
docs/reference/cli.md.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import click

from ackbox import __version__, config
from ackbox.errors import AckboxError
from ackbox.faces.cli.context import USED_WRONGLY, CliContext
from ackbox.faces.cli.parameters import ShortCommand
from ackbox.faces.cli.start import COMPLETING, SHORT, end_quietly
from ackbox.faces.cli.verb import click_command, shared_options
from ackbox.faces.terminal_text import plain

# Each verb's module; loaded when it is used, because imports are the latency of a short command.
VERBS: dict[str, str] = {
    **SHORT,
    **dict.fromkeys(("tail", "wait"), "follow"),
    **dict.fromkeys(
        ("who", "me", "heartbeat", "quiet", "nudge", "dismiss", "agent", "workspace"),
        "people",
    ),
    "key": "keys",
    **dict.fromkeys(("task",), "work"),
    **dict.fromkeys(("session", "note"), "notes"),
    "turn": "turn",
    "review": "review",
    **dict.fromkeys(("run", "connect", "disconnect", "hook"), "connect"),
    **dict.fromkeys(("invite", "join"), "invite"),
    "config": "settings",
    "service": "service",
    "vault": "vault",
    "gateway": "gateway",
    "rpc": "local_rpc",
    **dict.fromkeys(("up", "stop", "status", "demo", "open", "mcp", "doctor"), "run"),
    **dict.fromkeys(("schedule", "webhook"), "automation"),
    **dict.fromkeys(("export", "log", "import", "backup"), "keep"),
    **dict.fromkeys(("tui", "flow", "health", "overview"), "watch"),
    **dict.fromkeys(("needs", "threads", "pause", "resume", "mute", "unmute"), "needs"),
    **dict.fromkeys(("help", "version", "completion"), "help"),
}
# In the order that --help lists them; modules that share a title are listed together.
FAMILIES = {
    "connect": "Agent programs",
    "invite": "Agent programs",
    "run": "Run",
    "local_rpc": "Run",
    "service": "Run",
    "settings": "Run",
    "send": "Messages",
    "inbox": "Messages",
    "follow": "Messages",
    "watch": "Watch",
    "needs": "Watch",
    "people": "Agents, keys and workspaces",
    "keys": "Agents, keys and workspaces",
    "vault": "Agents, keys and workspaces",
    "gateway": "Agents, keys and workspaces",
    "work": "Tasks",
    "notes": "Sessions, notes and turns",
    "turn": "Sessions, notes and turns",
    "review": "Tasks",
    "automation": "Automation",
    "keep": "Export and backup",
    "help": "Help",
}


class Verbs(click.Group):
    """The verbs by family, each loaded when it is used; prints the errors they raise."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except AckboxError as error:
            ctx.ensure_object(CliContext).refuse(error)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = VERBS.get(cmd_name)
        if module is None:
            return None
        found = importlib.import_module(f"ackbox.faces.cli.{module}").VERBS[cmd_name]
        command = click_command(found) if isinstance(found, ShortCommand) else found
        if COMPLETING not in os.environ:
            return command
        from ackbox.faces.cli.completing import attach

        return attach(command)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        # click may take the words out of the list.
        name = args[0]
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(name, VERBS, n=1)
            raise click.UsageError(
                f"{error.message} {f'Did you mean {near[0]!r}?' if near else 'See: ackbox --help'}",
                ctx,
            ) from None

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs before the options: people look for those."""
        self.format_commands(ctx, formatter)
        click.Command.format_options(self, ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title in dict.fromkeys(FAMILIES.values()):
            records = [
                (name, command.get_short_help_str(120))
                for name, place in VERBS.items()
                if FAMILIES[place] == title
                and (command := self.get_command(ctx, name)) is not None
                and not command.hidden
            ]
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_paragraph()
        formatter.write_text(
            "ackbox help COMMAND explains a command, ackbox help environment the variables, ackbox"
            " help exit-codes the exit codes."
        )


@click.group(
    cls=Verbs,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    params=shared_options(),
)
@click.version_option(__version__, "--version", "-V", message="ackbox %(version)s")
@click.pass_context
def cli(context: click.Context, /) -> None:
    """Durable messaging for coding agents and the people who run them.

    Example: ackbox up, then in another terminal: ackbox --as ana send bob "hello"
    """
    context.ensure_object(CliContext)
    if context.invoked_subcommand is None:
        # Loaded as each verb is, when it is used.
        importlib.import_module("ackbox.faces.cli.run").overview(context.obj)


def _usage_of(error: click.ClickException) -> str:
    """Return click's usage error with how to get help, safe for a terminal."""
    context = getattr(error, "ctx", None)
    usage = (
        f"{context.get_usage()}\n{context.command_path}"
        f" {(context.help_option_names or ['--help'])[-1]} shows more.\n\n"
        if context
        else ""
    )
    return plain(f"{usage}Error: {error.format_message()}")


def main(umask: int) -> None:
    """Run the command line with click; Ctrl-C or a closed pipe ends it quietly."""
    if COMPLETING in os.environ:
        from ackbox.faces.cli.completing import attach

        attach(cli)
    try:
        cli(prog_name="ackbox", standalone_mode=False, obj=CliContext(umask))
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(plain(error.format_message()), err=True)
        sys.exit(USED_WRONGLY)
    except config.BadSettings as error:
        click.echo(plain(str(error)), err=True)
        sys.exit(USED_WRONGLY)
    except click.ClickException as error:
        click.echo(_usage_of(error), err=True)
        sys.exit(error.exit_code)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        end_quietly()
