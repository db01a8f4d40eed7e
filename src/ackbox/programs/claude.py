"""Claude Code: its hook events and replies.

Measured with 2.1.332. Explained in docs/why/reach.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ackbox.programs.program import Event, Program, event_of, text_in

MOMENTS = {
    "SessionStart": "session_start",
    "UserPromptSubmit": "prompt",
    # Once for a batch of parallel calls, where PostToolUse comes once for each.
    "PostToolBatch": "tool",
    "Stop": "turn_end",
    "Notification": "asking",
    "PermissionRequest": "asking",
    "PreCompact": "compacting",
    "SessionEnd": "session_end",
}
# A compaction tells that it is done by a session start of its own.
COMPACTED = "compact"
EDITS = frozenset({"Edit", "MultiEdit", "NotebookEdit", "Write"})


def read(payload: Mapping[str, Any]) -> Event | None:
    """Return an event in our words. Tool events of sub-agents have an `agent_id`."""
    name = text_in(payload, "hook_event_name")
    source = text_in(payload, "source")
    is_compacted = name == "SessionStart" and source == COMPACTED
    if name == "Notification" and text_in(payload, "notification_type") not in (
        "",
        "permission_prompt",
    ):
        return None
    return event_of(
        payload,
        {**MOMENTS, "SessionStart": "compacted"} if is_compacted else MOMENTS,
        session=text_in(payload, "session_id"),
        name=name,
        is_new_context=name == "SessionStart" and source in ("", "startup", "clear"),
        is_continued=payload.get("stop_hook_active") is True,
        files=_edited(payload.get("tool_calls")),
    )


def _edited(calls: Any) -> list[str]:
    """Return the files that a batch of tool calls changed."""
    found = []
    for call in calls if isinstance(calls, list) else []:
        given = call.get("tool_input") if isinstance(call, dict) else None
        if isinstance(given, dict) and call.get("tool_name") in EDITS:
            found.append(text_in(given, "file_path", "notebook_path"))
    return [path for path in found if path][:50]


def reply(event: Event, text: str) -> dict[str, Any] | None:
    """Return the reply that adds text to the model's context; at Stop it starts one more turn."""
    if event.name not in ("SessionStart", "UserPromptSubmit", "PostToolBatch", "Stop"):
        return None
    return {"hookSpecificOutput": {"hookEventName": event.name, "additionalContext": text}}


PROGRAM = Program(
    name="claude",
    title="Claude Code",
    versions="2.1",
    moments=MOMENTS,
    read=read,
    reply=reply,
)
