"""Receipts: one recipient's state for one message.

A receipt exists from the send on, with or without a row; its id is derived, never stored.
Explained in docs/why/receipts.md.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from ackbox.model.message import Time

Mark = Literal["delivered", "read", "unread", "acknowledged", "archived", "unarchived"]
# Between stored and read: a signal went out, the text was put into a model's context, and a turn of
# the model began with it. Also: the model got a reminder of the reply, and the message was sent
# on to this recipient.
Step = Literal["signalled", "injected", "seen", "reminded", "rerouted"]
# The order of marks and steps on a message's way; one that is not listed comes last.
CHAIN = (
    "rerouted",
    "signalled",
    "delivered",
    "injected",
    "seen",
    "read",
    "unread",
    "reminded",
    "acknowledged",
    "answered",
    "archived",
)
State = Literal["pending", "delivered", "read", "acknowledged", "expired", "withdrawn"]

_HEX = re.compile(r"[0-9a-f]{32}")


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """One recipient's receipt for one message; times are null until they happen."""

    receipt_id: Annotated[str, Meta(description="Id of the receipt")]
    agent: Annotated[str, Meta(description="Recipient")]
    instance: Annotated[str | None, Meta(description="Instance it was addressed to")] = None
    kind: Annotated[str, Meta(description="Kind: agent, human or system")] = "agent"
    state: Annotated[State, Meta(description="State")] = "pending"
    delivered_at: Annotated[Time | None, Meta(description="Delivery time")] = None
    read_at: Annotated[Time | None, Meta(description="Time at which it was marked read")] = None
    acknowledged_at: Annotated[Time | None, Meta(description="Acknowledgement time")] = None
    archived_at: Annotated[Time | None, Meta(description="Archive time")] = None
    by: Annotated[
        list[dict[str, Any]],
        Meta(
            description=(
                "Evidence of each mark and each other step (signalled, injected, seen, reminded,"
                " rerouted, answered) in their order: mark, instance, at, face, operation, evidence"
            )
        ),
    ] = []


def receipt_id(seq: int, reader: int) -> str:
    """Return the receipt's name: 16 hex digits of seq and 16 of the reader's number."""
    return f"{seq:016x}{reader:016x}"


def parse_receipt_id(text: str) -> tuple[int, int] | None:
    """Return (seq, reader), or None when the text is no receipt's name."""
    if not _HEX.fullmatch(text):
        return None
    seq, reader = int(text[:16], 16), int(text[16:], 16)
    return (seq, reader) if seq < 1 << 62 and 0 < reader < 1 << 63 else None
