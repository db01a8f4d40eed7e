"""Removal: the record by which an admin ends a membership, with what the member has sent last.

Explained in docs/why/sealed.md, "Roster".
"""

from __future__ import annotations

from ackbox.client.membership import Remote, append, named, update_transcript
from ackbox.client.texts import update_texts
from ackbox.client.vaults import Vault
from ackbox.vault.roster import Remove, Roster


def remove(vault: Vault, remote: Remote, name: str) -> None:
    """Remove a member; its messages and texts up to the last ones that are listed stay accepted."""
    update_transcript(vault, remote)
    update_texts(vault, remote)

    def removing(known: Roster) -> Remove:
        member = named(known, name)
        return Remove(
            previous=known.head,
            by=vault.keys.id,
            member=member.id,
            last_counter=vault.transcript.last(member.id)[0],
            last_text=vault.texts.transcript.last(member.id)[0],
        )

    append(vault, remote, removing)
