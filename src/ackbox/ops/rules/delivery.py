"""Delivery: how and how soon a recipient sees a message, as a sentence about it.

It follows from what the recipient's program reports, from its channel and from its quiet rules, and
it promises no more than the server knows. Explained in docs/why/reach.md, "Expected delivery".
"""

from __future__ import annotations

import msgspec

from ackbox.ops.rules.attention import URGENT, Attention, read
from ackbox.ops.rules.presence import Here, Standings
from ackbox.ops.rules.waking import WAKES

# Facts in the card of an instance whose program reports by hooks: it shows nothing at a prompt; its
# turn has gone on for messages as often as it may.
NOT_AT_PROMPT, NOT_AT_TURN_END = "not_at_prompt", "not_at_turn_end"
UNKNOWN = "has never connected; the message waits"
MINUTE_MS = 60_000
AT_A_CHECK = 7
# What a program does, in words.
DOING = {
    "busy": "busy",
    "idle": "idle",
    "asking": "waiting for its user's permission",
    "compacting": "compacting its context",
}


class Outlook(msgspec.Struct, frozen=True, order=True):
    """How soon one instance sees a message, in an order of our own, and the sentence."""

    rank: int
    text: str


def delivery(found: Standings, priority: int, now: int) -> str:
    """Return how the recipient sees a message of this priority: by its soonest instance.

    The sentence begins with a verb; a face puts the recipient's name before it.
    """
    if len(found.instances) == 1:
        return outlook(found.instances[0], priority, now).text
    present = [each for each in found.instances if each.presence != "away"]
    if not present:
        last = max(found.instances, key=lambda each: each.last_seen or 0)
        return outlook(last, priority, now).text
    outlooks = [outlook(each, priority, now) for each in present]
    # Without reports of a program, the time of the next call is unknown.
    known = [each for each in outlooks if each.rank != AT_A_CHECK]
    soonest = min(known or outlooks)
    many = sum(each.card.get("activity") in DOING for each in present)
    return f"{soonest.text} (first of {many} instances)" if many > 1 else soonest.text


def outlook(here: Here, priority: int, now: int) -> Outlook:
    """Return how soon one instance sees a message."""
    activity = here.card.get("activity")
    since = here.card.get("activity_at") or now
    if here.presence == "away":
        return _offline(here, activity, now)
    if activity not in DOING:
        return _by_channel(here, now)
    if here.presence == "idle" and activity != "idle":
        # Long silence in a turn: it may still run, or the program may have crashed.
        text = f"was {DOING[activity]} {span(now - (here.last_seen or since))} ago"
        return Outlook(8, f"{text} and sees this when its program reports again")
    rules = Attention() if priority >= URGENT else read(here.card)
    if rules.quiet_until is not None and now < rules.quiet_until:
        left = span(rules.quiet_until - now)
        return Outlook(10, f"is quiet for another {left} and sees this after that")
    state = _state(activity, now - since)
    if rules.digest_minutes is not None:
        every = span(rules.digest_minutes * MINUTE_MS)
        return Outlook(9, f"{state} and sees this in its next digest (every {every})")
    if activity == "idle" and here.reach.startswith(WAKES):
        return Outlook(0, f"{state} and is woken for this now")
    rank, when = _when(here, activity, is_urgent=priority >= URGENT, is_late=rules.at_turn_end)
    return Outlook(rank, f"{state} and sees this {when}")


def _offline(here: Here, activity: str | None, now: int) -> Outlook:
    if activity == "gone":
        ended = span(now - (here.card.get("activity_at") or now))
        return Outlook(11, f"has been gone for {ended}; the message waits for its next start")
    last = f", last seen {span(now - here.last_seen)} ago" if here.last_seen else ""
    return Outlook(12, f"is offline{last}; the message waits")


def _by_channel(here: Here, now: int) -> Outlook:
    """Return the outlook of an instance whose program does not report its activity."""
    if here.presence == "idle" and here.last_seen:
        state = f"was last seen {span(now - here.last_seen)} ago"
    else:
        state = f"is {here.presence}"
    match here.reach:
        case "socket" | "push":
            return Outlook(0, f"{state} and receives this at once")
        case "hook":
            return Outlook(6, f"{state} and sees this at its next prompt")
    return Outlook(AT_A_CHECK, f"{state} and sees this at its next check")


def _state(activity: str, lasts_ms: int) -> str:
    if activity == "idle" or lasts_ms < MINUTE_MS:
        return f"is {DOING[activity]}"
    return f"has been {DOING[activity]} for {span(lasts_ms)}"


def _when(here: Here, activity: str, *, is_urgent: bool, is_late: bool) -> tuple[int, str]:
    """Return when a program that reports by hooks shows a message, and the rank of that."""
    at_prompt = "in its next turn" if here.card.get(NOT_AT_PROMPT) else "at its next prompt"
    at_end = at_prompt if here.card.get(NOT_AT_TURN_END) else "at the end of its turn"
    match activity:
        case "busy":
            return (1, "after its current tool call") if is_urgent else (2, at_end)
        case "asking":
            return 4, f"after the answer{'' if is_urgent else f', {at_end}'}"
        case "compacting":
            return 3, at_end if is_late else "after that"
        case _:
            return 5, "at the end of its next turn" if is_late else at_prompt


def span(ms: int) -> str:
    """Return a length of time in its largest unit, such as `3 min`."""
    for size, unit in ((86_400_000, "d"), (3_600_000, "h"), (MINUTE_MS, "min")):
        if ms >= size:
            return f"{ms // size} {unit}"
    return f"{max(ms, 0) // 1000} s"
