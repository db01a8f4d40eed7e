"""The store: one method for each question an operation asks, bound to one workspace at birth.

The questions live by noun in readers.py, messages.py, marks.py and tasks.py; workspaces and keys
are here.
Explained in docs/why/storage.md.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ackbox.errors import Conflict, NotFound
from ackbox.model.key import Role
from ackbox.store.bound import new_number
from ackbox.store.engine import Row, Transaction
from ackbox.store.events import Events
from ackbox.store.keeping import Keeping
from ackbox.store.marks import Marks
from ackbox.store.messages import Messages
from ackbox.store.notes import Notes
from ackbox.store.obligations import Obligations
from ackbox.store.outgoing import Outgoing
from ackbox.store.programs import Programs
from ackbox.store.readers import Readers
from ackbox.store.rosters import Rosters
from ackbox.store.schedules import Schedules
from ackbox.store.search import Search
from ackbox.store.sessions import Sessions
from ackbox.store.stretch import Stretches
from ackbox.store.tasks import Tasks
from ackbox.store.texts import Shares, Texts
from ackbox.store.webhooks import Webhooks


class WorkspaceRow(msgspec.Struct, frozen=True):
    """One row of `workspace`."""

    ws: int
    name: str
    mode: str
    settings: dict[str, Any]
    created_at: int
    agent_count: int
    sealed: int


class KeyRow(msgspec.Struct, frozen=True):
    """One row of `access_key`; `ws` 0 covers every workspace."""

    id: str
    ws: int
    digest: bytes
    role: Role
    agent: str | None
    may_speak_as: list[str]
    label: str
    created_at: int
    expires_at: int | None
    revoked_at: int | None
    dialect: str | None
    # What redeeming the key must prove; null for nothing.
    proof: bytes | None

    def is_good(self, now: int) -> bool:
        """Whether the key is valid at a moment."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


def _workspace(row: Row) -> WorkspaceRow:
    return WorkspaceRow(row[0], row[1], row[2], msgspec.json.decode(row[3]), *row[4:])


def _key(row: Row) -> KeyRow:
    return KeyRow(
        row[0], row[1], bytes(row[2]), row[3], row[4], msgspec.json.decode(row[5]), *row[6:]
    )


class Store(
    Readers,
    Messages,
    Events,
    Marks,
    Tasks,
    Texts,
    Shares,
    Notes,
    Search,
    Sessions,
    Stretches,
    Schedules,
    Webhooks,
    Outgoing,
    Keeping,
    Programs,
    Obligations,
    Rosters,
):
    """All questions about one workspace."""

    async def workspace(self) -> WorkspaceRow:
        """Return this workspace."""
        return _workspace((await self.rows("workspace_by_number"))[0])

    async def save_settings(self, settings: dict[str, Any]) -> None:
        await self.run("workspace_settings", settings=msgspec.json.encode(settings).decode())

    async def keys(self) -> list[KeyRow]:
        return [_key(row) for row in await self.rows("keys_of")]

    async def add_key(
        self,
        *,
        id: str,
        digest: bytes,
        role: Role,
        agent: str | None,
        may_speak_as: list[str],
        label: str,
        now: int,
        expires_at: int | None,
        dialect: str | None = None,
        proof: bytes | None = None,
    ) -> None:
        await self.run(
            "key_add",
            id=id,
            digest=digest,
            role=role,
            agent=agent,
            label=label,
            now=now,
            may_speak_as=msgspec.json.encode(may_speak_as).decode(),
            expires_at=expires_at,
            dialect=dialect,
            proof=proof,
        )

    async def spend_key(self, id: str, *, now: int) -> bool:
        """End a key that is good for one use; false when somebody else was first."""
        return bool(await self.rows("key_spend", id=id, now=now))

    async def expire_key(self, id: str, *, expires_at: int) -> None:
        """Let a key of this workspace end at a moment."""
        await self.run("key_expire", id=id, expires_at=expires_at)

    async def revoke_key(self, id: str, *, now: int) -> bool:
        """Revoke a key of this workspace; false when it has none of that id."""
        row = (await self.tx.rows("key_by_id", id=id)) or [(None, None)]
        if row[0][1] != self.ws:
            return False
        await self.run("key_revoke", id=id, now=now)
        return True


async def find_workspace(tx: Transaction, name: str) -> WorkspaceRow | None:
    """Return the workspace of that name."""
    rows = await tx.rows("workspace_by_name", name=name)
    return _workspace(rows[0]) if rows else None


def no_workspace(name: str | None) -> NotFound:
    """Return the error for a workspace that is not there, or not the caller's."""
    return NotFound(
        f"There is no workspace {name!r}.", hint="See workspace.list.", field="workspace"
    )


async def every_workspace(tx: Transaction) -> list[WorkspaceRow]:
    """Return all workspaces; only for callers whose key covers them all."""
    return [_workspace(row) for row in await tx.rows("workspace_all")]


async def has_workspace(tx: Transaction) -> bool:
    """Whether the database has a workspace; one that has served has."""
    return bool(await tx.rows("workspace_any"))


async def unindexed_workspaces(tx: Transaction) -> set[int]:
    """Return the numbers of the workspaces whose index of words is behind."""
    return {row[0] for row in await tx.rows("workspaces_unindexed")}


async def unfolded_workspaces(tx: Transaction) -> set[int]:
    """Return the numbers of the workspaces with names from before they were kept in any case."""
    return {row[0] for row in await tx.rows("workspaces_unfolded")}


async def add_workspace(
    tx: Transaction,
    *,
    name: str,
    mode: str,
    settings: dict[str, Any],
    now: int,
    is_sealed: bool = False,
) -> WorkspaceRow:
    """Create a workspace. Raises Conflict when the name is taken."""
    ws = new_number()
    await tx.run(
        "workspace_add",
        ws=ws,
        name=name,
        mode=mode,
        settings=msgspec.json.encode(settings).decode(),
        now=now,
        sealed=int(is_sealed),
    )
    found = await find_workspace(tx, name)
    if found is None or found.ws != ws:
        raise Conflict(f"There is a workspace {name!r} already.", hint="Choose another name.")
    return found


async def find_key(tx: Transaction, id: str) -> KeyRow | None:
    """Return a key by the id in it."""
    rows = await tx.rows("key_by_id", id=id)
    return _key(rows[0]) if rows else None


async def ended_keys(tx: Transaction, *, since: int, now: int) -> set[str]:
    """Return the ids of keys that were revoked or ran out between two moments."""
    return {row[0] for row in await tx.rows("keys_ended", since=since, now=now)}
