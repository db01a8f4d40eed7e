"""Views: the shell with a page's first data, its .json and .txt twins, and the files the browser
needs.

What a page loads is told by its module in this package. Explained in docs/why/dashboard.md.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import re
import time
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from jinja2 import Environment, PackageLoader
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ackbox import __version__
from ackbox.errors import AckboxError, BadKey, NotFound
from ackbox.faces.http import reply
from ackbox.faces.http.reply import JSON, credential, error_response, path_prefix
from ackbox.faces.http.wire import Calling, as_error, encode
from ackbox.faces.web import sign_in
from ackbox.faces.web.page import Ask, Page
from ackbox.faces.web.pages import messages as pages_post
from ackbox.faces.web.pages import watch as pages_watch
from ackbox.faces.web.pages import work as pages_work
from ackbox.model.moment import to_text

# What a page is told from the start and asks for again in the same words: those seen last, with how
# many there are in all, and what waits.
ASKED: dict[str, dict[str, Any]] = {
    "agent.list": {"present_first": True, "limit": 200, "with_unread": True, "waiting": 50},
    "workspace.needs": {"limit": 50},
}
PAGES: dict[str, Page] = {**pages_post.PAGES, **pages_watch.PAGES, **pages_work.PAGES}

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src"
    " 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types 'none'"
)
SAFE = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
KINDS = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
# What the first script imports before it can draw: named in the page, so that they are fetched side
# by side.
AT_ONCE = (
    "core/app.js",
    "core/store.js",
    "widgets/ui.js",
    "core/markdown.js",
    "widgets/virtual_list.js",
    "widgets/compose.js",
    "widgets/detail.js",
    "core/frame.js",
    "pages/live.js",
    "pages/needs.js",
    "pages/thread.js",
    "core/pages.js",
    "widgets/selection.js",
    "widgets/filter_box.js",
    "core/filter.js",
    "core/keys.js",
    "vendor/preact.js",
    "vendor/hooks.js",
    "vendor/signals-core.js",
    "vendor/signals.js",
    "vendor/htm.js",
)


@functools.cache
def assets() -> dict[str, bytes]:
    """Return every file the browser may ask for, by its path."""
    found: dict[str, bytes] = {}

    def walk(place: Any, path: str) -> None:
        for each in place.iterdir():
            if each.is_dir():
                walk(each, f"{path}{each.name}/")
            elif f".{each.name.rpartition('.')[2]}" in KINDS:
                raw = each.read_bytes()
                found[path + each.name] = (
                    _without_comments(raw)
                    if each.name.endswith(".js") and not path.startswith("vendor/")
                    else raw
                )

    walk(files("ackbox.faces.web") / "static", "")
    return found


def _without_comments(raw: bytes) -> bytes:
    """Return one of our own scripts without the lines that only say why: nobody reads them over
    the line, and the others keep their numbers.
    """
    return re.sub(rb"(?m)^[ \t]*(//.*|/\*\*.*\*/)$", b"", raw)


@functools.cache
def packed() -> dict[str, bytes]:
    """Return the files that gzip makes smaller, packed once: fonts are packed already."""
    return {
        name: gzip.compress(raw, 9, mtime=0)
        for name, raw in assets().items()
        if not name.endswith(".woff2")
    }


@functools.cache
def digest() -> str:
    """Return a word that changes when any of the files does: it is part of their address, so
    browsers keep them.
    """
    whole = hashlib.sha256()
    for name, raw in sorted(assets().items()):
        whole.update(name.encode() + b"\0" + raw)
    return whole.hexdigest()[:12]


@functools.cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("ackbox.faces.web", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    """Return a page of a template, with the headers every page has.

    Its links begin with the path that a proxy keeps it under.
    """
    prefix = path_prefix(request.headers)
    at_once = [name for name in AT_ONCE if name in assets()]
    found = {
        "prefix": prefix,
        "assets": f"{prefix}/assets/{digest()}",
        "at_once": at_once,
        "version": __version__,
    }
    text = _templates().get_template(template).render(**found, **values)
    return Response(text, status_code=status, media_type="text/html", headers=SAFE)


def routes(call: Calling) -> list[Route]:
    """Return the dashboard's routes."""

    async def root(request: Request) -> Response:
        try:
            key = credential(request)
            me = await call("agent.whoami", {}, credential=key, face="web")
        except AckboxError:
            return RedirectResponse(f"{path_prefix(request.headers)}/login", status_code=303)
        try:
            needs = await call(
                "workspace.needs",
                {"workspace": me.workspace, "limit": 1},
                credential=key,
                face="web",
            )
        except AckboxError as error:
            return render(request, "error.html", status=error.status, error=error)
        first = f"/w/{quote(me.workspace, safe='')}/{'needs' if needs.needs else 'live'}"
        return RedirectResponse(path_prefix(request.headers) + first, status_code=303)

    async def page(request: Request) -> Response:
        name, about, twin = _parts(request.path_params["page"])
        workspace = request.path_params["workspace"]
        try:
            found = PAGES.get(name)
            if found is None or not found.names[0] <= len(about) <= found.names[1]:
                raise _no_page()
            key = credential(request)
            ask = Ask(
                call, key=key, workspace=workspace, about=about, query=dict(request.query_params)
            )
            return await _answer(request, ask, name, found, twin)
        except Exception as error:  # the edge: everything becomes a page or the one error shape
            return _refused(error, request, twin)

    async def asset(request: Request) -> Response:
        path = request.path_params["path"]
        raw = assets().get(path)
        if raw is None:
            return error_response(NotFound("There is no such file."))
        suffix = "." + path.rpartition(".")[2]
        small = packed().get(path) if "gzip" in request.headers.get("accept-encoding", "") else None
        is_current = request.path_params["digest"] == digest()
        return Response(
            small or raw,
            media_type=KINDS[suffix],
            headers={
                **SAFE,
                "Vary": "Accept-Encoding",
                **({"Content-Encoding": "gzip"} if small else {}),
                "Cache-Control": (
                    "public, max-age=31536000, immutable" if is_current else "no-store"
                ),
            },
        )

    return [
        Route("/", root),
        *sign_in.routes(call, render),
        Route("/assets/{digest}/{path:path}", asset),
        Route("/w/{workspace}/{page:path}", page),
    ]


