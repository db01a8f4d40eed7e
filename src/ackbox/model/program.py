"""Programs: moments in the work of an agent program, the activities that follow from them, and
edits that collide.

Explained in docs/why/reach.md.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Moment = Literal[
    "session_start",
    "prompt",
    "delegating",
    "tool",
    "turn_end",
    "asking",
    "compacting",
    "compacted",
    "session_end",
]
Activity = Literal["idle", "busy", "asking", "compacting", "gone"]


class Collision(msgspec.Struct, frozen=True, kw_only=True):
    """Files that one session changed while another agent or instance claims them."""

    agent: Annotated[str, Meta(description="The other agent")]
    instance: Annotated[str | None, Meta(description="Its instance")]
    files: Annotated[list[str], Meta(description="Files")]
    is_claim_mine: Annotated[
        bool, Meta(description="Whether the claim is yours and the other changed the files")
    ] = False
