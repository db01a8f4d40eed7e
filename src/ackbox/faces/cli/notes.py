"""Sessions and notes: the verbs of `ackbox session` and `note`.

Explained in docs/reference/cli.md.
"""

from __future__ import annotations

from typing import Any

import click

from ackbox.faces.cli.asking import ask_first, removing
from ackbox.faces.cli.context import REFUSED, CliContext
from ackbox.faces.cli.ids import id_column, in_full
from ackbox.faces.cli.spans import Span
from ackbox.faces.cli.verb import Verb, verbs, with_context
from ackbox.faces.terminal_text import Column, ago, local_time, some

CLAIMS = (
    Column("agent", lambda each: _name(each)),
    Column("claims", lambda each: some([*each["areas"], *each["files"]], 5), may_cut=True),
)

VERBS: dict[str, click.Command] = {}
SIGNS = {"active": "●", "timed_out": "◌", "ended": "○"}

SESSIONS = (
    Column("", lambda each: SIGNS[each["state"]]),
    Column("agent", lambda each: _name(each)),
    Column("state", lambda each: each["outcome"] or each["state"].replace("_", " ")),
    Column("area", lambda each: each["area"]),
    Column("files", lambda each: some(each["touched"] or each["files"], 3), may_cut=True),
    Column("summary", lambda each: each["summary"], may_cut=True),
    Column("last seen", lambda each: ago(each["last_seen"])),
)

SESSION = (
    Column("agent", lambda of: _name(of)),
    Column("state", lambda of: of["outcome"] or of["state"].replace("_", " ")),
    Column("area", lambda of: of["area"]),
    Column("files", lambda of: ", ".join(of["files"])),
    Column("touched", lambda of: ", ".join(of["touched"])),
    Column("summary", lambda of: of["summary"]),
    Column("started", lambda of: local_time(of["started_at"], in_full=True)),
    Column("last seen", lambda of: ago(of["last_seen"])),
    Column("ended", lambda of: local_time(of["ended_at"], in_full=True)),
)


session = verbs(
    "session",
    VERBS,
    "Declare what a run of an agent works on.\n\nExample: ackbox --as ana session start"
    " --area docs",
)
_token = click.option(
    "--token", "session", help="Token of the session; by default your newest session."
)
_files = click.option(
    "--file",
    "files",
    multiple=True,
    help="File that it claims; src/ claims everything below it; repeatable.",
)


def _name(each: Any) -> str:
    return f"{each['agent']}/{each['instance']}" if each["instance"] else str(each["agent"])


def _given(**params: Any) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in params.items()
        if value not in (None, (), False)
    }


def _also_at_work(of: Any) -> str:
    lines = [
        f"Also working: {each['agent']} on {some([*each['areas'], *each['files']], 5)}"
        for each in of["conflicts"]
    ]
    return "\n".join([*lines, f"{of['unread']} unread"])


@session.command("start", cls=Verb)
@click.option("--area", help="Area of work that it claims.")
@_files
@click.option("--summary", help="Planned work.")
@click.option(
    "--ttl",
    "ttl_s",
    type=Span(1),
    help="Time that it stays active after its last heartbeat: 90 (seconds), 10m, 2h.",
)
@click.option(
    "--on-conflict",
    type=click.Choice(["warn", "block"]),
    help="When others claim the same: start and warn, or refuse to start (block).",
)
@click.option("--announce", is_flag=True, help="Tell everyone when it starts and when it ends.")
@with_context
def session_start(ctx: CliContext, /, **params: Any) -> None:
    """Start a session; print its token and the agents that claim the same.

    Example: ackbox --as ana session start --area docs --file docs/ --summary "A page about
    sessions"
    """
    ctx.show(
        ctx.call("session.start", **_given(**params)),
        lambda of: (
            f"Session of {of['session']['agent']} started. End it with: {ctx.again} session end"
            f" --token {of['token']}\n{_also_at_work(of)}"
        ),
    )


