"""Limits: token buckets for keys and workspaces, so that one loop cannot drown the rest.

Explained in docs/why/limits.md.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from ackbox.errors import RateLimited

if TYPE_CHECKING:
    from ackbox.ops.table import Caller


class Rate(msgspec.Struct, frozen=True):
    """So many a second on average, so many at once."""

    per_s: float
    burst: float


class Bucket:
    """One token bucket; `take` answers how long to wait, 0 when the token was there."""

    __slots__ = ("_at", "_left", "rate")

    def __init__(self, rate: Rate, now: float) -> None:
        self.rate = rate
        self._left = rate.burst
        self._at = now

    def take(self, many: float, now: float) -> float:
        """Take tokens when they are there; else take none and return the seconds until they are."""
        self._left = min(self.rate.burst, self._left + (now - self._at) * self.rate.per_s)
        self._at = now
        if self._left >= many:
            self._left -= many
            return 0.0
        return (many - self._left) / self.rate.per_s


BY_KEY = Rate(200, 400)
BY_WORKSPACE = Rate(2000, 4000)
GUESSES = Rate(1, 30)
REFUSALS = Rate(1, 1)
REPEATS_WITHIN_S = 600


class Limits:
    """Buckets by key and by workspace."""

    def __init__(self, *, key: Rate = BY_KEY, workspace: Rate = BY_WORKSPACE, guess: Rate = GUESSES,
                 clock: Callable[[], float] = time.monotonic) -> None:
        self._rates = {"key": key, "workspace": workspace, "guess": guess, "refusal": REFUSALS}
        self._clock = clock
        self._buckets: dict[tuple[str, Any], Bucket] = {}
        self._said: dict[int, deque[tuple[float, Any]]] = {}

    def spend(self, caller: Caller, params: Any) -> None:
        """Take what a call costs. Raises RateLimited, which says when to come back."""
        if caller.role == "operator":
            return
        cost = float(len(getattr(params, "messages", ())) or 1)
        self.take("key", caller.key_id, cost)
        self.take("workspace", caller.ws, cost)

    def pace(self, caller: Caller, rate: Rate) -> None:
        """Take one call out of what a key may do at a rate of its own. Raises RateLimited."""
        if caller.role != "operator":
            self.take("pace", (caller.key_id, rate.per_s), rate=rate)

    def count_guess(self, address: str) -> None:
        """Note a wrong key from an address. Raises RateLimited when there were many of late."""
        wait_s = self._bucket("guess", address).take(1, self._clock())
        if wait_s:
            raise RateLimited("Too many wrong keys from this address.", hint="Wait, and check the key.", retry_after_s=_told(wait_s))

    def may_note_refusal(self, key_id: str) -> bool:
        """Whether a refused name is written down: about once a second for each key, so that nobody fills the feed with them."""
        return self._bucket("refusal", key_id).take(1, self._clock()) == 0

    def may_repeat(self, same: int, limit: int, call: Any) -> bool:
        """Whether the same text may be sent once more: by so many calls within ten minutes. A call asked again counts once."""
        now = self._clock()
        if len(self._said) > 100_000:
            self._said.clear()
        said = self._said.setdefault(same, deque())
        while said and said[0][0] <= now - REPEATS_WITHIN_S:
            said.popleft()
        if any(call == before for _, before in said):
            return True
        if len(said) >= limit:
            return False
        said.append((now, call))
        return True

    def _bucket(self, kind: str, of: Any, rate: Rate | None = None) -> Bucket:
        bucket = self._buckets.get((kind, of))
        if bucket is None:
            if len(self._buckets) > 100_000:
                self._buckets.clear()
            bucket = self._buckets[kind, of] = Bucket(rate or self._rates[kind], self._clock())
        return bucket

    def take(self, kind: str, of: Any, many: float = 1.0, *, rate: Rate | None = None) -> None:
        """Take tokens from one bucket. Raises RateLimited."""
        bucket = self._bucket(kind, of, rate)
        wait_s = bucket.take(min(many, bucket.rate.burst), self._clock())
        if wait_s:
            raise RateLimited(f"Too many calls for this {'key' if rate else kind}.", hint="Wait, then go on; many sends fit into one call.",
                              retry_after_s=_told(wait_s))


def _told(wait_s: float) -> float:
    # Rounded up: who comes back when told must not be refused again.
    return math.ceil(wait_s * 1000) / 1000
