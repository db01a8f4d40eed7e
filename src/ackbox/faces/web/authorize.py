"""OAuth: how a program gets an agent's key after a person has agreed in the browser.

The program registers, sends the person to /authorize, and exchanges the code that comes back for a
key. A code is an invitation with a PKCE challenge, the token is the key that it becomes: what both
may do is the operations' business. A client id contains what the program has registered, so that
the server keeps nothing for a program without a key. Explained in docs/why/keys.md, "OAuth".
"""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ackbox.errors import AckboxError, BadKey, Invalid, NotAllowed
from ackbox.faces.http.reply import JSON, base_url, bearer, credential, path_prefix
from ackbox.faces.http.wire import Calling
from ackbox.model.moment import parse_moment

METADATA = (
    "/.well-known/oauth-protected-resource",
    "/.well-known/oauth-protected-resource/{resource:path}",
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-authorization-server/{resource:path}",
)
# Open to everybody: programs register without a key, and exchange a code that is one.
PATHS = (*METADATA, "/register", "/authorize", "/token")
MAX_BYTES = 8192
MAX_CLIENT_ID = 3000
MAX_ADDRESSES = 5
S256_LENGTH = 43
VISIBLE_ASCII = re.compile("[!-~]+")
# Schemes in which a browser would run or read something instead of handing the code to a program.
FORBIDDEN = frozenset({"javascript", "data", "vbscript", "file", "blob", "about", "view-source"})
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
NO_STORE = {"Cache-Control": "no-store"}
Render = Callable[..., Response]


