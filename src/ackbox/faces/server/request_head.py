"""Heads: one clock and one byte count for each HTTP message, where its bytes arrive; and the end of
clients that stop reading.

The limits cover head, body, chunk extensions and trailers together: at most 64 headers and 16 KiB
in addition to the body, the head within 5 seconds, everything within 20. The server's parser has no
such limits. Trailers are counted and dropped. A response that starts before the end of its request
closes the connection. A client that does not take 32 KiB of the waiting output every 20 seconds is
disconnected. Explained in docs/why/serving.md.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Literal

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ackbox.errors import AckboxError, Invalid, TooLong, Unavailable
from ackbox.faces.http.connection import EXTENSION, Connection, Connections, Watch
from ackbox.faces.http.reply import error_response
from ackbox.faces.server.together import Together

MAX_HEADERS = 64
MAX_HEADER_BYTES = 16 * 1024
HEAD_S = 5.0
BODY_S = 20.0
STALL_S = 20.0
LEAST_BYTES = 32 * 1024
# Bytes read at a time, and held of a body before its sender has shown a key.
READ_BYTES = 32 * 1024
# A chunk with a single byte has five bytes of framing.
BYTES_PER_BODY_BYTE = 8
# Requests that a client may send before the response to the first.
MAX_PIPELINED = 16
# After an early response: how long, and how many bytes, the server discards so that the sender can
# read the response.
LINGER_S = 2.0
LINGER_BYTES = 1 << 20
# Headers with the identity, the target or the end of a message: two readers may interpret a
# repeated one differently.
ONCE = frozenset(
    {
        b"host",
        b"authorization",
        b"content-length",
        b"transfer-encoding",
        b"content-type",
        b"origin",
        b"upgrade",
        b"expect",
        b"mcp-session-id",
        b"mcp-protocol-version",
    }
)
ONCE_BEGIN = (b"ackbox-", b"sec-fetch-", b"webhook-", b"x-hub-", b"x-github-")
ONCE_END = b"-key"
# One host with or without a port, as a name, an IPv4 address or an IPv6 address in brackets: no
# user, no list, no empty part.
_HOST = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~%-]+)(?::[0-9]{1,5})?")
VERSIONS = frozenset({"1.0", "1.1"})
SCHEMES = frozenset({b"http", b"https"})

State = Literal["between", "head", "body", "over"]


class TooSlow(Invalid):
    """The request did not arrive in time."""

    status = 408


class TooMuchHead(TooLong):
    """Too many headers, or too many bytes in them."""

    status = 431


class OtherVersion(Invalid):
    """The request uses an unsupported version of HTTP."""

    status = 505


class Full(Unavailable):
    """Every connection is in use by a caller with a key."""


class _Refused(Exception):
    """Ends the reading of a message that already has its response."""


class Head(HttpToolsProtocol):
    """uvicorn's protocol, with a clock and a counter on each message, and a clock on a full
    buffer.
    """

    _state: State = "between"
    _clock: asyncio.TimerHandle | None = None
    _stalled: asyncio.TimerHandle | None = None
    _is_late = _has_begun = False
    _headers = _beside = _body = _body_now = _dropped = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        with suppress(AttributeError):
            transport.max_size = READ_BYTES
        self._connections = Connections.of(self.app_state)
        self.connection = Connection(
            self._connections, self, self.client[0] if self.client else "-"
        )
        self._extensions = {EXTENSION: self.connection}
        self._watch = Watch(transport)
        self._together = Together(transport, self.loop)
        if self._connections.enter(self.connection):
            self._start_clock()
        else:
            self._state = "over"
            self.transport.write(
                _answer(
                    Full(
                        "The server has no free connection.",
                        hint="Retry in a few seconds.",
                        retry_after_s=1,
                    )
                )
            )
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_clock()
        self._stop_stall_clock()
        self._watch.stop()
        self._connections.leave(self.connection)
        self.connection.gone.set()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        # The WebSocket protocol that follows has its own entry, clock and caller.
        self._stop_clock()
        self._connections.leave(self.connection)
        super().handle_websocket_upgrade()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stalled = self.loop.call_later(
            STALL_S, self._hang_up_if_stalled, self.transport.get_write_buffer_size()
        )

    def resume_writing(self) -> None:
        self._stop_stall_clock()
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        if self._state == "over":
            self._dropped += len(data)
            if self._dropped > LINGER_BYTES:
                self.transport.abort()
            return
        if self._clock is None:
            # Also for line ends before a message, which do not begin one.
            self._start_clock()
        before, self._has_begun, self._body_now = self._beside, False, 0
        super().data_received(data)
        if self._state in ("head", "body"):
            if not self._has_begun:
                # Counted here too: a single endless header or chunk extension never reaches a
                # callback.
                self._beside = max(self._beside, before + len(data) - self._body_now)
            if self._is_too_much():
                self._refuse(_too_much())

    def on_message_begin(self) -> None:
        self._state, self._has_begun, self._is_late = "head", True, False
        self._headers = self._beside = self._body = 0
        super().on_message_begin()
        self.scope["extensions"] = self._extensions  # type: ignore[typeddict-item]  # ASGI types an extension as a dict; this is one of ours, for this process

    def on_url(self, url: bytes) -> None:
        self._beside += len(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers += 1
        self._beside += len(name) + len(value) + 4
        if self._state == "head":
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        error = _too_much() if self._is_too_much() else self._fault()
        if error is not None:
            self._refuse(error)
            raise _Refused
        self._state = "body"
        super().on_headers_complete()
        if self.cycle is not None:
            self.cycle.transport = self._together
        if self.pipeline:
            # The server reads nothing more until it has replied to the requests before.
            self._watch.start()

    def on_body(self, body: bytes) -> None:
        self._body += len(body)
        self._body_now += len(body)
        super().on_body(body)
        if self.connection.key is None and len(self.cycle.body) >= READ_BYTES:
            self.flow.pause_reading()

    def on_message_complete(self) -> None:
        self._state = "between"
        self._stop_clock()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        self._together.flush()
        if len(self.pipeline) <= 1:
            self._watch.stop()
        if self._state == "body" and not self.pipeline:
            self._pass_over()
        else:
            super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        if self._state != "over":
            self._refuse(
                Invalid(
                    "The HTTP request is malformed.",
                    hint="Check the client, or the proxy before this server.",
                )
            )

    def is_idle(self) -> bool:
        return self._state == "between" and (self.cycle is None or self.cycle.response_complete)

    def is_early(self) -> bool:
        return self._state == "body" and not self.pipeline

    def linger(self) -> None:
        self.cycle.keep_alive = True

    def drop(self) -> None:
        self.transport.abort()

    def _is_too_much(self) -> bool:
        return (
            self._headers > MAX_HEADERS
            or self._beside > MAX_HEADER_BYTES + BYTES_PER_BODY_BYTE * self._body
        )

    def _fault(self) -> AckboxError | None:
        """Return the fault of a head that two readers could interpret differently, or null."""
        version = self.parser.get_http_version()
        if version not in VERSIONS:
            return OtherVersion(
                f"HTTP/{version} is not supported.", hint="Send the request as HTTP/1.1."
            )
        headers = dict(self.headers)
        if len(headers) != len(self.headers):
            seen: set[bytes] = set()
            for name, _ in self.headers:
                if name in seen and (
                    name in ONCE or name.startswith(ONCE_BEGIN) or name.endswith(ONCE_END)
                ):
                    return Invalid(
                        f"The header {name.decode('latin-1')} is in the request twice.",
                        hint="Send it once.",
                        field=name.decode("latin-1"),
                    )
                seen.add(name)
        if headers.get(b"transfer-encoding", b"chunked").lower() != b"chunked":
            return Invalid(
                "The only supported transfer encoding is chunked.",
                hint="Send the body with Content-Length or chunked.",
                field="transfer-encoding",
            )
        if len(self.pipeline) >= MAX_PIPELINED:
            return Invalid(
                f"More than {MAX_PIPELINED} pipelined requests are pending.",
                hint="Wait for responses before you send more.",
                limit=MAX_PIPELINED,
            )
        return self._host_fault(headers.get(b"host"), version)

    def _host_fault(self, host: bytes | None, version: str) -> AckboxError | None:
        """Return the fault of the host in a head, or null.

        The guard checks whether it is one of the server's.
        """
        if host is None and version != "1.0":
            return Invalid(
                "The request has no Host header.",
                hint="Send one, with the host and port of this server.",
                field="Host",
            )
        if host is not None and not _HOST.fullmatch(host):
            return Invalid(
                f"The Host header is not one host and port: {host[:64].decode('latin-1')!r}.",
                hint="Send the host and port of this server, such as 127.0.0.1:7717.",
                field="Host",
            )
        if not self.url.startswith(b"/"):
            scheme, _, rest = self.url.partition(b"://")
            named = rest.partition(b"/")[0].partition(b"?")[0].lower()
            if scheme.lower() not in SCHEMES or not named or named != (host or b"").lower():
                return Invalid(
                    "The request target and the Host header name different hosts.",
                    hint="Send the path alone: GET /v1/me HTTP/1.1.",
                    field="Host",
                )
        return None

    def _hang_up_if_stalled(self, before: int) -> None:
        left = self.transport.get_write_buffer_size()
        if left > before - LEAST_BYTES:
            self.transport.abort()
        else:
            self._stalled = self.loop.call_later(STALL_S, self._hang_up_if_stalled, left)

    def _stop_stall_clock(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _refuse(self, error: AckboxError) -> None:
        """Reply to a message that no face will see, and close the connection."""
        if self._state == "over" or self.transport.is_closing():
            return
        if self.cycle is not None and not self.cycle.response_complete:
            if self.cycle.response_started or self.pipeline:
                self.transport.abort()
                return
            # The app's later response to it is not sent.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self._together.flush()
        self.transport.write(_answer(error))
        self._pass_over()

    def _pass_over(self) -> None:
        """Accept no more requests.

        Read a little longer, so that a client that is still sending gets to read the response.
        """
        self._state = "over"
        self._stop_clock()
        self._unset_keepalive_if_required()
        if self.transport.is_closing():
            return
        self.transport.write_eof()
        self.flow.resume_reading()
        self._clock = self.loop.call_later(LINGER_S, self.transport.abort)

    def _start_clock(self) -> None:
        self._clock = self.loop.call_later(HEAD_S, self._tick)

    def _tick(self) -> None:
        self._clock = None
        if self._state == "between" and self.cycle is not None and not self.cycle.response_complete:
            # Line ends after a request whose response is pending; the keep-alive clock starts after
            # the response.
            return
        if self._state != "body":
            self.transport.close()
        elif self._is_late:
            self._refuse(
                TooSlow("The request did not arrive in time.", hint="Send it faster, or send less.")
            )
        else:
            self._is_late = True
            self._clock = self.loop.call_later(max(0.0, BODY_S - HEAD_S), self._tick)

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None


def _too_much() -> AckboxError:
    return TooMuchHead(
        "The request headers are too large.",
        hint="Send at most 64 headers with 16 KiB in total.",
        limit=MAX_HEADER_BYTES,
    )


def _answer(error: AckboxError) -> bytes:
    response = error_response(error)
    line = f"HTTP/1.1 {response.status_code} {HTTPStatus(response.status_code).phrase}\r\n".encode()
    headers = [
        *response.raw_headers,
        (b"x-content-type-options", b"nosniff"),
        (b"connection", b"close"),
    ]
    return (
        line
        + b"".join(b"%b: %b\r\n" % header for header in headers)
        + b"\r\n"
        + bytes(response.body)
    )
