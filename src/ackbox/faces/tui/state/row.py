"""Rows: the part of a message that the terminal keeps, small enough to hold 100,000 of them.

No drawing and no calls. Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ackbox.faces.terminal_text import text_of

# Enough for a line and for a filter; the full body is read when the message is opened.
KEPT_CHARACTERS = 2_000
# The states of a receipt, in order.
STEPS = ("pending", "delivered", "read", "acknowledged")


class Tally(msgspec.Struct, frozen=True, gc=False):
    """The number of recipients of a message, and how many have reached each state."""

    recipients: int
    delivered: int
    read: int
    acknowledged: int


class Row(msgspec.Struct, kw_only=True):
    """One message in the list, with its receipts counted."""

    seq: int
    id: str
    thread: str
    parent: str | None
    sender: str
    instance: str | None
    is_human: bool
    to: list[str]
    intent: str
    priority: int
    subject: str | None
    body: str
    is_cut: bool
    at: str
    due: str | None
    kinds: tuple[str, ...]
    type: str
    # Null until it is read, and again when a receipt changes.
    tally: Tally | None = None
    # Rises with each receipt, so that an older response does not overwrite a newer state.
    touched: int = 0

    @property
    def is_everyone(self) -> bool:
        return self.to == ["*"]

    def facts(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the fields that a filter compares: of the message, and of its receipts."""
        about = {
            "to": self.to,
            "sender": self.sender,
            "type": self.type,
            "intent": self.intent,
            "priority": self.priority,
            "sender_kind": "human" if self.is_human else "agent",
            "thread": self.thread,
            "subject": self.subject,
            "body": self.body,
            "created_at": self.at,
            "refs": [{"kind": kind} for kind in self.kinds],
        }
        tally = self.tally or Tally(1, 0, 0, 0)
        return about, {
            "recipients": tally.recipients,
            "read": tally.read,
            "acknowledged": tally.acknowledged,
        }

    @property
    def line(self) -> str:
        """The text that represents the message in a list."""
        return self.subject or self.body


def make_row(message: Any, tally: Tally | None) -> Row:
    """Return the row of a message from a response."""
    body = text_of(message)
    return Row(
        seq=message["seq"],
        id=message["id"],
        thread=message["thread"],
        parent=message["parent"],
        sender=message["sender"],
        instance=message["sender_instance"],
        is_human=message["sender_kind"] == "human",
        to=message["to"],
        intent=message["intent"],
        priority=message["priority"],
        subject=message["subject"],
        body=body[:KEPT_CHARACTERS],
        is_cut=len(body) > KEPT_CHARACTERS,
        at=message["created_at"],
        due=message["expects_reply_by"],
        kinds=tuple({ref["kind"] for ref in message["refs"]}),
        type=message["type"],
        tally=tally,
    )


def make_tallies(page: Any) -> dict[str, Tally]:
    """Return the tallies of a page of messages, by message id."""
    return {
        each["id"]: Tally(each["recipients"], each["delivered"], each["read"], each["acknowledged"])
        for each in page["tallies"]
    }
