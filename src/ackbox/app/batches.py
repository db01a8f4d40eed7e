"""Batches: one call that runs many calls of another operation.

Explained in docs/why/operations.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from ackbox.errors import AckboxError
from ackbox.ops.access import Caller
from ackbox.ops.decode import decode
from ackbox.ops.table import OPERATIONS, Batch


async def run_each(
    run: Callable[..., Awaitable[Any]], batch: Batch, asked: Any, caller: Caller, face: str
) -> list[Any]:
    """Run the calls of a batch in order, as the app runs one, and return each one's result or
    error.

    Each commits or fails alone.
    """
    operation = OPERATIONS[batch.of]

    async def one(part: Any) -> Any:
        try:
            params = decode(operation.params, part)
            return await run(
                operation,
                params,
                caller,
                face,
                operation.run,
                writes=operation.is_write(params),
            )
        except AckboxError as error:
            return error

    return await asyncio.gather(*map(one, batch.split(asked)))
