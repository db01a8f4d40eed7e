"""Turns: the verbs of `ackbox turn`.

Explained in docs/reference/cli.md.
"""

from __future__ import annotations

import json
from typing import Any

import click

from ackbox.faces.cli.context import CliContext
from ackbox.faces.cli.verb import Verb, verbs, with_context
from ackbox.faces.terminal_text import some

VERBS: dict[str, click.Command] = {}

turn = verbs(
    "turn",
    VERBS,
    "Record the result of a turn and send its messages.\n\nExample: ackbox --as ana turn submit"
    " turn.json",
)


@turn.command("submit", cls=Verb)
@click.argument("file", type=click.File("rb"), default="-")
@with_context
def turn_submit(ctx: CliContext, file: Any) -> None:
    """Submit a turn from a JSON file or standard input, all or nothing.

    Example: ackbox --as ana turn submit turn.json

    The file holds, for example: {"summary": "Tests pass", "messages": [{"to": "bob", "body":
    "Please review", "intent": "handoff"}]}. Other fields: status, blockers, next, plan, task,
    answer_within_s, answers_oldest, idempotency_key; in a message: subject, refs, parent; tasks to
    create: [{"key": "api", "title": "Build the API", "depends_on": []}].
    """
    ctx.show(ctx.call("turn.submit", **_envelope(file)), _ended)


def _envelope(file: Any) -> dict[str, Any]:
    """Return the JSON object of a file; the operation checks its fields."""
    if file.isatty():
        raise click.UsageError(
            "No file. Name one, or pipe JSON to standard input: ackbox --as ana turn submit"
            " turn.json"
        )
    try:
        found = json.loads(file.read())
    except ValueError as error:
        raise click.UsageError(f"The turn is not valid JSON: {error}.") from None
    if not isinstance(found, dict):
        raise click.UsageError(
            'The turn is not a JSON object. Write one such as: {"summary": "Tests pass"}'
        )
    return found


def _ended(of: Any) -> str:
    sent = [
        f"  to {some(each['to'], 5)} ({each['intent']}): {each['id']}" for each in of["messages"]
    ]
    return "\n".join(
        [
            f"{'Known already' if of['duplicate'] else 'Submitted'}: {of['id']}, {of['status']}",
            *sent,
            *(f"  task {each['number']}: {each['title']}" for each in of["tasks"]),
        ]
    )
