"""Codex: its hook events and replies.

Measured with 0.171.0. Explained in docs/why/reach.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ackbox.programs.program import Event, Program, event_of, text_in

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
    """Return an event in our words."""
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

    The program refuses an unknown field, and takes at Stop nothing but a reason to go on.
    """
    if event.name == "Stop":
        return {"decision": "block", "reason": text}
    if event.name not in ("SessionStart", "UserPromptSubmit", "PostToolUse"):
        return None
    return {"hookSpecificOutput": {"hookEventName": event.name, "additionalContext": text}}


PROGRAM = Program(
    name="codex",
    title="Codex",
    versions="0.171",
    moments=MOMENTS,
    read=read,
    reply=reply,
)
