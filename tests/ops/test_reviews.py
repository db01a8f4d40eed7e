"""Reviews: a diff, comments by file and line, and a resolution, told by messages alone."""

from __future__ import annotations

from typing import Any

import pytest

from ackbox.errors import MissingField, NotFound
from tests.engines import Post

pytestmark = pytest.mark.anyio


async def opened(post: Post, **more: Any) -> Any:
    return await post(
        "review.open",
        **{"agent": "ana", "to": "bob", "body": "Are the errors clear?", "diff": "HEAD~1..HEAD"}
        | more,
    )


async def bodies(post: Post, agent: str) -> list[str]:
    return [each.body for each in (await post("inbox.check", agent=agent)).messages]


async def test_a_review_goes_from_open_over_comments_to_resolved(post: Post) -> None:
    made = await opened(post, to="bob,cy", files=["src/api.py"], subject="Errors")
    assert (made.state, made.author, made.to, made.subject, made.comments) == (
        "open",
        "ana",
        ["bob", "cy"],
        "Errors",
        [],
    )
    assert [(each.kind, each.target) for each in made.refs] == [
        ("diff", "HEAD~1..HEAD"),
        ("file", "src/api.py"),
    ]
    await post(
        "review.comment", agent="bob", id=made.id, body="Which field?", file="src/api.py", line=12
    )
    await post("review.comment", agent="ana", id=made.id, body="Said now.")
    done = await post("review.resolve", agent="bob", id=made.id, outcome="accepted")
    assert (done.state, done.resolved_by, done.outcome, done.comment_count) == (
        "resolved",
        "bob",
        "accepted",
        3,
    )
    assert [
        (each.author, each.file, each.line, each.body, each.resolves) for each in done.comments
    ] == [
        ("bob", "src/api.py", "12", "Which field?", False),
        ("ana", None, None, "Said now.", False),
        ("bob", None, None, "accepted", True),
    ]
    assert await post("review.get", id=made.id) == done
    # Everyone who takes part has every word as a message; a reply acknowledges the request.
    assert [await bodies(post, name) for name in ("ana", "bob", "cy")] == [
        ["Which field?", "accepted"],
        ["Said now."],
        ["Are the errors clear?", "Which field?", "Said now.", "accepted"],
    ]


async def test_a_comment_opens_a_review_again_and_a_plain_reply_does_not(post: Post) -> None:
    made = await opened(post)
    await post("review.resolve", agent="bob", id=made.id, body="Good.")
    await post("message.send", agent="ana", parent=made.id, body="Thank you.")
    kept = await post("review.get", id=made.id)
    assert (kept.state, [each.body for each in kept.comments]) == (
        "resolved",
        ["Good.", "Thank you."],
    )
    again = await post("review.comment", agent="bob", id=made.id, body="One more.")
    assert (again.state, again.resolved_at, again.outcome) == ("open", None, None)


async def test_reviews_are_listed_by_state_and_reviewer(post: Post) -> None:
    ids = [(await opened(post, to=to)).id for to in ("bob", "cy", "bob")]
    await post("review.resolve", agent="bob", id=ids[2])
    await post("message.send", agent="ana", to="bob", body="no review")

    async def listed(**how: Any) -> list[str]:
        return [each.id for each in (await post("review.list", **how)).reviews]

    assert await listed() == ids[::-1]
    assert await listed(state="open") == [ids[1], ids[0]]
    assert await listed(state="resolved") == [ids[2]]
    assert await listed(of="bob", state="open") == [ids[0]]
    pages = [await post("review.list", limit=1)]
    while pages[-1].cursor:
        pages.append(await post("review.list", limit=1, cursor=pages[-1].cursor))
    assert [each.id for page in pages for each in page.reviews] == ids[::-1]


async def test_what_is_no_review_cannot_be_commented_or_resolved(post: Post) -> None:
    plain = await post("message.send", agent="ana", to="bob", body="x")
    made = await opened(post)
    for verb, more in (("get", {}), ("resolve", {}), ("comment", {"body": "x"})):
        with pytest.raises(NotFound) as refused:
            await post(f"review.{verb}", agent="bob", id=plain.id, **more)
        assert refused.value.message == "This message is not a review."
    with pytest.raises(MissingField) as missing:
        await post("review.comment", agent="bob", id=made.id, body="x", line="3")
    assert (missing.value.message, missing.value.hint) == ("`line` needs the file.", "Set `file`.")
    assert (await post("review.get", id=made.id)).comments == []
