"""Cursor: its hook events and replies, from its documentation; not run here.

Explained in docs/why/reach.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ackbox.programs.program import Event, Program, event_of, text_in
from ackbox.programs.setting import HOOK_TIMEOUT_S, Given, OwnFile, Setting

MOMENTS = {
    "sessionStart": "session_start",
    "beforeSubmitPrompt": "prompt",
    "postToolUse": "tool",
    # Cursor accepts no text at this event; the text follows with the next event.
    "afterFileEdit": "tool",
    "stop": "turn_end",
    "preCompact": "compacting",
    "sessionEnd": "session_end",
}


def read(payload: Mapping[str, Any]) -> Event | None:
    """Return an event in our terms; `loop_count` counts how often the turn was extended."""
    name, loops = text_in(payload, "hook_event_name"), payload.get("loop_count")
    return event_of(
        payload,
        MOMENTS,
        session=text_in(payload, "conversation_id", "session_id"),
        name=name,
        is_new_context=name == "sessionStart",
        is_continued=isinstance(loops, int) and loops > 0,
    )


def reply(event: Event, text: str) -> dict[str, Any] | None:
    """Return the reply that adds text; a prompt gets none, as it can only continue or be
    blocked.
    """
    if event.name == "stop":
        return {"followup_message": text}
    return {"additional_context": text} if event.name in ("sessionStart", "postToolUse") else None


def settings(given: Given) -> list[Setting | OwnFile]:
    """Return the lines of an installation: for all projects, or for the one in this directory."""
    home = ".cursor" if given.is_project else "~/.cursor"
    file = (f"{home}/hooks.json",)
    command, *arguments = given.bridge
    server = {"command": command, "args": arguments, "env": given.bridge_environment}
    hook = {"command": given.hook_line, "timeout": HOOK_TIMEOUT_S}
    return [
        Setting(files=file, path=("version",), value=1, is_default=True),
        *(
            Setting(
                files=file,
                path=("hooks", event),
                # The server also counts how often messages extended a turn.
                value={**hook, "loop_limit": 5} if event == "stop" else hook,
                is_item=True,
            )
            for event in MOMENTS
        ),
        Setting(files=(f"{home}/mcp.json",), path=("mcpServers", "ackbox"), value=server),
    ]


PROGRAM = Program(
    name="cursor",
    title="Cursor",
    versions="3",
    moments=MOMENTS,
    read=read,
    reply=reply,
    executable="cursor-agent",
    package="",
    settings=settings,
    no_launch="it takes hooks only from its settings",
    trust="Cursor asks before it first starts the MCP server ackbox and before each tool.",
)
