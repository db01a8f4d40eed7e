"""Vault keys in the keychain of the system, which a double stands in for: this machine has none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

from ackbox.client import backup, joining
from ackbox.client.http import HttpCaller
from ackbox.client.vaults import Vault
from ackbox.errors import BadVaultKey
from tests.client.sealed import Member, Team
from tests.serving import Served


class Keychain(KeyringBackend):
    """A keychain of a desktop, which can be locked."""

    priority: float = 5
    name = "Test Keychain"

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], str] = {}
        self.is_locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.is_locked:
            raise KeyringLocked
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.is_locked:
            raise KeyringLocked
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        raise PasswordDeleteError


class PlainFile(Keychain):
    """A store that the library does not recommend, such as a file without encryption."""

    priority = 0.5
    name = "Plain file"


@pytest.fixture
def use() -> Iterator[Any]:
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


def files_of(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_a_key_is_in_the_keychain_alone_where_there_is_one(
    served: Served, tmp_path: Path, use: Any
) -> None:
    keychain = Keychain()
    use(keychain)
    team = Team(served.url, served.key, tmp_path)
    bob = team.join("bob")
    team.ana.send("bob", "hello")
    assert bob.again().texts() == ["hello"]
    files = files_of(bob.home)
    assert "key" not in files and "keychain" in files
    assert bob.vault.key_place == "Test Keychain"
    secret = next(text for (_, name), text in keychain.held.items() if name.startswith("bob "))
    assert secret.startswith("avk1_") and secret.encode() not in b"".join(files.values())
    assert [service for service, _ in keychain.held] == ["ackbox vault"] * 2
    # A backup holds the key, and another machine without a keychain keeps it in a file.
    backup.write(bob.vault, tmp_path / "bob.age", "a long passphrase")
    use(PlainFile())
    home = tmp_path / "new"
    restored = backup.restore(tmp_path / "bob.age", "a long passphrase", home, served.url)
    assert (restored.path / "key").read_text("utf-8").strip() == secret
    again = Member("bob", home, served.url, served.key, Vault(restored.path, restored.profile))
    joining.restore(again.vault, again.remote)
    assert again("message.history")["messages"][0]["body"] == "hello"


def test_a_locked_or_missing_keychain_is_said_and_a_new_key_then_is_a_file(
    served: Served, tmp_path: Path, use: Any
) -> None:
    keychain = Keychain()
    use(keychain)
    team = Team(served.url, served.key, tmp_path)
    keychain.is_locked = True
    with pytest.raises(BadVaultKey, match=r"does not open \(KeyringLocked\)"):
        team.ana.again().send("ana", "x")
    keychain.is_locked = False
    keychain.held.clear()
    with pytest.raises(BadVaultKey, match="does not hold the vault key 'ana "):
        team.ana.again().send("ana", "x")
    use(PlainFile())
    with pytest.raises(BadVaultKey, match="This session has no keychain"):
        team.ana.again().send("ana", "x")
    keychain.is_locked = True
    use(keychain)
    other = joining.found(
        HttpCaller(served.url, served.key),
        tmp_path / "locked",
        workspace="locked",
        access="open",
        name="ana",
        kind="human",
    )
    assert other.key_place == str(other.path / "key")
    assert (other.path / "key").stat().st_mode & 0o777 == 0o600


def test_a_key_in_a_file_stays_there(served: Served, tmp_path: Path, use: Any) -> None:
    team = Team(served.url, served.key, tmp_path)
    use(Keychain())
    # Joining stores the key a second time, with the record that it is pinned to.
    joining.finish(team.ana.vault)
    assert sorted(each for each in files_of(team.ana.home) if each.startswith("key")) == ["key"]
