"""The meaning of post as plain Python: sets and lists, no floors, no holes, no SQL.

What docs/why/receipts.md says, as slowly and as plainly as it can be said; the real store is held
against it by test_model.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field

DAY_MS = 86_400_000
MAX_GIVEN = 50
IMPLIES = {
    "delivered": ("delivered",),
    "read": ("delivered", "read"),
    "acknowledged": ("delivered", "read", "acknowledged"),
    "archived": ("archived",),
}
UNDOES = {"unread": "read", "unarchived": "archived"}
MARKS = ("delivered", "read", "acknowledged", "archived")

# Who can have post: an agent, or one instance of it.
Who = tuple[str, str | None]


@dataclass
class Said:
    """A message, whom it is for, and who has marked it when: mark → who ("" for the agent) →
    time.
    """

    id: str
    body: str
    sender: str
    addresses: list[Who]
    is_broadcast: bool
    priority: int
    expires_at: int | None
    thread: str
    sent_at: int = 0
    marks: dict[Who, dict[str, dict[str, int]]] = field(default_factory=dict)

    def is_expired(self, now: int) -> bool:
        return self.expires_at is not None and self.expires_at <= now


@dataclass
class Box:
    """What one reader has not read, not been handed, and put away."""

    unread: set[str] = field(default_factory=set)
    undelivered: set[str] = field(default_factory=set)
    archived: set[str] = field(default_factory=set)


class Model:
    """One workspace."""

    def __init__(self, people: list[str], days: int = 7) -> None:
        self.said: list[Said] = []
        # How many days of broadcasts a newcomer is given; which message each instance's automatic
        # copy has; who lives.
        self.days = days
        self.copies: dict[Who, str] = {}
        self.live: set[Who] = set()
        self.boxes: dict[Who, Box] = {}
        self.keys: dict[tuple[str, str], tuple[str, Said]] = {}
        self.people = people
        for name in people:
            self.arrive((name, None), 0)

    def named(self, id: str) -> Said:
        return next(said for said in self.said if said.id == id)

    def arrive(self, who: Who, now: int) -> None:
        """A caller is registered by its first call.

        A newcomer is given the broadcasts of late, an instance what no instance has read.
        """
        if who in self.boxes:
            return
        agent = (who[0], None)
        if who[1] is None:
            recent = [
                said
                for said in self.said
                if said.is_broadcast
                and not said.is_expired(now)
                and said.sent_at > now - self.days * DAY_MS
            ]
            for said in recent[-MAX_GIVEN:]:
                said.addresses.append(agent)
        else:
            self.arrive(agent, now)
        self._start(who)

    def _start(self, who: Who) -> None:
        agent = (who[0], None)
        own = self.boxes[who] = Box()
        for said in self.said:
            if not self.is_for(said, who):
                continue
            if who[1] is None:
                own.unread.add(said.id)
                own.undelivered.add(said.id)
            else:
                own.unread |= {said.id} & self.boxes[agent].unread
                own.undelivered |= {said.id} & self.boxes[agent].undelivered

    def check_in_copy(self, name: str, wish: str, copy: str, now: int) -> Who:
        """The instance of a running copy: the one it has, else the first that no live copy has
        and nobody named; used again, it starts anew.
        """
        names = [wish, *(f"{wish}-{number}" for number in range(2, 50))]
        taken = next(
            ((name, each) for each in names if self.copies.get((name, each)) == copy), None
        )
        if taken is None:
            taken = next((name, each) for each in names if self._is_free((name, each)))
            self.arrive((name, None), now)
            self._start(taken)
        self.copies[taken] = copy
        self.live.add(taken)
        return taken

    def _is_free(self, who: Who) -> bool:
        return who not in self.boxes or (who in self.copies and who not in self.live)

    def is_for(self, said: Said, who: Who) -> bool:
        """Whether a message is in a reader's channels: an agent's are also its instances'."""
        if said.is_broadcast:
            return (who[0], None) in said.addresses
        return any(
            address[0] == who[0] and (who[1] is None or address[1] in (None, who[1]))
            for address in said.addresses
        )

    def send(
        self,
        sender: Who,
        id: str,
        body: str,
        to: str,
        *,
        priority: int,
        expires_at: int | None,
        parent: str | None,
        key: str | None,
        now: int,
    ) -> None:
        self.arrive(sender, now)
        if parent:
            self.mark(sender, "acknowledged", parent, now)
        everyone = to == "*"
        others = [who for who in self.boxes if who[1] is None and who[0] != sender[0]]
        addresses = others if everyone else self.addresses(to)
        said = Said(
            id,
            body,
            sender[0],
            addresses,
            everyone,
            priority,
            expires_at,
            self.named(parent).thread if parent else id,
            now,
        )
        self.said.append(said)
        if key:
            self.keys[sender[0], key] = (f"{body} {to} {priority} {parent}", said)
        for who, box in self.boxes.items():
            if self.is_for(said, who):
                box.unread.add(id)
                box.undelivered.add(id)

    def addresses(self, to: str) -> list[Who]:
        found: list[Who] = []
        for text in to.split(","):
            name, _, instance = text.partition("/")
            found += (
                [(person, None) for person in self.people]
                if name == "user"
                else [(name, instance or None)]
            )
        whole = {
            name for name, instance in found if instance is None and "user" not in to.split(",")
        }
        return list(dict.fromkeys(who for who in found if who[1] is None or who[0] not in whole))

    def targets(self, said: Said, who: Who) -> list[Who]:
        """The receipts of a message that a caller may mark."""
        if said.is_broadcast:
            return [(who[0], None)] if (who[0], None) in said.addresses else []
        return [
            address
            for address in said.addresses
            if address[0] == who[0] and (who[1] is None or address[1] in (None, who[1]))
        ]

    def mark(self, who: Who, mark: str, id: str, now: int, *, of: Who | None = None) -> None:
        """Mark a message: every receipt that the caller may mark, or only the one of an address."""
        self.arrive(who, now)
        said = self.named(id)
        for address in self.targets(said, who):
            if of not in (None, address):
                continue
            trace = said.marks.setdefault(address, {})
            if mark in UNDOES:
                self._undo(who, UNDOES[mark], said, address, trace)
            else:
                for each in IMPLIES[mark]:
                    trace.setdefault(each, {}).setdefault(who[1] or "", now)
                for reader in self._counts_for(who, address):
                    self._take_out(self.boxes[reader], mark, id)

    def _take_out(self, box: Box, mark: str, id: str) -> None:
        if mark != "archived":
            box.undelivered.discard(id)
        if mark != "delivered":
            box.unread.discard(id)
        if mark == "archived":
            box.archived.add(id)

    def _counts_for(self, who: Who, address: Who) -> list[Who]:
        """A caller with no instance marks for every instance the address names.

        An instance for itself and its agent.
        """
        agent = (who[0], None)
        if who[1] is not None:
            return [agent, who]
        instances = [each for each in self.boxes if each[0] == who[0] and each[1] is not None]
        return [agent, *(each for each in instances if address[1] in (None, each[1]))]

    def _undo(
        self, who: Who, mark: str, said: Said, address: Who, trace: dict[str, dict[str, int]]
    ) -> None:
        entries = trace.get(mark, {})
        if who[1] is None:
            entries.clear()
        else:
            entries.pop(who[1], None)
        for reader in self._counts_for(who, address):
            if reader[1] is None and who[1] is not None and entries:
                continue
            box = self.boxes[reader]
            if mark == "archived" and said.id in box.archived:
                box.archived.discard(said.id)
                has_read = (
                    bool(trace.get("read"))
                    if reader[1] is None
                    else bool({"", reader[1]} & set(trace.get("read", {})))
                )
                if not has_read:
                    box.unread.add(said.id)
            if mark == "read" and said.id not in box.archived:
                box.unread.add(said.id)

    def unread(self, who: Who, now: int) -> list[Said]:
        box = self.boxes[who]
        return [said for said in self.said if said.id in box.unread and not said.is_expired(now)]

    def mailbox(self, who: Who, now: int) -> list[tuple[str, bool, bool]]:
        """(id, read, archived) of everything a reader has, newest first.

        What was archived counts as read until it is put back.
        """
        box = self.boxes[who]
        return [
            (said.id, said.id not in box.unread, said.id in box.archived)
            for said in reversed(self.said)
            if self.is_for(said, who) and not said.is_expired(now)
        ]

    def status(self, said: Said, now: int) -> dict[Who, tuple[str, tuple[int | None, ...]]]:
        """Each recipient's state and four times: the first of those who marked."""
        found = {}
        for address in said.addresses:
            trace = said.marks.get(address, {})
            times = tuple(min(trace.get(mark, {}).values(), default=None) for mark in MARKS)
            state = (
                "acknowledged"
                if times[2] is not None
                else (
                    "read"
                    if times[1] is not None
                    else (
                        "expired"
                        if said.is_expired(now)
                        else "delivered"
                        if times[0] is not None
                        else "pending"
                    )
                )
            )
            found[address] = (state, times)
        return found
