"""The fast hook: the server's part of the script `ackbox-hook`, which passes on an event without a
start of Python.

The script reads hook.pass, which the server writes while it runs: a token that is valid for this
route and until the server ends, and a proof that replies repeat, so that neither the operator key
nor a model's context is open to a program that takes the port of a server that has ended. A session
that has not reported before needs an identity, which `ackbox hook` determines: it is not found
here. Explained in docs/why/reach.md, "A hook without Python".
"""

from __future__ import annotations

import hmac
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote, unquote

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from ackbox.errors import BadKey, Invalid
from ackbox.faces.hook.command import kept
from ackbox.faces.http.body import read_body
from ackbox.ops.decode import parse_object

FILE = "hook.pass"
# An event includes the outputs of tools, which the script cannot remove.
LIMIT = 8 << 20
Endpoint = Callable[[Request], Awaitable[Response]]


class Pass(msgspec.Struct, frozen=True, kw_only=True):
    """The two secrets of one run of the server, and how it reads the operator key."""

    token: str
    proof: str
    key: Callable[[], str | None]

    def line(self, host: str, port: int) -> str:
        """Return the text of hook.pass."""
        return f"{host} {port} {self.token} {self.proof}\n"


def new_pass(key: Callable[[], str | None]) -> Pass:
    """Return new secrets."""
    return Pass(token=secrets.token_urlsafe(32), proof=secrets.token_urlsafe(32), key=key)


def endpoint(report: Endpoint, shown: Endpoint, own: Pass, clock: Callable[[], int]) -> Endpoint:
    """Return the endpoint of the script, which uses those of `ackbox hook`."""

    async def carry(request: Request) -> Response:
        token = request.headers.get("ackbox-hook", "")
        if not hmac.compare_digest(token.encode(), own.token.encode()):
            raise BadKey(
                "The header Ackbox-Hook is not the token of this server.",
                hint="Use the token in hook.pass, or call `ackbox hook`.",
            )
        if "ackbox-shown" in request.headers:
            await shown(_as_hook(request, own, _confirmation(request)))
            return Response(status_code=204)
        payload = parse_object((await read_body(request, LIMIT)).removeprefix(b"\xef\xbb\xbf"))
        event = kept(payload)
        if payload.get("agent_id") and "files" not in event:
            # A sub-agent has a separate context: it is shown nothing, but its edits count.
            return Response(status_code=204)
        reply = await report(_as_hook(request, own, event, clock=clock))
        if reply.status_code == 204:
            return reply
        session = str(payload.get("session_id") or payload.get("conversation_id") or "")
        offer = reply.headers.get("ackbox-offer")
        receipt = f"{offer}/{quote(session[:128], safe='')}" if offer else "-"
        first = f"{own.proof} {receipt}\n".encode()
        return Response(first + bytes(reply.body), media_type="text/plain")

    return carry


def _confirmation(request: Request) -> dict[str, object]:
    """Return the body of a confirmation, from the receipt of a reply."""
    offer, _, session = request.headers["ackbox-shown"].partition("/")
    if not session:
        raise Invalid(
            "The header Ackbox-Shown is not a receipt.",
            hint="Send back the second word of the reply's first line.",
        )
    program = unquote(request.headers.get("ackbox-program", ""))
    return {"program": program, "program_session": unquote(session), "offer": offer}


def _as_hook(
    request: Request,
    own: Pass,
    body: dict[str, object],
    *,
    clock: Callable[[], int] | None = None,
) -> Request:
    """Return a request as `ackbox hook` makes it, with the operator key."""
    headers = [
        (name, value)
        for name, value in request.scope["headers"]
        if name in (b"host", b"ackbox-agent", b"ackbox-workspace")
    ]
    text = json.dumps(body).encode()
    headers += [
        (b"authorization", f"Bearer {own.key() or ''}".encode()),
        (b"content-length", str(len(text)).encode()),
    ]
    if clock is not None:
        local_time = time.strftime("%a %d %b %Y %H:%M %Z", time.localtime(clock() / 1000))
        headers += [
            (b"ackbox-known", b"only"),
            (b"ackbox-local-time", quote(local_time).encode()),
        ]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": text, "more_body": False}

    program = unquote(request.headers.get("ackbox-program", ""))
    scope = {**request.scope, "headers": headers, "path_params": {"program": program}}
    return Request(scope, receive)
