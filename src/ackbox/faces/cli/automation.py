"""Automation: schedule, webhook; the webhooks to other systems are in outgoing.py.

Explained in docs/howto/send-by-the-clock.md.
"""

from __future__ import annotations

import click

from ackbox.faces.cli.asking import ask_first, removing
from ackbox.faces.cli.context import CliContext
from ackbox.faces.cli.ids import every, id_column, in_full, one_of
from ackbox.faces.cli.outgoing import out
from ackbox.faces.cli.verb import Verb, verbs, with_context
from ackbox.faces.terminal_text import Column, local_time

VERBS: dict[str, click.Command] = {}

SCHEDULES = (
    Column("when", lambda each: f"{each['cron']} {each['zone']}"),
    Column("to", lambda each: ", ".join(each["to"])),
    Column("text", lambda each: each["subject"] or each["body"], may_cut=True),
    Column("next", lambda each: local_time(each["next_at"])),
    Column("last", lambda each: "failed" if each["last_error"] else local_time(each["last_at"])),
    Column("by", lambda each: each["created_by"]),
)

SCHEDULE = (
    Column("id", lambda of: of["id"]),
    Column("when", lambda of: f"{of['cron']} {of['zone']}"),
    Column("to", lambda of: ", ".join(of["to"])),
    Column("subject", lambda of: of["subject"]),
    Column("intent", lambda of: of["intent"]),
    Column("priority", lambda of: of["priority"]),
    Column("next", lambda of: local_time(of["next_at"], in_full=True)),
    Column("last", lambda of: local_time(of["last_at"], in_full=True)),
    Column("error", lambda of: of["last_error"]),
    Column("created by", lambda of: of["created_by"]),
)

schedule = verbs(
    "schedule",
    VERBS,
    "Send messages on a schedule.\n\nExample: ackbox --as ana schedule create '0 9 * * MON-FRI' bob"
    " 'Stand-up' --zone Europe/Berlin",
)


@schedule.command("create", cls=Verb)
@click.argument("cron")
@click.argument("to")
@click.argument("body")
@click.option(
    "--zone",
    default="UTC",
    show_default=True,
    help="IANA time zone of the cron expression.",
)
@click.option("--subject", help="Subject line.")
@click.option("--intent", default="inform", show_default=True, help="Purpose of the message.")
@click.option(
    "--priority",
    type=int,
    default=3,
    show_default=True,
    help="Priority from 1 to 5; 5 is most urgent.",
)
@with_context
def schedule_create(
    ctx: CliContext,
    cron: str,
    to: str,
    body: str,
    zone: str,
    subject: str | None,
    intent: str,
    priority: int,
) -> None:
    """Send a message at the times of a cron expression.

    Example: ackbox --as ana schedule create '0 9 * * MON-FRI' bob 'Stand-up: what is open?' --zone
    Europe/Berlin

    The sender is system:cron. When the server was down at a scheduled time, it sends the message
    once after the start, with the number of missed times.
    """
    made = ctx.call(
        "schedule.add",
        cron=cron,
        to=to,
        body=body,
        subject=subject or None,
        zone=zone,
        intent=intent,
        priority=priority,
    )
    ctx.show(
        made,
        lambda of: f"Created {of['id']}. Next message: {local_time(of['next_at'], in_full=True)}.",
    )


@schedule.command("list", cls=Verb)
@with_context
def schedule_list(ctx: CliContext) -> None:
    """List schedules, with the time of the next message.

    Example: ackbox --as ana schedule list
    """
    rows = ctx.call("schedule.list")["schedules"]
    ctx.show_each(
        rows,
        (id_column(rows), *SCHEDULES),
        empty=(
            "No schedules yet. Create one with: ackbox --as ana schedule create @daily bob 'Hello'"
        ),
    )


@schedule.command("show", cls=Verb)
@click.argument("id")
@with_context
def schedule_show(ctx: CliContext, id: str) -> None:
    """Show a schedule with its complete text and its last error.

    Example: ackbox --as ana schedule show 0199…
    """
    rows = [*every(ctx, "schedule.list", "schedules")]
    found = one_of(ctx, rows, id, what="schedule", listing="ackbox schedule list")
    ctx.show(found, lambda of: f"{in_full(of, SCHEDULE)}\n\n{of['body']}")


