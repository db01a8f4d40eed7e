"""Members of a sealed workspace: their roster, their keys and their files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ackbox.client import joining, membership
from ackbox.client.http import HttpCaller
from ackbox.errors import (
    BadVaultKey,
    ForkedRoster,
    StaleRoster,
    StateBehind,
    WrongPin,
)
from ackbox.vault import enrolment, roster
from ackbox.vault.keys import Keys, parse_key_string
from tests.client.sealed import Member, Team

Story = Callable[[Team], None]


def test_a_server_that_shows_an_older_or_another_roster_is_noticed(tell: Any) -> None:
    def story(team: Team) -> None:
        bob = team.join("bob")
        team.join("cy")
        with bob.vault.locked():
            membership.update_roster(bob.vault, bob.remote)

            def shorter(name: str, /, **params: Any) -> Any:
                answer = bob.remote(name, **params)
                kept = [each for each in answer["records"] if each["position"] < 2]
                return {**answer, "records": kept, "position": 1}

            with pytest.raises(StaleRoster, match="2 records; you have seen 3"):
                membership.update_roster(bob.vault, shorter)
            # Ana signs another record at the place of cy's.
            ana = parse_key_string(_key(team.ana)).keys
            records = bob.vault.records
            known = roster.read(records[:2])
            asked = enrolment.request(Keys(bytes(32)), known, name="eve", kind="agent")
            forged = [*records[:2], roster.sign(ana, enrolment.admission(asked, known, ana))]

            before = bob.vault.roster.head
            third = roster.read(forged)
            asked = enrolment.request(Keys(b"\1" * 32), third, name="di", kind="agent")
            forged.append(roster.sign(ana, enrolment.admission(asked, third, ana)))

            def longer(name: str, /, after: int, **params: Any) -> Any:
                found = [
                    {**msgspec.to_builtins(each), "position": at}
                    for at, each in enumerate(forged)
                    if at > after
                ]
                return {"records": found, "position": len(forged) - 1}

            with pytest.raises(ForkedRoster, match="both are signed"):
                membership.update_roster(bob.vault, longer)
            assert bob.vault.roster.head == before

    tell(story)


def _key(member: Member) -> str:
    return (member.vault.path / "key").read_text("utf-8")


def test_a_new_member_refuses_a_roster_other_than_the_invitations(
    tell: Any, tmp_path: Path
) -> None:
    def story(team: Team) -> None:
        server = HttpCaller(team.url, team.key)
        with team.ana.vault.locked():
            text = membership.invite(team.ana.vault, "bob", 4e9)
        invited = enrolment.parse_invitation(text)
        for vault, pin in ((invited.vault, bytes(32)), ("ab" * 32, invited.pin)):
            fresh = joining.new_vault(
                server, tmp_path / vault, workspace=team.workspace, vault=vault, agent="bob"
            )
            with pytest.raises(WrongPin):
                joining.ask(fresh, server, kind="agent", secret=invited.secret, pin=pin)
            assert not (fresh.path / "key").exists()

    tell(story)


def test_a_request_whose_keys_the_server_exchanged_adds_nobody(tell: Any) -> None:
    def story(team: Team) -> None:
        server = HttpCaller(team.url, team.key)
        with team.ana.vault.locked():
            membership.invite(team.ana.vault, "bob", 4e9)
            known = team.ana.vault.roster
            eve = enrolment.request(
                Keys(bytes(32)), known, name="bob", kind="agent", secret=bytes(16)
            )
        import base64

        from ackbox.vault.encoding import encode

        raw = base64.b64encode(encode(eve)).decode()
        whose = {"workspace": team.workspace, "agent": "bob"}
        server.call("roster.request", {**whose, "request": raw, "member": eve.member})
        ana = team.ana.again()
        ana("agent.whoami")
        with ana.vault.locked() as kept:
            assert [each.name for each in kept.roster.current()] == ["ana"]
            # People can still compare the words; a wrong request has other words.
            (asked,) = membership.requests(kept, ana.remote)
            assert asked.member == eve.member

    tell(story)


def test_a_key_that_is_used_on_two_machines_is_noticed_by_both(tell: Any, tmp_path: Path) -> None:
    import shutil

    def story(team: Team) -> None:
        bob, ana = team.join("bob"), team.ana
        shutil.copytree(ana.home, tmp_path / "other")
        ana.send("bob", "from here")
        other = Member("ana", tmp_path / "other", team.url, team.key, _moved(ana, tmp_path))
        with pytest.raises(StateBehind, match="newer messages of your vault key"):
            other.send("bob", "from there")
        # After a restore it goes on where the first machine was.
        assert joining.restore(other.vault, other.remote) == 1
        other.send("bob", "from there")
        assert bob.texts() == ["from here", "from there"]

    tell(story)


def _moved(member: Member, where: Path) -> Any:
    from ackbox.client.vaults import vaults_in

    (vault,) = vaults_in(where / "other")
    assert vault.profile.agent == member.name
    return vault


def test_a_key_file_is_its_owners_and_its_loss_is_said(tell: Any) -> None:
    def story(team: Team) -> None:
        bob = team.join("bob")
        path = bob.vault.path
        modes = {each.name: each.stat().st_mode & 0o777 for each in path.iterdir()}
        assert modes == dict.fromkeys(
            ("key", "profile.json", "roster", "state.json", "transcript", "lock"), 0o600
        ) or set(modes.values()) == {0o600}
        assert path.stat().st_mode & 0o777 == 0o700
        parse_key_string((path / "key").read_text("utf-8"))
        (path / "key").unlink()
        from ackbox.client.vaults import vaults_in

        (again,) = vaults_in(bob.home)
        with pytest.raises(BadVaultKey, match="is missing"), again.locked():
            _ = again.keys

    tell(story)


def test_a_write_that_was_cut_off_is_read_up_to_its_last_whole_part(tell: Any) -> None:
    def story(team: Team) -> None:
        bob, ana = team.join("bob"), team.ana
        ana.send("bob", "one")
        assert bob.texts() == ["one"]
        for name, half in (("roster", b'{"body":"'), ("transcript", b"\0" * 50)):
            with (bob.vault.path / name).open("ab") as file:
                file.write(half)
        ana.send("bob", "two")
        bob = bob.again()
        bob.client._vaults = [each for each in bob.client._vaults]
        assert bob.texts() == ["one", "two"]
        team.join("cy")
        team.ana.send("bob", "three")
        assert bob.again().texts() == ["one", "two", "three"]

    tell(story)
