"""The keychain of the operating system, for vault keys: macOS' Keychain, Windows' Credential
Locker, or the Secret Service of a Linux desktop.

It is used where the library keyring is installed and finds one; elsewhere a key is a file that only
its owner can read. Explained in docs/why/sealed.md, "On a member's machine".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ackbox.errors import BadVaultKey

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "ackbox vault"
# The library's mark for a keychain of the system; its stores in plain files have less.
RECOMMENDED = 1


def keychain() -> KeyringBackend | None:
    """Return the keychain of this session; null when there is none."""
    try:
        import keyring
    except ImportError:
        return None
    try:
        found = keyring.get_keyring()
        return found if found.priority >= RECOMMENDED else None
    except Exception:
        # The edge of other people's code: a keychain that cannot start is none.
        return None


def put(name: str, text: str) -> bool:
    """Keep a key under a name; false when there is no keychain, or it does not keep it."""
    found = keychain()
    if found is None:
        return False
    try:
        found.set_password(SERVICE, name, text)
        return found.get_password(SERVICE, name) == text
    except Exception:
        # A locked keychain, or one that a person refuses to open: the file is there for it.
        return False


def get(name: str) -> str:
    """Return the key under a name. Raises BadVaultKey."""
    found = keychain()
    try:
        text = None if found is None else found.get_password(SERVICE, name)
    except Exception as error:
        # The libraries of each system have errors of their own.
        raise BadVaultKey(
            f"The keychain of this system does not open ({type(error).__name__}).",
            hint="Unlock it, or log in to a session that has it.",
        ) from None
    if text is None:
        raise BadVaultKey(
            f"The keychain of this system does not hold the vault key {name!r}."
            if found is not None
            else "This session has no keychain, and the vault key is in one.",
            hint="Log in to the session in which the key was made, or restore the key from a"
            " backup with: ackbox vault restore FILE",
        )
    return text


def described() -> str:
    """Return the name of the keychain for people."""
    found = keychain()
    return "the keychain of this system" if found is None else str(found.name)
