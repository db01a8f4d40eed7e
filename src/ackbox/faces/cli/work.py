"""Tasks: the verbs of `ackbox task`.

Explained in docs/howto/share-work.md.
"""

from __future__ import annotations

import inspect
import sys
from typing import Any

import click

from ackbox.faces.cli.asking import ask_first, removing
from ackbox.faces.cli.context import NOTHING, REFUSED, CliContext, new_key
from ackbox.faces.cli.spans import Span
from ackbox.faces.cli.verb import Verb, verbs, with_context
from ackbox.faces.terminal_text import Column, local_time, some

VERBS: dict[str, click.Command] = {}
STATUSES = "Statuses, separated by commas; or unfinished, active, finished, all."

TASKS = (
    Column("", lambda task: str(task["number"])),
    Column("status", lambda task: task["status"] + (" ⧗" if task["waits_for"] else "")),
    Column("assignee", lambda task: _who(task)),
    Column("creator", lambda task: task["creator"]),
    Column(
        "title", lambda task: task["title"] + (" !" if task["priority"] > 3 else ""), may_cut=True
    ),
    Column(
        "due", lambda task: local_time(task["due_at"]) + (" overdue" if task["is_late"] else "")
    ),
    Column("changed", lambda task: local_time(task["updated_at"])),
)

task = verbs(
    "task",
    VERBS,
    "Share work: create, claim and finish tasks.\n\nExample: ackbox --as ana task create"
    " 'Migrate the page' --to bob",
)


def _who(of: Any) -> str:
    if of["assignee"] is None:
        return "unassigned"
    return (
        f"{of['assignee']}/{of['assignee_instance']}"
        if of["assignee_instance"]
        else str(of["assignee"])
    )


def _line(of: Any) -> str:
    assignee = f"for {_who(of)}" if of["assignee"] else _who(of)
    return f"task {of['number']}, {of['status']}, {assignee}: {of['title']}"


def _in_full(of: Any) -> str:
    """Return a task in full: its status, its labels and all of its text."""
    lines = [
        _line(of),
        (
            f"id {of['id']}   created by {of['creator']} {local_time(of['created_at'])}   priority"
            f" {of['priority']}"
        ),
    ]
    labels = {
        "project": of["project"],
        "mission": of["mission"],
        "tags": ", ".join(of["tags"]),
        "due": local_time(of["due_at"]),
        "estimated minutes": of["estimated_minutes"],
    }
    if any(labels.values()):
        lines.append("   ".join(f"{name} {value}" for name, value in labels.items() if value))
    if of["depends_on"]:
        lines.append(
            f"waits for {some(of['waits_for'], 5)}"
            if of["waits_for"]
            else f"depends on {len(of['depends_on'])} tasks, all done"
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
    """Return the options that were passed; repeatable ones as lists."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in options.items()
        if value is not None and value is not False and value != ()
    }


def _describing(function: Any) -> Any:
    """Add the options of every verb that describes a task."""
    for option in reversed(
        (
            click.option("--description", help="Full description."),
            click.option("--priority", type=int, help="Priority from 1 to 5; 5 is most urgent."),
            click.option("--project", help="Name of the project."),
            click.option("--mission", help="Name of the larger goal that it belongs to."),
            click.option("--tag", "tags", multiple=True, help="Tag; repeatable."),
            click.option(
                "--after",
                "depends_on",
                multiple=True,
                help="Task that must be done first; repeatable.",
            ),
            click.option("--due", "due_at", help="Due time: 2h, tomorrow 9:00 or RFC 3339."),
            click.option(
                "--minutes",
                "estimated_minutes",
                type=Span(60),
                help="Estimated duration: 90 (minutes), 2h, 3d.",
            ),
            click.option("--done-when", help="Condition under which it counts as done."),
        )
    ):
        function = option(function)
    return function


@task.command("create", cls=Verb)
@click.argument("title", nargs=-1, required=True)
@click.option("--to", help="Assignee: NAME or NAME/INSTANCE. Without one, any agent can claim it.")
@click.option("--re", "parent", help="Id of the message that requested it.")
@click.option(
    "--idempotency-key", help="Creating it again with the same key creates no second task."
)
@_describing
@with_context
def task_add(ctx: CliContext, /, title: tuple[str, ...], **options: Any) -> None:
    """Create a task; its assignee gets a message.

    Example: ackbox --as ana task create "Migrate the pricing page" --to bob --priority 4
    """
    options["idempotency_key"] = options["idempotency_key"] or new_key()
    ctx.show(
        ctx.call("task.create", title=" ".join(title), **_given(options)),
        lambda of: f"Created {_line(of)}",
    )


@task.command("list", cls=Verb)
@click.option(
    "--status",
    help=f"{STATUSES}  [default: unfinished]",
)
@click.option("--mine", is_flag=True, help="Only tasks assigned to you.")
@click.option("--assignee", help="Only tasks of this assignee.")
@click.option("--creator", help="Only tasks of this creator.")
@click.option(
    "--unassigned", "unassigned_only", is_flag=True, help="Only tasks without an assignee."
)
@click.option("--ready", "ready_only", is_flag=True, help="Only tasks that wait for no other.")
@click.option("--project", help="Only tasks of this project.")
@click.option("--mission", help="Only tasks of this mission.")
@click.option("--tag", help="Only tasks with this tag.")
@click.option(
    "--since",
    "updated_since",
    help="Only tasks changed after this time: 2h, yesterday 9:00 or RFC 3339.",
)
@click.option("--newest", is_flag=True, help="Sort newest first instead of most urgent first.")
@click.option(
    "--limit", type=int, default=50, show_default=True, help="Maximum number of tasks to show."
)
@click.option("--cursor", help="Cursor of the next page, as the page before printed it.")
@click.option("--fail-empty", is_flag=True, help="Exit with code 6 when there are none.")
@with_context
def task_list(
    ctx: CliContext, /, newest: bool, limit: int, fail_empty: bool, **options: Any
) -> None:
    """List unfinished tasks, most urgent first.

    Example: ackbox --as bob task list --mine

    The sign ⧗ marks a task that waits for another.
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
        empty='No tasks. Create one with: ackbox --as ana task create "Migrate the page" --to bob',
    )


