"""Enrolment: the keys that an admin adds are the new member's own."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ackbox.errors import BadEncoding, BadSignature, BadVaultKey, WeakKey
from ackbox.vault import enrolment, roster
from ackbox.vault.encoding import encode
from ackbox.vault.enrolment import Invitation
from tests.vault.cast import Workspace, keys_of

SECRET = b"0123456789abcdef"


def test_a_member_joins_by_an_invitation() -> None:
    team = Workspace()
    found = enrolment.request(keys_of("bob"), team.roster, name="bob", kind="agent", secret=SECRET)
    again = enrolment.parse_request(encode(found))
    assert again == found
    enrolment.check_code(again, team.roster.vault, SECRET)
    # A record in between does not matter: the proof names an earlier one.
    team.add("cy")
    after = roster.apply(
        team.roster, roster.sign(team.ana, enrolment.admission(again, team.roster, team.ana))
    )
    assert [each.name for each in after.current()] == ["ana", "cy", "bob"]
    assert again.member == keys_of("bob").id


@pytest.mark.parametrize(
    "change",
    [
        {"name": "eve"},
        {"kind": "human"},
        {"sign_key": keys_of("eve").sign_key},
        {"seal_key": keys_of("eve").seal_key},
        {"since": bytes(32)},
        {"proof": bytes(64)},
        {"code": bytes(32)},
        {"code": None},
    ],
)
def test_the_server_cannot_change_a_request(change: dict[str, Any]) -> None:
    team = Workspace()
    found = enrolment.request(keys_of("bob"), team.roster, name="bob", kind="agent", secret=SECRET)
    other = msgspec.structs.replace(found, **change)
    with pytest.raises(BadSignature):
        enrolment.check_code(other, team.roster.vault, SECRET)
    with pytest.raises(BadSignature):
        enrolment.check_code(found, team.roster.vault, bytes(16))
    with pytest.raises(BadSignature):
        enrolment.check_code(found, "0" * 64, SECRET)


def test_people_compare_words_that_name_keys_name_and_workspace() -> None:
    team = Workspace()
    found = enrolment.request(keys_of("bob"), team.roster, name="bob", kind="human")
    said = enrolment.spoken(found, team.roster.vault)
    assert len(said.split()) == 6
    others = [
        enrolment.spoken(found, "0" * 64),
        enrolment.spoken(msgspec.structs.replace(found, name="eve"), team.roster.vault),
        enrolment.spoken(
            msgspec.structs.replace(found, seal_key=keys_of("eve").seal_key), team.roster.vault
        ),
    ]
    assert said not in others


def test_a_weak_or_misspelt_request_is_refused() -> None:
    team = Workspace()
    found = enrolment.request(keys_of("bob"), team.roster, name="bob", kind="agent")
    weak = msgspec.structs.replace(found, sign_key=b"\x01" + bytes(31))
    with pytest.raises(WeakKey):
        enrolment.parse_request(encode(weak))
    for raw in (b"", b"{}", encode(found) + b" "):
        with pytest.raises(BadEncoding):
            enrolment.parse_request(raw)


def test_an_invitation_is_text_that_shows_every_slip() -> None:
    invitation = Invitation(SECRET, "ab" * 32, bytes(range(32)))
    text = enrolment.invitation_text(invitation)
    assert enrolment.parse_invitation(f"\n{text} ") == invitation
    for wrong in ("", "avi1_", text[:-1], text[:20] + text[21:], text + "a", "avk1_" + text[5:]):
        with pytest.raises(BadVaultKey, match="not an invitation"):
            enrolment.parse_invitation(wrong)
