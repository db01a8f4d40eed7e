"""How VantagePeers' arguments become ours: one value each.

Explained in docs/howto/coming-from-vantagepeers.md.
"""

from __future__ import annotations

import msgspec

from ackbox.errors import Invalid
from ackbox.model.moment import to_text

LATEST_MS = 253_402_300_799_999  # the year 9999 ends
URGENCIES = {"low": 2, "medium": 3, "high": 4, "urgent": 5}
_STATES = {
    **{
        state: [state]
        for state in ("in_progress", "review", "blocked", "done", "cancelled", "failed", "all")
    },
    "todo": ["open", "claimed"],
    "open": ["unfinished"],
    "active": ["open", "claimed", "in_progress"],
    # A deleted task stays as cancelled, and is listed only when that state is asked for.
    "any": ["unfinished", "done", "failed"],
}


def ids(given: str | list[str]) -> list[str]:
    """Return ids from a list, one text, or a JSON list inside a text."""
    if isinstance(given, list):
        return given
    if not given.lstrip().startswith("["):
        return [given]
    try:
        return msgspec.json.decode(given, type=list[str])
    except msgspec.DecodeError:
        raise Invalid("The text is not a JSON list of ids.", hint="Send a list of ids.") from None


def tags(given: str | list[str]) -> list[str]:
    """Return labels from a list, a text with commas, or a JSON list inside a text."""
    if isinstance(given, list) or given.lstrip().startswith("["):
        return ids(given)
    return [label for each in given.split(",") if (label := each.strip())]


def states(given: str | list[str]) -> list[str]:
    """Return our states for theirs: `todo` is not begun, `open` not finished."""
    words = tags(given) or ["all"]
    unknown = [word for word in words if word not in _STATES]
    if unknown:
        raise Invalid(
            f"{unknown[0][:40]!r} is not a task state.",
            hint=f"Use {', '.join(word for word in _STATES if word != 'any')}.",
        )
    return list(dict.fromkeys(state for word in words for state in _STATES[word]))


def state(status: str) -> str:
    """Return the one state that a task is set to."""
    return "open" if status == "todo" else status


def priority(urgency: str) -> int:
    """Return the priority for an urgency."""
    return URGENCIES[urgency]


def moment(ms: int) -> str:
    """Return Unix milliseconds as a time, at most the end of the year 9999."""
    return to_text(min(max(ms, 0), LATEST_MS))
