"""Shares: a member gives a newcomer the key of what was sent, and of nothing else."""

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
    SealTooLarge,
    StaleRoster,
    UnknownRoster,
    WrongCommitment,
    WrongReaders,
    WrongVault,
)
from ackbox.vault import envelope, share
from ackbox.vault.encoding import encode
from ackbox.vault.envelope import Received, RosterHead
from ackbox.vault.share import Share
from tests.vault.cast import BODY, Workspace, keys_of


def older_message() -> tuple[Workspace, Received, Received]:
    """Return a message from before cy joined, as bob and as cy get it."""
    team = Workspace("bob")
    sealed = team.seal("ana", ["*"])
    team.add("cy")
    bob, cy = (envelope.received(sealed, keys_of(name).id) for name in ("bob", "cy"))
    return team, bob, cy


def shared(team: Workspace, got: Received, by: str = "bob", **changes: Any) -> Share:
    head = envelope.parse_header(got.header)
    key = envelope.unwrapped(keys_of("bob"), got.wrap, got.header, head)
    given = {"hash": envelope.hash_of(got), "message_key": key} | changes
    return share.make(keys_of(by), team.roster, team.member("cy"), **given)


def opened(team: Workspace, given: Share, got: Received, reader: str = "cy") -> str:
    head = envelope.verify_received(got, team.roster)
    body = share.check(given, team.roster)
    key = share.open_share(keys_of(reader), body, head, envelope.hash_of(got))
    return envelope.open_sealed(keys_of(reader), got, head, shared=key).body


def signed_again(given: Share, by: str, **changes: Any) -> Share:
    old = msgspec.json.decode(given.body, type=share.ShareBody)
    body = encode(msgspec.structs.replace(old, **changes))
    return Share(body, keys_of(by).sign("share", body))


def test_a_newcomer_opens_what_was_shared_with_it() -> None:
    team, bob, cy = older_message()
    given = shared(team, bob)
    assert opened(team, given, cy) == BODY
    assert share.check(given, team.roster).sharer == keys_of("bob").id


def elsewhere(team: Workspace, given: Share) -> Share:
    return signed_again(given, "bob", workspace=Workspace(workspace="other").roster.vault)


def on_newer_roster(team: Workspace, given: Share) -> Share:
    return signed_again(given, "bob", roster=RosterHead(9, team.roster.head))


def on_other_roster(team: Workspace, given: Share) -> Share:
    return signed_again(given, "bob", roster=RosterHead(team.roster.position, bytes(32)))


def before_its_reader_joined(team: Workspace, given: Share) -> Share:
    return signed_again(given, "bob", roster=RosterHead(1, team.roster.hashes[1]))


def of_a_stranger(team: Workspace, given: Share) -> Share:
    return signed_again(given, "eve", sharer=keys_of("eve").id)


def in_anothers_name(team: Workspace, given: Share) -> Share:
    return signed_again(given, "bob", sharer=keys_of("ana").id)


def for_another(team: Workspace, given: Share) -> Share:
    return signed_again(given, "bob", reader=keys_of("ana").id)


def of_another_message(team: Workspace, given: Share) -> Share:
    return signed_again(given, "bob", hash=bytes(32))


def damaged(team: Workspace, given: Share) -> Share:
    return signed_again(given, "bob", wrap=bytes(80))


def spelled_otherwise(team: Workspace, given: Share) -> Share:
    body = given.body + b" "
    return Share(body, keys_of("bob").sign("share", body))


def large(team: Workspace, given: Share) -> Share:
    body = bytes(share.MAX_SHARE_BYTES + 1)
    return Share(body, keys_of("bob").sign("share", body))


def of_another_sharer(team: Workspace, given: Share) -> Share:
    """Ana signs the wrap that bob made: it is bound to bob."""
    return signed_again(given, "ana", sharer=keys_of("ana").id)


@pytest.mark.parametrize(
    ("attack", "error"),
    [
        (elsewhere, WrongVault),
        (on_newer_roster, StaleRoster),
        (on_other_roster, UnknownRoster),
        (before_its_reader_joined, NotMember),
        (of_a_stranger, NotMember),
        (in_anothers_name, BadSignature),
        (for_another, WrongReaders),
        (of_another_message, WrongReaders),
        (damaged, BrokenSeal),
        (spelled_otherwise, BadEncoding),
        (large, SealTooLarge),
        (of_another_sharer, BrokenSeal),
    ],
    ids=lambda each: each.__name__,
)
def test_an_altered_share_is_refused(
    attack: Callable[[Workspace, Share], Share], error: type[BrokenPromise]
) -> None:
    team, bob, cy = older_message()
    with pytest.raises(error):
        opened(team, attack(team, shared(team, bob)), cy)


def test_a_member_cannot_share_another_text_under_a_message() -> None:
    team, bob, cy = older_message()
    with pytest.raises(WrongCommitment):
        opened(team, shared(team, bob, message_key=bytes(32)), cy)
