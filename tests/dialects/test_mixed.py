"""The mixed transcript: one client for each dialect in one workspace, and all agree on what
became of every message.
"""

from __future__ import annotations

from typing import Any

import pytest

from ackbox.dialects import DIALECTS
from tests.dialects.voices import VOICES, Heard, Voice
from tests.serving import Served, serving

pytestmark = pytest.mark.anyio

# An agent of its own for each dialect.
NAMES = {
    "vantagepeers": "tau",
    "superportia": "Mac CLI 小克",
    "golemxv": "agent-keen-7",
    "kavi": "codex",
    "exovault": "claude-code",
    "claudepeers": "cp3k9x2a",
}
HOME = {name: dialect for dialect, name in NAMES.items()}


class Party:
    """Every agent on every dialect's endpoint, and the operator's native view."""

    def __init__(self, served: Served, voices: dict[tuple[str, str], Voice]) -> None:
        self.served = served
        self.voices = voices
        self.sent: list[tuple[str, str | None, str]] = []
        self.read: set[tuple[str, str]] = set()
        self.acknowledged: set[tuple[str, str]] = set()

    async def native(self, operation: str, **params: Any) -> Any:
        return await self.served.app.call(operation, params, credential=self.served.key)

    async def ids(self) -> dict[str, Any]:
        """Return the messages that agents wrote, by their text."""
        page = await self.native("message.history", limit=200)
        return {
            message.body: message for message in page.messages if message.sender_kind == "agent"
        }

    def waiting_for(self, name: str) -> list[str]:
        """Return the texts that an agent has not read, oldest first."""
        return [text for text in self.for_(name) if (name, text) not in self.read]

    def for_(self, name: str) -> list[str]:
        return [text for sender, to, text in self.sent if sender != name and to in (None, name)]


async def gathered(served: Served) -> Party:
    """Let everybody in, each by the door of its own dialect, and send: each to each other, and
    each to all.
    """
    voices: dict[tuple[str, str], Voice] = {
        (kind.dialect, name): kind(served, name) for kind in VOICES for name in NAMES.values()
    }
    party = Party(served, voices)
    for dialect, name in NAMES.items():
        await voices[dialect, name].enter()
    for dialect, name in NAMES.items():
        for to in [*(other for other in NAMES.values() if other != name), None]:
            text = f"{name} to {to or 'everyone'}"
            await voices[dialect, name].send(to, text)
            party.sent.append((name, to, text))
    return party


async def agreed(party: Party, name: str) -> None:
    """Hold every dialect's view of one agent's post, and the native one, against what has
    happened.
    """
    known = await party.ids()
    dealt_with = [text for text in party.for_(name) if (name, text) in party.acknowledged]
    waiting, whole, done = (
        sorted(Heard(known[text].sender, text, known[text].thread) for text in texts)
        for texts in (party.waiting_for(name), party.for_(name), dealt_with)
    )
    inbox = await party.native("inbox.check", agent=name, limit=200)
    assert (
        of_agents([Heard(each.sender, each.body, each.thread) for each in inbox.messages])
        == waiting
    )
    for kind in VOICES:
        voice = party.voices[kind.dialect, name]
        said = {
            "unread": of_agents(await voice.unread()),
            "all": of_agents(await voice.everything()),
            "acknowledged": of_agents(await voice.acknowledged()),
            "count": await voice.counted(),
        }
        expected = {"unread": waiting, "all": whole, "acknowledged": done, "count": inbox.unread}
        # What a dialect does not tell, it does not tell wrong.
        assert (kind.dialect, said) == (
            kind.dialect,
            {what: None if said[what] is None else told for what, told in expected.items()},
        )


def of_agents(heard: list[Heard] | None) -> list[Heard] | None:
    """Return what agents wrote; that somebody checked in, the server says to all."""
    return None if heard is None else sorted(each for each in heard if each.sender != "system")


async def told_apart(party: Party, text: str) -> None:
    """Hold what every dialect says of who has read a message against what has happened."""
    message = (await party.ids())[text]
    status = await party.native("message.status", id=message.id)
    expected = {name for name, read in party.read if read == text}
    assert {receipt.agent for receipt in status.receipts if receipt.read_at is not None} == expected
    assert {
        receipt.agent for receipt in status.receipts if receipt.acknowledged_at is not None
    } == {name for name, done in party.acknowledged if done == text}
    assert (status.read, status.recipients) == (
        len(expected),
        len(NAMES) - 1 if message.type == "broadcast" else 1,
    )
    for kind in VOICES:
        readers = await party.voices[kind.dialect, message.sender].readers(message.id)
        assert readers in (None, expected), kind.dialect


def third(sender: str, reader: str) -> list[str]:
    """Return the dialects that are neither the sender's nor the reader's, in turn."""
    order = list(NAMES)
    start = order.index(HOME[sender]) + 1
    return [
        dialect
        for dialect in order[start:] + order[:start]
        if dialect not in (HOME[sender], HOME[reader])
    ]


async def test_a_message_sent_in_one_dialect_is_read_in_every_other(database: str) -> None:
    async with serving(database) as served:
        party = await gathered(served)
        assert len(party.sent) == len(DIALECTS) ** 2
        for name in NAMES.values():
            await agreed(party, name)
        # Where reading marks, all that was read is read in every dialect from then on.
        for kind in VOICES:
            for name in list(NAMES.values())[:2]:
                taken = of_agents(await party.voices[kind.dialect, name].take())
                if taken is not None:
                    assert [each.text for each in taken] == sorted(party.waiting_for(name))
                    party.read |= {(name, each.text) for each in taken}
                    await agreed(party, name)
        assert {name for name, _ in party.read} == set(list(NAMES.values())[:2])


async def test_a_message_marked_in_a_third_dialect_is_marked_in_all(database: str) -> None:
    async with serving(database) as served:
        party = await gathered(served)
        names, ways = list(NAMES.values()), []
        for sender, to, text in party.sent:
            reader = to or names[(names.index(sender) + 1) % len(names)]
            for dialect in third(sender, reader):
                if await party.voices[dialect, reader].mark(text):
                    party.read.add((reader, text))
                    party.acknowledged |= {(reader, text)} if dialect == "exovault" else set()
                    ways.append(dialect)
                    break
            await told_apart(party, text)
        assert (len(ways), set(ways)) == (
            len(party.sent),
            {"vantagepeers", "superportia", "exovault"},
        )
        for name in names:
            await agreed(party, name)
