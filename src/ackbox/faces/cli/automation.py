"""What posts by itself: schedule, webhook.

Explained in docs/howto/send-by-the-clock.md.
"""

from __future__ import annotations

import click

from ackbox.faces.cli.context import CliContext, Verb, verbs, with_context
from ackbox.faces.terminal_text import Column, local_time

VERBS: dict[str, click.Command] = {}

SCHEDULES = (
    Column("id", lambda each: each["id"]),
    Column("when", lambda each: f"{each['cron']} {each['zone']}"),
    Column("to", lambda each: ", ".join(each["to"])),
    Column("what", lambda each: each["subject"] or each["body"], may_cut=True),
    Column("next", lambda each: local_time(each["next_at"])),
    Column("last", lambda each: "failed" if each["last_error"] else local_time(each["last_at"])),
    Column("by", lambda each: each["created_by"]),
)

schedule = verbs(
    "schedule",
    VERBS,
    "Send by the clock.\n\nExample: ackbox --as ana schedule add '0 9 * * MON-FRI' bob 'Stand-up'"
    " --zone Europe/Berlin",
)


@schedule.command("add", cls=Verb)
@click.argument("cron")
@click.argument("to")
@click.argument("body")
@click.option(
    "--zone",
    default="UTC",
    show_default=True,
    help="IANA time zone that the expression is read in.",
)
@click.option("--subject", help="One line.")
@click.option("--intent", default="inform", show_default=True, help="What it is for.")
@click.option(
    "--priority", type=int, default=3, show_default=True, help="1 to 5; 5 is most urgent."
)
@with_context
def schedule_add(
    ctx: CliContext,
    cron: str,
    to: str,
    body: str,
    zone: str,
    subject: str | None,
    intent: str,
    priority: int,
) -> None:
    """Send a message again and again, at the times of a cron expression.

    Example: ackbox --as ana schedule add '0 9 * * MON-FRI' bob 'Stand-up: what is open?' --zone
    Europe/Berlin

    It comes from system:cron. A time that passes while no server runs is made up for once, in a
    message that says how many were missed.
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
    ctx.show(made, lambda of: f"added {of['id']}; next at {local_time(of['next_at'])}")


@schedule.command("list", cls=Verb)
@with_context
def schedule_list(ctx: CliContext) -> None:
    """List what is sent by the clock, and when next.

    Example: ackbox --as ana schedule list
    """
    ctx.show_each(
        ctx.call("schedule.list")["schedules"],
        SCHEDULES,
        empty=(
            "Nothing is sent by the clock. Add something with: ackbox --as ana schedule add @daily"
            " bob 'Good morning'"
        ),
    )


@schedule.command("remove", cls=Verb)
@click.argument("id")
@with_context
def schedule_remove(ctx: CliContext, id: str) -> None:
    """End a schedule; what it has sent stays.

    Example: ackbox --as ana schedule remove 0199…
    """
    ctx.show(ctx.call("schedule.remove", id=id), lambda of: f"removed {of['id']}")


WEBHOOKS = (
    Column("id", lambda each: each["id"]),
    Column("form", lambda each: each["form"]),
    Column("to", lambda each: each["to"]),
    Column("what", lambda each: each["subject"] or each["body"], may_cut=True),
    Column("received", lambda each: each["received"]),
    Column("newest", lambda each: local_time(each["received_at"])),
    Column("by", lambda each: each["created_by"]),
)
webhook = verbs(
    "webhook",
    VERBS,
    "Let other systems post.\n\nExample: ackbox --as ana webhook add bob 'Build {number}: {state}'",
)


@webhook.command("add", cls=Verb)
@click.argument("to")
@click.argument("body", default="{.}")
@click.option("--subject", help="One line, a template as the text is.")
@click.option(
    "--form",
    type=click.Choice(["standard", "github"]),
    default="standard",
    show_default=True,
    help="How the other system signs.",
)
@click.option("--intent", default="inform", show_default=True, help="What its messages are for.")
@click.option(
    "--priority", type=int, default=3, show_default=True, help="1 to 5; 5 is most urgent."
)
@with_context
def webhook_add(
    ctx: CliContext, to: str, body: str, subject: str | None, form: str, intent: str, priority: int
) -> None:
    """Let another system post messages; prints where to, and the secret it signs with.

    Example: ackbox --as ana webhook add bob 'Build {build.number}: {build.state}' --subject 'CI'

    {path.to.value} stands for a value of the posted JSON, {.} for all of it.
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
    ctx.show(made | {"url": url}, lambda of: f"post to  {of['url']}\nsecret   {of['secret']}")
    if not ctx.is_json:
        ctx.say(f"The secret is shown this once. End it with: ackbox webhook remove {made['id']}")


@webhook.command("list", cls=Verb)
@with_context
def webhook_list(ctx: CliContext) -> None:
    """List who may post from elsewhere, without the secrets.

    Example: ackbox --as ana webhook list
    """
    ctx.show_each(
        ctx.call("webhook.list")["webhooks"],
        WEBHOOKS,
        empty="No webhooks yet. Make one with: ackbox --as ana webhook add bob",
    )


@webhook.command("remove", cls=Verb)
@click.argument("id")
@with_context
def webhook_remove(ctx: CliContext, id: str) -> None:
    """End a webhook; what it has brought stays.

    Example: ackbox --as ana webhook remove 0199…
    """
    ctx.show(ctx.call("webhook.remove", id=id), lambda of: f"removed {of['id']}")