def _show_page(ctx: CliContext, page: Any, fail_empty: bool, *, empty: str) -> None:
    ctx.show_each(page["tasks"], TASKS, empty=empty)
    ctx.show_more(page)
    if fail_empty and not page["tasks"]:
        sys.exit(NOTHING)


@task.command("search", cls=Verb)
@click.argument("words", nargs=-1, required=True)
@click.option(
    "--status",
    help=f"{STATUSES}  [default: all]",
)
@click.option(
    "--limit", type=int, default=20, show_default=True, help="Maximum number of tasks to show."
)
@click.option("--cursor", help="Cursor of the next page, as the page before printed it.")
@click.option("--fail-empty", is_flag=True, help="Exit with code 6 when nothing matched.")
@with_context
def task_search(
    ctx: CliContext, /, words: tuple[str, ...], limit: int, fail_empty: bool, **options: Any
) -> None:
    """Search tasks by words, newest first.

    Example: ackbox task search pricing migrat*
    """
    query = " ".join(f'"{word}"' if " " in word and '"' not in word else word for word in words)
    _show_page(
        ctx,
        ctx.call("task.search", query=query, limit=limit, **_given(options)),
        fail_empty,
        empty="No tasks found.",
    )


@task.command("show", cls=Verb)
@click.argument("ids", nargs=-1, required=True)
@click.option("--web", is_flag=True, help="Open them in the dashboard instead.")
@with_context
def task_show(ctx: CliContext, ids: tuple[str, ...], web: bool) -> None:
    """Show tasks in full, by number or id.

    Example: ackbox task show 12
    """
    for id in ids:
        of = ctx.call("task.get", id=id)
        if web:
            ctx.open_page(f"tasks?selected={of['id']}")
        else:
            ctx.show(of, _in_full)


@task.command("claim", cls=Verb)
@click.argument("id", required=False)
@click.option("--start", is_flag=True, help="Start it as well.")
@click.option("--project", help="Without ID: only tasks of this project.")
@click.option("--tag", help="Without ID: only tasks with this tag.")
@with_context
def task_claim(ctx: CliContext, /, id: str | None, **options: Any) -> None:
    """Claim a task; without an id, the most urgent unassigned one.

    Example: ackbox --as bob task claim 12 --start

    Exit code 1 when another agent has it or it waits for another task, 6 when none is free.
    """
    claimed = ctx.call("task.claim", **_given({"id": id, **options}))
    ctx.show(claimed, lambda of: f"Claimed {_line(of['task'])}" if of["claimed"] else of["notice"])
    if not claimed["claimed"]:
        sys.exit(NOTHING if claimed["reason"] == "nothing" else REFUSED)


def _move(ctx: CliContext, id: str, status: str, words: tuple[str, ...] = (), **more: Any) -> None:
    ctx.show(
        ctx.call(
            "task.update", id=id, status=status, **_given({"note": " ".join(words) or None, **more})
        ),
        _line,
    )


