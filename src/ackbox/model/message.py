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
# `external`: another system's words, which came in through a webhook.
Kind = Literal["agent", "human", "system", "external"]
Priority = Annotated[int, Meta(ge=1, le=5, description="1 to 5; 5 is most urgent")]
Time = Annotated[str, Meta(description="UTC, RFC 3339 with milliseconds")]


class Ref(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A file, diff, task, message or address that the reader needs; never its bytes."""

    kind: Annotated[
        Literal["file", "diff", "task", "message", "url"], Meta(description="What the target is")
    ]
    target: Annotated[str, Meta(min_length=1, max_length=2000, description="Path, address or id")]
    lines: Annotated[str, Meta(max_length=64, description="Which lines of it, as 10-20")] | None = (
        None
    )
    note: Annotated[str, Meta(max_length=500, description="Why the reader needs it")] | None = None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message, as every face shows it."""

    id: Annotated[str, Meta(description="32 hex digits; sorts by time")]
    seq: Annotated[int, Meta(description="Number in the workspace; the order of commits")]
    workspace: Annotated[str, Meta(description="Where it lives")]
    sender: Annotated[str, Meta(description="Who wrote it, from the key")]
    sender_instance: Annotated[str | None, Meta(description="Which running copy of the sender")] = (
        None
    )
    sender_kind: Annotated[
        Kind,
        Meta(
            description=(
                "What the sender is, from the key; external: another system, through a webhook"
            )
        ),
    ] = "agent"
    type: Annotated[MessageType, Meta(description="How it was addressed, or who made it")] = (
        "direct"
    )
    to: Annotated[list[str], Meta(description="Addresses as parsed")]
    subject: Annotated[str | None, Meta(description="One line")] = None
    body: Annotated[str, Meta(description="The text")]
    intent: Annotated[str, Meta(description="What it is for")] = "inform"
    priority: Annotated[int, Meta(description="1 to 5; 5 is most urgent")] = 3
    refs: Annotated[list[Ref], Meta(description="What the reader needs beside the text")] = []
    metadata: Annotated[dict[str, Any], Meta(description="The sender's own object")] = {}
    parent: Annotated[str | None, Meta(description="Id of the message it answers")] = None
    thread: Annotated[str, Meta(description="Id of the first message of its conversation")]
    expects_reply_by: Annotated[Time | None, Meta(description="When an answer is due")] = None
    expires_at: Annotated[Time | None, Meta(description="When it leaves inboxes")] = None
    idempotency_key: Annotated[
        str | None, Meta(description="The sender's key against storing it twice")
    ] = None
    hops: Annotated[int, Meta(description="Agents in a row that answered without a person")] = 0
    created_at: Annotated[Time, Meta(description="When it was stored")]
    imported: Annotated[
        bool | msgspec.UnsetType,
        Meta(
            description=(
                "True when it came from an export file, whose word for its sender is all "
                "there is; left out otherwise"
            )
        ),
    ] = msgspec.UNSET


class Letter(Message, frozen=True, kw_only=True):
    """A message in somebody's mailbox: with the receipt's id and what the reader made of it."""

    receipt_id: Annotated[str, Meta(description="Names this reader's receipt")]
    read: Annotated[bool, Meta(description="Whether this reader has read it")] = False
    archived: Annotated[bool, Meta(description="Whether this reader has archived it")] = False
