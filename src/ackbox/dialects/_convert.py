"""The closed list of converters: how one value of a foreign call becomes ours, and back.

A converter sees one value and nothing else. Which value, and where it goes, the dialects' data say.
Explained in docs/why/dialects.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

from ackbox.errors import Invalid
from ackbox.model.moment import parse_moment, to_text

LATEST_MS = 253_402_300_799_999  # the year 9999 ends


def _ids(given: str | list[str]) -> list[str]:
    """Return ids from a list, one text, or a JSON list inside a text."""
    if isinstance(given, list):
        return given
    if not given.lstrip().startswith("["):
        return [given]
    try:
        return msgspec.json.decode(given, type=list[str])
    except msgspec.DecodeError:
        raise Invalid("The text is not a JSON list of ids.", hint="Send a list of ids.") from None


def _moment_of_ms(given: int) -> str:
    return to_text(min(max(given, 0), LATEST_MS))


def _short(seq: int) -> str:
    return f"msg-{seq:012x}"


def _ids_of_short(given: str) -> list[str]:
    if not re.fullmatch(r"msg-[0-9a-f]{12}", given):
        raise Invalid("This is no message's id.", hint="Use an id that a reading call gave.")
    return [f"#{int(given[4:], 16)}"]


def _channel(to: list[str]) -> str:
    """Return an audience as one text: names with commas between, without their instances."""
    return "broadcast" if to == ["*"] else ",".join(dict.fromkeys(address.partition("/")[0] for address in to))


def _by_recipient(receipts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(receipts, key=lambda receipt: (receipt["agent"], receipt["instance"] or ""))


# The closed list of converters, by the names that dialects use.
CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "same": lambda value: value,
    "ids": _ids,
    "moment_of_ms": _moment_of_ms,
    "ms": lambda text: parse_moment(text, field="time"),
    "channel": _channel,
    "by_recipient": _by_recipient,
    "count": len,
    "is_set": bool,
    "is_empty": lambda value: not value,
    "priority_of_word": {"normal": 3, "urgent": 5}.__getitem__,
    "word_of_priority": lambda priority: "urgent" if priority == 5 else "normal",
    "read_or_unread": lambda is_read: "read" if is_read else "unread",
    "short": _short,
    "ids_of_short": _ids_of_short,
    "whole_seconds": lambda text: f"{text[:19]}Z",
    "empty_is_null": lambda value: value or None,
    "one": lambda value: [value],
}
