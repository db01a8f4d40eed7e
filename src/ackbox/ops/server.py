"""server.backup, server.status: the database and the server as a whole.

Explained in docs/howto/back-up-and-move.md.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox import __version__
from ackbox.errors import Unavailable
from ackbox.model.moment import to_text
from ackbox.ops.table import Call, Context, op
from ackbox.store.copies import add_copy, database_bytes, last_copy
from ackbox.store.engine import Engine


class Backup(Call, frozen=True, kw_only=True):
    """Where the copy goes."""

    path: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=4096,
            description="A file that is not there yet, on the server's machine; absolute",
        ),
    ]


class BackedUp(msgspec.Struct, frozen=True, kw_only=True):
    """The copy, after it was opened again and checked."""

    path: Annotated[str, Meta(description="Where it is")]
    bytes: Annotated[int, Meta(description="How large it is")]
    workspaces: Annotated[
        int, Meta(description="How many workspaces are in it; 0 when the format does not say")
    ]
    verified: Annotated[str, Meta(description="How it was checked")]


@op("server.backup", scope="database", is_outside=True)
async def backup(engine: Engine, params: Backup, now: int) -> BackedUp:
    """Copy the whole database while the server runs, and check the copy.

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
    """Nothing to say."""


class KeptCopy(msgspec.Struct, frozen=True, kw_only=True):
    """A copy of the database that was made through the server."""

    made_at: Annotated[str, Meta(description="What was stored by then is in it")]
    bytes: Annotated[int, Meta(description="How large it is")]
    verified: Annotated[str, Meta(description="How it was checked, which found nothing wrong")]


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How the database and the server stand."""

    at: Annotated[str, Meta(description="When this was so")]
    version: Annotated[str, Meta(description="Version of the server")]
    database_bytes: Annotated[
        int, Meta(description="How large the database is, all workspaces together")
    ]
    sockets: Annotated[int, Meta(description="WebSockets open on the server that answers")]
    backup: Annotated[
        KeptCopy | None,
        Meta(
            description=(
                "The newest copy that server.backup made, when all was last found whole; null"
                " without"
            )
        ),
    ]


@op("server.status", scope="admin")
async def status(context: Context, params: GetStatus) -> Status:
    """Return how large the database is, how many sockets are open, and when it was last copied
    and found whole.
    """
    tx = context.store.tx
    copy = await last_copy(tx)
    return Status(
        at=to_text(context.now),
        version=__version__,
        database_bytes=await database_bytes(tx),
        sockets=context.sockets(),
        backup=(
            None
            if copy is None
            else KeptCopy(made_at=to_text(copy.made_at), bytes=copy.bytes, verified=copy.verified)
        ),
    )
