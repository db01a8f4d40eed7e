"""Reading: inbox, read, ack, archive, thread, search.

Explained in docs/reference/cli.md.
"""

from __future__ import annotations

import sys

from ackbox.faces.cli.context import NOTHING, CliContext
from ackbox.faces.cli.message_text import LETTERS, in_full, quoted
from ackbox.faces.cli.parameters import Argument, Option, ShortCommand, short_command
from ackbox.faces.terminal_text import local_time

VERBS: dict[str, ShortCommand] = {}


def unknown(ctx: CliContext, near: list[str]) -> str:
    """Return the text for an agent that is not registered and has no messages waiting."""
    meant = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
    return (
        f"No agent called {ctx.agent!r} is registered, and no messages wait for it.{meant}"
        f" Register it with: {ctx.again} heartbeat"
    )


@short_command(
    "inbox",
    VERBS,
    Option(
        "--limit",
        is_number=True,
        default=50,
        help="Maximum number of messages to show.",
    ),
    Option("--cursor", help="Cursor of the next page, as the page before printed it."),
    Option(
        "--mark",
        choices=("none", "delivered", "read"),
        default="none",
        help="Mark the messages shown.",
    ),
    Option("--urgent-first", is_flag=True, help="Sort by priority instead of oldest first."),
    Option("--all", name="with_read", is_flag=True, help="Include read messages, newest first."),
    Option("--unread", is_flag=True, is_hidden=True),
    Option("--fail-empty", is_flag=True, help="Exit with code 6 when there are none."),
)
def inbox(
    ctx: CliContext,
    limit: int,
    cursor: str | None,
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
    checked = ctx.call(name, limit=limit, **({"cursor": cursor} if cursor else {}), **more)
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
    if not ctx.is_json and checked.get("notice") and not checked["has_more"]:
        ctx.say(checked["notice"])
    ctx.show_more(checked)
    if letters and not ctx.is_json and not with_read and mark != "read":
        ctx.say(
            f"{checked['unread']} unread. Next: {ctx.again} read {letters[0]['seq']}   or:"
            f" {ctx.again} ack {letters[0]['seq']}"
        )
    if fail_empty and not letters:
        sys.exit(NOTHING)


@short_command(
    "read",
    VERBS,
    Argument("ids", is_rest=True, is_required=False),
    Option("--no-mark", is_flag=True, help="Do not mark them read."),
)
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


@short_command(
    "ack",
    VERBS,
    Argument("ids", is_rest=True),
)
def ack(ctx: CliContext, ids: tuple[str, ...]) -> None:
    """Acknowledge messages that you have handled.

    Example: ackbox --as bob ack 0199…
    """
    _mark(ctx, ids, "acknowledged")


@short_command(
    "archive",
    VERBS,
    Argument("ids", is_rest=True),
    Option("--undo", is_flag=True, help="Move them back to the mailbox."),
)
def archive(ctx: CliContext, ids: tuple[str, ...], undo: bool) -> None:
    """Archive messages: they leave your mailbox and stay in the history.

    Example: ackbox --as bob archive 0199…
    """
    _mark(ctx, ids, "unarchived" if undo else "archived")


@short_command(
    "thread",
    VERBS,
    Argument("id"),
    Option("--web", is_flag=True, help="Open it in the dashboard instead."),
)
def thread(ctx: CliContext, id: str, web: bool) -> None:
    """Show a thread, oldest first, by the id of any message in it.

    Example: ackbox thread 0199…
    """
    if web:
        ctx.open_page(f"thread/{ctx.call('thread.get', id=id, limit=1)['thread']}")
        return
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


@short_command(
    "search",
    VERBS,
    Argument("words", is_rest=True),
    Option("--from", name="sender_name", help="Only messages from this sender."),
    Option("--to", name="recipient", help="Only messages to this recipient."),
    Option("--intent", help="Only messages with this intent."),
    Option("--since", help="Only messages after this time: 2h, yesterday 9:00 or RFC 3339."),
    Option(
        "--limit",
        is_number=True,
        default=20,
        help="Maximum number of messages to show.",
    ),
    Option("--cursor", help="Cursor of the next page, as the page before printed it."),
    Option("--fail-empty", is_flag=True, help="Exit with code 6 when nothing matched."),
)
def search(
    ctx: CliContext,
    words: tuple[str, ...],
    sender_name: str | None,
    recipient: str | None,
    intent: str | None,
    since: str | None,
    limit: int,
    cursor: str | None,
    fail_empty: bool,
) -> None:
    """Search messages by words, newest first.

    Example: ackbox search "exit code" deploy* -- -staging
    """
    narrow = {"sender": sender_name, "recipient": recipient, "intent": intent, "since": since}
    narrow["cursor"] = cursor
    found = ctx.call(
        "message.search",
        query=" ".join(quoted(word) for word in words),
        limit=limit,
        **{name: value for name, value in narrow.items() if value},
    )
    ctx.show_each(found["messages"], LETTERS, empty="No messages found.")
    ctx.show_more(found)
    if fail_empty and not found["messages"]:
        sys.exit(NOTHING)
