"""Search in a sealed workspace: found on the member's machine, over what it can open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ackbox.errors import BadCursor, Invalid
from tests.client.sealed import Team

Tell = Callable[..., None]


def texts(page: dict[str, Any]) -> list[str]:
    return [each["body"] for each in page["messages"]]


def test_words_intents_and_metadata_are_found_in_what_was_opened(tell: Tell) -> None:
    def story(team: Team) -> None:
        bob = team.join("bob")
        team.ana.send("bob", "The zebra build is green", subject="Build")
        bob.send("ana", "Which zebra?", intent="question", metadata={"run": 1})
        team.ana.send("bob", "Nothing striped", intent="status", metadata={"run": 2})
        for member in (team.ana, bob):
            find = member
            assert texts(find("message.search", query="zebra")) == [
                "Which zebra?",
                "The zebra build is green",
            ]
            assert texts(find("message.search", query="zeb* -build")) == ["Which zebra?"]
            assert texts(find("message.search", query='"zebra build"')) == [
                "The zebra build is green"
            ]
            assert texts(find("message.search", query="zebra", sender="bob")) == ["Which zebra?"]
            assert texts(find("message.history", intent="status")) == ["Nothing striped"]
            assert texts(find("message.history", metadata={"run": 1})) == ["Which zebra?"]
            assert texts(find("message.history", text="green", body_chars=9)) == ["The zebra"]
        team.ana.send("bob", "A third zebra")
        assert len(texts(bob("message.search", query="zebra"))) == 3

    tell(story)


def test_a_search_goes_on_from_its_cursor(tell: Tell) -> None:
    def story(team: Team) -> None:
        team.join("bob")
        for number in range(5):
            team.ana.send("bob", f"zebra {number}")
        first = team.ana("message.search", query="zebra", limit=2, with_cursors=True)
        assert (texts(first), len(first["cursors"])) == (["zebra 4", "zebra 3"], 2)
        second = team.ana("message.search", query="zebra", limit=5, cursor=first["cursor"])
        assert (texts(second), second["cursor"]) == (["zebra 2", "zebra 1", "zebra 0"], None)
        after = team.ana("message.search", query="zebra", cursor=first["cursors"][0])
        assert texts(after) == ["zebra 3", "zebra 2", "zebra 1", "zebra 0"]
        with pytest.raises(BadCursor):
            team.ana("message.search", query="zebra", cursor="elsewhere")
        with pytest.raises(Invalid):
            team.ana("message.search", query="-zebra")

    tell(story)


def test_a_member_of_a_private_workspace_finds_its_own_messages_only(tell: Tell) -> None:
    def story(team: Team) -> None:
        bob, cy = team.join("bob"), team.join("cy")
        team.ana.send("bob", "zebra for bob")
        team.ana.send("cy", "zebra for cy")
        assert texts(bob("message.search", query="zebra")) == ["zebra for bob"]
        assert texts(cy("message.search", query="zebra")) == ["zebra for cy"]

    tell(story, access="private")


def test_tasks_and_notes_are_searched_after_opening(tell: Tell) -> None:
    def story(team: Team) -> None:
        team.ana("task.create", title="Feed the zebra", tags=["zoo"])
        team.ana("task.create", title="Wash the lion", project="zebra house")
        team.ana("note.add", text="A zebra has stripes", title="Animals")
        team.ana("note.add", text="Lions roar", tags=["zoo"])
        found = team.ana("task.search", query="zebra")["tasks"]
        assert [each["title"] for each in found] == ["Feed the zebra"]
        assert team.ana("task.search", query="zebra", tag="other")["tasks"] == []
        notes = team.ana("note.search", query="zebra lions", any_word=True)["notes"]
        assert [each["text"] for each in notes] == ["Lions roar", "A zebra has stripes"]
        assert team.ana("note.search", query="zebra lions")["notes"] == []

    tell(story)
