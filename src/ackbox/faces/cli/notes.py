"""Sessions, notes and turns at the command line.

Explained in docs/reference/cli.md.
"""

from __future__ import annotations

import json
from typing import Any

import click

from ackbox.faces.cli.context import CliContext, Verb, verbs, with_context
from ackbox.faces.terminal_text import Column, ago, some

CLAIMS = (
    Column(
        "agent",
        lambda each: f"{each['agent']}/{each['instance']}" if each["instance"] else each["agent"],
    ),
    Column("also", lambda each: some([*each["areas"], *each["files"]], 5), may_cut=True),
)

VERBS: dict[str, click.Command] = {}
SIGNS = {"active": "●", "timed_out": "◌", "ended": "○"}

SESSIONS = (
    Column("", lambda each: SIGNS[each["state"]]),
    Column(
        "agent",
        lambda each: f"{each['agent']}/{each['instance']}" if each["instance"] else each["agent"],
    ),
    Column("is", lambda each: each["outcome"] or each["state"].replace("_", " ")),
    Column("area", lambda each: each["area"]),
    Column("files", lambda each: some(each["touched"] or each["files"], 3), may_cut=True),
    Column("summary", lambda each: each["summary"], may_cut=True),
    Column("seen", lambda each: ago(each["last_seen"])),
)


session = verbs(
    "session",
    VERBS,
    "Declare what a run of an agent works on.\n\nExample: ackbox --as ana session start --area"
    " docs",
)
_token = click.option(
    "--token", "session", help="The session's token; your newest session when left out."
)
_files = click.option(
    "--file",
    "files",
    multiple=True,
    help="A file it claims; src/ claims all below it; may be repeated.",
)


def _given(**params: Any) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in params.items()
        if value not in (None, (), False)
    }


def _also_at_work(of: Any) -> str:
    lines = [
        f"also at work: {each['agent']} on {some([*each['areas'], *each['files']], 5)}"
        for each in of["conflicts"]
    ]
    return "\n".join([*lines, f"{of['unread']} unread"])


@session.command("start", cls=Verb)
@click.option("--area", help="The part of the work it claims.")
@_files
@click.option("--summary", help="What it is going to do.")
@click.option("--ttl", "ttl_s", type=int, help="Seconds it counts as active after a sign of life.")
@click.option(
    "--on-conflict",
    type=click.Choice(["warn", "block"]),
    help="Others claim the same: tell, or refuse to start.",
)
@click.option("--announce", is_flag=True, help="Tell everyone of the start and of the end.")
@with_context
def session_start(ctx: CliContext, /, **params: Any) -> None:
    """Declare a run, and print its token and who works on the same.

    Example: ackbox --as ana session start --area docs --file docs/ --summary "A page about
    sessions"
    """
    ctx.show(
        ctx.call("session.start", **_given(**params)),
        lambda of: (
            f"{of['session']['agent']} started; end with: {ctx.again} session end --token"
            f" {of['token']}\n{_also_at_work(of)}"
        ),
    )


@session.command("checkpoint", cls=Verb)
@click.argument("summary", nargs=-1)
@_token
@click.option("--area", help="The part of the work it claims now.")
@_files
@with_context
def session_checkpoint(ctx: CliContext, /, summary: tuple[str, ...], **params: Any) -> None:
    """Say how far a run has come; a sign of life.

    Example: ackbox --as ana session checkpoint "Half of it is written"
    """
    checkpoint = ctx.call(
        "session.checkpoint", **_given(summary=" ".join(summary) or None, **params)
    )
    ctx.show(
        checkpoint,
        lambda of: (
            _also_at_work(of) if of["session"] else f"no session is running\n{_also_at_work(of)}"
        ),
    )


@session.command("end", cls=Verb)
@click.argument("summary", nargs=-1)
@_token
@click.option("--outcome", help="How it ended, in a word: completed, failed, abandoned.")
@click.option("--touched", multiple=True, help="A file it changed; may be repeated.")
@with_context
def session_end(ctx: CliContext, /, summary: tuple[str, ...], **params: Any) -> None:
    """End a run: what it claimed is free.

    Example: ackbox --as ana session end "The page is written" --outcome completed
    """
    ctx.show(
        ctx.call("session.end", **_given(summary=" ".join(summary) or None, **params)),
        lambda of: f"{of['session']['agent']} ended",
    )