class Problem(Exception):
    """An error in the shape of OAuth: one of its codes, and a sentence."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class Client(msgspec.Struct, frozen=True):
    """A registered program: its name and where the browser may return to it."""

    name: str
    addresses: list[str]


class Asked(msgspec.Struct, frozen=True):
    """A request for a code whose client and address are valid, so that errors may go there."""

    client_id: str
    client: Client
    address: str
    challenge: str
    state: str


def routes(call: Calling, render: Render) -> list[Route]:
    """Return the routes of OAuth; `render(request, template, **values)` makes a page."""

    async def authorize(request: Request) -> Response:
        try:
            if request.method == "GET":
                return await _ask(request, call, render)
            return await _decide(request, call, render)
        except AckboxError as error:
            return render(request, "error.html", status=error.status, error=error)
        except Problem as problem:
            refusal = Invalid(
                problem.text, hint="Start again in the program that opened this page."
            )
            return render(request, "error.html", status=400, error=refusal)

    async def token(request: Request) -> Response:
        try:
            return await _exchange(call, dict(parse_qsl(await _body(request))))
        except Problem as problem:
            return _refusal(problem)
        except BadKey as error:
            # The guard counts it as a guess of a key.
            request.scope["ackbox.wrong_key"] = True
            return _refusal(Problem("invalid_grant", error.message))
        except AckboxError as error:
            return _refusal(Problem("invalid_request", error.message))

    return [
        Route(METADATA[0], _resource),
        Route(METADATA[1], _resource),
        Route(METADATA[2], _issuer),
        Route(METADATA[3], _issuer),
        Route("/register", _register, methods=["POST"]),
        Route("/authorize", authorize, methods=["GET", "POST"]),
        Route("/token", token, methods=["POST"]),
    ]


async def _resource(request: Request) -> Response:
    base, resource = base_url(request), request.path_params.get("resource", "mcp")
    return _json(
        {
            "resource": f"{base}/{quote(resource)}",
            "authorization_servers": [base],
            "bearer_methods_supported": ["header"],
            "resource_name": "ackbox",
        }
    )


async def _issuer(request: Request) -> Response:
    base = base_url(request)
    return _json(
        {
            "issuer": base,
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token",
            "registration_endpoint": f"{base}/register",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"],
            "authorization_response_iss_parameter_supported": True,
        }
    )


async def _register(request: Request) -> Response:
    """Return a client id that contains the program's name and addresses."""
    try:
        try:
            given = msgspec.json.decode(await _body(request), type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise Problem("invalid_client_metadata", "The body is not a JSON object.") from None
        addresses = given.get("redirect_uris")
        if not isinstance(addresses, list) or not 1 <= len(addresses) <= MAX_ADDRESSES:
            raise Problem(
                "invalid_redirect_uri", f"redirect_uris needs 1 to {MAX_ADDRESSES} addresses."
            )
        for address in addresses:
            _check_address(address)
        name = given.get("client_name")
        client = Client(name[:100] if isinstance(name, str) else "", addresses)
        id = _client_id(client)
    except Problem as problem:
        return _refusal(problem)
    return _json(
        {
            "client_id": id,
            "client_id_issued_at": int(time.time()),
            "client_name": client.name,
            "redirect_uris": addresses,
            "grant_types": ["authorization_code"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
        },
        status=201,
    )


def _client_id(client: Client) -> str:
    id = base64.urlsafe_b64encode(msgspec.json.encode(client)).decode().rstrip("=")
    if len(id) > MAX_CLIENT_ID:
        raise Problem("invalid_redirect_uri", "The addresses are too long.")
    return id


def _client_of(id: str) -> Client:
    """Return what a client id contains, checked as when it was registered: anybody can write one.

    Raises Problem.
    """
    try:
        padded = id + "=" * (-len(id) % 4)
        raw = base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
        client = msgspec.json.decode(raw, type=Client)
    except ValueError:  # base64's, Unicode's and msgspec's errors are of this kind
        raise Problem("invalid_client", "Unknown client_id. Register at /register.") from None
    if len(id) > MAX_CLIENT_ID or not 1 <= len(client.addresses) <= MAX_ADDRESSES:
        raise Problem("invalid_client", "Unknown client_id. Register at /register.")
    for address in client.addresses:
        _check_address(address)
    return client


def _check_address(address: Any) -> None:
    """Raise Problem unless a code may go to an address: https, loopback, or a program's scheme."""
    is_url = isinstance(address, str) and VISIBLE_ASCII.fullmatch(address)
    try:
        parts = urlsplit(address if is_url else "")
        host = parts.hostname
    except ValueError:
        raise Problem("invalid_redirect_uri", "An address is not a URL.") from None
    if not parts.scheme or parts.scheme in FORBIDDEN or parts.fragment or "#" in address:
        raise Problem("invalid_redirect_uri", "An address is not one of a program.")
    if parts.scheme == "http" and host not in LOOPBACK:
        raise Problem("invalid_redirect_uri", "Addresses of other machines need https.")
    if parts.scheme in ("http", "https") and not host:
        raise Problem("invalid_redirect_uri", "An address has no host.")


def _fits(registered: str, address: str) -> bool:
    """Whether an address is a registered one; on loopback a program may listen on any port."""
    if registered == address:
        return True
    known, given = urlsplit(registered), urlsplit(address)
    return (
        known.scheme == given.scheme == "http"
        and known.hostname in LOOPBACK
        and (known.hostname, known.path, known.query) == (given.hostname, given.path, given.query)
        and given.username is None
    )


def _asked(given: dict[str, str]) -> Asked:
    """Return a request for a code. Raises Problem if client or address are wrong."""
    id = given.get("client_id", "")
    client = _client_of(id)
    address = given.get("redirect_uri") or (
        client.addresses[0] if len(client.addresses) == 1 else ""
    )
    _check_address(address)
    if not any(_fits(each, address) for each in client.addresses):
        raise Problem("invalid_redirect_uri", "The program did not register this redirect_uri.")
    return Asked(id, client, address, given.get("code_challenge", ""), given.get("state", ""))


def _back(request: Request, asked: Asked, **answer: str) -> Response:
    """Return the browser to the program with an answer."""
    joint = "&" if urlsplit(asked.address).query else "?"
    query = urlencode({**answer, **({"state": asked.state} if asked.state else {})})
    return RedirectResponse(
        f"{asked.address}{joint}{query}&{urlencode({'iss': base_url(request)})}",
        status_code=303,
        headers=NO_STORE,
    )


async def _ask(request: Request, call: Calling, render: Render) -> Response:
    """Ask the person who is signed in whether a program may act as an agent."""
    given = dict(request.query_params)
    asked = _asked(given)
    if given.get("response_type") != "code":
        return _back(request, asked, error="unsupported_response_type")
    if len(asked.challenge) != S256_LENGTH or given.get("code_challenge_method") != "S256":
        return _back(
            request, asked, error="invalid_request", error_description="PKCE with S256 is required."
        )
    try:
        me = await call("agent.whoami", {}, credential=credential(request), face="web")
    except BadKey:
        prefix = path_prefix(request.headers)
        after = urlencode({"next": f"{prefix}/authorize?{request.url.query}"})
        return RedirectResponse(f"{prefix}/login?{after}", status_code=303)
    if "admin" not in me.may:
        raise NotAllowed(
            "Only an admin can connect a program.",
            hint="Ask an admin to open the program's link, or for a key.",
        )
    return _page(request, render, asked, agent=_name_for(asked.client), workspace=me.workspace)


def _name_for(client: Client) -> str:
    """Return a program's name as the name of an agent: Claude Code becomes claude-code."""
    name = client.name.partition("(")[0].strip().lower()
    return "-".join("".join(c if c.isalnum() else " " for c in name).split())[:64]


def _page(
    request: Request,
    render: Render,
    asked: Asked,
    *,
    agent: str,
    workspace: str,
    problem: str | None = None,
) -> Response:
    parts = urlsplit(asked.address)
    answer = render(
        request,
        "authorize.html",
        status=400 if problem else 200,
        problem=problem,
        program=asked.client.name or "A program",
        place=parts.netloc or f"{parts.scheme}:",
        agent=agent,
        workspace=workspace,
        asked={
            "client_id": asked.client_id,
            "redirect_uri": asked.address,
            "code_challenge": asked.challenge,
            "state": asked.state,
        },
    )
    # Browsers apply form-action to the redirect that follows the form.
    place = f"{parts.scheme}:" if parts.scheme not in ("http", "https") else _origin(asked.address)
    policy = answer.headers["Content-Security-Policy"]
    answer.headers["Content-Security-Policy"] = policy.replace(
        "form-action 'self'", f"form-action 'self' {place}"
    )
    return answer


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


async def _decide(request: Request, call: Calling, render: Render) -> Response:
    """Take the person's answer; yes makes a code."""
    given = dict(parse_qsl(await _body(request), keep_blank_values=True))
    asked = _asked(given)
    # Refuses the cookie if another page sent the form. A key in a header is no person's click.
    if bearer(request.headers) is not None:
        raise NotAllowed("Answer in the browser.", hint="Open the program's link there.")
    key = credential(request)
    if given.get("answer") != "yes":
        return _back(request, asked, error="access_denied")
    agent, workspace = given.get("agent", ""), given.get("workspace", "")
    try:
        made = await call(
            "invite.create",
            {
                "name": agent,
                "workspace": workspace,
                "label": f"OAuth: {asked.client.name or 'a program'}",
                "challenge": asked.challenge,
                "client": asked.client_id,
            },
            credential=key,
            face="web",
        )
    except BadKey:
        raise
    except AckboxError as error:
        text = f"{error.message} {error.hint or ''}".strip()
        return _page(request, render, asked, agent=agent, workspace=workspace, problem=text)
    return _back(request, asked, code=made.path.partition("#")[2])


async def _exchange(call: Calling, given: dict[str, str]) -> Response:
    """Exchange a code for a key."""
    if given.get("grant_type") != "authorization_code":
        raise Problem("unsupported_grant_type", "Only authorization_code is supported.")
    made = await call(
        "invite.redeem",
        {"verifier": given.get("code_verifier", ""), "client": given.get("client_id", "")},
        credential=given.get("code", ""),
        face="web",
    )
    return _json(
        {
            "access_token": made.key,
            "token_type": "Bearer",
            "expires_in": parse_moment(made.expires_at, field="expires_at") // 1000
            - int(time.time()),
        }
    )


async def _body(request: Request) -> str:
    """Return the body as text. Raises Problem if it is too long."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_BYTES:
            raise Problem("invalid_request", f"The body is longer than {MAX_BYTES:,} bytes.")
    return body.decode("utf-8", "replace")


def _refusal(problem: Problem) -> Response:
    return _json({"error": problem.code, "error_description": problem.text}, status=400)


def _json(value: dict[str, Any], *, status: int = 200) -> Response:
    return Response(
        msgspec.json.encode(value), status_code=status, media_type=JSON, headers=NO_STORE
    )
