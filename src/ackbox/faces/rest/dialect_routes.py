"""REST interfaces of other systems, served from a dialect's data: paths, statuses, bodies, errors.

No system is named here and no rule lives here. Explained in docs/why/dialects.md.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from ackbox.app.limits import Held, Limits
from ackbox.briefing import Answer
from ackbox.dialects import RESTS
from ackbox.dialects.engine.dialect import opened
from ackbox.dialects.engine.mapping import MappedCall
from ackbox.dialects.engine.rest import Live, Rest
from ackbox.dialects.engine.rest import Route as DialectRoute
from ackbox.errors import AckboxError, NotFound, WrongMethod
from ackbox.faces.http.body import Holding, read_body, read_query, typed
from ackbox.faces.http.connection import gone_of, welcome
from ackbox.faces.http.reply import JSON, bearer, identity_headers, path_prefix, with_identity
from ackbox.faces.http.wire import Calling, as_error, encode
from ackbox.hook_briefing import HOOK_LENGTH_WITH_NOTES, Wording, for_hook
from ackbox.ops.decode import parse_object
from ackbox.ops.fitting import all_fit
from ackbox.ops.program.report import Reported

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class Gate(Protocol):
    """Identifies keys, holds their rate limits, and knows the time."""

    limits: Limits
    clock: Callable[[], int]

    async def identify(self, credential: str | None) -> Any: ...


class Ticketing(Protocol):
    """Gives tickets that open a WebSocket, in place of a key."""

    def give(self, key: str) -> dict[str, Any]: ...


def routes(call: Calling, gate: Gate, tickets: Ticketing) -> list[Route]:
    """Return the routes of every dialect, and for each prefix an error for unknown paths."""
    return [
        route
        for rest in RESTS
        for prefix in rest.prefixes
        for route in _under(prefix, rest, call, gate, tickets)
    ]


def without_key(rest: Rest, call: Calling, gate: Gate, *, key: str) -> list[Route]:
    """Return the routes of one dialect without a prefix, for requests that act with this key."""
    return _under("", rest, call, gate, key=key)


def _under(
    prefix: str,
    rest: Rest,
    call: Calling,
    gate: Gate,
    tickets: Ticketing | None = None,
    *,
    key: str | None = None,
) -> list[Route]:
    own = [
        Route(
            prefix + own.path,
            _endpoint(rest, own, call, gate, key=key, tickets=tickets),
            methods=[own.method],
        )
        for own in rest.routes
    ]
    # After these routes: a known path with a wrong method.
    others = [
        Route(prefix + path, _endpoint(rest, None, call, gate, key=key, path=path), methods=METHODS)
        for path in _paths(rest)
    ]
    any_path = _endpoint(rest, None, call, gate, key=key)
    return [*own, *others, Route(prefix + "/{path:path}", any_path, methods=METHODS)]


def _paths(rest: Rest) -> dict[str, list[str]]:
    """Return each path with its methods."""
    found: dict[str, list[str]] = {}
    for own in rest.routes:
        found.setdefault(own.path, []).append(own.method)
    return found


def _no_route(rest: Rest, request: Request, path: str | None) -> NotFound:
    """Return the error for a wrong method on a known path, or for an unknown path."""
    paths = _paths(rest)
    if path is not None:
        return WrongMethod(
            f"{path} does not accept {request.method}.",
            hint=f"Use {', '.join(paths[path])}.",
            allow=paths[path],
        )
    unknown = f"/{request.path_params['path']}"[:100]
    near = difflib.get_close_matches(unknown[:64], paths, n=1, cutoff=0.6)
    return NotFound(
        # Without the prefix, as the paths of the hint and of the system's own documentation.
        f"Unknown path {unknown!r}.",
        hint=f"Did you mean {near[0]}?" if near else f"Use one of: {', '.join(paths)}.",
    )


def _endpoint(
    rest: Rest,
    route: DialectRoute | None,
    call: Calling,
    gate: Gate,
    *,
    key: str | None = None,
    path: str | None = None,
    tickets: Ticketing | None = None,
) -> Any:
    async def endpoint(request: Request) -> Response:
        credential = key or bearer(request.headers, *rest.key_headers)
        asked: MappedCall | None = None
        try:
            caller = await gate.identify(credential)
            welcome(request.scope, caller.key_id)
            if rest.rate is not None:
                gate.limits.pace(caller, rest.rate)
            if route is None:
                raise _no_route(rest, request, path)
            held = Held(gate.limits, caller)
            try:
                asked = rest.ask(route, await _given(request, rest, route, held))
                more = (
                    opened(asked, await _try(call, request, credential, asked.first))
                    if asked.first
                    else {}
                )
                answer = Answer(gate.clock, length=HOOK_LENGTH_WITH_NOTES)
                is_briefed = route.tool.is_briefed
                result = await call(
                    asked.operation,
                    with_identity(identity_headers(request.headers), asked.params),
                    credential=credential,
                    face="rest",
                    gone=gone_of(request.scope),
                    fits=answer.fits if is_briefed else all_fit,
                )
            finally:
                held.release()
            reply = rest.say(
                asked, result, _briefing(asked, result, answer) if is_briefed else None
            )
            if more and isinstance(reply, dict):
                reply = reply | {"_ext": reply.get("_ext", {}) | more}
            if route.live is not None and tickets is not None:
                _add_live(reply, route.live, request, tickets, credential or "")
            return _response(route, reply)
        except ClientDisconnect:
            return Response(status_code=499)
        except Exception as error:  # the edge: everything becomes the system's error shape
            return _refused(rest, route, error, asked)

    return endpoint


def _response(route: DialectRoute, reply: Any) -> Response:
    if route.text_type:
        return Response(reply, status_code=route.status, media_type=route.text_type)
    # A reply with tickets is for its caller alone.
    headers = {"Cache-Control": "no-store"} if route.live is not None else None
    return Response(encode(reply), status_code=route.status, media_type=JSON, headers=headers)


def _add_live(
    reply: dict[str, Any], live: Live, request: Request, tickets: Ticketing, key: str
) -> None:
    """Put the address of the WebSocket and tickets for it into a reply."""
    secure = "https" in (request.url.scheme, request.headers.get("x-forwarded-proto"))
    host = request.headers.get("host", request.url.netloc)
    address = f"{'wss' if secure else 'ws'}://{host}{path_prefix(request.headers)}{live.path}"
    _put(reply, live.address, address)
    for name in live.tickets:
        _put(reply, name, tickets.give(key)["ticket"])


def _put(reply: dict[str, Any], name: str, value: str) -> None:
    whole, _, part = name.partition(".")
    reply[whole][part] = value


def _briefing(asked: MappedCall, result: Reported, answer: Answer) -> str:
    """Return what an event of a program has for its model, in the words of the system's tools."""
    assert asked.tool is not None
    return for_hook(
        result,
        answer,
        is_start=asked.params["moment"] == "session_start",
        local_time=None,
        wording=Wording(**asked.tool.wording),
    )


async def _try(call: Calling, request: Request, credential: str | None, asked: MappedCall) -> Any:
    """Call an operation on the side; null when it fails."""
    with suppress(AckboxError):
        return await call(
            asked.operation,
            with_identity(identity_headers(request.headers), asked.params),
            credential=credential,
            face="rest",
            gone=gone_of(request.scope),
        )
    return None


async def _given(
    request: Request, rest: Rest, route: DialectRoute, held: Holding
) -> dict[str, Any]:
    given = (
        read_query(request, rest.shape(route))
        if route.method == "GET"
        else parse_object(await read_body(request, held=held))
    )
    return {**given, **typed(request.path_params, rest.shape(route))}


def _refused(
    rest: Rest, route: DialectRoute | None, error: Exception, asked: MappedCall | None
) -> Response:
    shown = as_error(error, operation=route.tool.operation if route else "")
    status, body = rest.refuse(route, shown, asked)
    headers = (
        {}
        if shown.retry_after_s is None
        else {"Retry-After": str(max(1, math.ceil(shown.retry_after_s)))}
    )
    if isinstance(shown, WrongMethod):
        headers["Allow"] = ", ".join(shown.details["allow"])
    return Response(encode(body), status_code=status, media_type=JSON, headers=headers)
