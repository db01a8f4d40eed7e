"""Messages: the immutable record, and how a reader sees it.

Shapes and their limits only; who may see them is decided in ops/. Explained in
docs/reference/message.md.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from ackbox.model.sealed import ReceivedMessage

BODY_LIMIT = 50_000
SUBJECT_LIMIT = 200
METADATA_LIMIT_BYTES = 16 * 1024

MessageType = Literal["direct", "broadcast", "system", "task_assignment"]
# `external`: another system's words, which came in through a webhook.
Kind = Literal["agent", "human", "system", "external"]
Priority = Annotated[int, Meta(ge=1, le=5, description="Priority (1 to 5; 5 is most urgent)")]
Time = Annotated[
    str,
    Meta(
        description="UTC time, RFC 3339 with milliseconds",
        extra_json_schema={"format": "date-time"},
    ),
]


class Ref(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A file, diff, task, message or address that the reader needs; never its bytes."""

    kind: Annotated[
        Literal["file", "diff", "task", "message", "url"], Meta(description="Kind of the target")
    ]
    target: Annotated[str, Meta(min_length=1, max_length=2000, description="Path, URL or id")]
    lines: Annotated[str, Meta(max_length=64, description="Lines, such as 10-20")] | None = None
    note: Annotated[str, Meta(max_length=500, description="Reason to read it")] | None = None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message, as every face shows it."""

    id: Annotated[str, Meta(description="Id (32 hex digits); sorts by time")]
    seq: Annotated[int, Meta(description="Number in the workspace, in commit order")]
    workspace: Annotated[str, Meta(description="Workspace")]
    sender: Annotated[str, Meta(description="Sender, from the key")]
    sender_instance: Annotated[str | None, Meta(description="Instance of the sender")] = None
    sender_kind: Annotated[
        Kind,
        Meta(
            description=(
                "Kind of the sender, from the key; external for another system through a webhook"
            )
        ),
    ] = "agent"
    type: Annotated[
        MessageType, Meta(description="Type: direct, broadcast, system or task_assignment")
    ] = "direct"
    to: Annotated[list[str], Meta(description="Recipients")]
    subject: Annotated[str | None, Meta(description="Subject")] = None
    body: Annotated[str, Meta(description="Text")]
    intent: Annotated[str, Meta(description="Intent")] = "inform"
    priority: Annotated[int, Meta(description="Priority (1 to 5; 5 is most urgent)")] = 3
    refs: Annotated[
        list[Ref], Meta(description="References to files, diffs, tasks and messages")
    ] = []
    metadata: Annotated[dict[str, Any], Meta(description="Metadata of the sender")] = {}
    choices: Annotated[
        list[str] | msgspec.UnsetType,
        Meta(description="Short answers to choose from; left out otherwise"),
    ] = msgspec.UNSET
    choice: Annotated[
        str | msgspec.UnsetType,
        Meta(description="Chosen answer of a reply; left out otherwise"),
    ] = msgspec.UNSET
    parent: Annotated[str | None, Meta(description="Id of the message it replies to")] = None
    thread: Annotated[str, Meta(description="Id of the first message of the conversation")]
    expects_reply_by: Annotated[Time | None, Meta(description="Time by which a reply is due")] = (
        None
    )
    expires_at: Annotated[
        Time | None, Meta(description="Expiry time, at which it leaves inboxes")
    ] = None
    idempotency_key: Annotated[str | None, Meta(description="Idempotency key of the sender")] = None
    hops: Annotated[int, Meta(description="Number of consecutive agent replies before it")] = 0
    created_at: Annotated[Time, Meta(description="Time of storage")]
    imported: Annotated[
        bool | msgspec.UnsetType,
        Meta(
            description=(
                "Whether it came from an export file, so that its sender is not "
                "verified; left out otherwise"
            )
        ),
    ] = msgspec.UNSET
    sealed: Annotated[
        ReceivedMessage | msgspec.UnsetType,
        Meta(
            description=(
                "Sealed message, which its readers open on their machines; then `subject`, `body`,"
                " `refs` and `metadata` are empty; left out otherwise"
            )
        ),
    ] = msgspec.UNSET


class Letter(Message, frozen=True, kw_only=True):
    """A message in a mailbox, with its receipt id and flags."""

    receipt_id: Annotated[str, Meta(description="Id of this reader's receipt")]
    read: Annotated[bool, Meta(description="Whether this reader has read it")] = False
    archived: Annotated[bool, Meta(description="Whether this reader has archived it")] = False
    overdue: Annotated[
        bool | msgspec.UnsetType,
        Meta(description="Whether its reply is overdue; left out otherwise"),
    ] = msgspec.UNSET
