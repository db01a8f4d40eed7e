"""Rows: what the terminal keeps of a message, small enough to hold a hundred thousand.

No drawing and no calls. Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from typing import Any

import msgspec

# What a line can show and a filter looks through; the whole body is asked for when somebody looks.
KEPT_CHARACTERS = 2_000
STEPS = ("pending", "delivered", "read", "acknowledged")
_STEP_OF = {"delivered": 1, "read": 2, "acknowledged": 3, "archived": 1}


class Row(msgspec.Struct, kw_only=True):
    """One message in the list, with how far each recipient has come."""

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
    # Recipient → index into STEPS; null until somebody asked, because messages from before have a past.
    steps: dict[str, int] | None = None
    recipients: int | None = None

    @property
    def is_everyone(self) -> bool:
        return self.to == ["*"]

    @property
    def line(self) -> str:
        """The one line that stands for the text."""
        return self.subject or self.body

    def marked(self, agent: str, mark: str) -> None:
        """Note that a recipient set or cleared a mark."""
        if self.steps is None:
            return
        if mark == "unread":
            self.steps[agent] = min(self.steps.get(agent, 0), 1)
        elif mark in _STEP_OF:
            self.steps[agent] = max(self.steps.get(agent, 0), _STEP_OF[mark])

    def learn(self, status: Any) -> None:
        """Take over what message.status says."""
        self.recipients = status["recipients"]
        found: dict[str, int] = {}
        for receipt in status["receipts"]:
            step = STEPS.index(receipt["state"]) if receipt["state"] in STEPS else 0
            found[receipt["agent"]] = max(found.get(receipt["agent"], 0), step)
        self.steps = found


def make_row(message: Any, *, is_new: bool) -> Row:
    """Return the row of a message as a call gave it; a new one has no receipts yet."""
    body = message["body"]
    return Row(
        seq=message["seq"], id=message["id"], thread=message["thread"], parent=message["parent"], sender=message["sender"],
        instance=message["sender_instance"], is_human=message["sender_kind"] == "human", to=message["to"], intent=message["intent"],
        priority=message["priority"], subject=message["subject"], body=body[:KEPT_CHARACTERS], is_cut=len(body) > KEPT_CHARACTERS,
        at=message["created_at"], steps={} if is_new else None, recipients=None if message["to"] == ["*"] else len(message["to"]),
    )
