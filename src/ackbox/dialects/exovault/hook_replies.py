"""ExoVault's replies to its hooks: pure functions of arguments and result.

Explained in docs/howto/coming-from-exovault.md.
"""

from __future__ import annotations

from ackbox.dialects.engine.convert import to_uuid
from ackbox.dialects.engine.mapping import Object
from ackbox.dialects.exovault.convert import signals
from ackbox.ops.note.write import Added
from ackbox.ops.program.report import Reported


def hook_context(_: Object, reported: Reported, briefing: str | None) -> Object:
    return {
        "contextBlock": briefing,
        "injectedMemoryIds": [to_uuid(note.id) for note in reported.notes],
        "_ext": {
            "unread": reported.unread,
            "messageIds": [to_uuid(message.id) for message in reported.messages],
        },
    }


def ingest_turn(given: Object, note: Added) -> Object:
    found = signals(given["content"], given["customSignalKeywords"])
    return {
        "turnId": to_uuid(note.id),
        "signalScore": len(found),
        "signalKeywords": found,
        # Facts are not extracted: that takes a model, and the server has none.
        "extractionStatus": "skipped",
        "createdAt": note.created_at,
    }
