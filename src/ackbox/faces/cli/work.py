"""Work: task.

Explained in docs/howto/share-work.md.
"""

from __future__ import annotations

import inspect
import sys
from typing import Any

import click

from ackbox.faces.cli.context import (
    NOTHING,
    REFUSED,
    CliContext,
    Verb,
    new_key,
    verbs,
    with_context,
)
from ackbox.faces.terminal_text import Column, local_time, some

VERBS: dict[str, click.Command] = {}

TASKS = (
    Column("", lambda task: str(task["number"])),
    Column("is", lambda task: task["status"] + (" ⧗" if task["waits_for"] else "")),
    Column("for", lambda task: _who(task)),
    Column("from", lambda task: task["creator"]),
    Column(
        "what", lambda task: task["title"] + (" !" if task["priority"] > 3 else ""), may_cut=True
    ),
    Column("due", lambda task: local_time(task["due_at"]) + (" late" if task["is_late"] else "")),
    Column("changed", lambda task: local_time(task["updated_at"])),
)

task = verbs(
    "task",
    VERBS,
    "Share work: make tasks, claim them, finish them.\n\nExample: ackbox --as ana task add 'Migrate"
    " the page' --to bob",
)


def _who(of: Any) -> str:
    if of["assignee"] is None:
        return "whoever claims it"
    return (
        f"{of['assignee']}/{of['assignee_instance']}"
        if of["assignee_instance"]
        else str(of["assignee"])
    )


def _line(of: Any) -> str:
    return f"task {of['number']}, {of['status']}, for {_who(of)}: {of['title']}"


def _in_full(of: Any) -> str:
    """Return a task for reading: its state, its labels, and all of its text."""
    lines = [
        _line(of),
        (
            f"id {of['id']}   from {of['creator']}   made {local_time(of['created_at'])}   priority"
            f" {of['priority']}"
        ),
    ]
    labels = {
        "project": of["project"],
        "mission": of["mission"],
        "tags": ", ".join(of["tags"]),
        "due": local_time(of["due_at"]),
        "minutes": of["estimated_minutes"],
    }
    if any(labels.values()):
        lines.append("   ".join(f"{name} {value}" for name, value in labels.items() if value))
    if of["depends_on"]:
        lines.append(
            f"waits for {some(of['waits_for'], 5)}"
            if of["waits_for"]
            else f"{len(of['depends_on'])} tasks before it, all done"
        )
    if of["blocked_by"] or of["blocked_cause"]:
        lines.append(f"blocked by {of['blocked_by'] or '?'} ({of['blocked_cause'] or 'other'})")
    texts = [
        of["description"],
        f"Done when: {of['done_when']}" if of["done_when"] else "",
        f"Note: {of['note']}" if of["note"] else "",
    ]
    return "\n".join([*lines, "", *(f"{text}\n" for text in texts if text)])


def _given(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options that were given, those that may be repeated as lists."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in options.items()
        if value is not None and value is not False and value != ()
    }


def _describing(function: Any) -> Any:
    """The options of every verb that says what a task is."""
    for option in reversed(
        (
            click.option("--description", help="The rest of it."),
            click.option("--priority", type=int, help="1 to 5; 5 is most urgent."),
            click.option("--project", help="A label."),
            click.option("--mission", help="A label for what it is part of."),
            click.option("--tag", "tags", multiple=True, help="A label; may be repeated."),
            click.option(
                "--after",
                "depends_on",
                multiple=True,
                help="A task that must be done first; may be repeated.",
            ),
            click.option("--due", "due_at", help="When it is due: 2h, tomorrow 9:00 or RFC 3339."),
            click.option("--minutes", "estimated_minutes", type=int, help="How long it may take."),
            click.option("--done-when", help="What will be true when it is done."),
        )
    ):
        function = option(function)
    return function


@task.command("add", cls=Verb)
@click.argument("title", nargs=-1, required=True)
@click.option("--to", help="Who it is for: NAME or NAME/INSTANCE; whoever claims it when left out.")
@click.option("--re", "parent", help="Id of the message it comes from.")
@click.option("--idempotency-key", help="The same key makes one task, however often it is asked.")
@_describing
@with_context
def task_add(ctx: CliContext, /, title: tuple[str, ...], **options: Any) -> None:
    """Make a task; whoever it is for gets a message.

    Example: ackbox --as ana task add "Migrate the pricing page" --to bob --priority 4
    """
    options["idempotency_key"] = options["idempotency_key"] or new_key()
    ctx.show(
        ctx.call("task.create", title=" ".join(title), **_given(options)),
        lambda of: f"added {_line(of)}",
    )


