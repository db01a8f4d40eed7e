"""The server's part of a hook: it reads an event in the program's format and replies in it.

A bridge asks at /v1/hook/{program}/wake what to wake its program for, and confirms its signal at
/v1/hook/{program}/signalled.

The header Ackbox-Offer of a reply identifies the messages in it. The hook confirms them at
/v1/hook/{program}/shown after it has written them out, or, if it cannot, with its next event
(`Ackbox-Confirms: next`). With `Ackbox-Known: only`, a session that has not reported before is not
found. Explained in docs/why/reach.md.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from ackbox import collision_briefing
from ackbox.briefing import Answer
from ackbox.errors import Invalid, NotFound
from ackbox.faces.hook import fast
from ackbox.faces.http.body import BODY_LIMIT, Holding, read_body
from ackbox.faces.http.connection import gone_of, welcome
from ackbox.faces.http.reply import (
    JSON,
    connection_in,
    credential,
    error_response,
    identity_headers,
    machine_headers,
    with_identity,
)
from ackbox.faces.http.wire import Calling, encode
from ackbox.hook_briefing import HOOK_LENGTH, for_hook, for_wake
from ackbox.ops.decode import parse_object
from ackbox.ops.fitting import Fits, all_fit
from ackbox.programs import PROGRAMS
from ackbox.programs.program import Event, Program


def routes(
    call: Calling, clock: Callable[[], int], *, fast_hook: fast.Pass | None = None
) -> list[Route]:
    """Return the routes of events and of confirmations; with that of the script `ackbox-hook` if
    there is a pass for it.
    """

    report = _reporting(call, clock)

    async def plain(request: Request, operation: str, fits: Fits = all_fit) -> Any:
        async def read(held: Holding) -> dict[str, Any]:
            welcome(request.scope, held.key)
            own = parse_object(await read_body(request, BODY_LIMIT, held))
            _program(request)
            return with_identity(identity_headers(request.headers), own)

        return await call(
            operation,
            read,
            credential=credential(request),
            face="hook",
            fits=fits,
            connection=connection_in(request.headers),
        )

    async def shown(request: Request) -> Response:
        return Response(encode(await plain(request, "program.shown")), media_type=JSON)

    async def signalled(request: Request) -> Response:
        return Response(encode(await plain(request, "program.signalled")), media_type=JSON)

    async def wake(request: Request) -> Response:
        answer = Answer(clock, length=HOOK_LENGTH)
        result = await plain(request, "program.wake", answer.fits)
        return Response(encode(_wake_in(result, answer, clock())), media_type=JSON)

    ways = {"shown": shown, "signalled": signalled, "wake": wake}
    carry = fast.endpoint(report, shown, fast_hook, clock) if fast_hook is not None else None
    return [
        *([Route("/v1/hook", _edge(carry, "program.report"), methods=["POST"])] if carry else []),
        Route("/v1/hook/{program}", _edge(report, "program.report"), methods=["POST"]),
        *(
            Route(f"/v1/hook/{{program}}/{name}", _edge(way, f"program.{name}"), methods=["POST"])
            for name, way in ways.items()
        ),
    ]


def _reporting(
    call: Calling, clock: Callable[[], int]
) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    """Return the endpoint of events."""

    async def report(request: Request) -> Response:
        events: list[Event] = []

        async def read(held: Holding) -> dict[str, Any]:
            welcome(request.scope, held.key)
            event = _event(request, await read_body(request, BODY_LIMIT, held))
            events.append(event)
            return _params(request, event)

        answer = Answer(clock, length=HOOK_LENGTH)
        result = await call(
            "program.report",
            read,
            credential=credential(request),
            face="hook",
            gone=gone_of(request.scope),
            fits=answer.fits,
            connection=connection_in(request.headers),
        )
        event = events[0]
        briefing = for_hook(
            result,
            answer,
            is_start=event.moment == "session_start",
            local_time=_local_time(request, clock),
        )
        collisions = collision_briefing.for_hook(result.collisions)
        text = "\n\n".join(part for part in (collisions, briefing) if part)
        reply = PROGRAMS[request.path_params["program"]].reply(event, text) if text else None
        if reply is None:
            return Response(status_code=204)
        headers = {"Ackbox-Offer": result.offer} if result.offer else {}
        return Response(encode(reply), media_type=JSON, headers=headers)

    return report


def _wake_in(result: Any, answer: Answer, now: int) -> dict[str, Any]:
    """Return what a bridge needs of a wake, with the text for its program."""
    time = datetime.fromtimestamp(now / 1000, UTC).strftime("%H:%M:%S UTC")
    return {
        "program_session": result.program_session,
        "ids": result.ids,
        "offer": result.offer,
        "look_again_s": result.look_again_s,
        "text": for_wake(result, answer, time=time),
    }


def _edge(endpoint: Callable[[Request], Any], operation: str) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        try:
            found: Response = await endpoint(request)
            return found
        except _NotOurs:
            return Response(status_code=204)
        except ClientDisconnect:
            return Response(status_code=499)
        except Exception as error:  # the edge: everything becomes the one error shape
            return error_response(error, operation=operation)

    return answer


class _NotOurs(Exception):
    """An event that needs no reply, such as a sub-agent's."""


def _program(request: Request) -> Program:
    name = request.path_params["program"]
    if name not in PROGRAMS:
        raise NotFound(
            f"There is no hook for {name[:64]!r}.",
            hint=f"Known programs: {', '.join(PROGRAMS)}.",
            field="program",
        )
    return PROGRAMS[name]


def _event(request: Request, body: bytes) -> Event:
    program = _program(request)
    payload = parse_object(body.removeprefix(b"\xef\xbb\xbf"))
    if not payload:
        raise Invalid("The event is empty.", hint="Send the JSON that the program gave its hook.")
    event = program.read(payload)
    if event is None:
        raise _NotOurs
    return event


def _params(request: Request, event: Event) -> dict[str, Any]:
    params: dict[str, Any] = {
        "program": request.path_params["program"],
        "program_session": event.session,
        "moment": event.moment,
        "event": event.name,
        "is_new_context": event.is_new_context,
        "is_continued": event.is_continued,
        "has_returned": event.has_returned,
        "can_show": not event.is_sub_agent and _program(request).reply(event, "-") is not None,
        "has_shown_last": request.headers.get("ackbox-confirms") == "next",
        "files": event.files,
        "must_be_known": request.headers.get("ackbox-known") == "only",
        "model": event.model,
    }
    headers = request.headers
    card = machine_headers(headers)
    params |= {"machine": card.get("machine"), "copy_id": card.get("copy_id")}
    if "ackbox-place" in headers:
        params["auto_instance"] = unquote(headers["ackbox-place"])[:512] or None
    own = {name: value for name, value in params.items() if value is not None}
    return with_identity(identity_headers(headers), own)


def _local_time(request: Request, clock: Callable[[], int]) -> str:
    told = unquote(request.headers.get("ackbox-local-time", ""))
    return told or datetime.fromtimestamp(clock() / 1000, UTC).strftime("%a %d %b %Y %H:%M UTC")
