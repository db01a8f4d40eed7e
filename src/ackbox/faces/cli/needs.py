"""Open items and threads: needs, threads, pause, resume, mute, unmute.

Explained in docs/reference/cli.md.
"""

from __future__ import annotations

import sys
from typing import Any

import click

from ackbox.faces.cli.context import NOTHING, CliContext
from ackbox.faces.cli.verb import verb
from ackbox.faces.terminal_text import Column, local_time, some

VERBS: dict[str, click.Command] = {}

NEEDS = (
    Column("since", lambda need: local_time(need["since"])),
    Column("kind", lambda need: need["kind"]),
    Column("from", lambda need: need["message"]["sender"]),
    Column("waits for", lambda need: some(need["waiting_for"], 3)),
    Column("id", lambda need: f"#{need['message']['seq']}"),
    Column(
        "text", lambda need: need["message"]["subject"] or need["message"]["body"], may_cut=True
    ),
)
THREADS = (
    Column("newest", lambda head: local_time(head["last"]["created_at"])),
    Column("messages", lambda head: f"{head['messages']}{' (paused)' if head['paused'] else ''}"),
    Column("people", lambda head: some([person["name"] for person in head["people"]], 4)),
    Column("thread", lambda head: f"#{head['first']['seq']}"),
    Column("text", lambda head: head["first"]["subject"] or head["first"]["body"], may_cut=True),
)


@verb("needs", VERBS)
@click.option("--limit", type=click.IntRange(1, 200), default=50, help="Maximum number to show.")
@click.option("--fail-empty", is_flag=True, help="Exit with code 6 when nothing waits.")
def needs(ctx: CliContext, limit: int, fail_empty: bool) -> None:
    """List what needs a person: unread, blocked, urgent, overdue or stuck.

    Example: ackbox --as ana needs
    """
    found = ctx.call("workspace.needs", limit=limit)
    ctx.show_each(found["needs"], NEEDS, empty="Nothing needs you.")
    if found["awaited"]:
        ctx.say(f"Messages wait for agents that never connected: {some(found['awaited'], 8)}")
    for each in found["paused"]:
        ctx.say(
            f"{each['kind'].capitalize()} {each['of']} is paused by {each['by']} since"
            f" {local_time(each['at'])}. Resume it with: ackbox resume {each['of']}"
        )
    if found["muted"]:
        hidden = [f"{each['kind']} {each['of']}" for each in found["muted"]]
        ctx.say(f"Hidden: {some(hidden, 8)}. Show one again with: ackbox unmute NAME|ID")
    if fail_empty and not found["needs"]:
        sys.exit(NOTHING)


@verb("threads", VERBS)
@click.option("--answered", is_flag=True, help="Only threads with a reply.")
@click.option("--limit", type=click.IntRange(1, 200), default=30, help="Maximum number to show.")
@click.option("--cursor", help="Cursor of the next page, as the page before printed it.")
def threads(ctx: CliContext, answered: bool, limit: int, cursor: str | None) -> None:
    """List threads, newest message first.

    Example: ackbox threads
    """
    page = ctx.call("thread.list", answered_only=answered, limit=limit, cursor=cursor)
    ctx.show_each(
        page["threads"], THREADS, empty='No threads yet. Start one with: ackbox send bob "hello"'
    )
    ctx.show_more(page)


@verb("pause", VERBS)
@click.argument("of", metavar="THREAD|AGENT")
def pause(ctx: CliContext, of: str) -> None:
    """Stop the messages of agents in a thread, or from and to an agent.

    Example: ackbox pause bob

    For a thread, give the id of any message in it. Agents get an error and should stop;
    people can still write. Only people can pause and resume.
    """
    ctx.show(
        ctx.call("pause.start", of=of),
        lambda told: (
            f"{told['kind']} {told['of']} is paused"
            if told["changed"]
            else f"{told['kind']} {told['of']} was paused already, by {told['by']} at"
            f" {local_time(told['at'])}"
        ),
    )


@verb("resume", VERBS)
@click.argument("of", metavar="THREAD|AGENT")
def resume(ctx: CliContext, of: str) -> None:
    """Let agents send again in a paused thread, or from and to an agent.

    Example: ackbox resume bob
    """
    ctx.show(ctx.call("pause.end", of=of), lambda told: f"{told['kind']} {told['of']} is resumed")


@verb("mute", VERBS)
@click.argument("of", metavar="AGENT|ID")
@click.option("--until", help="End, such as 2h, tomorrow 9:00 or an RFC 3339 time.")
def mute(ctx: CliContext, of: str, until: str | None) -> None:
    """Hide an agent, a thread or a message from what needs you.

    Example: ackbox mute 42 --until 2h

    Messages stay in your inbox. Urgent messages are shown anyway, except a message that you
    hid itself.
    """
    ctx.show(ctx.call("mute.start", of=of, until=until), _hidden)


@verb("unmute", VERBS)
@click.argument("of", metavar="AGENT|ID")
def unmute(ctx: CliContext, of: str) -> None:
    """Show a hidden agent, thread or message again.

    Example: ackbox unmute bob
    """
    ctx.show(
        ctx.call("mute.end", of=of),
        lambda told: "\n".join(
            f"{each['kind']} {each['of']} is shown again" for each in told["ended"]
        ),
    )


def _hidden(told: dict[str, Any]) -> str:
    until = f" until {local_time(told['until'])}" if told["until"] else ""
    return f"{told['kind']} {told['of']} is hidden{until}"
