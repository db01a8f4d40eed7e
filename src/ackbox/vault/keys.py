"""Keys of a member: one secret root, the two keys that it gives, and the text it is kept as.

Explained in docs/why/sealed.md, "Keys".
"""

from __future__ import annotations

import base64
import binascii
import zlib

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ackbox.errors import BadSignature, BadVaultKey, WeakKey
from ackbox.vault.encoding import PREFIX, hashed, labelled

KEY_PREFIX = "avk1_"
_P = 2**255 - 19
# y of the eight points of small order of Ed25519: any signature may hold for such a key.
_SMALL_Y = frozenset(
    {
        0,
        1,
        _P - 1,
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    }
)


def derive(secret: bytes, label: str, *, length: int = 32, salt: bytes | None = None) -> bytes:
    """Return bytes for one purpose from a secret (HKDF with SHA-256)."""
    return HKDF(SHA256(), length, salt, PREFIX + label.encode()).derive(secret)


class Keys:
    """What a member can do with its root: sign, and open what is sealed to it."""

    __slots__ = ("_root", "id", "seal_key", "sealing", "sign_key", "signing")

    def __init__(self, root: bytes) -> None:
        if len(root) != 32:
            raise BadVaultKey("A vault key has 32 bytes.", hint="Copy the key string again.")
        self._root = root
        self.signing = Ed25519PrivateKey.from_private_bytes(derive(root, "sign"))
        self.sealing = X25519PrivateKey.from_private_bytes(derive(root, "seal"))
        self.sign_key = self.signing.public_key().public_bytes_raw()
        self.seal_key = self.sealing.public_key().public_bytes_raw()
        self.id = member_id(self.sign_key, self.seal_key)

    def __repr__(self) -> str:
        return f"Keys({self.id[:8]}…)"

    def sign(self, label: str, *parts: bytes) -> bytes:
        """Return the signature of labelled parts."""
        return self.signing.sign(labelled(label, *parts))

    def reveal(self) -> bytes:
        """Return the root; write it only to the owner's key file or backup."""
        return self._root


class KeyString(msgspec.Struct, frozen=True):
    """The content of a key string: the keys, and the hash of the record that added the member.

    The pin names the roster up to that record: a roster without it is another one.
    """

    keys: Keys
    pin: bytes


def member_id(sign_key: bytes, seal_key: bytes) -> str:
    """Return the id of a member: the hash of both public keys, so that no key can be exchanged
    under an id.
    """
    return hashed("member", sign_key, seal_key).hex()


def verify(sign_key: bytes, signature: bytes, what: str, label: str, *parts: bytes) -> None:
    """Raise BadSignature unless the holder of a key signed these parts for this purpose."""
    try:
        Ed25519PublicKey.from_public_bytes(sign_key).verify(signature, labelled(label, *parts))
    except (InvalidSignature, ValueError):
        raise BadSignature(
            f"The signature of the {what} does not hold.",
            hint="The text was altered, or another member wrote it. Do not act on it.",
            what=what,
        ) from None


def check_public(sign_key: bytes, seal_key: bytes) -> None:
    """Raise WeakKey for public keys under which anybody's signature or secret could hold."""
    y = int.from_bytes(sign_key, "little") & (2**255 - 1)
    if y >= _P or y in _SMALL_Y:
        raise _weak("sign_key")
    if int.from_bytes(seal_key, "little") >= _P:
        raise _weak("seal_key")
    try:
        _PROBE.exchange(X25519PublicKey.from_public_bytes(seal_key))
    except ValueError:
        raise _weak("seal_key") from None


# Its value does not matter: with a key of small order, every exchange gives zero.
_PROBE = X25519PrivateKey.from_private_bytes(bytes(range(32)))


def _weak(field: str) -> WeakKey:
    return WeakKey(
        f"`{field}` is not a safe public key.",
        hint="Make a new key: no ackbox client makes such a key.",
        field=field,
    )


def key_string(keys: Keys, pin: bytes) -> str:
    """Return the secret text that a member keeps."""
    body = keys.reveal() + pin
    return KEY_PREFIX + text_of(body + zlib.crc32(body).to_bytes(4, "big"))


def parse_key_string(text: str) -> KeyString:
    """Return the keys and the pin of a key string. Raises BadVaultKey; never shows the text."""
    body = bytes_of(text.strip().removeprefix(KEY_PREFIX), 64) if _is_key(text) else None
    if body is None:
        raise BadVaultKey(
            "This is not a vault key.",
            hint=f"A vault key starts with {KEY_PREFIX} and is copied from start to end.",
        )
    return KeyString(Keys(body[:32]), body[32:])


def _is_key(text: str) -> bool:
    return text.strip().startswith(KEY_PREFIX)


def text_of(raw: bytes) -> str:
    """Return bytes in lower-case base32 without padding."""
    return base64.b32encode(raw).decode().rstrip("=").lower()


def bytes_of(text: str, length: int) -> bytes | None:
    """Return so many bytes from a text with their CRC-32; null if the CRC-32 is wrong."""
    try:
        raw = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError):
        return None
    body, check = raw[:length], raw[length:]
    is_right = len(raw) == length + 4 and check == zlib.crc32(body).to_bytes(4, "big")
    return body if is_right and text_of(raw) == text else None


def words(*parts: bytes) -> str:
    """Return six words for people to compare: 96 bits of a hash, 16 a word."""
    raw = hashed("words", *parts)[:12]
    return " ".join(_word(int.from_bytes(raw[at : at + 2], "big")) for at in range(0, 12, 2))


def _word(number: int) -> str:
    consonants, vowels = "bdfghjklmnprstvz", "aiou"
    return "".join(
        (
            consonants[number >> 12],
            vowels[number >> 10 & 3],
            consonants[number >> 6 & 15],
            vowels[number >> 4 & 3],
            consonants[number & 15],
        )
    )
