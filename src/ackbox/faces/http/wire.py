"""The wire: structs to JSON, errors to replies; shared by all faces.

Only this module turns errors into replies. Explained in docs/reference/errors.md.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import structlog

from ackbox.errors import AckboxError, Unavailable
from ackbox.ops.table import OPERATIONS

# The call that faces use: (operation, parameters, key) → result struct.
Calling = Callable[..., Awaitable[Any]]

_OPERATION = re.compile(r"(?<![\w.'\"`])[a-z]+\.[a-z_]+\b(?!['\"`])")
_encoder = msgspec.json.Encoder()


def encode(value: Any) -> bytes:
    """Return a result as JSON."""
    return _encoder.encode(value)


def builtins(value: Any) -> Any:
    """Return a result as plain dicts and lists."""
    return msgspec.to_builtins(value)


def in_names(error: AckboxError, names: Callable[[str], str | None]) -> AckboxError:
    """Return an error with a face's names for operations: `names` returns one, or null if the face
    has none. Quoted text does not change.
    """

    def named(found: re.Match[str]) -> str:
        return (found[0] in OPERATIONS and names(found[0])) or found[0]

    shown = copy.copy(error)
    shown.message = _OPERATION.sub(named, error.message)
    shown.hint = error.hint and _OPERATION.sub(named, error.hint)
    return shown


def as_error(error: BaseException, **where: str) -> AckboxError:
    """Return the error to show to a caller.

    An unexpected exception becomes `unavailable`, without its text, and is logged with `where` it
    happened.
    """
    if isinstance(error, AckboxError):
        return error
    structlog.get_logger().error("failed", **where, kind=type(error).__name__, exc_info=error)
    return Unavailable(
        "The server failed to handle this request.",
        hint="The server has logged the error. Retry the request.",
        retry_after_s=1,
    )
