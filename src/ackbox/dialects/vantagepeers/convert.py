"""How VantagePeers' arguments become ours: one value each.

Explained in docs/howto/coming-from-vantagepeers.md.
"""

from __future__ import annotations

import msgspec

from ackbox.errors import Invalid
from ackbox.model.moment import to_text

# A mission is a task with this tag.
MISSION = "mission"
MISSION_STATES = {
    "brainstorm": "open",
    "plan": "claimed",
    "execute": "in_progress",
    "validate": "review",
    "complete": "done",
}
_MISSION_GROUPS = {
    **{word: [state] for word, state in MISSION_STATES.items()},
    "open": ["unfinished"],
    "active": ["claimed", "in_progress"],
    "all": ["all"],
}
_RELATIONS = ("updates", "extends", "derives")
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


def mission_states(given: str | list[str]) -> list[str]:
    """Return our states for those of missions."""
    words = tags(given) or ["all"]
    unknown = [word for word in words if word not in _MISSION_GROUPS]
    if unknown:
        raise Invalid(
            f"{unknown[0][:40]!r} is not a mission state.",
            hint=f"Use {', '.join(_MISSION_GROUPS)}.",
        )
    return list(dict.fromkeys(state for word in words for state in _MISSION_GROUPS[word]))


def mission_state(status: str) -> str:
    """Return the one state that a mission is set to."""
    return MISSION_STATES[status]


def audience(channel: str) -> list[str]:
    """Return the names of a channel; `*` for broadcast."""
    names = [name.strip() for name in channel.split(",")]
    return ["*"] if "broadcast" in names else names


def joined(given: str | list[str]) -> str:
    """Return several causes as one text."""
    return given if isinstance(given, str) else ", ".join(given)


def namespace(name: str) -> str:
    """Return the tag for a namespace."""
    return f"namespace:{name}"


def in_namespace(name: str) -> list[str]:
    """Return the tags of a memory in a namespace."""
    return [namespace(name)]


def topic(name: str) -> str:
    """Return the tag for a topic."""
    return f"topic:{name}"


def on_topic(name: str) -> list[str]:
    """Return the tags of a briefing note on a topic."""
    return [topic(name)]


def relation(given: dict[str, str]) -> list[dict[str, str]]:
    """Return the link for `targetId` and `type`."""
    if given.keys() != {"targetId", "type"} or given["type"] not in _RELATIONS:
        raise Invalid(
            "The relation is not known.",
            hint=f"Give `targetId`, and as `type` one of {', '.join(_RELATIONS)}.",
        )
    return [{"relation": given["type"], "to": given["targetId"]}]
