"""Metadata: the JSON object of a message, task or note, its limit and how filters compare it.

Explained in docs/reference/message.md.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ackbox.errors import TooLong
from ackbox.model.message import METADATA_LIMIT_BYTES


def check_metadata(metadata: dict[str, Any], *, hint: str) -> None:
    """Raise TooLong when an object exceeds the limit."""
    size = len(msgspec.json.encode(metadata)) if metadata else 0
    if size > METADATA_LIMIT_BYTES:
        raise TooLong(
            f"`metadata` has {size:,} bytes; at most {METADATA_LIMIT_BYTES:,} are allowed.",
            field="metadata",
            size=size,
            limit=METADATA_LIMIT_BYTES,
            hint=hint,
        )


def has_metadata(metadata: str, wanted: dict[str, Any]) -> bool:
    """Whether stored metadata has these values."""
    own = msgspec.json.decode(metadata) if wanted else {}
    return all(name in own and own[name] == value for name, value in wanted.items())