@task.command("list", cls=Verb)
@click.option(
    "--status",
    help="States with commas, or unfinished, active, finished, all.  [default: unfinished]",
)
@click.option("--mine", is_flag=True, help="Only your own.")
@click.option("--assignee", help="Only of this agent or person.")
@click.option("--creator", help="Only those this one asked for.")
@click.option(
    "--unassigned", "unassigned_only", is_flag=True, help="Only those for whoever claims them."
)
@click.option("--ready", "ready_only", is_flag=True, help="Leave out those that wait for another.")
@click.option("--project", help="Only with this label.")
@click.option("--mission", help="Only of this mission.")
@click.option("--tag", help="Only with this tag.")
@click.option(
    "--since", "updated_since", help="Only changed after this time: 2h, yesterday 9:00 or RFC 3339."
)
@click.option("--newest", is_flag=True, help="Newest first instead of most urgent first.")
@click.option("--limit", type=int, default=50, show_default=True, help="At most this many.")
@click.option("--fail-empty", is_flag=True, help="Exit 6 when there is none.")
@with_context
def task_list(
    ctx: CliContext, /, newest: bool, limit: int, fail_empty: bool, **options: Any
) -> None:
    """Show tasks that are not finished, most urgent first.

    Example: ackbox --as bob task list --mine

    A task with ⧗ waits for another.
    """
    page = ctx.call(
        "task.list",
        urgent_first=not newest,
        limit=limit,
        max_text_bytes=1_000_000,
        **_given(options),
    )
    _show_page(
        ctx,
        page,
        fail_empty,
        empty='No tasks. Make one with: ackbox --as ana task add "…" --to bob',
    )


def _show_page(ctx: CliContext, page: Any, fail_empty: bool, *, empty: str) -> None:
    ctx.show_each(page["tasks"], TASKS, empty=empty)
    if page["cursor"] and not ctx.is_json:
        ctx.say("There are more; ask for them with --limit, or narrow.")
    if fail_empty and not page["tasks"]:
        sys.exit(NOTHING)


@task.command("search", cls=Verb)
@click.argument("words", nargs=-1, required=True)
@click.option(
    "--status", help="States with commas, or unfinished, active, finished, all.  [default: all]"
)
@click.option("--limit", type=int, default=20, show_default=True, help="At most this many.")
@click.option("--fail-empty", is_flag=True, help="Exit 6 when nothing matched.")
@with_context
def task_search(
    ctx: CliContext, /, words: tuple[str, ...], limit: int, fail_empty: bool, **options: Any
) -> None:
    """Find tasks by their words, newest first.

    Example: ackbox task search pricing migrat*
    """
    query = " ".join(f'"{word}"' if " " in word and '"' not in word else word for word in words)
    _show_page(
        ctx,
        ctx.call("task.search", query=query, limit=limit, **_given(options)),
        fail_empty,
        empty="Nothing found.",
    )


@task.command("show", cls=Verb)
@click.argument("ids", nargs=-1, required=True)
@with_context
def task_show(ctx: CliContext, ids: tuple[str, ...]) -> None:
    """Show tasks in full, by number or id.

    Example: ackbox task show 12
    """
    for id in ids:
        ctx.show(ctx.call("task.get", id=id), _in_full)


@task.command("claim", cls=Verb)
@click.argument("id", required=False)
@click.option("--start", is_flag=True, help="Begin it too.")
@click.option("--project", help="Without ID: only with this label.")
@click.option("--tag", help="Without ID: only with this tag.")
@with_context
def task_claim(ctx: CliContext, /, id: str | None, **options: Any) -> None:
    """Take a task; without an id, the most urgent that is free.

    Example: ackbox --as bob task claim 12 --start

    Exit 1 when somebody else has it or it waits for another, 6 when there is none to take.
    """
    claimed = ctx.call("task.claim", **_given({"id": id, **options}))
    ctx.show(claimed, lambda of: f"yours: {_line(of['task'])}" if of["claimed"] else of["notice"])
    if not claimed["claimed"]:
        sys.exit(NOTHING if claimed["reason"] == "nothing" else REFUSED)


def _move(ctx: CliContext, id: str, status: str, words: tuple[str, ...] = (), **more: Any) -> None:
    ctx.show(
        ctx.call(
            "task.update", id=id, status=status, **_given({"note": " ".join(words) or None, **more})
        ),
        _line,
    )


