"""Automatic messages: what schedules and webhooks have in common.

Explained in docs/why/schedules.md and docs/why/webhooks.md.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ackbox.model.message import Time
from ackbox.model.moment import to_text
from ackbox.store.schedules import ScheduleRow
from ackbox.store.webhooks import WebhookRow


class Automatic(msgspec.Struct, frozen=True, kw_only=True):
    """The messages that a schedule or webhook sends."""

    id: Annotated[str, Meta(description="Id (32 hex digits)")]
    subject: Annotated[str | None, Meta(description="Subject; a template for a webhook")]
    body: Annotated[str, Meta(description="Text; a template for a webhook")]
    intent: Annotated[str, Meta(description="Intent")]
    priority: Annotated[int, Meta(description="Priority (1 to 5; 5 is most urgent)")]
    created_by: Annotated[str, Meta(description="Creator")]
    created_at: Annotated[Time, Meta(description="Creation time")]


def automatic_fields(row: ScheduleRow | WebhookRow) -> dict[str, Any]:
    """Return the fields that schedules and webhooks share."""
    return {
        "id": row.id,
        "subject": row.subject,
        "body": row.body,
        "intent": row.intent,
        "priority": row.priority,
        "created_by": row.created_by,
        "created_at": to_text(row.created_at),
    }
