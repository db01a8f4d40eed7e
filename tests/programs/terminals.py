"""Agent programs in a terminal: the same settings as without a screen, and answers given in advance
to the questions that each asks a person at its first start.

Explained in CONTRIBUTING.md, "Agent programs".
"""

from __future__ import annotations

import json
import re
import sys
from contextlib import suppress
from pathlib import Path

from tests.programs.office import Office, until
from tests.programs.programs import PROGRAMS, PROMPT, Home, Way, command, surroundings
from tests.programs.screen import Screen
from tests.programs.standin import Mind


def _claude(home: Home, argv: list[str]) -> list[str]:
    answers = {
        "hasCompletedOnboarding": True,
        "theme": "dark",
        "customApiKeyResponses": {"approved": ["sk-ant-none"], "rejected": []},
        "projects": {str(home.work): {"hasTrustDialogAccepted": True}},
    }
    home.write(".claude.json", json.dumps(answers))
    return ["claude", PROMPT]


def _codex(home: Home, argv: list[str]) -> list[str]:
    file = home.path / ".codex/config.toml"
    project = f'[projects.{json.dumps(str(home.work))}]\ntrust_level = "trusted"\n'
    file.write_text(file.read_text() + project)
    return ["codex", PROMPT]


def _opencode(home: Home, argv: list[str]) -> list[str]:
    return ["opencode", "--model", "standin/m1", "--prompt", PROMPT]


def _gemini(home: Home, argv: list[str]) -> list[str]:
    return ["-i" if each == "-p" else each for each in argv]


ANSWERED = {"claude": _claude, "codex": _codex, "gemini": _gemini, "opencode": _opencode}


def open_terminal(
    office: Office, program: str, agent: str, mind: Mind, *, is_connected: bool
) -> Screen:
    """Start a program in a terminal as an agent whose model has a mind: after `ackbox connect`, or
    by `ackbox run`.
    """
    home = Home(
        office.where / agent, office.standin.think(agent, mind), office.standin.url, Way(), None
    )
    argv, own = PROGRAMS[program].ready(home)
    argv = ANSWERED[program](home, argv)
    options = ["--data-dir", str(office.command.data), "--as", agent, "--allow"]
    launcher = None
    if is_connected:
        office.connected(home.path, "connect", program, *options)
    else:
        launcher = [str(Path(sys.executable).parent / "ackbox"), "run", program, *options]
    screen = Screen(command(argv, launcher), home.work, surroundings(home, own))
    office.screens.append(screen)
    if program == "codex" and is_connected:
        _trust_hooks(screen, home.path / ".codex/config.toml")
    return screen


def _trust_hooks(screen: Screen, settings: Path) -> None:
    """Review the hooks as a person does: "Trust all" is the second choice."""
    until(lambda: "Trust all" in screen.text, within_s=60)
    for _ in range(10):
        # A key that comes before the dialog listens is lost, and Enter alone would choose another.
        screen.type("2")
        with suppress(TimeoutError):
            until(
                lambda: re.search("› +2. +Trust all|Trusting", screen.text) is not None, within_s=3
            )
            break
    screen.type("\r")
    until(lambda: "trusted_hash" in settings.read_text())
