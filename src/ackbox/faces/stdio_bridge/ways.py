"""The ways to the agent program that started this bridge: which module knows them.

A program without a module here sees messages at its next hook. Explained in docs/why/reach.md,
"Waking".
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from ackbox.client.program_process import copy_id
from ackbox.faces.stdio_bridge.waking import Ways

WAKEABLE = frozenset({"claude", "codex", "opencode"})


def ways_to(program: str | None, changed: Callable[[], None]) -> Ways | None:
    """Return the ways to a program; null for one that cannot be woken."""
    if program not in WAKEABLE:
        return None
    copy = copy_id()
    if program == "codex":
        from ackbox.faces.stdio_bridge.codex_ways import CodexWays

        return CodexWays(is_shared=copy is None)
    from ackbox.faces.stdio_bridge.listeners import Listeners

    listeners = None
    if copy is not None:
        try:
            listeners = Listeners(copy, changed)
        except FileExistsError:
            return None
        except OSError:
            pass
        else:
            threading.Thread(target=listeners.run, daemon=True).start()
    if program == "claude":
        from ackbox.faces.stdio_bridge.claude_ways import ClaudeWays

        return ClaudeWays(listeners)
    from ackbox.faces.stdio_bridge.opencode_ways import OpencodeWays

    return None if listeners is None else OpencodeWays(listeners)
