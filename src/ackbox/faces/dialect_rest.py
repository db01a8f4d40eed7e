"""Other systems' REST interfaces, each from its data: its paths, statuses, bodies and errors over the operations.

No system is known here and no rule lives here. Explained in docs/why/dialects.md.
"""

from __future__ import annotations

import math
from typing import Any, Protocol

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from ackbox.dialects import RESTS
from ackbox.dialects._rest import Rest, Road
from ackbox.errors import AckboxError, NotFound
from ackbox.faces.body import read_body, read_query
from ackbox.faces.reply import JSON, as_said, bearer, said_in
from ackbox.faces.wire import Calling, as_error, encode
from ackbox.limits import Limits
from ackbox.ops.decode import parse_object

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class Gate(Protocol):
    """Who knows keys, and what each may ask."""

    limits: Limits

    async def identify(self, credential: str | None) -> Any: ...


def routes(call: Calling, gate: Gate) -> list[Route]:
    """Return every road of every system, and under each prefix an answer for what is no road."""
    return [route for rest in RESTS for prefix in rest.prefixes for route in _under(prefix, rest, call, gate)]


def _under(prefix: str, rest: Rest, call: Calling, gate: Gate) -> list[Route]:
    own = [Route(prefix + road.path, _endpoint(rest, road, call, gate), methods=[road.method]) for road in rest.roads]
    return [*own, Route(prefix + "/{path:path}", _endpoint(rest, None, call, gate), methods=METHODS)]


def _endpoint(rest: Rest, road: Road | None, call: Calling, gate: Gate) -> Any:
    async def endpoint(request: Request) -> Response:
        credential = bearer(request.headers, *rest.key_headers)
        try:
            caller = await gate.identify(credential)
            if rest.rate is not None:
                gate.limits.pace(caller, rest.rate)
            if road is None:
                raise NotFound("There is no such path.", hint=f"There are {', '.join(road.path for road in rest.roads)}.")
            asked = rest.ask(road, await _given(request, rest, road))
            result = await call(asked.operation, as_said(said_in(request.headers), asked.params), credential=credential, face="rest")
            return Response(encode(rest.say(asked, result)), status_code=road.status, media_type=JSON)
        except ClientDisconnect:
            return Response(status_code=499)
        except Exception as error:  # the edge: everything becomes the system's error shape
            return _refused(rest, road, error)

    return endpoint


async def _given(request: Request, rest: Rest, road: Road) -> dict[str, Any]:
    given = read_query(request, rest.shape(road)) if road.method == "GET" else parse_object(await read_body(request))
    return {**given, **request.path_params}


def _refused(rest: Rest, road: Road | None, error: Exception) -> Response:
    shown = as_error(error)
    if not isinstance(error, AckboxError):
        structlog.get_logger().error("failed", operation=road.word.operation if road else "", kind=type(error).__name__, exc_info=error)
    status, body = rest.refuse(road, shown)
    headers = {} if shown.retry_after_s is None else {"Retry-After": str(max(1, math.ceil(shown.retry_after_s)))}
    return Response(encode(body), status_code=status, media_type=JSON, headers=headers)
