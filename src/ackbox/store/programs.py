"""Programs: sessions of agent programs that report by a hook, and what each was shown.

Explained in docs/why/reach.md.
"""

from __future__ import annotations

import msgspec

from ackbox.model.program import Collision
from ackbox.store.bound import Bound
from ackbox.store.engine import Row

# How often in a row the end of a turn may go on for messages.
MAX_CONTINUED = 3


class Offer(msgspec.Struct, frozen=True):
    """Messages that a report gave to be shown, until the program says that it has shown them."""

    id: str
    event: str
    seqs: list[int]
    # Reminders of a reply among them, by seq.
    reminders: dict[int, str] = {}
    # Number of collisions reported with them.
    collisions: int = 0


class Wake(msgspec.Struct, frozen=True, omit_defaults=True):
    """The wakes of a session since the last evidence that its model was shown what they were for.

    `upto` is the newest message among those, `offer` the messages that the last wake carried
    itself.
    """

    at: int
    count: int
    upto: int
    offer: Offer | None = None


class Memory(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is remembered of one session of a program."""

    # How often the end of a turn went on for messages since the last prompt.
    continued: int = 0
    offer: Offer | None = None
    # Shown, but no model turn has been seen to begin since: (seq, event).
    unseen: list[tuple[int, str]] = []
    # Shown in the present context and not acknowledged when last looked at.
    in_context: list[int] = []
    # When messages that are not urgent were last given (ms UTC).
    digest_at: int = 0
    # Too long to be shown by a hook: named once.
    named: list[int] = []
    # Collisions not yet reported to the model, oldest first.
    collisions: list[Collision] = []
    # Claims and paths of reported collisions: (holder of the claim, path).
    collided: list[tuple[str, str]] = []
    wake: Wake | None = None
    # Sub-agents that run now and whose events look like those of the agent.
    delegates: int = 0


class ProgramSession(msgspec.Struct, frozen=True):
    """One row of `program_session`; times in milliseconds UTC."""

    program: str
    id: str
    reader: int
    activity: str
    activity_at: int
    started_at: int
    last_at: int
    memory: Memory


_memory = msgspec.json.Decoder(Memory)


def _session(row: Row) -> ProgramSession:
    return ProgramSession(*(*row[:-1], _memory.decode(row[-1])))


class Programs(Bound):
    """Questions about sessions of agent programs."""

    async def program_session(self, program: str, id: str) -> ProgramSession | None:
        """Return a session of an agent program, or null when it never reported."""
        row = await self.row("program_session_find", program=program, id=id)
        return None if row is None else _session(row)

    async def program_sessions_of(
        self, reader: int, *, since: int, most: int
    ) -> list[ProgramSession]:
        """Return the sessions of an instance, or of all instances of an agent, that reported after
        a moment, newest first.
        """
        rows = await self.rows("program_sessions_of", reader=reader, since=since, most=most)
        return [_session(row) for row in rows]

    async def put_program_session(self, session: ProgramSession) -> None:
        """Keep a session's state."""
        fields = {name: getattr(session, name) for name in session.__struct_fields__}
        memory = msgspec.json.encode(session.memory).decode()
        await self.run("program_session_put", **fields | {"memory": memory})

    async def forget_program_sessions(self, *, before: int, kept: int) -> None:
        """Forget the sessions that last reported before a moment, and all but the last `kept`."""
        await self.run("program_sessions_forget", before=before)
        await self.run("program_sessions_trim", kept=kept - 1)
