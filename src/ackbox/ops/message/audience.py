"""Audiences: from the addresses a sender wrote to the channels a message is stored under.

Explained in docs/why/addresses.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.errors import Invalid, UnknownRecipient
from ackbox.model.address import Address, collapse, parse_audience
from ackbox.model.message import Time
from ackbox.model.moment import to_text
from ackbox.model.name import LONGEST, MAILBOXES, nearest, refuse_newcomer
from ackbox.ops.rules.delivery import UNKNOWN, delivery
from ackbox.ops.rules.presence import Member, Reach, Standing, everyone, standing, standings
from ackbox.ops.table import Context
from ackbox.store.messages import Channel
from ackbox.store.readers import ANY_PERSON, Reader

EVERYONE_CHANNEL = 0
# Unknown names of one audience for which known ones like them are looked up.
MAX_NEAR = 5
# Maximum recipients of a broadcast that a preview lists.
FIRST = 50


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """A recipient: whether it is known, its presence and last call."""

    agent: Annotated[str, Meta(description="Name")]
    instance: Annotated[str | None, Meta(description="Instance the message is addressed to")] = None
    known: Annotated[
        bool, Meta(description="Whether an agent with this name has connected before")
    ] = True
    near: Annotated[list[str], Meta(description="Similar known names")] = []
    presence: Annotated[Standing, Meta(description="Presence: online, idle or away")] = "away"
    last_seen: Annotated[Time | None, Meta(description="Time of the last call")] = None
    reach: Reach = "poll"
    delivery: Annotated[
        str,
        Meta(
            description="Expected delivery: how and how soon it sees the message, without its name"
        ),
    ] = UNKNOWN


class Audience(msgspec.Struct, frozen=True):
    """The audience of a message: its addresses, channels and recipients."""

    addresses: tuple[Address, ...]
    channels: list[int]
    recipients: list[Recipient]
    count: int

    @property
    def is_everyone(self) -> bool:
        return self.channels == [EVERYONE_CHANNEL]


async def resolve(
    context: Context,
    to: str | list[str],
    *,
    instance: str | None,
    unknown: str,
    sender: Reader,
    by_instance: bool = False,
    priority: int = 3,
    exact: bool = False,
    lists_everyone: bool = False,
) -> Audience:
    """Return the audience of a message; an unknown name gets a reader that messages wait for.

    With `by_instance` a name may be an instance's; with `exact` another spelling of a known name is
    an error; with `lists_everyone` the first recipients of a broadcast are listed.

    Raises UnknownRecipient under `refuse` and `inactive`, before anything is stored; Conflict.
    """
    addresses = await parsed(context, to, instance, exact=exact)
    for address in addresses if exact else ():
        await context.store.check_spelling(address.agent, "to")
    if by_instance:
        addresses = collapse(
            list(dict.fromkeys([await _meant(context, address) for address in addresses]))
        )
    if addresses[0].is_everyone:
        # Asked again: the sender may have been registered by this very call.
        others = (await context.store.workspace()).agent_count - (sender.kind != "system")
        first = await _first(context, sender.name, priority) if lists_everyone else []
        return Audience(addresses, [EVERYONE_CHANNEL], first, others)
    for address in addresses:
        if address.agent in MAILBOXES:
            await context.server(address.agent)
    named = await _name_people(context, addresses)
    if any(address.is_humans for address in named) and unknown == "hold":
        await context.store.keep_people_out()
        named = await _name_people(context, addresses)
    readers = await _readers(context, named)
    addresses = (
        tuple(each for each in addresses if each.is_humans)
        + tuple(address for address, _ in readers)
        if _is_respelled(named, readers)
        else addresses
    )
    for address, reader in readers:
        # Most are known and wanted in any case, which needs no further look.
        if reader is None or unknown != "hold":
            await _refuse(context, address, reader, unknown)
    recipients = await _recipients(context, readers, priority)
    channels = [
        (
            reader.reader
            if reader
            else (await context.store.hold(address.agent, address.instance)).reader
        )
        for address, reader in readers
    ]
    return Audience(addresses, channels, recipients, len(recipients))


async def _first(context: Context, sender: str, priority: int) -> list[Recipient]:
    """Return the first recipients of a broadcast."""
    return await _known_of(context, await _others(context, sender), priority)


async def _others(context: Context, sender: str | None) -> list[Member]:
    """Return everyone who receives a broadcast of this sender."""
    return [
        each for each in await everyone(context) if each.name != sender and each.kind != "system"
    ]


async def _known_of(context: Context, members: list[Member], priority: int) -> list[Recipient]:
    readers = [await context.store.reader_by_number(each.reader) for each in members[:FIRST]]
    return [await _known(context, reader, priority) for reader in readers if reader is not None]


async def parsed(
    context: Context, to: str | list[str], instance: str | None, *, exact: bool = False
) -> tuple[Address, ...]:
    """Return the addresses that are written.

    Raises Invalid, with the nearest known names for what is no name.
    """
    try:
        return parse_audience(to, instance=instance, exact=exact)
    except Invalid as error:
        if error.details.get("field") == "to" and "near" not in error.details:
            known = await context.store.known_names()
            parts = re.split(
                r"[^\w .@+-]+", ",".join([to] if isinstance(to, str) else to)[:LONGEST]
            )
            near = list(
                dict.fromkeys(
                    name
                    for part in parts
                    if part.strip(" -")
                    for name in nearest(part.strip(" -"), known, limit=1)
                )
            )[:3]
            if near:
                error.details["near"] = near
                error.hint = (
                    f"{error.hint or ''} Did you mean {' or '.join(map(repr, near))}?".lstrip()
                )
        raise


Named = list[tuple[Address, Reader | None]]


async def _readers(context: Context, named: list[Address]) -> Named:
    """Return addresses, spelled as those who hold the names spell them, with their readers."""
    found: dict[Address, Reader | None] = {}
    for address in named:
        reader = await context.store.reader(address.agent, address.instance)
        agent = reader or (await context.store.reader(address.agent) if address.instance else None)
        found[address if agent is None else Address(agent.name, address.instance)] = reader
    return list(found.items())


def _is_respelled(named: list[Address], readers: Named) -> bool:
    return named != [address for address, _ in readers]


async def _meant(context: Context, address: Address) -> Address:
    """Return the instance that a name means when no agent has it: a known one, else one of the
    agent before its first dash.

    Raises Invalid when several agents have such an instance.
    """
    own = await context.store.reader(address.agent)
    if (
        address.instance
        or address.is_everyone
        or address.is_humans
        or (own is not None and own.seen)
    ):
        return address
    holders = await context.store.instances_named(address.agent)
    if len(holders) > 1:
        written = ", ".join(f"{each.name}/{each.instance}" for each in holders[:5])
        raise Invalid(
            f"Several agents have an instance {address.agent!r}.",
            hint=f"Choose one: {written}.",
            field="to",
        )
    if holders:
        return Address(holders[0].name, holders[0].instance)
    agent = await context.store.reader(address.agent.partition("-")[0])
    return address if agent is None or not agent.seen else Address(agent.name, address.agent)


async def mentioned(context: Context, text: str) -> str:
    """Return the known name that a text starts with, as `mentioned_in` does."""
    return mentioned_in(text, await context.store.known_names())


def mentioned_in(text: str, names: Sequence[str]) -> str:
    """Return the name that a text starts with after its `@`: the longest of the names.

    Raises UnknownRecipient: a typing error must not send a direct message to everyone.
    """
    found = [
        name for name in names if text[1:].startswith(name) and not _goes_on(text[1 + len(name) :])
    ]
    if found:
        return max(found, key=len)
    word = re.split(r"[\s,:;]", text[1:], maxsplit=1)[0][:LONGEST]
    near = nearest(word, names)
    raise UnknownRecipient(
        f"There is no agent called {word!r} yet.",
        recipient=word,
        near=near,
        field="body",
        hint=(
            f"Did you mean '@{near[0]}'?"
            if near
            else "Put a space before the @ to send to everyone."
        ),
    )


def _goes_on(after: str) -> bool:
    """Whether a name continues in the text after it: `@bob-2` is not for bob, `@bob, look` is."""
    return re.match(r"[\s,:;!?)]|\.(?:\s|$)|$", after) is None


async def _name_people(context: Context, addresses: tuple[Address, ...]) -> list[Address]:
    """Return the addresses with the people in place of `user`, which stays while there is none."""
    named = [address for address in addresses if not address.is_humans]
    if len(named) < len(addresses):
        named += [Address(person.name) for person in await context.store.humans()] or [
            Address(ANY_PERSON)
        ]
    return list(dict.fromkeys(named))


async def _refuse_reserved(context: Context, address: Address, reader: Reader | None) -> None:
    if address.agent in MAILBOXES and address.instance is None:
        return
    if reader is None and await context.store.reader(address.agent) is None:
        refuse_newcomer(address.agent, "to")


async def _refuse(context: Context, address: Address, reader: Reader | None, unknown: str) -> None:
    await _refuse_reserved(context, address, reader)
    if unknown == "inactive" and context.workspace.settings.get("inactive") == "hold":
        unknown = "refuse"
    if unknown == "hold" or (unknown == "refuse" and reader is not None and reader.seen):
        return
    if reader is not None and reader.seen:
        here = await standing(context, reader)
        if here.presence == "online":
            return
        raise UnknownRecipient(
            f"{str(address)!r} is offline.",
            hint="Send with `unknown=hold` to keep the message until it connects.",
            recipient=str(address),
            near=[],
        )
    if address.is_humans:
        raise UnknownRecipient(
            "There is no person in this workspace yet.",
            recipient=ANY_PERSON,
            near=[],
            hint="Send with `unknown=hold` to keep the message for the first person.",
        )
    near = nearest(address.agent, await context.store.known_names())
    raise UnknownRecipient(
        f"There is no agent called {str(address)!r} yet.",
        recipient=str(address),
        near=near,
        hint=f"Did you mean {near[0]!r}?" if near else "See the known names with agent.list.",
    )


async def describe(context: Context, channels: list[Channel], priority: int) -> list[Recipient]:
    """Return who a stored message is for; nobody by name when it is for everyone."""
    readers = [
        await context.store.reader_by_number(channel)
        for channel, *_ in channels
        if channel != EVERYONE_CHANNEL
    ]
    return await _recipients(
        context,
        [
            (Address(reader.name, reader.instance), reader)
            for reader in readers
            if reader is not None
        ],
        priority,
    )


async def _recipients(
    context: Context, readers: list[tuple[Address, Reader | None]], priority: int
) -> list[Recipient]:
    """Return the recipients as the sender sees them.

    Of many unknown names, only the first few have similar known names.
    """
    found, named = [], 0
    for address, reader in readers:
        if reader is not None and reader.seen:
            found.append(await _known(context, reader, priority))
            continue
        is_told = not address.is_humans and named < MAX_NEAR
        named += is_told
        near = nearest(address.agent, await context.store.known_names()) if is_told else []
        found.append(
            Recipient(agent=address.agent, instance=address.instance, known=False, near=near)
        )
    return found


async def _known(context: Context, reader: Reader, priority: int) -> Recipient:
    found = await standings(context, reader)
    here = found.together
    return Recipient(
        agent=reader.name,
        instance=reader.instance,
        presence=here.presence,
        reach=here.reach,
        last_seen=None if here.last_seen is None else to_text(here.last_seen),
        delivery=delivery(found, priority, context.now),
    )


class Expected(msgspec.Struct, frozen=True):
    """An expected audience: its recipients and counts; for everyone, the first recipients.

    Nothing is registered for it.
    """

    is_everyone: bool
    recipients: list[Recipient]
    count: int
    online: int


async def look(
    context: Context,
    to: str | list[str],
    *,
    instance: str | None,
    sender: str | None,
    priority: int,
) -> Expected:
    """Return the audience that a message would have now. Raises Invalid."""
    addresses = await parsed(context, to, instance)
    if addresses[0].is_everyone:
        everybody = await _others(context, sender)
        online = sum(each.presence == "online" for each in everybody)
        first = await _known_of(context, everybody, priority)
        return Expected(True, first, len(everybody), online)
    named = await _name_people(context, addresses)
    readers = await _readers(context, named)
    for address, reader in readers:
        await _refuse_reserved(context, address, reader)
    recipients = await _recipients(context, readers, priority)
    return Expected(
        False, recipients, len(recipients), sum(each.presence == "online" for each in recipients)
    )
