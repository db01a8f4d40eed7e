"""The bridge of an agent with a vault key: MCP is served in its own process.

Explained in docs/why/sealed.md, "On a member's machine".
"""

from __future__ import annotations

from collections.abc import Callable

from ackbox.client.http import HttpCaller


def serve_sealed(find: Callable[[], HttpCaller]) -> HttpCaller:
    """Serve MCP over the sealed call, and return a caller for it."""
    # Not at the top: no other bridge needs the libraries of the server.
    from ackbox.faces.server.sealed_mcp import start

    return start(find)
