"""Nothing of a message that `message.get` refuses is in any answer: random conversations in a
private workspace, every caller, every operation.
"""

from __future__ import annotations

import random
import re
from typing import Any

import msgspec
import pytest

from ackbox.errors import AckboxError, NotFound
from tests.engines import Post

pytestmark = pytest.mark.anyio
PLACE = "quiet"
NAMES = ("ana", "bob", "carl", "dora")
WORD = re.compile(r"canary\d+x")
# What is asked of each operation beside what every call of it needs; `{id}` is each message in
# turn.
ASKED: dict[str, list[dict[str, Any]]] = {
    "inbox.check": [{}, {"state": "delivered"}, {"newest": True}, {"with_tasks": True}],
    "inbox.wait": [{"wait_s": 0}],
    "mailbox.list": [{}, {"include_archived": True}],
    "agent.list": [{"with_unread": True, "waiting": 50}],
    "message.history": [
        {"with_tallies": True, "with_sizes": True, "limit": 200},
        {"thread": "{id}"},
        {"ids": "{id}"},
        {"text": "canary*"},
    ],
    "message.search": [{"query": "canary*", "limit": 200}],
    "message.get": [{"id": "{id}"}],
    "message.status": [{"id": "{id}"}],
    "message.preview": [{"to": "*"}, {"to": "bob"}],
    "thread.get": [{"id": "{id}"}],
    "review.list": [{"limit": 200}],
    "review.get": [{"id": "{id}"}],
    "review.comment": [{"id": "{id}", "body": "no"}],
    "review.resolve": [{"id": "{id}", "outcome": "approved"}],
    "thread.list": [{"limit": 200}, {"answered_only": True, "limit": 200}],
    "event.feed": [
        {"cursor": "start", "limit": 200},
        {"cursor": "start", "of": "inbox"},
        {"cursor": "start", "thread": "{id}"},
    ],
    "event.list": [{"limit": 200}],
    "event.log": [{"limit": 200}],
    "workspace.needs": [{"limit": 200}],
    "workspace.flow": [{"minutes": 60, "travels": 1000}],
    "workspace.health": [{"minutes": 60}],
    "workspace.overview": [{}],
    "task.list": [{"status": "all"}],
    "task.search": [{"query": "canary*", "status": "all"}],
    "note.list": [{}],
    "note.search": [{"query": "canary*"}],
    "session.list": [{}],
    "session.context": [{}],
    "session.conflicts": [{"files": ["src/"]}],
    "agent.heartbeat": [{}],
    "message.send": [{"to": "ana", "body": "no", "parent": "{id}"}],
    "message.withdraw": [{"id": "{id}"}],
    "receipt.mark": [{"mark": "delivered", "ids": ["{id}"]}],
    "task.create": [{"title": "no", "parent": "{id}"}],
    "schedule.list": [{}],
    "agent.whoami": [{}],
    "workspace.list": [{}],
    "task.finish_many": [{"project": "none", "only_look": True}],
    "program.report": [
        {"program": "claude", "program_session": "one", "moment": moment}
        for moment in ("session_start", "prompt", "turn_end")
    ],
    "program.wake": [
        {"program": "claude", "program_session": "one", "way": "test", "carries_text": True}
    ],
    "message.ask": [{"to": "dora", "body": "q", "wait_s": 0, "idempotency_key": "asked"}],
}
# Operations that never return a message, a recipient's name or a word of a message, or that a
# member may not call.
APART = {
    # Hashes only; in a private workspace too, every member compares the same list.
    "message.transcript",
    "roster.append",
    "roster.get",
    "roster.request",
    "roster.requests",
    "share.add",
    "share.list",
    "text.list",
    "text.put",
    "agent.check_in",
    "agent.check_out",
    "agent.dismiss",
    "agent.quiet",
    "agent.set_kind",
    "server.backup",
    "server.status",
    "key.create",
    "key.list",
    "key.revoke",
    "key.rotate",
    "login.link",
    "login.redeem",
    "invite.create",
    "invite.redeem",
    "login.end",
    "message.send_many",
    "review.open",
    "note.add",
    "note.append",
    "note.archive",
    "note.explore",
    "note.get",
    "note.link",
    "note.move",
    "note.remove",
    "note.tidy",
    "note.unlink",
    "note.supersede",
    "mute.start",
    "mute.end",
    "pause.start",
    "pause.end",
    "program.shown",
    "program.signalled",
    "schedule.add",
    "schedule.remove",
    "session.start",
    "session.checkpoint",
    "session.end",
    "task.assign",
    "task.create_many",
    "task.depend",
    "task.get",
    "task.claim",
    "task.update",
    "turn.submit",
    "webhook.add",
    "webhook.list",
    "webhook.remove",
    "webhook.receive",
    "webhook_out.add",
    "webhook_out.list",
    "webhook_out.remove",
    "webhook_out.retry",
    "webhook_out.test",
    "workspace.create",
    "workspace.export",
    "workspace.import",
    "workspace.settings",
}


