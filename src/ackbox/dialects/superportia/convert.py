"""How SuperPortia's arguments become ours: one value each.

Explained in docs/howto/coming-from-superportia.md.
"""

from __future__ import annotations

import re

from ackbox.errors import Invalid


def priority(word: str) -> int:
    """Return the priority for `normal` or `urgent`."""
    return {"normal": 3, "urgent": 5}[word]


def ids_of_short(given: str) -> list[str]:
    """Return the number of a message whose short id is given, as the one id to mark."""
    if not re.fullmatch(r"msg-[0-9a-f]{12}", given):
        raise Invalid("This is no message's id.", hint="Use an id that a reading call returned.")
    return [f"#{int(given[4:], 16)}"]


def mark(is_read: bool) -> str:
    """Return the mark for `read` true or false."""
    return "read" if is_read else "unread"
