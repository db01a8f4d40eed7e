"""Joining: from no key to a membership, as the founder or as a new member.

Explained in docs/why/sealed.md, "New members".
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ackbox.client.http import HttpCaller, NoServer
from ackbox.client.membership import ask_to_join, update_roster, update_transcript
from ackbox.client.texts import update_texts
from ackbox.client.vaults import Profile, Vault, has_key, place_of
from ackbox.errors import AckboxError, Conflict, NotMember
from ackbox.vault import roster
from ackbox.vault.keys import Keys

if TYPE_CHECKING:
    from ackbox.vault.enrolment import Request
    from ackbox.vault.roster import Access, MemberKind


def found(
    server: HttpCaller,
    data_dir: Path,
    *,
    workspace: str,
    access: Access,
    name: str,
    kind: MemberKind,
) -> Vault:
    """Create a sealed workspace, and a membership as its first admin.

    Raises NoServer and the errors of ackbox.errors.
    """
    keys = Keys(os.urandom(32))
    record = roster.sign(
        keys,
        roster.Genesis(
            workspace=workspace,
            access=access,
            nonce=os.urandom(16),
            name=name,
            kind=kind,
            sign_key=keys.sign_key,
            seal_key=keys.seal_key,
        ),
    )
    known = roster.apply(None, record)
    vault = new_vault(server, data_dir, workspace=workspace, vault=known.vault, agent=name)
    # The key is on disk first: a workspace whose only key is lost cannot be used.
    vault.save_key(keys, known.head)
    server.call("workspace.create", {"name": workspace, "mode": access, "sealed": True})
    wire = msgspec.to_builtins(record)
    server.call("roster.append", {"workspace": workspace, "agent": name, "record": wire})
    with vault.locked():
        vault.keep_roster(known, [record])
    vault.save_profile()
    return vault


def new_vault(
    server: HttpCaller, data_dir: Path, *, workspace: str, vault: str, agent: str
) -> Vault:
    """Return a membership without a key. Raises Conflict when there is one already."""
    place = place_of(data_dir, vault, agent)
    if has_key(place):
        raise Conflict(
            f"This machine has a vault key for that name already, in {place}.",
            hint="Use it, or move that directory away.",
        )
    return Vault(place, Profile(url=server.url, workspace=workspace, vault=vault, agent=agent))


def ask(
    vault: Vault, server: HttpCaller, *, kind: MemberKind, secret: bytes | None, pin: bytes
) -> Request:
    """Make a key, and ask to join with it. Raises WrongPin when the roster is another one."""

    def remote(name: str, /, **given: Any) -> Any:
        whose = {"workspace": vault.profile.workspace, "agent": vault.profile.agent}
        return server.call(name, {**whose, **given})

    with vault.locked():
        known = update_roster(vault, remote)
        roster.check_pin(known, pin)
        vault.save_key(Keys(os.urandom(32)), pin)
        vault.save_profile()
        return ask_to_join(vault, remote, kind=kind, secret=secret)


def bind(vault: Vault, server: HttpCaller) -> None:
    """Use a membership for all calls with a key that acts as its member unless told otherwise."""
    with suppress(AckboxError, NoServer):
        me = server.call("agent.whoami", {})
        if (me["workspace"], me["agent"]) == (vault.profile.workspace, vault.profile.agent):
            vault.profile.keys = [me["key_id"]]
            vault.save_profile()


def finish(vault: Vault) -> None:
    """Pin the own record, once an admin has added this machine's key."""
    with vault.locked():
        member = vault.roster.members[vault.keys.id]
        vault.save_key(vault.keys, vault.roster.hashes[member.added])


def restore(vault: Vault, remote: Any) -> int:
    """Go on from the newest message that the server lists of this key; return its number.

    The server could list too few: other members then see that the key was used in two places.
    """
    with vault.locked():
        known = update_roster(vault, remote)
        if vault.keys.id not in known.members:
            raise NotMember(
                "The key is not one of this workspace's members.",
                hint="Check that the backup is of this workspace.",
            )
        update_transcript(vault, remote)
        state = vault.state
        state.waiting = None
        counter, own = vault.transcript.last(vault.keys.id)
        if counter > state.counter:
            state.counter, state.hash = counter, own
        update_texts(vault, remote)
        number, text = vault.texts.transcript.last(vault.keys.id)
        if number > state.text_counter:
            state.text_counter, state.text_hash = number, text
        vault.save()
        return state.counter
