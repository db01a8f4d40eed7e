"""Who calls over MCP: what a connection says of itself in its headers, and calls made as that.

Explained in docs/reference/mcp.md.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import msgspec

from ackbox.faces.wire import Calling

_SAID_IN = {"ackbox-agent": "agent", "ackbox-instance": "instance", "ackbox-workspace": "workspace"}


class Who(msgspec.Struct, frozen=True):
    """A connection's key, and whom its headers name; a tool's own arguments win."""

    credential: str
    said: dict[str, str]
    do: Calling

    async def call(self, operation: str, /, **params: Any) -> Any:
        """Do one operation as this connection. Raises the errors of ackbox.errors."""
        return await self.do(operation, {**self.said, **params}, credential=self.credential, face="mcp")


def who(context: Any, do: Calling) -> Who:
    """Return who sent the request that a handler serves."""
    headers = context.request.headers
    said = {_SAID_IN[name]: unquote(value) for name, value in headers.items() if name in _SAID_IN and value}
    return Who(headers.get("authorization", "").partition(" ")[2].strip(), said, do)
