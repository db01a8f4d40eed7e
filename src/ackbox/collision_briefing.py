"""Collision briefing: edits that collide with claims, as text that is safe to put before a model.

Names and paths are facts in ASCII, as in briefing.py. Explained in docs/why/reach.md, "Edits and
claims".
"""

from __future__ import annotations

from collections.abc import Sequence

from ackbox.briefing import facts, size, token
from ackbox.model.program import Collision
from ackbox.model.text import visible

# Bytes of one sentence's facts, and characters of one path: programs cut a hook's text.
LENGTH, PATH = 300, 80


def for_hook(collisions: Sequence[Collision]) -> str:
    """Return what a hook puts before a model about collisions; "" for none."""
    edited = _listed([each for each in collisions if not each.is_claim_mine])
    claimed = _listed([each for each in collisions if each.is_claim_mine])
    sentences = []
    if edited:
        sentences.append(
            f"ackbox. You changed files that others claim: {edited}. They may be working on these"
            " files: agree with them (tool send) before you change the files again."
        )
    if claimed:
        sentences.append(
            f"ackbox. Others changed files that you claim: {claimed}. Look at the files before you"
            " go on, and agree with them (tool send)."
        )
    return "\n\n".join(sentences)


def _listed(collisions: Sequence[Collision]) -> str:
    """Return agents and files, as far as there is room; the rest is counted."""
    pairs = [(each, file) for each in collisions for file in each.files]
    lines: list[str] = []
    left = LENGTH
    for each, file in pairs:
        line = _line(each, file)
        left -= size(line)
        if lines and left < 0:
            break
        lines.append(line)
    more = f" and {len(pairs) - len(lines):,} more" if len(lines) < len(pairs) else ""
    return ", ".join(lines) + more


def _line(collision: Collision, file: str) -> str:
    path = visible(file).replace("\n", "\\n").replace("\t", "\\t")
    return facts(
        {
            "agent": token(collision.agent),
            "instance": collision.instance and token(collision.instance),
            # The end of a long path tells files apart.
            "file": path if len(path) <= PATH else f"...{path[-PATH:]}",
        }
    )
