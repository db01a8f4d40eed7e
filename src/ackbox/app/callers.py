"""Callers: the owner of a key, read from the store and cached briefly.

Roles and scopes are in ops/access.py. Explained in docs/why/keys.md.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

from ackbox.errors import BadKey
from ackbox.model.key import digest, matches, parse_key
from ackbox.ops.access import Caller
from ackbox.store.engine import Engine, Transaction
from ackbox.store.store import (
    KeyRow,
    Store,
    WorkspaceRow,
    ended_keys,
    find_key,
    no_workspace,
)

KNOWN_FOR_MS = 500
ENDED_MS = 60_000


class Known(msgspec.Struct, frozen=True):
    """A verified key, the monotonic time (ms) of the check, and its caller."""

    at: int
    row: KeyRow
    caller: Caller


class Callers:
    """Finds keys in one database."""

    def __init__(self, engine: Engine, clock: Callable[[], int]) -> None:
        self._engine = engine
        self._clock = clock
        self._known: dict[bytes, Known] = {}

    async def identify(self, credential: str | None) -> Caller:
        """Return whose key this is.

        Raises BadKey, with one answer for wrong, expired and revoked alike in form.
        """
        if not credential:
            raise BadKey(
                "The request has no key.",
                hint="Send it as 'Authorization: Bearer abx_…'.",
                reason="missing",
            )
        known = await self._find(credential)
        if known is None:
            raise BadKey(
                "This key is unknown.",
                hint="Check which server it belongs to.",
                reason="unknown",
            )
        self._check(known.row)
        return known.caller

    async def confirm(self, tx: Transaction, caller: Caller) -> None:
        """Check in a running transaction that a key has not ended. Raises BadKey.

        A key that was found good a moment ago may have ended in the state that this transaction
        sees. PostgreSQL's walls hide a key of the whole server here: the next look refuses that.
        """
        row = await find_key(tx, caller.key_id)
        if row is not None:
            self._check(row)

    def _check(self, row: KeyRow) -> None:
        if row.revoked_at is not None:
            raise BadKey(
                "This key has been revoked.", hint="Ask an admin for a new one.", reason="revoked"
            )
        if row.expires_at is not None and row.expires_at <= self._clock():
            raise BadKey(
                "This key has expired.", hint="Ask an admin for a new one.", reason="expired"
            )

    async def ended(self) -> set[str]:
        """Return the ids of keys that were revoked or ran out within the last minute."""
        now = self._clock()
        return await self._engine.read(
            lambda tx: ended_keys(tx, since=now - ENDED_MS, now=now), across=True
        )

    def forget(self) -> None:
        """Ask the store again for every key."""
        self._known.clear()

    async def _find(self, credential: str) -> Known | None:
        """Return a key that is right; known for a moment by its digest, never by its text."""
        told, now = digest(credential), time.monotonic_ns() // 1_000_000
        known = self._known.get(told)
        if known is not None and now - known.at < KNOWN_FOR_MS:
            return known
        id = parse_key(credential).id
        row = await self._engine.read(lambda tx: find_key(tx, id), across=True)
        if row is None or not matches(credential, row.digest):
            return None
        self._known[told] = Known(now, row, _caller(row))
        return self._known[told]


def _caller(row: KeyRow) -> Caller:
    return Caller(
        key_id=row.id,
        ws=row.ws,
        role=row.role,
        agent=row.agent,
        may_speak_as=tuple(row.may_speak_as),
        dialect=row.dialect,
    )


async def workspace_of(store: Store, caller: Caller, asked: str | None) -> WorkspaceRow:
    """Return the workspace a call acts in. Not there and not yours give the same answer."""
    row = await store.workspace()
    if caller.ws and asked not in (None, row.name):
        raise no_workspace(asked)
    return row
