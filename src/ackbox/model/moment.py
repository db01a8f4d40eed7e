"""Moments: UTC milliseconds inside, RFC 3339 text outside; and ids that sort by moment.

Reading the clock is the caller's work. Explained in docs/glossary.md.
"""

from __future__ import annotations

import functools
import io
import os
import re
import threading
from datetime import UTC, datetime

from ackbox.errors import Invalid

DRAWN = 4096
_YEAR_10000 = 253_402_300_800_000
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


def parse_moment(text: str, *, field: str) -> int:
    """Return RFC 3339 text as UTC milliseconds; a time without a zone is UTC. Raises Invalid."""
    try:
        moment = datetime.fromisoformat(_SPACED_ZONE.sub(r"\1+\2", text))
    except ValueError:
        raise Invalid(
            f"`{field}` is not a time: {text[:40]!r}.", hint="Write it like 2026-11-21T09:30:00Z.", field=field
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    ms = int(moment.timestamp() * 1000)
    # A zone can carry a time over the end of the calendar; stored, it could not be shown to anybody again.
    if not 0 <= ms < _YEAR_10000:
        raise Invalid(f"`{field}` is out of range.", hint="Use a year from 1970 to 9999.", field=field)
    return ms


class IdMaker:
    """Makes UUIDv7 ids as 32 hex digits, each larger than the one before, whatever the clock does."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()
        self._drawn = io.BytesIO()

    def __call__(self, now_ms: int) -> str:
        with self._lock:
            # One more than the last within the same millisecond, or when the clock stepped back.
            self._last = self._fresh(now_ms) if now_ms > self._last >> 80 else self._after(self._last)
            return f"{self._last:032x}"

    def _draw(self, size: int) -> int:
        """Return a random number of so many bytes; they are asked of the system many at a time."""
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
