"""Conversions that several dialects share: each turns values of ours into foreign ones.

Conversions of a single dialect are in its own folder. Explained in docs/why/dialects.md.
"""

from __future__ import annotations

import uuid
from typing import Any


def channel(to: list[str]) -> str:
    """Return an audience as one text: names with commas between, without their instances."""
    if to == ["*"]:
        return "broadcast"
    return ",".join(dict.fromkeys(address.partition("/")[0] for address in to))


def to_uuid(id: str) -> str:
    """Return an id of ours as a UUID with hyphens."""
    return str(uuid.UUID(id))


def present(**fields: Any) -> dict[str, Any]:
    """Return those of the fields that are not null."""
    return {name: value for name, value in fields.items() if value is not None}
