"""Replies: the parts that all faces over HTTP share: the key in a request, and an error as a
response.

No routes and no rules here. Explained in docs/reference/errors.md.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from ackbox.errors import NotAllowed, NotFound
from ackbox.faces.http.wire import as_error, encode
from ackbox.ops.access import Connection

JSON = "application/json"
# A path on this host only: two slashes at its start would name another host.
_PREFIX = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*){1,8}")


_IDENTITY_HEADERS = {
    "ackbox-agent": "agent",
    "ackbox-instance": "instance",
    "ackbox-workspace": "workspace",
    "ackbox-session": "session",
}
_MACHINE_HEADERS = {
    "ackbox-machine": "machine",
    "ackbox-platform": "platform",
    "ackbox-copy": "copy_id",
}


def bearer(headers: Mapping[str, str], *others: str) -> str | None:
    """Return the key in the Authorization header, or else in one of the other headers; null without
    one.
    """
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return key.strip()
    return next((headers[name].strip() for name in others if headers.get(name)), None)


def identity_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the identity that a request's headers name, as parameters of an operation."""
    return {
        name: unquote(headers[header])
        for header, name in _IDENTITY_HEADERS.items()
        if headers.get(header)
    }


def machine_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the machine that a request's headers describe, as parameters."""
    return {
        name: unquote(headers[header])[:200]
        for header, name in _MACHINE_HEADERS.items()
        if headers.get(header)
    }


def connection_in(headers: Mapping[str, str]) -> Connection:
    """Return a request's connection: the only agent that it may act as, whether it only reads, and
    whether a person types.
    """
    only_as = headers.get("ackbox-only-as")
    return Connection(
        only_as=unquote(only_as) if only_as else None,
        is_glance="ackbox-glance" in headers,
        is_person="ackbox-person" in headers,
    )


def with_identity(identity: dict[str, str], params: dict[str, Any]) -> dict[str, Any]:
    """Return a call's parameters with the identity of the headers; the call's parameters take
    precedence, and a session replaces agent and instance.
    """
    if params.get("session"):
        identity = {
            name: value for name, value in identity.items() if name not in ("agent", "instance")
        }
    return {**identity, **params}


def path_prefix(headers: Mapping[str, str]) -> str:
    """Return the path under which a proxy serves this server; empty without one. The proxy removes
    it from requests and names it in X-Forwarded-Prefix.
    """
    named = headers.get("x-forwarded-prefix", "").rstrip("/")
    return named if len(named) <= 200 and _PREFIX.fullmatch(named) else ""


def base_url(connection: HTTPConnection) -> str:
    """Return the address under which a client reaches this server: behind a proxy the proxy's."""
    forwarded = connection.headers.get("x-forwarded-proto", "")
    scheme = forwarded if forwarded in ("http", "https") else connection.url.scheme
    host = connection.headers.get("host", connection.url.netloc)
    return f"{scheme}://{host}{path_prefix(connection.headers)}"


def cookie_name(headers: Mapping[str, str]) -> str:
    """Return the name of the dashboard's cookie: a browser keeps one jar for all ports of a
    host, so the port is in it.
    """
    port = headers.get("host", "").rpartition(":")[2]
    return f"ackbox_{port}" if port.isdigit() else "ackbox"


def credential(request: HTTPConnection, *, method: str | None = None) -> str | None:
    """Return the key of a request: from its Authorization header, or from the cookie of the
    dashboard's pages.

    `method` is the effect of the request if its HTTP method does not show it. Raises NotAllowed
    when another page sends the cookie.
    """
    key = bearer(request.headers)
    if key is not None:
        return key
    key = request.cookies.get(cookie_name(request.headers))
    if key is not None:
        _refuse_other_pages(request.headers, method or request.scope.get("method", "GET"))
    return key


def _refuse_other_pages(headers: Mapping[str, str], method: str) -> None:
    """Raise NotAllowed unless the dashboard sent the request or a person opened a page.

    Ports of one host share cookies, so SameSite is not enough.
    """
    site = headers.get("sec-fetch-site")
    is_safe = method in ("GET", "HEAD")
    if site in ("same-origin", "none") or (is_safe and headers.get("sec-fetch-mode") == "navigate"):
        return
    # Browsers omit Fetch metadata on plain http to another machine; the guard has already checked
    # Origin.
    if site is None and (is_safe or "origin" in headers):
        return
    raise NotAllowed(
        "The request came from a page that is not the dashboard.",
        field="Sec-Fetch-Site",
        hint="Open the dashboard and repeat it there.",
    )


def error_response(
    error: BaseException, *, operation: str = "", resource: HTTPConnection | None = None
) -> Response:
    """Return an error as a response: the error object with its status.

    With a `resource`, an error about its key names where a client of OAuth gets one.
    """
    shown = as_error(error, operation=operation)
    headers = (
        {}
        if shown.retry_after_s is None
        else {"Retry-After": str(max(1, math.ceil(shown.retry_after_s)))}
    )
    if shown.status == 401:
        headers["WWW-Authenticate"] = "Bearer" if resource is None else _bearer_from(resource)
    return Response(
        encode(shown.as_dict()), status_code=shown.status, media_type=JSON, headers=headers
    )


def _bearer_from(resource: HTTPConnection) -> str:
    metadata = f"{base_url(resource)}/.well-known/oauth-protected-resource"
    return f'Bearer resource_metadata="{metadata}{quote(resource.scope["path"])}"'


async def not_found(request: Request, _: Exception) -> Response:
    """Return the error for an unknown path."""
    return error_response(
        NotFound(f"Unknown path {request.url.path[:100]!r}.", hint="See /openapi.json.")
    )
