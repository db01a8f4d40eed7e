"""A plain HTTP caller: one request for each operation, with the standard library only.

For the command line, where imports cause most of the latency: a server of this machine is asked
over a plain socket, others with http.client. Explained in docs/why/operations.md.
"""

from __future__ import annotations

import functools
import json
from contextlib import suppress

from ackbox import errors
from ackbox.client.exchange import connect, exchange
from ackbox.config import BadSettings

# Not from typing: a short command imports this.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from http.client import HTTPConnection
    from typing import Any
    from urllib.parse import SplitResult

_KINDS: tuple[type[errors.AckboxError], ...] = (
    errors.Invalid,
    errors.TooLong,
    errors.BadCursor,
    errors.UnknownRecipient,
    errors.NotFound,
    errors.NotAllowed,
    errors.BadKey,
    errors.Conflict,
    errors.RateLimited,
    errors.LoopGuard,
    errors.Unavailable,
    errors.SealedRequired,
    errors.SealedRefused,
    errors.BrokenPromise,
    *errors.BrokenPromise.__subclasses__(),
)
_BY_CODE = {each.code: each for each in _KINDS}


class NoServer(Exception):
    """No server answers at the address."""


class HttpCaller:
    """Calls operations of one server with one key. Raises BadSettings for an invalid address.

    `home` is the data directory of a server of this machine. `is_there` returns whether that server
    still has its address; if not, the caller sends nothing there, because another program may have
    it by then.
    """

    def __init__(
        self,
        url: str,
        key: str | None,
        *,
        face: str = "cli",
        home: str | None = None,
        is_there: Callable[[], bool] | None = None,
    ) -> None:
        self.home = home
        self.is_there = is_there
        self.url = url
        self.key = key
        self._headers = {"Content-Type": "application/json", "Ackbox-Face": face}
        # Headers that describe the connection: see ackbox-only-as, ackbox-glance, ackbox-person.
        self.says: dict[str, str] = {}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        if home is None:
            # The address of a server of this machine is that server's own text.
            _ = self._place

    @functools.cached_property
    def _place(self) -> SplitResult:
        return parse_url(self.url)

    def call(self, name: str, params: dict[str, Any], *, timeout_s: float = 70) -> Any:
        """Call one operation and return its result as plain dicts.

        Raises NoServer and the errors of ackbox.errors.
        """
        body = json.dumps(
            {key: value for key, value in params.items() if value is not None}
        ).encode()
        try:
            status, text = self._request("POST", f"/v1/call/{name}", body, timeout_s)
        except NoServer:
            if "idempotency_key" not in params:
                raise
            # Perhaps only the reply was lost; the same key again stores nothing twice.
            status, text = self._request("POST", f"/v1/call/{name}", body, timeout_s)
        return self._read(status, text)

    def post(self, path: str, params: dict[str, Any], headers: dict[str, str]) -> Any:
        """Send JSON to a path of ackbox that is no operation, and return the JSON of the reply.

        Raises NoServer and the errors of ackbox.errors.
        """
        status, text = self._request("POST", path, json.dumps(params).encode(), 10, headers)
        return self._read(status, text)

    def _read(self, status: int, text: bytes) -> Any:
        try:
            answer = json.loads(text)
        except ValueError:
            raise NoServer(f"The server at {self.url} is not ackbox.") from None
        if status >= 400:
            raise error_of(answer.get("error", {}) if isinstance(answer, dict) else {}, status)
        return answer

    @property
    def is_here(self) -> bool:
        """Whether the address is on this machine."""
        return self._place.hostname in ("127.0.0.1", "localhost", "::1")

    def is_open(self) -> bool:
        """Whether a program listens at the address; sends nothing."""
        connection = self.connection(2)
        try:
            connection.connect()
        except OSError:
            return False
        finally:
            connection.close()
        return True

    def is_up(self) -> bool:
        """Whether a server responds."""
        try:
            return self._request("GET", "/healthz", None, 2)[0] == 200
        except NoServer:
            return False

    def is_ackbox(self) -> bool:
        """Whether an ackbox server of any user responds at the address."""
        try:
            status, body = self._request("GET", "/openapi.json", None, 2)
            return status == 200 and json.loads(body)["info"]["title"] == "ackbox"
        except (NoServer, ValueError, KeyError, TypeError):
            return False

    def health(self) -> tuple[Any, str | None]:
        """Return the server's health, and its time as HTTP writes it.

        Raises NoServer.
        """
        import http.client

        connection = self.connection(5)
        try:
            connection.request("GET", self.path("/healthz"))
            answer = connection.getresponse()
            return json.loads(answer.read()), answer.headers.get("Date")
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise NoServer(f"No server answers at {self.url} ({error}).") from None
        finally:
            connection.close()

    def seals(self, params: dict[str, Any]) -> bool:
        """Whether calls of this caller, in this workspace, are sealed on this machine."""
        return False

    def connection(self, timeout_s: float | None) -> HTTPConnection:
        """Return a connection to the server, not yet open.

        Raises NoServer when the server no longer has its address.
        """
        import http.client

        self._check_address()
        kind = (
            http.client.HTTPSConnection
            if self._place.scheme == "https"
            else http.client.HTTPConnection
        )
        return kind(self._place.netloc, timeout=timeout_s)

    def _check_address(self) -> None:
        if self.is_there is not None and not self.is_there():
            raise NoServer(f"The server at {self.url} has stopped.")

    def path(self, path: str) -> str:
        """Return a path of ackbox on this server.

        A proxy may serve it under a path prefix.
        """
        return self._place.path.rstrip("/") + path

    def _request(
        self,
        method: str,
        path: str,
        body: bytes | None,
        timeout_s: float,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, bytes]:
        # Routes that are open to everybody are called without the key.
        own = {**self._headers, **self.says, **(headers or {})} if method == "POST" else {}
        if self.home is not None:
            return self._exchange(method, path, own, body, timeout_s)
        import http.client

        connection = self.connection(timeout_s)
        try:
            with suppress(BrokenPipeError, ConnectionResetError):
                # A server that rejects a long body stops reading it, but its response is there to
                # be read.
                connection.request(method, self.path(path), body, own)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise NoServer(f"No server answers at {self.url} ({error}).") from None
        finally:
            connection.close()

    def _exchange(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes | None,
        timeout_s: float,
    ) -> tuple[int, bytes]:
        """Ask a server of this machine."""
        self._check_address()
        place = self.url.removeprefix("http://").rstrip("/")
        host, _, port = place.rpartition(":")
        own = {"Host": place, "Connection": "close", **headers}
        try:
            with connect(host.strip("[]"), int(port), timeout_s) as line:
                status, _, text = exchange(line, method, path, own, body or b"")
                return status, text
        except OSError as error:
            raise NoServer(f"No server answers at {self.url} ({error}).") from None


