"""A plain HTTP caller: one operation, one request, the standard library alone.

For the command line and hooks, where imports are the latency. Explained in docs/why/operations.md.
"""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import SplitResult, urlsplit

from ackbox import errors
from ackbox.config import BadSettings

_BY_CODE = {
    each.code: each
    for each in (errors.Invalid, errors.TooLong, errors.BadCursor, errors.UnknownRecipient, errors.NotFound, errors.NotAllowed,
                 errors.Conflict, errors.RateLimited, errors.LoopGuard, errors.SealedRequired, errors.Unavailable)
}


class NoServer(Exception):
    """No server answers at the address."""


class HttpCaller:
    """Calls operations of one server with one key. Raises BadSettings for what is no address."""

    def __init__(self, url: str, key: str | None, *, face: str = "cli") -> None:
        self._place = parse_url(url)
        self.url = url
        self.key = key
        self._headers = {"Content-Type": "application/json", "Ackbox-Face": face}
        # What the connection says of a call, as headers: see ackbox-only-as, ackbox-glance, ackbox-person.
        self.says: dict[str, str] = {}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"

    def call(self, name: str, params: dict[str, Any], *, timeout_s: float = 70) -> Any:
        """Do one operation and return its result as plain dicts. Raises NoServer and the errors of ackbox.errors."""
        body = json.dumps({key: value for key, value in params.items() if value is not None}).encode()
        try:
            status, text = self._request("POST", f"/v1/call/{name}", body, timeout_s)
        except NoServer:
            if "idempotency_key" not in params:
                raise
            # The answer may be what was lost; the same key again stores nothing twice.
            status, text = self._request("POST", f"/v1/call/{name}", body, timeout_s)
        try:
            answer = json.loads(text)
        except ValueError:
            raise NoServer(f"What answers at {self.url} is not ackbox.") from None
        if status >= 400:
            raise error_of(answer.get("error", {}) if isinstance(answer, dict) else {}, status)
        return answer

    @property
    def is_here(self) -> bool:
        """Whether the address is this machine's own."""
        return self._place.hostname in ("127.0.0.1", "localhost", "::1")

    def is_up(self) -> bool:
        """Whether a server answers."""
        try:
            return self._request("GET", "/healthz", None, 2)[0] == 200
        except NoServer:
            return False

    def connection(self, timeout_s: float | None) -> http.client.HTTPConnection:
        """Return a connection to the server, not yet open."""
        kind = http.client.HTTPSConnection if self._place.scheme == "https" else http.client.HTTPConnection
        return kind(self._place.netloc.rpartition("@")[2], timeout=timeout_s)

    def path(self, path: str) -> str:
        """Return a path of ackbox as this server has it; a proxy may keep it under a path of its own."""
        return self._place.path.rstrip("/") + path

    def _request(self, method: str, path: str, body: bytes | None, timeout_s: float) -> tuple[int, bytes]:
        connection = self.connection(timeout_s)
        try:
            connection.request(method, self.path(path), body, {**self._headers, **self.says})
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise NoServer(f"No server answers at {self.url} ({error}).") from None
        finally:
            connection.close()


def parse_url(url: str) -> SplitResult:
    """Return a server's address in its parts; http when no scheme is named. Raises BadSettings."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if parts.scheme in ("http", "https") and (parts.hostname or "").encode("idna") and (parts.port is None or parts.port):
            return parts
    except ValueError:
        pass
    raise BadSettings(f"{url!r} is not a server's address. Write it like https://post.example.com or http://127.0.0.1:7717")


def error_of(told: dict[str, Any], status: int | None = None) -> errors.AckboxError:
    """Return the error that a server told of, in the one shape."""
    kind = errors.BadKey if status == 401 else _BY_CODE.get(str(told.get("code")), errors.Unavailable)
    error = kind(told.get("message", f"The server answered {status}."), hint=told.get("hint"), retry_after_s=told.get("retry_after_s"))
    error.details = told.get("details") or {}
    return error
