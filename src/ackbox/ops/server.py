"""server.backup, server.status: the database and the server.

Explained in docs/howto/back-up-and-move.md.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox import __version__
from ackbox.errors import Unavailable
from ackbox.model.message import Time
from ackbox.model.moment import to_text
from ackbox.ops.table import Call, Context, op
from ackbox.store.copies import add_copy, database_bytes, last_copy
from ackbox.store.engine import Engine


class Backup(Call, frozen=True, kw_only=True):
    """File for the copy."""

    path: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=4096,
            description="Absolute path of a new file on the server's machine",
        ),
    ]


class BackedUp(msgspec.Struct, frozen=True, kw_only=True):
    """The checked copy."""

    path: Annotated[str, Meta(description="Path of the copy")]
    bytes: Annotated[int, Meta(description="Size in bytes")]
    workspaces: Annotated[int, Meta(description="Number of workspaces in the copy; 0 if unknown")]
    verified: Annotated[str, Meta(description="Check that was run on the copy")]


@op("server.backup", scope="database", is_outside=True)
async def backup(engine: Engine, params: Backup, now: int) -> BackedUp:
    """Copy the database while the server runs, and check the copy.

    The copy holds every workspace, and the keys' digests. For operators, who may read it all.

    Raises Invalid (a path that is taken, or not absolute), Unavailable.
    """
    made = msgspec.convert(await engine.backup(params.path), BackedUp)
    # The copy is good even where its age cannot be written down.
    with suppress(Unavailable):
        await engine.write(
            lambda tx: add_copy(tx, bytes=made.bytes, verified=made.verified, now=now), across=True
        )
    return made


class GetStatus(Call, frozen=True, kw_only=True):
    """No parameters."""


class KeptCopy(msgspec.Struct, frozen=True, kw_only=True):
    """A copy of the database that the server made."""

    made_at: Annotated[Time, Meta(description="Time of the copy")]
    bytes: Annotated[int, Meta(description="Size in bytes")]
    verified: Annotated[str, Meta(description="Check that the copy passed")]


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """Status of the database and the server."""

    at: Annotated[Time, Meta(description="Time of this status")]
    version: Annotated[str, Meta(description="Version of the server")]
    database_bytes: Annotated[
        int, Meta(description="Size of the database in bytes, all workspaces together")
    ]
    sockets: Annotated[int, Meta(description="Number of open WebSockets on this server")]
    clock_skew_ms: Annotated[
        int | None,
        Meta(
            description=(
                "Milliseconds that this server's clock is ahead of PostgreSQL's; null for SQLite"
            )
        ),
    ]
    backup: Annotated[
        KeptCopy | None,
        Meta(description=("Newest copy that server.backup made and checked; null for none")),
    ]


@op("server.status", scope="admin")
async def status(context: Context, params: GetStatus) -> Status:
    """Return the database size, open sockets, clock skew and last backup."""
    tx = context.store.tx
    copy = await last_copy(tx)
    return Status(
        at=to_text(context.now),
        version=__version__,
        database_bytes=await database_bytes(tx),
        sockets=context.sockets(),
        clock_skew_ms=context.skew_ms(),
        backup=(
            None
            if copy is None
            else KeptCopy(made_at=to_text(copy.made_at), bytes=copy.bytes, verified=copy.verified)
        ),
    )
