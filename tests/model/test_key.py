"""Keys: how they are written, what damage is noticed, and that they do not show themselves."""

from __future__ import annotations

import hashlib
import re
import zlib
from typing import get_args

import pytest

from ackbox.errors import BadKey
from ackbox.model.key import KeyKind, ParsedKey, Secret, digest, matches, mint, parse_key

KINDS: tuple[KeyKind, ...] = get_args(KeyKind)
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_says_its_kind_and_id_and_has_sixty_base62_characters(kind: KeyKind) -> None:
    text = mint(kind).reveal()
    assert re.fullmatch(rf"abx_{kind}_[0-9A-Za-z]{{60}}", text)
    assert parse_key(text) == ParsedKey(kind, text[len(f"abx_{kind}_") :][:11])


def test_the_last_six_characters_are_the_crc_32_of_the_rest() -> None:
    text = mint("agt", random_bytes=lambda count: bytes(range(count))).reveal()
    number = 0
    for character in text[-6:]:
        number = number * 62 + ALPHABET.index(character)
    assert number == zlib.crc32(text[:-6].encode())


def test_a_key_of_the_smallest_and_the_largest_numbers_keeps_its_width() -> None:
    widths = [len(mint("ro", random_bytes=of).reveal()) for of in (bytes, lambda n: b"\xff" * n)]
    assert widths == [len("abx_ro_") + 60] * 2


def test_every_damaged_character_is_noticed_and_the_key_is_not_repeated() -> None:
    text = mint("agt").reveal()
    taken = []
    for place in range(len(text)):
        for character in "aZ0_":
            damaged = text[:place] + character + text[place + 1 :]
            if damaged == text:
                continue
            try:
                taken.append(parse_key(damaged))
            except BadKey as error:
                assert (damaged in f"{error.as_dict()}", error.code, error.status) == (
                    False,
                    "unauthenticated",
                    401,
                )
    assert taken == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:-1],
        lambda text: text + "a",
        lambda text: f" {text}",
        lambda text: f"{text}\n",
        lambda text: text.upper(),
        lambda text: text.replace("abx_agt_", "abx_adm_"),
        lambda text: text.replace("abx_agt_", "abx_xyz_"),
        lambda text: "",
        lambda text: (
            text[:20] + text[21] + text[20] + text[22:] if text[20] != text[21] else text[1:]
        ),
    ],
)
def test_a_damaged_key_is_no_key(damage: object) -> None:
    assert callable(damage)
    with pytest.raises(BadKey, match="This is not an ackbox key"):
        parse_key(damage(mint("agt").reveal()))


def test_two_keys_are_never_the_same() -> None:
    assert len({mint("agt").reveal() for _ in range(1000)}) == 1000


def test_a_secret_shows_three_stars_wherever_it_is_printed() -> None:
    secret = Secret("abx_agt_hello")
    assert [repr(secret), str(secret), f"{secret}", f"{secret!r}", f"{[secret]}"] == [
        "***",
        "***",
        "***",
        "***",
        "[***]",
    ]
    assert (secret.reveal(), hasattr(secret, "__dict__")) == ("abx_agt_hello", False)


def test_only_the_digest_of_the_whole_key_is_needed_to_know_it() -> None:
    text = mint("hum").reveal()
    assert digest(text) == hashlib.sha256(text.encode()).digest()
    assert (matches(text, digest(text)), matches(text[:-1], digest(text))) == (True, False)
