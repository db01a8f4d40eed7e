"""Gemini CLI: its hook events and replies.

Measured with 0.61.0. Explained in docs/why/reach.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ackbox.programs.program import Event, Program, event_of, text_in

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


PROGRAM = Program(
    name="gemini",
    title="Gemini CLI",
    versions="0.61",
    moments=MOMENTS,
    read=read,
    reply=reply,
)
