"""Backups of vault keys: an age file under a passphrase, which the program age opens too.

Explained in docs/howto/sealed-workspaces.md, "Back up your key".
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec

from ackbox.client.vaults import Profile, Vault, has_key, place_of
from ackbox.errors import BadVaultKey, Conflict, Unavailable
from ackbox.private import open_private
from ackbox.vault.keys import parse_key_string

SHORTEST = 12


class Backup(msgspec.Struct, kw_only=True):
    """What an age file holds: which membership, and its key string."""

    profile: Profile
    key: str


def write(vault: Vault, path: Path, passphrase: str) -> None:
    """Write a backup to a new file. Raises BadVaultKey, Conflict and Unavailable."""
    if len(passphrase) < SHORTEST:
        raise BadVaultKey(
            f"The passphrase has {len(passphrase)} characters; at least {SHORTEST} are needed.",
            hint="Use several words: the file is only as safe as its passphrase.",
        )
    key = vault.key_text()
    profile = msgspec.structs.replace(vault.profile, keys=[])
    text = msgspec.json.encode(Backup(profile=profile, key=key.strip()))
    raw = _age().passphrase.encrypt(text, passphrase, armored=True)
    try:
        number = open_private(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    except FileExistsError:
        raise Conflict(f"{path} exists already.", hint="Choose another name.") from None
    except OSError as error:
        raise Unavailable(
            f"{path} cannot be written: {error.strerror}.", hint="Choose another place."
        ) from None
    with os.fdopen(number, "wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(number)


def restore(path: Path, passphrase: str, data_dir: Path, url: str | None) -> Vault:
    """Store the key of a backup on this machine, and return its membership.

    `url` is the server's address, if it has changed. Raises BadVaultKey and Conflict.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadVaultKey(
            f"{path} cannot be read: {error.strerror}.", hint="Check the path of the backup."
        ) from None
    age = _age()
    try:
        found = msgspec.json.decode(age.passphrase.decrypt(raw, passphrase), type=Backup)
    except age.DecryptError:
        raise BadVaultKey(
            f"{path} does not open with this passphrase.",
            hint="Check the passphrase, and that the file is a backup of `ackbox vault backup`.",
        ) from None
    except msgspec.MsgspecError:
        raise BadVaultKey(
            f"{path} is an age file, but no backup of a vault key.",
            hint="Use a file that `ackbox vault backup` wrote.",
        ) from None
    kept, profile = parse_key_string(found.key), found.profile
    if url is not None:
        profile.url = url
    place = place_of(data_dir, profile.vault, profile.agent)
    if has_key(place):
        raise Conflict(
            f"This machine has that key already, in {place}.",
            hint="To go on after its files were lost in part: ackbox vault restore",
        )
    vault = Vault(place, profile)
    vault.save_key(kept.keys, kept.pin)
    vault.save_profile()
    return vault


def _age() -> Any:
    try:
        import pyrage
    except ImportError:
        raise Unavailable(
            "Backups need the library pyrage, which is not installed.",
            hint="Install ackbox with its extra vault: pip install 'ackbox[vault]'",
        ) from None
    return pyrage
