"""Messages: the immutable record, what a sender writes, and what a reader is given.

Shapes and their limits only; who may see them is decided in ops/.
Explained in docs/reference/message.md.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

BODY_LIMIT = 50_000
SUBJECT_LIMIT = 200
METADATA_LIMIT_BYTES = 16 * 1024

MessageType = Literal["direct", "broadcast", "system", "task_assignment"]
Kind = Literal["agent", "human", "system"]
Priority = Annotated[int, Meta(ge=1, le=5, description="1 to 5; 5 is most urgent")]
Time = Annotated[str, Meta(description="UTC, RFC 3339 with milliseconds")]


class Ref(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A file, diff, task, message or address that the reader needs; never its bytes."""

    kind: Literal["file", "diff", "task", "message", "url"]
    target: Annotated[str, Meta(min_length=1, max_length=2000)]
    lines: Annotated[str, Meta(max_length=64)] | None = None
    note: Annotated[str, Meta(max_length=500)] | None = None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message, as every face shows it."""

    id: str
    seq: int
    workspace: str
    sender: str
    sender_instance: str | None = None
    sender_kind: Kind = "agent"
    type: MessageType = "direct"
    to: list[str]
    subject: str | None = None
    body: str
    intent: str = "inform"
    priority: int = 3
    refs: list[Ref] = []
    metadata: dict[str, Any] = {}
    parent: str | None = None
    thread: str
    expects_reply_by: Time | None = None
    expires_at: Time | None = None
    idempotency_key: str | None = None
    hops: int = 0
    created_at: Time


class Letter(Message, frozen=True, kw_only=True):
    """A message in somebody's mailbox: with the receipt's id and what the reader made of it."""

    receipt_id: str
    read: bool = False
    archived: bool = False
