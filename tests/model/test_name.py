"""Names: which are taken, which are refused and why, and which look alike."""

from __future__ import annotations

import unicodedata

import pytest

from ackbox.errors import Invalid
from ackbox.model.name import nearest, parse_instance, parse_name, skeleton
from ackbox.model.reserved import RESERVED

GOOD = (
    "Mac CLI 小克",
    "夏哥",
    "system:cron",
    "agent-keen-7",
    "a",
    "x" * 200,
    "Ana Müller",
    "O'Brien",
    "ユーザー",
    "Анна",
    "أحمد",
    "🤖",
    "me@home",
    "*bold*",
)


@pytest.mark.parametrize("name", GOOD)
def test_a_good_name_stays_as_it_is(name: str) -> None:
    assert (parse_name(name), parse_instance(name)) == (name, name)


def test_a_name_is_compared_after_nfc() -> None:
    assert parse_name("re\u0301my") == parse_name("r\u00e9my") == "r\u00e9my"
    assert parse_instance("re\u0301my") == "r\u00e9my"


def test_the_length_is_counted_after_nfc() -> None:
    assert parse_name("e\u0301" * 200) == "\u00e9" * 200


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "A name has 1 to 200 characters; this has 0."),
        ("x" * 201, "A name has 1 to 200 characters; this has 201."),
        ("x" * 50_000, "A name has 1 to 200 characters; this has 50,000."),
        ("a\tb", "A name cannot contain a control character (U+0009)."),
        ("a\nb", "A name cannot contain a control character (U+000A)."),
        ("a\x7fb", "A name cannot contain a control character (U+007F)."),
        ("a\u200bb", "A name cannot contain an invisible format character (U+200B)."),
        ("a\u202eb", "A name cannot contain an invisible format character (U+202E)."),
        ("\ufeffab", "A name cannot contain an invisible format character (U+FEFF)."),
        ("a\ue000b", "A name cannot contain a private-use character (U+E000)."),
        ("a\ud800b", "A name cannot contain half of a surrogate pair (U+D800)."),
        ("a\uffffb", "A name cannot contain an unassigned character (U+FFFF)."),
        ("a\u2028b", "A name cannot contain a line separator (U+2028)."),
        ("a\u2029b", "A name cannot contain a paragraph separator (U+2029)."),
        ("a\u00a0b", "A name cannot contain a space other than U+0020 (U+00A0)."),
        ("a\u3000b", "A name cannot contain a space other than U+0020 (U+3000)."),
        ("a,b", "A name cannot contain ',', which separates addresses (U+002C)."),
        ("a/b", "A name cannot contain '/', which separates addresses (U+002F)."),
        (" ana", "A name cannot start or end with a space."),
        ("ana ", "A name cannot start or end with a space."),
        (" ", "A name cannot start or end with a space."),
        ("@bob", "A name does not start with '@'."),
        ("ana (human)", "A name cannot contain '(human)' or '(external)': the server adds those."),
        (
            "ci (external)",
            "A name cannot contain '(human)' or '(external)': the server adds those.",
        ),
        ("(Human) ana", "A name cannot contain '(human)' or '(external)': the server adds those."),
        ("Everyone", "'Everyone' is a reserved word, not a name."),
        ("*", "'*' is a reserved word, not a name."),
    ],
)
def test_a_bad_name_is_refused_with_the_reason(text: str, says: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_name(text)
    assert (refused.value.message, refused.value.details) == (says, {"field": "name"})


def test_no_control_format_private_or_unassigned_character_is_in_a_name() -> None:
    taken = []
    for point in range(0x110000):
        character = chr(point)
        if (
            unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp")
            and point % 97 == 0
        ):
            try:
                taken.append(parse_instance(f"a{character}b"))
            except Invalid:
                continue
    assert taken == []


@pytest.mark.parametrize("word", sorted(RESERVED))
def test_a_reserved_word_is_no_name_in_any_case_and_is_one_inside_a_name(word: str) -> None:
    for text in (word, word.upper(), word.title()):
        with pytest.raises(Invalid, match="reserved word"):
            parse_name(text)
    assert parse_name(f"{word} 2") == f"{word} 2"


@pytest.mark.parametrize(
    "text",
    [
        "ana (hum\u0430n)",
        "ana \uff08human\uff09",
        "ana (\uff48uman)",
        "еveryone",
        "\uff55ser",
        "bro\u0430dcast",
    ],
)
def test_what_looks_like_a_reserved_word_or_a_persons_mark_is_refused_as_that(text: str) -> None:
    with pytest.raises(Invalid, match=r"\(human\)|reserved word"):
        parse_name(text)


def test_an_instance_may_be_called_by_a_reserved_word() -> None:
    assert [parse_instance(word) for word in ("user", "everyone")] == ["user", "everyone"]


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Mac CLI 小克", "Маc CLI 小克"),
        ("Mac CLI 小克", "Mac CLI ⼩克"),
        ("力丸", "カ丸"),
        ("口袋", "ロ袋"),
        ("工", "エ"),
        ("system:cron", "ѕystem:cron"),
        ("system:cron", "system꞉cron"),
        ("agent-1", "agent-l"),
        ("agent-1", "agent-I"),
        ("modern", "rnodern"),
        ("paypal", "раураl"),
    ],
)
def test_names_that_look_alike_have_one_skeleton(name: str, other: str) -> None:
    assert (name != other, skeleton(name)) == (True, skeleton(other))


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Mac App 小克", "Mac App 小A"),
        ("agent-1", "agent-2"),
        ("夏哥", "夏歌"),
        ("夏哥", "夏姐"),
        ("bob", "Bob"),
        ("bob", "bobb"),
        ("system:cron", "system-cron"),
        ("resume", "résumé"),
        ("Mac CLI 小克", "MacCLI 小克"),
    ],
)
def test_names_that_are_only_near_each_other_are_different_people(name: str, other: str) -> None:
    assert skeleton(name) != skeleton(other)


def test_every_name_has_the_skeleton_of_its_skeleton() -> None:
    assert [skeleton(skeleton(name)) for name in GOOD] == [skeleton(name) for name in GOOD]


def test_the_nearest_names_come_likeliest_first_and_are_at_most_three() -> None:
    known = ["Bob", "bobby", "bo", "rob", "alice", "Mac CLI 小克", "夏哥"]
    assert nearest("bob", known) == ["Bob", "bo", "bobby"]
    assert nearest("Mac Cli 小克", known) == ["Mac CLI 小克"]
    assert nearest("zzz", known) == []
