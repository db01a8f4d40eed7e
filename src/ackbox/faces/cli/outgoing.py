"""Outgoing webhooks: webhook out.

Explained in docs/howto/tell-other-systems.md.
"""

from __future__ import annotations

from typing import Any

import click

from ackbox.faces.cli.asking import ask_first, removing
from ackbox.faces.cli.context import CliContext
from ackbox.faces.cli.verb import Family, Verb, with_context
from ackbox.faces.terminal_text import Column, local_time


def _last(each: dict[str, Any]) -> str:
    if each["last_at"] is None:
        return ""
    how = "accepted" if each["last_error"] is None else f"failed ({each['last_status'] or '-'})"
    return f"{how} {local_time(each['last_at'])}"


OUTGOING = (
    Column("id", lambda each: each["id"]),
    Column("on", lambda each: each["on"]),
    Column("url", lambda each: each["url"], may_cut=True),
    Column("delivered", lambda each: each["delivered"]),
    Column("waiting", lambda each: each["waiting"]),
    Column("failed", lambda each: each["failed"]),
    Column("last", _last),
    Column("by", lambda each: each["created_by"]),
)

out = Family(
    "out",
    help="Report messages to other systems.\n\nExample: ackbox --as ana webhook out create"
    " https://gate.example/ackbox --on needs",
)


@out.command("create", cls=Verb)
@click.argument("address")
@click.option(
    "--on",
    type=click.Choice(["needs", "urgent", "overdue", "all"]),
    default="needs",
    show_default=True,
    help="Messages to report.",
)
@click.option(
    "--form",
    type=click.Choice(["standard", "slack"]),
    default="standard",
    show_default=True,
    help="Form of the requests.",
)
@with_context
def out_create(ctx: CliContext, address: str, on: str, form: str) -> None:
    """Create an outgoing webhook; print its signing secret.

    Example: ackbox --as ana webhook out create https://gate.example/ackbox --on needs

    The server sends a signed request for each message, and tries again for a day until the
    receiver accepts it.
    """
    made = ctx.call("webhook_out.add", url=address, on=on, form=form)
    ctx.show(made, lambda of: f"id      {of['id']}\nsecret  {of['secret']}")
    if not ctx.is_json:
        ctx.say(
            f"The secret is not shown again. Test it with: ackbox webhook out test {made['id']}"
        )


@out.command("list", cls=Verb)
@with_context
def out_list(ctx: CliContext) -> None:
    """List outgoing webhooks, with their failed deliveries.

    Example: ackbox --as ana webhook out list
    """
    found = ctx.call("webhook_out.list")["webhooks"]
    ctx.show_each(
        found,
        OUTGOING,
        empty=(
            "No outgoing webhooks yet. Create one with: ackbox --as ana webhook out create"
            " https://gate.example/ackbox"
        ),
    )
    if ctx.is_json:
        return
    for each in found:
        if each["last_error"]:
            ctx.say(f"{each['id']}: {each['last_error']}")
        if each["failed"]:
            ctx.say(f"Send failed deliveries again with: ackbox webhook out retry {each['id']}")


@out.command("remove", cls=Verb)
@click.argument("id")
@removing
@with_context
def out_remove(ctx: CliContext, id: str, yes: bool) -> None:
    """Remove an outgoing webhook and what waits for it.

    Example: ackbox --as ana webhook out remove 0199…
    """
    ask_first(ctx, f"Remove the outgoing webhook {id}?", yes=yes)
    ctx.show(ctx.call("webhook_out.remove", id=id), lambda of: f"Removed {of['id']}.")


@out.command("test", cls=Verb)
@click.argument("id")
@with_context
def out_test(ctx: CliContext, id: str) -> None:
    """Send a test request and print how the receiver answered.

    Example: ackbox --as ana webhook out test 0199…
    """
    done = ctx.call("webhook_out.test", id=id, wait_s=20)
    ctx.show(done, _how_it_ended)
    if done["state"] == "failed":
        raise click.exceptions.Exit(1)


def _how_it_ended(done: dict[str, Any]) -> str:
    if done["state"] == "waiting":
        return "Not sent yet: see ackbox webhook out list."
    if done["error"] is None:
        return f"Accepted (status {done['status']})."
    return str(done["error"])


@out.command("retry", cls=Verb)
@click.argument("id")
@click.option("--delivery", help="Id of one failed delivery (default: all of them).")
@with_context
def out_retry(ctx: CliContext, id: str, delivery: str | None) -> None:
    """Send the failed deliveries of an outgoing webhook again.

    Example: ackbox --as ana webhook out retry 0199…
    """
    done = ctx.call("webhook_out.retry", id=id, delivery=delivery)
    ctx.show(done, lambda of: f"Sending {of['deliveries']} deliveries again.")