@session.command("checkpoint", cls=Verb)
@click.argument("summary", nargs=-1)
@_token
@click.option("--area", help="Area of work that it claims now.")
@_files
@with_context
def session_checkpoint(ctx: CliContext, /, summary: tuple[str, ...], **params: Any) -> None:
    """Report the progress of a session; counts as a heartbeat.

    Example: ackbox --as ana session checkpoint "Half of it is written"
    """
    checkpoint = ctx.call(
        "session.checkpoint", **_given(summary=" ".join(summary) or None, **params)
    )
    ctx.show(
        checkpoint,
        lambda of: (
            _also_at_work(of) if of["session"] else f"No session is active.\n{_also_at_work(of)}"
        ),
    )


@session.command("end", cls=Verb)
@click.argument("summary", nargs=-1)
@_token
@click.option("--outcome", help="Outcome, in a word: completed, failed, abandoned.")
@click.option("--touched", multiple=True, help="File that it changed; repeatable.")
@with_context
def session_end(ctx: CliContext, /, summary: tuple[str, ...], **params: Any) -> None:
    """End a session and release its claims.

    Example: ackbox --as ana session end "The page is written" --outcome completed
    """
    ctx.show(
        ctx.call("session.end", **_given(summary=" ".join(summary) or None, **params)),
        lambda of: f"Session of {of['session']['agent']} ended.",
    )


@session.command("conflicts", cls=Verb)
@click.option("--area", help="Area of work.")
@_files
@with_context
def session_conflicts(ctx: CliContext, /, **params: Any) -> None:
    """List the sessions that claim an area or files; claims nothing.

    Example: ackbox session conflicts --area docs --file src/
    """
    ctx.show_each(
        ctx.call("session.conflicts", **_given(**params))["conflicts"],
        CLAIMS,
        empty="No session claims it.",
    )


@session.command("list", cls=Verb)
@click.option("--of", help="Only sessions of this agent.")
@click.option(
    "--state",
    type=click.Choice(["active", "timed_out", "ended"]),
    help="Only sessions in this state.",
)
@click.option("--limit", type=int, default=20, show_default=True, help="Maximum number to show.")
@with_context
def session_list(ctx: CliContext, /, **params: Any) -> None:
    """List sessions with their claims and outcomes, newest first.

    Example: ackbox session list --state active
    """
    ctx.show_each(
        ctx.call("session.list", **_given(**params))["sessions"],
        SESSIONS,
        empty="No sessions yet. Start one with: ackbox --as ana session start",
    )


@session.command("show", cls=Verb)
@click.argument("of", metavar="AGENT")
@with_context
def session_show(ctx: CliContext, of: str) -> None:
    """Show the newest session of an agent.

    Example: ackbox session show bob
    """
    found = ctx.call("session.list", of=of, limit=1)["sessions"]
    if not found:
        ctx.fail(
            REFUSED,
            "not_found",
            f"{of!r} has no sessions.",
            "List them with: ackbox session list",
        )
    ctx.show(found[0], lambda each: in_full(each, SESSION))


note = verbs(
    "note",
    VERBS,
    'Keep, link and search shared notes.\n\nExample: ackbox --as ana note create "SQLite first"',
)
_narrow = (
    click.option("--kind", help="Only notes of this kind."),
    click.option("--not-kind", help="No notes of this kind."),
    click.option("--folder", help="Only notes in this folder."),
    click.option("--tag", help="Only notes with this tag."),
    click.option("--author", help="Only notes by this author."),
    click.option("--min-priority", type=int, help="Only notes of at least this priority."),
    click.option(
        "--superseded",
        "include_superseded",
        is_flag=True,
        help="Include notes that were replaced, archived, or have expired.",
    ),
    click.option(
        "--limit", type=int, default=20, show_default=True, help="Maximum number to show."
    ),
)

