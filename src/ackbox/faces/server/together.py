"""Together: send the head and the body of a response in one packet.

uvicorn writes them one after the other, and each write to a socket costs a system call and a
packet, and wakes the reader. Explained in docs/why/serving.md.
"""

from __future__ import annotations

import asyncio
from typing import Any


class Together:
    """A transport that holds the first write until the next one, or until the end of this turn of
    the loop.

    It joins at most two writes, so the server notices a stalled reader as early as before.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._kept = b""
        self._later: asyncio.Handle | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Write the held data together with this, or hold this."""
        if self._later is None:
            self._kept = data
            self._later = self._loop.call_soon(self.flush)
        else:
            self._kept += data
            self.flush()

    def flush(self) -> None:
        """Write the held data."""
        if self._later is not None:
            self._later.cancel()
            kept, self._kept, self._later = self._kept, b"", None
            self._transport.write(kept)

    def close(self) -> None:
        """Write the held data, then close."""
        self.flush()
        self._transport.close()
