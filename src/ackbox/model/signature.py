"""Signatures of webhook requests: HMAC-SHA256, in the common forms, each a row of data.

Pure; which secret belongs to whom is the store's. Explained in docs/why/webhooks.md.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from contextlib import suppress

import msgspec

WINDOW_S = 300


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """How a system signs: which headers it sends, what the signature begins with, and what is
    signed before the body.

    With `is_text_key` the secret is used as text, not as the bytes that its base64 encodes.
    """

    signature: str
    prefix: str
    is_hex: bool
    is_text_key: bool
    delivery: str
    timestamp: str | None = None
    signed: tuple[str, ...] = ()
    event: str | None = None

    @property
    def headers(self) -> tuple[str, ...]:
        return tuple(
            name
            for name in (self.signature, self.delivery, self.timestamp, self.event)
            if name is not None
        )


FORMS: dict[str, Form] = {
    # standardwebhooks.com
    "standard": Form(
        signature="webhook-signature",
        prefix="v1,",
        is_hex=False,
        is_text_key=False,
        delivery="webhook-id",
        timestamp="webhook-timestamp",
        signed=("webhook-id", "webhook-timestamp"),
    ),
    # docs.github.com/webhooks: the body alone is signed, without a time.
    "github": Form(
        signature="x-hub-signature-256",
        prefix="sha256=",
        is_hex=True,
        is_text_key=True,
        delivery="x-github-delivery",
        event="x-github-event",
    ),
}
HEADERS = frozenset(name for form in FORMS.values() for name in form.headers)


class Secret(msgspec.Struct, frozen=True):
    """A secret as the sender enters it, and the key it encodes; prints as ***."""

    text: str
    key: bytes

    def __repr__(self) -> str:
        return "***"


def new_secret(form: Form) -> Secret:
    """Return 256 random bits in the way a form writes them."""
    key = secrets.token_bytes(32)
    text = base64.b64encode(key).decode()
    if form.is_text_key:
        return Secret(text, text.encode())
    return Secret(f"whsec_{text}", key)


def sign(form: Form, key: bytes, headers: Mapping[str, str], body: bytes) -> bytes:
    """Return the digest of a delivery: the headers that are signed and the body, with dots
    between.
    """
    before = b"".join(headers.get(name, "").encode() + b"." for name in form.signed)
    return hmac.digest(key, before + body, hashlib.sha256)


def write(form: Form, digest: bytes) -> str:
    """Return a digest as the form's header has it."""
    return form.prefix + (digest.hex() if form.is_hex else base64.b64encode(digest).decode())


def may_be_signed(form: Form, headers: Mapping[str, str]) -> bool:
    """Whether headers have all that a form sends, with a signature that could be one: known
    before a body is read.
    """
    needed = (form.delivery, *form.signed)
    return all(headers.get(name) for name in needed) and any(
        _is_digest(form, each) for each in _signatures(form, headers)
    )


def is_signed(form: Form, key: bytes, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether one of the signatures in the header is right.

    Takes the same time for right and wrong.
    """
    right = write(form, sign(form, key, headers, body)).encode()
    return any([hmac.compare_digest(each.encode(), right) for each in _signatures(form, headers)])


def _signatures(form: Form, headers: Mapping[str, str]) -> list[str]:
    # More than one while a sender changes its secret.
    return headers.get(form.signature, "").split()[:8]


def _is_digest(form: Form, signature: str) -> bool:
    digits = signature.removeprefix(form.prefix)
    if digits == signature or not digits.isascii():
        return False
    with suppress(ValueError):
        return (
            len(bytes.fromhex(digits) if form.is_hex else base64.b64decode(digits, validate=True))
            == hashlib.sha256().digest_size
        )
    return False
