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

MAX_BYTES = 4096
SIGNED_IN_S = 7 * 86_400
_KEY = re.compile(r"abx_[a-z]{2,3}_[0-9A-Za-z]+")
Render = Callable[..., Response]


def routes(call: Calling, render: Render) -> list[Route]:
    """Return /login and /logout; `render(request, template, **values)` makes a page."""

    async def login(request: Request) -> Response:
        if request.method == "GET":
            return _form(request, render)
        return await _sign_in(request, call, render)

    async def logout(request: Request) -> Response:
        return await _sign_out(request, call)

    return [
        Route("/login", login, methods=["GET", "POST"]),
        Route("/logout", logout, methods=["POST"]),
    ]


def _form(request: Request, render: Render) -> Response:
    # A link on a foreign page may not sign anybody in without a click.
    is_foreign = request.headers.get("sec-fetch-site") in ("cross-site", "same-site")
    return render(request, "login.html", is_asked=is_foreign, problem=None)


async def _sign_in(request: Request, call: Calling, render: Render) -> Response:
    """Exchange a link for a cookie; responds with a page to a form, else in JSON."""
    is_form = not request.headers.get("content-type", "").startswith("application/json")
    try:
        key = await _redeemed(call, _own(request, await _given(request, is_form)))
    except AckboxError as error:
        if not is_form:
            return error_response(error)
        return render(
            request, "login.html", status=error.status, problem=error.message, is_asked=False
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


async def _sign_out(request: Request, call: Calling) -> Response:
    try:
        key = credential(request)
    except NotAllowed as error:
        return error_response(error)
    # An expired key, or one that cannot be ended from here, only loses its cookie.
    with suppress(AckboxError):
        await call("login.end", {}, credential=key, face="web")
    answer = RedirectResponse(f"{path_prefix(request.headers)}/login", status_code=303)
    answer.delete_cookie(cookie_name(request.headers), path="/", httponly=True, samesite="strict")
    return answer


def _own(request: Request, given: str) -> str:
    """Return the link if the request comes from our own page. Raises NotAllowed."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise NotAllowed(
            "This request came from a page outside the dashboard.",
            hint="Open the link in the browser.",
            field="Sec-Fetch-Site",
        )
    return given


async def _given(request: Request, is_form: bool) -> str:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_BYTES:
            break
    text = body[:MAX_BYTES].decode("utf-8", "replace")
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
        raise BadKey("This is not an ackbox link.", hint="Create one with: ackbox open")
    return found[0]


async def _redeemed(call: Calling, given: str) -> str:
    """Return the key to store: the one that a link is exchanged for, or the given key."""
    if given.startswith("abx_lnk_"):
        try:
            made = await call("login.redeem", {}, credential=given, face="web")
        except BadKey:
            raise BadKey(
                "This link was used already or has expired.",
                hint="Create a new one with: ackbox open",
            ) from None
        return str(made.key)
    if not given.startswith(("abx_hum_", "abx_ro_")):
        raise NotAllowed(
            "Only the key of a person or a read-only key can sign in.",
            hint="Create a link with: ackbox open",
        )
    await call("agent.whoami", {}, credential=given, face="web")
    return given
