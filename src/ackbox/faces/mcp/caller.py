"""The caller of an MCP request: its identity from the headers, and calls made with it.

Explained in docs/reference/mcp.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import msgspec

from ackbox.app.bell import Gone
from ackbox.briefing import Answer
from ackbox.dialects.engine.mapping import MappedCall
from ackbox.errors import AckboxError
from ackbox.faces.http.connection import gone_of
from ackbox.faces.http.reply import (
    connection_in,
    identity_headers,
    machine_headers,
    with_identity,
)
from ackbox.faces.http.wire import Calling
from ackbox.ops.access import Connection
from ackbox.ops.fitting import Fits, all_fit
from ackbox.ops.table import OPERATIONS

# Where the scope of a request holds its key.
CREDENTIAL = "ackbox.credential"


class Who(msgspec.Struct, frozen=True):
    """A connection's key and identity headers; a tool's own arguments win."""

    credential: str | None
    identity: dict[str, str]
    do: Calling
    key: str | None = None
    card: dict[str, str] = {}
    gone: Gone | None = None
    fits: Fits = all_fit
    connection: Connection = Connection()

    async def call(self, operation: str, /, **params: Any) -> Any:
        """Call one operation as this connection. Raises the errors of ackbox.errors."""
        if (
            self.key is not None
            and "idempotency_key" in OPERATIONS[operation].params.__struct_fields__
        ):
            params.setdefault("idempotency_key", self.key)
        for name, value in self.card.items():
            if name in OPERATIONS[operation].params.__struct_fields__:
                params.setdefault(name, value)
        return await self._until_gone(
            lambda gone: self.do(
                operation,
                with_identity(self.identity, params),
                credential=self.credential,
                face="mcp",
                gone=gone,
                fits=self.fits,
                connection=self.connection,
            )
        )

    def within(self, answer: Answer) -> Who:
        """Return the same caller, with results limited to what an answer can hold."""
        return msgspec.structs.replace(self, fits=answer.fits)

    async def _until_gone(self, do: Callable[[Gone], Awaitable[Any]]) -> Any:
        """Run a call; when the request is cancelled, let it end at a point where nothing is half
        done.
        """
        gone = Gone()
        if self.gone is not None:
            self.gone.add(gone)
        doing = asyncio.ensure_future(do(gone))
        try:
            return await asyncio.shield(doing)
        except asyncio.CancelledError:
            gone.set()
            # Retrieve the outcome: nobody else does.
            doing.add_done_callback(lambda done: done.cancelled() or done.exception())
            raise
        finally:
            if self.gone is not None:
                self.gone.discard(gone)

    async def try_call(self, asked: MappedCall) -> Any:
        """Call an operation on the side; null when it fails."""
        with suppress(AckboxError):
            return await self.call(asked.operation, **asked.params)
        return None


def who(context: Any, do: Calling) -> Who:
    """Return the caller of the request that a handler serves."""
    headers = context.request.headers
    return Who(
        context.request.scope[CREDENTIAL],
        identity_headers(headers),
        do,
        headers.get("ackbox-idempotency-key") or None,
        machine_headers(headers),
        gone_of(context.request.scope),
        connection=connection_in(headers),
    )
