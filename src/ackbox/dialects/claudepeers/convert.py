"""How claude-peers' arguments become ours: one value each.

Explained in docs/howto/coming-from-claude-peers.md.
"""

from __future__ import annotations

from typing import Any


def place(scope: Any) -> str:
    """Return where the listed peers work; an unknown scope is the whole machine."""
    return {"directory": "directory", "repo": "repository"}.get(str(scope), "workspace")
