"""Given: the ackbox that an agent program is connected to, determined once for all settings.

Explained in docs/why/reach.md, "Other people's files".
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from ackbox import config
from ackbox.errors import Conflict, Invalid
from ackbox.programs import PROGRAMS
from ackbox.programs.commands import COMMANDS
from ackbox.programs.program import Program
from ackbox.programs.setting import Command, Given

# Variables of the programs that set the place of their settings.
PLACES = (
    "CLAUDE_CONFIG_DIR",
    "CODEX_HOME",
    "GEMINI_CLI_HOME",
    "OPENCODE_CONFIG",
    "XDG_CONFIG_HOME",
)


def installed() -> list[str]:
    """Return the absolute command of this ackbox: its script, or else its interpreter."""
    script = Path(sys.executable).parent / "ackbox"
    if os.access(script, os.X_OK):
        return [str(script)]
    return [sys.executable, "-P", "-m", "ackbox"]


def fast_hook() -> str | None:
    """Return the script that passes on an event without a start of Python, or None where it or its
    interpreter is missing.
    """
    script = Path(sys.executable).parent / "ackbox-hook"
    can_run = os.access(script, os.X_OK) and os.access("/usr/bin/perl", os.X_OK)
    return str(script) if can_run else None


def refuse_temporary(command: list[str]) -> None:
    """Raise Conflict for an ackbox in the cache of a tool, which may delete it: settings that name
    it would stop working.
    """
    if "archive-v0" in Path(command[0]).parts:
        raise Conflict(
            f"This ackbox runs from a cache: {command[0]}.",
            hint="Install it first, for example with uv tool install: docs/howto/install.md",
        )


def program_of(name: str) -> Program:
    """Return a program by its name. Raises Invalid."""
    if name not in PROGRAMS:
        raise Invalid(
            f"Unknown agent program {name!r}.", hint=f"Use one of: {', '.join(PROGRAMS)}."
        )
    return PROGRAMS[name]


def given_of(
    program: Program,
    *,
    agent: str | None = None,
    workspace: str | None = None,
    data_dir: str | None = None,
    url: str | None = None,
    environment: Mapping[str, str],
) -> Given:
    """Return the description of an installation of this ackbox; the default name of the agent is
    that of the program.
    """
    where, source = config.look_up("data_dir", data_dir)
    options = []
    if where is not None and source != "default":
        options += ["--data-dir", str(Path(where).expanduser().absolute())]
    if url is not None:
        options += ["--url", url]
    return Given(
        program=program.name,
        command=[*installed(), *options],
        # A server on another machine writes no file here that the script could use.
        fast_hook=fast_hook() if url is None else None,
        agent=agent or program.name,
        workspace=workspace,
        commands={name: Command(*parts) for name, parts in COMMANDS.items()},
        environment={name: environment[name] for name in PLACES if environment.get(name)},
    )
