"""Views: the shell with the first data of a page, its .json and .txt twins, and static files.

What each page loads is in the modules of `pages`. Explained in docs/why/dashboard.md.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import re
import time
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ackbox import __version__
from ackbox.errors import AckboxError, BadKey, NotFound
from ackbox.faces.http import reply
from ackbox.faces.http.connection import introduced
from ackbox.faces.http.reply import JSON, credential, error_response, path_prefix
from ackbox.faces.http.wire import Calling, as_error, encode
from ackbox.faces.web import authorize, sign_in
from ackbox.faces.web.page import Ask, Page, Server
from ackbox.faces.web.pages import automation, messages, watch, work
from ackbox.model.moment import to_text

if TYPE_CHECKING:
    from jinja2 import Environment

# The calls for the roster and the waiting items: made for the first data of a page, and repeated by
# its scripts with the same parameters.
ASKED: dict[str, dict[str, Any]] = {
    "agent.list": {"present_first": True, "limit": 200, "with_unread": True, "waiting": 50},
    "workspace.needs": {"limit": 50},
}
PAGES: dict[str, Page] = {
    **messages.PAGES,
    **watch.PAGES,
    **work.PAGES,
    **automation.PAGES,
}

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
# The styles in the order of the cascade; the server joins them into one file.
STYLES = (
    "base",
    "frame",
    "messages",
    "body",
    "compose",
    "lists",
    "overlays",
    "door",
    "narrow",
    "tables",
    "charts",
    "forms",
    "manage",
)
# Scripts that the first script imports before it can draw. The page names them so that the browser
# fetches them in parallel.
AT_ONCE = (
    "core/app.js",
    "core/navigation.js",
    "core/lookup.js",
    "core/store.js",
    "widgets/ui.js",
    "core/markdown.js",
    "widgets/virtual_list.js",
    "widgets/compose.js",
    "widgets/compose_parts.js",
    "widgets/message_row.js",
    "widgets/toast.js",
    "widgets/drafts.js",
    "widgets/detail.js",
    "core/frame.js",
    "pages/live.js",
    "pages/needs.js",
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
    """Return all static files by their paths."""
    found: dict[str, bytes] = {}

    def walk(place: Any, path: str) -> None:
        for each in place.iterdir():
            if each.is_dir():
                walk(each, f"{path}{each.name}/")
            elif f".{each.name.rpartition('.')[2]}" in KINDS:
                raw = each.read_bytes()
                found[path + each.name] = (
                    _compact(raw)
                    if each.name.endswith(".js") and not path.startswith("vendor/")
                    else raw
                )

    walk(files("ackbox.faces.web") / "static", "")
    found["styles.css"] = b"\n".join(found.pop(f"styles/{name}.css") for name in STYLES)
    return found


def _compact(raw: bytes) -> bytes:
    """Return one of our scripts without indentation and comment lines; all lines keep their
    numbers. tests/web/check_compact.mjs shows that no script means anything else afterwards.
    """
    bare = re.sub(
        rb"(?ms)^[ \t]*(?://[^\n]*|/\*\*(?:(?!\*/).)*\*/)$|/\*\* @type [^*\n]*\*/ ",
        lambda comment: b"\n" * comment[0].count(b"\n"),
        raw,
    )
    return re.sub(rb"(?m)^[ \t]+", b"", bare)


@functools.cache
def packed() -> dict[str, bytes]:
    """Return the gzipped files; fonts are compressed already."""
    return {
        name: gzip.compress(raw, 9, mtime=0)
        for name, raw in assets().items()
        if not name.endswith(".woff2")
    }


@functools.cache
def digest() -> str:
    """Return a hash of all files. It is part of their addresses, so browsers can cache them
    permanently.
    """
    whole = hashlib.sha256()
    for name, raw in sorted(assets().items()):
        whole.update(name.encode() + b"\0" + raw)
    return whole.hexdigest()[:12]


@functools.cache
def _templates() -> Environment:
    # Loaded with the first page, as one of ten parts of a start: many servers show none.
    from jinja2 import Environment, PackageLoader

    return Environment(
        loader=PackageLoader("ackbox.faces.web", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    """Render a template, with the headers of all pages.

    Its links start with the path under which a proxy serves the dashboard.
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


