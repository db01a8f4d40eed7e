"""The socket that belongs to a caller: plain, or around the sealed call.

Explained in docs/why/sealed.md, "On a member's machine".
"""

from __future__ import annotations

from ackbox.client.http import HttpCaller
from ackbox.client.socket import SocketTransport


def transport(caller: HttpCaller, *, patience_s: float) -> SocketTransport:
    """Return a socket to the caller's server, not yet open, for calls and the feed."""
    if type(caller) is HttpCaller:
        return SocketTransport(
            caller.url, caller.key, patience_s=patience_s, is_there=caller.is_there
        )
    # Not at the top: only members of sealed workspaces need it.
    from ackbox.client.sealed import SealedCaller
    from ackbox.client.sealed_socket import SealedSocket

    assert isinstance(caller, SealedCaller)
    return SealedSocket(caller, patience_s=patience_s)
