"""The house checks its words: operations, fields, errors and settings are documented, and generated pages are fresh."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ackbox import errors
from ackbox.config import SETTINGS
from ackbox.faces.mcp import TOOLS
from ackbox.faces.rest import where
from ackbox.ops.table import OPERATIONS, Operation
from tools import make_changelog, make_reference
from tools.reading import tools_of, verbs, verbs_of
from tools.shapes import components, describe

ROOT = Path(__file__).parent.parent
EVERY = list(OPERATIONS.values())

# What has no tool of its own, and why. Tools are few: a model chooses better among ten than among thirty.
NO_TOOL = {
    "message.preview": "the reply to `post` says what became of each recipient",
    "thread.list": "for people, who look around; a model works through `inbox`",
    "workspace.needs": "it says what waits for people",
    "login.link": "for people and their browsers",
    "login.redeem": "for people and their browsers",
    "login.end": "for people and their browsers",
    "message.withdraw": "a model that takes back what it said confuses its reader; it writes again",
    "task.finish_many": "for people and programs who tidy up; a model finishes what it did",
    "message.get": "`thread` and `inbox` give a message with what stands around it",
    "message.send_many": "a model writes one message at a time",
    "message.search": "`history` narrows; search is for people and programs",
    "mailbox.list": "for people, who look at what they have read; a model works through `inbox`",
    "event.feed": "for programs; a model waits with `wait`",
    "note.add": "`session.checkpoint` and people keep notes; a tool would cost every model its words",
    "note.get": "for programs and people",
    "note.list": "for programs and people",
    "note.search": "for programs and people",
    "note.link": "for programs and people",
    "note.supersede": "for programs and people",
    "session.start": "`checkin` says what you work on; a session's token is for programs",
    "session.checkpoint": "for programs; a model says how far it is with `checkin`",
    "session.end": "for programs, which started it",
    "session.list": "`who` says who works on what",
    "session.conflicts": "`checkin` names who claims the same",
    "instance.status": "for people who administer, and programs that watch",
    "event.log": "for programs, which keep it",
    "turn.submit": "a model says it with `post`, `checkin` and `task`; an agent's program submits a whole turn",
    "event.list": "for people, who look back; a model reads `history`",
    "agent.heartbeat": "any call is a sign of life, and the bridge beats for its agent",
    "agent.check_out": "the bridge checks out when its agent ends",
    "agent.whoami": "`checkin` says it",
    "workspace.create": "administration",
    "workspace.list": "administration",
    "workspace.settings": "administration",
    "workspace.flow": "for people who watch",
    "workspace.overview": "`who` and `task` say it in parts",
    "workspace.health": "for people who watch",
    "workspace.export": "administration",
    "workspace.import": "administration",
    "instance.backup": "administration",
    "schedule.add": "a standing order is set up once, from the command line or by a program",
    "webhook.add": "administration",
    "webhook.list": "administration",
    "webhook.remove": "administration",
    "webhook.receive": "other systems post to it",
    "schedule.list": "as schedule.add",
    "schedule.remove": "as schedule.add",
    "key.create": "administration",
    "key.list": "administration",
    "key.revoke": "administration",
}
# What has no command of its own, and why.
NO_COMMAND = {
    "turn.submit": "for the program that runs an agent",
    "event.list": "`tail` follows and `search` finds; what a dashboard shows is for programs",
    "agent.check_in": "an agent program's bridge checks in for it; people give a sign of life with `heartbeat`",
    "agent.check_out": "an agent program's bridge checks out when its agent ends",
    "login.redeem": "the browser redeems the link that `open` makes",
    "login.end": "the dashboard signs out",
    "webhook.receive": "other systems post to it, signed",
    "message.send_many": "for programs; people send one message at a time",
}


@pytest.mark.parametrize("path", make_reference.pages())
def test_generated_pages_are_fresh(path: str) -> None:
    assert (ROOT / path).read_text("utf-8") == make_reference.pages()[path], f"{path} is stale: run `make docs`"


def test_the_changelog_has_every_fragment() -> None:
    assert (ROOT / "CHANGELOG.md").read_text("utf-8") == make_changelog.page(), "run `make docs`"


@pytest.mark.parametrize("operation", EVERY, ids=lambda operation: operation.name)
def test_an_operation_says_what_it_does_and_what_it_raises(operation: Operation) -> None:
    assert re.fullmatch(r"[A-Z`].*[.]", operation.summary)
    known = {name for name, value in vars(errors).items() if isinstance(value, type)}
    raised = set(re.findall(r"\b[A-Z][A-Za-z]+\b", " ".join(re.findall(r"Raises ([^.]*)\.", operation.description))))
    assert raised - known <= {"RFC"}


@pytest.mark.parametrize("operation", EVERY, ids=lambda operation: operation.name)
def test_every_field_of_an_operation_is_described(operation: Operation) -> None:
    bare = [f"{name}.{field}" for shape in (operation.params, operation.result) for name, schema in components(shape)[1].items()
            for field, each in schema.get("properties", {}).items() if not described(each, components(shape)[1])]
    assert bare == []


def described(field: dict[str, Any], parts: dict[str, Any]) -> bool:
    """Whether a field has a sentence: its own, or its struct's."""
    if describe(field):
        return True
    choices = [field, *field.get("anyOf", []), field.get("items", {})]
    return any(parts.get(each.get("$ref", ""), {}).get("description") for each in choices)


def test_every_operation_has_a_tool_or_a_reason_not_to() -> None:
    assert {name for name in OPERATIONS if not tools_of(name)} == set(NO_TOOL)
    assert [name for tool in TOOLS for name in tool.operations if name not in OPERATIONS] == []


def test_every_operation_has_a_command_or_a_reason_not_to() -> None:
    assert {name for name in OPERATIONS if not verbs_of(name)} == set(NO_COMMAND)


def test_every_operation_has_a_route_of_its_own() -> None:
    routes = [where(operation) for operation in EVERY]
    assert len(set(routes)) == len(routes)


@pytest.mark.parametrize("verb", verbs(), ids=lambda verb: verb.path)
def test_a_command_says_what_it_does(verb: Any) -> None:
    assert re.match(r"[A-Za-z].*[.:]", verb.help)
    assert [flag for flag, what in verb.options if not what] == []


def test_every_error_has_its_sentence_and_its_line_in_the_tree() -> None:
    tree = errors.__doc__ or ""
    for _, kind in make_reference.every_error():
        assert kind.__doc__
        assert kind is errors.AckboxError or re.search(rf"{kind.__name__}\s+{kind.code}\s+{kind.status}\s", tree), kind.__name__


def test_every_setting_has_a_sentence_and_an_environment_variable() -> None:
    for setting in SETTINGS:
        assert setting.help
        assert setting.env == f"ACKBOX_{setting.name.upper()}"
