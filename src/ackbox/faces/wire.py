"""The wire: structs to JSON, errors to replies; shared by every face.

Errors are turned into replies here and nowhere else. Explained in docs/reference/errors.md.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import structlog

from ackbox.errors import AckboxError, Unavailable

# What a face is given: (operation, parameters, key) → result struct.
Calling = Callable[..., Awaitable[Any]]

_encoder = msgspec.json.Encoder()


def encode(value: Any) -> bytes:
    """Return a result as JSON."""
    return _encoder.encode(value)


def builtins(value: Any) -> Any:
    """Return a result as plain dicts and lists."""
    return msgspec.to_builtins(value)


def as_error(error: BaseException, **where: str) -> AckboxError:
    """Return the error a caller is shown; what is not ours becomes `unavailable`, without its text, and is logged with `where` it happened."""
    if isinstance(error, AckboxError):
        return error
    structlog.get_logger().error("failed", **where, kind=type(error).__name__, exc_info=error)
    return Unavailable("Something went wrong on the server.", hint="It has been logged; try again.", retry_after_s=1)
