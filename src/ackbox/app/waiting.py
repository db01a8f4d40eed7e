"""Waiting: a long poll looks again at each ring, as long as somebody waits for what it finds.

The operation decides what a look does, the app who may look. Explained in docs/why/delivery.md.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from ackbox.app.bell import Bell, Gone
from ackbox.errors import CallerGone

# Also without a ring: a revoked key or a recipient gone must not wait for one.
LOOK_AGAIN_S = 1.0


async def wait(
    bell: Bell,
    ws: int,
    wait_s: float,
    gone: Gone | None,
    *,
    result: Any,
    is_done: Callable[[Any], bool],
    look: Callable[[Any], Awaitable[Any]],
) -> Any:
    """Return the first result that is done, or the last one when the time is over, the server
    closes or the caller has left.
    """
    until = time.monotonic() + wait_s
    while (left := until - time.monotonic()) > 0 and not bell.is_closing:
        waiter = bell.listen(ws)
        if gone is not None:
            gone.add(waiter)
        try:
            result = await look(result)
            if is_done(result):
                return result
            await bell.wait(waiter, min(left, LOOK_AGAIN_S))
        except CallerGone:
            return result
        finally:
            bell.forget(ws, waiter)
            if gone is not None:
                gone.discard(waiter)
    return result
