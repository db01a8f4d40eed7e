"""Heads: limits on a request's head, where its bytes arrive; and the end of a reader that stalls.

At most 64 headers, 16 KiB, 5 seconds; the server's own parser has no such limits. What waits to be written waits as long
as 32 KiB of it are taken every 20 seconds.
Explained in docs/why/serving.md.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEADERS = 64
MOST_BYTES = 16 * 1024
HEAD_S = 5.0
STALL_S = 20.0
LEAST_BYTES = 32 * 1024
_REFUSAL = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%s"
)
_TEXT = (
    b'{"error":{"code":"too_long","message":"The head of the request is too large.",'
    b'"hint":"Send at most 64 headers and 16 KiB of them.","details":{"limit":16384}}}'
)


class Head(HttpToolsProtocol):
    """uvicorn's protocol, with a clock and a counter on the head of each request, and a clock on a full buffer."""

    _late: asyncio.TimerHandle | None = None
    _stalled: asyncio.TimerHandle | None = None
    _in_head = True
    _headers = 0
    _bytes = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._start_clock()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_clock()
        self._stop_stall_clock()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stalled = self.loop.call_later(STALL_S, self._hang_up_if_stalled, self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        self._stop_stall_clock()
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        before = self._bytes
        super().data_received(data)
        if self._in_head:
            # Counted here too: one header without an end never reaches on_header.
            self._bytes = max(self._bytes, before + len(data))
            if self._bytes > MOST_BYTES:
                self._refuse()

    def on_message_begin(self) -> None:
        self._in_head, self._headers, self._bytes = True, 0, 0
        if self._late is None:
            self._start_clock()
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._bytes += len(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers += 1
        self._bytes += len(name) + len(value) + 4
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._stop_clock()
        if self._headers > MOST_HEADERS or self._bytes > MOST_BYTES:
            self._refuse()
            return
        super().on_headers_complete()

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

    def _refuse(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(_REFUSAL % (len(_TEXT), _TEXT))
            self.transport.close()

    def _start_clock(self) -> None:
        self._late = self.loop.call_later(HEAD_S, self.transport.close)

    def _stop_clock(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
