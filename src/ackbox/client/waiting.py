"""What waits for the server's answer: sealed bytes are sent again unchanged until there is one.

Explained in docs/why/sealed.md, "On a member's machine".
"""

from __future__ import annotations

from ackbox.client.membership import Remote
from ackbox.client.vaults import Answered, Vault
from ackbox.errors import AckboxError, StateBehind, Unavailable


def finish(vault: Vault, remote: Remote) -> None:
    """Send the bytes that wait for an answer, if there are any; a refusal is an answer."""
    state = vault.state
    waiting = state.waiting
    if waiting is None:
        return
    try:
        answer = remote(waiting.operation, **waiting.params)
    except Unavailable:
        raise
    except AckboxError as error:
        state.waiting = None
        vault.save()
        if error.details.get("reason") == "chain":
            raise StateBehind(
                "The server has newer messages of your vault key than this machine.",
                hint="The key is used on another machine, or this machine's files are old."
                " Restore it here with: ackbox vault restore",
                counter=error.details.get("counter"),
            ) from None
        raise
    state.waiting = None
    if waiting.operation == "text.put":
        state.text_counter, state.text_hash = waiting.counter, waiting.hash
    else:
        state.counter, state.hash = waiting.counter, waiting.hash
        state.recent[waiting.params["idempotency_key"]] = Answered(
            content=waiting.content,
            answer=answer,
            sealed=waiting.params["sealed"] if waiting.is_kept else None,
        )
    vault.save()


def is_stale(error: AckboxError) -> bool:
    """Whether sealing again for the newest roster, or after the newest edition, can succeed."""
    return error.code == "stale_roster" or error.details.get("reason") in ("roster", "edition")
