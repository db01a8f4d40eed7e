"""Moments: UTC milliseconds inside, RFC 3339 text outside; and ids that sort by moment.

Reading the clock is the caller's work. Explained in docs/glossary.md.
"""

from __future__ import annotations

import functools
import io
import os
import re
import threading
from datetime import UTC, datetime, timedelta

from ackbox.errors import Invalid

DRAWN = 4096
_YEAR_10000 = 253_402_300_800_000
LONGEST_WORDS = 40
_UNIT_MS = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_SPAN = re.compile(
    r"(?P<ahead>in |\+)? ?(?P<count>\d{1,5})"
    r" ?(?P<unit>s|secs?|seconds?|m|mins?|minutes?|h|hours?|d|days?|w|weeks?)(?P<back> ago)?",
    re.ASCII,
)
_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_DAY = re.compile(
    r"(?P<day>yesterday|today|tomorrow)?(?:(?:^|,? (?:at )?)(?P<hour>\d{1,2})(?::(?P<minute>\d\d))?"
    r"(?::(?P<second>\d\d))? ?(?P<half>am|pm)?)?",
    re.ASCII,
)
# A zone whose plus sign was not escaped in a query string, where it means a space.
_SPACED_ZONE = re.compile(r"(T\d\d:[\d:.]+) (\d\d:?\d\d)$")


def to_text(ms: int) -> str:
    """Return UTC milliseconds as RFC 3339, `2026-11-21T09:30:00.000Z`."""
    return f"{_second(ms // 1000)}.{ms % 1000:03d}Z"


@functools.lru_cache(4096)
def _second(s: int) -> str:
    return datetime.fromtimestamp(s, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def to_text_or_none(ms: int | None) -> str | None:
    return None if ms is None else to_text(ms)


def parse_moment(text: str, *, field: str, now: int | None = None, ahead: bool = False) -> int:
    """Return text as UTC milliseconds: RFC 3339, or with `now` also `2h`, `3d`, `yesterday 9:00`.
    Without a zone it is UTC.

    A span such as `2h` goes back from now; with `ahead`, as for what is due, forward. Raises
    Invalid.
    """
    ms = (
        None
        if now is None or len(text) > LONGEST_WORDS
        else _in_words(text.strip().lower(), now, ahead=ahead)
    )
    if ms is None:
        ms = _rfc_3339(text, field, takes_words=now is not None)
    # A zone can carry a time over the end of the calendar; stored, it could not be shown to anybody
    # again.
    if not 0 <= ms < _YEAR_10000:
        raise Invalid(
            f"`{field}` is out of range.", hint="Use a year from 1970 to 9999.", field=field
        )
    return ms


def _rfc_3339(text: str, field: str, *, takes_words: bool) -> int:
    try:
        moment = datetime.fromisoformat(_SPACED_ZONE.sub(r"\1+\2", text))
    except ValueError:
        words = ", or 2h, 3d, yesterday 9:00" if takes_words else ""
        raise Invalid(
            f"`{field}` is not a time: {text[:40]!r}.",
            hint=f"Write it like 2026-11-21T09:30:00Z{words}.",
            field=field,
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000)


def _in_words(text: str, now: int, *, ahead: bool) -> int | None:
    """Return what a span or a day's name means; null for what is neither."""
    span = _SPAN.fullmatch(text)
    if span is not None and not (span["ahead"] and span["back"]):
        ms = int(span["count"]) * _UNIT_MS[span["unit"][0]]
        return now + ms if span["ahead"] or (ahead and not span["back"]) else now - ms
    if text == "now":
        return now
    day = _DAY.fullmatch(text)
    if day is None or not (day["day"] or day["minute"] or day["half"]):
        return None
    hour, minute, second = (int(day[part] or 0) for part in ("hour", "minute", "second"))
    if day["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if day["half"] == "pm" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    start = datetime.fromtimestamp(now / 1000, UTC).replace(
        hour=hour, minute=minute, second=second, microsecond=0
    )
    return int((start + timedelta(days=_DAYS[day["day"] or "today"])).timestamp() * 1000)


class IdMaker:
    """Makes UUIDv7 ids as 32 hex digits, larger each time, even if the clock goes back."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()
        self._drawn = io.BytesIO()

    def __call__(self, now_ms: int) -> str:
        with self._lock:
            # One more than the last within the same millisecond, or when the clock stepped back.
            self._last = (
                self._fresh(now_ms) if now_ms > self._last >> 80 else self._after(self._last)
            )
            return f"{self._last:032x}"

    def _draw(self, size: int) -> int:
        """Return a random number of `size` bytes, drawn from the system in large blocks."""
        some = self._drawn.read(size)
        if len(some) < size:
            self._drawn = io.BytesIO(os.urandom(DRAWN))
            some = self._drawn.read(size)
        return int.from_bytes(some)

    def _fresh(self, now_ms: int) -> int:
        random = self._draw(10)
        return now_ms << 80 | 7 << 76 | random >> 68 << 64 | 2 << 62 | random & (1 << 62) - 1

    def _after(self, last: int) -> int:
        low = (last & (1 << 62) - 1) + 1 + self._draw(4)
        if low >> 62:
            return (last >> 80) + 1 << 80 | 7 << 76 | 2 << 62
        return last >> 62 << 62 | low
