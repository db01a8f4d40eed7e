"""Setting: the settings in an agent program's files, or for one launch of it, that make it use
ackbox.

Data and text only; `connecting/` writes them into files. Explained in docs/why/reach.md, "Other
people's files".
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from typing import Any

import msgspec

# Marks an entry as ours in a file that others write too.
OWNER = "ACKBOX_CONNECTED"
# Seconds after which a program stops waiting for a hook; the hook ends within one. Above 3, Codex
# prints a warning at each start about the end of a session.
HOOK_TIMEOUT_S = 3


class Command(msgspec.Struct, frozen=True):
    """A command that a person types in the program: its effect, and the prompt for the model."""

    summary: str
    prompt: str
    arguments: str = ""


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The agent of an installation, and how the program reaches ackbox.

    `command` is the installed ackbox with the options that find the server, `fast_hook` its script
    that starts no Python. `is_launch` distinguishes one launch from an installation.
    """

    program: str
    command: list[str]
    agent: str
    fast_hook: str | None = None
    workspace: str | None = None
    may_use_tools: bool = False
    is_project: bool = False
    is_launch: bool = False
    copy_id: str | None = None
    commands: Mapping[str, Command] = {}
    # Places from the program's variables, such as CODEX_HOME.
    environment: Mapping[str, str] = {}

    @property
    def _named(self) -> list[str]:
        return ["--as", self.agent, *(["--workspace", self.workspace] if self.workspace else [])]

    @property
    def hook(self) -> list[str]:
        """The words of the hook's command: options follow the program's name, so that it starts
        fast.
        """
        executable, options = _split(self.command)
        owner = "--launched" if self.is_launch else "--connected"
        start = [*executable, "hook"] if self.fast_hook is None else [self.fast_hook]
        return [*start, self.program, *self._named, *options, owner]

    @property
    def hook_line(self) -> str:
        """The hook's command for a shell."""
        return shlex.join(self.hook)

    @property
    def bridge(self) -> list[str]:
        """The words of the MCP server's command."""
        executable, options = _split(self.command)
        return [*executable, "mcp", *self._named, *options]

    @property
    def bridge_environment(self) -> dict[str, str]:
        """The additional variables of the MCP server."""
        return {OWNER: self.program}


def _split(command: list[str]) -> tuple[list[str], list[str]]:
    """Return the executable and its options, which start with two dashes."""
    at = next((i for i, word in enumerate(command) if word.startswith("--")), len(command))
    return command[:at], command[at:]


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One value in one file of the program.

    `files` are the possible names of the file; the first is created if none exists. Without
    `is_item` the value is set at `path`; with it, it is added to the list there. `is_default` sets
    it only if there is no value.
    """

    files: tuple[str, ...]
    path: tuple[str, ...]
    value: Any
    is_item: bool = False
    is_default: bool = False


class OwnFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that belongs to ackbox completely."""

    file: str
    text: str


class Launch(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one launch: files in a directory of ours, arguments before the user's,
    variables.

    `overlays` are settings to add to a copy of a file that may exist, in that directory. `mirrors`
    are directories in it whose other entries are links to those of a directory of the user's.
    """

    files: Mapping[str, str] = {}
    mirrors: Mapping[str, str] = {}
    overlays: Mapping[str, tuple[str, list[Setting]]] = {}
    arguments: list[str] = []
    environment: Mapping[str, str] = {}


def is_ours(value: Any) -> bool:
    """Whether `ackbox connect` wrote an entry."""
    text = json.dumps(value)
    is_hook = " hook " in text or "ackbox-hook " in text
    return f'"{OWNER}": ' in text or (is_hook and "--connected" in text)


def home_of(given: Given, variable: str, usual: str) -> str:
    """Return a program's directory: from its variable, or else the default."""
    return given.environment.get(variable) or usual


def as_text(value: Any) -> str:
    """Return JSON for a file."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def literal(value: Any) -> str:
    """Return a value as TOML writes it on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key(k)} = {literal(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(literal(each) for each in value) + "]"
    # JSON's strings, numbers and booleans are valid TOML; only DEL must also be escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def key(text: str) -> str:
    """Return a name as TOML writes it."""
    return text if re.fullmatch("[A-Za-z0-9_-]+", text) else literal(text)
