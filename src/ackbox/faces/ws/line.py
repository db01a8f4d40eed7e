"""The transport of a WebSocket: frames in, frames out, and the end of clients that stop reading.

Frames go straight to the session; replies of one turn of the event loop leave in one write. The
server stops reading while the client takes no replies, or while many of its calls are pending. A
handshake has a deadline; fragments, pings and pongs have a rate limit. endpoint.py interprets the
frames. Explained in docs/why/websocket.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.frames import Frame

from ackbox.app.limits import Bucket, Rate
from ackbox.errors import Invalid
from ackbox.faces.http import connection
from ackbox.faces.http.connection import Connection, Connections, Watch
from ackbox.faces.http.reply import error_response

FRAME_LIMIT = 256 * 1024
STALL_S = 20.0
LEAST_BYTES = 32 * 1024
RESYNC = (4009, "resync")
HANDSHAKE_S = 5.0
# Frames that are not a complete message: fragments, pings, pongs. A client that streams a message
# sends some hundred.
MAX_PIECES = 1_024
PIECES = Rate(500, 2_048)
TOO_MANY = (1008, "too many frames")
# After the server's close frame: how many bytes it discards while it waits for the answer, and how
# long it waits if it expects none.
LINGER_BYTES = 1 << 20
LINGER_S = 2.0
# Replies waiting to be written; above this, further calls wait until the client reads.
MAX_UNWRITTEN = 256 * 1024
# The key of a session's line in the extensions of its scope.
EXTENSION = "ackbox.line"

Take = Callable[[bytes, bool], None]


class Line(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol, with frames passed on at once, joined writes, and a clock on a
    full buffer.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._take: Take | None = None
        self._outgoing: list[bytes] = []
        self._stalled: asyncio.TimerHandle | None = None
        self._said_bytes = 0
        self._is_busy = False
        self._late: asyncio.TimerHandle | None = None
        self._pieces = Bucket(PIECES, self.loop.time())
        self._is_cut_off = False
        self._after_close = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._connections = Connections.of(self.app_state)
        self.connection = Connection(
            self._connections, self, self.client[0] if self.client else "-"
        )
        self._watch = Watch(self.transport)
        if not self._connections.enter(self.connection):
            self.transport.abort()
        self._late = self.loop.call_later(HANDSHAKE_S, self._hang_up_if_not_open)

    def data_received(self, data: bytes) -> None:
        if self.close_sent:
            self._after_close += len(data)
            if self._after_close > LINGER_BYTES:
                self.transport.abort()
            if self._is_cut_off or self.transport.is_closing():
                return
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            # The library cannot parse these headers: it sends no response and keeps reading.
            self._refuse_handshake()

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            own = {EXTENSION: self, connection.EXTENSION: self.connection}
            self.scope["extensions"] = {**(self.scope["extensions"] or {}), **own}  # type: ignore[dict-item]  # ASGI types an extension as a dict; this is one of ours, for this process

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get(
            "more_body", False
        ):
            # A rejection completes the handshake too; otherwise uvicorn logs each one as an error
            # of the app.
            self.handshake_complete = True

    def handle_cont(self, event: Frame) -> None:
        if self._is_piece_taken(len(self.frames)):
            super().handle_cont(event)

    def handle_ping(self) -> None:
        if self._is_piece_taken():
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        if self._is_piece_taken():
            super().handle_pong(event)

    def handle_close(self, event: Frame) -> None:
        super().handle_close(event)
        self._end_soon()

    def handle_parser_exception(self) -> None:
        super().handle_parser_exception()
        self._end_soon()

    def is_idle(self) -> bool:
        return False

    def is_early(self) -> bool:
        return False

    def linger(self) -> None:
        """Do nothing: an open socket closes with a code, a rejected one with its response."""

    def drop(self) -> None:
        self.transport.abort()

    def give_to(self, take: Take) -> None:
        """Pass every frame from now on to `take`, with whether it is text."""
        self._take = take

    def send_receive_event_to_app(self) -> None:
        if self._take is None:
            super().send_receive_event_to_app()
            return
        data = self.frames[0] if len(self.frames) == 1 else b"".join(self.frames)
        self.frames = []
        if not self.close_sent:
            self._take(bytes(data), self.curr_msg_data_type == "text")

    def limit_messages(self, size: int) -> None:
        """Accept messages of at most this many bytes; a longer one closes the line."""
        self.conn.max_message_size = size

    def say(self, text: bytes) -> None:
        """Send a text frame at the end of this turn of the loop.

        Sends nothing once the line is closing.
        """
        if not self._outgoing:
            self.loop.call_soon(self._flush)
        self._outgoing.append(text)
        self._said_bytes += len(text)

    def is_full(self) -> bool:
        """Whether too many bytes wait to be written."""
        return self._said_bytes > MAX_UNWRITTEN or not self.writable.is_set()

    def hang_up(self, code: int, reason: str) -> None:
        """Close the line, even if its reader takes nothing.

        Frames from before are sent first.
        """
        self._flush()
        if self.close_sent or self.transport.is_closing():
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        with suppress(InvalidState):
            self.conn.send_close(code, reason)
            self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.transport.resume_reading()
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.abort)

    async def room(self) -> None:
        """Wait until the client has read most of the replies.

        Raises ConnectionError if the client is gone.
        """
        if self._said_bytes > MAX_UNWRITTEN:
            await asyncio.sleep(0)  # the write happens at the end of this turn
        await self.writable.wait()
        if self.disconnected or self.close_sent or self.transport.is_closing():
            raise ConnectionError("The line is closed.")

    def be_busy(self, is_busy: bool) -> None:
        """Stop reading while too many calls are pending."""
        if is_busy != self._is_busy:
            self._is_busy = is_busy
            self._read_or_not()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stalled = self.loop.call_later(
            STALL_S, self._hang_up_if_stalled, self.transport.get_write_buffer_size()
        )
        self._read_or_not()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_stall_clock()
        self._read_or_not()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_stall_clock()
        if self._late is not None:
            self._late.cancel()
        self._watch.stop()
        self._connections.leave(self.connection)
        self.connection.gone.set()
        super().connection_lost(exc)

    def _is_piece_taken(self, before: int = 0) -> bool:
        """Whether to accept a fragment, ping or pong after so many fragments of the same message;
        if not, cut off the line.
        """
        if self._is_cut_off:
            return False
        if before < MAX_PIECES and not self._pieces.take(1, self.loop.time()):
            return True
        self.frames = []
        self.hang_up(*TOO_MANY)
        # A client that keeps sending never answers a close frame.
        self._is_cut_off = True
        self._end_soon()
        return False

    def _end_soon(self) -> None:
        """Abort the connection shortly, even if its client does not read or answer."""
        if self.close_timer is not None:
            self.close_timer.cancel()
        self.close_timer = self.loop.call_later(LINGER_S, self.transport.abort)

    def _hang_up_if_not_open(self) -> None:
        if not self.handshake_complete or self.transport.is_closing():
            self.transport.abort()

    def _refuse_handshake(self) -> None:
        error = Invalid(
            "The WebSocket handshake is malformed.",
            hint="Send no body, short lines and few headers.",
        )
        response = error_response(error)
        head = b"".join(
            b"%b: %b\r\n" % header for header in [*response.raw_headers, (b"connection", b"close")]
        )
        self.handshake_initiated = True
        self.transport.write(
            b"HTTP/1.1 400 Bad Request\r\n" + head + b"\r\n" + bytes(response.body)
        )
        self.transport.close()

    def _flush(self) -> None:
        outgoing, self._outgoing = self._outgoing, []
        self._said_bytes = 0
        if not outgoing or self.close_sent or self.transport.is_closing():
            return
        # Built here, because an unmasked frame is its text after a few bytes, and the library needs
        # a tenth of the time of a call to build it.
        self.transport.write(
            b"".join([part for text in outgoing for part in (_head(len(text)), text)])
        )

    def _read_or_not(self) -> None:
        if self._take is None or self.transport.is_closing():
            return
        # Stop reading from a client that does not read us: its replies would pile up.
        if self._is_busy or not self.writable.is_set():
            self.transport.pause_reading()
            self._watch.start()
        else:
            self.transport.resume_reading()
            self._watch.stop()

    def _hang_up_if_stalled(self, before: int) -> None:
        left = self.transport.get_write_buffer_size()
        if left <= before - LEAST_BYTES:
            self._stalled = self.loop.call_later(STALL_S, self._hang_up_if_stalled, left)
        else:
            self.hang_up(*RESYNC)
            self._stalled = self.loop.call_later(STALL_S, self.transport.abort)

    def _stop_stall_clock(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None


def _head(size: int) -> bytes:
    """Return the header of a text frame with this size."""
    if size < 126:
        return bytes((0x81, size))
    return (
        b"\x81\x7e" + size.to_bytes(2, "big")
        if size < 1 << 16
        else b"\x81\x7f" + size.to_bytes(8, "big")
    )
