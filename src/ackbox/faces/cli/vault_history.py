"""ackbox vault share-history: let a new member read what is older than its membership.

Explained in docs/why/sealed.md, "Sharing history".
"""

from __future__ import annotations

import click

from ackbox.faces.cli.context import CliContext
from ackbox.faces.cli.vault_context import attempt, opened, show
from ackbox.faces.cli.verb import verb

HISTORY: dict[str, click.Command] = {}


@verb("share-history", HISTORY)
@click.argument("name")
def share_history(ctx: CliContext, name: str) -> None:
    """Let a new member read all older messages, tasks and notes.

    Example: ackbox vault share-history bob -w secret --as ana
    """
    from ackbox.client import history_sharing

    vault, calls = opened(ctx)
    done = attempt(ctx, lambda: history_sharing.share_history(vault, calls.remote, name))
    show(
        ctx,
        {"name": name, **done},
        f"{name} can read {done['messages']} older messages and {done['texts']} texts.",
        None,
    )
