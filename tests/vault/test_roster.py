"""The roster: who can change it, how, and what a false one is refused with."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ackbox.errors import (
    BadEncoding,
    BadRecord,
    BadSignature,
    ForkedRoster,
    StaleRoster,
    WeakKey,
    WrongPin,
)
from ackbox.vault import enrolment, roster
from ackbox.vault.encoding import encode
from ackbox.vault.keys import Keys
from ackbox.vault.roster import Add, Genesis, Member, Promote, Record, Remove
from tests.vault.cast import Workspace, keys_of


def addition(team: Workspace, name: str, /, **changes: Any) -> Add:
    found = enrolment.request(keys_of(name), team.roster, name=name, kind="agent")
    body = enrolment.admission(found, team.roster, team.ana)
    return msgspec.structs.replace(body, **changes)


def test_a_chain_of_records_gives_the_members_with_their_times() -> None:
    team = Workspace("bob", "cy")
    team.append(Promote(previous=team.roster.head, by=team.ana.id, member=keys_of("bob").id))
    team.remove("cy")
    found = roster.read(team.records)
    assert found == team.roster
    assert [(each.name, each.is_admin, each.added) for each in found.current()] == [
        ("ana", True, 0),
        ("bob", True, 1),
    ]
    cy = keys_of("cy")
    assert found.members[cy.id] == Member(
        id=cy.id,
        name="cy",
        kind="agent",
        sign_key=cy.sign_key,
        seal_key=cy.seal_key,
        added=2,
        removed=4,
        last_counter=0,
    )
    assert [found.members[cy.id].is_at(position) for position in range(6)] == [
        False,
        False,
        True,
        True,
        False,
        False,
    ]


def test_a_changed_byte_anywhere_in_a_record_is_refused() -> None:
    team = Workspace("bob")
    for at, record in enumerate(team.records):
        before = roster.read(team.records[:at]) if at else None
        for field in ("body", "signature"):
            whole: bytes = getattr(record, field)
            for index in range(len(whole)):
                wrong = bytearray(whole)
                wrong[index] ^= 1
                other = msgspec.structs.replace(record, **{field: bytes(wrong)})
                with pytest.raises((BadSignature, BadEncoding, BadRecord, StaleRoster, WeakKey)):
                    roster.apply(before, other)


@pytest.mark.parametrize(
    "respell",
    [
        lambda raw: raw.replace(b'{"', b'{ "', 1),
        lambda raw: raw + b"\n",
        lambda raw: raw.replace(b'"name":"bob"', b'"name":"b\\u006fb"'),
        lambda raw: raw.replace(b'"name":"bob"', b'"name":"eve","name":"bob"'),
        lambda raw: raw[:-1] + b',"more":1}',
        lambda raw: raw.replace(b'"kind":"agent"', b'"kind":"owner"'),
        lambda raw: b"\xff" + raw,
        lambda raw: b"[" * 100_000,
    ],
)
def test_another_spelling_of_a_record_is_refused_even_when_it_is_signed(respell: Any) -> None:
    team = Workspace()
    raw = respell(encode(addition(team, "bob")))[:4000]
    record = Record(raw, team.ana.sign("sign-record", raw))
    with pytest.raises(BadEncoding):
        roster.apply(team.roster, record)


def refused(team: Workspace, body: Any, by: Keys | None = None) -> str:
    with pytest.raises(BadRecord) as caught:
        roster.apply(team.roster, roster.sign(by or team.ana, body))
    return str(caught.value.details["reason"])


def test_a_member_who_is_no_admin_adds_nobody_and_cannot_promote_itself() -> None:
    team = Workspace("bob")
    bob = keys_of("bob")
    reason = "Its author is not an admin of the workspace"
    assert refused(team, addition(team, "eve", by=bob.id), bob) == reason
    own = Promote(previous=team.roster.head, by=bob.id, member=bob.id)
    assert refused(team, own, bob) == reason
    ghost = keys_of("ghost")
    assert refused(team, addition(team, "eve", by=ghost.id), ghost) == reason
    # In the admin's name, with the member's signature.
    with pytest.raises(BadSignature):
        roster.apply(team.roster, roster.sign(bob, addition(team, "eve")))


def test_a_removed_admin_signs_nothing_more() -> None:
    team = Workspace("bob")
    bob = keys_of("bob")
    team.append(Promote(previous=team.roster.head, by=team.ana.id, member=bob.id))
    before = Workspace.__new__(Workspace)
    before.__dict__.update(team.__dict__)
    team.remove("bob")
    assert refused(team, addition(team, "eve", by=bob.id), bob) == (
        "Its author is not an admin of the workspace"
    )
    # With the server's help it signs another record at the place of its removal: a fork.
    forked = roster.apply(before.roster, roster.sign(bob, addition(before, "eve", by=bob.id)))
    with pytest.raises(ForkedRoster) as caught:
        roster.check_grown(team.roster, forked)
    assert caught.value.details == {
        "known": team.roster.head.hex(),
        "found": forked.head.hex(),
    }
    # And a key string or invitation from after the removal does not accept the fork either.
    with pytest.raises(WrongPin):
        roster.check_pin(forked, team.roster.head)


def test_a_name_a_key_or_a_proof_is_never_used_twice() -> None:
    team = Workspace("bob")
    assert refused(team, addition(team, "bob")) == "Its key was a member's already"
    again = enrolment.request(keys_of("other"), team.roster, name="BOB", kind="agent")
    assert refused(team, enrolment.admission(again, team.roster, team.ana)) == (
        "'BOB' is a member already"
    )
    team.remove("bob")
    assert refused(team, addition(team, "bob")) == "Its key was a member's already"
    # One of its two keys, under another id.
    mixed = addition(team, "cy", seal_key=keys_of("bob").seal_key)
    assert refused(team, mixed) == "Its key was a member's already"


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "eve"},
        {"kind": "human"},
        {"sign_key": keys_of("eve").sign_key},
        {"seal_key": keys_of("eve").seal_key},
        {"proof": bytes(64)},
    ],
)
def test_an_admin_adds_nobody_under_what_it_did_not_sign(changes: Any) -> None:
    team = Workspace()
    body = addition(team, "bob", **changes)
    with pytest.raises(BadSignature):
        roster.apply(team.roster, roster.sign(team.ana, body))


def test_a_proof_for_another_workspace_or_roster_is_refused() -> None:
    team, other = Workspace(), Workspace(workspace="other")
    foreign = enrolment.request(keys_of("bob"), other.roster, name="bob", kind="agent")
    body = enrolment.admission(foreign, team.roster, team.ana)
    assert refused(team, body) == "The new member joined another roster"
    body = msgspec.structs.replace(body, since=team.roster.head)
    with pytest.raises(BadSignature):
        roster.apply(team.roster, roster.sign(team.ana, body))


def test_a_weak_key_of_a_new_member_or_founder_is_refused() -> None:
    team = Workspace()
    neutral = b"\x01" + bytes(31)
    with pytest.raises(WeakKey):
        roster.apply(team.roster, roster.sign(team.ana, addition(team, "x", sign_key=neutral)))
    genesis = msgspec.structs.replace(roster.parse(team.records[0]), sign_key=neutral)
    with pytest.raises(WeakKey):
        roster.apply(None, Record(encode(genesis), bytes(64)))


def test_a_record_from_between_or_from_another_chain_is_refused() -> None:
    team = Workspace("bob", "cy", "di")
    for wrong in (
        [team.records[0], team.records[2], team.records[1], team.records[3]],
        [team.records[0], team.records[2]],
        [team.records[0], team.records[1], team.records[1]],
    ):
        with pytest.raises(StaleRoster):
            roster.read(wrong)
    with pytest.raises(BadRecord, match="first record does not found"):
        roster.read(team.records[1:])
    with pytest.raises(BadRecord, match="only be the first"):
        roster.apply(team.roster, team.records[0])
    with pytest.raises(BadRecord, match="empty"):
        roster.read([])
    with pytest.raises(BadSignature):
        genesis = roster.parse(team.records[0])
        roster.apply(None, roster.sign(keys_of("eve"), genesis))


def test_who_is_removed_or_promoted_must_be_there_and_one_admin_stays() -> None:
    team = Workspace("bob")
    team.add("host", "hosted")
    head, ana = team.roster.head, team.ana.id
    for body, reason in (
        (Promote(previous=head, by=ana, member="0" * 64), "It does not name a member"),
        (Promote(previous=head, by=ana, member=ana), "'ana' is an admin already"),
        (
            Promote(previous=head, by=ana, member=keys_of("host").id),
            "A member whose key is on the server cannot be an admin",
        ),
        (
            Remove(previous=head, by=ana, member=ana, last_counter=0),
            "'ana' is the only admin: promote another member first",
        ),
    ):
        assert refused(team, body) == reason
    team.remove("bob")
    gone = Remove(previous=team.roster.head, by=ana, member=keys_of("bob").id, last_counter=0)
    assert refused(team, gone) == "It does not name a member"


def test_a_workspace_has_at_most_100_members_and_a_record_4096_bytes() -> None:
    team = Workspace(*map(str, range(99)))
    assert len(team.roster.current()) == 100
    assert refused(team, addition(team, "one more")) == (
        "A sealed workspace has at most 100 members"
    )
    raw = b" " * 4097
    with pytest.raises(BadRecord, match="longer than 4,096 bytes"):
        roster.apply(team.roster, Record(raw, team.ana.sign("sign-record", raw)))


def test_a_roster_ends_at_10000_records() -> None:
    team = Workspace()
    full = msgspec.structs.replace(team.roster, hashes=(*(bytes(32),) * 9_999, team.roster.head))
    with pytest.raises(BadRecord, match="10,000 records"):
        roster.apply(full, roster.sign(team.ana, addition(team, "bob")))


def test_a_shorter_roster_is_stale_and_a_longer_one_is_not() -> None:
    team = Workspace("bob")
    known = team.roster
    team.add("cy")
    roster.check_grown(known, team.roster)
    roster.check_grown(known, known)
    with pytest.raises(StaleRoster, match="2 records; you have seen 3"):
        roster.check_grown(team.roster, known)


def test_a_roster_without_the_pinned_record_is_another() -> None:
    team, other = Workspace("bob"), Workspace("bob", workspace="other")
    roster.check_pin(team.roster, roster.record_hash(team.records[1]))
    with pytest.raises(WrongPin):
        roster.check_pin(other.roster, roster.record_hash(team.records[1]))


def test_the_genesis_says_what_cannot_change_later() -> None:
    raw = msgspec.json.decode(Workspace(access="private").records[0].body)
    assert [raw["type"], raw["version"], raw["workspace"], raw["access"]] == [
        "genesis",
        1,
        "team",
        "private",
    ]
    assert set(raw) == {"type", *Genesis.__struct_fields__}
