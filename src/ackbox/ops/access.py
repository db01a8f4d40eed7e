"""Access: the owner of a key, its rights, and the names it speaks as.

The one table of roles and scopes; what a connection says only narrows what its key may do.
Explained in docs/why/keys.md.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Literal

import msgspec

from ackbox.model.key import Role
from ackbox.model.name import SERVERS

Scope = Literal[
    "read", "write", "pause", "sign_in", "admin", "server", "database", "redeem", "join"
]

# The one table of who may do what.
ALLOWED: dict[Role, frozenset[Scope]] = {
    "read-only": frozenset({"read"}),
    "agent": frozenset({"read", "write"}),
    "human": frozenset({"read", "write", "pause", "sign_in"}),
    # A person who administers as well.
    "owner": frozenset({"read", "write", "pause", "sign_in", "admin"}),
    "admin": frozenset({"read", "write", "pause", "sign_in", "admin"}),
    "server-admin": frozenset({"server"}),
    "operator": frozenset({"read", "write", "pause", "sign_in", "admin", "server", "database"}),
    # A one-time link to the dashboard: good for becoming a person's or an owner's key, once.
    "link": frozenset({"redeem"}),
    "owner-link": frozenset({"redeem"}),
    # An invitation: good for becoming the key of an agent on another machine, once.
    "invite": frozenset({"join"}),
}


def is_person(role: Role) -> bool:
    """Whether the holder of a key with this role is a person."""
    return role in ("human", "owner")


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """What a connection adds to its key; it can only narrow the key's rights.

    `only_as` is the only name its calls may use. With `is_glance` reads register nobody.
    `is_person` marks calls that a person types on the server's machine with the operator key.
    """

    only_as: str | None = None
    is_glance: bool = False
    is_person: bool = False


# A connection that narrows nothing.
PLAIN = Connection()


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """The owner and rights of a key; `ws` 0 covers every workspace."""

    key_id: str
    ws: int
    role: Role
    agent: str | None = None
    may_speak_as: tuple[str, ...] = ()
    dialect: str | None = None
    connection: Connection = Connection()

    def over(self, connection: Connection) -> Caller:
        """Return this caller as one who calls over a connection."""
        return (
            self
            if connection == self.connection
            else msgspec.structs.replace(self, connection=connection)
        )

    def may(self, scope: Scope) -> bool:
        return scope in ALLOWED[self.role]

    def speaks_as(self, name: str) -> bool:
        if self.connection.only_as not in (None, name):
            return False
        return (
            name == self.agent
            or "*" in self.may_speak_as
            or any(fnmatchcase(name, pattern) for pattern in self.may_speak_as)
        )

    def is_server(self, name: str) -> bool:
        """Whether the caller may act under a name of the server: only with a key that names it,
        not with a pattern.
        """
        return (
            name in SERVERS
            and name in self.may_speak_as
            and self.connection.only_as in (None, name)
        )

    @property
    def sees_all(self) -> bool:
        """Whether the caller sees everything in a private workspace: people and operators do."""
        return self.role == "operator" or self.is_person

    @property
    def is_person(self) -> bool:
        return is_person(self.role)
