"""What a call shows is what it marks, pages and counts: for any mailbox, any length of answer
and any page, over every reading tool.
"""

from __future__ import annotations

import os
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ackbox.app.call import App, open_app
from ackbox.briefing import LONGEST, SHORTEST, Answer, size
from ackbox.dialects.engine.mapping import MappedCall
from ackbox.faces.mcp.answer import write
from ackbox.model.text import visible
from tests.answers import items, messages

pytestmark = pytest.mark.anyio
CASES = int(os.environ.get("ACKBOX_SHOWN_CASES", "25"))
WORDS = ["x", "y\n", "界 ", "\u200b"]
case = st.tuples(
    st.lists(
        st.tuples(
            st.sampled_from(WORDS),
            st.one_of(st.integers(1, 200), st.integers(1, 3_000), st.integers(1, 12_000)),
        ),
        max_size=9,
    ),
    st.integers(1, 10),
    st.integers(SHORTEST, 12_000) | st.just(LONGEST),
    st.sampled_from([{}, {"urgent_first": True}]),
)


class Reader:
    """A model that is shown text alone, and does what it says."""

    def __init__(self, app: App, key: str, name: str, length: int) -> None:
        self.app, self.key, self.name, self.length = app, key, name, length

    async def core(self, operation: str, **params: Any) -> Any:
        return await self.app.call(operation, {"agent": self.name, **params}, credential=self.key)

    async def look(self, operation: str, *, offset: int = 0, **params: Any) -> str:
        answer = Answer(self.app.clock, length=self.length, offset=offset)
        asked = {"agent": self.name, **params}
        result = await self.app.call(operation, asked, credential=self.key, fits=answer.fits)
        text = write(MappedCall(operation, asked), result, answer)
        assert size(text) <= self.length
        return text

    async def whole(self, text: str) -> list[tuple[str, str]]:
        """Return id and body of each message of an answer, the long ones read on to their end."""
        found = []
        for each in items(text):
            told, offset = each["text"], each["offset"]
            while offset is not None:
                rest = items(await self.look("message.get", id=each["id"], offset=offset))[0]
                told, offset = told + rest["text"], rest["offset"]
            found.append((each["id"], told.rpartition("\n\nTo: ")[0]))
        return found

    async def pages(self, operation: str, **params: Any) -> list[tuple[str, str]]:
        """Return all that a list shows, going on with the cursor it names."""
        found: list[tuple[str, str]] = []
        more: dict[str, Any] = {}
        while True:
            text = await self.look(operation, **params, **more)
            found += await self.whole(text)
            on = re.search(r"call again with cursor (\S+)", text)
            if on is None:
                return found
            more = {"cursor": on[1]}


async def opened(
    sizes: list[tuple[str, int]], number: int, app: App, key: str
) -> list[tuple[str, str]]:
    sent: list[tuple[str, str]] = []
    for word, many in sizes:
        body = (word * many)[:50_000] + "."
        told = {
            "agent": f"ana{number}",
            "to": f"bob{number}",
            "body": body,
            "priority": 1 + many % 5,
            **({"parent": sent[0][0]} if sent else {}),
        }
        sent.append(((await app.call("message.send", told, credential=key)).id, visible(body)))
    return sent


@pytest.mark.timeout(7200)
async def test_every_message_is_shown_once_and_whole_and_what_was_not_is_not_marked() -> None:
    cases: list[Any] = []

    @settings(max_examples=CASES, database=None, deadline=None)
    @given(case)
    def collect(each: Any) -> None:
        cases.append(each)

    collect()
    app = await open_app("sqlite://:memory:")
    try:
        key = await app.ensure(workspace="default", operator_key=None)
        assert key is not None
        for number, (sizes, limit, length, order) in enumerate(cases):
            sent = await opened(sizes, number, app, key)
            bob = Reader(app, key, f"bob{number}", length)
            assert await bob.pages("inbox.check", limit=limit) == sent
            assert await bob.pages("mailbox.list", limit=limit) == sent[::-1]
            assert await bob.pages("message.history", limit=limit, recipient=bob.name) == sent[::-1]
            if sent:
                assert await bob.pages("thread.get", limit=limit, id=sent[-1][0]) == sent
            assert await by_marking(bob, limit, order, len(sent)) == sorted(sent)
    finally:
        await app.close()


async def by_marking(
    bob: Reader, limit: int, order: dict[str, Any], many: int
) -> list[tuple[str, str]]:
    """Return all that is shown until nothing is unread, marked by the call that showed it.

    A long one by its reader, once it is read.
    """
    found: dict[str, str] = {}
    for _ in range(2 * many + 1):
        text = await bob.look("inbox.check", limit=limit, mark="read", **order)
        if text == "No unread messages.":
            return sorted(found.items())
        assert f"Unread in the mailbox: {many - len(found)} of {many}." in text
        shown = items(text)
        for id, body in await bob.whole(text):
            assert found.setdefault(id, body) == body
        marked = {
            letter.id
            for letter in (await bob.core("mailbox.list", limit=200)).messages
            if letter.read
        }
        begun = {each["id"] for each in shown if each["rest"]}
        assert marked == set(found) - begun
        if begun:
            await bob.core("receipt.mark", mark="read", ids=sorted(begun))
    raise AssertionError("a message keeps coming back")


