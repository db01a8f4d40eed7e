"""The filter grammar: what is read out of a line, and what fits it."""

from __future__ import annotations

from typing import Any

import pytest

from ackbox.errors import Invalid
from ackbox.model.filter import Filter, fits, fits_all, parse_filter

NOW = 1_800_000_000_000
MESSAGE: dict[str, Any] = {
    "sender": "bob",
    "to": ["carl/x", "dora"],
    "type": "direct",
    "intent": "blocked",
    "priority": 5,
    "sender_kind": "human",
    "refs": [{"kind": "file"}],
}
TALLY = {"recipients": 2, "delivered": 2, "read": 2, "acknowledged": 1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", Filter()),
        (
            "from:claude to:codex intent:blocked,question",
            Filter(senders=("claude",), recipients=("codex",), intents=("blocked", "question")),
        ),
        (
            'from:"Mac CLI 小克" "exact words" more',
            Filter(senders=("Mac CLI 小克",), words='"exact words" more'),
        ),
        ("is:urgent is:human,unacked", Filter(states=("urgent", "human", "unacked"))),
        (
            "before:2d after:2027-01-01T00:00:00Z",
            Filter(before=NOW - 172_800_000, after=1_798_761_600_000),
        ),
        (
            "priority:urgent,2 thread:abc has:file -not",
            Filter(priorities=(5, 2), thread="abc", has=("file",), words="-not"),
        ),
    ],
)
def test_a_filter_says_what_its_terms_say(text: str, said: Filter) -> None:
    assert parse_filter(text, now=NOW) == said


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("form:ana", "Unknown filter 'form'.", "Did you mean from?"),
        ("is:gone", "Unknown state 'gone'.", "Use one of: unacked, unread, urgent, human, late."),
        ("priority:9", "Unknown priority '9'.", "Use 1 to 5, or urgent, high, normal, low."),
    ],
)
def test_an_unknown_word_is_refused_with_what_there_is(text: str, message: str, hint: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_filter(text, now=NOW)
    assert (refused.value.message, refused.value.hint) == (message, hint)


@pytest.mark.parametrize(
    ("text", "does"),
    [
        ("", True),
        ("from:bob", True),
        ("from:ana", False),
        ("to:carl", True),
        ("to:carl,ana", True),
        ("to:ana", False),
        ("to:everyone", False),
        ("intent:blocked,question", True),
        ("intent:status", False),
        ("is:unacked", True),
        ("is:unread", False),
        ("is:urgent", True),
        ("is:human", True),
        ("is:late", False),
        ("priority:5", True),
        ("priority:high", False),
        ("has:file", True),
        ("has:diff", False),
        ("from:bob intent:status", False),
    ],
)
def test_a_message_fits_when_every_key_holds(text: str, does: bool) -> None:
    assert fits(parse_filter(text, now=NOW), MESSAGE, TALLY) is does


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        ("", True),
        ("from:claude auth", True),
        ("thread:0199 after:2026-11-19T00:00:00Z", True),
        ("before:2026-11-21T00:00:00Z -public", True),
        ("auth from:codex", False),
        ("thread:0198", False),
        ("after:2026-11-21T00:00:00Z", False),
        ("before:2026-11-20T00:00:00Z", False),
        ("public", False),
    ],
)
def test_words_times_and_thread_are_compared_where_no_store_does(text: str, is_so: bool) -> None:
    message = {
        "to": ["codex"],
        "sender": "claude",
        "type": "direct",
        "sender_kind": "agent",
        "intent": "inform",
        "priority": 3,
        "refs": [],
        "thread": "0199aa",
        "subject": None,
        "body": "The auth middleware",
        "created_at": "2026-11-20T14:04:31.000Z",
    }
    assert (
        fits_all(
            parse_filter(text, now=0), message, {"recipients": 1, "read": 0, "acknowledged": 0}
        )
        is is_so
    )
