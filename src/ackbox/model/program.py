"""Programs: moments in the work of an agent program, and the activities that follow from them.

Explained in docs/why/reach.md.
"""

from __future__ import annotations

from typing import Literal

Moment = Literal[
    "session_start",
    "prompt",
    "tool",
    "turn_end",
    "asking",
    "compacting",
    "compacted",
    "session_end",
]
Activity = Literal["idle", "busy", "asking", "compacting", "gone"]
