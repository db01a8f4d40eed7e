"""Readers: agents and instances with a mailbox, and when they were last seen.

Explained in docs/why/receipts.md, "A new instance".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from ackbox.errors import Conflict
from ackbox.model.name import is_same, kept_fold, kept_skeleton, refuse_newcomer
from ackbox.store.bound import Bound, new_number
from ackbox.store.engine import Queries, Row


class Reader(msgspec.Struct, frozen=True):
    """An agent (`instance` null, `agent` equal to `reader`) or one of its instances."""

    reader: int
    agent: int
    name: str
    instance: str | None
    skeleton: str
    kind: str
    seen: int
    registered_seq: int
    read_floor: int
    delivered_floor: int

    @property
    def is_agent(self) -> bool:
        return self.instance is None

    @property
    def is_person(self) -> bool:
        return self.kind == "human"


class Presence(msgspec.Struct, frozen=True):
    """When a reader started and was last seen, in milliseconds UTC, and its card."""

    reader: int
    started_at: int
    last_seen: int
    ttl_s: int
    left_at: int | None
    card: str


def nobody(name: str, instance: str | None, *, last: int) -> Reader:
    """Return a placeholder reader for an unregistered name; its mailbox is empty."""
    return Reader(-1, -1, name, instance, "", "agent", 0, last, last, last)


# Maximum messages for any person that the first person receives together.
MAX_HANDED_OVER = 10_000
# The name under which messages to every person wait while there is none; it is reserved.
ANY_PERSON = "user"


class Arrival(msgspec.Struct, frozen=True):
    """Time of a registration (ms UTC), and the earlier broadcasts it receives: those after `since`,
    the newest `most`.
    """

    now: int
    since: int
    most: int


R = TypeVar("R", Reader, Reader | None)


def _reader(row: Row | None) -> Reader | None:
    return None if row is None else Reader(*row)


def other_spelling(name: str, first: str, field: str = "agent") -> Conflict:
    """Return the error for a second spelling of a name."""
    return Conflict(
        f"The name {name!r} differs from the existing {first!r} only in case.",
        hint=f"Use {first!r}.",
        near=[first],
        field=field,
    )


class Readers(Bound):
    """Questions about readers."""

    async def reader(self, name: str, instance: str | None = None) -> Reader | None:
        """Return the reader of that name, seen or only written to.

        When none is spelled so, the one whose name differs in case alone.
        """
        found = _reader(await self.row("reader_by_name", name=name, instance=instance or ""))
        if found is None:
            own = await self._in_another_case(name)
            if own is not None and instance is not None:
                own = _reader(await self.row("reader_by_name", name=own.name, instance=instance))
            found = own
        return self._met(found)

    async def _in_another_case(self, name: str) -> Reader | None:
        """Return the agent whose name differs from this in case alone: the first who came."""
        alike = [Reader(*row) for row in await self.rows("readers_by_fold", folded=kept_fold(name))]
        return next(
            (each for each in alike if each.name != name and is_same(each.name, name)), None
        )

    async def fold_names(self) -> bool:
        """Keep names from earlier versions without their case, some at a time.

        False when there are none left.
        """
        rows = await self.rows("readers_unfolded")
        await self.run_many(
            "reader_fold", [{"reader": reader, "folded": kept_fold(name)} for reader, name in rows]
        )
        return bool(rows)

    async def reader_by_number(self, number: int) -> Reader | None:
        return _reader(await self.row("reader_by_number", reader=number))

    async def family(self, agent: int) -> list[Reader]:
        """Return an agent and all its instances."""
        return [Reader(*row) for row in await self.rows("readers_of_agent", agent=agent)]

    async def instances_named(self, instance: str) -> list[Reader]:
        """Return the instances of that name, of any agent."""
        return [Reader(*row) for row in await self.rows("readers_by_instance", instance=instance)]

    async def roster(self, name: str | None) -> Sequence[Row]:
        """Return (reader, agent, name, kind, last seen, ttl in seconds, left at) of everyone
        who has been here, an agent ahead of its instances.
        """
        return await (self.rows("roster") if name is None else self.rows("roster_of", name=name))

    async def claims(
        self, *, since: int, until: int, after: int, most: int
    ) -> list[tuple[Reader, Presence]]:
        """Return those who declared an area or files and were last seen between two moments, by
        reader number.
        """
        rows = await self.rows("claims", since=since, until=until, after=after, most=most)
        return [(Reader(*row[:10]), Presence(*row[10:])) for row in rows]

    async def humans(self) -> list[Reader]:
        return [Reader(*row) for row in await self.rows("humans")]

    async def first_person(self) -> list[Reader]:
        """Return the reader of what waits for the first person, if anything does."""
        found = await self.reader(ANY_PERSON)
        return [] if found is None else [found]

    async def awaited(self, *, visible_to: int | None) -> list[str]:
        """Return the unknown names that messages wait for, in order.

        Those of one sender's messages, or all.
        """
        return sorted(row[0] for row in await self.rows("awaited", visible_to=visible_to))

    async def waiting_for(self, reader: Reader, *, most: int) -> list[tuple[int, int]]:
        """Return (seq, addressed reader) of the messages that wait for an unknown name, oldest
        first.
        """
        return [
            (row[0], row[1])
            for row in await self.rows("waiting_for", agent=reader.agent, most=most)
        ]

    async def check_spelling(self, name: str, field: str) -> None:
        """Raise Conflict for a name that differs from a known one in case or looks like it."""
        known = await self.reader(name)
        if known is not None and known.name != name:
            raise other_spelling(name, known.name, field)
        if known is None:
            await self._refuse_lookalike(name, kept_skeleton(name))

    async def known_names(self) -> list[str]:
        return [row[0] for row in await self.rows("agent_names")]

    async def hold(self, name: str, instance: str | None = None) -> Reader:
        """Return the reader of that name, or a new one to wait for. Raises Conflict."""
        found = await self.reader(name, instance)
        if found is not None:
            return found
        if instance is None:
            kind = "human" if name == ANY_PERSON else "agent"
            return await self._add(
                name, None, agent=None, kind=kind, seen=0, floor=await self.last_seq()
            )
        agent = await self.hold(name)
        return await self._add(
            agent.name,
            instance,
            agent=agent.reader,
            kind=agent.kind,
            seen=0,
            floor=agent.read_floor,
        )

    async def keep_people_out(self) -> None:
        """Let no person appear before this transaction ends, nor one that was about to: ask
        again who is here.
        """
        await self.run("workspace_count_agents", more=0)

    async def arrive(
        self, name: str, instance: str | None, *, kind: str, arrival: Arrival
    ) -> tuple[Reader, bool]:
        """Return the reader of a caller, registered now if it was not; and whether it is new."""
        found = await self.reader(name, instance)
        if found is not None and found.seen:
            return found, False
        if instance is None:
            return await self._arrive_agent(name, found, kind, arrival), True
        agent, _ = await self.arrive(name, None, kind=kind, arrival=arrival)
        return await self._arrive_instance(agent, instance, found), True

    async def server_sender(self, name: str, *, is_listed: bool) -> tuple[Reader, bool]:
        """Return the reader of kind system that the server sends as, and whether it is new.

        It takes a name over, and receives no broadcasts. One that is not listed shows nowhere but
        as a sender.
        """
        found = await self.reader(name)
        if found is None and not is_listed:
            last = await self.last_seq()
            return await self._add(name, None, agent=None, kind="system", seen=0, floor=last), False
        if found is None or (is_listed and not found.seen):
            return await self._arrive_agent(name, found, "system", None), True
        if found.kind != "system":
            await self.run("reader_set_kind", agent=found.agent, kind="system")
            await self.run("newcomer_forget", reader=found.reader)
            if found.seen:
                await self.run("workspace_count_agents", more=-1)
        return msgspec.structs.replace(found, kind="system"), False

    async def set_kind(self, reader: Reader, kind: str) -> None:
        """Make a name a person's or an agent's, its instances too.

        The first person has what waited for any.
        """
        if kind == "human":
            people = await self.first_person()
            waited = (
                [seq for seq, _ in await self.waiting_for(people[0], most=MAX_HANDED_OVER)]
                if people
                else []
            )
            await self._with_peoples_post(reader.name, reader)
            for mark in ("read", "delivered"):
                await self.run_many(
                    "hole_add",
                    [
                        {"reader": each.reader, "mark": mark, "seq": seq}
                        for each in await self.family(reader.agent)
                        if each.seen
                        for seq in waited
                        if seq <= (each.read_floor if mark == "read" else each.delivered_floor)
                    ],
                )
        await self.run("reader_set_kind", agent=reader.agent, kind=kind)

    async def _arrive_agent(
        self, name: str, held: Reader | None, kind: str, arrival: Arrival | None
    ) -> Reader:
        last = await self.last_seq()
        if held is not None and held.name != name:
            # Messages waited under another spelling; the agent's spelling counts.
            await self.run(
                "reader_rename",
                reader=held.reader,
                name=name,
                skeleton=kept_skeleton(name),
                folded=kept_fold(name),
            )
            held = msgspec.structs.replace(held, name=name)
        if kind != "system":
            await self.run("workspace_count_agents", more=1)
        if kind == "human":
            held = await self._with_peoples_post(name, held)
        if held is None:
            reader = await self._add(name, None, agent=None, kind=kind, seen=1, floor=last)
        else:
            for mark in ("read", "delivered"):
                await self.run("holes_waiting", reader=held.reader, mark=mark, seq=last)
            reader = await self._settle(held, kind, last, last)
        if arrival is not None and arrival.most:
            await self.run(
                "newcomer_add",
                reader=reader.reader,
                now=arrival.now,
                since=arrival.since,
                most=arrival.most,
            )
            for mark in ("read", "delivered"):
                await self.run("newcomer_holes", reader=reader.reader, mark=mark)
        return reader

    async def was_given(self, agent: Reader, seq: int) -> bool:
        """Whether an agent has a broadcast, from before it or as a newcomer."""
        return (
            agent.registered_seq < seq
            or await self.row("newcomer_was_given", reader=agent.reader, seq=seq) is not None
        )

    async def send_on(self, seq: int, reader: Reader, *, expires_at: int | None) -> None:
        """Address a stored message to one more agent or instance, which has it unread then."""
        await self.run(
            "addressed_add", channel=reader.reader, seq=seq, left_out=None, expires_at=expires_at
        )
        for each in await self.family(reader.agent):
            # An agent has what any of its instances has: it had the message before.
            if not each.seen or (each.is_agent and not reader.is_agent):
                continue
            if not reader.is_agent and each.reader != reader.reader:
                continue
            for mark in ("read", "delivered"):
                if seq <= (each.read_floor if mark == "read" else each.delivered_floor):
                    await self.run("hole_add", reader=each.reader, mark=mark, seq=seq)
        self.posted.add(reader.agent)

    async def _with_peoples_post(self, name: str, held: Reader | None) -> Reader | None:
        """Let the first person have what waited for any: as the reader it waited for, or
        together with what waited for the name.
        """
        found = await self.first_person()
        if not found:
            return held
        waiting = found[0]
        if held is None:
            shape = kept_skeleton(name)
            await self._refuse_lookalike(name, shape)
            await self.run(
                "reader_rename",
                reader=waiting.reader,
                name=name,
                skeleton=shape,
                folded=kept_fold(name),
            )
            return msgspec.structs.replace(waiting, name=name, skeleton=shape)
        # Written rows stay: new ones are added, and those of a removed reader do not count.
        for table in ("addressed", "receipt", "hidden"):
            await self.run(f"inherit_{table}", heir=held.reader, reader=waiting.reader)
        for what in ("receipts", "hidden", "reader"):
            await self.run(f"forget_{what}", reader=waiting.reader)
        return held

    async def _arrive_instance(self, agent: Reader, instance: str, held: Reader | None) -> Reader:
        if held is None:
            held = await self._add(
                agent.name,
                instance,
                agent=agent.reader,
                kind=agent.kind,
                seen=0,
                floor=agent.read_floor,
            )
        await self.run("holes_copy", reader=held.reader, agent=agent.reader)
        return await self._settle(held, agent.kind, agent.read_floor, agent.delivered_floor)

    async def start_again(self, instance: Reader) -> None:
        """Let an instance that another copy had start as a new one does: with what no instance
        of its agent has read.
        """
        agent = await self.reader_by_number(instance.agent)
        assert agent is not None
        await self.run("holes_drop", reader=instance.reader)
        await self.run("forget_hidden", reader=instance.reader)
        await self._arrive_instance(agent, str(instance.instance), instance)

    async def _settle(
        self, held: Reader, kind: str, read_floor: int, delivered_floor: int
    ) -> Reader:
        registered_seq = await self.last_seq()
        await self.run(
            "reader_arrive",
            reader=held.reader,
            kind=kind,
            registered_seq=registered_seq,
            read_floor=read_floor,
            delivered_floor=delivered_floor,
        )
        return msgspec.structs.replace(
            held,
            seen=1,
            kind=kind,
            registered_seq=registered_seq,
            read_floor=read_floor,
            delivered_floor=delivered_floor,
        )

    async def _add(
        self,
        name: str,
        instance: str | None,
        *,
        agent: int | None,
        kind: str,
        seen: int,
        floor: int,
    ) -> Reader:
        shape = kept_skeleton(name)
        if instance is None:
            if kind != "system":
                refuse_newcomer(name)
            await self._refuse_lookalike(name, shape)
        number = new_number()
        reader = Reader(
            number,
            agent or number,
            name,
            instance,
            shape,
            kind,
            seen,
            await self.last_seq(),
            floor,
            floor,
        )
        await self.run(
            "reader_add",
            **msgspec.structs.asdict(reader),
            folded=kept_fold(name) if instance is None else None,
        )
        return self._met(reader)

    def _met(self, reader: R) -> R:
        """Remember whose reader this is, for the ring after the commit."""
        if reader is not None:
            self.agents[reader.reader] = reader.agent
        return reader

    async def _refuse_lookalike(self, name: str, shape: str) -> None:
        other = await self.row("reader_lookalike", skeleton=shape, name=name)
        alike = [
            row[2]
            for row in await self.rows("readers_by_fold", folded=kept_fold(name))
            if row[2] != name
        ]
        if other is None and alike:
            other = (next((each for each in alike if is_same(each, name)), alike[0]),)
        if other is not None and is_same(other[0], name):
            raise other_spelling(name, other[0])
        if other is not None:
            raise Conflict(
                f"The name {name!r} looks like {other[0]!r}, which is another agent's name.",
                hint=(
                    f"Use {other[0]!r} if you mean that agent, or choose a name that looks "
                    "different."
                ),
                near=[other[0]],
            )

    async def presence(self, reader: int) -> Presence | None:
        row = await self.row("presence_one", reader=reader)
        return None if row is None else Presence(*row)

    async def presences(self, agent: int) -> dict[int, Presence]:
        """Return presence by reader, of one agent's family."""
        rows = await self.rows("presence_of_agent", agent=agent)
        return {row[0]: Presence(*row) for row in rows}

    async def presences_named(self, name: str) -> dict[int, Presence]:
        """Return presence by reader, of the family of the agent of that name."""
        rows = await self.rows("presence_of_name", name=name)
        return {row[0]: Presence(*row) for row in rows}

    def asked_reader(self, name: str, instance: str | None = None) -> Queries:
        """Return the queries of `reader` for a name that is taken."""
        return [self.query("reader_by_name", name=name, instance=instance or "")]

    def asked_recipient(self, name: str, instance: str | None) -> Queries:
        """Return what a send asks about a recipient."""
        asked = [*self.asked_reader(name), self.query("presence_of_name", name=name)]
        return asked if instance is None else [*asked, *self.asked_reader(name, instance)]

    async def put_presence(self, presence: Presence) -> None:
        await self.run("presence_put", **msgspec.structs.asdict(presence))

    async def touch(self, seen: dict[int, int]) -> None:
        """Update last-seen times, reader to milliseconds UTC; a time never moves back."""
        await self.run_many(
            "presence_touch", [{"reader": r, "last_seen": at} for r, at in seen.items()]
        )
