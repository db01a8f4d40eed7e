"""Reading: inbox, read, ack, archive, thread, search, tail, wait.

Explained in docs/reference/cli.md.
"""

from __future__ import annotations

import sys
import time
from typing import Any, Literal

import click
import msgspec

from ackbox.errors import Invalid
from ackbox.faces.cli.context import NOTHING, TOO_LONG, CliContext, verb
from ackbox.faces.cli.message_text import LETTERS, in_full, quoted, seconds, sender
from ackbox.faces.terminal_text import as_json, local_time, plain, some
from ackbox.model.filter import Filter, fits_all, parse_filter

VERBS: dict[str, click.Command] = {}


def unknown(ctx: CliContext, near: list[str]) -> str:
    """Return what to say when the name that looks is not registered, and nothing waits for it."""
    meant = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
    return (
        f"No agent called {ctx.agent!r} is registered, and no messages wait for it.{meant}"
        f" Register it with: {ctx.again} heartbeat"
    )


@verb("inbox", VERBS)
@click.option("--limit", type=int, default=50, show_default=True, help="At most this many.")
@click.option(
    "--mark",
    type=click.Choice(["none", "delivered", "read"]),
    default="none",
    help="Mark what is shown.",
)
@click.option(
    "--urgent-first", is_flag=True, help="Highest priority first instead of oldest first."
)
@click.option("--all", "whole", is_flag=True, help="Read ones too, newest first.")
@click.option("--unread", is_flag=True, hidden=True)
@click.option("--fail-empty", is_flag=True, help="Exit 6 when there is none.")
def inbox(
    ctx: CliContext,
    limit: int,
    mark: str,
    urgent_first: bool,
    whole: bool,
    unread: bool,
    fail_empty: bool,
) -> None:
    """Show unread post, oldest first. Nothing is marked unless asked.

    Example: ackbox --as bob inbox
    """
    name, more = (
        ("mailbox.list", {})
        if whole
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
                "No post yet."
                if whole
                else 'Nothing unread. Send something with: ackbox --as ana send bob "hello"'
            ),
        )
    if not ctx.is_json and checked.get("notice"):
        ctx.say(checked["notice"])
    if letters and not ctx.is_json and not whole and mark != "read":
        ctx.say(
            f"{checked['unread']} unread. Next: {ctx.again} read {letters[0]['id']}   or:"
            f" {ctx.again} ack {letters[0]['id']}"
        )
    if fail_empty and not letters:
        sys.exit(NOTHING)


@verb("read", VERBS)
@click.argument("ids", nargs=-1)
@click.option("--no-mark", is_flag=True, help="Look without marking.")
def read(ctx: CliContext, ids: tuple[str, ...], no_mark: bool) -> None:
    """Show messages in full and mark them read; without an id, the oldest unread.

    Example: ackbox --as bob read
    """
    checked = {} if ids else ctx.call("inbox.check", limit=1)
    found = [ctx.call("message.get", id=id) for id in ids] if ids else checked["messages"]
    if found and not no_mark:
        ctx.call("receipt.mark", mark="read", ids=[message["id"] for message in found])
    if not found:
        ctx.say("Nothing unread." if checked["known"] else unknown(ctx, checked["near"]))
    for message in found:
        ctx.show(message, in_full)
    if not found:
        sys.exit(NOTHING)


def _mark(ctx: CliContext, ids: tuple[str, ...], mark: str) -> None:
    done = ctx.call("receipt.mark", mark=mark, ids=list(ids))
    ctx.show(
        done,
        lambda of: (
            f"{mark} {len(of['changed'])}"
            + (f", {len(of['unchanged'])} before" if of["unchanged"] else "")
            + (f", not yours: {', '.join(of['not_found'])}" if of["not_found"] else "")
        ),
    )
    if done["not_found"] and not done["changed"] and not done["unchanged"]:
        sys.exit(1)


@verb("ack", VERBS)
@click.argument("ids", nargs=-1, required=True)
def ack(ctx: CliContext, ids: tuple[str, ...]) -> None:
    """Acknowledge messages: you have dealt with them.

    Example: ackbox --as bob ack 0199…
    """
    _mark(ctx, ids, "acknowledged")


