"""Tasks, notes, sessions and turns in a sealed workspace: real clients, and a server that lies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ackbox.errors import AckboxError, Conflict
from tests.client.sealed import Member, Team

Tell = Callable[..., None]


def texts_of(task: dict[str, Any]) -> dict[str, Any]:
    names = ("title", "description", "done_when", "note", "project", "mission", "tags", "metadata")
    return {name: task[name] for name in names}


def test_a_task_is_sealed_read_changed_and_finished_by_members(tell: Tell) -> None:
    def story(team: Team) -> None:
        bob = team.join("bob")
        text = {
            "title": "Rotate zebra keys",
            "description": "All of them",
            "done_when": "none is old",
            "project": "zebra",
            "mission": "safety",
            "tags": ["zebra", "keys"],
            "metadata": {"zebra": 1},
        }
        made = team.ana("task.create", to="bob", priority=2, **text)
        assert texts_of(made) == {**text, "note": None}
        found = bob("task.list", mine=True)["tasks"]
        assert [texts_of(each) for each in found] == [{**text, "note": None}]
        [told] = bob("inbox.check")["messages"]
        assert (told["subject"], told["body"]) == (
            f"Task {made['number']}: Rotate zebra keys",
            "Rotate zebra keys\n\nAll of them\n\nDone when: none is old",
        )
        bob("task.claim", id=made["id"], start=True)
        blocked = bob("task.update", id=made["id"], status="blocked", blocked_by="zebra vendor")
        assert (blocked["title"], blocked["blocked_by"]) == (text["title"], "zebra vendor")
        bob("task.update", id=made["id"], status="done", note="zebra gone", tags=[])
        done = team.ana("task.get", id=made["id"])
        assert texts_of(done) == {**text, "note": "zebra gone", "tags": []}
        assert (done["status"], done["blocked_by"]) == ("done", None)
        [said] = team.ana("inbox.check")["messages"]
        assert (said["subject"], said["body"]) == (
            f"Done: task {made['number']}, Rotate zebra keys",
            "zebra gone",
        )
        assert problems(bob) == []

    tell(story)


def problems(member: Member) -> list[Any]:
    with member.vault.locked():
        return list(member.vault.state.problems.values())


def test_lists_of_tasks_and_notes_are_narrowed_on_the_members_machine(tell: Tell) -> None:
    def story(team: Team) -> None:
        for number in range(7):
            team.ana("task.create", title=f"T{number}", project="odd" if number % 2 else "even")
            team.ana("note.add", text=f"N{number}", kind="fact" if number % 2 else "memory")
        page = team.ana("task.list", project="odd", limit=2)
        assert [each["title"] for each in page["tasks"]] == ["T5", "T3"]
        rest = team.ana("task.list", project="odd", limit=2, cursor=page["cursor"])
        assert ([each["title"] for each in rest["tasks"]], rest["cursor"]) == (["T1"], None)
        notes = team.ana("note.list", kind="fact")["notes"]
        assert [each["text"] for each in notes] == ["N5", "N3", "N1"]

    tell(story)


def test_notes_are_sealed_linked_superseded_and_appended_to(tell: Tell) -> None:
    def story(team: Team) -> None:
        bob = team.join("bob")
        first = team.ana("note.add", text="zebra one", title="Z", kind="fact", tags=["a"])
        second = team.ana(
            "note.add", text="zebra two", links=[{"relation": "supports", "to": first["id"]}]
        )
        got = bob("note.get", id=second["id"])
        assert got["note"]["text"] == "zebra two"
        assert [each["relation"] for each in got["links"]] == ["supports"]
        assert [(each["title"], each["opening"]) for each in got["neighbours"]] == [
            ("Z", "zebra one")
        ]
        again = bob("note.link", id=second["id"], relation="contradicts", to=first["id"])
        assert again["relation"] == "contradicts"
        later = bob("note.supersede", id=first["id"], text="zebra three")
        assert (later["title"], later["text"], later["supersedes"]) == (
            "Z",
            "zebra three",
            first["id"],
        )
        longer = bob("note.append", title="Z", kind="fact", text="more")
        assert longer["text"] == "zebra three\n\nmore"
        same = team.ana("note.add", text="zebra two", unless_known=True)
        assert (same["id"], same["duplicate"]) == (second["id"], True)
        written = team.ana("note.add", text="w1", write_id="zebra write")
        repeated = team.ana("note.add", text="w1", write_id="zebra write")
        assert (repeated["id"], repeated["duplicate"]) == (written["id"], True)
        changed = team.ana("note.add", text="w2", write_id="zebra write")
        assert (changed["text"], changed["supersedes"]) == ("w2", written["id"])

    tell(story)


def test_sessions_and_presence_are_sealed_and_claims_compared_by_clients(tell: Tell) -> None:
    def story(team: Team) -> None:
        bob = team.join("bob")
        claims = {"area": "zebra", "files": ["src/zebra.py"]}
        begun = team.ana("session.start", summary="on zebra", **claims)
        assert (begun["session"]["area"], begun["conflicts"]) == ("zebra", [])
        [seen] = bob("session.list", of="ana")["sessions"]
        assert (seen["summary"], seen["area"], seen["files"]) == (
            "on zebra",
            "zebra",
            ["src/zebra.py"],
        )
        overlaps = [{"agent": "ana", "instance": None, "areas": [], "files": ["src/zebra.py"]}]
        assert bob("session.conflicts", files=["src/"])["conflicts"] == overlaps
        with pytest.raises(Conflict):
            bob("session.start", files=["src/zebra.py"], on_conflict="block")
        token = begun["token"]
        marked = team.ana(
            "session.checkpoint",
            session=token,
            summary="half of zebra",
            notes=[{"text": "zebra is striped", "kind": "fact"}],
        )
        assert marked["session"]["summary"] == "half of zebra"
        assert bob("note.get", id=marked["notes"][0]["id"])["note"]["text"] == "zebra is striped"
        bob("agent.heartbeat", summary="feeding the zebra")
        cards = {each["agent"]: each for each in team.ana("agent.list")["agents"]}
        assert (cards["bob"]["summary"], cards["bob"]["is_working"]) == ("feeding the zebra", True)
        ended = team.ana("session.end", session=token, outcome="completed", touched=["a zebra"])
        assert (ended["session"]["outcome"], ended["session"]["touched"]) == (
            "completed",
            ["a zebra"],
        )

    tell(story)


def test_a_turn_is_a_sealed_note_with_messages_and_tasks(tell: Tell) -> None:
    def story(team: Team) -> None:
        bob = team.join("bob")
        given = {
            "summary": "zebra done",
            "status": "completed",
            "messages": [{"to": "ana", "body": "zebra is yours", "intent": "question"}],
            "tasks": [
                {"key": "b", "title": "second zebra", "depends_on": ["a"]},
                {"key": "a", "title": "first zebra"},
            ],
            "answer_within_s": 3600,
            "idempotency_key": "turn-1",
        }
        turn = bob("turn.submit", **given)
        again = bob("turn.submit", **given)
        assert (again["id"], again["duplicate"]) == (turn["id"], True)
        assert [each["id"] for each in again["tasks"]] == [each["id"] for each in turn["tasks"]]
        assert team.ana.texts() == ["zebra is yours"]
        assert team.ana("note.get", id=turn["id"])["note"]["text"] == "zebra done"
        assert [each["title"] for each in team.ana("task.list")["tasks"]] == [
            "second zebra",
            "first zebra",
        ]

    tell(story)


def test_the_database_holds_no_sealed_text(tell: Tell, database: Path) -> None:
    def story(team: Team) -> None:
        word = "canary-of-a-text"
        team.ana("task.create", title=word, project=word, tags=[word], description=word)
        note = team.ana("note.add", text=word, title=word, kind=word, tags=[word], write_id=word)
        other = team.ana("note.add", text=f"other {word}")
        team.ana("note.link", id=note["id"], relation=word, to=other["id"])
        team.ana("session.start", summary=word, area=word, files=[word], title=word)
        team.ana("agent.heartbeat", summary=word)
        stored = b"".join(each.read_bytes() for each in database.parent.iterdir() if each.is_file())
        assert (word.encode() in stored, b"sealed" in stored) == (False, True)

    tell(story)


@pytest.mark.parametrize(
    ("operation", "params", "code"),
    [
        ("task.create", {"title": "plain"}, "sealed_required"),
        ("task.create", {"title": "sealed", "description": "plain"}, "sealed_required"),
        ("task.update", {"id": "1", "note": "plain"}, "sealed_required"),
        ("note.add", {"text": "plain"}, "sealed_required"),
        ("note.add", {"text": "sealed", "folder": "0" * 32}, "sealed_refused"),
        ("note.link", {"id": "1", "to": "2", "relation": "sealed-plain"}, "sealed_required"),
        ("session.start", {"summary": "plain"}, "sealed_required"),
        ("agent.heartbeat", {"summary": "plain"}, "sealed_required"),
        ("turn.submit", {"summary": "plain"}, "sealed_refused"),
        ("task.list", {"project": "plain"}, "sealed_refused"),
    ],
)
def test_the_server_refuses_text_that_it_could_read(
    tell: Tell, operation: str, params: dict[str, Any], code: str
) -> None:
    def story(team: Team) -> None:
        with pytest.raises(AckboxError) as refused:
            team.ana.remote(operation, **params)
        assert refused.value.code == code

    tell(story)


# Attacks of a malicious server on what it shows around a text.


def other_author(answer: Any) -> None:
    answer["note"]["author"] = "bob"


def other_notes(answer: Any) -> None:
    (link,) = answer["links"]
    link["target"] = "0" * 32


def text_of_another_note(answer: Any) -> None:
    answer["note"]["id"] = answer["links"][0]["target"]


def own_text(answer: Any) -> None:
    answer["note"]["text"] = "pay eve"


@pytest.mark.parametrize(
    ("attack", "note", "relation", "problems_shown"),
    [
        (other_author, "(wrong_author)", "supports", ["wrong_author"]),
        (other_notes, "the first", "(wrong_author)", ["wrong_author"]),
        # Another text of the same author, under its own id: nothing is false about it.
        (text_of_another_note, "the second", "supports", []),
        (own_text, "the first", "supports", []),
    ],
    ids=lambda each: getattr(each, "__name__", None),
)
def test_a_server_cannot_change_who_wrote_a_text_or_what_it_belongs_to(
    tell: Tell,
    attack: Callable[[Any], None],
    note: str,
    relation: str,
    problems_shown: list[str],
) -> None:
    def story(team: Team) -> None:
        bob = team.join("bob")
        second = team.ana("note.add", text="the second")
        link = {"relation": "supports", "to": second["id"]}
        first = team.ana("note.add", text="the first", links=[link])
        bob.client.on_answer = lambda name, _, answer: (
            attack(answer) if name == "note.get" else None
        )
        got = bob("note.get", id=first["id"])
        assert note in got["note"]["text"]
        assert relation in got["links"][0]["relation"]
        assert "pay eve" not in str(got)
        assert problems(bob) == problems_shown

    tell(story)


def test_a_session_of_another_agent_and_a_text_that_is_withheld_are_shown_as_that(
    tell: Tell,
) -> None:
    def story(team: Team) -> None:
        bob = team.join("bob")
        team.ana("session.start", area="parser")
        task = team.ana("task.create", title="hidden")

        def lie(name: str, params: dict[str, Any], answer: Any) -> None:
            if name == "session.list":
                answer["sessions"][0]["agent"] = "bob"
            if name == "text.list" and not params.get("numbers"):
                answer["texts"] = [each for each in answer["texts"] if each["counter"] < 3]

        bob.client.on_answer = lie
        (session,) = bob("session.list")["sessions"]
        assert (session["area"], "(wrong_author)" in session["summary"]) == (None, True)
        assert "(missing_text)" in bob("task.get", id=task["id"])["title"]
        bob.client.on_answer = None
        assert bob("task.get", id=task["id"])["title"] == "hidden"

    tell(story)
