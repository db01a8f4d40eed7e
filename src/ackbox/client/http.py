"""A plain HTTP caller: one operation, one request, the standard library alone.

For the command line and hooks, where imports are the latency. Explained in docs/why/operations.md.
"""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from ackbox import errors

_BY_CODE = {
    each.code: each
    for each in (errors.Invalid, errors.TooLong, errors.BadCursor, errors.UnknownRecipient, errors.NotFound, errors.NotAllowed,
                 errors.Conflict, errors.RateLimited, errors.LoopGuard, errors.SealedRequired, errors.Unavailable)
}


class NoServer(Exception):
    """No server answers at the address."""


class HttpCaller:
    """Calls operations of one server with one key."""

    def __init__(self, url: str, key: str | None, *, face: str = "cli") -> None:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        self.url = url
        self.key = key
        self._kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._where = parts.netloc
        self._headers = {"Content-Type": "application/json", "Ackbox-Face": face}
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
            raise _error(status, answer)
        return answer

    @property
    def is_here(self) -> bool:
        """Whether the address is this machine's own."""
        return (urlsplit(self.url).hostname or "") in ("127.0.0.1", "localhost", "::1")

    def is_up(self) -> bool:
        """Whether a server answers."""
        try:
            return self._request("GET", "/healthz", None, 2)[0] == 200
        except NoServer:
            return False

    def _request(self, method: str, path: str, body: bytes | None, timeout_s: float) -> tuple[int, bytes]:
        connection = self._kind(self._where, timeout=timeout_s)
        try:
            connection.request(method, path, body, self._headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise NoServer(f"No server answers at {self.url} ({error}).") from None
        finally:
            connection.close()


def _error(status: int, answer: Any) -> errors.AckboxError:
    told = answer.get("error", {}) if isinstance(answer, dict) else {}
    kind = errors.BadKey if status == 401 else _BY_CODE.get(str(told.get("code")), errors.Unavailable)
    error = kind(told.get("message", f"The server answered {status}."), hint=told.get("hint"), retry_after_s=told.get("retry_after_s"))
    error.details = told.get("details") or {}
    return error
