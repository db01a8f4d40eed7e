"""The keys of a gateway: one in a file, one-time links, and the sessions of browsers.

They are good at the gateway only; the server knows none of them. Links and sessions end with the
process. Explained in docs/why/sealed.md, "Gateway".
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec

from ackbox.errors import AckboxError, BadKey, RateLimited
from ackbox.model.key import KeyKind, digest, matches, mint, parse_key
from ackbox.ops.login import LINK_MS, SIGNED_IN_MS
from ackbox.private import read_private, write_private

# Unused links and open sessions at one time.
MAX_KEYS = 1_000


class LocalKey(msgspec.Struct, frozen=True):
    """One key; without an expiry time it is valid until it is removed."""

    id: str
    digest: bytes
    kind: Literal["file", "link", "session"]
    expires_at: int | None = None


class LocalKeys:
    """The keys of one gateway."""

    def __init__(self, text: str, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._known = {own.id: own for own in [LocalKey(parse_key(text).id, digest(text), "file")]}
        # With the times at which they ended.
        self._ended: dict[str, int] = {}

    def find(self, text: str | None) -> LocalKey:
        """Return the key with this text. Raises BadKey."""
        if not text:
            raise BadKey(
                "The request has no key.",
                hint="Send the key of this gateway; `ackbox gateway` names its file.",
                reason="missing",
            )
        try:
            known = self._known.get(parse_key(text).id)
        except AckboxError:
            known = None
        if known is None or not matches(text, known.digest) or self._is_over(known):
            raise BadKey(
                "This is not a key of this gateway.",
                hint="Keys of the server are not accepted here. Sign in again with: ackbox gateway",
                reason="unknown",
            )
        return known

    def link(self) -> tuple[str, int]:
        """Return a one-time link's key and when it expires. Raises RateLimited."""
        return self._add("lnk", "link", LINK_MS)

    def session(self, link: LocalKey) -> tuple[str, int]:
        """Return the key that a link becomes, and when it expires."""
        made = self._add("hum", "session", SIGNED_IN_MS)
        self.end(link)
        return made

    def end(self, key: LocalKey) -> bool:
        """End a link or a session; the key in the file stays."""
        if key.kind == "file":
            return False
        self._ended[key.id] = self._clock()
        return self._known.pop(key.id, None) is not None

    def refuse_ended(self, id: str) -> None:
        """Raise BadKey when the key with this id has ended."""
        known = self._known.get(id)
        if known is None or self._is_over(known):
            raise BadKey("This key has ended.", hint="Sign in again with: ackbox gateway")

    def ended(self) -> set[str]:
        """Return the ids of keys that ended within the last minute."""
        since = self._clock() - 60_000
        for key in [each for each in self._known.values() if self._is_over(each)]:
            self.end(key)
        self._ended = {id: at for id, at in self._ended.items() if at >= since}
        return set(self._ended)

    def _add(
        self, shape: KeyKind, kind: Literal["link", "session"], good_for_ms: int
    ) -> tuple[str, int]:
        self.ended()
        if len(self._known) >= MAX_KEYS:
            raise RateLimited(
                "Too many sign-in links and sessions are open.",
                hint="Sign out in a browser, or start the gateway again.",
                retry_after_s=60,
            )
        text, until = mint(shape).reveal(), self._clock() + good_for_ms
        id = parse_key(text).id
        self._known[id] = LocalKey(id, digest(text), kind, until)
        return text, until

    def _is_over(self, key: LocalKey) -> bool:
        return key.expires_at is not None and key.expires_at <= self._clock()


def key_in(file: Path, kind: KeyKind) -> str:
    """Return the key in a file that only its owner can read; makes one if there is none.

    Raises Unavailable.
    """
    text = (read_private(file) or "").strip()
    try:
        if parse_key(text).kind == kind:
            return text
    except BadKey:
        pass
    made = mint(kind).reveal()
    write_private(file, made + "\n")
    return made
