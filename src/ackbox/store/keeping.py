"""Keeping in the store: a workspace as records that can be written to a file and read back.

Every column goes out and comes back; reader numbers, seqs and ids stay what they were.
Explained in docs/howto/back-up-and-move.md.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ackbox.errors import Conflict
from ackbox.model.name import kept_fold
from ackbox.store.bound import Bound
from ackbox.store.readers import ANY_PERSON, Reader

PAGE_BYTES = 2_000_000
MESSAGE = (
    "seq",
    "id",
    "sender",
    "sender_agent",
    "sender_name",
    "sender_instance",
    "sender_kind",
    "type",
    "audience",
    "subject",
    "body",
    "intent",
    "priority",
    "refs",
    "metadata",
    "parent",
    "thread",
    "thread_id",
    "expects_reply_by",
    "expires_at",
    "idempotency_key",
    "hops",
    "acting_key",
    "created_at",
)
EVENT = ("seq", "kind", "at", "reader", "subject")
RECEIPT = ("reader", "delivered_at", "read_at", "acknowledged_at", "archived_at", "evidence")
PRESENCE = ("started_at", "last_seen", "ttl_s", "left_at", "card")

Record = dict[str, Any]


class Keeping(Bound):
    """Questions about all records of a workspace."""

    async def kept_readers(self, *, after: int, upto: int, most: int) -> list[Record]:
        """Return readers with their floors, holes, hidden messages and presence.

        Nothing newer than `upto`.
        """
        return [
            await self._kept_reader(Reader(*row), upto)
            for row in await self.rows("keep_readers", after=after, most=most)
        ]

    async def _kept_reader(self, reader: Reader, upto: int) -> Record:
        presence = await self.row("presence_one", reader=reader.reader)
        floors = {
            name: min(getattr(reader, name), upto)
            for name in ("registered_seq", "read_floor", "delivered_floor")
        }
        return {
            **msgspec.structs.asdict(reader),
            **floors,
            "holes": [
                list(row) for row in await self.rows("keep_holes", reader=reader.reader, upto=upto)
            ],
            "hidden": [
                row[0] for row in await self.rows("keep_hidden", reader=reader.reader, upto=upto)
            ],
            "newcomer": [
                row[0] for row in await self.rows("newcomer_of", reader=reader.reader, upto=upto)
            ],
            "presence": (
                None if presence is None else dict(zip(PRESENCE, presence[1:], strict=True))
            ),
        }

    async def kept_messages(self, *, after: int, upto: int, most: int) -> list[Record]:
        """Return messages with addresses, receipts and content hashes, bounded by their text."""
        found: list[Record] = []
        size = 0
        for row in await self.rows("keep_messages", after=after, upto=upto, most=most):
            found.append(
                dict(zip(MESSAGE, row, strict=True))
                | {
                    "addressed": [],
                    "receipts": [],
                    "content": None,
                    "withdrawn": False,
                }
            )
            size += len(row[MESSAGE.index("body")])
            if size > PAGE_BYTES:
                break
        if found:
            await self._with_what_belongs(found)
        return found

    async def _with_what_belongs(self, found: list[Record]) -> None:
        by_seq = {record["seq"]: record for record in found}
        run = {"low": found[0]["seq"], "high": found[-1]["seq"]}
        for row in await self.rows("keep_addressed", **run):
            by_seq[row[0]]["addressed"].append(list(row[1:]))
        for row in await self.rows("hidden_within", reader=0, **run):
            by_seq[row[0]]["withdrawn"] = True
        for row in await self.rows("keep_receipts", **run):
            by_seq[row[0]]["receipts"].append(dict(zip(RECEIPT, row[1:], strict=True)))
        for row in await self.rows("keep_idempotency", **run):
            by_seq[row[0]]["content"] = bytes(row[1]).hex()

    async def kept_events(self, *, after: int, upto: int, most: int) -> list[Record]:
        return [
            dict(zip(EVENT, row, strict=True))
            for row in await self.rows("keep_events", after=after, upto=upto, most=most)
        ]

    async def keep_reader(self, record: Record, *, only_look: bool) -> bool:
        """Store a reader unless it is there; true when it is new.

        Raises Conflict when its name is somebody else's.
        """
        row = await self.row(
            "reader_by_name", name=record["name"], instance=record["instance"] or ""
        )
        there = row or await self.row("reader_by_number", reader=record["reader"])
        if (
            row is None
            and (record["name"], record["instance"]) == (ANY_PERSON, None)
            and await self._has_heir(record["reader"])
        ):
            return False
        if there is not None:
            found = Reader(*there)
            if (found.reader, found.name, found.instance) != (
                record["reader"],
                record["name"],
                record["instance"],
            ):
                raise in_the_way(f"{record['name']!r}")
            return False
        if only_look:
            return True
        folded = kept_fold(record["name"]) if record["instance"] is None else None
        await self.run(
            "reader_add", **{name: record[name] for name in Reader.__struct_fields__}, folded=folded
        )
        if record["instance"] is None and record["seen"] and record["kind"] != "system":
            await self.run("workspace_count_agents", more=1)
        await self.run_many(
            "hole_add",
            [
                {"reader": record["reader"], "mark": mark, "seq": seq}
                for mark, seq in record["holes"]
            ],
        )
        await self.run_many(
            "hidden_add", [{"reader": record["reader"], "seq": seq} for seq in record["hidden"]]
        )
        await self.run_many(
            "newcomer_keep",
            [{"reader": record["reader"], "seq": seq} for seq in record["newcomer"]],
        )
        if record["presence"] is not None:
            await self.run("presence_put", reader=record["reader"], **record["presence"])
        return True

    async def _has_heir(self, reader: int) -> bool:
        """Whether the reader for messages to any person was replaced by a person before."""
        return bool(
            await self.row("reader_by_number", reader=reader)
            or await self.row("channel_known", channel=reader)
        )

    async def keep_message(self, record: Record, *, only_look: bool) -> bool:
        """Store a message and what belongs to it unless it is there; true when it is new.

        Raises Conflict.
        """
        if not await self._is_new(record["seq"], record["id"]):
            return False
        if only_look:
            return True
        await self.run("message_add", **{name: record[name] for name in MESSAGE})
        seq = record["seq"]
        await self.run_many(
            "addressed_add",
            [
                {"channel": channel, "seq": seq, "left_out": left_out, "expires_at": expires_at}
                for channel, left_out, expires_at in record["addressed"]
            ],
        )
        await self.run_many(
            "receipt_put", [{"seq": seq, **receipt} for receipt in record["receipts"]]
        )
        if record["withdrawn"]:
            await self.run("hidden_add", reader=0, seq=seq)
        if record["content"] is not None:
            await self.run(
                "idempotency_add",
                sender=record["sender_agent"],
                key=record["idempotency_key"],
                seq=seq,
                content=bytes.fromhex(record["content"]),
            )
        return True

    async def keep_event(self, record: Record, *, only_look: bool) -> bool:
        """Store a line of the feed unless it is there; true when it is new. Raises Conflict."""
        if not await self._is_new(record["seq"], None, event=record):
            return False
        if not only_look:
            await self.run("event_add", **{name: record[name] for name in EVENT})
        return True

    async def _is_new(self, seq: int, id: str | None, event: Record | None = None) -> bool:
        message = await self.row("message_by_seq", seq=seq)
        line = await self.row("keep_event", seq=seq)
        if message is not None and message[1] == id:
            return False
        if line is not None and event is not None and dict(zip(EVENT, line, strict=True)) == event:
            return False
        if message is not None or line is not None:
            raise in_the_way(f"number {seq}")
        if id is not None and await self.row("message_by_id", id=id) is not None:
            raise in_the_way(f"the message {id}")
        return True

    async def keep_numbers(self, upto: int) -> None:
        """Continue the workspace's numbers after `upto`."""
        await self.run("keep_next_seq", next_seq=upto + 1)


def in_the_way(what: str) -> Conflict:
    """Return the refusal of a record whose place something else has."""
    return Conflict(
        f"This workspace already uses {what} for something else.",
        hint="Import into an empty workspace, or into the exported one.",
    )
