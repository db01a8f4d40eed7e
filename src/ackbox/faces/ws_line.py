"""The line under a WebSocket: frames in, frames out, and the end of a reader that stalls.

Frames go straight to the session, and what is said within one turn of the loop leaves in one write. A text that is whole in one
frame is cut out here; whatever else a frame may be is the library's. A line is not read while its reader takes nothing, or
while many of its calls are not answered yet. What frames mean is said in ws.py.
Explained in docs/why/websocket.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.protocol import State

try:
    from websockets.speedups import apply_mask
except ImportError:  # installed without its part in C
    from websockets.utils import apply_mask

FRAME_LIMIT = 256 * 1024
STALL_S = 20.0
LEAST_BYTES = 32 * 1024
RESYNC = (4009, "resync")
# In the first byte of a frame: a whole text; a frame about the line itself; the last part of a message.
PLAIN_TEXT, CONTROL, LAST = 0x81, 0x08, 0x80
# Where a session finds its line among the extensions of its scope.
EXTENSION = "ackbox.line"

Take = Callable[[bytes, bool], None]


class Line(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol, with frames handed on at once, joined writes, and a clock on a full buffer."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._take: Take | None = None
        self._said: list[bytes] = []
        self._stalled: asyncio.TimerHandle | None = None
        self._is_busy = False
        self._unread = bytearray()
        # Whether the library has seen nothing but whole frames, so that the next byte starts one.
        self._is_cut = True
        self._is_in_parts = False

    def data_received(self, data: bytes) -> None:
        if self._take is not None and self._is_cut:
            self._unread += data
            self._cut()
        else:
            # Who does not wait for the handshake may have sent part of a frame; the library keeps such a line to its end.
            self._is_cut = not self.handshake_initiated and data.endswith(b"\r\n\r\n")
            super().data_received(data)

    def _cut(self) -> None:
        """Hand on each frame that is whole: a plain text to the session, all others to the library."""
        data, at = self._unread, 0
        while self.conn.state is State.OPEN and (found := _frame(data, at)) is not None:
            start, end = found
            if end > len(data):
                break
            first, frame, at = data[at], data[at:end], end
            if first == PLAIN_TEXT and start and not self._is_in_parts:
                if not self.close_sent and self._take is not None:
                    self._take(apply_mask(frame[start:], frame[start - 4:start]), True)
                continue
            if not first & CONTROL:
                self._is_in_parts = not first & LAST
            super().data_received(bytes(frame))
        if self.conn.state is not State.OPEN and at < len(data):
            # After the end nothing is a frame any more; the library throws it away.
            super().data_received(bytes(data[at:]))
            at = len(data)
        del data[:at]

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            self.scope["extensions"] = {**(self.scope["extensions"] or {}), EXTENSION: self}  # type: ignore[dict-item]  # ASGI types an extension as a dict; this is one of ours, for this process

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            # A refusal completes the handshake too; without this each one is logged as an error of ours.
            self.handshake_complete = True

    def give_to(self, take: Take) -> None:
        """Hand every frame from now on to `take`, with whether it is text."""
        self._take = take

    def send_receive_event_to_app(self) -> None:
        if self._take is None:
            super().send_receive_event_to_app()
            return
        data = self.frames[0] if len(self.frames) == 1 else b"".join(self.frames)
        self.frames = []
        if not self.close_sent:
            self._take(bytes(data), self.curr_msg_data_type == "text")

    def say(self, text: bytes) -> None:
        """Send a text frame at the end of this turn of the loop; nothing once the line is closing."""
        if not self._said:
            self.loop.call_soon(self._flush)
        self._said.append(text)

    def hang_up(self, code: int, reason: str) -> None:
        """Close the line, whether or not its reader takes anything; what was said before goes first."""
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
        """Wait until the reader has taken most of what was said; ConnectionError when it is gone."""
        await self.writable.wait()
        if self.disconnected or self.close_sent or self.transport.is_closing():
            raise ConnectionError("The line is closed.")

    def be_busy(self, is_busy: bool) -> None:
        """Stop reading while too much is unanswered."""
        if is_busy != self._is_busy:
            self._is_busy = is_busy
            self._read_or_not()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stalled = self.loop.call_later(STALL_S, self._hang_up_if_stalled, self.transport.get_write_buffer_size())
        self._read_or_not()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_stall_clock()
        self._read_or_not()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_stall_clock()
        super().connection_lost(exc)

    def _flush(self) -> None:
        said, self._said = self._said, []
        if not said or self.close_sent or self.transport.is_closing():
            return
        # Written here: a frame without a mask is its text behind a few bytes, and the library takes a tenth of a call for it.
        self.transport.write(b"".join([part for text in said for part in (_head(len(text)), text)]))

    def _read_or_not(self) -> None:
        if self._take is None or self.transport.is_closing():
            return
        # Who does not read is not read either: answers to what it goes on asking would pile up.
        if self._is_busy or not self.writable.is_set():
            self.transport.pause_reading()
        else:
            self.transport.resume_reading()

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


def _frame(data: bytearray, at: int) -> tuple[int, int] | None:
    """Return where in the frame at a place its text starts, 0 when nobody masked it, and where it ends; null while that cannot be told.

    One that is too long ends where the data does: the library refuses it by its head.
    """
    if len(data) - at < 2:
        return None
    size, head = data[at + 1] & 0x7F, 2
    if size > 125:
        head = 4 if size == 126 else 10
        if len(data) < at + head:
            return None
        size = int.from_bytes(data[at + 2:at + head])
    if size > FRAME_LIMIT:
        return 0, len(data)
    is_masked = data[at + 1] & 0x80
    return (head + 4, at + head + 4 + size) if is_masked else (0, at + head + size)


def _head(size: int) -> bytes:
    """Return what stands before a text of so many bytes, whole in one frame."""
    if size < 126:
        return bytes((0x81, size))
    return b"\x81\x7e" + size.to_bytes(2, "big") if size < 1 << 16 else b"\x81\x7f" + size.to_bytes(8, "big")
