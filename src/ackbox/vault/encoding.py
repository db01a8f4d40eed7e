"""Bytes that are signed: one encoding for each value, and labelled hashes.

Explained in docs/why/sealed.md, "Bytes".
"""

from __future__ import annotations

import hashlib
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from ackbox.errors import BadEncoding

T = TypeVar("T")

Hash = Annotated[bytes, Meta(min_length=32, max_length=32)]
Key = Annotated[bytes, Meta(min_length=32, max_length=32)]
Salt = Annotated[bytes, Meta(min_length=16, max_length=16)]
Signature = Annotated[bytes, Meta(min_length=64, max_length=64)]
MemberId = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
VaultId = MemberId

# At the start of every hash, signature and derivation, so that none can be taken for another.
PREFIX = b"ackbox/1/"


def joined(*parts: bytes) -> bytes:
    """Return the parts, each after its length in 8 bytes: no two lists give the same bytes."""
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)


def labelled(label: str, *parts: bytes) -> bytes:
    """Return the bytes to sign, or to hash, for one purpose."""
    return joined(PREFIX + label.encode(), *parts)


def hashed(label: str, *parts: bytes) -> bytes:
    """Return the SHA-256 of labelled parts."""
    return hashlib.sha256(labelled(label, *parts)).digest()


def encode(value: object) -> bytes:
    """Return a value as the only JSON that `decode` accepts for it."""
    return msgspec.json.encode(value)


def decode(raw: bytes, kind: type[T], what: str) -> T:
    """Return the value of its only encoding. Raises BadEncoding.

    Other spellings of the same value, such as spaces, repeated fields and escapes, are refused: two
    programs could read them differently.
    """
    try:
        value = msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadEncoding(f"The {what} cannot be read: {error}.", hint=_HINT, what=what) from None
    if encode(value) != raw:
        raise BadEncoding(
            f"The {what} is not in its canonical encoding.", hint=_HINT, what=what
        ) from None
    return value


_HINT = "It was altered, or another version of ackbox wrote it."
