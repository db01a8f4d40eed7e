"""Watching: tui, overview, flow, health.

Explained in docs/reference/cli.md and docs/howto/terminal.md.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import click

from ackbox import config
from ackbox.client.discovery import caller
from ackbox.client.http import HttpCaller, NoServer
from ackbox.client.starting import refuse_here
from ackbox.errors import AckboxError
from ackbox.faces.cli.context import KEY, USED_WRONGLY, CliContext
from ackbox.faces.cli.spans import Span
from ackbox.faces.cli.verb import verb
from ackbox.faces.terminal_text import Column, ago, local_time

VERBS: dict[str, click.Command] = {}

PAIRS = (
    Column("from", lambda pair: pair["sender"]),
    Column("to", lambda pair: "everyone" if pair["recipient"] == "*" else pair["recipient"]),
    Column("messages", lambda pair: pair["messages"]),
    Column("main intent", lambda pair: pair["intent"]),
    Column("urgent", lambda pair: pair["urgent"] or ""),
    Column("last message", lambda pair: ago(pair["last_at"])),
)
MAILBOXES = (
    Column("agent", lambda each: each["agent"]),
    Column("presence", lambda each: each["presence"]),
    Column("unread", lambda each: "100 or more" if each["unread"] >= 100 else each["unread"]),
    Column("oldest unread", lambda each: ago(each["oldest_unread_at"])),
    Column("unacknowledged", lambda each: each["unacknowledged"]),
    Column("oldest", lambda each: ago(each["oldest_unacknowledged_at"])),
    Column("sent, last hour", lambda each: sum(each["sent"])),
)
minutes_option = click.option(
    "--minutes",
    type=Span(60),
    default="15",
    show_default=True,
    help="How long to look back, at most a week: 15 (minutes), 2h, 3d.",
)


@verb("tui", VERBS)
@click.option(
    "--theme",
    type=click.Choice(["dark", "light"]),
    help="Colours for a dark or a light terminal; detected by default.",
)
@click.option(
    "--hz",
    type=click.FloatRange(1, 30),
    default=10,
    show_default=True,
    help="Screen updates a second; 4 suits a slow connection.",
)
@click.option(
    "--rows",
    type=click.IntRange(1, 100_000),
    default=1000,
    show_default=True,
    help="Past messages to load at the start.",
)
@click.option(
    "--inline",
    "is_inline",
    is_flag=True,
    help="Only watch: print messages as lines that stay in the scroll-back.",
)
def tui(ctx: CliContext, theme: str | None, hz: float, rows: int, is_inline: bool) -> None:
    """Open the terminal UI: watch messages, receipts and agents, and reply.

    Example: ackbox tui, or: ackbox --url https://post.example.com tui

    Viewing a message does not mark it read. Press ? for the keyboard shortcuts.
    """
    refuse_here("The terminal UI")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        ctx.fail(
            USED_WRONGLY,
            "no_terminal",
            "The terminal UI needs a terminal.",
            "In a pipe, use: ackbox tail",
        )
    from ackbox.faces.tui.hangup import end_with_terminal

    end_with_terminal()
    # Called before the screen switches, so that a missing server or key is reported in plain text.
    ctx.call("agent.whoami")

    who = {
        name: value for name in ("workspace", "agent", "instance") if (value := ctx.setting(name))
    }
    if "agent" in who:
        become_person(ctx)
    if is_inline:
        _watch_inline(ctx, who, hz=hz, rows=rows)
    else:
        _open_terminal(ctx, who, theme=theme, hz=hz, rows=rows)


def _watch_inline(ctx: CliContext, who: dict[str, str], *, hz: float, rows: int) -> None:
    import asyncio

    from ackbox.faces.tui.inline import Inline
    from ackbox.faces.tui.state.link import Link

    # Only as many as fit on the screen.
    past = min(rows, max(os.get_terminal_size(sys.stdout.fileno()).lines - 2, 1))
    ctx.say("Waiting for messages. Ctrl-C stops; nothing is lost.")
    ended = asyncio.run(Inline(Link(_connect(ctx), who, hz=hz, rows=past), hz=hz).run())
    ctx.fail(KEY, "refused", ended, None)


def _open_terminal(
    ctx: CliContext, who: dict[str, str], *, theme: str | None, hz: float, rows: int
) -> None:
    from ackbox.faces.cli.run import person
    from ackbox.faces.tui.app import Terminal
    from ackbox.faces.tui.state.link import Link

    name = person(ctx)
    while True:
        terminal = Terminal(
            Link(_connect(ctx), who, hz=hz, rows=rows),
            hz=hz,
            theme=theme,
            acts_as=ctx.setting("agent"),
            person=name,
            own_keys=config.keys(),
        )
        workspace = terminal.run()
        if workspace is None:
            sys.exit(terminal.return_code)
        # The user chose another workspace; keep the theme.
        who["workspace"], theme = workspace, terminal.shade


def _connect(ctx: CliContext) -> Callable[[], HttpCaller]:
    options = ctx.options

    def connect() -> HttpCaller:
        return caller(
            data_dir=options.get("data_dir"),
            url=options.get("url"),
            key=options.get("key"),
            face="tui",
        )

    return connect


def become_person(ctx: CliContext) -> None:
    """Register the name of a person at the server's terminal as a person's; following the feed
    would register it as an agent.
    """
    if ctx.is_at_server:
        with suppress(AckboxError, NoServer):
            server = ctx.server
            server.says = {"Ackbox-Person": "1"}
            server.call(
                "agent.heartbeat",
                {
                    "agent": ctx.agent,
                    **({"workspace": w} if (w := ctx.setting("workspace")) else {}),
                },
            )


@verb("overview", VERBS)
def overview(ctx: CliContext) -> None:
    """Show agents, and tasks in progress, in review, blocked and done.

    Example: ackbox overview
    """
    ctx.show(ctx.call("workspace.overview"), lambda of: "\n".join(_stand(of)))


def _stand(of: Any) -> list[str]:
    place = of["location"]
    lines = [f"{place['author']}: {place['text']} ({ago(place['created_at'])})"] if place else []
    lines += [
        f"{each['agent']} is {'working' if each['is_working'] else each['presence']}"
        + (f": {each['summary']}" if each["summary"] else "")
        for each in of["agents"]
    ]
    for part in ("active", "review", "blocked", "done"):
        lines += [
            f"{part}: #{task['number']}"
            f" {task['title']}{' (' + task['assignee'] + ')' if task['assignee'] else ''}"
            for task in of[part]
        ]
    return lines or ["No agents and no tasks yet."]


@verb("flow", VERBS)
@minutes_option
def flow(ctx: CliContext, minutes: int) -> None:
    """Show which agents exchange messages, and with which intent.

    Example: ackbox flow --minutes 60
    """
    found = ctx.call("workspace.flow", minutes=minutes)
    ctx.show_each(found["pairs"], PAIRS, empty=f"No messages in the last {minutes} minutes.")
    _say_if_cut(ctx, found)


@verb("health", VERBS)
@minutes_option
def health(ctx: CliContext, minutes: int) -> None:
    """Show how fast messages are delivered and acknowledged, by agent.

    Example: ackbox health --minutes 360
    """
    found = ctx.call("workspace.health", minutes=minutes)
    if ctx.is_json:
        ctx.show(found, str)
        return
    ctx.show_each(found["agents"], MAILBOXES, empty="No agents yet.")
    ctx.say(
        f"{found['messages']} message{'' if found['messages'] == 1 else 's'} in {minutes} minutes;"
        f" {_delay('delivered', found['picked_up'])};"
        f" {_delay('acknowledged', found['acknowledged'])}."
    )
    _say_if_cut(ctx, found)


def _delay(what: str, delay: Any) -> str:
    if delay is None:
        return f"none {what}"
    return f"time until {what}: p50 {_short(delay['p50_ms'])}, p95 {_short(delay['p95_ms'])}"


def _short(ms: int) -> str:
    for size, unit in ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s")):
        if ms >= size:
            return f"{ms / size:.3g} {unit}"
    return f"{ms} ms"


def _say_if_cut(ctx: CliContext, found: Any) -> None:
    if found["complete_since"] != found["since"]:
        ctx.say(
            "There were more than 20,000 messages; this counts those since"
            f" {local_time(found['complete_since'])}."
        )
