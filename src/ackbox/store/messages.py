"""Messages in the store: appended once, then only read.

Operations decide who may see a message; here `visible_to` only narrows a query. Explained in
docs/why/storage.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from ackbox.store.bound import Bound
from ackbox.store.engine import Queries, Row, Writes

NEWEST = (1 << 62) - 1
# So that the cost does not grow with the workspace.
LOOKED_BACK = 10_000
# Messages of a conversation after one that are searched for its answers.
LOOKED_FORWARD = 500
EVERYONE = '["*"]'
FETCHED_AT_ONCE = 50
# How the acting key of a message begins that no key of this database sent: an import brought it.
IMPORTED = "import:"


# (channel, agent number, name, instance, kind); everyone is channel 0 and has no name.
Channel = tuple[int, int | None, str | None, str | None, str | None]


class Answer(msgspec.Struct, frozen=True):
    """An answer to a message, without its text."""

    seq: int
    id: str
    name: str
    instance: str | None
    created_at: int


class Stored(msgspec.Struct, frozen=True):
    """One row of `message`."""

    seq: int
    id: str
    sender: int
    sender_agent: int
    sender_name: str
    sender_instance: str | None
    sender_kind: str
    type: str
    audience: str
    subject: str | None
    body: str
    intent: str
    priority: int
    refs: str
    metadata: str
    parent: str | None
    thread_id: str
    expects_reply_by: int | None
    expires_at: int | None
    idempotency_key: str | None
    hops: int
    created_at: int
    thread: int
    acting_key: str | None

    @property
    def is_for_everyone(self) -> bool:
        # Not the type: messages of the server have other types, and may be for everyone too.
        return self.audience == EVERYONE

    @property
    def is_imported(self) -> bool:
        return self.acting_key is not None and self.acting_key.startswith(IMPORTED)


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Filters of a history page; null for no filter."""

    before: int = NEWEST
    after: int = 0
    since: int | None = None
    until: int | None = None
    sender_agent: int | None = None
    recipient: int | None = None
    thread: int | None = None
    intent: str | None = None
    visible_to: int | None = None


def _stored(row: Row | None) -> Stored | None:
    return None if row is None else Stored(*row)


def _rows_of(
    message: dict[str, Any],
    seq: int,
    *,
    channels: Sequence[int],
    idempotency: tuple[str, bytes] | None,
    reroute: bool,
    answers: int | None,
) -> Writes:
    """Return all rows of a message that has this number."""
    sender_agent, expires_at = message["sender_agent"], message["expires_at"]
    rows: list[tuple[str, Sequence[dict[str, Any]]]] = [
        ("message_add", [{**message, "seq": seq, "thread": message["thread"] or seq}]),
        (
            "addressed_add",
            [
                {
                    "channel": channel,
                    "seq": seq,
                    "left_out": None if channel else sender_agent,
                    "expires_at": expires_at,
                }
                for channel in channels
            ],
        ),
    ]
    if message["expects_reply_by"] is not None:
        half = (message["created_at"] + message["expects_reply_by"]) // 2
        expected = {"seq": seq, "stage": 0, "next_at": half, "reroute": int(reroute)}
        rows.append(("obligation_add", [{"channel": channel, **expected} for channel in channels]))
    if idempotency is not None:
        key, content = idempotency
        known = {"sender": sender_agent, "key": key, "seq": seq, "content": content}
        rows.append(("idempotency_add", [known]))
    if answers is not None:
        rows.append(("obligation_end", [{"seq": answers}]))
    return rows


def _parts(seqs: Sequence[int]) -> list[str]:
    """Return numbers as texts of some at a time: between statements it is seen how long the work
    has taken.
    """
    return [
        msgspec.json.encode(seqs[start : start + FETCHED_AT_ONCE]).decode()
        for start in range(0, len(seqs), FETCHED_AT_ONCE)
    ]


