"""Choices: what a question offers, what an answer chooses, and what is refused."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ackbox.errors import Conflict, Invalid, MissingField, SealedRequired, TooLong
from tests.engines import Post
from tests.vaults import Vault

pytestmark = pytest.mark.anyio


async def ask(post: Post, **params: Any) -> Any:
    asked = {"to": "bob", "body": "May I delete the table?", "choices": ["yes", "no"]}
    return await post("message.send", agent="ana", **{"intent": "question", **asked, **params})


async def answer(post: Post, parent: str, choice: str, **params: Any) -> Any:
    given = {"agent": "bob", "parent": parent, "body": choice, "choice": choice}
    return await post("message.send", **{**given, **params})


async def test_an_answer_carries_the_choice_as_the_question_spells_it(post: Post) -> None:
    sent = await ask(post, choices=["Yes", "Nö, später"], metadata={"ticket": 7})
    (question,) = (await post("inbox.check", agent="bob")).messages
    assert (question.choices, question.metadata) == (["Yes", "Nö, später"], {"ticket": 7})
    assert question.choice is msgspec.UNSET
    await answer(post, sent.id, "NÖ, SPÄTER")
    (reply,) = (await post("inbox.check", agent="ana")).messages
    assert (reply.choice, reply.body, reply.metadata) == ("Nö, später", "NÖ, SPÄTER", {})
    assert reply.choices is msgspec.UNSET


async def test_status_says_who_chose_what_and_needs_shows_the_choices(post: Post) -> None:
    await post.keyed("lea", kind="human")
    sent = await ask(post, to="lea, bob")
    (need,) = (await post("workspace.needs")).needs
    assert (need.kind, need.message.choices) == ("question", ["yes", "no"])
    found = await post("message.status", id=sent.id)
    assert (found.choices, found.chosen) == (["yes", "no"], {})
    await answer(post, sent.id, "no")
    await answer(post, sent.id, "yes", idempotency_key="changed my mind")
    await post("message.send", agent="cy", to="ana", parent=sent.id, body="no choice of mine")
    found = await post("message.status", id=sent.id)
    assert (found.chosen, found.metadata) == ({"bob": "yes"}, {})
    plain = await post("message.status", id=(await ask(post, choices=[])).id)
    assert (plain.choices, plain.chosen) == (msgspec.UNSET, msgspec.UNSET)


async def test_in_a_private_workspace_only_answers_that_the_caller_may_read_are_shown(
    post: Post,
) -> None:
    await post("workspace.create", name="quiet", mode="private")
    ana, bob, cy = [await post.keyed(name, workspace="quiet") for name in ("ana", "bob", "cy")]
    sent = await ana("message.send", to="bob, cy", body="Which?", choices=["a", "b"])
    await bob("message.send", parent=sent.id, body="a", choice="a")
    assert (await ana("message.status", id=sent.id)).chosen == {"bob": "a"}
    assert (await cy("message.status", id=sent.id)).chosen == {}


async def test_the_reply_to_an_asked_question_has_the_choice(post: Post) -> None:
    asked = {"agent": "ana", "to": "bob", "body": "Which?", "choices": ["a", "b"], "wait_s": 0}
    sent = await post("message.ask", **asked, idempotency_key="k")
    await answer(post, sent.id, "b")
    again = await post("message.ask", **asked, idempotency_key="k")
    assert (again.outcome, again.answer.choice) == ("answered", "b")


@pytest.mark.parametrize(
    ("choices", "problem"),
    [
        (["a"] * 2, "are the same"),
        (["Yes", "yes"], "are the same"),
        (["two\nlines"], "short text on one line"),
        ([" spaced"], "short text on one line"),
        (["hidden\u200b"], "short text on one line"),
        ([str(number) for number in range(10)], "9"),
        (["x" * 81], "80"),
        ([""], "choices"),
    ],
)
async def test_choices_that_cannot_be_read_apart_are_refused(
    post: Post, choices: list[str], problem: str
) -> None:
    with pytest.raises((Invalid, TooLong), match=problem):
        await ask(post, choices=choices)
    assert (await post("message.history")).messages == []


async def test_another_choice_is_refused_with_the_list_and_nothing_is_stored(post: Post) -> None:
    sent, plain = await ask(post), await ask(post, choices=[], body="What else?")
    with pytest.raises(Invalid) as refused:
        await answer(post, sent.id, "maybe")
    assert (refused.value.message, refused.value.hint) == (
        "'maybe' is not a choice of this message.",
        "Use one of: 'yes', 'no'.",
    )
    with pytest.raises(Invalid, match="offers no choices"):
        await answer(post, plain.id, "yes")
    with pytest.raises(MissingField, match="needs the question"):
        await post("message.send", agent="bob", to="ana", body="yes", choice="yes")
    with pytest.raises(Invalid, match="ackbox:choice"):
        await ask(post, metadata={"ackbox:choices": ["forged"]})
    with pytest.raises(Invalid, match="ackbox:choice"):
        await ask(post, metadata={"ackbox:choice": "forged"})
    assert len((await post("message.history")).messages) == 2


async def test_the_same_key_with_other_choices_is_a_conflict(post: Post) -> None:
    first = await ask(post, idempotency_key="k")
    assert (await ask(post, idempotency_key="k")).id == first.id
    with pytest.raises(Conflict):
        await ask(post, idempotency_key="k", choices=["yes", "never"])


async def test_choices_survive_an_export(post: Post) -> None:
    sent = await ask(post)
    await answer(post, sent.id, "yes")
    page = await post("workspace.export", part="message", limit=10)
    await post("workspace.create", name="copy")
    await post(
        "workspace.import", workspace="copy", part="message", records=page.records, upto=page.upto
    )
    kept = (await post("message.history", workspace="copy")).messages
    assert [each.choice for each in kept if each.choice is not msgspec.UNSET] == ["yes"]
    assert [each.choices for each in kept if each.choices is not msgspec.UNSET] == [["yes", "no"]]


async def test_a_sealed_workspace_takes_choices_in_an_envelope_only(post: Post) -> None:
    vault = await Vault(post).found("ana", "bob")
    for field in ({"choices": ["yes"]}, {"choice": "yes"}):
        with pytest.raises(SealedRequired, match="choice"):
            await vault("message.send", agent="ana", to="bob", body="", **field)
