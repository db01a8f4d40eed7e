"""Codex: its hook events and replies.

Measured with 0.171.0. Explained in docs/why/reach.md.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from ackbox.programs.program import Event, Program, event_of, text_in
from ackbox.programs.setting import (
    HOOK_TIMEOUT_S,
    Given,
    Launch,
    OwnFile,
    Setting,
    home_of,
    literal,
)

MOMENTS = {
    "SessionStart": "session_start",
    "UserPromptSubmit": "prompt",
    "PostToolUse": "tool",
    "Stop": "turn_end",
    "PermissionRequest": "asking",
    "PreCompact": "compacting",
    "SessionEnd": "session_end",
}


def read(payload: Mapping[str, Any]) -> Event | None:
    """Return an event in our terms."""
    name, source = text_in(payload, "hook_event_name"), text_in(payload, "source")
    is_compacted = name == "SessionStart" and source == "compact"
    return event_of(
        payload,
        {**MOMENTS, "SessionStart": "compacted"} if is_compacted else MOMENTS,
        session=text_in(payload, "session_id"),
        name=name,
        is_new_context=name == "SessionStart" and source in ("", "startup", "clear"),
        is_continued=payload.get("stop_hook_active") is True,
    )


def reply(event: Event, text: str) -> dict[str, Any] | None:
    """Return the reply that adds text to the model's context.

    The program rejects unknown fields, and at Stop accepts only a reason to continue.
    """
    if event.name == "Stop":
        return {"decision": "block", "reason": text}
    if event.name not in ("SessionStart", "UserPromptSubmit", "PostToolUse"):
        return None
    return {"hookSpecificOutput": {"hookEventName": event.name, "additionalContext": text}}


# The name that Codex uses for the source of its arguments.
FLAGS_FILE = "/<session-flags>/config.toml"


def _hooks(given: Given) -> dict[str, Any]:
    hook = {"type": "command", "command": given.hook_line, "timeout": HOOK_TIMEOUT_S}
    return {event: {"hooks": [hook]} for event in MOMENTS}


def _server(given: Given) -> dict[str, Any]:
    command, *arguments = given.bridge
    allowed = {"default_tools_approval_mode": "approve"} if given.may_use_tools else {}
    # Codex passes this variable to no server, and the bridge finds its sessions there.
    home = given.environment.get("CODEX_HOME")
    env = {**given.bridge_environment, **({"CODEX_HOME": home} if home else {})}
    return {"command": command, "args": arguments, "env": env, **allowed}


def settings(given: Given) -> list[Setting | OwnFile]:
    """Return the lines of an installation: for all projects, or for the one in this directory."""
    home = ".codex" if given.is_project else home_of(given, "CODEX_HOME", "~/.codex")
    hooks: list[Setting | OwnFile] = [
        Setting(files=(f"{home}/hooks.json",), path=("hooks", event), value=group, is_item=True)
        for event, group in _hooks(given).items()
    ]
    server = Setting(
        files=(f"{home}/config.toml",), path=("mcp_servers", "ackbox"), value=_server(given)
    )
    return [*hooks, server]


def launch(given: Given, directory: str) -> Launch:
    """Return the settings of one launch: configuration as arguments, which override Codex's files.

    Codex skips a hook that its user has not reviewed. This launch trusts our commands only,
    because the person who typed `ackbox run codex` requested them.
    """
    # Codex passes none of its variables to an MCP server. A first turn does not wait for a server
    # that is still starting unless it is required.
    server = {
        **_server(given),
        "env": {
            **_server(given)["env"],
            "ACKBOX_COPY_ID": given.copy_id,
            "ACKBOX_LAUNCH": given.program,
        },
        "required": True,
        "startup_timeout_sec": 60,
    }
    lines: dict[str, Any] = {f"mcp_servers.ackbox.{name}": value for name, value in server.items()}
    trusted = {}
    for event, group in _hooks(given).items():
        lines[f"hooks.{event}"] = [group]
        label = re.sub("(?<=[a-z])(?=[A-Z])", "_", event).lower()
        trusted[f"{FLAGS_FILE}:{label}:0:0"] = {"trusted_hash": _trust(label, group["hooks"][0])}
    lines["hooks.state"] = trusted
    arguments = [
        part for name, value in lines.items() for part in ("-c", f"{name}={literal(value)}")
    ]
    return Launch(arguments=arguments)


def _trust(label: str, hook: dict[str, Any]) -> str:
    """Return the digest by which Codex recognizes a reviewed hook."""
    known = {"event_name": label, "hooks": [{**hook, "async": False}]}
    text = json.dumps(known, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


PROGRAM = Program(
    name="codex",
    title="Codex",
    versions="0.171",
    moments=MOMENTS,
    read=read,
    reply=reply,
    executable="codex",
    package="@openai/codex",
    settings=settings,
    launch=launch,
    permission='the line default_tools_approval_mode = "approve" for the MCP server ackbox: Codex'
    " uses ackbox without asking",
    trust="Codex runs new hooks only after you have reviewed them: start codex once and choose"
    " to trust them.",
)
