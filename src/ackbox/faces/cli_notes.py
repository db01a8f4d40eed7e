"""Sessions at the command line: start, checkpoint, end, list.

Explained in docs/reference/cli.md.
"""

from __future__ import annotations

from typing import Any

import click

from ackbox.faces.cli import Talk, Verb, talking
from ackbox.faces.cli_columns import Column, ago, some

CLAIMS = (
    Column("agent", lambda each: f"{each['agent']}/{each['instance']}" if each["instance"] else each["agent"]),
    Column("also", lambda each: some([*each["areas"], *each["files"]], 5), may_cut=True),
)

VERBS: dict[str, click.Command] = {}
SIGNS = {"active": "●", "timed_out": "◌", "ended": "○"}

SESSIONS = (
    Column("", lambda each: SIGNS[each["state"]]),
    Column("agent", lambda each: f"{each['agent']}/{each['instance']}" if each["instance"] else each["agent"]),
    Column("is", lambda each: each["outcome"] or each["state"].replace("_", " ")),
    Column("area", lambda each: each["area"]),
    Column("files", lambda each: some(each["touched"] or each["files"], 3), may_cut=True),
    Column("summary", lambda each: each["summary"], may_cut=True),
    Column("seen", lambda each: ago(each["last_seen"])),
)


def _group(name: str, help: str) -> click.Group:
    group = click.Group(name, help=help)
    VERBS[name] = group
    return group


session = _group("session", "Declare what a run of an agent works on.\n\nExample: ackbox --as ana session start --area docs")
_token = click.option("--token", "session", help="The session's token; your newest session when left out.")
_files = click.option("--file", "files", multiple=True, help="A file it claims; src/ claims all below it; may be repeated.")


def _given(**params: Any) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in params.items() if value not in (None, (), False)}


def _told(of: Any) -> str:
    lines = [f"also at work: {each['agent']} on {some([*each['areas'], *each['files']], 5)}" for each in of["conflicts"]]
    return "\n".join([*lines, f"{of['unread']} unread"])


@session.command("start", cls=Verb)
@click.option("--area", help="The part of the work it claims.")
@_files
@click.option("--summary", help="What it is going to do.")
@click.option("--ttl", "ttl_s", type=int, help="Seconds it counts as active after a sign of life.")
@click.option("--on-conflict", type=click.Choice(["warn", "block"]), help="Others claim the same: tell, or refuse to start.")
@click.option("--announce", is_flag=True, help="Tell everyone of the start and of the end.")
@talking
def session_start(talk: Talk, /, **params: Any) -> None:
    """Declare a run, and print its token and who works on the same.

    Example: ackbox --as ana session start --area docs --file docs/ --summary "A page about sessions"
    """
    talk.show(talk.call("session.start", **_given(**params)),
              lambda of: f"{of['session']['agent']} started; end with: {talk.again} session end --token {of['token']}\n{_told(of)}")


@session.command("checkpoint", cls=Verb)
@click.argument("summary", nargs=-1)
@_token
@click.option("--area", help="The part of the work it claims now.")
@_files
@talking
def session_checkpoint(talk: Talk, /, summary: tuple[str, ...], **params: Any) -> None:
    """Say how far a run has come; a sign of life.

    Example: ackbox --as ana session checkpoint "Half of it is written"
    """
    said = talk.call("session.checkpoint", **_given(summary=" ".join(summary) or None, **params))
    talk.show(said, lambda of: _told(of) if of["session"] else f"no session is running\n{_told(of)}")


@session.command("end", cls=Verb)
@click.argument("summary", nargs=-1)
@_token
@click.option("--outcome", help="How it ended, in a word: completed, failed, abandoned.")
@click.option("--touched", multiple=True, help="A file it changed; may be repeated.")
@talking
def session_end(talk: Talk, /, summary: tuple[str, ...], **params: Any) -> None:
    """End a run: what it claimed is free.

    Example: ackbox --as ana session end "The page is written" --outcome completed
    """
    talk.show(talk.call("session.end", **_given(summary=" ".join(summary) or None, **params)),
              lambda of: f"{of['session']['agent']} ended")


@session.command("conflicts", cls=Verb)
@click.option("--area", help="The part of the work.")
@_files
@talking
def session_conflicts(talk: Talk, /, **params: Any) -> None:
    """Show who works on an area or files now; declares nothing.

    Example: ackbox session conflicts --area docs --file src/
    """
    talk.show_each(talk.call("session.conflicts", **_given(**params))["conflicts"], CLAIMS, empty="Nobody works on it.")


@session.command("list", cls=Verb)
@click.option("--of", help="Only this agent's.")
@click.option("--state", type=click.Choice(["active", "timed_out", "ended"]), help="Only those that stand so.")
@click.option("--limit", type=int, default=20, show_default=True, help="At most this many.")
@talking
def session_list(talk: Talk, /, **params: Any) -> None:
    """Show who runs or ran, on what, and how it ended.

    Example: ackbox session list --state active
    """
    talk.show_each(talk.call("session.list", **_given(**params))["sessions"], SESSIONS,
                   empty="No sessions yet. Start one with: ackbox --as ana session start")
