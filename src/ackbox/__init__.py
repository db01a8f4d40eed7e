"""ackbox: post for software agents. Public names, listed once; importing costs nothing."""

from __future__ import annotations

import importlib

# Not from typing: `python -m ackbox` reads this file while the working directory is still searched
# for modules.
TYPE_CHECKING = False

__version__ = "0.1.0"
__all__ = [
    "AckboxError",
    "App",
    "Client",
    "NoServer",
    "SyncClient",
    "__version__",
    "open",
    "open_app",
]
_HOMES = {
    "AckboxError": "ackbox.errors",
    "App": "ackbox.app.call",
    "Client": "ackbox.client.client",
    "NoServer": "ackbox.client.http",
    "SyncClient": "ackbox.client.sync",
    "open": "ackbox.app.library",
    "open_app": "ackbox.app.call",
}

if TYPE_CHECKING:
    from ackbox.app.call import App, open_app
    from ackbox.app.library import open
    from ackbox.client.client import Client
    from ackbox.client.http import NoServer
    from ackbox.client.sync import SyncClient
    from ackbox.errors import AckboxError


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'ackbox' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the public names, for completion in a REPL."""
    return sorted(__all__)