@schedule.command("remove", cls=Verb)
@click.argument("id")
@removing
@with_context
def schedule_remove(ctx: CliContext, id: str, yes: bool) -> None:
    """Remove a schedule; messages that it sent stay.

    Example: ackbox --as ana schedule remove 0199…
    """
    ask_first(ctx, f"Remove the schedule {id}?", yes=yes)
    ctx.show(ctx.call("schedule.remove", id=id), lambda of: f"Removed {of['id']}.")


WEBHOOKS = (
    Column("form", lambda each: each["form"]),
    Column("to", lambda each: each["to"]),
    Column("text", lambda each: each["subject"] or each["body"], may_cut=True),
    Column("received", lambda each: each["received"]),
    Column("newest", lambda each: local_time(each["received_at"])),
    Column("by", lambda each: each["created_by"]),
)
WEBHOOK = (
    Column("id", lambda of: of["id"]),
    Column("form", lambda of: of["form"]),
    Column("to", lambda of: of["to"]),
    Column("subject", lambda of: of["subject"]),
    Column("intent", lambda of: of["intent"]),
    Column("priority", lambda of: of["priority"]),
    Column("received", lambda of: of["received"]),
    Column("newest", lambda of: local_time(of["received_at"], in_full=True)),
    Column("created by", lambda of: of["created_by"]),
)
webhook = verbs(
    "webhook",
    VERBS,
    "Receive messages from other systems.\n\nExample: ackbox --as ana webhook create bob"
    " 'Build {number}: {state}'",
)
webhook.add_command(out)


@webhook.command("create", cls=Verb)
@click.argument("to")
@click.argument("body", default="{.}")
@click.option("--subject", help="Subject line; a template like the text.")
@click.option(
    "--form",
    type=click.Choice(["standard", "github"]),
    default="standard",
    show_default=True,
    help="Signature form of the other system.",
)
@click.option("--intent", default="inform", show_default=True, help="Purpose of its messages.")
@click.option(
    "--priority",
    type=int,
    default=3,
    show_default=True,
    help="Priority from 1 to 5; 5 is most urgent.",
)
@with_context
def webhook_create(
    ctx: CliContext, to: str, body: str, subject: str | None, form: str, intent: str, priority: int
) -> None:
    """Create a webhook; print its URL and its signing secret.

    Example: ackbox --as ana webhook create bob 'Build {build.number}: {build.state}' --subject 'CI'

    BODY is a template: {path.to.value} inserts a value of the received JSON, {.} all of it.
    """
    made = ctx.call(
        "webhook.add",
        to=to,
        body=body,
        subject=subject or None,
        form=form,
        intent=intent,
        priority=priority,
    )
    url = ctx.server.url.rstrip("/") + made["path"]
    ctx.show(made | {"url": url}, lambda of: f"url     {of['url']}\nsecret  {of['secret']}")
    if not ctx.is_json:
        ctx.say(
            f"The secret is not shown again. Remove it with: ackbox webhook remove {made['id']}"
        )


@webhook.command("list", cls=Verb)
@with_context
def webhook_list(ctx: CliContext) -> None:
    """List webhooks, without their secrets.

    Example: ackbox --as ana webhook list
    """
    rows = ctx.call("webhook.list")["webhooks"]
    ctx.show_each(
        rows,
        (id_column(rows), *WEBHOOKS),
        empty="No webhooks yet. Create one with: ackbox --as ana webhook create bob",
    )


@webhook.command("show", cls=Verb)
@click.argument("id")
@with_context
def webhook_show(ctx: CliContext, id: str) -> None:
    """Show a webhook with its template, without its secret.

    Example: ackbox --as ana webhook show 0199…
    """
    rows = [*every(ctx, "webhook.list", "webhooks")]
    found = one_of(ctx, rows, id, what="webhook", listing="ackbox webhook list")
    ctx.show(found, lambda of: f"{in_full(of, WEBHOOK)}\n\n{of['body']}")


@webhook.command("remove", cls=Verb)
@click.argument("id")
@removing
@with_context
def webhook_remove(ctx: CliContext, id: str, yes: bool) -> None:
    """Remove a webhook; messages that it brought stay.

    Example: ackbox --as ana webhook remove 0199…
    """
    ask_first(ctx, f"Remove the webhook {id}? Its URL stops working.", yes=yes)
    ctx.show(ctx.call("webhook.remove", id=id), lambda of: f"Removed {of['id']}.")
