"""Webhooks: the route for signed deliveries from other systems.

Passes the signature headers and the raw body to the operation, which checks them. No body is read
for an unknown webhook, or without signature headers.
Explained in docs/why/webhooks.md.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from ackbox.faces.http.body import BODY_LIMIT, Holding, read_body
from ackbox.faces.http.reply import JSON, error_response
from ackbox.faces.http.wire import Calling, encode
from ackbox.model.signature import HEADERS
from ackbox.ops.table import Unread


def routes(call: Calling) -> list[Route]:
    """Return the route of webhook deliveries."""

    async def endpoint(request: Request) -> Response:
        id = request.path_params["id"]
        headers = {name: request.headers[name] for name in HEADERS if name in request.headers}

        async def read(held: Holding) -> dict[str, Any]:
            return {
                "id": id,
                "headers": headers,
                "body": await read_body(request, BODY_LIMIT, held),
            }

        try:
            unread = Unread(id, headers, request.client.host if request.client else "-", read)
            result = await call("webhook.receive", unread, credential=None, face="webhook")
        except ClientDisconnect:
            return Response(status_code=499)
        except Exception as error:  # the edge: everything becomes the one error shape
            return error_response(error, operation="webhook.receive")
        return Response(encode(result), media_type=JSON)

    return [Route("/hooks/in/{id}", endpoint, methods=["POST"], name="webhook")]
