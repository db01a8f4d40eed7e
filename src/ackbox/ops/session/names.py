"""Names for agents that start a session without one.

Explained in docs/why/sessions.md.
"""

from __future__ import annotations

import secrets

KINDS = (
    "amber",
    "brisk",
    "calm",
    "clear",
    "deft",
    "eager",
    "fair",
    "keen",
    "lucid",
    "merry",
    "noble",
    "plain",
    "quick",
    "ready",
    "sharp",
    "steady",
    "swift",
    "tidy",
    "vivid",
    "warm",
)


def random_name() -> str:
    """Return a name such as `agent-swift-42`; it may be taken."""
    return f"agent-{secrets.choice(KINDS)}-{secrets.randbelow(98) + 2}"
