"""Drafts: who a text is for, and what is said about them before it is sent."""

from __future__ import annotations

from typing import Any

import pytest

from ackbox.faces.terminal_text import fit
from ackbox.faces.tui.state.draft import Draft, completions, half_name, parse_draft, reach_line
from ackbox.faces.tui.widgets.drawing import one_line, wrap


def draft(text: str, *, is_answer: bool = False) -> Draft:
    return parse_draft(text, intent=None, priority=3, is_answer=is_answer)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("All green", Draft((), "All green", "inform", 3)),
        ("@codex hi", Draft(("codex",), "hi", "inform", 3)),
        (
            "@codex, @tester: is it green?",
            Draft(("codex", "tester"), "is it green?", "question", 3),
        ),
        ("@codex/ci-01 @codex/ci-01 go", Draft(("codex/ci-01",), "go", "inform", 3)),
        ("@codex,, hello", Draft(("codex",), "hello", "inform", 3)),
        ("@all stop", Draft(("*",), "stop", "inform", 3)),
        ("@codex !! main is red", Draft(("codex",), "main is red", "inform", 5)),
        ("! @codex /blocked on you", Draft(("codex",), "on you", "blocked", 4)),
        (
            "@codex see /etc/hosts and @tester",
            Draft(("codex",), "see /etc/hosts and @tester", "inform", 3),
        ),
        ("@codex /etc/hosts is wrong", Draft(("codex",), "/etc/hosts is wrong", "inform", 3)),
        (
            "@codex two\nlines\n\n  indented",
            Draft(("codex",), "two\nlines\n\n  indented", "inform", 3),
        ),
        ("@codex", Draft(("codex",), "", "inform", 3)),
        ("@ hello", Draft((), "@ hello", "inform", 3)),
    ],
)
def test_a_draft_says_who_it_is_for_and_how_much_it_matters(text: str, expected: Draft) -> None:
    assert draft(text) == expected


def test_an_answer_is_an_answer_unless_it_says_otherwise() -> None:
    assert [draft(text, is_answer=True).intent for text in ("Yes", "Why?", "/blocked no")] == [
        "answer",
        "answer",
        "blocked",
    ]


def one(
    name: str,
    presence: str,
    *,
    kind: str = "agent",
    machine: str | None = None,
    instances: tuple[Any, ...] = (),
) -> Any:
    return {
        "agent": name,
        "instance": None,
        "presence": presence,
        "kind": kind,
        "machine": machine,
        "reach": "poll",
        "instances": list(instances),
    }


def reached(
    agent: str,
    presence: str = "away",
    *,
    known: bool = True,
    near: tuple[str, ...] = (),
    instance: str | None = None,
    delivery: str = "is offline; the message waits",
) -> Any:
    return {
        "agent": agent,
        "instance": instance,
        "known": known,
        "near": list(near),
        "presence": presence,
        "last_seen": None,
        "reach": "hook",
        "delivery": delivery,
    }


def direct(*recipients: Any) -> Any:
    return {
        "type": "direct",
        "recipient_count": len(recipients),
        "online": 0,
        "recipients": list(recipients),
    }


def everyone(count: int, online: int) -> Any:
    return {"type": "broadcast", "recipient_count": count, "online": online, "recipients": []}


PEOPLE = [
    one(
        "claude",
        "online",
        machine="mbp",
        instances=({**one("claude", "away"), "instance": "ci-01"},),
    ),
    one("codex", "away"),
    one("ana", "idle", kind="human"),
]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (everyone(3, 1), "→ everyone: 3 recipients, 1 online; it waits for 2"),
        (everyone(1, 1), "→ everyone: 1 recipient, 1 online"),
        (
            direct(
                reached("claude", delivery="is idle and sees this at its next prompt"),
                reached("codex"),
            ),
            "→ claude is idle and sees this at its next prompt · codex is offline; the message"
            " waits",
        ),
        (
            direct(reached("claude", instance="ci-01")),
            "→ claude/ci-01 is offline; the message waits",
        ),
        (
            direct(reached("codx", known=False, near=("codex",))),
            "→ codx (no agent of this name yet, did you mean codex?)",
        ),
        (
            direct(reached("zoe", known=False)),
            "→ zoe (no agent of this name yet; the message waits)",
        ),
    ],
)
def test_the_line_below_says_how_each_is_reached(told: Any, said: str) -> None:
    assert reach_line(told) == said


def test_a_known_name_may_hold_spaces() -> None:
    known = ["ops", "ops bot", "claude"]
    found = [
        parse_draft(text, intent=None, priority=3, is_answer=False, known=known)
        for text in ("@ops bot hi", "@ops bot/ci-01, @claude hi", "@ops both")
    ]
    assert [(each.to, each.body) for each in found] == [
        (("ops bot",), "hi"),
        (("ops bot/ci-01", "claude"), "hi"),
        (("ops",), "both"),
    ]


def test_names_are_completed_after_an_at() -> None:
    assert [half_name(text) for text in ("@co", "hi @", "a@b", "@codex done", "")] == [
        "co",
        "",
        None,
        None,
        None,
    ]
    assert [name for name, *_ in completions("c", PEOPLE, ["carol"])] == [
        "claude",
        "codex",
        "carol",
    ]
    assert [name for name, *_ in completions("claude/", PEOPLE, [])] == ["claude/ci-01"]


def test_text_is_cut_and_wrapped_by_cells_and_shows_what_does_not_print() -> None:
    assert (fit("日本語", 4), fit("日本語", 6), fit("ab", 4)) == ("日… ", "日本語", "ab  ")
    assert wrap("one two three\n    four five", 9) == ["one two", "three", "    four", "five"]
    assert wrap("x" * 10, 4) == ["xxxx", "xxxx", "xx"]
    assert one_line("a\x1b[2J\tb\nc\u202e") == "a\\u{1b}[2J b c\\u{202e}"
