"""Obligations in the store: expected replies, and when the server sends a reminder.

A reminder is claimed by the time it was expected at, in the transaction that writes its event.
Explained in docs/why/obligations.md.
"""

from __future__ import annotations

import msgspec

from ackbox.store.bound import Bound
from ackbox.store.engine import Transaction
from ackbox.store.readers import Reader


class Owed(msgspec.Struct, frozen=True):
    """A message whose reply the server looks for, and the time that was expected."""

    ws: int
    seq: int
    at: int


class Obligations(Bound):
    """Questions about expected replies."""

    async def expect_reply(self, seq: int, channel: int, *, stage: int, next_at: int) -> None:
        """Expect the reply to a message, which is stored already, from one more address."""
        await self.run(
            "obligation_add", channel=channel, seq=seq, stage=stage, next_at=next_at, reroute=0
        )

    async def claim_reminder(
        self, seq: int, *, expected: int, stage: int, next_at: int
    ) -> list[tuple[int, bool]]:
        """Take the reminder expected at a time, for this transaction alone.

        Returns (channel, whether to send it on) of each address; none when another has it.
        """
        rows = await self.rows(
            "obligation_claim", seq=seq, expected=expected, stage=stage, next_at=next_at
        )
        return [(row[0], bool(row[1])) for row in rows]

    async def expect_no_reply(self, seq: int) -> None:
        """End what is expected of a message: it was answered, or no longer matters."""
        await self.run("obligation_end", seq=seq)

    async def reminders(self, reader: Reader, *, most: int) -> list[tuple[int, int]]:
        """Return (seq, stage) of the messages with reminders for a reader, oldest first."""
        return [
            (row[0], row[1])
            for row in await self.rows(
                "reminders", reader=reader.reader, agent=reader.agent, most=most
            )
        ]

    async def with_role(self, role: str, *, most: int) -> list[tuple[Reader, str]]:
        """Return agents and instances whose card contains the text of a role, with the card."""
        text = msgspec.json.encode({"role": role}).decode()[1:-1]
        return [
            (Reader(*row[:-1]), row[-1])
            for row in await self.rows("presence_with_role", role=text, most=most)
        ]


async def owed_replies(tx: Transaction, now: int, *, most: int = 100) -> list[Owed]:
    """Return the messages to look at in any workspace, the longest waiting first."""
    return [Owed(*row) for row in await tx.rows("obligations_due", now=now, most=most)]