@verb("archive", VERBS)
@click.argument("ids", nargs=-1, required=True)
@click.option("--undo", is_flag=True, help="Put them back.")
def archive(ctx: CliContext, ids: tuple[str, ...], undo: bool) -> None:
    """Put messages out of your mailbox; they stay in the history.

    Example: ackbox --as bob archive 0199…
    """
    _mark(ctx, ids, "unarchived" if undo else "archived")


@verb("thread", VERBS)
@click.argument("id")
def thread(ctx: CliContext, id: str) -> None:
    """Show one conversation, oldest first, from the id of any message in it.

    Example: ackbox thread 0199…
    """
    cursor: str | None = None
    while True:
        page = ctx.call("thread.get", id=id, cursor=cursor)
        for message in page["messages"]:
            ctx.show(message, in_full)
        cursor = page["cursor"]
        if cursor is None:
            return


@verb("search", VERBS)
@click.argument("words", nargs=-1, required=True)
@click.option("--from", "sender_name", help="Only from this sender.")
@click.option("--to", "recipient", help="Only for this recipient.")
@click.option("--intent", help="Only with this intent.")
@click.option("--since", help="Only after this time: 2h, yesterday 9:00 or RFC 3339.")
@click.option("--limit", type=int, default=20, show_default=True, help="At most this many.")
@click.option("--fail-empty", is_flag=True, help="Exit 6 when nothing matched.")
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
    """Find messages by their words, newest first.

    Example: ackbox search "exit code" deploy* -- -staging
    """
    narrow = {"sender": sender_name, "recipient": recipient, "intent": intent, "since": since}
    found = ctx.call(
        "message.search",
        query=" ".join(quoted(word) for word in words),
        limit=limit,
        **{name: value for name, value in narrow.items() if value},
    )
    ctx.show_each(found["messages"], LETTERS, empty="Nothing found.")
    if fail_empty and not found["messages"]:
        sys.exit(NOTHING)


@verb("tail", VERBS)
@click.argument("filter", nargs=-1)
@click.option(
    "--since",
    type=click.Choice(["now", "start"]),
    default="now",
    show_default=True,
    help="Where to begin.",
)
def tail(ctx: CliContext, filter: tuple[str, ...], since: str) -> None:
    """Print messages as they are sent, until Ctrl-C; with a filter, those that fit.

    Example: ackbox tail intent:blocked,question is:urgent

    FILTER is from: to: intent: is: priority: before: after: thread: has: and words, as in the
    dashboard.
    """
    wanted = _filter(filter)
    with ctx.client(patience_s=2) as client:
        for events, _ in client.pages(
            cursor="start" if since == "start" else None, kinds=["message.sent"]
        ):
            if not events:
                (
                    ctx.say("waiting for messages; Ctrl-C ends, nothing is lost")
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
@click.option("--timeout", default="60", show_default=True, help="Seconds to wait, or 10m, 1h.")
@click.option("--limit", type=int, default=50, show_default=True, help="At most this many.")
@click.option(
    "--mark",
    type=click.Choice(["none", "delivered", "read"]),
    default="none",
    help="Mark what is shown.",
)
def wait(
    ctx: CliContext, timeout: str, limit: int, mark: Literal["none", "delivered", "read"]
) -> None:
    """Wait for unread post and show it; exit 5 when none came in time.

    Example: ackbox --as bob wait --timeout 10m
    """
    until = time.monotonic() + seconds(timeout)
    with ctx.client(patience_s=2, named=True) as client:
        while True:
            left = max(0.0, until - time.monotonic())
            letters = client.inbox.wait(wait_s=min(left, 20), limit=limit, mark=mark).messages
            # A server that ends answers early; then the next call says that none is there.
            if letters or time.monotonic() >= until:
                break
    if not letters:
        ctx.fail(
            TOO_LONG,
            "nothing",
            f"No post came within {seconds(timeout):g} s.",
            "Wait again; nothing is lost.",
        )
    ctx.show_each(msgspec.to_builtins(letters), LETTERS, empty="")
