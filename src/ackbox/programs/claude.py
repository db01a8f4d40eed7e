"""Claude Code: its hook events and replies.

Measured with 2.1.332. Explained in docs/why/reach.md.
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
)

MOMENTS = {
    "SessionStart": "session_start",
    "UserPromptSubmit": "prompt",
    # Sent once for a batch of parallel calls; PostToolUse is sent once for each call.
    "PostToolBatch": "tool",
    "Stop": "turn_end",
    "Notification": "asking",
    "PermissionRequest": "asking",
    "PreCompact": "compacting",
    "SessionEnd": "session_end",
}
# A compaction reports its end with another session start.
COMPACTED = "compact"
# No hook reports that a person interrupted a turn; this notification follows after a minute.
IDLE = "idle_prompt"


def read(payload: Mapping[str, Any]) -> Event | None:
    """Return an event in our terms. Tool events of sub-agents have an `agent_id`."""
    name = text_in(payload, "hook_event_name")
    source = text_in(payload, "source")
    is_compacted = name == "SessionStart" and source == COMPACTED
    moments = {**MOMENTS, "SessionStart": "compacted"} if is_compacted else MOMENTS
    notice = text_in(payload, "notification_type")
    if name == "Notification" and notice == IDLE:
        moments = {**MOMENTS, name: "turn_end"}
    elif name == "Notification" and notice not in ("", "permission_prompt"):
        return None
    return event_of(
        payload,
        moments,
        session=text_in(payload, "session_id"),
        name=name,
        is_new_context=name == "SessionStart" and source in ("", "startup", "clear"),
        is_continued=payload.get("stop_hook_active") is True,
    )


def reply(event: Event, text: str) -> dict[str, Any] | None:
    """Return the reply that adds text to the model's context; at Stop it starts another turn."""
    if event.name not in ("SessionStart", "UserPromptSubmit", "PostToolBatch", "Stop"):
        return None
    return {"hookSpecificOutput": {"hookEventName": event.name, "additionalContext": text}}


# The server's name in settings, and in the plugin of one launch.
TOOLS, LAUNCHED_TOOLS = "mcp__ackbox", "mcp__plugin_ackbox_ackbox"


def _hooks(given: Given) -> dict[str, list[Any]]:
    hook = {"type": "command", "command": given.hook_line, "timeout": HOOK_TIMEOUT_S}
    return {event: [{"hooks": [hook]}] for event in MOMENTS}


def _monitor(given: Given) -> dict[str, Any]:
    """Return the process whose lines start a turn when the session is idle."""
    return {
        "name": "ackbox",
        "command": f"{given.hook_line} --monitor",
        "description": "New messages from other agents and people, through ackbox",
    }


def _server(given: Given) -> dict[str, Any]:
    command, *arguments = given.bridge
    return {"command": command, "args": arguments, "env": given.bridge_environment}


def settings(given: Given) -> list[Setting | OwnFile]:
    """Return the lines of an installation: for all projects, or for the one in this directory."""
    home = home_of(given, "CLAUDE_CONFIG_DIR", "~/.claude")
    # Claude Code excludes the local file from version control.
    own = (".claude/settings.local.json",) if given.is_project else (f"{home}/settings.json",)
    servers = (
        f"{home}/.claude.json" if "CLAUDE_CONFIG_DIR" in given.environment else "~/.claude.json"
    )
    found: list[Setting | OwnFile] = [
        Setting(files=own, path=("hooks", event), value=group, is_item=True)
        for event, groups in _hooks(given).items()
        for group in groups
    ]
    found.append(
        Setting(
            files=(".mcp.json",) if given.is_project else (servers,),
            path=("mcpServers", "ackbox"),
            value=_server(given),
        )
    )
    if given.may_use_tools:
        allow = ("permissions", "allow")
        found.append(Setting(files=own, path=allow, value=TOOLS, is_item=True))
        if given.is_project:
            path = ("enabledMcpjsonServers",)
            found.append(Setting(files=own, path=path, value="ackbox", is_item=True))
    return found


def launch(given: Given, directory: str) -> Launch:
    """Return the settings of one launch: a plugin directory with hooks, MCP server and commands."""
    plugin = {
        "name": "ackbox",
        "description": "Messages between agents and people, through ackbox.",
    }
    files = {
        ".claude-plugin/plugin.json": as_text(plugin),
        "hooks/hooks.json": as_text({"hooks": _hooks(given)}),
        ".mcp.json": as_text({"mcpServers": {"ackbox": _server(given)}}),
        "monitors/monitors.json": as_text([_monitor(given)]),
    }
    for name, command in given.commands.items():
        hint = f"argument-hint: {command.arguments}\n" if command.arguments else ""
        files[f"commands/{name}.md"] = (
            f"---\ndescription: {command.summary}\n{hint}---\n\n"
            + command.prompt.format(arguments="$ARGUMENTS")
            + "\n"
        )
    allowed = [f"--allowedTools={LAUNCHED_TOOLS}"] if given.may_use_tools else []
    return Launch(files=files, arguments=["--plugin-dir", directory, *allowed])


PROGRAM = Program(
    name="claude",
    title="Claude Code",
    versions="2.1",
    moments=MOMENTS,
    read=read,
    reply=reply,
    executable="claude",
    package="@anthropic-ai/claude-code",
    settings=settings,
    launch=launch,
    permission="the line mcp__ackbox in permissions.allow: Claude Code uses ackbox without asking",
    trust="Claude Code asks once in each new directory whether you trust its files.",
)
