"""Gemini CLI: its hook events and replies.

Measured with 0.61.0. Explained in docs/why/reach.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ackbox.programs.program import Event, Program, event_of, text_in
from ackbox.programs.setting import HOOK_TIMEOUT_S, Given, OwnFile, Setting, home_of

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
    """Return an event in our terms.

    PreCompress comes before every turn of the model; only one that a person requested is certain to
    compress.
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


def settings(given: Given) -> list[Setting | OwnFile]:
    """Return the lines of an installation: for all projects, or for the one in this directory."""
    home = "." if given.is_project else home_of(given, "GEMINI_CLI_HOME", "~")
    file = (f"{home}/.gemini/settings.json",)
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
    no_launch="it takes settings for one launch only from files of root",
    permission='the line "trust": true for the MCP server ackbox: Gemini CLI uses ackbox without'
    " asking",
    trust="Gemini CLI asks once in each new directory whether you trust it.",
)