# The verbs that only change a status: the status, the argument after the id, the help.
MOVES: dict[str, tuple[str, str | None, str]] = {
    "start": (
        "in_progress",
        None,
        """
        Start a task; an unassigned task becomes yours.

        Example: ackbox --as bob task start 12
        """,
    ),
    "review": (
        "review",
        "note",
        """
        Mark a task as ready for review.

        Example: ackbox --as bob task review 12 "PR 47"
        """,
    ),
    "done": (
        "done",
        "note",
        """
        Finish a task, with a note on the result; its creator gets a message.

        Example: ackbox --as bob task done 12 "Migrated, tests pass"
        """,
    ),
    "fail": (
        "failed",
        "why",
        """
        Mark a task as failed, with the reason; its creator gets a message.

        Example: ackbox --as bob task fail 12 "The API is gone"
        """,
    ),
    "cancel": (
        "cancelled",
        "why",
        """
        Cancel a task.

        Example: ackbox --as ana task cancel 12
        """,
    ),
    "reopen": (
        "open",
        None,
        """
        Reopen a task that is finished, failed or cancelled.

        Example: ackbox --as ana task reopen 12
        """,
    ),
}


def _moving(name: str, status: str, words: str | None, help: str) -> click.Command:
    """Return the verb that sets a task's status."""

    @with_context
    def move(ctx: CliContext, /, id: str, **note: tuple[str, ...]) -> None:
        _move(ctx, id, status, *note.values())

    given = [click.Argument(["id"]), *([click.Argument([words], nargs=-1)] if words else [])]
    return Verb(name, callback=move, params=given, help=inspect.cleandoc(help))


for _name, _row in MOVES.items():
    task.add_command(_moving(_name, *_row))


@task.command("tidy", cls=Verb)
@click.argument("ids", nargs=-1)
@click.option("--assignee", help="Only tasks of this assignee.")
@click.option("--creator", help="Only tasks of this creator.")
@click.option("--project", help="Only tasks of this project.")
@click.option("--mission", help="Only tasks of this mission.")
@click.option("--tag", help="Only tasks with this tag.")
@click.option(
    "--before",
    "updated_before",
    help="Only tasks unchanged since this time: 3d, yesterday 9:00 or RFC 3339.",
)
@click.option("--note", help="Note on the result.")
@click.option("--dry-run", is_flag=True, help="Count them, and finish none.")
@removing
@with_context
def task_tidy(ctx: CliContext, /, yes: bool, dry_run: bool, **options: Any) -> None:
    """Finish all unfinished tasks that match.

    Example: ackbox --as ana task tidy --project shop --before 2026-11-01T00:00:00Z --yes
    """
    given = _given(options)
    if not yes and not dry_run:
        count = len(ctx.call("task.finish_many", only_look=True, **given)["ids"])
        ask_first(ctx, f"{count} tasks match. Finish them?", yes=count == 0)
    found = ctx.call("task.finish_many", only_look=dry_run, **given)
    outcome = "match" if dry_run else "finished"
    ctx.show(
        found,
        lambda of: (
            f"{len(of['ids'])} {outcome}" + ("; more match: run it again" if of["has_more"] else "")
        ),
    )


@task.command("block", cls=Verb)
@click.argument("id")
@click.argument("why", nargs=-1)
@click.option("--by", "blocked_by", help="Blocker: a task, a name or a thing.")
@click.option(
    "--cause",
    "blocked_cause",
    type=click.Choice(["peer_task", "human", "authorisation", "other"]),
    help="Kind of the blocker.",
)
@with_context
def task_block(ctx: CliContext, /, id: str, why: tuple[str, ...], **options: Any) -> None:
    """Mark a task as blocked and name the blocker.

    Example: ackbox --as bob task block 12 "Which region?" --by ana --cause human
    """
    _move(ctx, id, "blocked", why, **options)


@task.command("assign", cls=Verb)
@click.argument("id")
@click.argument("to", default="")
@click.option("--note", help="Note for the assignee.")
@with_context
def task_assign(ctx: CliContext, id: str, to: str, note: str | None) -> None:
    """Assign a task; without a name, any agent can claim it.

    Example: ackbox --as ana task assign 12 carol

    The new assignee and the previous one each get a message.
    """
    ctx.show(ctx.call("task.assign", id=id, to=to, **_given({"note": note})), _line)


@task.command("edit", cls=Verb)
@click.argument("id")
@click.option("--title", help="New title.")
@click.option("--note", help="Note on the task.")
@_describing
@with_context
def task_edit(ctx: CliContext, /, id: str, **options: Any) -> None:
    """Change the fields of a task; an empty text clears a field.

    Example: ackbox --as ana task edit 12 --priority 5 --due 2027-01-15T12:00:00Z
    """
    ctx.show(ctx.call("task.update", id=id, **_given(options)), _line)


@task.command("depend", cls=Verb)
@click.argument("id")
@click.argument("on", nargs=-1)
@click.option(
    "--remove",
    "no_more_on",
    multiple=True,
    help="Task to stop waiting for; repeatable.",
)
@with_context
def task_depend(ctx: CliContext, id: str, on: tuple[str, ...], no_more_on: tuple[str, ...]) -> None:
    """Make a task wait for others; the server rejects circles.

    Example: ackbox --as ana task depend 12 10 11
    """
    ctx.show(ctx.call("task.depend", id=id, on=list(on), no_more_on=list(no_more_on)), _in_full)
