"""Signed acknowledgements: the text in the evidence of a mark that only the reader could write.

Explained in docs/why/sealed.md, "Acknowledgements".
"""

from __future__ import annotations

import base64
import binascii

from ackbox.errors import BadSignature
from ackbox.vault.keys import Keys, verify
from ackbox.vault.roster import Member

PREFIX = "avs1_"


def sign(keys: Keys, vault: str, message: bytes) -> str:
    """Return a reader's evidence that it acknowledges the message of this hash."""
    signature = keys.sign("acknowledge", bytes.fromhex(vault), message, keys.id.encode())
    return PREFIX + base64.urlsafe_b64encode(signature).decode().rstrip("=")


def check(evidence: str, vault: str, message: bytes, reader: Member) -> None:
    """Raise BadSignature unless this reader acknowledged the message of this hash."""
    text = evidence.removeprefix(PREFIX)
    try:
        signature = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        signature = b""
    written = base64.urlsafe_b64encode(signature).decode().rstrip("=")
    if not evidence.startswith(PREFIX) or written != text:
        raise BadSignature(
            "The acknowledgement has no signature of the reader.",
            hint="Only the server says that it was acknowledged.",
            what="acknowledgement",
        )
    parts = (bytes.fromhex(vault), message, reader.id.encode())
    verify(reader.sign_key, signature, "acknowledgement", "acknowledge", *parts)
