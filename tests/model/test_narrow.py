"""Narrowing: what a filter lets through."""

from __future__ import annotations

import pytest

from ackbox.errors import Invalid
from ackbox.model.narrow import parse_narrowing

ABOUT = {
    "from": frozenset({"claude"}), "to": frozenset({"codex", "tester"}), "intent": frozenset({"blocked"}), "is": frozenset({"unread", "urgent"}),
    "thread": frozenset({"0199aa"}), "priority": frozenset({"5"}),
}
TEXT = "The Café's auth middleware is private 完成"
AT = "2026-11-20T14:04:31.000Z"


@pytest.mark.parametrize("text", [
    "", "from:claude", "from:Claude", "to:codex", "to:codex,nobody", "intent:blocked,question", "is:unread is:urgent", "-from:codex",
    "thread:0199", "priority:5", "after:2026-11-19", "before:2026-11-21", "auth", "AUTH", "cafe", "middle*", '"auth middleware"', "-public", "完成",
    'from:"claude" auth', "auth -from:codex -intent:status", "-http://example.com",
])
def test_a_filter_lets_through_what_fits(text: str) -> None:
    assert parse_narrowing(text).fits(ABOUT, TEXT, AT)


@pytest.mark.parametrize("text", [
    "from:codex", "-from:claude", "to:nobody", "intent:question", "is:human", "thread:0198", "priority:4", "after:2026-11-21", "before:2026-11-20",
    "author", "middle", '"middleware auth"', "-auth", "-middle*", "成完", "from:claude public",
])
def test_a_filter_holds_back_what_does_not(text: str) -> None:
    assert not parse_narrowing(text).fits(ABOUT, TEXT, AT)


@pytest.mark.parametrize(("text", "message"), [
    ("form:claude", "No filter 'form'. Did you mean from?"),
    ("is:lost", "No state 'lost'."),
])
def test_a_filter_that_nobody_knows_says_which_are_known(text: str, message: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_narrowing(text)
    assert refused.value.message == message