@session.command("conflicts", cls=Verb)
@click.option("--area", help="The part of the work.")
@_files
@with_context
def session_conflicts(ctx: CliContext, /, **params: Any) -> None:
    """Show who works on an area or files now; declares nothing.

    Example: ackbox session conflicts --area docs --file src/
    """
    ctx.show_each(
        ctx.call("session.conflicts", **_given(**params))["conflicts"],
        CLAIMS,
        empty="Nobody works on it.",
    )


@session.command("list", cls=Verb)
@click.option("--of", help="Only this agent's.")
@click.option(
    "--state", type=click.Choice(["active", "timed_out", "ended"]), help="Only those that stand so."
)
@click.option("--limit", type=int, default=20, show_default=True, help="At most this many.")
@with_context
def session_list(ctx: CliContext, /, **params: Any) -> None:
    """Show who runs or ran, on what, and how it ended.

    Example: ackbox session list --state active
    """
    ctx.show_each(
        ctx.call("session.list", **_given(**params))["sessions"],
        SESSIONS,
        empty="No sessions yet. Start one with: ackbox --as ana session start",
    )


note = verbs(
    "note",
    VERBS,
    "Keep notes for everybody, link them, and find them again.\n\nExample: ackbox --as ana note add"
    ' "SQLite first"',
)
_narrow = (
    click.option("--kind", help="Only of this kind."),
    click.option("--tag", help="Only with this tag."),
    click.option("--author", help="Only by this author."),
    click.option("--min-priority", type=int, help="Only of at least this priority."),
    click.option(
        "--superseded",
        "include_superseded",
        is_flag=True,
        help="Those that another stands for, too.",
    ),
    click.option("--limit", type=int, default=20, show_default=True, help="At most this many."),
)

NOTES = (
    Column("", lambda each: "·" if each["superseded_by"] else "★" if each["priority"] > 3 else ""),
    Column("kind", lambda each: each["kind"]),
    Column("author", lambda each: each["author"]),
    Column("note", lambda each: each["title"] or each["text"], may_cut=True),
    Column("tags", lambda each: some(each["tags"], 3)),
    Column("kept", lambda each: ago(each["created_at"])),
    Column("id", lambda each: each["id"]),
)


def _narrowing(command: Any) -> Any:
    for option in reversed(_narrow):
        command = option(command)
    return command


@note.command("add", cls=Verb)
@click.argument("text", nargs=-1, required=True)
@click.option("--kind", help="What it is: memory, note, fact, decision, or a word of yours.")
@click.option("--title", help="In a line.")
@click.option("--tag", "tags", multiple=True, help="A label; may be repeated.")
@click.option(
    "--priority", type=int, help="1 to 5; from 4 on it is told to whoever starts a session."
)
@click.option("--unless-known", is_flag=True, help="Keep nothing when it is there already.")
@with_context
def note_add(ctx: CliContext, /, text: tuple[str, ...], **params: Any) -> None:
    """Keep a note for everybody in the workspace.

    Example: ackbox --as ana note add "SQLite first, PostgreSQL when it is outgrown" --kind decision
    --tag storage
    """
    ctx.show(
        ctx.call("note.add", text=" ".join(text), **_given(**params)),
        lambda of: f"{'kept before' if of['duplicate'] else 'kept'}: {of['id']}",
    )


@note.command("list", cls=Verb)
@_narrowing
@with_context
def note_list(ctx: CliContext, /, **params: Any) -> None:
    """List notes, newest first.

    Example: ackbox note list --kind decision
    """
    ctx.show_each(
        ctx.call("note.list", **_given(**params))["notes"],
        NOTES,
        empty="No notes. Keep one with: ackbox --as ana note add TEXT",
    )