async def test_six_messages_of_which_two_fit_are_two_marked_and_four_left(database: str) -> None:
    app = await open_app(database)
    try:
        key = await app.ensure(workspace="default", operator_key=None)
        assert key is not None
        sent = await opened([("x", 2_800)] * 6, 1, app, key)
        bob = Reader(app, key, "bob1", 8_000)
        text = await bob.look("inbox.check", mark="read")
        left = await bob.core("inbox.check")
        assert [each["id"] for each in messages(text)] == [id for id, _ in sent[:2]]
        assert [letter.id for letter in left.messages] == [id for id, _ in sent[2:]]
        assert "Shown: 2. Unread in the mailbox: 6 of 6." in text
    finally:
        await app.close()


async def test_a_long_message_holds_up_nothing_and_stays_unread_until_its_reader_marks_it() -> None:
    app = await open_app("sqlite://:memory:")
    try:
        key = await app.ensure(workspace="default", operator_key=None)
        assert key is not None
        long, short = await opened([("x", 30_000), ("y", 10)], 1, app, key)
        bob = Reader(app, key, "bob1", 8_000)
        text = await bob.look("inbox.check", mark="read")
        assert [(each["id"], each["rest"] is not None) for each in items(text)] == [
            (long[0], True),
            (short[0], False),
        ]
        assert f"Shown in part and not marked: {long[0]}." in text
        assert [letter.id for letter in (await bob.core("inbox.check")).messages] == [long[0]]
        assert (await bob.whole(text))[0] == long
    finally:
        await app.close()


async def test_lists_of_tasks_and_agents_go_on_where_they_ended() -> None:
    app = await open_app("sqlite://:memory:")
    try:
        key = await app.ensure(workspace="default", operator_key=None)
        assert key is not None
        bob = Reader(app, key, "bob", 3_000)
        names = [f"agent-{number:03}" for number in range(60)]
        for name in names:
            await app.call(
                "agent.check_in",
                {
                    "agent": name,
                    "summary": "s" * (1 + int(name[-3:]) * 7),
                    "files": [f"f{name}"] * 3,
                },
                credential=key,
            )
        made = [
            (
                await bob.core("task.create", title=f"t{number}", description="d" * number * 60)
            ).number
            for number in range(20)
        ]
        tasks: list[int] = []
        more: dict[str, Any] | None = {}
        while more is not None:
            text = await bob.look("task.list", **more)
            tasks += [each["number"] for each in items(text)]
            on = re.search(r"call again with cursor (\S+)", text)
            more = {"cursor": on[1]} if on else None
        seen: list[str] = []
        skip: int | None = 0
        while skip is not None:
            text = await bob.look("agent.list", skip=skip)
            seen += re.findall(r'^\| \{"agent":"([\w-]+)"', text, re.MULTILINE)
            on = re.search(r"call again with skip (\d+)", text)
            skip = int(on[1]) if on else None
        assert (tasks, seen) == (made[::-1], [*names, "bob"])
    finally:
        await app.close()


async def test_what_to_do_next_is_said_in_words(database: str) -> None:
    app = await open_app(database)
    try:
        key = await app.ensure(workspace="default", operator_key=None)
        assert key is not None
        await app.call("agent.check_in", {"agent": "claude"}, credential=key)
        ana = Reader(app, key, "ana", 8_000)
        sent = await ana.look("message.send", to="cluade, claude", body="x")
        asked = await ana.look("message.ask", to="claude", body="?", wait_s=0)
        question = (await ana.core("message.history", limit=1)).messages[0].id
        read = await Reader(app, key, "claude", 8_000).look("inbox.check")
        marked = await ana.look("receipt.mark", mark="read", ids=["nothing"])
        assert sent.split("\n")[1:] == [
            'No agent called "cluade" yet; the message waits for it. Did you mean "claude"?',
            '"claude" is online and sees this at its next check.',
        ]
        assert (sent.startswith("Stored. {"), asked.startswith("No reply in time. {")) == (
            True,
            True,
        )
        assert (
            asked.split("\n")[-1]
            == "The question stays. To keep waiting, call wait: the reply comes as a message"
            f" with parent {question}. To look for it later, call thread with id {question}. Do not"
            " ask again."
        )
        ids = [each["id"] for each in messages(read)]
        assert read.split("\n")[-2:] == [
            "Shown: 2. Unread in the mailbox: 2 of 2.",
            (
                "When you have handled them, call mark with mark acknowledged and ids"
                f' ["{ids[0]}","{ids[1]}"]'
            ),
        ]
        assert (
            marked.split("\n")[1] == 'Not among your messages: "nothing". Use ids that inbox gave.'
        )
    finally:
        await app.close()


async def test_an_imported_message_says_so_outside_its_fence(database: str) -> None:
    app = await open_app(database)
    try:
        key = await app.ensure(workspace="default", operator_key=None)
        assert key is not None
        await app.call(
            "message.send", {"agent": "ana", "to": "bob", "body": "from elsewhere"}, credential=key
        )
        await app.call("workspace.create", {"name": "copy"}, credential=key)
        for part in ("reader", "message"):
            page = await app.call("workspace.export", {"part": part}, credential=key)
            await app.call(
                "workspace.import",
                {"workspace": "copy", "part": part, "records": page.records, "upto": page.upto},
                credential=key,
            )
        await app.call(
            "message.send",
            {"agent": "ana", "to": "bob", "body": "sent here", "workspace": "copy"},
            credential=key,
        )
        text = await Reader(app, key, "bob", 8_000).look("inbox.check", workspace="copy")
        here = await app.call("message.history", {"workspace": "copy"}, credential=key)
        assert [(each["body"], each.get("imported")) for each in messages(text)] == [
            ("from elsewhere", True),
            ("sent here", None),
        ]
        assert [each.imported is True for each in here.messages] == [False, True]
    finally:
        await app.close()
