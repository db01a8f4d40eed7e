"""Reading: inbox, read, ack, archive, thread, search, tail, wait.

Explained in docs/reference/cli.md.
"""

from __future__ import annotations

import sys
import time
from typing import Any, Literal, get_args

import click
import msgspec

from ackbox.errors import Invalid
from ackbox.faces.cli.context import NOTHING, TOO_LONG, CliContext, verb
from ackbox.faces.cli.message_text import LETTERS, in_full, quoted, seconds, sender
from ackbox.faces.terminal_text import as_json, local_time, plain, some
from ackbox.model.filter import Filter, fits_all, parse_filter
from ackbox.model.program import Activity

VERBS: dict[str, click.Command] = {}


def unknown(ctx: CliContext, near: list[str]) -> str:
    """Return the text for an agent that is not registered and has no messages waiting."""
    meant = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
    return (
        f"No agent called {ctx.agent!r} is registered, and no messages wait for it.{meant}"
        f" Register it with: {ctx.again} heartbeat"
    )


@verb("inbox", VERBS)
@click.option(
    "--limit", type=int, default=50, show_default=True, help="Maximum number of messages to show."
)
@click.option(
    "--mark",
    type=click.Choice(["none", "delivered", "read"]),
    default="none",
    help="Mark the messages shown.",
)
@click.option("--urgent-first", is_flag=True, help="Sort by priority instead of oldest first.")
@click.option("--all", "with_read", is_flag=True, help="Include read messages, newest first.")
@click.option("--unread", is_flag=True, hidden=True)
@click.option("--fail-empty", is_flag=True, help="Exit with code 6 when there are none.")
def inbox(
    ctx: CliContext,
    limit: int,
    mark: str,
    urgent_first: bool,
    with_read: bool,
    unread: bool,
    fail_empty: bool,
) -> None:
    """Show unread messages, oldest first, without marking them.

    Example: ackbox --as bob inbox
    """
    name, more = (
        ("mailbox.list", {})
        if with_read
        else ("inbox.check", {"mark": mark, "urgent_first": urgent_first})
    )
    checked = ctx.call(name, limit=limit, **more)
    letters = checked["messages"]
    if not checked["known"]:
        ctx.say(unknown(ctx, checked["near"]))
    else:
        ctx.show_each(
            letters,
            LETTERS,
            empty=(
                "No messages yet."
                if with_read
                else 'No unread messages. Send one with: ackbox --as ana send bob "hello"'
            ),
        )
    if not ctx.is_json and checked.get("notice"):
        ctx.say(checked["notice"])
    if letters and not ctx.is_json and not with_read and mark != "read":
        ctx.say(
            f"{checked['unread']} unread. Next: {ctx.again} read {letters[0]['id']}   or:"
            f" {ctx.again} ack {letters[0]['id']}"
        )
    if fail_empty and not letters:
        sys.exit(NOTHING)


@verb("read", VERBS)
@click.argument("ids", nargs=-1)
@click.option("--no-mark", is_flag=True, help="Do not mark them read.")
def read(ctx: CliContext, ids: tuple[str, ...], no_mark: bool) -> None:
    """Show messages in full and mark them read; by default the oldest unread.

    Example: ackbox --as bob read
    """
    checked = {} if ids else ctx.call("inbox.check", limit=1)
    found = [ctx.call("message.get", id=id) for id in ids] if ids else checked["messages"]
    if found and not no_mark:
        ctx.call("receipt.mark", mark="read", ids=[message["id"] for message in found])
    if not found:
        ctx.say("No unread messages." if checked["known"] else unknown(ctx, checked["near"]))
    for message in found:
        ctx.show(message, in_full)
    if not found:
        sys.exit(NOTHING)


def _mark(ctx: CliContext, ids: tuple[str, ...], mark: str) -> None:
    done = ctx.call("receipt.mark", mark=mark, ids=list(ids))
    ctx.show(
        done,
        lambda of: (
            f"{len(of['changed'])} {mark}"
            + (f", {len(of['unchanged'])} already were" if of["unchanged"] else "")
            + (f", not in your mailbox: {', '.join(of['not_found'])}" if of["not_found"] else "")
        ),
    )
    if done["not_found"] and not done["changed"] and not done["unchanged"]:
        sys.exit(1)


@verb("ack", VERBS)
@click.argument("ids", nargs=-1, required=True)
def ack(ctx: CliContext, ids: tuple[str, ...]) -> None:
    """Acknowledge messages that you have handled.

    Example: ackbox --as bob ack 0199…
    """
    _mark(ctx, ids, "acknowledged")


@verb("archive", VERBS)
@click.argument("ids", nargs=-1, required=True)
@click.option("--undo", is_flag=True, help="Move them back to the mailbox.")
def archive(ctx: CliContext, ids: tuple[str, ...], undo: bool) -> None:
    """Archive messages: they leave your mailbox and stay in the history.

    Example: ackbox --as bob archive 0199…
    """
    _mark(ctx, ids, "unarchived" if undo else "archived")


@verb("thread", VERBS)
@click.argument("id")
def thread(ctx: CliContext, id: str) -> None:
    """Show a thread, oldest first, by the id of any message in it.

    Example: ackbox thread 0199…
    """
    cursor: str | None = None
    while True:
        page = ctx.call("thread.get", id=id, cursor=cursor)
        for message in page["messages"]:
            ctx.show(message, in_full)
        cursor = page["cursor"]
        if cursor is None:
            if page["paused"]:
                by, at = page["paused"]["by"], local_time(page["paused"]["at"])
                ctx.say(f"{by} paused this thread at {at}.")
            return


@verb("search", VERBS)
@click.argument("words", nargs=-1, required=True)
@click.option("--from", "sender_name", help="Only messages from this sender.")
@click.option("--to", "recipient", help="Only messages to this recipient.")
@click.option("--intent", help="Only messages with this intent.")
@click.option("--since", help="Only messages after this time: 2h, yesterday 9:00 or RFC 3339.")
@click.option(
    "--limit", type=int, default=20, show_default=True, help="Maximum number of messages to show."
)
@click.option("--fail-empty", is_flag=True, help="Exit with code 6 when nothing matched.")
def search(
    ctx: CliContext,
    words: tuple[str, ...],
    sender_name: str | None,
    recipient: str | None,
    intent: str | None,
    since: str | None,
    limit: int,
    fail_empty: bool,
) -> None:
    """Search messages by words, newest first.

    Example: ackbox search "exit code" deploy* -- -staging
    """
    narrow = {"sender": sender_name, "recipient": recipient, "intent": intent, "since": since}
    found = ctx.call(
        "message.search",
        query=" ".join(quoted(word) for word in words),
        limit=limit,
        **{name: value for name, value in narrow.items() if value},
    )
    ctx.show_each(found["messages"], LETTERS, empty="No messages found.")
    if fail_empty and not found["messages"]:
        sys.exit(NOTHING)


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
    help="Wait for an agent's program instead: idle, busy, asking, compacting or gone.",
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
    with ctx.client(patience_s=2) as client:
        cursor = client.event.feed(of="workspace", wait_s=0).cursor
        while True:
            roster = client.agent.list(name=name)
            found = [
                one
                for agent in roster.agents
                for one in (agent.instances or [agent])
                if one.activity == activity
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
