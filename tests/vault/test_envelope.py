"""Envelopes: outsiders and the server can neither alter, exchange nor read them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from ackbox.errors import (
    BadEncoding,
    BadSignature,
    BrokenPromise,
    BrokenSeal,
    NotMember,
    NotSealedForYou,
    RemovedMember,
    SealTooLarge,
    StaleRoster,
    UnknownRoster,
    WrongCommitment,
    WrongReaders,
    WrongVault,
)
from ackbox.vault import acknowledgement, envelope, roster
from ackbox.vault.encoding import encode
from ackbox.vault.envelope import Content, RosterHead, Sealed
from ackbox.vault.keys import derive
from ackbox.vault.roster import Remove
from tests.vault.cast import BODY, Workspace, keys_of, opened, signed_again, with_header


def test_every_member_of_an_open_workspace_reads_a_message_and_nobody_else() -> None:
    team = Workspace("bob", "cy")
    sealed = team.seal("ana", ["bob"])
    assert envelope.check(sealed, team.roster).to == ["bob"]
    for reader in ("ana", "bob", "cy"):
        assert opened(team, reader, envelope.received(sealed, keys_of(reader).id)) == BODY
    stranger = envelope.received(sealed, keys_of("eve").id)
    with pytest.raises(NotSealedForYou):
        opened(team, "eve", stranger)
    stolen = envelope.received(sealed, keys_of("bob").id)
    with pytest.raises(BrokenSeal):
        opened(team, "eve", stolen)


def test_only_recipients_and_sender_read_a_message_of_a_private_workspace() -> None:
    team = Workspace("bob", "cy", "di", access="private")
    sealed = team.seal("ana", ["bob/laptop", "di"])
    expected = sorted(keys_of(name).id for name in ("ana", "bob", "di"))
    assert [each.member for each in sealed.wraps] == expected
    envelope.check(sealed, team.roster)
    everyone = team.seal("bob", ["*"])
    assert len(everyone.wraps) == 4
    envelope.check(everyone, team.roster)


def test_the_text_is_in_no_part_of_an_envelope() -> None:
    team = Workspace("bob")
    sealed = team.seal("ana", ["bob"])
    assert BODY.encode()[:10] not in b"".join((sealed.header, sealed.content, sealed.signature))
    # Equal texts give different bytes, of one size class.
    again = team.seal("ana", ["bob"])
    other = team.seal("ana", ["bob"], "short")
    assert sealed.content != again.content
    assert len(sealed.content) == len(other.content) == 256 + 16


PARTS = ("header", "content", "signature", "wraps_hash", "wrap")


@pytest.mark.parametrize("part", PARTS)
def test_a_changed_byte_anywhere_is_noticed_by_the_reader(part: str) -> None:
    team = Workspace("bob")
    got = envelope.received(team.seal("ana", ["bob"]), keys_of("bob").id)
    whole: bytes = getattr(got, part)
    for index in range(len(whole)):
        wrong = bytearray(whole)
        wrong[index] ^= 1
        with pytest.raises(BrokenPromise):
            opened(team, "bob", msgspec.structs.replace(got, **{part: bytes(wrong)}))
    for other in (whole[:-1], whole + b"\0", b""):
        with pytest.raises((BrokenPromise, msgspec.ValidationError)):
            opened(team, "bob", msgspec.structs.replace(got, **{part: other}))


def test_a_changed_byte_anywhere_is_noticed_by_the_server() -> None:
    team = Workspace("bob")
    sealed = team.seal("ana", ["bob"])
    for part in ("header", "signature"):
        whole: bytes = getattr(sealed, part)
        for index in range(len(whole)):
            wrong = bytearray(whole)
            wrong[index] ^= 1
            other = msgspec.structs.replace(sealed, **{part: bytes(wrong)})
            with pytest.raises(BrokenPromise):
                envelope.check(other, team.roster)
    first, second = sealed.wraps
    for index in range(envelope.WRAP_BYTES):
        wrong = bytearray(first.wrap)
        wrong[index] ^= 1
        wraps = [msgspec.structs.replace(first, wrap=bytes(wrong)), second]
        with pytest.raises(BadSignature):
            envelope.check(msgspec.structs.replace(sealed, wraps=wraps), team.roster)


CHANGES: dict[str, Any] = {
    "workspace": "0" * 64,
    "id": "f" * 32,
    "sender": keys_of("bob").id,
    "counter": 7,
    "previous": b"\1" * 32,
    "roster": RosterHead(0, b"\1" * 32),
    "transcript": envelope.TranscriptHead(4, b"\1" * 32),
    "salt": b"\1" * 16,
    "to": ["ana"],
    "parent": "a" * 32,
    "priority": 5,
    "expects_reply_by": 1,
    "expires_at": 1,
    "commitment": b"\1" * 32,
}


@pytest.mark.parametrize("field", [name for name in envelope.Header.__struct_fields__[1:]])
def test_every_field_of_the_header_is_signed(field: str) -> None:
    team = Workspace("bob")
    sealed = team.seal("ana", ["bob"])
    header = with_header(sealed, **{field: CHANGES[field]})
    other = msgspec.structs.replace(sealed, header=header)
    with pytest.raises((BadSignature, WrongVault, UnknownRoster)):
        envelope.verify_received(envelope.received(other, keys_of("bob").id), team.roster)
    # And it is part of the key: a sender that signs another header for one content is noticed.
    if field not in ("workspace", "roster", "sender"):
        again = signed_again(keys_of("ana"), sealed, header=header)
        with pytest.raises(BrokenSeal):
            opened(team, "bob", envelope.received(again, keys_of("bob").id))


@pytest.mark.parametrize(
    "respell",
    [
        lambda raw: raw.replace(b'"counter":1', b'"counter": 1'),
        lambda raw: raw.replace(b'"counter":1', b'"counter":1.0'),
        lambda raw: raw.replace(b'"counter":1', b'"counter":9,"counter":1'),
        lambda raw: raw.replace(b'"counter":1', b'"counter":0'),
        lambda raw: raw.replace(b'"version":1', b'"version":2'),
        lambda raw: raw.replace(b'"to":["bob"]', b'"to":[]'),
        lambda raw: raw.replace(b'"to":["bob"]', b'"to":["b\\u006fb"]'),
        lambda raw: raw.replace(b'"priority":3', b'"priority":6'),
        lambda raw: raw.replace(b"=", b"", 1),
        lambda raw: raw.replace(b'"id":"0', b'"id":"G'),
        lambda raw: raw[:-1],
        lambda raw: b"\xff\xfe",
        lambda raw: b"null",
    ],
)
def test_another_spelling_of_a_header_is_refused_even_when_it_is_signed(
    respell: Callable[[bytes], bytes],
) -> None:
    team = Workspace("bob")
    sealed = team.seal("ana", ["bob"])
    other = signed_again(keys_of("ana"), sealed, header=respell(sealed.header))
    with pytest.raises(BadEncoding):
        envelope.check(other, team.roster)


def test_nobody_writes_in_anothers_name() -> None:
    team = Workspace("bob", "cy")
    head = team.draft("ana", ["cy"])
    members = envelope.readers(team.roster, head.sender, ["cy"])
    forged = envelope.seal(keys_of("bob"), head, Content(body="pay"), members)
    with pytest.raises(BadSignature):
        envelope.check(forged, team.roster)
    stranger = team.draft("eve", ["cy"])
    with pytest.raises(NotMember, match="sender"):
        envelope.check(envelope.seal(keys_of("eve"), stranger, Content(), members), team.roster)


def test_a_message_of_another_workspace_is_refused() -> None:
    team, other = Workspace("bob"), Workspace("bob", workspace="other")
    sealed = other.seal("ana", ["bob"])
    with pytest.raises(WrongVault):
        envelope.check(sealed, team.roster)


def test_a_message_on_another_roster_blames_the_message() -> None:
    team = Workspace("bob")
    head = RosterHead(team.roster.position, b"\1" * 32)
    sealed = team.seal("ana", ["bob"], roster=head)
    with pytest.raises(UnknownRoster):
        envelope.check(sealed, team.roster)
    # The workspace itself goes on.
    envelope.check(team.seal("ana", ["bob"]), team.roster)


def test_the_server_takes_messages_on_the_newest_roster_only() -> None:
    team = Workspace("bob")
    sealed = team.seal("ana", ["bob"])
    older = team.roster
    team.add("cy")
    with pytest.raises(StaleRoster, match="members have changed"):
        envelope.check(sealed, team.roster)
    # A reader accepts it: it was sealed before cy joined.
    assert opened(team, "bob", envelope.received(sealed, keys_of("bob").id)) == BODY
    with pytest.raises(NotSealedForYou):
        opened(team, "cy", envelope.received(sealed, keys_of("cy").id))
    newer = team.seal("ana", ["bob"])
    with pytest.raises(StaleRoster, match="newer roster"):
        envelope.verify_received(envelope.received(newer, keys_of("bob").id), older)


def test_a_sender_is_a_member_at_the_roster_that_it_names() -> None:
    team = Workspace()
    early = RosterHead(team.roster.position, team.roster.head)
    team.add("bob")
    sealed = team.seal("bob", ["ana"], roster=early)
    with pytest.raises(NotMember):
        envelope.verify_received(envelope.received(sealed, team.ana.id), team.roster)


def test_a_removed_member_writes_nothing_more_not_even_dated_back() -> None:
    team = Workspace("bob", "cy")
    _, first = team.deliver(team.seal("bob", ["cy"], "before"), "cy")
    dated_back = RosterHead(team.roster.position, team.roster.head)
    readers = envelope.readers(team.roster, team.ana.id, ["*"])
    team.remove("bob")
    assert opened(team, "cy", first) == "before"
    for head in (dated_back, RosterHead(team.roster.position, team.roster.head)):
        draft = team.draft("bob", ["cy"], roster=head)
        late = envelope.seal(keys_of("bob"), draft, Content(body="after"), readers)
        with pytest.raises(RemovedMember):
            envelope.verify_received(envelope.received(late, keys_of("cy").id), team.roster)
    # Nor is it sent anything.
    assert keys_of("bob").id not in {each.member for each in team.seal("ana", ["*"]).wraps}
    with pytest.raises(NotMember):
        team.seal("ana", ["bob"])


def test_a_member_never_seen_is_removed_with_no_message_accepted() -> None:
    team = Workspace("bob")
    early = RosterHead(team.roster.position, team.roster.head)
    draft = team.draft("bob", ["ana"], roster=early)
    readers = envelope.readers(team.roster, draft.sender, ["ana"])
    team.append(
        Remove(previous=team.roster.head, by=team.ana.id, member=keys_of("bob").id, last_counter=0)
    )
    sealed = envelope.seal(keys_of("bob"), draft, Content(), readers)
    with pytest.raises(RemovedMember):
        envelope.verify_received(envelope.received(sealed, team.ana.id), team.roster)


def test_the_server_takes_a_message_sealed_for_exactly_its_readers() -> None:
    team = Workspace("bob", "cy")
    sealed = team.seal("ana", ["bob"])
    one, two, three = sealed.wraps
    stranger = msgspec.structs.replace(three, member="f" * 64)
    for wraps in ([one, two], [one, two, three, stranger], [two, one, three], [one, one, three]):
        other = signed_again(keys_of("ana"), sealed, wraps=wraps)
        with pytest.raises(WrongReaders):
            envelope.check(other, team.roster)


def test_a_sender_cannot_show_two_texts_under_one_message() -> None:
    team = Workspace("bob", "cy")
    one, two = team.seal("ana", ["*"], "yes"), team.seal("ana", ["*"], "no")
    # For bob the first text, for cy the key of the second: the commitment names one key.
    mixed = [
        mine if mine.member != keys_of("cy").id else other
        for mine, other in zip(one.wraps, two.wraps, strict=True)
    ]
    sealed = signed_again(keys_of("ana"), one, wraps=mixed)
    assert opened(team, "bob", envelope.received(sealed, keys_of("bob").id)) == "yes"
    with pytest.raises(BrokenSeal):
        opened(team, "cy", envelope.received(sealed, keys_of("cy").id))
    # Wrapped anew for the header, the other key is noticed by the commitment.
    head = envelope.parse_header(one.header)
    wrong = wrapped(b"\7" * 32, one.header, "cy")
    got = msgspec.structs.replace(envelope.received(one, keys_of("cy").id), wrap=wrong)
    with pytest.raises(WrongCommitment):
        envelope.open_sealed(keys_of("cy"), got, head)


def wrapped(message_key: bytes, header: bytes, reader: str) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    public = X25519PublicKey.from_public_bytes(keys_of(reader).seal_key)
    return envelope.suite().encrypt(message_key, public, envelope._wrap_info(header))


def test_a_key_wrapped_for_one_message_opens_no_other() -> None:
    team = Workspace("bob")
    one, two = team.seal("ana", ["bob"], "one"), team.seal("ana", ["bob"], "two")
    bob = keys_of("bob").id
    mixed = msgspec.structs.replace(
        envelope.received(one, bob), wrap=envelope.received(two, bob).wrap
    )
    with pytest.raises(BrokenSeal) as caught:
        opened(team, "bob", mixed)
    assert caught.value.details == {"part": "key"}


def test_sealing_again_under_the_same_draft_uses_another_key_and_nonce() -> None:
    team = Workspace("bob")
    draft = team.draft("ana", ["bob"])
    to = envelope.readers(team.roster, draft.sender, ["bob"])
    sealed = [envelope.seal(team.ana, draft, Content(body=BODY), to) for _ in range(20)]
    heads = [envelope.parse_header(each.header) for each in sealed]
    assert len({head.salt for head in heads}) == len({head.commitment for head in heads}) == 20
    keys = {
        envelope._content_key(b"k" * 32, head.salt, each.header)
        for head, each in zip(heads, sealed, strict=True)
    }
    assert len(keys) == 20


def test_only_the_one_padding_of_a_text_is_accepted() -> None:
    for size in (0, 1, 251, 252, 253, 1_000, 5_000, 70_000, 200_000):
        text = b"a" * size
        whole = envelope.padded(text)
        assert envelope.unpadded(whole) == text
        assert len(whole) <= max(256, (size + 4) * 1.125)
    good = envelope.padded(b"text")
    for wrong in (
        b"",
        good[:-1],
        good + b"\0",
        good[:-1] + b"\1",
        b"\xff" + good[1:],
        good + bytes(256),
    ):
        with pytest.raises(BrokenSeal):
            envelope.unpadded(wrong)


def test_what_is_too_large_is_refused_before_it_is_sealed_or_read() -> None:
    team = Workspace("bob")
    envelope.check(team.seal("ana", ["bob"], "\N{GRINNING FACE}" * 50_000), team.roster)
    with pytest.raises(SealTooLarge, match="at most 262,144"):
        team.seal("ana", ["bob"], "a" * 262_144)
    sealed = team.seal("ana", ["bob"])
    for part in ({"content": bytes(262_145)}, {"header": b" " * 32_769}):
        with pytest.raises(SealTooLarge):
            envelope.check(signed_again(team.ana, sealed, **part), team.roster)


def test_a_name_that_is_no_member_is_refused_with_those_who_are() -> None:
    team = Workspace("bob")
    with pytest.raises(NotMember) as caught:
        team.seal("ana", ["bobb"])
    assert caught.value.message == "'bobb' is not a member of this sealed workspace."
    assert caught.value.hint is not None
    assert caught.value.hint.startswith("Members: ana, bob.")


def test_unreadable_content_of_an_honest_looking_sender_is_an_error_not_a_crash() -> None:
    team = Workspace("bob")
    sealed = team.seal("ana", ["bob"])
    head = envelope.parse_header(sealed.header)
    bob = keys_of("bob")
    wrap = envelope.received(sealed, bob.id).wrap
    assert wrap is not None
    message_key = envelope.suite().decrypt(wrap, bob.sealing, envelope._wrap_info(sealed.header))
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    key, nonce = envelope._content_key(message_key, head.salt, sealed.header)
    for text, error in (
        (envelope.padded(b"not json"), BadEncoding),
        (envelope.padded(b'{"body":1}'), BadEncoding),
        (b"unpadded", BrokenSeal),
    ):
        content = AESGCM(key).encrypt(nonce, text, sealed.header)
        other = signed_again(team.ana, sealed, content=content)
        with pytest.raises(error):
            opened(team, "bob", envelope.received(other, bob.id))


def test_an_acknowledgement_is_its_readers_for_one_message_of_one_workspace() -> None:
    team = Workspace("bob", "cy")
    got = envelope.received(team.seal("ana", ["bob"]), keys_of("bob").id)
    own, vault, bob = envelope.hash_of(got), team.roster.vault, team.member("bob")
    evidence = acknowledgement.sign(keys_of("bob"), vault, own)
    acknowledgement.check(evidence, vault, own, bob)
    for wrong in (
        (evidence, vault, bytes(32), bob),
        (evidence, "0" * 64, own, bob),
        (evidence, vault, own, team.member("cy")),
        ("hook", vault, own, bob),
        ("avs1_", vault, own, bob),
        (evidence + "A", vault, own, bob),
        (evidence + "==", vault, own, bob),
        (evidence[:-1] + "é", vault, own, bob),
        ("avs1_" + "A" * 86, vault, own, bob),
    ):
        with pytest.raises(BadSignature):
            acknowledgement.check(*wrong)


def test_every_secret_is_derived_for_one_purpose() -> None:
    root = bytes(32)
    labels = ("sign", "seal", "content", "invitation")
    assert len({derive(root, label) for label in labels}) == len(labels)


def test_an_envelope_is_read_from_json_and_nothing_more_is_in_it() -> None:
    team = Workspace("bob")
    sealed = team.seal("ana", ["bob"])
    assert msgspec.json.decode(encode(sealed), type=Sealed) == sealed
    assert set(msgspec.json.decode(sealed.header)) == set(envelope.Header.__struct_fields__)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(encode(sealed)[:-1] + b',"key":""}', type=Sealed)
    assert roster.parse(team.records[0])
