"""The browser of the person at this terminal.

Explained in docs/reference/cli.md.
"""

from __future__ import annotations

import os
import sys
import webbrowser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ackbox.faces.cli.context import CliContext


def open_page(ctx: CliContext, page: str) -> None:
    """Open a page in the browser, or print its address."""
    opened = can_open() and sys.stdout.isatty() and webbrowser.open(page)
    ctx.show({"url": page, "opened": opened}, lambda of: of["url"])


def can_open() -> bool:
    """Whether there is a screen that a browser could open on."""
    return sys.platform in ("darwin", "win32") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
