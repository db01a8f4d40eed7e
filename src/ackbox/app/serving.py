"""Serving: what the faces of a server need of the app behind them.

An app on a database is one; the sealed call of a client is another, in `ackbox gateway`. A face
cannot tell which it has. Explained in docs/why/operations.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from ackbox.app.bell import Bell, Follower
from ackbox.app.limits import Limits
from ackbox.ops.access import Caller


class Serving(Protocol):
    """Answers calls, identifies keys, and notifies followers; see App for each method."""

    bell: Bell
    limits: Limits
    clock: Callable[[], int]
    sockets: Callable[[], int]

    @property
    def call(self) -> Any: ...

    async def identify(self, credential: str | None) -> Caller: ...

    async def ended_keys(self) -> set[str]: ...

    async def check(self) -> None: ...

    async def follow(self, params: Any, *, credential: str | None, face: str = ...) -> Follower: ...

    def unfollow(self, follower: Follower) -> None: ...

    async def stay(
        self, params: Any, *, credential: str | None, face: str = ...
    ) -> tuple[Any, Any]: ...

    @property
    def leave(self) -> Callable[[Any], None]: ...
