"""Cursors: where a page ended, as opaque text bound to its workspace and its query.

Explained in docs/why/cursors.md.
"""

from __future__ import annotations

import base64
import binascii
import hashlib

from ackbox.errors import BadCursor


def make_cursor(ws: int, query: str, place: int) -> str:
    """Return opaque text for a place (a seq or a reader number) in one query of one workspace."""
    raw = _seal(ws, query) + place.to_bytes(8, "big")
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def read_cursor(ws: int, query: str, text: str) -> int:
    """Return the place in a cursor. Raises BadCursor for one from elsewhere."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != 16 or raw[:8] != _seal(ws, query):
        raise BadCursor("This cursor is not from here.", hint="Start without a cursor; pass on only what this call returned.")
    return int.from_bytes(raw[8:], "big")


def _seal(ws: int, query: str) -> bytes:
    # Not a secret: it only catches a cursor carried from one query or workspace to another.
    return hashlib.sha256(f"{ws}\0{query}".encode()).digest()[:8]