NOTES = (
    Column("", lambda each: "·" if each["superseded_by"] else "★" if each["priority"] > 3 else ""),
    Column("kind", lambda each: each["kind"]),
    Column("author", lambda each: each["author"]),
    Column("note", lambda each: each["title"] or each["text"], may_cut=True),
    Column("tags", lambda each: some(each["tags"], 3)),
    Column("added", lambda each: ago(each["created_at"])),
)


def _narrowing(command: Any) -> Any:
    for option in reversed(_narrow):
        command = option(command)
    return command


@note.command("create", cls=Verb)
@click.argument("text", nargs=-1, required=True)
@click.option("--kind", help="Kind: memory, note, fact, decision or any other word.")
@click.option("--title", help="Title, one line.")
@click.option("--tag", "tags", multiple=True, help="Tag; repeatable.")
@click.option(
    "--priority", type=int, help="Priority from 1 to 5; new sessions are shown notes from 4 up."
)
@click.option("--folder", help="Folder: the id of a note of kind folder.")
@click.option("--expires", "expires_at", help="Time from which lists leave it out, such as 30d.")
@click.option("--source", "sources", multiple=True, help="Note that it is made from; repeatable.")
@click.option("--write-id", help="Your id for this note: the same id again writes no second one.")
@click.option("--unless-known", is_flag=True, help="Add nothing when the same note exists.")
@with_context
def note_create(ctx: CliContext, /, text: tuple[str, ...], **params: Any) -> None:
    """Add a note for everyone in the workspace.

    Example: ackbox --as ana note create "SQLite first" --kind decision --tag storage
    """
    ctx.show(
        ctx.call("note.add", text=" ".join(text), **_given(**params)),
        lambda of: f"{'Exists already' if of['duplicate'] else 'Created'}: {of['id']}",
    )


@note.command("list", cls=Verb)
@_narrowing
@with_context
def note_list(ctx: CliContext, /, **params: Any) -> None:
    """List notes, newest first.

    Example: ackbox note list --kind decision
    """
    rows = ctx.call("note.list", **_given(**params))["notes"]
    ctx.show_each(
        rows,
        (*NOTES, id_column(rows)),
        empty="No notes. Add one with: ackbox --as ana note create TEXT",
    )


@note.command("search", cls=Verb)
@click.argument("query", nargs=-1, required=True)
@_narrowing
@with_context
def note_search(ctx: CliContext, /, query: tuple[str, ...], **params: Any) -> None:
    """Search notes by words.

    Example: ackbox note search storage engine
    """
    found = ctx.call("note.search", query=" ".join(query), **_given(**params))["notes"]
    ctx.show_each(found, (*NOTES, id_column(found)), empty="No notes found.")


