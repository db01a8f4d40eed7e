"""Sharing history: a newcomer reads older messages, tasks and notes, and sees who shared them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ackbox.client import history_sharing
from ackbox.errors import AckboxError, Invalid, NotAllowed
from tests.client.sealed import Member, Team

Tell = Callable[..., None]


def bodies(member: Member) -> list[str]:
    page = member("message.history")["messages"]
    return [each["body"] for each in page]


def share(member: Member, name: str) -> dict[str, int]:
    calls = member.client.calls(member.vault, {"workspace": member.vault.profile.workspace})
    return history_sharing.share_history(member.vault, calls.remote, name)


def test_a_newcomer_reads_what_a_member_shares_and_sees_who_did(tell: Tell) -> None:
    def story(team: Team) -> None:
        bob = team.join("bob")
        team.ana.send("bob", "before cy")
        task = team.ana("task.create", title="older task")
        note = bob("note.add", text="older note")
        cy = team.join("cy")
        team.ana.send("cy", "after cy")
        closed = bodies(cy)
        assert (closed[0], "(not_sealed_for_you)" in closed[1]) == ("after cy", True)
        assert "(not_sealed_for_you)" in cy("task.get", id=task["id"])["title"]
        assert share(bob, "cy") == {"messages": 1, "texts": 2}
        assert share(bob, "cy") == {"messages": 0, "texts": 0}
        assert bodies(cy) == [
            "after cy",
            "[ackbox: bob shared this older message with you.]\n\nbefore cy",
        ]
        seen = cy("task.get", id=task["id"])
        assert (seen["title"], seen["metadata"]) == ("older task", {"ackbox.shared_by": "bob"})
        changed = cy("task.update", id=task["id"], note="seen")
        assert (changed["title"], changed["metadata"]) == ("older task", {})
        read = cy("note.get", id=note["id"])["note"]
        assert (read["author"], read["text"]) == ("bob", "older note")
        dee = team.join("dee")
        # What was shared with a member it can share too.
        assert share(cy, "dee")["messages"] == 2
        assert bodies(dee)[1].startswith("[ackbox: cy shared this older message with you.]")

    tell(story)


def test_nobody_shares_in_anothers_name_another_text_or_in_a_private_workspace(tell: Tell) -> None:
    def story(team: Team) -> None:
        bob = team.join("bob")
        team.ana.send("bob", "one")
        team.ana.send("bob", "two")
        cy = team.join("cy")
        given: list[Any] = []
        bob.client.before = lambda name, params: given.extend(params.get("shares", []))
        share(bob, "cy")
        with pytest.raises(NotAllowed, match="signed this share"):
            team.ana.remote("share.add", shares=given)
        swapped = [
            {**given[0], "seq": given[1]["seq"]},
            {**given[1], "seq": given[0]["seq"]},
        ]
        with pytest.raises(AckboxError) as refused:
            bob.remote("share.add", shares=swapped)
        assert refused.value.code == "not_found"

        def swap(name: str, params: dict[str, Any], answer: Any) -> None:
            if name == "share.list":
                one, two = answer["shares"]
                one["body"], two["body"] = two["body"], one["body"]
                one["signature"], two["signature"] = two["signature"], one["signature"]

        cy.client.on_answer = swap
        assert ["(wrong_readers)" in each for each in bodies(cy)] == [True, True]

        def damage(name: str, params: dict[str, Any], answer: Any) -> None:
            for each in answer.get("shares", []) if name == "share.list" else []:
                each["signature"] = answer["shares"][0]["signature"]

        cy.client.on_answer = damage
        assert sorted("(bad_signature)" in each for each in bodies(cy)) == [False, True]

    def private(team: Team) -> None:
        bob = team.join("bob")
        with pytest.raises(Invalid, match="private"):
            share(team.ana, bob.name)

    tell(story)
    tell(private, access="private")
