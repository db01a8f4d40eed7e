"""Watching: tui, overview, flow, health.

Explained in docs/reference/cli.md and docs/howto/terminal.md.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Any

import click

from ackbox.client.discovery import caller
from ackbox.client.http import HttpCaller, NoServer
from ackbox.errors import AckboxError
from ackbox.faces.cli.context import KEY, USED_WRONGLY, CliContext, verb
from ackbox.faces.terminal_text import Column, ago, local_time

VERBS: dict[str, click.Command] = {}

PAIRS = (
    Column("from", lambda pair: pair["sender"]),
    Column("to", lambda pair: "everyone" if pair["recipient"] == "*" else pair["recipient"]),
    Column("messages", lambda pair: pair["messages"]),
    Column("mostly", lambda pair: pair["intent"]),
    Column("urgent", lambda pair: pair["urgent"] or ""),
    Column("last", lambda pair: ago(pair["last_at"])),
)
POSTS = (
    Column("agent", lambda post: post["agent"]),
    Column("is", lambda post: post["presence"]),
    Column("unread", lambda post: "100 or more" if post["unread"] >= 100 else post["unread"]),
    Column("oldest unread", lambda post: ago(post["oldest_unread_at"])),
    Column("unacknowledged", lambda post: post["unacknowledged"]),
    Column("oldest", lambda post: ago(post["oldest_unacknowledged_at"])),
    Column("sent, last hour", lambda post: sum(post["sent"])),
)
minutes_option = click.option(
    "--minutes", type=int, default=15, show_default=True, help="How far back; a week at most."
)


@verb("tui", VERBS)
@click.option(
    "--theme",
    type=click.Choice(["dark", "light"]),
    help="Colours for a dark or a light terminal; found out when left out.",
)
@click.option(
    "--hz",
    type=click.FloatRange(1, 30),
    default=10,
    show_default=True,
    help="Drawings a second; 4 for a slow line.",
)
@click.option(
    "--rows",
    type=click.IntRange(1, 100_000),
    default=1000,
    show_default=True,
    help="How many past messages to load at the start.",
)
@click.option(
    "--inline",
    "is_inline",
    is_flag=True,
    help="Only watch: messages as lines that stay in the terminal's scroll-back.",
)
def tui(ctx: CliContext, theme: str | None, hz: float, rows: int, is_inline: bool) -> None:
    """Watch and take part in the terminal: messages as they come, receipts, who is here.

    Example: ackbox tui, or: ackbox --url https://post.example.com tui

    Looking marks nothing. Press ? for the keys.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        ctx.fail(
            USED_WRONGLY,
            "no_terminal",
            "The terminal UI needs a terminal.",
            "In a pipe use: ackbox tail",
        )
    # Asked before the screen is taken, so that a missing server or key is said in plain text.
    ctx.call("agent.whoami")

    from ackbox.faces.tui.state.link import Link

    options = ctx.options

    def connect() -> HttpCaller:
        return caller(
            data_dir=options.get("data_dir"),
            url=options.get("url"),
            key=options.get("key"),
            face="tui",
        )

    who = {
        name: value for name in ("workspace", "agent", "instance") if (value := ctx.setting(name))
    }
    if "agent" in who:
        become_person(ctx)
    if is_inline:
        import asyncio

        from ackbox.faces.tui.inline import Inline

        # As many as fit on the screen: what is older is not what was said last.
        past = min(rows, max(os.get_terminal_size(sys.stdout.fileno()).lines - 2, 1))
        ctx.say("messages as they come; Ctrl-C ends, nothing is lost")
        ctx.fail(
            KEY,
            "refused",
            asyncio.run(Inline(Link(connect, who, hz=hz, rows=past), hz=hz).run()),
            None,
        )

    from ackbox.faces.cli.run import person
    from ackbox.faces.tui.app import Terminal

    name = person(ctx)
    while True:
        terminal = Terminal(
            Link(connect, who, hz=hz, rows=rows),
            hz=hz,
            theme=theme,
            acts_as=ctx.setting("agent"),
            person=name,
        )
        workspace = terminal.run()
        if workspace is None:
            sys.exit(terminal.return_code)
        # Another one was chosen; how it looks goes along.
        who["workspace"], theme = workspace, terminal.shade


def become_person(ctx: CliContext) -> None:
    """Let the name that a person at the server's terminal gave be a person's: following the
    feed would register it as an agent.
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
    """Show where things stand: who is here, what is under way, in review, blocked and done.

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
    return lines or ["Nobody is here yet, and there are no tasks."]


@verb("flow", VERBS)
@minutes_option
def flow(ctx: CliContext, minutes: int) -> None:
    """Show who talks to whom, and mostly about what.

    Example: ackbox flow --minutes 60
    """
    found = ctx.call("workspace.flow", minutes=minutes)
    ctx.show_each(found["pairs"], PAIRS, empty=f"Nobody wrote in the last {minutes} minutes.")
    _say_if_cut(ctx, found)


@verb("health", VERBS)
@minutes_option
def health(ctx: CliContext, minutes: int) -> None:
    """Show how soon post is picked up, and whose post waits.

    Example: ackbox health --minutes 360
    """
    found = ctx.call("workspace.health", minutes=minutes)
    if ctx.is_json:
        ctx.show(found, str)
        return
    ctx.show_each(found["agents"], POSTS, empty="Nobody is here yet.")
    ctx.say(
        f"{found['messages']} message{'' if found['messages'] == 1 else 's'} in {minutes} minutes;"
        f" {_delay('picked up', found['picked_up'])};"
        f" {_delay('acknowledged', found['acknowledged'])}."
    )
    _say_if_cut(ctx, found)


def _delay(what: str, delay: Any) -> str:
    if delay is None:
        return f"none {what}"
    return (
        f"half {what} within {_short(delay['p50_ms'])}, 95 of 100 within {_short(delay['p95_ms'])}"
    )


def _short(ms: int) -> str:
    for size, unit in ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s")):
        if ms >= size:
            return f"{ms / size:.3g} {unit}"
    return f"{ms} ms"


def _say_if_cut(ctx: CliContext, found: Any) -> None:
    if found["complete_since"] != found["since"]:
        ctx.say(
            "There were more than 20,000 messages; these are those since"
            f" {local_time(found['complete_since'])}."
        )
