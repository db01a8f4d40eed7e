"""Gemini CLI: its hook events and replies.

Measured with 0.61.0. Explained in docs/why/reach.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ackbox.programs.program import Event, Program, event_of, text_in
from ackbox.programs.setting import HOOK_TIMEOUT_S, Given, Launch, OwnFile, Setting, home_of

MOMENTS = {
    "SessionStart": "session_start",
    "BeforeAgent": "prompt",
    "AfterTool": "tool",
    "AfterAgent": "turn_end",
    "Notification": "asking",
    "PreCompress": "compacting",
    "SessionEnd": "session_end",
}


def read(payload: Mapping[str, Any]) -> Event | None:
    """Return an event in our words.

    PreCompress comes before every turn of the model; only what a person asks for compresses for
    certain.
    """
    name, source = text_in(payload, "hook_event_name"), text_in(payload, "source")
    if name == "PreCompress" and payload.get("trigger") != "manual":
        return None
    return event_of(
        payload,
        MOMENTS,
        session=text_in(payload, "session_id"),
        name=name,
        is_new_context=name == "SessionStart" and source in ("", "startup", "clear"),
        is_continued=payload.get("stop_hook_active") is True,
    )


def reply(event: Event, text: str) -> dict[str, Any] | None:
    """Return the reply that adds text to the model's context; at the end of a turn, the next
    prompt.
    """
    if event.name == "AfterAgent":
        return {"decision": "deny", "reason": text}
    if event.name not in ("SessionStart", "BeforeAgent", "AfterTool"):
        return None
    return {"hookSpecificOutput": {"hookEventName": event.name, "additionalContext": text}}


SYSTEM_SETTINGS = "GEMINI_CLI_SYSTEM_SETTINGS_PATH"


def settings(given: Given) -> list[Setting | OwnFile]:
    """Return the lines of an installation: for all projects, or for the one in this directory."""
    home = home_of(given, "GEMINI_CLI_HOME", "~")
    return _lines(given, ".gemini" if given.is_project else f"{home}/.gemini")


def _lines(given: Given, home: str) -> list[Setting | OwnFile]:
    file = (f"{home}/settings.json",)
    hook = {
        "name": "ackbox",
        "type": "command",
        "command": given.hook_line,
        "timeout": HOOK_TIMEOUT_S * 1000,
    }
    command, *arguments = given.bridge
    trust = {"trust": True} if given.may_use_tools else {}
    server = {"command": command, "args": arguments, "env": given.bridge_environment, **trust}
    hooks: list[Setting | OwnFile] = [
        Setting(files=file, path=("hooks", event), value={"hooks": [hook]}, is_item=True)
        for event in MOMENTS
    ]
    return [*hooks, Setting(files=file, path=("mcpServers", "ackbox"), value=server)]


def launch(given: Given, directory: str) -> Launch:
    """Return what one launch gets: the machine's settings with ours, in a file of its own."""
    usual = given.environment.get(SYSTEM_SETTINGS) or "/etc/gemini-cli/settings.json"
    lines = [each for each in _lines(given, directory) if isinstance(each, Setting)]
    return Launch(
        overlays={"settings.json": (usual, lines)},
        environment={SYSTEM_SETTINGS: f"{directory}/settings.json"},
    )


PROGRAM = Program(
    name="gemini",
    title="Gemini CLI",
    versions="0.61",
    moments=MOMENTS,
    read=read,
    reply=reply,
    executable="gemini",
    package="@google/gemini-cli",
    settings=settings,
    launch=launch,
    permission='the line "trust": true for the MCP server ackbox: Gemini CLI uses ackbox without'
    " asking",
    trust="Gemini CLI asks once in each new directory whether you trust it.",
)
