"""The line under a WebSocket: frames in, frames out, and the end of a reader that stalls.

Frames go straight to the session, and what is said within one turn of the loop leaves in one write. A line is not read while
its reader takes nothing, or while many of its calls are not answered yet. What frames mean is said in ws.py.
Explained in docs/why/websocket.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState

FRAME_LIMIT = 256 * 1024
STALL_S = 20.0
LEAST_BYTES = 32 * 1024
RESYNC = (4009, "resync")
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


def _head(size: int) -> bytes:
    """Return what stands before a text of so many bytes, whole in one frame."""
    if size < 126:
        return bytes((0x81, size))
    return b"\x81\x7e" + size.to_bytes(2, "big") if size < 1 << 16 else b"\x81\x7f" + size.to_bytes(8, "big")
