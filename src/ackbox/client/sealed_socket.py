"""The socket of a client that has vault keys: its calls are sealed; the feed brings no text.

Sealed calls go over HTTP in a thread, because they keep the membership's files to themselves while
they wait for the server. Explained in docs/why/sealed.md, "On a member's machine".
"""

from __future__ import annotations

import asyncio

import msgspec

from ackbox.client.sealed import SealedCaller
from ackbox.client.socket import SocketTransport


class SealedSocket(SocketTransport):
    """A socket like that of every client, around it the sealed call."""

    def __init__(self, caller: SealedCaller, *, patience_s: float) -> None:
        super().__init__(caller.url, caller.key, patience_s=patience_s, is_there=caller.is_there)
        self._caller = caller

    async def call(self, name: str, params: bytes, *, may_repeat: bool) -> bytes:
        """Call one operation as SocketTransport.call does."""
        given = msgspec.json.decode(params)
        if self._caller.vault_for(given) is None:
            return await super().call(name, params, may_repeat=may_repeat)
        result = await asyncio.to_thread(self._caller.call, name, given)
        return msgspec.json.encode(result)
