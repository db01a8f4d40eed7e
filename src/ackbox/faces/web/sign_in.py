"""Signing in and out: a one-time link becomes a person's key in a cookie that scripts cannot read.

What a key may do is the operations' business. Explained in docs/why/keys.md, "Signing in".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ackbox.errors import AckboxError, BadKey, NotAllowed
from ackbox.faces.http.reply import cookie_name, credential, error_response, path_prefix
from ackbox.faces.http.wire import Calling

MOST_BYTES = 4096
SIGNED_IN_S = 7 * 86_400
_KEY = re.compile(r"abx_[a-z]{2,3}_[0-9A-Za-z]+")
Render = Callable[..., Response]


def routes(call: Calling, render: Render) -> list[Route]:
    """Return /login and /logout; `render(request, template, **values)` makes a page."""

    async def login(request: Request) -> Response:
        if request.method == "GET":
            # A link on a foreign page may not sign anybody in without a click.
            return render(
                request,
                "login.html",
                is_asked=request.headers.get("sec-fetch-site") in ("cross-site", "same-site"),
                problem=None,
            )
        is_form = not request.headers.get("content-type", "").startswith("application/json")
        try:
            key = await _redeemed(call, _own(request, await _given(request, is_form)))
        except AckboxError as error:
            return (
                render(
                    request,
                    "login.html",
                    status=error.status,
                    problem=error.message,
                    is_asked=False,
                )
                if is_form
                else error_response(error)
            )
        answer = (
            RedirectResponse(f"{path_prefix(request.headers)}/", status_code=303)
            if is_form
            else Response(status_code=204)
        )
        answer.set_cookie(
            cookie_name(request.headers),
            key,
            max_age=SIGNED_IN_S,
            path="/",
            httponly=True,
            samesite="strict",
            secure=request.headers.get("origin", "").startswith("https://"),
        )
        return answer

    async def logout(request: Request) -> Response:
        try:
            key = credential(request)
        except NotAllowed as error:
            return error_response(error)
        # A key that has ended already, or that may not be ended from here, is only forgotten.
        with suppress(AckboxError):
            await call("login.end", {}, credential=key, face="web")
        answer = RedirectResponse(f"{path_prefix(request.headers)}/login", status_code=303)
        answer.delete_cookie(
            cookie_name(request.headers), path="/", httponly=True, samesite="strict"
        )
        return answer

    return [
        Route("/login", login, methods=["GET", "POST"]),
        Route("/logout", logout, methods=["POST"]),
    ]


def _own(request: Request, given: str) -> str:
    """Return what was given, when our own page gives it. Raises NotAllowed."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise NotAllowed(
            "This came from another page than the dashboard's own.",
            hint="Open the link itself.",
            field="Sec-Fetch-Site",
        )
    return given


async def _given(request: Request, is_form: bool) -> str:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            break
    text = body[:MOST_BYTES].decode("utf-8", "replace")
    try:
        link = (
            parse_qs(text).get("link", [""])[0]
            if is_form
            else str(json.loads(text).get("link", ""))
        )
    except (ValueError, AttributeError):
        link = ""
    found = _KEY.search(link)
    if found is None:
        raise BadKey("This is not a link of ackbox.", hint="Make one with: ackbox open")
    return found[0]


async def _redeemed(call: Calling, given: str) -> str:
    """Return the key to keep: what a link becomes, or a person's key as it is."""
    if given.startswith("abx_lnk_"):
        try:
            made = await call("login.redeem", {}, credential=given, face="web")
        except BadKey:
            raise BadKey(
                "This link has been used, or is too old.", hint="Make a new one with: ackbox open"
            ) from None
        return str(made.key)
    if not given.startswith(("abx_hum_", "abx_ro_")):
        raise NotAllowed(
            "Only a person's key or a read-only one signs in.", hint="Make a link with: ackbox open"
        )
    await call("agent.whoami", {}, credential=given, face="web")
    return given
