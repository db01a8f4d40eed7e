"""A double of the server that lies: it shows each member another list of messages and texts.

Members are real clients with real files; the double numbers, lists and delivers in their place.
"""

from __future__ import annotations

import base64
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from ackbox.client.opening import open_messages
from ackbox.client.opening_texts import open_texts
from ackbox.client.sealed import SealedCalls
from ackbox.client.texts import write
from ackbox.client.vaults import Profile, Vault
from ackbox.errors import AckboxError
from ackbox.vault import envelope
from ackbox.vault import text as texts
from ackbox.vault.envelope import Content, Received, Sealed
from ackbox.vault.text import SealedText, TaskText, Text
from tests.vault.cast import Workspace, keys_of

NAMES = ("ana", "bob", "cy", "mal")
TASKS = ("1" * 32, "2" * 32)


def wire(value: Any) -> Any:
    return msgspec.to_builtins(value)


def base64_of(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


class View:
    """What the server shows one member: rows of both lists, and what it delivers."""

    def __init__(self) -> None:
        self.rows: list[list[Any]] = []
        self.messages: list[dict[str, Any]] = []
        self.texts: list[dict[str, Any]] = []


class Person:
    """A member on a machine of its own, and all problems that it has noticed."""

    def __init__(self, server: LyingServer, name: str, where: Path) -> None:
        self.server, self.name, self.view = server, name, View()
        profile = Profile(
            url="", workspace="team", vault=server.team.roster.vault, agent=name, keys=[]
        )
        self.vault = Vault(where / name, profile)
        with self.vault.locked():
            self.vault.save_key(keys_of(name), server.team.roster.hashes[0])
        self.calls = SealedCalls(self.vault, self.remote)
        self.errors: set[str] = set()
        self.read: dict[int, str] = {}

    def remote(self, name: str, /, **given: Any) -> Any:
        return self.server.answer(self, name, given)

    def attempt(self, act: Callable[[], Any]) -> Any:
        """Act, and keep the code of an error: the member has noticed something then."""
        try:
            return act()
        except AckboxError as error:
            self.errors.add(error.code)
            return None

    def send(self, body: str) -> None:
        self.attempt(lambda: self.calls.send({"to": "*", "body": body}))

    def write(self, task: str, title: str) -> None:
        def change(old: Text | None) -> TaskText:
            return TaskText(title=title)

        self.attempt(lambda: write(self.vault, self.remote, "task", task, change))

    def look(self) -> list[dict[str, Any]]:
        """Read all messages that the server delivers, and return them as the member sees them."""
        page = {"messages": [{**each} for each in self.view.messages]}
        found = self.attempt(lambda: open_messages(self.vault, self.remote, page, {}))
        return [] if found is None else list(found["messages"])

    def tasks(self) -> list[str]:
        """Return the titles of the tasks as the member sees them."""
        keys = ("number", "status", "title", "creator", "depends_on")
        page = [{"id": id, **dict.fromkeys(keys)} for id in TASKS]
        found = self.attempt(lambda: open_texts(self.vault, self.remote, page))
        return [] if found is None else [each["title"] for each in found]

    def problems(self) -> set[str]:
        """Return the codes of all that the member was shown as wrong."""
        with self.vault.locked():
            return {*self.errors, *self.vault.state.problems.values()}


class LyingServer:
    """Keeps the truth, and a view for each member, which attacks change."""

    def __init__(self, where: Path, chance: random.Random) -> None:
        self.team = Workspace("bob", "cy", "mal")
        self.chance, self.seq = chance, 1
        self.truth: dict[int, tuple[str, str]] = {}
        self.titles = dict.fromkeys(TASKS, "")
        self.newest: dict[str, int] = {}
        self.people = {name: Person(self, name, where) for name in NAMES}
        for person in self.people.values():
            person.calls.begin()

    def answer(self, person: Person, name: str, given: dict[str, Any]) -> Any:
        """Answer a call of a member from its view."""
        view = person.view
        if name == "roster.get":
            records = self.team.records[given["after"] + 1 :]
            return {"records": wire(records), "position": len(self.team.records) - 1}
        if name == "message.transcript":
            rows = [each for each in view.rows if each[0] > given["after"]]
            return {"rows": rows, "more": False}
        if name == "text.list":
            numbers = given.get("numbers")
            if numbers is not None:
                return {"texts": [each for each in view.texts if each["seq"] in numbers]}
            listed = [each for each in view.texts if each["seq"] > given["after"]]
            return {"texts": listed, "more": False}
        if name == "share.list":
            return {"shares": []}
        if name == "text.put":
            return self.take_text(msgspec.convert(given["sealed"], SealedText))
        assert name == "message.send"
        return self.take(person.name, msgspec.convert(given["sealed"], Sealed))

    def take(self, sender: str, sealed: Sealed) -> dict[str, Any]:
        """Store a message, and show it to everybody."""
        self.seq += self.chance.randint(1, 3)
        head = envelope.parse_header(sealed.header)
        plain = envelope.received(sealed, keys_of(sender).id)
        self.truth[self.seq] = (sender, envelope.open_sealed(keys_of(sender), plain, head).body)
        for name, person in self.people.items():
            self.show(person.view, self.seq, envelope.received(sealed, keys_of(name).id))
        return {"id": head.id, "seq": self.seq}

    def show(self, view: View, seq: int, got: Received) -> None:
        """Deliver a message to one member, and list it."""
        head = envelope.parse_header(got.header)
        hash = base64_of(envelope.hash_of(got))
        view.rows.append([seq, head.sender, head.counter, hash])
        view.messages.append(
            {
                "id": head.id,
                "seq": seq,
                "thread": head.id,
                "sender": "a name that the server invents",
                "body": "",
                "sealed": wire(got),
            }
        )

    def take_text(self, sealed: SealedText) -> dict[str, Any]:
        """Store a text, and show it to everybody."""
        self.seq += 1
        signed = texts.signed(sealed)
        head = texts.parse_header(sealed.header)
        for name, person in self.people.items():
            own = keys_of(name)
            wrap = next((each.wrap for each in sealed.wraps if each.member == own.id), None)
            person.view.texts.append(
                {
                    "seq": self.seq,
                    "sender": head.sender,
                    "counter": head.counter,
                    "hash": base64_of(texts.text_hash(signed)),
                    **wire(signed),
                    "wrap": None if wrap is None else base64_of(wrap),
                    "content": base64_of(sealed.content),
                }
            )
        opened = texts.open_text(
            keys_of("mal"), signed, head, self._wrap(sealed, "mal"), sealed.content
        )
        assert isinstance(opened, TaskText)
        self.titles[head.id] = opened.title
        self.newest[head.id] = self.seq
        return {"seq": self.seq, "edition": head.edition, "duplicate": False}

    @staticmethod
    def _wrap(sealed: SealedText, name: str) -> bytes | None:
        id = keys_of(name).id
        return next((each.wrap for each in sealed.wraps if each.member == id), None)

    def insider(self, **changes: Any) -> Sealed:
        """Return a message that mal's own program makes, with other parts of its header."""
        mal = self.people["mal"]
        with mal.vault.locked():
            state, rows = mal.vault.state, mal.vault.transcript
            fields: dict[str, Any] = {
                "counter": state.counter + 1,
                "previous": state.hash,
                "transcript": rows.head,
                "id": f"{self.chance.getrandbits(128):032x}",
            }
        draft = msgspec.structs.replace(self.team.draft("mal", ["*"]), **(fields | changes))
        readers = envelope.readers(self.team.roster, self.team.ana.id, ["*"])
        return envelope.seal(keys_of("mal"), draft, Content(body="pay mal"), readers)


def other_workspace(sender: str) -> Sealed:
    """Return a message of another workspace with the same members."""
    return Workspace("bob", "cy", "mal", workspace="other").seal(sender, ["*"], "elsewhere")
