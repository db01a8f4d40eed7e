"""Completing: the names of agents, workspaces, tasks and messages, for the completion of shells.

A value that the server knows is asked for while the shell waits, so a slow or missing server means
no suggestions. Explained in docs/reference/cli.md.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import click
from click.shell_completion import CompletionItem

from ackbox.client.http import NoServer
from ackbox.config import BadSettings
from ackbox.errors import AckboxError
from ackbox.faces.cli.context import CliContext

WAIT_S = 2.0
MAX_SHOWN = 40
# The parameters of commands by what they name; those of a family first.
AGENTS = {"agent", "assignee", "creator", "of", "recipient", "sender_name", "to"}
WORKSPACES = {"workspace"}
MESSAGES = {"id", "ids", "parent"}
TASKS = {"id", "ids", "on", "no_more_on", "depends_on"}
NAMED_AGENTS = {"nudge", "dismiss", "agent", "pause", "resume"}
WITH_MESSAGES = {"read", "ack", "archive", "thread", "reply", "withdraw", "status", "nudge", "send"}


class Known(click.ParamType[str]):
    """A value that the server may know; any other is accepted as well."""

    name = "text"

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        found: list[CompletionItem] = []
        with suppress(AckboxError, NoServer, BadSettings, OSError, SystemExit):
            found = LISTS[self._kind](ctx.ensure_object(CliContext))
        before, comma, last = incomplete.rpartition(",")
        is_list = self._kind == "agents"
        typed = (last if is_list else incomplete).removeprefix("#").casefold()
        start = f"{before}{comma}" if is_list else ""
        return [
            CompletionItem(f"{start}{item.value}", help=item.help)
            for item in found
            if item.value.casefold().startswith(typed)
        ][:MAX_SHOWN]


def _agents(ctx: CliContext) -> list[CompletionItem]:
    people = ctx.attempt("agent.list")["agents"]
    return [CompletionItem(each["agent"], help=each["presence"]) for each in people]


def _workspaces(ctx: CliContext) -> list[CompletionItem]:
    found = ctx.attempt("workspace.list", workspace=None)["workspaces"]
    return [CompletionItem(each["name"], help=each["mode"]) for each in found]


def _tasks(ctx: CliContext) -> list[CompletionItem]:
    found = ctx.attempt("task.list", limit=MAX_SHOWN)["tasks"]
    return [
        CompletionItem(str(each["number"]), help=f"{each['status']}: {each['title'][:60]}")
        for each in found
    ]


def _messages(ctx: CliContext) -> list[CompletionItem]:
    found = ctx.attempt("message.history", limit=MAX_SHOWN)["messages"]
    return [
        CompletionItem(
            str(each["seq"]), help=f"{each['sender']}: {each['subject'] or each['body'][:60]}"
        )
        for each in found
    ]


LISTS: dict[str, Any] = {
    "agents": _agents,
    "workspaces": _workspaces,
    "tasks": _tasks,
    "messages": _messages,
}


def _kind_of(verb: str, family: str | None, parameter: str) -> str | None:
    """Return what a parameter of a command names; null for what the server does not know."""
    if parameter in WORKSPACES or (family == "workspace" and parameter == "name"):
        return "workspaces"
    if family == "task" and parameter in TASKS:
        return "tasks"
    if family is None and verb in WITH_MESSAGES and parameter in MESSAGES:
        return "messages"
    if parameter in AGENTS or ((family or verb) in NAMED_AGENTS and parameter == "name"):
        return "agents"
    return None


def attach(command: click.Command, family: str | None = None) -> click.Command:
    """Let the parameters of a command, and of all of a family, be completed."""
    if isinstance(command, click.Group):
        for child in command.commands.values():
            attach(child, command.name)
    for parameter in command.params:
        kind = _kind_of(command.name or "", family, parameter.name or "")
        if kind is not None and isinstance(parameter.type, click.types.StringParamType):
            parameter.type = Known(kind)
    return command