class Messages(Bound):
    """Questions about messages."""

    async def append(
        self,
        message: dict[str, Any],
        *,
        channels: Sequence[int],
        idempotency: tuple[str, bytes] | None,
        reroute: bool = False,
        answers: int | None = None,
    ) -> int:
        """Store a message, its addresses and its idempotency key, and return its seq.

        `thread` 0 starts a new thread; with `expects_reply_by` a reply is expected from each
        address, and with `answers` no longer to the message of that seq. Call it last in the
        transaction: senders queue on the counter.
        """
        # A reader that this transaction has not looked up rings everybody: too many rings cost
        # time, one too few costs a wait.
        self.posted.update(self.agents.get(channel, 0) for channel in channels)
        if message["parent"] is not None:
            # Who asked waits for the recipient to reply, to whomever.
            self.posted.add(message["sender_agent"])
        return await self.add_rows(
            1,
            lambda seq: _rows_of(
                message,
                seq,
                channels=channels,
                idempotency=idempotency,
                reroute=reroute,
                answers=answers,
            ),
        )

    async def sent_before(self, sender: str, key: str) -> tuple[int, bytes] | None:
        """Return (seq, content hash) of what the agent of this name stored under a key."""
        row = await self.row("idempotency_find", sender=sender, key=key)
        return None if row is None else (row[0], bytes(row[1]))

    async def message(self, id: str) -> Stored | None:
        return _stored(await self.row("message_by_id", id=id))

    async def messages_of_beginning(self, digits: str, maximum: int) -> list[Stored]:
        """Return the messages whose id begins with some digits, oldest first."""
        rows = await self.rows("messages_of_beginning", low=digits, high=f"{digits}g", most=maximum)
        return [Stored(*row) for row in rows]

    async def message_at(self, seq: int) -> Stored | None:
        return _stored(await self.row("message_by_seq", seq=seq))

    async def messages_at(self, seqs: Sequence[int]) -> list[Stored]:
        """Return the messages with these seqs, in the order asked."""
        found = {}
        await self.ahead(lambda: self.asked_at(seqs))
        for part in _parts(seqs):
            for row in await self.rows("messages_by_seqs", seqs=part):
                message = Stored(*row)
                found[message.seq] = message
        return [found[seq] for seq in seqs if seq in found]

    def asked_at(self, seqs: Sequence[int]) -> Queries:
        """Return what `messages_at` asks."""
        return [self.query("messages_by_seqs", seqs=part) for part in _parts(seqs)]

    def asked_addressed(self, agent: int, seqs: Sequence[int]) -> Queries:
        """Return what `addressed_to` asks."""
        return [self.query("addressed_to", agent=agent, seqs=part) for part in _parts(seqs)]

    async def addressed_to(self, agent: int, seqs: Sequence[int]) -> dict[int, list[int]]:
        """Return by which of an agent's readers each message was sent to it.

        Messages for everyone, and those that do not name the agent, are left out.
        """
        found: dict[int, list[int]] = {}
        await self.ahead(lambda: self.asked_addressed(agent, seqs))
        for part in _parts(seqs):
            for seq, channel in await self.rows("addressed_to", agent=agent, seqs=part):
                found.setdefault(seq, []).append(channel)
        return found

    async def messages_with(self, ids: Sequence[str]) -> list[Stored]:
        """Return the messages with these ids, newest first.

        Those that are not here are left out.
        """
        rows = await self.rows("messages_by_ids", ids=msgspec.json.encode(ids).decode())
        return sorted((Stored(*row) for row in rows), key=lambda row: -row.seq)

    async def tallies(self, seqs: Sequence[int]) -> dict[int, tuple[int, ...]]:
        """Return for each seq (recipients, delivered, read, acknowledged)."""
        rows = await self.rows("tallies", seqs=msgspec.json.encode(seqs).decode()) if seqs else []
        return {row[0]: tuple(row[1:]) for row in rows}

    async def sizes(
        self, seqs: Sequence[int], *, visible_to: int | None, most: int
    ) -> dict[int, int]:
        """Return for each seq how many messages its conversation has, up to a bound.

        0 where the visible part is unknown.
        """
        rows = (
            await self.rows(
                "sizes", seqs=msgspec.json.encode(seqs).decode(), visible_to=visible_to, most=most
            )
            if seqs
            else []
        )
        return {row[0]: int(row[1]) for row in rows}

    async def channels(self, seq: int) -> list[Channel]:
        """Return (channel, agent number, name, instance, kind) for each address.

        Everyone is channel 0.
        """
        return [
            (row[0], row[1], row[2], row[3], row[4])
            for row in await self.rows("channels_of", seq=seq)
        ]

    async def thread_page(self, thread: int, *, after: int, most: int) -> list[Stored]:
        return [
            Stored(*row)
            for row in await self.rows("thread_page", thread=thread, after=after, most=most)
        ]

    async def fitting(
        self, seqs: Sequence[int], *, since: int, intent: str | None, direct_only: bool
    ) -> list[tuple[int, str]]:
        """Return (seq, metadata) of those messages that were sent after a moment, with an
        intent, to somebody by name.
        """
        if not seqs:
            return []
        rows = await self.rows(
            "fitting_seqs",
            seqs=msgspec.json.encode(seqs).decode(),
            since=since,
            intent=intent,
            direct_only=1 if direct_only else None,
        )
        return [(row[0], row[1]) for row in rows]

    async def visible(self, seqs: Sequence[int], *, to: int) -> set[int]:
        """Return those seqs whose messages an agent sent or is a recipient of."""
        name, asked = self.asked_visible(seqs, to=to)
        return {row[0] for row in await self.tx.rows(name, **asked)}

    def asked_visible(self, seqs: Sequence[int], *, to: int) -> tuple[str, dict[str, Any]]:
        """Return what `visible` asks."""
        text = msgspec.json.encode(seqs).decode()
        return self.query("visible_seqs", seqs=text, visible_to=to)

    async def thread_heads(
        self, *, before: int, is_answered: bool, visible_to: int | None, most: int
    ) -> list[tuple[int, int, int, int]]:
        """Return (thread, first seq, newest seq, how many messages) for the conversations whose
        newest message is before a seq, newest first.

        With `visible_to`, of the messages that this agent sent or is a recipient of, as if there
        were no others.
        """
        more = {} if visible_to is None else {"visible_to": visible_to}
        rows = await self.rows(
            "thread_heads" if visible_to is None else "thread_heads_of",
            before=before,
            least=2 if is_answered else 1,
            most=most,
            **more,
        )
        return [(row[0], row[1], row[2], row[3]) for row in rows]

    async def thread_people(
        self, thread: int, *, visible_to: int | None
    ) -> list[tuple[str, str, int]]:
        """Return (name, kind, how many messages) of those who wrote in a conversation, in order
        of their first message.
        """
        return [
            (row[0], row[1], row[2])
            for row in await self.rows("thread_people", thread=thread, visible_to=visible_to)
        ]

    async def needs_recent(
        self, *, after: int, since: int, now: int, me: int, most: int
    ) -> dict[int, bool]:
        """Return the seqs that may wait for somebody, newest first, each with whether it was
        answered.
        """
        rows = await self.rows("needs_recent", after=after, since=since, now=now, me=me, most=most)
        return {row[0]: bool(row[1]) for row in rows}

    async def first_answer(self, row: Stored) -> int | None:
        """Return the seq of the first answer to a message from somebody else than its sender."""
        found = await self.row(
            "first_answer",
            thread=row.thread,
            after=row.seq,
            parent=row.id,
            sender_agent=row.sender_agent,
        )
        return None if found is None else int(found[0])

    async def answers_to(self, row: Stored) -> list[Answer]:
        """Return the answers of others among the messages that follow closely, oldest first."""
        rows = await self.rows(
            "answers_to",
            thread=row.thread,
            after=row.seq,
            parent=row.id,
            sender_agent=row.sender_agent,
            most=LOOKED_FORWARD,
        )
        return [Answer(*row) for row in rows]

    async def owed_answer(self, agent: int, *, to: int) -> str | None:
        """Return the id of the oldest message that an agent owes somebody an answer to.

        Looks through the newest only.
        """
        row = await self.row(
            "owed_answer", agent=agent, asker=to, after=await self.last_seq() - LOOKED_BACK
        )
        return None if row is None else str(row[0])

    async def needs_mail(self, person: int, *, now: int, most: int) -> list[int]:
        """Return the seqs of a person's unacknowledged messages, newest first."""
        return [row[0] for row in await self.rows("needs_mail", person=person, now=now, most=most)]

    async def history_page(self, narrow: Filter, *, most: int) -> list[Stored]:
        rows = await self.rows("history_page", most=most, **msgspec.structs.asdict(narrow))
        return [Stored(*row) for row in rows]