def parse_url(url: str) -> SplitResult:
    """Return the parts of a server's address; http if it has no scheme. Raises BadSettings.

    Text before an @ is not accepted: people read `http://127.0.0.1:7717@evil/` as the address that
    it begins with.
    """
    from urllib.parse import SplitResult, urlsplit

    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        is_whole = bool(
            parts.scheme in ("http", "https")
            and (parts.hostname or "").encode("idna")
            and (parts.port is None or parts.port)
        )
    except ValueError:
        parts, is_whole = SplitResult("", "", "", "", ""), False
    _, at, place = parts.netloc.rpartition("@")
    if at:
        raise BadSettings(
            f"The address of the server at {place!r} has a part before the @, and ackbox signs in"
            " with keys. Remove that part and set ACKBOX_KEY, or pass --key-file."
        )
    if not is_whole:
        raise BadSettings(
            f"{url!r} is not a server's address. Write it like https://post.example.com or"
            " http://127.0.0.1:7717"
        )
    return parts


def same_address(one: str, other: str) -> bool:
    """Whether two addresses name the same server.

    `localhost` is the loopback address; other names are not resolved. Raises BadSettings.
    """
    first, second = _place(one), _place(other)
    return first == second or (
        first[1] == "localhost"
        and second[1] in ("127.0.0.1", "::1")
        and (first[0], first[2:]) == (second[0], second[2:])
    )


def _place(url: str) -> tuple[str, str, int, str]:
    parts = parse_url(url)
    return (
        parts.scheme,
        (parts.hostname or "").rstrip("."),
        parts.port or (443 if parts.scheme == "https" else 80),
        parts.path.rstrip("/"),
    )


def error_of(body: dict[str, Any], status: int | None = None) -> errors.AckboxError:
    """Return the error of a server's error object."""
    kind = (
        errors.BadKey if status == 401 else _BY_CODE.get(str(body.get("code")), errors.Unavailable)
    )
    error = kind(
        body.get("message", f"The server answered {status}."),
        hint=body.get("hint"),
        retry_after_s=body.get("retry_after_s"),
    )
    error.details = body.get("details") or {}
    return error
