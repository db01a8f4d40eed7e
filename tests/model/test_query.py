"""Queries: what a search says, and how each index is asked for it."""

from __future__ import annotations

import pytest

from ackbox.errors import Invalid
from ackbox.model.query import MAX_TERMS, Query, Term, has_words, parse_query, parse_terms, spaced


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("build", (Term("build"),)),
        ("  build   green ", (Term("build"), Term("green"))),
        ('"is green"', (Term("is green"),)),
        ("dep*", (Term("dep", is_prefix=True),)),
        ('"is gre"*', (Term("is gre", is_prefix=True),)),
        ("build -green", (Term("build"), Term("green", is_excluded=True))),
        ('build -"is green"', (Term("build"), Term("is green", is_excluded=True))),
        ("build -gre*", (Term("build"), Term("gre", is_prefix=True, is_excluded=True))),
        ("e-mail", (Term("e-mail"),)),
        ("完成", (Term(" 完  成 "),)),
        ("naïve café", (Term("naïve"), Term("café"))),
        ("AND OR NOT NEAR", (Term("AND"), Term("OR"), Term("NOT"), Term("NEAR"))),
        ("one & ! two", (Term("one"), Term("two"))),
        ('"open', (Term("open"),)),
        ("a\0b", (Term("a"), Term("b"))),
    ],
)
def test_a_search_is_words_phrases_starts_and_what_must_not_be_there(
    text: str, terms: tuple[Term, ...]
) -> None:
    assert parse_query(text) == Query(terms)


@pytest.mark.parametrize(
    "text", ["", " ", "*", '""', "!!", "-green", '-"is green" -x', "- -- ---", "\0"]
)
def test_a_search_without_a_word_to_look_for_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_query(text)
    assert (refused.value.message, refused.value.details) == (
        "The search has no word to look for.",
        {"field": "query"},
    )


def test_twenty_terms_are_taken_and_one_more_is_not() -> None:
    words = [f"w{number}" for number in range(MAX_TERMS + 1)]
    assert parse_query(" ".join(words[:-1])) == Query(tuple(Term(word) for word in words[:-1]))
    with pytest.raises(Invalid, match="21 terms; at most 20"):
        parse_query(" ".join(words))


@pytest.mark.parametrize(
    ("text", "fts5", "tsquery"),
    [
        ("build green", '"build" AND "green"', "'build' & 'green'"),
        ("dep* -green", '"dep"* NOT "green"', "'dep':* & !'green'"),
        ('"is green" it\'s', '"is green" AND "it\'s"', "'is green' & 'it''s'"),
        (
            'x"y NEAR(z place:w2',
            '"x y" AND "NEAR(z" AND "place:w2"',
            "'x\"y' & 'NEAR(z' & 'place:w2'",
        ),
        (
            r"back\slash a|b (c)",
            '"back\\slash" AND "a|b" AND "(c)"',
            "'back slash' & 'a|b' & '(c)'",
        ),
    ],
)
def test_nothing_in_a_search_is_an_operator_of_an_index(text: str, fts5: str, tsquery: str) -> None:
    query = parse_query(text)
    assert (query.fts5("w1"), query.tsquery()) == (f'place : "w1" AND (text : ({fts5}))', tsquery)


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("plain words", "plain words"),
        ("部署完成", " 部  署  完  成 "),
        ("v2部署ok", "v2 部  署 ok"),
        ("ไทย", " ไ  ท  ย "),
        ("한국어", "한국어"),
        ("café", "café"),
        ("カナ", " カ  ナ "),
    ],
)
def test_scripts_without_spaces_are_searched_by_character(text: str, apart: str) -> None:
    assert spaced(text) == apart


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ("auth", True),
        ("AUTH cafe", True),
        ("middle*", True),
        ('"auth middleware"', True),
        ("-public", True),
        ("完成", True),
        ("auth -public", True),
        ("", True),
        ("middle", False),
        ('"middleware auth"', False),
        ("-auth", False),
        ("-middle*", False),
        ("成完", False),
        ("auth public", False),
    ],
)
def test_words_are_found_in_a_text_as_the_index_finds_them(query: str, is_there: bool) -> None:
    assert has_words(parse_terms(query), "The Café's auth middleware is private 完成") is is_there
