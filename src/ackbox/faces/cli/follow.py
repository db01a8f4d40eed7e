"""Following: tail, wait.

Explained in docs/reference/cli.md.
"""

from __future__ import annotations

import time
from typing import Any, Literal, get_args

import click
import msgspec

from ackbox.errors import Invalid
from ackbox.faces.cli.context import TOO_LONG, CliContext
from ackbox.faces.cli.message_text import LETTERS, quoted, seconds, sender
from ackbox.faces.cli.verb import verb
from ackbox.faces.terminal_text import as_json, local_time, plain, some
from ackbox.model.filter import Filter, fits_all, parse_filter
from ackbox.model.program import Activity

VERBS: dict[str, click.Command] = {}


@verb("tail", VERBS)
@click.argument("filter", nargs=-1)
@click.option(
    "--since",
    type=click.Choice(["now", "start"]),
    default="now",
    show_default=True,
    help="Start with new messages, or with the first one.",
)
def tail(ctx: CliContext, filter: tuple[str, ...], since: str) -> None:
    """Print messages as they are sent, until Ctrl-C.

    Example: ackbox tail intent:blocked,question is:urgent

    FILTER keeps matching messages only: from: to: intent: is: priority: before: after: thread: has:
    and words, as in the dashboard.
    """
    wanted = _filter(filter)
    with ctx.client(patience_s=2) as client:
        for events, _ in client.pages(
            cursor="start" if since == "start" else None, kinds=["message.sent"]
        ):
            if not events:
                (
                    ctx.say("Waiting for messages. Ctrl-C stops; nothing is lost.")
                    if not ctx.is_json
                    else None
                )
                continue
            page = msgspec.to_builtins(
                client.message.history(
                    ids=[event.id for event in events if event.id], with_tallies=True
                )
            )
            fitting = [
                message
                for message, tally in zip(page["messages"], page["tallies"], strict=True)
                if fits_all(wanted, message, tally)
            ]
            for message in sorted(fitting, key=lambda message: int(message["seq"])):
                click.echo(as_json(ctx.picked(message)) if ctx.is_json else plain(_line(message)))


def _filter(words: tuple[str, ...]) -> Filter:
    try:
        return parse_filter(" ".join(quoted(word) for word in words), now=int(time.time() * 1000))
    except Invalid as error:
        raise click.UsageError(f"{error.message} {error.hint or ''}") from None


def _line(message: Any) -> str:
    text = " ".join((message["subject"] or message["body"]).split())[:100]
    return (
        f"{local_time(message['created_at'])}  {sender(message)} → {some(message['to'], 3)} "
        f" {message['intent']}{'  !' if message['priority'] > 3 else ''}  {text}"
    )


@verb("wait", VERBS)
@click.option(
    "--timeout", default="60", show_default=True, help="Time to wait: seconds, 10m or 1h."
)
@click.option(
    "--limit", type=int, default=50, show_default=True, help="Maximum number of messages to show."
)
@click.option(
    "--mark",
    type=click.Choice(["none", "delivered", "read"]),
    default="none",
    help="Mark the messages shown.",
)
@click.option(
    "--until",
    "condition",
    metavar="AGENT=ACTIVITY",
    help="Wait for an agent's or instance's program instead: idle, busy, asking, compacting or"
    " gone.",
)
def wait(
    ctx: CliContext,
    timeout: str,
    limit: int,
    mark: Literal["none", "delivered", "read"],
    condition: str | None,
) -> None:
    """Wait for unread messages and show them; exit code 5 if none came.

    Example: ackbox --as bob wait --timeout 10m, or: ackbox wait --until codex=idle
    """
    until = time.monotonic() + seconds(timeout)
    if condition is not None:
        _wait_for_activity(ctx, condition, until)
        return
    with ctx.client(patience_s=2, named=True) as client:
        while True:
            left = max(0.0, until - time.monotonic())
            letters = client.inbox.wait(wait_s=min(left, 20), limit=limit, mark=mark).messages
            # A server that stops answers early; the next call then reports that none is there.
            if letters or time.monotonic() >= until:
                break
    if not letters:
        ctx.fail(
            TOO_LONG,
            "nothing",
            f"No message came within {seconds(timeout):g} s.",
            "Wait again: nothing is lost.",
        )
    ctx.show_each(msgspec.to_builtins(letters), LETTERS, empty="")


def _wait_for_activity(ctx: CliContext, condition: str, until: float) -> None:
    """Wait until an instance of an agent does what the condition names, and show it."""
    name, _, activity = condition.rpartition("=")
    if not name or activity not in get_args(Activity):
        raise click.UsageError(
            f"'{condition}' is not AGENT=ACTIVITY. Use one of: {', '.join(get_args(Activity))}."
        )
    agent, _, instance = name.partition("/")
    with ctx.client(patience_s=2) as client:
        cursor = client.event.feed(of="workspace", wait_s=0).cursor
        while True:
            roster = client.agent.list(name=agent)
            found = [
                one
                for each in roster.agents
                for one in (each.instances or [each])
                if one.activity == activity and instance in ("", one.instance)
            ]
            left = until - time.monotonic()
            if found or left <= 0:
                break
            page = client.event.feed(
                of="workspace", cursor=cursor, kinds=["agent.activity"], wait_s=min(left, 20)
            )
            cursor = page.cursor
    if not found:
        ctx.fail(
            TOO_LONG,
            "nothing",
            f"{name} was not {activity} in time.",
            "See what agents do with: ackbox who",
        )
    ctx.show(
        msgspec.to_builtins(found[0]),
        lambda of: f"{of['agent']} is {of['activity']} since {local_time(of['activity_since'])}",
    )
