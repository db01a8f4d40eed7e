"""Envelopes as operations take and return them: base64 text that vault/ reads.

Shapes only. Explained in docs/reference/message.md.
"""

from __future__ import annotations

import re
from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.errors import Invalid

MAX_READERS = 100
# A face shows this in the place of a sealed text.
NOTICE = (
    "Sealed message: this server cannot read it. Members open it with ackbox on their machines."
)
# How a vault key begins: it belongs on the machine of its member only.
VAULT_KEY = b"avk1_"
_VAULT_KEY = re.compile(r"avk1_[A-Za-z2-7]{20}")
# Longest base64 text of each part; the server checks the bytes.
_HEADER, _CONTENT = 44_000, 350_000


def refuse_vault_key(text: str, field: str | None = None) -> None:
    """Raise Invalid for text with a vault key, without showing it."""
    if "avk1_" in text and _VAULT_KEY.search(text):
        raise Invalid(
            "The request contains a vault key. The server did not store it.",
            hint="A vault key stays on its machine. If the connection was not encrypted, an admin"
            " of the workspace removes the member and adds it with a new key.",
            field=field,
        )


MemberId = Annotated[str, Meta(max_length=64, description="Id of a member (64 hex digits)")]


class Wrap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The message key, encrypted for one reader."""

    member: MemberId
    wrap: Annotated[str, Meta(max_length=128, description="Encrypted message key, base64")]


class SealedMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A message as its sender sealed and signed it."""

    header: Annotated[str, Meta(max_length=_HEADER, description="Signed header, base64")]
    wraps: Annotated[
        list[Wrap],
        Meta(
            min_length=1,
            max_length=MAX_READERS,
            description="Message key for each reader, ascending by member",
        ),
    ]
    content: Annotated[str, Meta(max_length=_CONTENT, description="Encrypted content, base64")]
    signature: Annotated[str, Meta(max_length=128, description="Signature of the sender, base64")]


class ReceivedMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A sealed message as one reader gets it."""

    header: Annotated[str, Meta(description="Signed header, base64")]
    wraps_hash: Annotated[str, Meta(description="Hash of the keys of all readers, base64")]
    wrap: Annotated[
        str | None,
        Meta(description="Message key for the calling agent, base64; null for none"),
    ]
    content: Annotated[str, Meta(description="Encrypted content, base64")]
    signature: Annotated[str, Meta(description="Signature of the sender, base64")]


class StoredEnvelope(msgspec.Struct, frozen=True, kw_only=True):
    """A sealed message as the store keeps it, in the place of the text."""

    header: str
    wraps_hash: str
    wraps: dict[str, str]
    content: str
    signature: str

    def for_member(self, member: str | None) -> ReceivedMessage:
        """Return what one reader gets."""
        return ReceivedMessage(
            header=self.header,
            wraps_hash=self.wraps_hash,
            wrap=None if member is None else self.wraps.get(member),
            content=self.content,
            signature=self.signature,
        )
