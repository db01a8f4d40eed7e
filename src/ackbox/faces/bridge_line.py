"""Lines of the bridge: what is wrong with one that no server could read, and whose request it is.

Explained in docs/reference/mcp.md.
"""

from __future__ import annotations

import json
import re
from typing import Any

_HALVES = re.compile("[\\ud800-\\udfff]")
_ID = re.compile(r'"id"\s*:\s*(-?\d{1,15}|"[\w-]{1,64}")')
LOOKED_FOR_ID = 100_000


def half_in(value: Any, place: str = "") -> str | None:
    """Return where half of a surrogate pair stands in JSON, which no text in UTF-8 holds; null when it is nowhere."""
    if isinstance(value, str):
        return (place or "the message") if not value.isascii() and _HALVES.search(value) else None
    if isinstance(value, dict):
        for name, child in value.items():
            found = half_in(name, place) or half_in(child, f"{place}.{name}" if place else name)
            if found is not None:
                return found
    if isinstance(value, list):
        return next((found for at, child in enumerate(value) if (found := half_in(child, f"{place}[{at}]")) is not None), None)
    return None


def id_in(line: str) -> Any:
    """Return the id that a line which is no JSON gives its request, so that whoever waits for it is answered; null for none."""
    found = _ID.search(line[:LOOKED_FOR_ID])
    return None if found is None else json.loads(found[1])
