"""Keys: what a member keeps, and which public keys are refused."""

from __future__ import annotations

import pytest

from ackbox.errors import BadSignature, BadVaultKey, WeakKey
from ackbox.vault.keys import (
    Keys,
    check_public,
    key_string,
    member_id,
    parse_key_string,
    verify,
    words,
)
from tests.vault.cast import keys_of

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P


def doubled(x: int, y: int) -> tuple[int, int]:
    """Double a point of Ed25519 (RFC 8032, section 5.1.4, affine)."""
    product = D * x * x * y * y % P
    return (
        2 * x * y * pow(1 + product, -1, P) % P,
        (y * y + x * x) * pow(1 - product, -1, P) % P,
    )


def x_of(y: int) -> int | None:
    """Return an x of a y on the curve; null if there is none."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    return x if x * x % P == square else None


def test_every_point_of_small_order_is_refused_as_a_signing_key() -> None:
    from ackbox.vault.keys import _SMALL_Y

    for y in _SMALL_Y:
        x = x_of(y)
        assert x is not None
        eight = doubled(*doubled(*doubled(x, y)))
        assert eight == (0, 1)
    # There are eight such points: two with x = 0, and three pairs that differ in the sign of x.
    assert sum(1 if x_of(y) == 0 else 2 for y in _SMALL_Y) == 8


@pytest.mark.parametrize("sign", [0, 1 << 255])
def test_small_and_unreduced_signing_keys_are_refused(sign: int) -> None:
    from ackbox.vault.keys import _SMALL_Y

    good = keys_of("ana").seal_key
    # y + p is another spelling of the same point where it fits into 255 bits.
    for y in [*_SMALL_Y, *(y + P for y in range(19))]:
        with pytest.raises(WeakKey, match="sign_key"):
            check_public((y | sign).to_bytes(32, "little"), good)


def test_sealing_keys_of_small_order_and_unreduced_ones_are_refused() -> None:
    small = [
        0,
        1,
        325606250916557431795983626356110631294008115727848805560023387167927233504,
        39382357235489614581723060781553021112529911719440698176882885853963445705823,
        P - 1,
    ]
    unreduced = [P, P + 1, P + 9, 9 | 1 << 255]
    for u in [*small, *unreduced]:
        with pytest.raises(WeakKey, match="seal_key"):
            check_public(keys_of("ana").sign_key, u.to_bytes(32, "little"))


def test_keys_of_a_client_are_accepted() -> None:
    for name in map(str, range(50)):
        own = keys_of(name)
        check_public(own.sign_key, own.seal_key)
        assert own.id == member_id(own.sign_key, own.seal_key)


def test_a_key_string_gives_the_same_keys_and_pin() -> None:
    own, pin = keys_of("ana"), bytes(range(32))
    again = parse_key_string(f" {key_string(own, pin)}\n")
    assert (again.keys.id, again.keys.reveal(), again.pin) == (own.id, own.reveal(), pin)


def test_a_key_string_with_any_other_character_is_refused_and_never_shown() -> None:
    text = key_string(keys_of("ana"), bytes(32))
    for at in range(len(text)):
        for other in ("a" if text[at] != "a" else "b", "1", "A", " ", "é"):
            wrong = text[:at] + other + text[at + 1 :]
            if wrong == text:
                continue
            with pytest.raises(BadVaultKey) as caught:
                parse_key_string(wrong)
            assert text[8:40] not in str(caught.value.as_dict())
    for wrong in ("", "avk1_", text[:-1], f"{text}a", text.replace("avk1_", "avi1_")):
        with pytest.raises(BadVaultKey):
            parse_key_string(wrong)


def test_keys_do_not_show_their_root() -> None:
    own = keys_of("ana")
    assert repr(own) == f"Keys({own.id[:8]}…)"
    with pytest.raises(BadVaultKey, match="32 bytes"):
        Keys(b"short")


def test_a_signature_holds_for_one_purpose_and_one_split_of_its_parts() -> None:
    own = keys_of("ana")
    signature = own.sign("message", b"ab", b"c")
    verify(own.sign_key, signature, "text", "message", b"ab", b"c")
    for label, parts in (
        ("message", (b"a", b"bc")),
        ("message", (b"abc",)),
        ("proof", (b"ab", b"c")),
        ("message", (b"ab", b"c", b"")),
    ):
        with pytest.raises(BadSignature):
            verify(own.sign_key, signature, "text", label, *parts)
    # S + L is the other spelling of a signature; it must not hold either.
    order = 2**252 + 27742317777372353535851937790883648493
    scalar = int.from_bytes(signature[32:], "little") + order
    with pytest.raises(BadSignature):
        other = signature[:32] + scalar.to_bytes(32, "little")
        verify(own.sign_key, other, "text", "message", b"ab", b"c")


def test_six_words_differ_when_one_bit_does() -> None:
    said = words(b"workspace", bytes(32))
    assert [len(word) for word in said.split()] == [5] * 6
    assert words(b"workspace", bytes(31) + b"\x01") != said
    assert words(b"request", bytes(32)) != said
