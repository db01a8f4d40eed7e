"""Gemini CLI: its hook events and replies.

Measured with 0.61.0. Explained in docs/why/reach.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ackbox.programs.program import Event, Program, event_of, text_in
from ackbox.programs.setting import (
    HOOK_TIMEOUT_S,
    Given,
    Launch,
    OwnFile,
    Setting,
    as_text,
    home_of,
    literal,
)

MOMENTS = {
    "SessionStart": "session_start",
    "BeforeAgent": "prompt",
    "BeforeTool": "delegating",
    "AfterTool": "tool",
    "AfterAgent": "turn_end",
    "Notification": "asking",
    "PreCompress": "compacting",
    "SessionEnd": "session_end",
}


# The tool that runs a sub-agent. Events of its tools have no mark of their own.
DELEGATION = "invoke_agent"


def read(payload: Mapping[str, Any]) -> Event | None:
    """Return an event in our terms.

    PreCompress comes before every turn of the model; only one that a person requested is certain to
    compress.
    """
    name, source = text_in(payload, "hook_event_name"), text_in(payload, "source")
    if name == "PreCompress" and payload.get("trigger") != "manual":
        return None
    is_delegation = payload.get("tool_name") == DELEGATION
    if name == "BeforeTool" and not is_delegation:
        return None
    return event_of(
        payload,
        MOMENTS,
        session=text_in(payload, "session_id"),
        name=name,
        is_new_context=name == "SessionStart" and source in ("", "startup", "clear"),
        is_continued=payload.get("stop_hook_active") is True,
        has_returned=name == "AfterTool" and is_delegation,
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


def _hooks(given: Given) -> dict[str, Any]:
    hook = {
        "name": "ackbox",
        "type": "command",
        "command": given.hook_line,
        "timeout": HOOK_TIMEOUT_S * 1000,
    }
    matched = {"BeforeTool": {"matcher": DELEGATION}}
    return {event: {**matched.get(event, {}), "hooks": [hook]} for event in MOMENTS}


def _server(given: Given) -> dict[str, Any]:
    command, *arguments = given.bridge
    return {"command": command, "args": arguments, "env": given.bridge_environment}


def settings(given: Given) -> list[Setting | OwnFile]:
    """Return the lines of an installation: for all projects, or for the one in this directory."""
    home = "." if given.is_project else home_of(given, "GEMINI_CLI_HOME", "~")
    file = (f"{home}/.gemini/settings.json",)
    trust = {"trust": True} if given.may_use_tools else {}
    hooks: list[Setting | OwnFile] = [
        Setting(files=file, path=("hooks", event), value=group, is_item=True)
        for event, group in _hooks(given).items()
    ]
    server = {**_server(given), **trust}
    return [*hooks, Setting(files=file, path=("mcpServers", "ackbox"), value=server)]


# Gemini CLI looks for its directory below the directory in this variable.
HOME = "GEMINI_CLI_HOME"


def extension(given: Given) -> dict[str, str]:
    """Return the files of an extension: hooks, MCP server and commands."""
    about = {
        "name": "ackbox",
        "version": "1.0.0",
        "description": "Messages between agents and people, through ackbox.",
        "mcpServers": {"ackbox": _server(given)},
    }
    hooks = {event: [group] for event, group in _hooks(given).items()}
    files = {
        "gemini-extension.json": as_text(about),
        "hooks/hooks.json": as_text({"hooks": hooks}),
    }
    for name, command in given.commands.items():
        prompt = command.prompt.format(arguments="{{args}}")
        files[f"commands/ackbox/{name}.toml"] = (
            f"description = {literal(command.summary)}\nprompt = {literal(prompt)}\n"
        )
    return files


def launch(given: Given, directory: str) -> Launch:
    """Return the settings of one launch: a home directory of links to the user's, with an
    extension.

    Gemini CLI loads extensions only from its directory, and takes settings for one launch only from
    files of root. Through the links it reads and writes the user's own settings, logins and
    history.
    """
    home, own = home_of(given, HOME, "~"), "home/.gemini"
    files = {f"{own}/extensions/ackbox/{name}": text for name, text in extension(given).items()}
    arguments = []
    if given.may_use_tools:
        # An extension cannot trust its own server.
        files["policy.toml"] = (
            '[[rule]]\nmcpName = "ackbox"\ntoolName = "*"\ndecision = "allow"\npriority = 100\n'
        )
        arguments = ["--policy", f"{directory}/policy.toml"]
    return Launch(
        files=files,
        mirrors={
            own: f"{home}/.gemini",
            f"{own}/extensions": f"{home}/.gemini/extensions",
            "home/.agents": f"{home}/.agents",
        },
        arguments=arguments,
        environment={HOME: f"{directory}/home"},
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