@note.command("search", cls=Verb)
@click.argument("query", nargs=-1, required=True)
@_narrowing
@with_context
def note_search(ctx: CliContext, /, query: tuple[str, ...], **params: Any) -> None:
    """Find notes by their words.

    Example: ackbox note search storage engine
    """
    found = ctx.call("note.search", query=" ".join(query), **_given(**params))["notes"]
    ctx.show_each(found, NOTES, empty="No notes with these words.")


@note.command("show", cls=Verb)
@click.argument("id")
@click.option(
    "--depth", type=int, default=1, show_default=True, help="Neighbours over so many links."
)
@with_context
def note_show(ctx: CliContext, id: str, depth: int) -> None:
    """Show a note and what it is linked to.

    Example: ackbox note show 0199…
    """
    ctx.show(ctx.call("note.get", id=id, depth=depth), _page)


def _page(of: Any) -> str:
    note, names = (
        of["note"],
        {each["id"]: each["title"] or each["opening"] for each in of["neighbours"]},
    )
    head = (
        f"{note['kind']} by {note['author']}, {ago(note['created_at'])}"
        f" ago{', superseded' if note['superseded_by'] else ''}"
    )
    links = [
        f"  {names.get(each['source'], 'this')} → {each['relation']} →"
        f" {names.get(each['target'], 'this')}"
        for each in of["links"]
    ]
    return "\n".join(
        [
            head,
            *([note["title"]] if note["title"] else []),
            "",
            note["text"],
            *(["", *links] if links else []),
        ]
    )


@note.command("link", cls=Verb)
@click.argument("id")
@click.argument("relation")
@click.argument("to")
@with_context
def note_link(ctx: CliContext, id: str, relation: str, to: str) -> None:
    """Say how one note is related to another.

    Example: ackbox --as ana note link 0199… supports 0198…
    """
    ctx.show(
        ctx.call("note.link", id=id, relation=relation, to=to),
        lambda of: "linked so before" if of["duplicate"] else "linked",
    )


@note.command("supersede", cls=Verb)
@click.argument("id")
@click.argument("text", nargs=-1, required=True)
@click.option("--title", help="In a line.")
@with_context
def note_supersede(ctx: CliContext, /, id: str, text: tuple[str, ...], title: str | None) -> None:
    """Say what a note says from now on; the old one stays to be read.

    Example: ackbox --as ana note supersede 0199… "PostgreSQL from the start"
    """
    ctx.show(
        ctx.call("note.supersede", id=id, text=" ".join(text), **_given(title=title)),
        lambda of: f"kept: {of['id']}",
    )


turn = verbs(
    "turn",
    VERBS,
    "Leave what a turn did, and what it says to others.\n\nExample: ackbox --as ana turn submit"
    " turn.json",
)


@turn.command("submit", cls=Verb)
@click.argument("file", type=click.File("rb"), default="-")
@with_context
def turn_submit(ctx: CliContext, file: Any) -> None:
    """End a turn with an envelope from a file, or from standard input: all of it is kept and sent,
    or nothing.

    Example: ackbox --as ana turn submit turn.json

    The file: {"summary": "Tests pass", "messages": [{"to": "bob", "body": "Please review",
    "intent": "handoff"}]}; also status, blockers, next, plan,
    task, answer_within_s, answers_oldest, idempotency_key, and for a message subject, refs, parent.
    """
    ctx.show(ctx.call("turn.submit", **_envelope(file)), _ended)


def _envelope(file: Any) -> dict[str, Any]:
    """Return the one JSON object of a file; what stands in it is the operation's to judge."""
    if file.isatty():
        raise click.UsageError(
            "Name a file, or give the envelope on standard input: ackbox --as ana turn submit"
            " turn.json"
        )
    try:
        found = json.loads(file.read())
    except ValueError as error:
        raise click.UsageError(f"The envelope is not valid JSON: {error}.") from None
    if not isinstance(found, dict):
        raise click.UsageError(
            'The envelope is not a JSON object; it begins like this: {"summary": "…"}'
        )
    return found


def _ended(of: Any) -> str:
    sent = [
        f"  to {some(each['to'], 5)} ({each['intent']}): {each['id']}" for each in of["messages"]
    ]
    return "\n".join(
        [f"{'kept before' if of['duplicate'] else 'kept'}: {of['id']}, {of['status']}", *sent]
    )
