"""Together: send the head and the body of a response in one packet.

uvicorn writes them one after the other, and each write to a socket costs a system call and a
packet, and wakes the reader. Explained in docs/why/serving.md.
"""

from __future__ import annotations

import asyncio
from typing import Any


class Together(asyncio.Transport):
    """A transport that keeps a first write until the next, or until the turn of the loop is over.

    It joins at most two writes, so the server notices a stalled reader as early as before.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._transport = transport
        self._loop = loop
        self._kept = b""
        self._later: asyncio.Handle | None = None

    # What a cycle asks of its transport; anything else fails loudly.
    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Write what was kept and this, or keep this."""
        if self._later is None:
            self._kept = bytes(data)
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
