"""Addresses: who a message is for.

Parsing and printing only; turning an address into recipients is the store's work.
Explained in docs/why/addresses.md.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import msgspec

from ackbox.errors import Invalid
from ackbox.model.name import LONGEST, parse_instance, parse_name
from ackbox.model.text import composed

EVERYONE = frozenset({"*", "broadcast", "everyone"})
HUMANS = frozenset({"user", "human"})
MAX_ADDRESSES = 200
# Longer ones are not remembered.
SHORT = 80


class Address(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry of an audience: an agent, one instance of it, every person, or everyone."""

    agent: str
    instance: str | None = None

    @property
    def is_everyone(self) -> bool:
        return self.agent == "*"

    @property
    def is_humans(self) -> bool:
        return self.agent == "user"

    def __str__(self) -> str:
        return f"{self.agent}/{self.instance}" if self.instance else self.agent


def parse_address(text: str) -> Address:
    """Parse one address: `bob`, `bob/laptop`, `*` or `user`.

    Raises Invalid, naming the entry.
    """
    text = composed(text, field="to", limit=2 * LONGEST + 1)
    if text.lower() in EVERYONE:
        return Address("*")
    if text.lower() in HUMANS:
        return Address("user")
    agent, slash, instance = text.partition("/")
    if slash and not instance:
        raise Invalid(
            f"The address {text!r} ends with '/'.",
            hint="Write agent or agent/instance.",
            field="to",
        )
    return Address(parse_name(agent, "to"), parse_instance(instance, "to") if slash else None)


def parse_audience(
    to: str | Sequence[str], *, instance: str | None = None, exact: bool = False
) -> tuple[Address, ...]:
    """Parse an audience: text with commas, or a list; duplicates collapse, order is kept.

    `instance` narrows a single agent, as `agent/instance` does. With `exact` the spaces around a
    name belong to it. Raises Invalid for any bad entry.
    """
    if isinstance(to, str) and len(to) <= SHORT:
        return _parse_short(to, instance, exact)
    return _parse([to] if isinstance(to, str) else list(to), instance, exact)


@functools.lru_cache(1024)
def _parse_short(to: str, instance: str | None, exact: bool) -> tuple[Address, ...]:
    """Parse an audience that is likely to be written to again."""
    return _parse([to], instance, exact)


def _parse(entries: list[str], instance: str | None, exact: bool) -> tuple[Address, ...]:
    parts = [part for entry in entries for part in entry.split(",")]
    if not exact:
        parts = [part.strip(" ") for part in parts]
    if not any(parts):
        raise Invalid(
            "The audience is empty.",
            hint="Name at least one recipient, or '*' for everyone.",
            field="to",
        )
    if not all(parts):
        raise Invalid(
            "The audience has an empty entry between commas.",
            hint="Write names with one comma between.",
            field="to",
        )
    if len(parts) > MAX_ADDRESSES * 5:
        raise Invalid(
            f"{len(parts)} addresses; at most {MAX_ADDRESSES} are allowed.",
            hint="Use '*', or send in parts.",
            field="to",
        )
    # Names that differ only in case are one name: the first spelling counts.
    found: dict[tuple[str, str | None], Address] = {}
    spelled: dict[str, str] = {}
    for part in parts:
        address = parse_address(part)
        agent = spelled.setdefault(address.agent.casefold(), address.agent)
        found.setdefault((agent, address.instance), Address(agent, address.instance))
    addresses = list(found.values())
    if instance is not None:
        if (
            len(addresses) != 1
            or addresses[0].instance
            or addresses[0].is_everyone
            or addresses[0].is_humans
        ):
            raise Invalid(
                "`to_instance` needs exactly one agent.",
                hint="Write agent/instance for each recipient.",
            )
        addresses = [Address(addresses[0].agent, parse_instance(instance, "to_instance"))]
    if len(addresses) > MAX_ADDRESSES:
        raise Invalid(
            f"{len(addresses)} addresses; at most {MAX_ADDRESSES} are allowed.",
            hint="Use '*', or send in parts.",
        )
    return collapse(addresses)


def reply_audience(sender: str, audience: list[str], me: str, *, to_all: bool) -> list[str]:
    """Return the recipients of a reply that names none: the sender of the message it answers, with
    `to_all` its whole audience too, without the replier.
    """
    others = [address for address in audience if address.partition("/")[0] != me]
    if sender == me:
        # A reply to a message of the sender goes to its recipients.
        return others or audience
    return [sender, *others] if to_all else [sender]


def collapse(addresses: list[Address]) -> tuple[Address, ...]:
    """Leave out what a wider entry already covers."""
    if any(address.is_everyone for address in addresses):
        return (Address("*"),)
    whole = {address.agent for address in addresses if address.instance is None}
    return tuple(a for a in addresses if a.instance is None or a.agent not in whole)
