"""Stays: readers that count as online while they hold something open, such as a socket.

The last stay of a reader that ends checks it out, however it ended. Explained in
docs/why/presence.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import msgspec

from ackbox.app.liveness import Alive
from ackbox.errors import AckboxError
from ackbox.ops.access import Caller
from ackbox.ops.decode import decode
from ackbox.ops.table import OPERATIONS, Call, Context, allow


class Stay(msgspec.Struct, frozen=True, kw_only=True):
    """A reader that stays online, and the caller it came with."""

    caller: Caller
    asked: Call
    ws: int
    reader: int


class Stays:
    """All stays of one server; `run` runs an operation as the app does."""

    def __init__(
        self,
        run: Callable[..., Awaitable[Any]],
        spend: Callable[[Caller], None],
        alive: Alive,
        is_closing: Callable[[], bool],
    ) -> None:
        self._run, self._spend, self._alive, self._is_closing = run, spend, alive, is_closing
        self._leaving: set[asyncio.Task[None]] = set()

    async def come(self, caller: Caller, params: Any, face: str) -> tuple[Stay, Any]:
        """Check in, and count as online until `leave`.

        Return what `leave` takes, and the answer of agent.check_in.
        """
        operation = OPERATIONS["agent.check_in"]
        allow(caller, operation.name, "write")
        asked: Call = decode(operation.params, params)
        self._spend(caller)

        async def check_in(context: Context, asked: Any) -> tuple[Stay, Any]:
            result = await operation.run(context, asked)
            # The server may have chosen the instance.
            asked = msgspec.structs.replace(asked, instance=result.me.instance, auto_instance=None)
            me = await context.me(asked)
            stay = Stay(caller=caller, asked=asked, ws=context.workspace.ws, reader=me.reader)
            self._count(counted, stay)
            return stay, result

        counted: list[Stay] = []
        try:
            stay, result = await self._run(operation, asked, caller, face, check_in, writes=True)
        except BaseException:
            self._count(counted, None)
            raise
        return stay, result

    def _count(self, counted: list[Stay], stay: Stay | None) -> None:
        """Count a stay within its transaction, where a check-out that waits for its turn will
        find it; one that was tried before no more.
        """
        if stay is not None:
            self._alive.stay(stay.ws, stay.reader)
        for before in counted:
            self._alive.leave(before.ws, before.reader)
        counted[:] = [] if stay is None else [stay]

    def leave(self, stay: Stay) -> None:
        """End a stay; the last of a reader checks it out, unless the server itself is ending."""
        if self._alive.leave(stay.ws, stay.reader) and not self._is_closing():
            task = asyncio.ensure_future(self._check_out(stay))
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    async def settle(self) -> None:
        """Wait until everybody who left is checked out."""
        if self._leaving:
            await asyncio.wait([*self._leaving])

    async def _check_out(self, stay: Stay) -> None:
        operation = OPERATIONS["agent.check_out"]
        who = {
            name: getattr(stay.asked, name)
            for name in ("workspace", "agent", "instance", "session")
        }

        async def check_out(context: Context, asked: Any) -> None:
            # A reader that has come back is online.
            if not self._alive.stays(stay.ws, stay.reader):
                await operation.run(context, asked)

        # The session may have ended meanwhile.
        with suppress(AckboxError):
            await self._run(
                operation,
                decode(operation.params, who),
                stay.caller,
                "server",
                check_out,
                writes=True,
            )
