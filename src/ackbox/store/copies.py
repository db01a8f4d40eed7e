"""Copies: the last backup of the database, and its size. copying.py makes backups.

Explained in docs/howto/back-up-and-move.md.
"""

from __future__ import annotations

import msgspec

from ackbox.store.engine import Transaction


class CopyRow(msgspec.Struct, frozen=True):
    """One row of `database_copy`."""

    made_at: int
    bytes: int
    verified: str


async def add_copy(tx: Transaction, *, bytes: int, verified: str, now: int) -> None:
    """Keep that a copy was made and how it was checked."""
    await tx.run("copy_add", now=now, bytes=bytes, verified=verified)


async def last_copy(tx: Transaction) -> CopyRow | None:
    """Return the newest copy that was made through the server."""
    rows = await tx.rows("copy_last")
    return CopyRow(*rows[0]) if rows else None


async def database_bytes(tx: Transaction) -> int:
    """Return how large the database is."""
    return int((await tx.rows("database_bytes"))[0][0])
