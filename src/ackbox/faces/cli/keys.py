"""API keys: the verbs of `ackbox key`.

Explained in docs/reference/cli.md.
"""

from __future__ import annotations

import click

from ackbox.faces.cli.asking import ask_first, removing
from ackbox.faces.cli.context import CliContext
from ackbox.faces.cli.ids import every, in_full, one_of
from ackbox.faces.cli.spans import Span
from ackbox.faces.cli.verb import Verb, verbs, with_context
from ackbox.faces.terminal_text import Column, local_time

VERBS: dict[str, click.Command] = {}

KEYS = (
    Column("id", lambda key: key["id"]),
    Column("kind", lambda key: key["kind"]),
    Column("agent", lambda key: key["agent"]),
    Column("label", lambda key: key["label"], may_cut=True),
    Column("dialect", lambda key: key["dialect"]),
    Column("created", lambda key: local_time(key["created_at"])),
    Column(
        "expires",
        lambda key: "revoked" if key["revoked_at"] else local_time(key["expires_at"]) or "never",
    ),
)

key = verbs(
    "key",
    VERBS,
    "Create, list, show, revoke and rotate API keys.\n\nExample: ackbox key create --agent bob",
)


@key.command("create", cls=Verb)
@click.option("--agent", "name", help="Agent that uses the key; required except for admin keys.")
@click.option(
    "--kind",
    type=click.Choice(["agent", "human", "owner", "read-only", "admin", "server-admin"]),
    default="agent",
    show_default=True,
    help="Role of the key.",
)
@click.option(
    "--may-speak-as",
    multiple=True,
    help="Another agent name the key may use; * matches any text; repeatable.",
)
@click.option("--label", default="", help="Label to recognise the key by.")
@click.option(
    "--expires",
    "--expires-in-days",
    "expires_in_days",
    type=Span(86_400),
    default="90d",
    show_default=True,
    help="Time until it expires: 90 (days), 2w; 0 for never.",
)
@click.option("--dialect", help="Dialect whose tools the key gets at /mcp.")
@with_context
def key_create(
    ctx: CliContext,
    name: str | None,
    kind: str,
    may_speak_as: tuple[str, ...],
    label: str,
    expires_in_days: int,
    dialect: str | None,
) -> None:
    """Create an API key and print it once.

    Example: ackbox key create --agent bob --json
    """
    made = ctx.call(
        "key.create",
        name=name or None,
        kind=kind,
        may_speak_as=list(may_speak_as),
        label=label,
        expires_in_days=expires_in_days,
        dialect=dialect or None,
    )
    ctx.show(made, lambda of: of["key"])
    if not ctx.is_json:
        ctx.say(
            "The key is not shown again. Use it with: export ACKBOX_KEY=…   Revoke it with:"
            f" ackbox key revoke {made['id']}"
        )


@key.command("list", cls=Verb)
@with_context
def key_list(ctx: CliContext) -> None:
    """List the API keys of the workspace, without their secrets.

    Example: ackbox key list
    """
    ctx.show_each(
        ctx.call("key.list")["keys"],
        KEYS,
        empty="No keys yet. Create one with: ackbox key create --agent bob",
    )


@key.command("show", cls=Verb)
@click.argument("id")
@with_context
def key_show(ctx: CliContext, id: str) -> None:
    """Show an API key without its secret.

    Example: ackbox key show 3kQ9…
    """
    found = one_of(
        ctx, [*every(ctx, "key.list", "keys")], id, what="key", listing="ackbox key list"
    )
    ctx.show(found, lambda of: in_full(of, KEYS))


@key.command("revoke", cls=Verb)
@click.argument("id")
@removing
@with_context
def key_revoke(ctx: CliContext, id: str, yes: bool) -> None:
    """Revoke a key; its open connections end within a second.

    Example: ackbox key revoke 3kQ9…
    """
    ask_first(ctx, f"Revoke the key {id}? Programs that use it stop working.", yes=yes)
    ctx.show(ctx.call("key.revoke", id=id), lambda _: f"revoked {id}")


@key.command("rotate", cls=Verb)
@click.argument("id")
@click.option(
    "--grace",
    default="24h",
    show_default=True,
    help="Time the old key stays valid: seconds, 10m or 2h; 0 revokes it at once.",
)
@with_context
def key_rotate(ctx: CliContext, id: str, grace: str) -> None:
    """Replace a key with a new one that has the same role.

    Example: ackbox key rotate 3kQ9… --grace 2h

    The old key stays valid for the grace period. A new operator key is also written to
    operator.key on the server's machine.
    """
    from ackbox.faces.cli.message_text import seconds

    made = ctx.call("key.rotate", id=id, grace_s=int(seconds(grace)))
    ctx.show(made, lambda of: of["key"])
    if not ctx.is_json:
        ctx.say(
            f"The key is not shown again. The old key {made['old_id']} is valid until"
            f" {local_time(made['old_ends_at'])}."
            + (f" The new key is in {made['kept_in']}." if made["kept_in"] else "")
        )
