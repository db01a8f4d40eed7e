"""JSON with comments, changed as text: only what was put in comes out, every other byte stays."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ackbox.connecting import jsonc
from ackbox.connecting.jsonc import BadJson

HOOK = {"hooks": [{"type": "command", "command": "ackbox hook"}]}
# Layouts that people and programs leave behind. Each ends as it began.
LAYOUTS = [
    "{}",
    "{}\n",
    '{"a":1}',
    '{"a": [1, 2], "b": {"c": null}}\n',
    '{\n  "a": 1\n}\n',
    '{\n\t"a": 1, // note\n\t"b": [1,2], // behind the last comma\n}\n',
    '{\r\n    "a": 1 // note\r\n}\r\n',
    '/* top */\n{\n  "a": "// no comment", /* in */ "b": "\\"{"\n}\n// end\n',
    '{\n  "hooks": {\n    "Stop": [\n      {"x": 1}\n    ]\n  }\n}',
    '{"hooks":{"Stop":[{"x":1}], "Start": []}}',
    '{\n  "a": 1\n\n  // the last words\n}\n',
    '{\n      "a" :1 ,\n  "b"\n:\n2}\n',
]


@pytest.mark.parametrize("text", LAYOUTS)
def test_what_was_put_in_is_there_and_comes_out_byte_for_byte(text: str) -> None:
    before = jsonc.parse(text).value
    after = jsonc.put(jsonc.add(text, ("hooks", "Stop"), HOOK), ("mcp", "ackbox"), {"c": "x"})
    stops = before.get("hooks", {}).get("Stop", [])
    hooks = {**before.get("hooks", {}), "Stop": [*stops, HOOK]}
    assert jsonc.parse(after).value == {**before, "hooks": hooks, "mcp": {"ackbox": {"c": "x"}}}
    after = jsonc.remove(after, ("mcp",))
    after = jsonc.remove(after, ("hooks", "Stop"), len(stops))
    if "hooks" not in before:
        after = jsonc.remove(after, ("hooks",))
    assert after == text


def test_comments_in_an_empty_object_stay() -> None:
    text = "{ // mine\n  /* and this */\n}\n"
    after = jsonc.put(text, ("a",), 1)
    assert jsonc.parse(after).value == {"a": 1}
    assert after.count("// mine\n") == after.count("/* and this */\n") == 1


def test_a_value_is_replaced_where_it_stands() -> None:
    text = '{\n  "a": {"b": 1}, // note\n  "c": 2\n}'
    assert (
        jsonc.put(text, ("a", "b"), [1]) == '{\n  "a": {"b": [\n    1\n  ]}, // note\n  "c": 2\n}'
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "line 1, column 1: a value is missing"),
        ("{", "line 1, column 2: a value is missing"),
        ('{"a": 1', "line 1, column 8: a comma or '}' is missing"),
        ('{\n"a" 1}', "line 2, column 5: a colon is missing"),
        ("{a: 1}", "line 1, column 2: no value can begin with 'a'"),
        ("{} {}", "line 1, column 4: more text after the end"),
        ('{"a": 01}', "line 1, column 7: '01' is no value"),
        ("{'a': 1}", 'line 1, column 2: no value can begin with "\'"'),
        ("[" * 300, "line 1, column 202: nested too deeply"),
    ],
)
def test_broken_json_is_refused_with_its_place(text: str, why: str) -> None:
    with pytest.raises(BadJson) as refused:
        jsonc.put(text, ("a",), 1)
    assert str(refused.value) == why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[1]", "the whole is not an object"),
        ('{"hooks": []}', "hooks is not an object"),
        ('{"hooks": {"Stop": {}}}', "hooks.Stop is not a list"),
    ],
)
def test_a_value_of_another_shape_is_left_alone(text: str, why: str) -> None:
    with pytest.raises(BadJson) as refused:
        jsonc.add(text, ("hooks", "Stop"), HOOK)
    assert str(refused.value) == why


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.text(), VALUES, max_size=4),
    st.sampled_from([None, 0, 1, 4, "\t"]),
    st.text(min_size=1),
    VALUES,
)
def test_any_member_goes_in_and_out_of_any_object(
    value: dict[str, Any], indent: int | str | None, name: str, fresh: Any
) -> None:
    text = json.dumps(value, indent=indent)
    value.pop(name, None)
    text = json.dumps(value, indent=indent)
    after = jsonc.put(text, (name,), fresh)
    assert json.loads(after) == {**value, name: fresh}
    assert json.loads(jsonc.remove(after, (name,))) == value
    if value:
        assert jsonc.remove(after, (name,)) == text