class Talk:
    """A private workspace, who is in it, and the words of each message by its id."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self.words: dict[str, set[str]] = {}
        self.callers: dict[str, Post] = {}

    async def begin(self) -> None:
        await self.post("workspace.create", name=PLACE, mode="private")
        for name in NAMES:
            self.callers[name] = await self.post.keyed(name, workspace=PLACE)
            await self.callers[name]("agent.check_in", summary="here")

    async def say(self, source: random.Random) -> None:
        """One message from somebody to some of them, perhaps an answer, with a word of its own
        in every field that takes one.
        """
        sender = source.choice(NAMES)
        number = len(self.words)
        words = [f"canary{number * 10 + place}x" for place in range(6)]
        to = (
            source.sample([*NAMES, *(f"{name}/lap" for name in NAMES)], k=source.choice((1, 1, 2)))
            if source.random() < 0.9
            else ["*"]
        )
        if source.random() < 0.2 and to != ["*"]:
            to = [*to, words[5]]
        parent = source.choice([*self.words, None, None]) if self.words else None
        fields: dict[str, Any] = {
            "intent": source.choice(("question", "blocked", "inform", "review_request")),
            "priority": source.choice((3, 5)),
        }
        if source.random() < 0.3:
            fields["expects_reply_by"] = "2020-01-01T00:00:00Z"
        try:
            sent = await self.callers[sender](
                "message.send",
                to=to,
                body=words[0],
                subject=words[1],
                refs=[{"kind": "file", "target": words[2], "note": words[2]}],
                metadata={words[3]: words[3]},
                idempotency_key=words[4],
                parent=parent,
                **fields,
            )
        except NotFound:
            return
        self.words[sent.id] = set(words)

    async def refused(self, name: str) -> set[str]:
        """The words of the messages that somebody may not get."""
        found: set[str] = set()
        for id, words in self.words.items():
            try:
                await self.callers[name]("message.get", id=id)
            except NotFound:
                found |= words
        return found


def filled(params: dict[str, Any], id: str) -> dict[str, Any]:
    written = msgspec.json.encode(params).replace(b"{id}", id.encode())
    return msgspec.json.decode(written, type=dict[str, Any])


@pytest.mark.parametrize("seed", range(3))
async def test_nothing_of_a_message_that_one_may_not_get_is_in_any_answer(
    post: Post, seed: int
) -> None:
    talk, source = Talk(post), random.Random(seed)
    await talk.begin()
    for _ in range(24):
        await talk.say(source)
    leaks = []
    for name, caller in talk.callers.items():
        refused = await talk.refused(name)
        assert refused, "a caller that may see all proves nothing"
        for operation, asked in ASKED.items():
            for params in asked:
                for id in talk.words if "{id}" in str(params) else ("",):
                    try:
                        answer = await caller(operation, **filled(params, id))
                    except AckboxError as error:
                        answer = error.as_dict()
                    told = set(WORD.findall(msgspec.json.encode(answer).decode())) & refused
                    if told:
                        leaks.append((name, operation, params, sorted(told)))
    assert leaks == []


async def test_an_answer_that_went_to_somebody_else_is_no_answer(post: Post) -> None:
    talk = Talk(post)
    await talk.begin()
    ana, bob = talk.callers["ana"], talk.callers["bob"]
    asked = await ana("message.ask", to="bob", body="who?", wait_s=0, idempotency_key="one")
    await bob("message.send", to="carl", body="ana asks who", parent=asked.id)
    again = await ana("message.ask", to="bob", body="who?", wait_s=0, idempotency_key="one")
    assert (again.outcome, again.answer) == ("timed_out", None)


async def test_a_conversation_begins_for_each_with_the_first_message_that_one_may_see(
    post: Post,
) -> None:
    talk = Talk(post)
    await talk.begin()
    ana, bob, carl = (talk.callers[name] for name in ("ana", "bob", "carl"))
    first = await ana("message.send", to="bob", body="between us")
    second = await bob("message.send", to="ana,carl", body="all three", parent=first.id)
    third = await ana("message.send", to="bob", body="us again", parent=first.id)
    told = {
        name: [
            (
                head.thread,
                head.first.id,
                head.last.id,
                head.messages,
                [each.name for each in head.people],
            )
            for head in (await caller("thread.list")).threads
        ]
        for name, caller in (("ana", ana), ("bob", bob), ("carl", carl))
    }
    whole = [(first.id, first.id, third.id, 3, ["ana", "bob"])]
    assert told == {
        "ana": whole,
        "bob": whole,
        "carl": [(first.id, second.id, second.id, 1, ["bob"])],
    }
    assert (await carl("thread.list", answered_only=True)).threads == []


async def test_a_name_that_somebody_else_wrote_to_is_not_told(post: Post) -> None:
    talk = Talk(post)
    await talk.begin()
    await talk.callers["ana"]("message.send", to="secret-helper", body="hello")
    told = {
        name: ((await caller("agent.list")).awaited, (await caller("workspace.needs")).awaited)
        for name, caller in (("ana", talk.callers["ana"]), ("bob", talk.callers["bob"]))
    }
    assert told == {"ana": (["secret-helper"], ["secret-helper"]), "bob": ([], [])}
