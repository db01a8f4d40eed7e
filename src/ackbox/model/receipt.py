"""Receipts: one recipient's state for one message.

A receipt exists from the send on, with or without a row; its id is derived, never stored.
Explained in docs/why/receipts.md.
"""

from __future__ import annotations

import re
from typing import Any, Literal

import msgspec

Mark = Literal["delivered", "read", "unread", "acknowledged", "archived", "unarchived"]
State = Literal["pending", "delivered", "read", "acknowledged", "expired"]

_HEX = re.compile(r"[0-9a-f]{32}")


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What one recipient has done with one message; times are null until it happens."""

    receipt_id: str
    agent: str
    instance: str | None = None
    kind: str = "agent"
    state: State = "pending"
    delivered_at: str | None = None
    read_at: str | None = None
    acknowledged_at: str | None = None
    archived_at: str | None = None
    by: list[dict[str, Any]] = []


def receipt_id(seq: int, reader: int) -> str:
    """Return the receipt's name: 16 hex digits of seq and 16 of the reader's number."""
    return f"{seq:016x}{reader:016x}"


def parse_receipt_id(text: str) -> tuple[int, int] | None:
    """Return (seq, reader), or None when the text is no receipt's name."""
    if not _HEX.fullmatch(text):
        return None
    seq, reader = int(text[:16], 16), int(text[16:], 16)
    return (seq, reader) if seq < 1 << 62 and 0 < reader < 1 << 63 else None
