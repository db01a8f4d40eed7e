"""Arguments: a sentence for each argument of each command.

Explained in docs/reference/cli.md.
"""

from __future__ import annotations

import click

MESSAGE = "Message: number such as 10 or '#10', id, or at least 8 digits that begin the id."
TASK = "Task: number such as 12, or id."
NOTE = "Id of the note."
# By the command and the argument; by the argument alone where that says enough.
TEXTS = {
    "to": "Recipient: NAME, NAME/INSTANCE, several separated by commas, user for all people, * for"
    " everyone.",
    "text": "Text; several words are joined.",
    "id": MESSAGE,
    "ids": MESSAGE,
    "file": "File; - for standard input or output.",
    "words": "Words that must all be there; -word excludes, word* completes, quotes keep a phrase.",
    "query": "Words that must all be there; -word excludes, word* completes, quotes keep a phrase.",
    "filter": "Filter as in the dashboard: from: to: intent: is: priority: before: after: thread:"
    " has: and words.",
    "name": "Name of the agent.",
    "program": "Agent program.",
    "summary": "Current work; several words are joined.",
    "note": "Note on the result.",
    "why": "Reason.",
    "title": "Title; several words are joined.",
    "agent set-kind kind": "agent, or human for a person.",
    "completion shell": "Shell.",
    "config get name": "Setting; `ackbox config list` lists them.",
    "config set name": "Setting; `ackbox config list` lists them.",
    "config set value": "New value.",
    "config unset name": "Setting; `ackbox config list` lists them.",
    "backup dest": "File to write; it must not exist.",
    "export file": "File to write; - for standard output.",
    "import file": "File that `ackbox export` wrote; - for standard input.",
    "rpc system": "System whose socket is served; for an unknown name, the error lists them.",
    "rpc project": "Directory of the project.",
    "help names": "Command, such as send or task create; or environment, or exit-codes.",
    "hook arguments": "Agent program and the options of the hook.",
    "join invitation": "Link that `ackbox invite` printed.",
    "vault join invitation": "Line that `ackbox vault invite` printed.",
    "invite name": "Name of the agent or person.",
    "key revoke id": "Id of the key, or its beginning.",
    "key show id": "Id of the key, or its beginning.",
    "key rotate id": "Id of the key.",
    "note append title": "Title of the document.",
    "note archive id": NOTE,
    "note link id": NOTE,
    "note link relation": "How it relates to the other, such as supports.",
    "note link to": "Id of the other note.",
    "note move folder": "Id of a note of kind folder.",
    "note move id": NOTE,
    "note remove id": NOTE,
    "note show id": NOTE,
    "note supersede id": NOTE,
    "note unlink id": "Id of the link.",
    "nudge id": f"{MESSAGE} Without one, all messages of the agent.",
    "mute of": "Agent, or a message: its thread, or with --until only the message.",
    "unmute of": "Agent, or any message that is hidden.",
    "pause of": "Agent, or any message of the thread.",
    "resume of": "Agent, or any message of the thread.",
    "review open to": "Reviewers: NAME or NAME/INSTANCE, separated by commas.",
    "run arguments": "Arguments of the agent program, after --.",
    "schedule create body": "Text.",
    "schedule create cron": "Cron expression in quotes, or @daily and the like.",
    "schedule remove id": "Id of the schedule, or its beginning.",
    "schedule show id": "Id of the schedule, or its beginning.",
    "session show of": "Agent.",
    "status id": f"{MESSAGE} Without one, the server.",
    "task assign to": "Assignee: NAME or NAME/INSTANCE; none for anybody.",
    "task depend on": "Tasks that must be done first.",
    "turn submit file": "File with the turn in JSON; - for standard input.",
    "webhook create body": "Template of the text; {.} is all of the received JSON.",
    "webhook out create address": "Address of the receiver: https://…",
    "webhook out remove id": "Id of the outgoing webhook.",
    "webhook out retry id": "Id of the outgoing webhook.",
    "webhook out test id": "Id of the outgoing webhook.",
    "webhook remove id": "Id of the webhook, or its beginning.",
    "webhook show id": "Id of the webhook, or its beginning.",
    "workspace show name": "Name of the workspace; without it, the one that you use.",
    "workspace create name": "Name of the workspace.",
}


def sentence(path: str, argument: click.Argument) -> str:
    """Return the sentence for an argument of a command, `task claim` for example."""
    name = argument.name or ""
    own = TEXTS.get(f"{path} {name}")
    if own is not None:
        return own
    if path.startswith("task ") and name in ("id", "ids"):
        return TASK
    return TEXTS.get(name, "")


def described(command: click.Command, path: str) -> list[tuple[str, str]]:
    """Return the arguments of a command, as written, each with its sentence."""
    context = click.Context(command)
    return [
        (each.make_metavar(context), sentence(path, each))
        for each in command.params
        if isinstance(each, click.Argument)
    ]
