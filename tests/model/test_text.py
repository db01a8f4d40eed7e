"""Text: measured before it is normalised, and what nobody sees of it."""

from __future__ import annotations

import time
import unicodedata

import pytest

from ackbox.errors import Invalid, TooLong
from ackbox.faces.terminal_text import plain
from ackbox.model.name import parse_instance, parse_name, skeleton
from ackbox.model.text import (
    MAX_MARKS,
    bare,
    compatible,
    composed,
    decomposed,
    is_ignorable,
    is_mark,
    visible,
)
from ackbox.model.text import visible as before_a_model

EVERY = [chr(point) for point in range(0x110000) if not 0xD800 <= point < 0xE000]
# Only these have another form than their own, or stand on others.
FORMED = [c for c in EVERY if unicodedata.combining(c) or unicodedata.decomposition(c)]
HOSTILE = (
    "x" + "\u0301\u0327" * 50_000,
    "x" + "\u0f73" * 100_000,
    "\u0327\u0301" * 50_000,
    "\uff9e\u0334" * 50_000,
)


@pytest.mark.parametrize("text", HOSTILE, ids=["latin", "tibetan", "bare", "half-width"])
def test_hostile_marks_are_refused_and_left_out_in_the_time_it_takes_to_read_them(
    text: str,
) -> None:
    start = time.process_time()
    with pytest.raises(Invalid, match="combining marks"):
        composed(text, field="body")
    for normal in (compatible, decomposed, bare):
        normal(text)
    assert time.process_time() - start < 1


def test_thirty_marks_in_a_row_are_taken_and_one_more_is_not() -> None:
    for mark in ("\u0301", "\u0f73", "\u064b", "\U0001e8d0"):
        assert composed("x" + mark * MAX_MARKS + "y" + mark * MAX_MARKS, field="body")
        with pytest.raises(Invalid):
            composed("x" + mark * (MAX_MARKS + 1), field="body")


def test_every_character_that_joins_a_run_in_any_normal_form_counts_as_a_mark() -> None:
    wrong = [
        hex(ord(c))
        for c in FORMED
        for form in ("NFD", "NFKD")
        if unicodedata.combining(unicodedata.normalize(form, c)[0]) and not is_mark(c)
    ]
    assert wrong == []


def test_every_run_of_a_mark_is_found() -> None:
    missed = []
    for c in filter(is_mark, EVERY):
        try:
            composed("x" + c * (MAX_MARKS + 1), field="body")
            missed.append(hex(ord(c)))
        except Invalid:
            continue
    assert missed == []


def test_text_over_its_limit_is_refused_before_it_is_normalised() -> None:
    for text in ("é" * 801, "e\u0301" * 401, "x" * 801):
        with pytest.raises(TooLong):
            composed(text, field="subject", limit=200)
    assert composed("e\u0301" * 200, field="subject", limit=200) == "é" * 200


def test_what_unicode_calls_ignorable_is_in_no_name_and_is_shown_to_models_and_on_terminals() -> (
    None
):
    ignorable = [c for c in EVERY if is_ignorable(c)]
    assert len(ignorable) == 4174
    for c in (
        "\u00ad",
        "\u034f",
        "\u061c",
        "\u115f",
        "\u17b4",
        "\u180b",
        "\u200b",
        "\u202e",
        "\u2060",
        "\u3164",
        "\ufe00",
        "\ufe0f",
        "\ufeff",
        "\uffa0",
        "\U000e0041",
        "\U000e0100",
    ):
        assert c in ignorable
    shown = [(visible(f"b{c}b"), before_a_model(f"b{c}b"), plain(f"b{c}b")) for c in ignorable]
    assert shown == [(f"b\\u{{{ord(c):x}}}b",) * 3 for c in ignorable]
    for c in ignorable[::7]:
        for parse in (parse_name, parse_instance):
            with pytest.raises(Invalid):
                parse(f"bob{c}")
        assert skeleton(f"b{c}ob") == skeleton("bob")


@pytest.mark.parametrize("text", ["❤️", "👩‍💻", "1️⃣", "↔️", "नमस्‍ते", "می‌خواهم"])
def test_what_joins_emoji_and_letters_stays_on_a_terminal_and_is_shown_to_models(text: str) -> None:
    assert plain(text) == text
    assert "\\u{" in visible(text)


@pytest.mark.parametrize(
    "text",
    ["a\ufe0f", "a\u200db", "❤\ufe0f\ufe0f", "\u200d", "x \ufe0f", "bob\u200c", "❤\ufe0e\ufe0f"],
)
def test_what_joins_nothing_is_shown_on_a_terminal(text: str) -> None:
    assert "\\u{" in plain(text)


@pytest.mark.parametrize(
    "name",
    [
        "bob\ufe0f",
        "hugo (hu\ufe0eman)",
        "hugo (human)",
        "hugo ❨human❩",
        "hugo ﴾human﴿",
        "hugo 〔human〕",
        "hugo ( human )",
        "hugo (hυman)",
        "hugo ⦅human⦆",
        "hugo ‹human›",
        "ci (external)",
        "ci (EXTERNAL)",
        "ci [external]",
        "ci (ext\ufe0eernal)",
        "ci (\u0435\u0445ternal)",
        "(external)",
        "ci \uff08external\uff09",
        "ci (exter nal)",
        "hugo \uff08human\uff09",
        "hugo (hu man)",
        "(human)",
        "(HUMAN)",
        "hugo [human]",
        "hugo <human>",
        "b\u2800b",
        "\u0301bob",
        "\u3164",
    ],
)
def test_a_forged_badge_or_a_blank_is_in_no_name_and_no_instance(name: str) -> None:
    for parse in (parse_name, parse_instance):
        with pytest.raises(Invalid):
            parse(name)
