"""Filters: the one grammar people narrow messages with, in the dashboard, its links and the
terminal.

`from:claude to:codex intent:blocked,question is:urgent before:2d "exact words"`. Parsing and
comparing only.
Explained in docs/why/dashboard.md, "Filters".
"""

from __future__ import annotations

import difflib
import re
from typing import Any

import msgspec

from ackbox.errors import Invalid
from ackbox.model.moment import parse_moment
from ackbox.model.query import has_words, parse_terms

KEYS = ("from", "to", "intent", "is", "priority", "before", "after", "thread", "has")
STATES = ("unacked", "unread", "urgent", "human", "late")
_TERM = re.compile(r'([a-z]+):("[^"]*"|\S+)|(-?"[^"]*"\*?|\S+)')


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """A parsed filter: values of one key are alternatives, all keys must match.

    Times in milliseconds UTC.
    """

    senders: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    intents: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    priorities: tuple[int, ...] = ()
    before: int | None = None
    after: int | None = None
    thread: str | None = None
    has: tuple[str, ...] = ()
    words: str = ""


def parse_filter(text: str, *, now: int) -> Filter:
    """Parse a filter; `now` is what 2d counts back from.

    Raises Invalid for an unknown key or value.
    """
    values: dict[str, list[str]] = {}
    words = []
    for key, value, word in _TERM.findall(text):
        if not key:
            words.append(word)
        elif key not in KEYS:
            near = difflib.get_close_matches(key, KEYS, n=1)
            raise Invalid(
                f"Unknown filter {key!r}.",
                field="q",
                hint=f"Did you mean {near[0]}?" if near else f"Use one of: {', '.join(KEYS)}.",
            )
        else:
            values.setdefault(key, []).extend(value.strip('"').split(","))
    states = tuple(values.get("is", ()))
    if wrong := [each for each in states if each not in STATES]:
        raise Invalid(
            f"Unknown state {wrong[0]!r}.", field="q", hint=f"Use one of: {', '.join(STATES)}."
        )
    return Filter(
        senders=tuple(values.get("from", ())),
        recipients=tuple(values.get("to", ())),
        intents=tuple(values.get("intent", ())),
        states=states,
        priorities=tuple(_priority(each) for each in values.get("priority", ())),
        before=_time(values.get("before"), now),
        after=_time(values.get("after"), now),
        thread=values.get("thread", [None])[-1],
        has=tuple(values.get("has", ())),
        words=" ".join(words),
    )


def _priority(text: str) -> int:
    named = {"urgent": 5, "high": 4, "normal": 3, "low": 2}
    if text in named or text in ("1", "2", "3", "4", "5"):
        return named.get(text) or int(text)
    raise Invalid(
        f"Unknown priority {text!r}.", field="q", hint="Use 1 to 5, or urgent, high, normal, low."
    )


def _time(values: list[str] | None, now: int) -> int | None:
    return parse_moment(values[-1], field="q", now=now) if values else None


def fits(
    filter: Filter, message: dict[str, Any], tally: dict[str, Any], *, late: bool = False
) -> bool:
    """Whether a message matches a filter, except for its words and times."""
    to = {each.partition("/")[0] for each in message["to"]}
    is_open = tally["acknowledged"] < tally["recipients"]
    state = {
        "unacked": is_open,
        "unread": tally["read"] < tally["recipients"],
        "urgent": message["priority"] == 5,
        "human": message["sender_kind"] == "human",
        "late": late,
    }
    return (
        (not filter.senders or message["sender"] in filter.senders)
        and (
            not filter.recipients
            or bool(to & set(filter.recipients))
            or (message["type"] == "broadcast" and "everyone" in filter.recipients)
        )
        and (not filter.intents or message["intent"] in filter.intents)
        and (not filter.priorities or message["priority"] in filter.priorities)
        and all(state[each] for each in filter.states)
        and all(any(ref["kind"] == each for ref in message["refs"]) for each in filter.has)
    )


def fits_all(
    filter: Filter, message: dict[str, Any], tally: dict[str, Any], *, late: bool = False
) -> bool:
    """As `fits`, with words, times and thread too, for callers without a store."""
    if filter.before is not None or filter.after is not None:
        at = parse_moment(message["created_at"], field="q")
        if (filter.before is not None and at >= filter.before) or (
            filter.after is not None and at <= filter.after
        ):
            return False
    return (
        (filter.thread is None or message["thread"].startswith(filter.thread))
        and fits(filter, message, tally, late=late)
        and (
            not filter.words
            or has_words(parse_terms(filter.words), f"{message['subject'] or ''} {message['body']}")
        )
    )
