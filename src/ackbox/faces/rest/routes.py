"""REST: a readable route for each operation, else POST /v1/<noun>/<verb>.

Routes come from the table of operations; no rule lives here.
Explained in docs/reference/rest.md.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ackbox.faces.http.body import BODY_LIMIT, Holding, read_body, read_query
from ackbox.faces.http.connection import gone_of, welcome
from ackbox.faces.http.reply import JSON, connection_in, credential, error_response
from ackbox.faces.http.wire import Calling, as_error, encode, in_names
from ackbox.ops.decode import parse_object
from ackbox.ops.table import OPERATIONS, Operation

BULK_LIMIT = 8 << 20

# Method and path of each operation; {words} in a path are parameters of the operation.
ROUTES: dict[str, tuple[str, str]] = {
    "message.send": ("POST", "/v1/messages"),
    "message.send_many": ("POST", "/v1/messages/many"),
    "message.history": ("GET", "/v1/messages"),
    "message.search": ("GET", "/v1/messages/search"),
    "message.ask": ("POST", "/v1/messages/ask"),
    "message.get": ("GET", "/v1/messages/{id}"),
    "message.status": ("GET", "/v1/messages/{id}/status"),
    "message.withdraw": ("POST", "/v1/messages/{id}/withdraw"),
    "message.preview": ("POST", "/v1/messages/preview"),
    "message.transcript": ("GET", "/v1/messages/transcript"),
    "roster.append": ("POST", "/v1/roster"),
    "roster.get": ("GET", "/v1/roster"),
    "roster.request": ("POST", "/v1/roster/requests"),
    "roster.requests": ("GET", "/v1/roster/requests"),
    "share.add": ("POST", "/v1/shares"),
    "share.list": ("GET", "/v1/shares"),
    "text.list": ("GET", "/v1/texts"),
    "text.put": ("POST", "/v1/texts"),
    "thread.list": ("GET", "/v1/threads"),
    "thread.get": ("GET", "/v1/threads/{id}"),
    "workspace.needs": ("GET", "/v1/needs"),
    "pause.start": ("POST", "/v1/pauses"),
    "pause.end": ("POST", "/v1/pauses/end"),
    "mute.start": ("POST", "/v1/mutes"),
    "mute.end": ("POST", "/v1/mutes/end"),
    "inbox.check": ("POST", "/v1/inbox/check"),
    "inbox.wait": ("POST", "/v1/inbox/wait"),
    "mailbox.list": ("GET", "/v1/mailbox"),
    "receipt.mark": ("POST", "/v1/receipts/mark"),
    "event.log": ("GET", "/v1/events/log"),
    "turn.submit": ("POST", "/v1/turns"),
    "review.open": ("POST", "/v1/reviews"),
    "review.list": ("GET", "/v1/reviews"),
    "review.get": ("GET", "/v1/reviews/{id}"),
    "review.comment": ("POST", "/v1/reviews/{id}/comments"),
    "review.resolve": ("POST", "/v1/reviews/{id}/resolve"),
    "program.report": ("POST", "/v1/programs/report"),
    "program.shown": ("POST", "/v1/programs/shown"),
    "program.wake": ("POST", "/v1/programs/wake"),
    "program.signalled": ("POST", "/v1/programs/signalled"),
    "event.feed": ("GET", "/v1/events"),
    "note.add": ("POST", "/v1/notes"),
    "note.list": ("GET", "/v1/notes"),
    "note.search": ("GET", "/v1/notes/search"),
    "note.get": ("GET", "/v1/notes/{id}"),
    "note.link": ("POST", "/v1/notes/{id}/links"),
    "note.supersede": ("POST", "/v1/notes/{id}/supersede"),
    "note.append": ("POST", "/v1/notes/append"),
    "note.explore": ("POST", "/v1/notes/explore"),
    "note.move": ("POST", "/v1/notes/{id}/move"),
    "note.archive": ("POST", "/v1/notes/{id}/archive"),
    "note.remove": ("DELETE", "/v1/notes/{id}"),
    "note.tidy": ("POST", "/v1/notes/tidy"),
    "note.unlink": ("POST", "/v1/notes/unlink"),
    "session.start": ("POST", "/v1/sessions"),
    "session.checkpoint": ("POST", "/v1/sessions/checkpoint"),
    "session.end": ("POST", "/v1/sessions/end"),
    "session.list": ("GET", "/v1/sessions"),
    "session.context": ("GET", "/v1/sessions/context"),
    "session.conflicts": ("POST", "/v1/sessions/conflicts"),
    "event.list": ("GET", "/v1/events/newest"),
    "agent.check_in": ("POST", "/v1/agents/check-in"),
    "agent.heartbeat": ("POST", "/v1/agents/heartbeat"),
    "agent.quiet": ("POST", "/v1/agents/quiet"),
    "agent.check_out": ("POST", "/v1/agents/check-out"),
    "agent.list": ("GET", "/v1/agents"),
    "agent.dismiss": ("POST", "/v1/agents/dismiss"),
    "agent.set_kind": ("POST", "/v1/agents/set-kind"),
    "agent.whoami": ("GET", "/v1/me"),
    "task.create": ("POST", "/v1/tasks"),
    "task.create_many": ("POST", "/v1/tasks/many"),
    "task.list": ("GET", "/v1/tasks"),
    "task.search": ("GET", "/v1/tasks/search"),
    "task.claim": ("POST", "/v1/tasks/claim"),
    "task.finish_many": ("POST", "/v1/tasks/finish-many"),
    "task.get": ("GET", "/v1/tasks/{id}"),
    "task.update": ("PATCH", "/v1/tasks/{id}"),
    "task.assign": ("POST", "/v1/tasks/{id}/assign"),
    "task.depend": ("POST", "/v1/tasks/{id}/depend"),
    "schedule.add": ("POST", "/v1/schedules"),
    "schedule.list": ("GET", "/v1/schedules"),
    "schedule.remove": ("DELETE", "/v1/schedules/{id}"),
    "webhook.add": ("POST", "/v1/webhooks"),
    "webhook.list": ("GET", "/v1/webhooks"),
    "webhook.remove": ("DELETE", "/v1/webhooks/{id}"),
    "webhook_out.add": ("POST", "/v1/webhooks-out"),
    "webhook_out.list": ("GET", "/v1/webhooks-out"),
    "webhook_out.remove": ("DELETE", "/v1/webhooks-out/{id}"),
    "webhook_out.test": ("POST", "/v1/webhooks-out/{id}/test"),
    "webhook_out.retry": ("POST", "/v1/webhooks-out/{id}/retry"),
    "workspace.create": ("POST", "/v1/workspaces"),
    "workspace.list": ("GET", "/v1/workspaces"),
    "workspace.overview": ("GET", "/v1/workspace/overview"),
    "workspace.settings": ("PATCH", "/v1/workspace/settings"),
    "workspace.flow": ("GET", "/v1/workspace/flow"),
    "workspace.health": ("GET", "/v1/workspace/health"),
    "server.status": ("GET", "/v1/server/status"),
    "key.create": ("POST", "/v1/keys"),
    "key.list": ("GET", "/v1/keys"),
    "key.revoke": ("DELETE", "/v1/keys/{id}"),
    "key.rotate": ("POST", "/v1/keys/{id}/rotate"),
}


def where(operation: Operation) -> tuple[str, str]:
    """Return the method and path of an operation."""
    return ROUTES.get(operation.name, ("POST", f"/v1/{operation.noun}/{operation.verb}"))


def _path_of(operation: str) -> str:
    """Return the method and path of an operation, for errors."""
    return " ".join(where(OPERATIONS[operation]))


def routes(call: Calling) -> list[Route]:
    """Return the REST routes of every operation in the table."""
    # Paths with parameters last, so that /v1/messages/search is not taken for an id.
    operations = sorted(OPERATIONS.values(), key=lambda operation: "{" in where(operation)[1])
    own = [_route(call, operation, *where(operation)) for operation in operations]
    by_name = Endpoint(_by_name(call))
    return [*own, Route("/v1/call/{name}", by_name, methods=["POST"], name="call")]


class Endpoint:
    """An ASGI application that replies to a request with what a function returns.

    Starlette would wrap the function in two more applications, each of which costs a send more than
    its own routing.
    """

    def __init__(self, respond: Callable[[Request], Awaitable[Response]]) -> None:
        self._respond = respond

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._respond(Request(scope, receive, send))
        await response(scope, receive, send)


def _by_name(call: Calling) -> Any:
    """Return the endpoint that calls any operation by name, for our own clients."""

    async def endpoint(request: Request) -> Response:
        name = request.path_params["name"]

        async def read(held: Holding) -> Any:
            welcome(request.scope, held.key)
            return await read_body(request, limit_of(OPERATIONS.get(name)), held)

        try:
            result = await call(
                name,
                read,
                credential=credential(request),
                face=request.headers.get("ackbox-face", "rest"),
                gone=gone_of(request.scope),
                connection=connection_in(request.headers),
            )
        except ClientDisconnect:
            return Response(status_code=499)
        except Exception as error:  # the edge: everything becomes the one error shape
            return error_response(error, operation=name)
        return Response(encode(result), media_type=JSON)

    return endpoint


def _route(call: Calling, operation: Operation, method: str, path: str) -> Route:
    async def endpoint(request: Request) -> Response:
        # The body is read only after the key is known to allow the operation.
        async def read(held: Holding) -> Any:
            welcome(request.scope, held.key)
            return await _params(request, operation, method, held)

        try:
            result = await call(
                operation.name,
                read,
                credential=credential(request),
                face="rest",
                gone=gone_of(request.scope),
            )
        except ClientDisconnect:
            return Response(status_code=499)
        except Exception as error:  # the edge: everything becomes the one error shape
            return error_response(
                in_names(as_error(error, operation=operation.name), _path_of),
                operation=operation.name,
            )
        return Response(
            encode(result), status_code=201 if operation.creates else 200, media_type=JSON
        )

    return Route(path, Endpoint(endpoint), methods=[method], name=operation.name)


def limit_of(operation: Operation | None) -> int:
    """Return the maximum body size of an operation."""
    return BULK_LIMIT if operation is not None and operation.is_bulk else BODY_LIMIT


async def _params(request: Request, operation: Operation, method: str, held: Holding) -> Any:
    if method != "GET":
        body = await read_body(request, limit_of(operation), held)
        if not request.path_params:
            return body
        return {**parse_object(body), **request.path_params}
    return {**read_query(request, operation.params), **request.path_params}