@note.command("show", cls=Verb)
@click.argument("id")
@click.option("--depth", type=int, default=1, show_default=True, help="How many links to follow.")
@with_context
def note_show(ctx: CliContext, id: str, depth: int) -> None:
    """Show a note and its links.

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
        f"{', archived' if note['archived_at'] else ''}"
    )
    links = [
        f"  {names.get(each['source'], 'this')} → {each['relation']} →"
        f" {names.get(each['target'], 'this')}  ({each['id']})"
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
    """Link one note to another.

    Example: ackbox --as ana note link 0199… supports 0198…
    """
    ctx.show(
        ctx.call("note.link", id=id, relation=relation, to=to),
        lambda of: "Linked already." if of["duplicate"] else "Linked.",
    )


@note.command("supersede", cls=Verb)
@click.argument("id")
@click.argument("text", nargs=-1, required=True)
@click.option("--title", help="Title, one line.")
@with_context
def note_supersede(ctx: CliContext, /, id: str, text: tuple[str, ...], title: str | None) -> None:
    """Replace a note with a newer one; the old one stays readable.

    Example: ackbox --as ana note supersede 0199… "PostgreSQL from the start"
    """
    ctx.show(
        ctx.call("note.supersede", id=id, text=" ".join(text), **_given(title=title)),
        lambda of: f"Added: {of['id']}",
    )


@note.command("unlink", cls=Verb)
@click.argument("id")
@with_context
def note_unlink(ctx: CliContext, id: str) -> None:
    """Remove a link, by the id that `note show` prints after it.

    Example: ackbox --as ana note unlink 0199….supports.0198…
    """
    ctx.show(ctx.call("note.unlink", id=id), lambda of: "Unlinked.")


@note.command("append", cls=Verb)
@click.argument("title")
@click.argument("text", nargs=-1, required=True)
@click.option("--kind", help="Kind of the note (default: document).")
@with_context
def note_append(ctx: CliContext, /, title: str, text: tuple[str, ...], kind: str | None) -> None:
    """Append text to a document, or begin it.

    Example: ackbox --as ana note append skills "Back up before you migrate"
    """
    ctx.show(
        ctx.call("note.append", title=title, text=" ".join(text), **_given(kind=kind)),
        lambda of: f"{'Appended' if of['supersedes'] else 'Begun'}: {of['id']}",
    )


@note.command("explore", cls=Verb)
@click.argument("query", nargs=-1, required=True)
@click.option("--depth", type=int, default=2, show_default=True, help="How many links to follow.")
@with_context
def note_explore(ctx: CliContext, query: tuple[str, ...], depth: int) -> None:
    """Show notes with these words and the notes that they lead to.

    Example: ackbox note explore storage engine
    """
    found = ctx.call("note.explore", query=" ".join(query), depth=depth)
    rows = found["notes"]
    ctx.show_each(rows, (*FOUND, id_column(rows)), empty="No notes found.")


FOUND = (
    Column("kind", lambda each: each["kind"]),
    Column("author", lambda each: each["author"]),
    Column("note", lambda each: each["title"] or each["opening"], may_cut=True),
)


@note.command("move", cls=Verb)
@click.argument("id")
@click.argument("folder", required=False)
@with_context
def note_move(ctx: CliContext, id: str, folder: str | None) -> None:
    """Move a note into a folder; without a folder, out of its folder.

    Example: ackbox --as ana note move 0199… 0198…
    """
    ctx.show(ctx.call("note.move", id=id, **_given(folder=folder)), lambda of: "Moved.")


@note.command("archive", cls=Verb)
@click.argument("id")
@click.option("--undo", is_flag=True, help="Bring it back.")
@with_context
def note_archive(ctx: CliContext, id: str, undo: bool) -> None:
    """Archive a note: lists and searches leave it out.

    Example: ackbox --as ana note archive 0199…
    """
    ctx.show(
        ctx.call("note.archive", id=id, archived=not undo),
        lambda of: "Archived." if of["archived_at"] else "Back.",
    )


@note.command("remove", cls=Verb)
@click.argument("id")
@removing
@with_context
def note_remove(ctx: CliContext, id: str, yes: bool) -> None:
    """Remove a note permanently, with all its versions and links.

    Example: ackbox --as ana note remove 0199…
    """
    ask_first(ctx, f"Remove the note {id} with all its versions?", yes=yes)
    ctx.show(
        ctx.call("note.remove", id=id),
        lambda of: f"Removed, with {of['removed'] - 1} earlier versions.",
    )


@note.command("tidy", cls=Verb)
@click.option("--kind", help="Kind whose old notes are archived (default: episodic).")
@click.option("--days", type=Span(86_400), help="Age of an unimportant note: 14 (days), 2w.")
@click.option("--dry-run", "only_look", is_flag=True, help="Count them, and archive nothing.")
@with_context
def note_tidy(ctx: CliContext, /, **params: Any) -> None:
    """Archive your old notes that few need.

    Example: ackbox --as ana note tidy --dry-run
    """
    ctx.show(
        ctx.call("note.tidy", **_given(**params)),
        lambda of: f"Archived: {of['archived']} of {len(of['old']) + len(of['unimportant'])}.",
    )
