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
    return (
        base64.urlsafe_b64encode(_seal(ws, query, place) + place.to_bytes(8, "big"))
        .decode()
        .rstrip("=")
    )


def read_cursor(ws: int, query: str, text: str) -> int:
    """Return the place in a cursor. Raises BadCursor for one from elsewhere, or a damaged one."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    place = int.from_bytes(raw[8:16], "big")
    # Made again and compared as text, so that no character of it can differ.
    if make_cursor(ws, query, place) != text:
        raise BadCursor(
            "This cursor does not belong to this query.",
            hint="Start without a cursor, and pass only cursors that this call returned.",
        )
    return place


def _seal(ws: int, query: str, place: int) -> bytes:
    # Not a secret: it only catches a cursor that was damaged, or carried from one query or
    # workspace to another.
    return hashlib.sha256(f"{ws}\0{query}\0{place}".encode()).digest()[:8]
