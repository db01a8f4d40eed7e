"""Nearly right: a list as JSON text is that list, and a name in brackets or quotes is refused
with the nearest.
"""

from __future__ import annotations

import json

import pytest

from ackbox.errors import AckboxError
from tests.engines import Post

pytestmark = pytest.mark.anyio


async def test_a_list_as_json_text_is_that_list(post: Post) -> None:
    for to in ('["cara","deborah"]', ' ["cara", "deborah"]'):
        for given in (
            {"agent": "ana", "to": to, "body": "x"},
            json.dumps({"agent": "ana", "to": to, "body": "x"}).encode(),
        ):
            sent = await post.app.call("message.send", given, credential=post.key)
            assert [each.agent for each in sent.recipients] == ["cara", "deborah"]


@pytest.mark.parametrize(
    "to",
    [
        "[cara, deborah]",
        "'bob'",
        '"bob"',
        "bob;cara",
        "bob；cara",
        "cara、bob",
        "{bob}",
        "<bob>",
        "“bob”",
        "- bob",
        "bob:",
        "bob|",
        "|bob",
    ],
)
async def test_a_name_in_brackets_or_quotes_or_with_a_separator_is_refused_with_the_nearest(
    post: Post, to: str
) -> None:
    for name in ("bob", "cara"):
        await post("agent.check_in", agent=name)
    for operation in ("message.send", "message.preview"):
        with pytest.raises(AckboxError) as refused:
            await post(
                operation,
                agent="ana",
                to=to,
                **({"body": "x"} if operation == "message.send" else {}),
            )
        assert (refused.value.code, refused.value.details["field"]) == ("invalid", "to")
        assert set(refused.value.details["near"]) & {"bob", "cara"} and "Did you mean" in str(
            refused.value.hint
        )
    assert (await post("agent.list", agent="ana")).awaited == []
