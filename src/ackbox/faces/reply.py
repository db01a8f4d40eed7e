"""Replies: what every face over HTTP shares, the key in a request and an error as a response.

No routes and no rules here. Explained in docs/reference/errors.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import structlog
from starlette.requests import Request
from starlette.responses import Response

from ackbox.errors import AckboxError, NotFound
from ackbox.faces.wire import as_error, encode

JSON = "application/json"


_SAID_IN = {"ackbox-agent": "agent", "ackbox-instance": "instance", "ackbox-workspace": "workspace", "ackbox-session": "session"}


def bearer(headers: Mapping[str, str], *others: str) -> str | None:
    """Return the key in the Authorization header, else in one of the others, or null."""
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return key.strip()
    return next((headers[name].strip() for name in others if headers.get(name)), None)


def said_in(headers: Mapping[str, str]) -> dict[str, str]:
    """Return whom a request's headers name, as parameters of an operation."""
    return {name: unquote(headers[header]) for header, name in _SAID_IN.items() if headers.get(header)}


def as_said(said: dict[str, str], params: dict[str, Any]) -> dict[str, Any]:
    """Return a call's parameters with what the headers say: its own win, and a session of its own stands for agent and instance."""
    if params.get("session"):
        said = {name: value for name, value in said.items() if name not in ("agent", "instance")}
    return {**said, **params}


def error_response(error: BaseException, *, operation: str = "", close: bool = False) -> Response:
    """Return the one error shape with its status."""
    shown = as_error(error)
    if not isinstance(error, AckboxError):
        structlog.get_logger().error("failed", operation=operation, kind=type(error).__name__, exc_info=error)
    headers = {} if shown.retry_after_s is None else {"Retry-After": str(max(1, math.ceil(shown.retry_after_s)))}
    if shown.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if close:
        headers["Connection"] = "close"
    return Response(encode(shown.as_dict()), status_code=shown.status, media_type=JSON, headers=headers)


async def not_found(request: Request, _: Exception) -> Response:
    """Answer for a path that nobody knows."""
    return error_response(NotFound("There is no such path.", hint="See /openapi.json."))
