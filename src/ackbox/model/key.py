"""Keys: how a credential is written, minted, checked and kept.

`abx_<kind>_<id><secret><check>` in base62: 11 characters of id, 43 of secret, 6 of CRC-32. Only the
SHA-256 of the key is stored. Explained in docs/why/keys.md.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import zlib
from collections.abc import Callable
from typing import Literal, cast

import msgspec

from ackbox.errors import BadKey

KeyKind = Literal["agt", "hum", "adm", "ro", "lnk"]
# Roles of keys; ops/access.py says what each may do.
Role = Literal[
    "read-only",
    "agent",
    "human",
    "owner",
    "admin",
    "server-admin",
    "operator",
    "link",
    "owner-link",
    "invite",
]
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ID, _SECRET, _CHECK = 11, 43, 6
PATTERN = re.compile(r"abx_(agt|hum|adm|ro|lnk)_([0-9A-Za-z]{11})([0-9A-Za-z]{43})([0-9A-Za-z]{6})")


class Secret:
    """Text that does not show itself."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def reveal(self) -> str:
        """Return the text; show it only to its owner."""
        return self._text


class ParsedKey(msgspec.Struct, frozen=True):
    """The parts of a key that are not secret."""

    kind: KeyKind
    id: str


def mint(kind: KeyKind, *, random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> Secret:
    """Return a new key: 64 random bits of id, 256 of secret, and a checksum."""
    head = f"abx_{kind}_{_base62(random_bytes(8), _ID)}{_base62(random_bytes(32), _SECRET)}"
    return Secret(head + _check(head))


def parse_key(text: str) -> ParsedKey:
    """Return a key's kind and id. Raises BadKey, without the key, when it is damaged."""
    found = PATTERN.fullmatch(text)
    if found is None or not hmac.compare_digest(_check(text[:-_CHECK]), found[4]):
        raise BadKey(
            "This is not an ackbox key.",
            hint="Copy the complete key; it starts with abx_.",
            reason="unknown",
        )
    return ParsedKey(cast(KeyKind, found[1]), found[2])


def digest(text: str) -> bytes:
    """Return the stored form of a key: the SHA-256 of its text."""
    return hashlib.sha256(text.encode()).digest()


def matches(text: str, stored: bytes) -> bool:
    """Whether a key is the one whose digest is stored; takes the same time either way."""
    return hmac.compare_digest(digest(text), stored)


def _check(head: str) -> str:
    return _base62(zlib.crc32(head.encode()).to_bytes(4, "big"), _CHECK)


def _base62(raw: bytes, width: int) -> str:
    number, digits = int.from_bytes(raw, "big"), []
    for _ in range(width):
        number, rest = divmod(number, 62)
        digits.append(_ALPHABET[rest])
    return "".join(reversed(digits))
