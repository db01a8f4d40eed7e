"""What a call is made of: fields, types, depth.

The same fault has the same words on every operation.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from ackbox.errors import AckboxError
from tests.engines import Post

pytestmark = pytest.mark.anyio


async def error_of(
    post: Post, given: Any, name: str = "message.send"
) -> tuple[str, str, str | None, dict[str, Any]]:
    with pytest.raises(AckboxError) as refused:
        await post.app.call(name, given, credential=post.key)
    return refused.value.code, refused.value.message, refused.value.hint, refused.value.details


def nested(levels: int) -> dict[str, Any]:
    """An object of so many levels, the parameters of the call counted, with a number at the
    bottom.
    """
    value: Any = 1
    for _ in range(levels - 1):
        value = {"a": value}
    return {"agent": "ana", "to": "bob", "body": "x", "metadata": value}


@pytest.mark.parametrize(
    ("field", "near", "hint"),
    [
        ("boddy", ["body"], "Did you mean 'body'?"),
        ("prioritty", ["priority"], "Did you mean 'priority'?"),
        ("expire_in_days", ["expires_in_days"], "Did you mean 'expires_in_days'?"),
    ],
)
async def test_an_unknown_field_is_refused_with_the_nearest_known(
    post: Post, field: str, near: list[str], hint: str
) -> None:
    said = await error_of(post, {"agent": "ana", "to": "bob", "body": "x", field: "y"})
    assert said == ("invalid", f"Unknown field {field!r}.", hint, {"field": field, "near": near})


async def test_an_unknown_field_near_to_none_is_refused_with_all_that_are_known(post: Post) -> None:
    said = await error_of(post, {"zzz": 1}, "agent.whoami")
    assert said == (
        "invalid",
        "Unknown field 'zzz'.",
        "Known fields: workspace, agent, instance, session.",
        {"field": "zzz", "near": []},
    )


async def test_an_unknown_field_is_repeated_only_so_far(post: Post) -> None:
    _, message, _, details = await error_of(post, {"z" * 5000: 1}, "agent.whoami")
    assert (message, details["field"]) == (f"Unknown field {'z' * 64!r}.", "z" * 64)


@pytest.mark.parametrize(
    ("change", "message", "hint"),
    [
        (
            {"priority": 9},
            "`priority` must be a whole number from 1 to 5; got 9.",
            "Correct it, or leave it out.",
        ),
        (
            {"priority": "high"},
            "`priority` must be a whole number from 1 to 5; got 'high'.",
            "Correct it, or leave it out.",
        ),
        (
            {"priority": 3.5},
            "`priority` must be a whole number from 1 to 5; got 3.5.",
            "Correct it, or leave it out.",
        ),
        (
            {"priority": True},
            "`priority` must be a whole number from 1 to 5; got true.",
            "Correct it, or leave it out.",
        ),
        ({"body": None}, "`body` must be text; got null.", "Correct it."),
        ({"body": 7}, "`body` must be text; got 7.", "Correct it."),
        ({"to": 7}, "`to` must be text or a list of texts; got 7.", "Correct it, or leave it out."),
        ({"to": ["bob", 7]}, "`to[1]` must be text; got 7.", "Correct it."),
        (
            {"refs": [{"kind": "file", "target": "a"}, {"kind": "cat", "target": "a"}]},
            "`refs[1].kind` must be one of 'diff', 'file', 'message', 'task', 'url'; got 'cat'.",
            "Correct it.",
        ),
        (
            {"refs": [{"kind": "file", "target": "a" * 2001}]},
            "`refs[0].target` must be text of 1 to 2,000 characters; got 2,001 characters.",
            "Correct it.",
        ),
        (
            {"refs": [{"kind": "file", "target": "a"}] * 51},
            "`refs` must be a list of at most 50 objects; got a list of 51.",
            "Correct it, or leave it out.",
        ),
        (
            {"expires_in_days": 366},
            "`expires_in_days` must be a whole number from 1 to 365; got 366.",
            "Correct it, or leave it out.",
        ),
        (
            {"unknown": "guess"},
            "`unknown` must be one of 'hold', 'inactive', 'refuse'; got 'guess'.",
            "Correct it, or leave it out.",
        ),
        (
            {"mention": "perhaps"},
            "`mention` must be true or false; got 'perhaps'.",
            "Correct it, or leave it out.",
        ),
        (
            {"metadata": [1]},
            "`metadata` must be an object; got a list of 1.",
            "Correct it, or leave it out.",
        ),
    ],
)
async def test_a_wrong_value_is_refused_with_its_place_and_what_is_taken_there(
    post: Post, change: dict[str, Any], message: str, hint: str
) -> None:
    assert await error_of(post, {"agent": "ana", "to": "bob", "body": "x", **change}) == (
        "invalid",
        message,
        hint,
        {"field": message.split("`")[1]},
    )


@pytest.mark.parametrize(
    ("field", "hint", "near"),
    [
        ("message", "Did you mean 'body'?", "body"),
        ("text", "Did you mean 'body'?", "body"),
        ("content", "Did you mean 'body'?", "body"),
        ("recipient", "Did you mean 'to'?", "to"),
        ("recipients", "Did you mean 'to'?", "to"),
        ("target", "Did you mean 'to'?", "to"),
        ("urgent", "Did you mean 'priority'? 5 is the most urgent.", "priority"),
        ("replyTo", "Did you mean 'parent'?", "parent"),
        ("from", "Did you mean 'agent'?", "agent"),
        ("title", "Did you mean 'subject'?", "subject"),
        ("expiresInDays", "Did you mean 'expires_in_days'?", "expires_in_days"),
    ],
)
async def test_an_unknown_field_is_hinted_by_what_it_means(
    post: Post, field: str, hint: str, near: str
) -> None:
    assert await error_of(post, {"agent": "ana", field: "y"}) == (
        "invalid",
        f"Unknown field {field!r}.",
        hint,
        {"field": field, "near": [near]},
    )


@pytest.mark.parametrize(
    ("field", "hint", "near"),
    [
        ("targt", "Did you mean 'target'?", ["target"]),
        ("zz", "Known fields: kind, target, lines, note.", []),
    ],
)
async def test_an_unknown_field_of_an_object_inside_is_named_with_its_place(
    post: Post, field: str, hint: str, near: list[str]
) -> None:
    given = {
        "agent": "ana",
        "to": "bob",
        "body": "x",
        "refs": [{"kind": "file", "target": "a"}, {"kind": "file", "target": "a", field: 1}],
    }
    assert await error_of(post, given) == (
        "invalid",
        f"Unknown field {field!r} in `refs[1]`.",
        hint,
        {"field": f"refs[1].{field}", "near": near},
    )


async def test_a_missing_field_is_named(post: Post) -> None:
    said = (
        "invalid",
        "`body` is missing.",
        "Give `body`: text in Markdown (at most 50,000 characters).",
        {"field": "body"},
    )
    assert await error_of(post, {"agent": "ana", "to": "bob"}) == said


@pytest.mark.parametrize("given", [b"[]", b"3", b'"text"', b"null", [], "[1]"])
async def test_what_is_no_object_is_refused(post: Post, given: Any) -> None:
    assert (await error_of(post, given, "agent.whoami"))[:2] == (
        "invalid",
        "The parameters are not an object.",
    )


@pytest.mark.parametrize(
    "given", [b"{", b"{]", b"{'a': 1}", b'{"a": NaN}', b"\xff\xfe", b'{"agent": "\xff"}', b"{} {}"]
)
async def test_what_is_no_json_is_refused(post: Post, given: bytes) -> None:
    code, message, hint, _ = await error_of(post, given)
    assert (code, message.startswith("This is not valid JSON: "), hint) == (
        "invalid",
        True,
        "Send one JSON object, as UTF-8.",
    )


async def test_nothing_and_an_empty_body_are_an_empty_object(post: Post) -> None:
    nothing: list[Any] = [None, b"", "", {}, b"{}"]
    said = [await post.app.call("agent.whoami", given, credential=post.key) for given in nothing]
    assert said == [said[0]] * 5


async def test_thirty_two_levels_are_taken_and_one_more_is_not(post: Post) -> None:
    sent = await post("message.send", **nested(32))
    assert (await post("message.get", id=sent.id)).metadata == nested(32)["metadata"]
    message = "The JSON is nested deeper than 32 levels."
    too_deep = ("invalid", message, "Flatten it.", dict[str, Any]())
    assert [
        await error_of(post, nested(33)),
        await error_of(post, json.dumps(nested(33)).encode()),
    ] == [too_deep] * 2


async def test_json_as_deep_as_it_is_long_is_refused_as_too_deep(post: Post) -> None:
    said = await error_of(post, b'{"metadata": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")
    assert said == ("invalid", "The JSON is nested deeper than 32 levels.", "Flatten it.", {})


async def test_a_number_without_a_fraction_is_an_integer(post: Post) -> None:
    sent = await post.app.call(
        "message.send",
        b'{"agent": "ana", "to": "bob", "body": "x", "priority": 4.0, "expires_in_days": 2e0}',
        credential=post.key,
    )
    message = await post("message.get", id=sent.id)
    assert (message.priority, type(message.priority)) == (4, int)
    assert len((await post("inbox.check", agent="bob", limit=5.0)).messages) == 1


async def test_a_nul_is_refused_wherever_it_stands(post: Post) -> None:
    own = {"agent": "ana", "to": "bob", "body": "x"}
    places: list[tuple[str, Any]] = [
        ("body", "a\0"),
        ("to", ["bob", "a\0"]),
        ("metadata", {"a": [{"b": "\0"}]}),
        ("metadata", {"\0": 1}),
        ("refs", [{"kind": "file", "target": "a\0b"}]),
    ]
    said = [await error_of(post, {**own, field: value}) for field, value in places]
    assert said == [
        ("invalid", f"`{field}` holds a NUL character.", "Leave U+0000 out.", {"field": field})
        for field, _ in places
    ]


async def test_an_operation_nobody_knows_is_not_found(post: Post) -> None:
    assert (await error_of(post, {}, "message.shred"))[:2] == (
        "not_found",
        "There is no operation 'message.shred'.",
    )
