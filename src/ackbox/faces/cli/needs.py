"""Open items: needs, threads.

Explained in docs/reference/cli.md.
"""

from __future__ import annotations

import sys

import click

from ackbox.faces.cli.context import NOTHING, CliContext, verb
from ackbox.faces.terminal_text import Column, local_time, some

VERBS: dict[str, click.Command] = {}

NEEDS = (
    Column("since", lambda need: local_time(need["since"])),
    Column("kind", lambda need: need["kind"]),
    Column("from", lambda need: need["message"]["sender"]),
    Column("waits for", lambda need: some(need["waiting_for"], 3)),
    Column("id", lambda need: need["message"]["id"]),
    Column(
        "text", lambda need: need["message"]["subject"] or need["message"]["body"], may_cut=True
    ),
)
THREADS = (
    Column("newest", lambda head: local_time(head["last"]["created_at"])),
    Column("messages", lambda head: str(head["messages"])),
    Column("people", lambda head: some([person["name"] for person in head["people"]], 4)),
    Column("thread", lambda head: head["thread"]),
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
    if fail_empty and not found["needs"]:
        sys.exit(NOTHING)


@verb("threads", VERBS)
@click.option("--answered", is_flag=True, help="Only threads with a reply.")
@click.option("--limit", type=click.IntRange(1, 200), default=30, help="Maximum number to show.")
def threads(ctx: CliContext, answered: bool, limit: int) -> None:
    """List threads, newest message first.

    Example: ackbox threads
    """
    ctx.show_each(
        ctx.call("thread.list", answered_only=answered, limit=limit)["threads"],
        THREADS,
        empty='No threads yet. Start one with: ackbox send bob "hello"',
    )
