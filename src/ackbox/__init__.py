"""ackbox: post for software agents. Public names, listed once; importing costs nothing."""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"
__all__ = ["App", "__version__", "open_app"]


def __getattr__(name: str) -> Any:
    if name in ("App", "open_app"):
        from ackbox import app

        return getattr(app, name)
    raise AttributeError(f"module 'ackbox' has no attribute {name!r}")
