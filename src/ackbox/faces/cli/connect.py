"""Agent programs: run one with ackbox for one launch, or put ackbox into its settings.

Explained in docs/howto/connect-an-agent-program.md.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import click
import msgspec

from ackbox.client.http import HttpCaller
from ackbox.client.starting import live_server, start_server
from ackbox.connecting.given import given_of, program_of
from ackbox.connecting.launching import executable_of, prepare
from ackbox.faces.cli.context import Talk, verb
from ackbox.programs import PROGRAMS
from ackbox.programs.program import Program
from ackbox.programs.setting import Given

VERBS: dict[str, click.Command] = {}
ALLOWED = "allowed-programs"


def ensure_server(talk: Talk) -> None:
    """Start the server in the background when none runs here, and say so."""
    url = talk.setting("url")
    if url is not None:
        if not HttpCaller(url.rstrip("/"), None).is_up():
            talk.no_server(f"No server answers at {url}.")
        return
    if live_server(talk.data_dir) is None:
        server, is_new = start_server(talk.data_dir)
        if is_new:
            talk.say(
                f"Started the ackbox server at {server['url']} in the background; stop it with:"
                " ackbox stop"
            )


def given_for(talk: Talk, program: Program) -> Given:
    """Return what the options say of an installation or a launch."""
    return given_of(
        program,
        agent=talk.given.get("agent"),
        workspace=talk.given.get("workspace"),
        data_dir=talk.given.get("data_dir"),
        url=talk.given.get("url"),
        environment=os.environ,
    )


def is_allowed(talk: Talk, program: Program, allow: bool | None) -> bool:
    """Whether the program may use ackbox's tools without asking: as said now, else as before.

    On a terminal a person is asked, once.
    """
    from ackbox.private import read_private, write_private

    if not program.permission:
        return False
    path = talk.data_dir / ALLOWED
    known = dict(
        line.split("=", 1) for line in (read_private(path) or "").splitlines() if "=" in line
    )
    if allow is None and program.name not in known and sys.stdin.isatty() and sys.stderr.isatty():
        allow = click.confirm(
            f"May {program.title} use ackbox without asking each time?",
            default=True,
            err=True,
        )
    if allow is not None:
        known[program.name] = "yes" if allow else "no"
        write_private(path, "".join(f"{name}={value}\n" for name, value in known.items()))
    return known.get(program.name) == "yes"


@verb("run", VERBS)
@click.argument("program", type=click.Choice(list(PROGRAMS)))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "--allow/--ask",
    default=None,
    help="Let the program use ackbox's tools without asking, now and in later runs.",
)
def run(talk: Talk, program: str, arguments: tuple[str, ...], allow: bool | None) -> None:
    """Run an agent program with ackbox for this launch; changes none of its files.

    Example: ackbox run claude --as ana -- --model opus
    """
    chosen = program_of(program)
    path = executable_of(chosen, os.environ.get("PATH"))
    ensure_server(talk)
    given = msgspec.structs.replace(
        given_for(talk, chosen), may_use_tools=is_allowed(talk, chosen, allow)
    )
    own, variables = prepare(chosen, given, talk.data_dir, os.environ)
    _become([path, *own, *arguments], {**os.environ, **variables}, talk.umask)


def _become(argv: list[str], environment: dict[str, str], umask: int) -> Any:
    """Go on as another program, so that the terminal and all signals are its own."""
    sys.stdout.flush()
    sys.stderr.flush()
    # Python ignores it, and what is ignored stays so in the program.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.umask(umask)
    os.execve(argv[0], argv, environment)
