"""Cursor: its hook events and replies, from its documentation; not run here.

Explained in docs/why/reach.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ackbox.programs.program import Event, Program, event_of, text_in

MOMENTS = {
    "sessionStart": "session_start",
    "beforeSubmitPrompt": "prompt",
    "postToolUse": "tool",
    "stop": "turn_end",
    "preCompact": "compacting",
    "sessionEnd": "session_end",
}


def read(payload: Mapping[str, Any]) -> Event | None:
    """Return an event in our words; `loop_count` counts the ends of turns that went on."""
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
    """Return the reply that adds text; a prompt can only go on or be blocked, so it takes none."""
    if event.name == "stop":
        return {"followup_message": text}
    return {"additional_context": text} if event.name in ("sessionStart", "postToolUse") else None


PROGRAM = Program(
    name="cursor",
    title="Cursor",
    versions="3",
    moments=MOMENTS,
    read=read,
    reply=reply,
)
