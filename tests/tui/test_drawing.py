"""Drawing: text of any script stands in exactly the cells it was given, and long names leave
room for the rest.
"""

from __future__ import annotations

import unicodedata

import pytest
from rich.cells import cell_len

from ackbox.faces.terminal_text import fit, width
from ackbox.faces.tui.widgets.drawing import hint_lines, one_line, shorter, wrap
from ackbox.faces.tui.widgets.palette import COLOURS, Palette, theme_name

WRITTEN = {
    "👨‍👩‍👧 family": "👨👩👧 family",
    "❤️ love": "❤ love",
    "👍🏽 yes": "👍 yes",
    "🇩🇪 flag": "🇩🇪 flag",
    "👩🏽‍⚕️ doctor": "👩⚕ doctor",
    "می‌خواهم": "می‌خواهم",
    "క్‍ష": "క్‍ష",
    "承認してもよいですか": "承認してもよいですか",
}


def cells(text: str) -> int:
    """How many cells a terminal gives a text that joins nothing."""
    return sum(
        (
            0
            if unicodedata.category(c) in ("Mn", "Me", "Cf")
            else 2
            if unicodedata.east_asian_width(c) in "WF"
            else 1
        )
        for c in text
    )


@pytest.mark.parametrize("written", [text for text in WRITTEN if "క" not in text])
def test_text_takes_the_cells_it_was_given_in_a_terminal_that_joins_no_emoji(written: str) -> None:
    assert one_line(written) == WRITTEN[written]
    for room in range(1, 14):
        assert cells(fit(one_line(written), room)) == room
    assert max(map(cells, wrap(f"{written} " * 9, 11))) <= 11


def test_a_text_is_as_wide_as_the_screen_takes_it_to_be() -> None:
    # The screen is laid out with rich's widths, the text is cut with ours.
    texts = [
        *(text for text in WRITTEN.values() if "\u200d" not in text),
        "हिन्दी",
        "ကျွန်ုပ်",
        "한글",
        "e\u0301",
    ]
    assert [width(text) for text in texts] == [cell_len(text) for text in texts]


def test_letters_stay_joined() -> None:
    assert one_line("క్‍ష") == WRITTEN["క్‍ష"]


def test_a_long_name_keeps_its_beginning_and_its_end() -> None:
    name = "builder-" + "x" * 190 + "-7"
    assert shorter(name, 20) == "builder-xxxxx…xxxx-7"
    assert shorter("設計担当エージェント東京", 11) == "設計担…東京"
    assert [shorter("codex", room) for room in (5, 9)] == ["codex", "codex"]
    assert all(
        cells(shorter(each, room)) <= max(room, 4)
        for each in (name, "設計担当エージェント東京")
        for room in range(-1, 30)
    )


def test_a_hint_is_not_broken_between_its_key_and_its_word() -> None:
    lines = hint_lines(
        ("[ ] move", "s state", "X cancel"), 24, Palette("ackbox-dark").style("accent")
    )
    assert [segment.text for line in lines for segment in line] == [
        "[ ] move   s state",
        "X cancel",
    ]


def test_the_colours_to_begin_with_are_those_of_the_terminals_ground() -> None:
    assert [
        theme_name(wanted, is_sixteen=is_sixteen, ground=ground)
        for wanted, is_sixteen, ground in (
            (None, False, "15;0"),
            (None, False, "0;15"),
            ("light", False, "15;0"),
            (None, True, None),
            (None, True, "0;7"),
            ("light", True, None),
        )
    ] == [
        "ackbox-dark",
        "ackbox-light",
        "ackbox-light",
        "ackbox-sixteen-dark",
        "ackbox-sixteen-light",
        "ackbox-sixteen-light",
    ]
    assert {
        each for name in COLOURS if "sixteen" not in name for each in [frozenset(COLOURS[name])]
    } == {frozenset(COLOURS["ackbox-dark"])}


def test_with_sixteen_colours_the_line_under_the_cursor_is_one_bar_with_any_content() -> None:
    palette = Palette("ackbox-sixteen-dark")
    assert {
        str(palette.style(means, selected=True)) for means in COLOURS["ackbox-sixteen-dark"]
    } == {str(palette.style("text", selected=True))}
