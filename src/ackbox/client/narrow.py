"""Narrow keys: a key of one member, for a program that must not hold a key with more rights.

A gateway gives its callers the rights of the key with which it calls the server. With the
operator's key that would be everything, so it makes one of its member, and ends it when it stops.
Explained in docs/why/sealed.md, "Gateway".
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from ackbox.client.http import HttpCaller, NoServer
from ackbox.client.sealed import SealedCaller
from ackbox.client.vaults import Vault
from ackbox.errors import AckboxError

LABEL = "gateway"
EXPIRES_IN_DAYS = 30


class NarrowCaller:
    """Finds the server with a key of one member; `find` returns the configured caller."""

    def __init__(self, find: Callable[[], HttpCaller], vault: Vault, data_dir: Path) -> None:
        self._find, self._vault, self._data_dir = find, vault, data_dir
        self._made: list[str] = []

    def __call__(self) -> SealedCaller:
        """Return a sealed caller; makes a key if the configured one has more rights than a member.

        Raises NoServer and the errors of ackbox.errors.
        """
        wide = self._plain()
        return SealedCaller(
            wide.url,
            self._key(wide),
            data_dir=self._data_dir,
            face="gateway",
            home=wide.home,
            is_there=wide.is_there,
        )

    def close(self) -> None:
        """End the keys that were made; without a server they expire."""
        with suppress(AckboxError, NoServer):
            wide = self._plain()
            for id in self._made:
                wide.call("key.revoke", {**self._workspace, "id": id})

    @property
    def _workspace(self) -> dict[str, Any]:
        return {"workspace": self._vault.profile.workspace}

    def _plain(self) -> HttpCaller:
        found = self._find()
        return HttpCaller(
            found.url, found.key, face="cli", home=found.home, is_there=found.is_there
        )

    def _key(self, wide: HttpCaller) -> str | None:
        me = wide.call("agent.whoami", self._workspace)
        if "admin" not in me["may"]:
            return wide.key
        agent = self._vault.profile.agent
        known = self._vault.known_roster
        member = None if known is None else known.named(agent)
        kind = "human" if member is not None and member.kind == "human" else "agent"
        given = {"name": agent, "kind": kind, "label": LABEL, "expires_in_days": EXPIRES_IN_DAYS}
        made = wide.call("key.create", {**self._workspace, **given})
        self._made.append(made["id"])
        return str(made["key"])
