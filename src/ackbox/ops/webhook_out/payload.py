"""What an outgoing webhook sends: a signed request about one message.

No questions to the store here. Explained in docs/howto/tell-other-systems.md.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from ackbox.model.moment import to_text
from ackbox.model.outgoing import Target, parse_target
from ackbox.model.signature import FORMS, sign, write
from ackbox.store.messages import Stored
from ackbox.store.outgoing import DeliveryRow, OutgoingRow

SUMMARY_CHARS = 500
USER_AGENT = "ackbox"
# How people read the reasons.
REASONS = {
    "mail": "Message for a person",
    "blocked": "Blocked",
    "question": "Question",
    "urgent": "Urgent message",
    "late": "Overdue reply",
    "overdue": "Overdue reply",
    "stuck": "Message for an agent that is offline",
    "expired": "Message expired undelivered",
    "sent": "Message",
    "test": "Test of this webhook",
}


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One request to a receiver; `until` is when the lease on the webhook ends."""

    ws: int
    webhook: str
    delivery: DeliveryRow
    until: int
    target: Target
    headers: dict[str, str]
    body: bytes


def attempt(
    row: OutgoingRow,
    delivery: DeliveryRow,
    message: Stored | None,
    *,
    workspace: str,
    is_sealed: bool,
    link: str | None,
    now: int,
    until: int,
) -> Attempt:
    """Return the request of a delivery, signed at a moment."""
    about = facts(message, workspace=workspace, is_sealed=is_sealed, link=link)
    said: dict[str, Any] = (
        {"text": slack_text(delivery.reason, about)}
        if row.form == "slack"
        else {
            "id": delivery.id,
            "type": f"message.{delivery.reason}" if message else "webhook.test",
            "timestamp": to_text(delivery.created_at),
            "data": about,
        }
    )
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    form = FORMS["standard"]
    assert form.timestamp is not None
    headers = {form.delivery: delivery.id, form.timestamp: str(now // 1000)}
    headers[form.signature] = write(form, sign(form, row.secret, headers, body))
    return Attempt(
        ws=row.ws,
        webhook=row.id,
        delivery=delivery,
        until=until,
        target=parse_target(row.url),
        headers={"content-type": "application/json", "user-agent": USER_AGENT, **headers},
        body=body,
    )


def facts(
    message: Stored | None, *, workspace: str, is_sealed: bool, link: str | None
) -> dict[str, Any]:
    """Return what the receiver learns of a message: in a sealed workspace ids only."""
    if message is None:
        return {"workspace": workspace, "link": link}
    ids = {
        "workspace": workspace,
        "message": message.id,
        "number": message.seq,
        "thread": message.thread_id,
        "link": link,
    }
    if is_sealed:
        return ids
    summary = message.body[:SUMMARY_CHARS]
    return ids | {
        "sender": message.sender_name,
        "sender_kind": message.sender_kind,
        "to": json.loads(message.audience),
        "intent": message.intent,
        "priority": message.priority,
        "subject": message.subject,
        "summary": summary + ("…" if len(message.body) > SUMMARY_CHARS else ""),
        "created_at": to_text(message.created_at),
    }


def slack_text(reason: str, about: dict[str, Any]) -> str:
    """Return the facts as one text, in which nothing that others wrote is a mention or a link."""
    head = f"*{REASONS.get(reason, 'Message')}* in {_escaped(about['workspace'])}"
    if "sender" in about:
        head += f": {_escaped(about['sender'])} → {_escaped(', '.join(about['to']))}"
    lines = [head]
    if about.get("subject"):
        lines.append(f"*{_escaped(about['subject'])}*")
    if about.get("summary"):
        lines.append(_escaped(about["summary"]))
    if about.get("message") and about["link"]:
        lines.append(f"<{about['link']}|Open in ackbox>")
    return "\n".join(lines)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
