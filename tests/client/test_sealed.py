"""The sealed call: what members say to each other through a server that may do anything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ackbox.client.http import NoServer
from ackbox.errors import (
    AckboxError,
    Conflict,
    Invalid,
    NotMember,
    RemovedMember,
    TooLong,
    UnknownRecipient,
)
from tests.client.sealed import Team, in_threads

Story = Callable[[Team], None]


def test_two_members_write_read_and_acknowledge(tell: Any, database: Path) -> None:
    def story(team: Team) -> None:
        ana, bob = team.ana, team.join("bob")
        ana = team.ana
        sent = ana.send(
            "bob",
            "the plum is ripe",
            subject="plum-subject",
            intent="plum-intent",
            metadata={"plum-key": ["plum-value"]},
            refs=[{"kind": "file", "target": "plum-file.py"}],
            facts={"plum-fact": 1},
        )
        (got,) = bob("inbox.check")["messages"]
        shown = {
            name: got[name]
            for name in ("id", "sender", "sender_kind", "to", "subject", "body", "intent")
        }
        assert shown == {
            "id": sent["id"],
            "sender": "ana",
            "sender_kind": "human",
            "to": ["bob"],
            "subject": "plum-subject",
            "body": "the plum is ripe\n\nplum-fact: 1",
            "intent": "plum-intent",
        }
        assert got["metadata"] == {"plum-key": ["plum-value"]}
        assert [each["target"] for each in got["refs"]] == ["plum-file.py"]
        assert "sealed" not in got
        bob("receipt.mark", mark="acknowledged", ids=[sent["id"]])
        bob("message.send", parent=sent["id"], body="plum-answer")
        assert ana.texts() == ["plum-answer"]
        (receipt,) = ana("message.status", id=sent["id"])["receipts"]
        said = {each["mark"]: each.get("evidence") for each in receipt["by"]}
        assert said["acknowledged"] == "signed by the reader"
        assert [each["body"][:8] for each in ana("thread.get", id=sent["id"])["messages"]] == [
            "the plum",
            "plum-ans",
        ]

    tell(story)
    files = [path.read_bytes() for path in database.parent.glob("ackbox.db*")]
    assert len(files) >= 1
    assert [raw for raw in files if b"plum" in raw] == []


def test_the_server_says_of_which_marks_it_has_only_its_word(tell: Any) -> None:
    def story(team: Team) -> None:
        bob, ana = team.join("bob"), team.ana
        sent = ana.send("bob", "hello")
        bob.remote("receipt.mark", mark="acknowledged", ids=[sent["id"]], evidence="cli")
        (receipt,) = ana("message.status", id=sent["id"])["receipts"]
        said = {each["mark"]: each.get("evidence") for each in receipt["by"]}
        assert said["acknowledged"] == "cli"

    tell(story)


def test_a_call_that_is_repeated_sends_the_same_bytes_once(tell: Any) -> None:
    def story(team: Team) -> None:
        bob, ana = team.join("bob"), team.ana
        first = ana.send("bob", "once", idempotency_key="k")
        again = ana.again().send("bob", "once", idempotency_key="k")
        assert (again["id"], again["duplicate"]) == (first["id"], True)
        with pytest.raises(Conflict, match="already used"):
            ana.send("bob", "other", idempotency_key="k")
        assert bob.texts() == ["once"]

    tell(story)


def test_a_lost_answer_is_asked_for_again_with_the_same_bytes(tell: Any) -> None:
    def story(team: Team) -> None:
        bob, ana = team.join("bob"), team.ana
        sent: list[Any] = []

        def lose(name: str, params: dict[str, Any], answer: Any) -> None:
            if name == "message.send":
                sent.append(params["sealed"])
                raise NoServer("lost")

        ana.client.on_answer = lose
        with pytest.raises(NoServer):
            ana.send("bob", "one")
        ana = ana.again()
        ana.client.before = lambda name, params: (
            sent.append(params["sealed"]) if name == "message.send" else None
        )
        ana.send("bob", "two")
        # The first was sent again unchanged, before the second was sealed.
        assert sent[0] == sent[1] == sent[2] != sent[3]
        assert bob.texts() == ["one", "two"]
        with ana.vault.locked() as kept:
            assert (kept.state.counter, kept.state.waiting) == (2, None)

    tell(story)


def test_many_threads_and_processes_of_one_member_keep_one_chain(tell: Any) -> None:
    def story(team: Team) -> None:
        bob, ana = team.join("bob"), team.ana
        clients = [ana, ana, ana.again(), ana.again()]
        in_threads(
            *(
                lambda client=client, at=at: client.send("bob", f"text {at}")
                for at, client in enumerate(clients)
            )
        )
        assert sorted(bob.texts()) == [f"text {at}" for at in range(4)]

    tell(story)


def test_a_new_member_reads_from_its_joining_on(tell: Any) -> None:
    def story(team: Team) -> None:
        bob, ana = team.join("bob"), team.ana
        before = ana.send("bob", "before")
        cy = team.join("cy")
        # Bob's client does not know cy yet: the server refuses, and it seals again for three.
        bob.send("ana", "after")
        texts = [each["body"] for each in cy("message.history")["messages"]]
        assert "after" in texts
        (old,) = [each for each in texts if each != "after"]
        assert old.startswith("[ackbox: This message is not shown. The message was not sealed for")
        assert cy("message.get", id=before["id"])["body"] == old
        with cy.vault.locked() as kept:
            assert kept.state.problems == {}

    tell(story)


def test_a_removed_member_gets_nothing_more_and_writes_nothing_more(tell: Any) -> None:
    def story(team: Team) -> None:
        bob, ana = team.join("bob"), team.ana
        bob.send("ana", "before")
        team.remove("bob")
        cy = team.join("cy")
        with pytest.raises(RemovedMember, match="was removed"):
            bob.again().send("ana", "after")
        with pytest.raises(NotMember, match="'bob' is not a member"):
            team.ana.send("bob", "hello")
        assert team.ana.texts() == ["before"]
        cy.send("ana", "new")
        assert team.ana.texts() == ["before", "new"]
        assert ana.name == "ana"

    tell(story)


def test_in_a_private_workspace_others_read_nothing(tell: Any) -> None:
    def story(team: Team) -> None:
        bob, cy = team.join("bob"), team.join("cy")
        team.ana.send("bob", "for bob")
        assert bob.texts() == ["for bob"]
        listed = cy("message.transcript")["rows"]
        assert len(listed) == 1
        assert cy.texts() == []
        bob.send("*", "for all")
        assert (cy.texts(), team.ana.texts()) == (["for all"], ["for all"])

    tell(story, access="private")


def test_many_messages_of_one_call_are_sealed_one_by_one(tell: Any) -> None:
    def story(team: Team) -> None:
        bob, ana = team.join("bob"), team.ana
        done = ana(
            "message.send_many",
            messages=[{"to": "bob", "body": "one"}, {"to": "x", "body": "no"}, {"body": "two"}],
        )
        assert (done["sent"], done["refused"]) == (1, 2)
        assert [each.get("error", {}).get("code") for each in done["outcomes"]] == [
            None,
            "not_member",
            "invalid",
        ]
        assert bob.texts() == ["one"]

    tell(story)


def test_a_question_waits_for_its_answer(tell: Any) -> None:
    def story(team: Team) -> None:
        bob, ana = team.join("bob"), team.ana

        def answer() -> None:
            (got,) = bob("inbox.wait", wait_s=20)["messages"]
            assert (got["choices"], got["metadata"]) == (["yes", "no"], {"n": 1})
            body = f"to {got['body']} ({got['intent']})"
            bob.send("ana", body, parent=got["id"], choice=got["choices"][1])

        asked: list[Any] = []
        in_threads(
            answer,
            lambda: asked.append(
                ana(
                    "message.ask",
                    to="bob",
                    body="well?",
                    wait_s=20,
                    choices=["yes", "no"],
                    metadata={"n": 1},
                )
            ),
        )
        assert asked[0]["outcome"] == "answered"
        assert asked[0]["answer"]["body"] == "to well? (question)"
        assert (asked[0]["answer"]["choice"], asked[0]["answer"]["metadata"]) == ("no", {})
        status = ana("message.status", id=asked[0]["id"])
        assert "choices" not in status

    tell(story)


def test_what_a_sealed_workspace_cannot_do_is_refused_before_it_is_sent(tell: Any) -> None:
    def story(team: Team) -> None:
        bob, ana = team.join("bob"), team.ana
        heard: list[str] = []
        ana.client.before = lambda name, params: heard.append(name)
        for params, error in (
            ({"to": "eve", "body": "x"}, NotMember),
            ({"to": "bob", "body": ""}, Invalid),
            ({"body": "x"}, AckboxError),
            ({"to": "bob", "body": "a" * 50_001}, TooLong),
            ({"to": "bob", "body": "x", "reroute": True, "expects_reply_by": "2h"}, Invalid),
            ({"to": "bob", "body": "x", "priority": 9}, Invalid),
            ({"to": "bob", "body": "x", "color": "red"}, Invalid),
        ):
            with pytest.raises(error):
                ana("message.send", **params)
            assert "message.send" not in heard, params
        key = (ana.vault.path / "key").read_text("utf-8")
        for field in ("body", "subject"):
            with pytest.raises(Invalid, match="contains a vault key"):
                ana("message.send", to="bob", **{"body": "x", field: f"see {key}"})
        with pytest.raises(NotMember, match="no vault key of 'eve'"):
            ana("message.send", agent="eve", to="bob", body="text that no server gets")
        assert "message.send" not in heard
        with pytest.raises(AckboxError) as caught:
            ana("review.open", to="bob", body="secret text")
        assert caught.value.code == "sealed_refused"
        assert bob.texts() == []

    tell(story)


def test_a_persons_broadcast_that_starts_with_a_name_goes_to_that_member(tell: Any) -> None:
    def story(team: Team) -> None:
        bob, cy, ana = team.join("bob"), team.join("cy"), team.ana
        ana.send("*", "@bob, look", mention=True)
        ana.send("*", "@bob-2 everyone", mention=False)
        with pytest.raises(UnknownRecipient, match="no agent called 'bobb'"):
            ana.send("*", "@bobb look", mention=True)
        # An agent quotes a name without meaning it.
        bob.send("*", "@cy said so", mention=True)
        shown = ana("message.history")["messages"]
        assert [(each["sender"], each["to"]) for each in shown] == [
            ("bob", ["*"]),
            ("ana", ["*"]),
            ("ana", ["bob"]),
        ]
        assert cy.texts() == ["@bob-2 everyone", "@cy said so"]

    tell(story)


# Attacks of a malicious server on an inbox, each with the error that the reader sees.


def messages_of(answer: Any) -> list[Any]:
    return answer["messages"] if isinstance(answer, dict) and "messages" in answer else []


def plain(answer: Any) -> None:
    for each in messages_of(answer):
        each.pop("sealed", None)
        each["body"] = "pay eve"


def swapped(answer: Any) -> None:
    first, second = messages_of(answer)
    first["sealed"], second["sealed"] = second["sealed"], first["sealed"]


def altered(part: str) -> Callable[[Any], None]:
    def change(answer: Any) -> None:
        sealed = messages_of(answer)[0]["sealed"]
        text: str = sealed[part]
        sealed[part] = ("B" if text[9] == "A" else "A").join((text[:9], text[10:]))

    return change


def repeated(answer: Any) -> None:
    first = messages_of(answer)[0]
    answer["messages"] = [first, {**first, "seq": first["seq"] + 1_000}]


def lied(answer: Any) -> None:
    """Say everything that a header says, otherwise."""
    messages_of(answer)[0].update(
        sender="bob", sender_kind="human", to=["*"], priority=5, parent="0" * 32, body="pay eve"
    )


ATTACKS: dict[str, tuple[Callable[[Any], None], list[str | None]]] = {
    "plain": (plain, ["not_sealed", "not_sealed"]),
    "swapped": (swapped, ["not_in_transcript", "not_in_transcript"]),
    "repeated": (repeated, [None, "not_in_transcript"]),
    "lied": (lied, [None, None]),
    "content": (altered("content"), ["bad_signature", None]),
    "signature": (altered("signature"), ["bad_signature", None]),
    "wraps": (altered("wraps_hash"), ["bad_signature", None]),
    "wrap": (altered("wrap"), ["broken_seal", None]),
    "header": (altered("header"), ["bad_encoding", None]),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_message_that_does_not_hold_is_shown_as_what_it_is(tell: Any, name: str) -> None:
    attack, expected = ATTACKS[name]

    def story(team: Team) -> None:
        bob, ana = team.join("bob"), team.ana
        ids = [ana.send("bob", "one")["id"], ana.send("bob", "two")["id"]]
        bob.client.on_answer = lambda call, _, answer: (
            attack(answer) if call == "inbox.check" else None
        )
        found = bob("inbox.check")["messages"]
        for message, code, text in zip(found, expected, ("one", "two"), strict=True):
            if code is None:
                assert (message["body"], message["sender"], message["to"], message["priority"]) == (
                    text,
                    "ana",
                    ["bob"],
                    3,
                )
                assert message["parent"] is None
                continue
            assert message["body"].startswith("[ackbox: This message is not shown. ")
            assert message["body"].endswith(f"({code})]")
            assert "pay eve" not in str(message)
        with bob.vault.locked() as kept:
            codes = {code for code in expected if code is not None}
            assert set(kept.state.problems.values()) == codes
            assert set(kept.state.problems) <= set(ids)

    tell(story)


def test_a_message_that_the_server_drops_is_reported_at_the_next(tell: Any) -> None:
    def story(team: Team) -> None:
        bob, ana = team.join("bob"), team.ana
        ana.send("bob", "one")
        ana.send("bob", "two")

        def drop(name: str, params: Any, answer: Any) -> None:
            if name == "inbox.check":
                del answer["messages"][0]
            if name == "message.transcript":
                del answer["rows"][0]

        bob.client.on_answer = drop
        (text,) = bob.texts()
        assert text.startswith("[ackbox: Earlier messages of this sender are missing: 1.")
        assert text.endswith("\n\ntwo")

    tell(story)
