"""Access: whose key it is, what it may do, and as whom it may speak.

The one table of roles and scopes; what a connection says only narrows what its key may do.
Explained in docs/why/keys.md.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Literal

import msgspec

from ackbox.model.key import Role

Scope = Literal["read", "write", "sign_in", "admin", "server", "database", "redeem", "join"]

# The one table of who may do what.
ALLOWED: dict[Role, frozenset[Scope]] = {
    "read-only": frozenset({"read"}),
    "agent": frozenset({"read", "write"}),
    "human": frozenset({"read", "write", "sign_in"}),
    # A person who administers as well.
    "owner": frozenset({"read", "write", "sign_in", "admin"}),
    "admin": frozenset({"read", "write", "sign_in", "admin"}),
    "server-admin": frozenset({"server"}),
    "operator": frozenset({"read", "write", "sign_in", "admin", "server", "database"}),
    # A one-time link to the dashboard: good for becoming a person's or an owner's key, once.
    "link": frozenset({"redeem"}),
    "owner-link": frozenset({"redeem"}),
    # An invitation: good for becoming the key of an agent on another machine, once.
    "invite": frozenset({"join"}),
}

# The kinds of key whose holder is a person.
PEOPLE: tuple[Role, ...] = ("human", "owner")


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """What a connection says of its calls, besides the key: it narrows what the key may do, and
    never widens it.

    `only_as` is the one name that they speak as. A glance registers nobody. `is_person` says that a
    person types them, on the
    server's own machine, with the operator's key.
    """

    only_as: str | None = None
    is_glance: bool = False
    is_person: bool = False


# What a connection says that says nothing.
PLAIN = Connection()


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Whose key it is and what that key may do; `ws` 0 covers every workspace."""

    key_id: str
    ws: int
    role: Role
    agent: str | None = None
    may_speak_as: tuple[str, ...] = ()
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

    @property
    def sees_all(self) -> bool:
        """Whether a private workspace hides nothing: for its operators, who are people and the
        server's own key.
        """
        return self.role == "operator" or self.is_person

    @property
    def is_person(self) -> bool:
        return self.role in PEOPLE
