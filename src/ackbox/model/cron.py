"""Cron expressions: which moments an expression means in a time zone.

Pure; who fires at them is the app's. Days with a missing or a doubled hour are cronsim's, which
follows Debian's cron. Explained in docs/why/schedules.md.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import msgspec
from cronsim import CronSim, CronSimError

from ackbox.errors import Invalid

LONGEST = 120
NAMED = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_MINUTE_MS = 60_000


class Cron(msgspec.Struct, frozen=True):
    """An expression of five fields and the IANA time zone it is read in.

    Checked by `parse_cron`.
    """

    expression: str
    zone: str

    def after(self, ms: int) -> int:
        """Return the next moment strictly after one.

        Raises Invalid when none comes in fifty years.
        """
        return next(self._from(ms))

    def newest(self, ms: int) -> int:
        """Return the newest moment up to one."""
        back_ms = _MINUTE_MS
        while self.after(ms - back_ms) > ms:
            back_ms *= 2
        found = 0
        for moment in self._from(ms - back_ms):
            if moment > ms:
                break
            found = moment
        return found

    def count(self, first: int, last: int, *, most: int) -> int:
        """Return how many moments there are from one that is one to another, both counted.

        Stops at `most`.
        """
        found = 0
        for moment in self._from(first - 1):
            if moment > last or found == most:
                break
            found += 1
        return found

    def _from(self, ms: int) -> Iterator[int]:
        try:
            zone = ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise Invalid(
                f"There is no time zone {self.zone!r} any more.",
                field="zone",
                hint="Add the schedule again in an existing time zone.",
            ) from None
        start = datetime.fromtimestamp(ms // 1000, UTC).astimezone(zone)
        last = ms
        for moment in CronSim(self.expression, start):
            at = int(moment.timestamp()) * 1000
            # In a doubled hour the library starts again at the first of the two; what has passed
            # does not come back.
            if at > last:
                last = at
                yield at
        raise Invalid(
            f"{self.expression!r} has no time in the next fifty years.",
            hint="Check day and month.",
            field="cron",
        )


def parse_cron(text: str, zone: str) -> Cron:
    """Return an expression such as `0 9 * * MON-FRI` in a zone such as `Europe/Berlin`.

    Raises Invalid.
    """
    if zone not in _zones():
        near = difflib.get_close_matches(zone, _zones(), n=2, cutoff=0.6)
        raise Invalid(
            f"There is no time zone {zone[:64]!r}.",
            field="zone",
            near=near,
            hint=(
                f"Did you mean {near[0]!r}?"
                if near
                else "Use an IANA name, such as Europe/Berlin or UTC."
            ),
        )
    expression = " ".join(NAMED.get(text.strip().lower(), text).split())
    try:
        if len(expression.split()) != 5:
            raise CronSimError("it does not have five fields")
        CronSim(expression, datetime(2026, 1, 1))
    except CronSimError as error:
        raise Invalid(
            f"{text[:64]!r} is not a cron expression: {str(error)[:1].lower()}{str(error)[1:]}.",
            field="cron",
            hint=(
                "Write minute, hour, day, month and weekday, such as '0 9 * * MON-FRI', or @daily."
            ),
        ) from None
    return Cron(expression, zone)


@functools.cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
