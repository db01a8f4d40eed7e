"""Reviews: the verbs of `ackbox review`.

Explained in docs/reference/cli.md.
"""

from __future__ import annotations

from typing import Any

import click

from ackbox.faces.cli.context import CliContext
from ackbox.faces.cli.ids import id_column
from ackbox.faces.cli.verb import Verb, verbs, with_context
from ackbox.faces.terminal_text import Column, ago, local_time, some

VERBS: dict[str, click.Command] = {}
REVIEWS = (
    Column("", lambda each: "○" if each["state"] == "open" else "●"),
    Column("state", lambda each: each["outcome"] or each["state"]),
    Column("author", lambda each: each["author"]),
    Column("reviewers", lambda each: some(each["to"], 3)),
    Column("review", lambda each: each["subject"] or each["body"], may_cut=True),
    Column("comments", lambda each: str(each["comment_count"])),
    Column("opened", lambda each: ago(each["created_at"])),
)

review = verbs(
    "review",
    VERBS,
    'Review diffs in conversations.\n\nExample: ackbox --as ana review open bob "Errors clear?"'
    " --diff HEAD~1..HEAD",
)


def _given(**params: Any) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in params.items()
        if value not in (None, ())
    }


def _in_full(of: Any) -> str:
    refs = [f"  {each['kind']} {each['target']}" for each in of["refs"]]
    comments = [_comment(each) for each in of["comments"]]
    left = of["comment_count"] - len(comments)
    return "\n".join(
        [
            f"{of['id']}  {of['outcome'] or of['state']}",
            f"{of['author']} to {some(of['to'], 5)}, {local_time(of['created_at'])}",
            *([of["subject"]] if of["subject"] else []),
            *refs,
            "",
            of["body"],
            *comments,
            *([f"\n{left} more: ackbox thread {of['thread']}"] if left else []),
        ]
    )


def _comment(of: Any) -> str:
    place = f" {of['file']}{':' + of['line'] if of['line'] else ''}" if of["file"] else ""
    what = "resolved" if of["resolves"] else "commented"
    return f"\n{of['author']} {what}{place}, {local_time(of['created_at'])}\n{of['body']}"


@review.command("open", cls=Verb)
@click.argument("to")
@click.argument("text", nargs=-1, required=True)
@click.option("--diff", help="Diff under review: a range of commits, a branch or a path.")
@click.option("--file", "files", multiple=True, help="File under review; repeatable.")
@click.option("--subject", help="Subject, one line.")
@click.option("--expects-reply-by", help="Time by which a reply is due, such as 2h.")
@with_context
def review_open(ctx: CliContext, /, to: str, text: tuple[str, ...], **params: Any) -> None:
    """Ask for a review of a diff; comments and outcome are in its thread.

    Example: ackbox --as ana review open bob "Are the errors clear?" --diff HEAD~1..HEAD
    """
    ctx.show(
        ctx.call("review.open", to=to, body=" ".join(text), **_given(**params)),
        lambda of: f"Opened: {of['id']}",
    )


@review.command("comment", cls=Verb)
@click.argument("id")
@click.argument("text", nargs=-1, required=True)
@click.option("--file", help="File that the comment is about.")
@click.option("--line", help="Line or lines of the file, such as 10-20.")
@with_context
def review_comment(ctx: CliContext, /, id: str, text: tuple[str, ...], **params: Any) -> None:
    """Comment on a review, a file or a line; opens a resolved one again.

    Example: ackbox --as bob review comment 0199… "Say which field." --file src/api.py --line 12
    """
    ctx.show(
        ctx.call("review.comment", id=id, body=" ".join(text), **_given(**params)),
        lambda of: f"Commented: {of['comments'][-1]['id']}",
    )


@review.command("resolve", cls=Verb)
@click.argument("id")
@click.argument("text", nargs=-1)
@click.option("--outcome", help="Outcome: resolved, accepted, wont_fix or any other word.")
@with_context
def review_resolve(ctx: CliContext, /, id: str, text: tuple[str, ...], **params: Any) -> None:
    """Resolve a review, with an outcome.

    Example: ackbox --as bob review resolve 0199… --outcome accepted
    """
    ctx.show(
        ctx.call("review.resolve", id=id, **_given(body=" ".join(text) or None, **params)),
        lambda of: f"Resolved: {of['outcome']}",
    )


@review.command("show", cls=Verb)
@click.argument("id")
@with_context
def review_show(ctx: CliContext, /, id: str) -> None:
    """Show a review with its comments.

    Example: ackbox review show 0199…
    """
    ctx.show(ctx.call("review.get", id=id), _in_full)


@review.command("list", cls=Verb)
@click.option("--state", type=click.Choice(["open", "resolved"]), help="Only in this state.")
@click.option("--of", help="Only those for this reviewer.")
@click.option("--limit", type=int, default=20, show_default=True, help="Maximum number to show.")
@with_context
def review_list(ctx: CliContext, /, **params: Any) -> None:
    """List reviews with their state, newest first.

    Example: ackbox review list --state open
    """
    rows = ctx.call("review.list", **_given(**params))["reviews"]
    ctx.show_each(
        rows,
        (*REVIEWS, id_column(rows)),
        empty='No reviews. Ask for one with: ackbox --as ana review open bob "Errors clear?"',
    )