def routes(call: Calling, server: Server) -> list[Route]:
    """Return the dashboard's routes."""

    async def root(request: Request) -> Response:
        return await _first_page(request, call)

    async def page(request: Request) -> Response:
        return await _page(request, call, server)

    return [
        Route("/", root),
        *sign_in.routes(call, render),
        *authorize.routes(call, render),
        Route("/assets/{digest}/{path:path}", _asset),
        Route("/w/{workspace}/{page:path}", page),
    ]


async def _first_page(request: Request, call: Calling) -> Response:
    """Redirect to what needs the person, to Live if nothing does, or to the sign-in page."""
    prefix = path_prefix(request.headers)
    try:
        key = credential(request)
        me = await call("agent.whoami", introduced(request.scope, {}), credential=key, face="web")
    except AckboxError:
        return RedirectResponse(f"{prefix}/login", status_code=303)
    try:
        needs = await call(
            "workspace.needs", {"workspace": me.workspace, "limit": 1}, credential=key, face="web"
        )
    except AckboxError as error:
        return render(request, "error.html", status=error.status, error=error)
    first = f"/w/{quote(me.workspace, safe='')}/{'needs' if needs.needs else 'live'}"
    return RedirectResponse(prefix + first, status_code=303)


async def _page(request: Request, call: Calling, server: Server) -> Response:
    name, about, twin = _parts(request.path_params["page"])
    try:
        found = PAGES.get(name)
        if found is None or not found.names[0] <= len(about) <= found.names[1]:
            raise _no_page()
        ask = Ask(
            call,
            key=credential(request),
            workspace=request.path_params["workspace"],
            about=about,
            query=dict(request.query_params),
            scope=request.scope,
            server=server,
        )
        return await _answer(request, ask, name, found, twin)
    except Exception as error:  # the edge: everything becomes a page or the one error shape
        return _refused(error, request, twin)


async def _asset(request: Request) -> Response:
    path = request.path_params["path"]
    raw = assets().get(path)
    if raw is None:
        return error_response(NotFound("File not found."))
    small = packed().get(path) if "gzip" in request.headers.get("accept-encoding", "") else None
    is_current = request.path_params["digest"] == digest()
    headers = {
        **SAFE,
        "Vary": "Accept-Encoding",
        "Cache-Control": "public, max-age=31536000, immutable" if is_current else "no-store",
    }
    if small:
        headers["Content-Encoding"] = "gzip"
    return Response(small or raw, media_type=KINDS["." + path.rpartition(".")[2]], headers=headers)


def _parts(path: str) -> tuple[str, tuple[str, ...], str]:
    """Return the name of a page, the names after it in the address, and the requested twin."""
    twin = next((kind for kind in ("json", "txt") if path.endswith(f".{kind}")), "")
    name, *about = (path.removesuffix(f".{twin}") if twin else path).split("/")
    return name, tuple(each for each in about if each), twin


async def _answer(request: Request, ask: Ask, name: str, page: Page, twin: str) -> Response:
    # Before the data, so that changes while it is loaded arrive as events.
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
    """Return JSON that cannot end a script element or start a comment, with any text in it."""
    text = msgspec.json.encode(value).decode()
    return (
        text.replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )


async def not_found(request: Request, error: Exception) -> Response:
    """Respond to an unknown path: a page for a browser, the one error shape for programs."""
    if request.method != "GET" or "text/html" not in request.headers.get("accept", ""):
        return await reply.not_found(request, error)
    return render(request, "error.html", status=NotFound.status, error=_no_page())


def _no_page() -> NotFound:
    return NotFound("Page not found.", hint="Start at the first page of the dashboard.")


def _refused(error: BaseException, request: Request, twin: str) -> Response:
    operation = request.url.path.split("/")[-1]
    if twin:
        return error_response(error, operation=operation)
    if isinstance(error, BadKey):
        # Signing in leads to the requested page, with its query.
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
