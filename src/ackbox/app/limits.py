"""Limits: token buckets for keys and workspaces, and maximum requests in progress per key.

Explained in docs/why/limits.md.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from ackbox.errors import RateLimited

if TYPE_CHECKING:
    from ackbox.ops.access import Caller


class Rate(msgspec.Struct, frozen=True):
    """Average rate per second, and maximum burst."""

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

    def is_full(self, now: float) -> bool:
        """Whether so long nothing was taken that a new bucket would be the same."""
        return self._left + (now - self._at) * self.rate.per_s >= self.rate.burst

    @property
    def taken_at(self) -> float:
        """When something was last taken."""
        return self._at


BY_KEY = Rate(200, 400)
BY_WORKSPACE = Rate(2000, 4000)
GUESSES = Rate(1, 30)
REFUSALS = Rate(1, 1)
# Buckets of each kind. Kinds do not push out one another: a flood of wrong keys fills the buckets
# of addresses alone.
MAX_BUCKETS = 20_000
# Maximum per key at one time: waiting calls, and bytes of requests without a response.
MAX_WAITS = 1_000
MAX_BYTES = 32 << 20
# A body up to this size is bounded by its connection; a longer one counts against its key.
UNCOUNTED = 64 * 1024
# Maximum bytes of deliveries in progress whose signature is not checked yet; the check needs the
# complete body.
MAX_OF_WEBHOOK = 8 << 20
MAX_OF_ADDRESS = 4 << 20


class Limits:
    """Buckets by key and by workspace."""

    def __init__(
        self,
        *,
        key: Rate = BY_KEY,
        workspace: Rate = BY_WORKSPACE,
        guess: Rate = GUESSES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rates = {"key": key, "workspace": workspace, "guess": guess, "refusal": REFUSALS}
        self._clock = clock
        self._buckets: dict[str, dict[Any, Bucket]] = defaultdict(dict)
        self._waits: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()
        self._said: dict[int, deque[tuple[float, Any]]] = {}

    def spend(self, caller: Caller, cost: float = 1.0) -> None:
        """Take what a call costs. Raises RateLimited with the time to wait."""
        if caller.role == "operator":
            return
        self.take("key", caller.key_id, cost)
        self.take("workspace", caller.ws, cost)

    def pace(self, caller: Caller, rate: Rate) -> None:
        """Count one call against a separate rate of a key. Raises RateLimited."""
        if caller.role != "operator":
            self.take("pace", (caller.key_id, rate.per_s), rate=rate)

    def count_guess(self, address: str) -> None:
        """Count a wrong key from an address. Raises RateLimited after many recent ones."""
        wait_s = self._bucket("guess", network(address)).take(1, self._clock())
        if wait_s:
            raise RateLimited(
                "Too many wrong keys from this address.",
                hint="Wait, and check the key.",
                retry_after_s=_told(wait_s),
            )

    def may_note_refusal(self, key_id: str) -> bool:
        """Whether a refused name is written down: about once a second for each key, so that
        nobody fills the feed with them.
        """
        return self._bucket("refusal", key_id).take(1, self._clock()) == 0

    def may_repeat(
        self, call: object, same: int, limit: int, within_s: float, key: str | None
    ) -> bool:
        """Whether the same may be done again: at most `limit` calls within so many seconds.

        A repeated call, or one that repeats its idempotency key, counts once.
        """
        call = key or call
        now = self._clock()
        if len(self._said) > 100_000:
            self._said.clear()
        said = self._said.setdefault(same, deque())
        while said and said[0][0] <= now - within_s:
            said.popleft()
        if any(call == before for _, before in said):
            return True
        if len(said) >= limit:
            return False
        said.append((now, call))
        return True

    @contextmanager
    def waiting(self, caller: Caller) -> Iterator[None]:
        """Count a call that waits. Raises RateLimited when the key has too many."""
        key = caller.key_id
        if self._waits[key] >= MAX_WAITS and caller.role != "operator":
            raise RateLimited(
                f"This key has {MAX_WAITS:,} waiting calls.",
                hint="End some; one subscription replaces many waits.",
                retry_after_s=1,
                limit=MAX_WAITS,
            )
        self._waits[key] += 1
        try:
            yield
        finally:
            _count_down(self._waits, key, 1)

    def hold(self, caller: Caller, size: int) -> None:
        """Count bytes of a request until they are released.

        Raises RateLimited when the key has too many under way.
        """
        if caller.role != "operator":
            self._refuse_over(caller.key_id, size, MAX_BYTES, "This key")
        self._bytes[caller.key_id] += size

    def release(self, caller: Caller, size: int) -> None:
        """Give back what was held."""
        _count_down(self._bytes, caller.key_id, size)

    def hold_unsigned(self, caller: Caller, address: str, size: int) -> None:
        """Count bytes that somebody sends to a webhook, before they are known to be signed.

        Raises RateLimited.
        """
        self._refuse_over(caller.key_id, size, MAX_OF_WEBHOOK, "This webhook")
        self._refuse_over(network(address), size, MAX_OF_ADDRESS, "This address")
        self._bytes[caller.key_id] += size
        self._bytes[network(address)] += size

    def release_unsigned(self, caller: Caller, address: str, size: int) -> None:
        """Give back what was held of a delivery."""
        _count_down(self._bytes, caller.key_id, size)
        _count_down(self._bytes, network(address), size)

    def _refuse_over(self, whose: str, size: int, limit: int, named: str) -> None:
        if self._bytes[whose] + size > limit:
            raise RateLimited(
                f"{named} has more than {limit:,} bytes of requests in progress.",
                hint="Wait for the responses, then continue.",
                retry_after_s=1,
                limit=limit,
            )

    def _bucket(self, kind: str, of: Any, rate: Rate | None = None) -> Bucket:
        buckets = self._buckets[kind]
        bucket = buckets.get(of)
        if bucket is None:
            if len(buckets) >= MAX_BUCKETS:
                self._make_room(kind)
                buckets = self._buckets[kind]
            bucket = buckets[of] = Bucket(rate or self._rates[kind], self._clock())
        return bucket

    def _make_room(self, kind: str) -> None:
        """Let go of the buckets of one kind that are full again, and of those longest unused
        while there are still too many.
        """
        now = self._clock()
        left = [item for item in self._buckets[kind].items() if not item[1].is_full(now)]
        if len(left) > MAX_BUCKETS // 2:
            left = sorted(left, key=lambda item: item[1].taken_at)[-(MAX_BUCKETS // 2) :]
        self._buckets[kind] = dict(left)

    def take(self, kind: str, of: Any, many: float = 1.0, *, rate: Rate | None = None) -> None:
        """Take tokens from one bucket. Raises RateLimited."""
        bucket = self._bucket(kind, of, rate)
        wait_s = bucket.take(min(many, bucket.rate.burst), self._clock())
        if wait_s:
            raise RateLimited(
                f"Too many calls for this {'key' if rate else kind}.",
                hint="Wait, then continue; one call can send many messages.",
                retry_after_s=_told(wait_s),
            )


class Held:
    """The bytes of one call's request, released when the call ends.

    `unsigned_from` is where a delivery comes from.
    """

    __slots__ = ("_caller", "_limits", "_size", "_unsigned_from")

    def __init__(self, limits: Limits, caller: Caller, unsigned_from: str | None = None) -> None:
        self._limits, self._caller, self._size, self._unsigned_from = (
            limits,
            caller,
            0,
            unsigned_from,
        )

    @property
    def key(self) -> str:
        """The id of the key that the bytes count against."""
        return self._caller.key_id

    @property
    def uncounted(self) -> int:
        """How many bytes of a request are not counted."""
        return UNCOUNTED if self._unsigned_from is None else 0

    def take(self, size: int) -> None:
        """Hold more. Raises RateLimited."""
        if self._unsigned_from is None:
            self._limits.hold(self._caller, size)
        else:
            self._limits.hold_unsigned(self._caller, self._unsigned_from, size)
        self._size += size

    def release(self) -> None:
        """Give everything back."""
        size, self._size = self._size, 0
        if size and self._unsigned_from is None:
            self._limits.release(self._caller, size)
        elif size:
            self._limits.release_unsigned(self._caller, str(self._unsigned_from), size)


def network(address: str) -> str:
    """Return what addresses of one caller share: an IPv6 caller has all addresses of its /64."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return address
    return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))


def _count_down(counts: Counter[str], key: str, by: int) -> None:
    counts[key] -= by
    if counts[key] <= 0:
        del counts[key]


def _told(wait_s: float) -> float:
    # Rounded up, so that a caller who waits this long is not refused again.
    return math.ceil(wait_s * 1000) / 1000
