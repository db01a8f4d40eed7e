"""The hash by which a repeated send is known, in each version that a database may hold.

A stored hash keeps its version, and a repeat is compared in that version. Version 2 covers the
fields that differ from their defaults, so that a new field changes the hash of no older message.
Explained in docs/why/delivery.md, "Exactly once in the store".
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from ackbox.ops.table import Call

VERSION_2 = b"\x02"
# The first version is a hash alone.
FIRST_BYTES = hashlib.sha256().digest_size


class ContentHash:
    """The hash of the content of one shape of parameters.

    Parameters of a subclass have the same content: what it adds is not sent, and its own defaults
    are values like others.
    """

    def __init__(
        self,
        shape: type[Call],
        *,
        ignored: Collection[str],
        first: Collection[str],
        first_if_set: Collection[str],
    ) -> None:
        """`ignored` are fields that are not content. The first version covers the fields in `first`
        always, and those in `first_if_set` as true if they are set; this never changes.
        """
        no_content = {*Call.__struct_fields__, *ignored}
        self._defaults = {
            field.name: (
                field.default
                if field.default_factory is msgspec.NODEFAULT
                else field.default_factory()
            )
            for field in msgspec.structs.fields(shape)
            if field.name not in no_content
        }
        self._first, self._first_if_set = tuple(first), tuple(first_if_set)

    def of(self, params: Call) -> bytes:
        """Return the hash in the newest version, with its version."""
        return VERSION_2 + _digest(self._set(params))

    def matches(self, params: Call, stored: bytes) -> bool:
        """Whether parameters have the content of a stored hash of any version."""
        if len(stored) != FIRST_BYTES:
            return stored == self.of(params)
        own = {name: getattr(params, name) for name in self._first}
        flags = {name: True for name in self._first_if_set if getattr(params, name)}
        is_newer = self._set(params).keys() - self._first - set(self._first_if_set)
        return not is_newer and stored == _digest(own | flags)

    def _set(self, params: Call) -> dict[str, Any]:
        """Return the fields of the content that are not at their defaults."""
        return {
            name: value
            for name, default in self._defaults.items()
            if (value := getattr(params, name)) != default
        }


def _digest(own: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(msgspec.json.encode(own, order="deterministic")).digest()