def _parts(path: str) -> tuple[str, tuple[str, ...], str]:
    """Return a page's name, the names that follow in its address, and which twin is asked for."""
    twin = next((kind for kind in ("json", "txt") if path.endswith(f".{kind}")), "")
    name, *about = (path.removesuffix(f".{twin}") if twin else path).split("/")
    return name, tuple(each for each in about if each), twin


async def _answer(request: Request, ask: Ask, name: str, page: Page, twin: str) -> Response:
    # Before the data: what happens while it is gathered comes again as events.
    cursor = (await ask("event.feed", limit=1))["cursor"]
    data = await page.load(ask)
    if "redirect" in data:
        return RedirectResponse(path_prefix(request.headers) + data["redirect"], status_code=303)
    if twin == "json":
        bare = request.headers.get("ackbox-bare") == "1"
        return Response(
            encode({"title": page.title, **data, **({"cursor_of_feed": cursor} if bare else {})}),
            media_type=JSON,
            headers=SAFE,
        )
    if twin == "txt":
        return Response(
            "".join(f"{line}\n" for line in page.lines(data)), media_type="text/plain", headers=SAFE
        )
    me = await ask("agent.whoami")
    first = {
        "page": name,
        "about": ask.about,
        "query": ask.query,
        "workspace": me["workspace"],
        "me": me,
        "version": __version__,
        "cursor": cursor,
        "at": to_text(int(time.time() * 1000)),
        "workspaces": [each["name"] for each in (await ask("workspace.list"))["workspaces"]],
        "asked": ASKED,
        "roster": await ask("agent.list", **ASKED["agent.list"]),
        "needs": len((await ask("workspace.needs", **ASKED["workspace.needs"]))["needs"]),
        "data": data,
    }
    return render(
        request, "shell.html", title=page.title, workspace=me["workspace"], first=_as_data(first)
    )


def _as_data(value: Any) -> str:
    """Return JSON that ends no script element and starts no comment, whatever text is in it."""
    text = msgspec.json.encode(value).decode()
    return (
        text.replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )


async def not_found(request: Request, error: Exception) -> Response:
    """Answer for a path that nobody knows: a page for a person who went there with a browser,
    the one error shape for programs.
    """
    if request.method != "GET" or "text/html" not in request.headers.get("accept", ""):
        return await reply.not_found(request, error)
    return render(request, "error.html", status=NotFound.status, error=_no_page())


def _no_page() -> NotFound:
    return NotFound("There is no such page.", hint="Start at the dashboard's first page.")


def _refused(error: BaseException, request: Request, twin: str) -> Response:
    operation = request.url.path.split("/")[-1]
    if twin:
        return error_response(error, operation=operation)
    if isinstance(error, BadKey):
        # Whoever signs in comes to what the link was to, filter and all.
        prefix = path_prefix(request.headers)
        after = urlencode(
            {
                "next": (
                    prefix
                    + request.url.path
                    + (f"?{request.url.query}" if request.url.query else "")
                )
            }
        )
        return RedirectResponse(f"{prefix}/login?{after}", status_code=303)
    shown = as_error(error, operation=operation)
    return render(request, "error.html", status=shown.status, error=shown)