# The verbs that only change a task's state: the state, what the words after the id are, and the
# help.
MOVES: dict[str, tuple[str, str | None, str]] = {
    "start": (
        "in_progress",
        None,
        """
        Begin a task; what is nobody's becomes yours.

        Example: ackbox --as bob task start 12
        """,
    ),
    "review": (
        "review",
        "note",
        """
        Say that a task waits for somebody to look at it.

        Example: ackbox --as bob task review 12 "PR 47"
        """,
    ),
    "done": (
        "done",
        "note",
        """
        Finish a task, with a word on what came of it; its creator gets a message.

        Example: ackbox --as bob task done 12 "Migrated, tests pass"
        """,
    ),
    "fail": (
        "failed",
        "why",
        """
        Give a task up, with a word on why; its creator gets a message.

        Example: ackbox --as bob task fail 12 "The API is gone"
        """,
    ),
    "cancel": (
        "cancelled",
        "why",
        """
        Say that a task is not wanted any more.

        Example: ackbox --as ana task cancel 12
        """,
    ),
    "reopen": (
        "open",
        None,
        """
        Open a task again, whatever became of it.

        Example: ackbox --as ana task reopen 12
        """,
    ),
}


def _moving(name: str, status: str, words: str | None, help: str) -> click.Command:
    """Return the verb that gives a task a state."""

    @with_context
    def move(ctx: CliContext, /, id: str, **note: tuple[str, ...]) -> None:
        _move(ctx, id, status, *note.values())

    given = [click.Argument(["id"]), *([click.Argument([words], nargs=-1)] if words else [])]
    return Verb(name, callback=move, params=given, help=inspect.cleandoc(help))


for _name, _row in MOVES.items():
    task.add_command(_moving(_name, *_row))


@task.command("tidy", cls=Verb)
@click.argument("ids", nargs=-1)
@click.option("--assignee", help="Only of this agent or person.")
@click.option("--creator", help="Only those this one asked for.")
@click.option("--project", help="Only with this label.")
@click.option("--mission", help="Only of this mission.")
@click.option("--tag", help="Only with this tag.")
@click.option(
    "--before",
    "updated_before",
    help="Only not changed since this time: 3d, yesterday 9:00 or RFC 3339.",
)
@click.option("--note", help="What came of them.")
@click.option("--yes", is_flag=True, help="Finish them; without it they are only counted.")
@with_context
def task_tidy(ctx: CliContext, /, yes: bool, **options: Any) -> None:
    """Finish all tasks that fit and are not finished; without --yes, say which they are.

    Example: ackbox --as ana task tidy --project shop --before 2026-11-01T00:00:00Z --yes
    """
    found = ctx.call("task.finish_many", only_look=not yes, **_given(options))
    said = "finished" if yes else "would be finished; say --yes to do it"
    ctx.show(
        found,
        lambda of: f"{len(of['ids'])} {said}" + (", and there are more" if of["has_more"] else ""),
    )


@task.command("block", cls=Verb)
@click.argument("id")
@click.argument("why", nargs=-1)
@click.option("--by", "blocked_by", help="What holds it up: a task, a name, a thing.")
@click.option(
    "--cause",
    "blocked_cause",
    type=click.Choice(["peer_task", "human", "authorisation", "other"]),
    help="What kind of thing that is.",
)
@with_context
def task_block(ctx: CliContext, /, id: str, why: tuple[str, ...], **options: Any) -> None:
    """Say that a task is held up, and by what.

    Example: ackbox --as bob task block 12 "Which region?" --by ana --cause human
    """
    _move(ctx, id, "blocked", why, **options)


@task.command("assign", cls=Verb)
@click.argument("id")
@click.argument("to", default="")
@click.option("--note", help="A word with it.")
@with_context
def task_assign(ctx: CliContext, id: str, to: str, note: str | None) -> None:
    """Give a task to somebody; without a name, to whoever claims it.

    Example: ackbox --as ana task assign 12 carol

    The new assignee and the last one get a message each.
    """
    ctx.show(ctx.call("task.assign", id=id, to=to, **_given({"note": note})), _line)


@task.command("edit", cls=Verb)
@click.argument("id")
@click.option("--title", help="What is to be done, in a line.")
@click.option("--note", help="A word on it.")
@_describing
@with_context
def task_edit(ctx: CliContext, /, id: str, **options: Any) -> None:
    """Change what a task says; an empty text clears.

    Example: ackbox --as ana task edit 12 --priority 5 --due 2027-01-15T12:00:00Z
    """
    ctx.show(ctx.call("task.update", id=id, **_given(options)), _line)


@task.command("depend", cls=Verb)
@click.argument("id")
@click.argument("on", nargs=-1)
@click.option(
    "--no-more",
    "no_more_on",
    multiple=True,
    help="A task that it waits for no more; may be repeated.",
)
@with_context
def task_depend(ctx: CliContext, id: str, on: tuple[str, ...], no_more_on: tuple[str, ...]) -> None:
    """Let a task wait for others; a circle is refused.

    Example: ackbox --as ana task depend 12 10 11
    """
    ctx.show(ctx.call("task.depend", id=id, on=list(on), no_more_on=list(no_more_on)), _in_full)
