"""opencode: the events that our plugin passes on, and the answers that it puts into the session.

Measured with 1.18.33. Explained in docs/why/reach.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ackbox.programs.program import Event, Program, event_of, text_in

MOMENTS = {
    "session.created": "session_start",
    "chat.message": "prompt",
    "tool.execute.after": "tool",
    "session.idle": "turn_end",
    "permission.asked": "asking",
    "session.compacting": "compacting",
    "session.compacted": "compacted",
    "session.deleted": "session_end",
}


def read(payload: Mapping[str, Any]) -> Event | None:
    """Return an event in our words."""
    name = text_in(payload, "hook_event_name")
    return event_of(
        payload,
        MOMENTS,
        session=text_in(payload, "session_id"),
        name=name,
        is_new_context=name == "session.created",
        is_continued=payload.get("is_continued") is True,
    )


def reply(event: Event, text: str) -> dict[str, Any] | None:
    """Return the text for the plugin to put where the event takes it."""
    return {"text": text}


PROGRAM = Program(
    name="opencode",
    title="opencode",
    versions="1.18",
    moments=MOMENTS,
    read=read,
    reply=reply,
)
