"""Lines of the bridge: half an emoji or an invalid byte is answered under the request's id,
with the field.
"""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from ackbox.client.http import HttpCaller
from ackbox.faces.stdio_bridge.bridge import Bridge
from ackbox.faces.stdio_bridge.identity import Identity
from ackbox.faces.stdio_bridge.line import half_in, id_in


def answered(line: str) -> list[dict[str, Any]]:
    """What the bridge says to one line, with no server to reach."""
    out = io.StringIO()
    server = HttpCaller("http://127.0.0.1:1", None)
    Bridge(server, lambda: server, Identity({}, {}), out).take(line)
    return [json.loads(each) for each in out.getvalue().splitlines()]


def request(arguments: str, id: Any = 7) -> str:
    return (
        f'{{"jsonrpc": "2.0", "id": {json.dumps(id)}, "method": "tools/call", "params": {{"name":'
        f' "post", "arguments": {arguments}}}}}'
    )


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (r'{"to": "bob", "body": "half \ud83d"}', "body"),
        (r'{"to": "bob", "body": "\ude00 half"}', "body"),
        (r'{"to": ["bob", "\ud83d"], "body": "x"}', "to[1]"),
        (
            r'{"to": "bob", "body": "x", "refs": [{"kind": "file", "target": "\ud83d"}]}',
            "refs[0].target",
        ),
        (b'{"to": "bob", "body": "\xff"}'.decode("utf-8", "surrogateescape"), "body"),
    ],
)
@pytest.mark.parametrize("id", [7, "seven"])
def test_half_an_emoji_or_an_invalid_byte_is_answered_under_its_id_with_the_field(
    arguments: str, field: str, id: Any
) -> None:
    (said,) = answered(request(arguments, id))
    assert (said["id"], said["error"]["code"], said["error"]["data"]) == (
        id,
        -32602,
        {"field": field},
    )
    assert said["error"]["message"].startswith(f"`{field}` holds half of a surrogate pair")


def test_a_line_that_is_no_json_is_answered_under_the_id_in_it() -> None:
    assert [
        answered(line)[0]["id"]
        for line in ('{"id": 3, "method": ', '{"id": "a-b", nonsense', "nonsense", "[" * 100_000)
    ] == [3, "a-b", None, None]


def test_whole_emoji_are_no_halves() -> None:
    assert half_in(json.loads(r'{"a": ["\ud83d\ude00", "😀"], "b": {"é": 1}}')) is None
    assert half_in({"a": {"\ud83d": 1}}) == "a"
    assert id_in('{"params": {}, "id":12}') == 12
