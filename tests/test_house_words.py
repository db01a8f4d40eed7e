"""The house checks its words: operations, fields, errors and settings are documented, and
generated pages are fresh.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ackbox import errors
from ackbox.config import SETTINGS
from ackbox.faces.mcp.more import APART
from ackbox.faces.mcp.native import TOOLS
from ackbox.faces.rest.routes import where
from ackbox.ops.table import OPERATIONS, Operation
from tests import javascript
from tests.dialects.test_vocabulary import texts
from tests.sources import OURS, ROOT, tree
from tools import make_changelog, make_reference
from tools.reading import tools_of, verbs, verbs_of
from tools.shapes import components, describe

EVERY = list(OPERATIONS.values())

# What cannot be reached by a way in, and why; REST and the WebSocket reach everything, which
# tests/faces/test_reach.py asks for.
WITHOUT: dict[str, dict[str, str]] = {
    # Also what a model is told that tries.
    "MCP": APART,
    "command": {
        "event.list": "`tail` follows and `search` finds; what a dashboard shows is for programs",
        "agent.check_in": (
            "an agent program's bridge checks in for it; people update theirs with `heartbeat`"
        ),
        "agent.check_out": "an agent program's bridge checks out when its agent ends",
        "login.redeem": "the browser redeems the link that `open` makes",
        "login.end": "the dashboard signs out",
        "webhook.receive": "other systems post to it, signed",
        "program.report": "`ackbox hook` sends an agent program's own event",
        "program.shown": "`ackbox hook` confirms what it wrote out",
        "program.wake": "an agent program's bridge asks what to wake it for",
        "program.signalled": "an agent program's bridge confirms that it signalled",
        "task.create_many": "for programs; people create one task at a time",
        "message.send_many": "for programs; people send one message at a time",
        "roster.append": "a client that has a vault key signs the record",
        "roster.request": "a client sends it when it makes a vault key",
        "roster.requests": "a client that has a vault key shows what it checked of them",
        "message.transcript": "a client that has a vault key compares it",
        "share.add": "`ackbox vault share-history` signs the shares",
        "share.list": "a client that has a vault key opens what was shared with it",
        "text.list": "a client that has a vault key verifies and opens them",
        "text.put": "a client that has a vault key seals and signs the text",
        "session.context": (
            "`session start` tells the same; for programs whose agents begin without one"
        ),
    },
}

# The first word of an operation's summary.
# fmt: off
IMPERATIVES = frozenset({
    "Add", "Append", "Archive", "Assign", "Cancel", "Change", "Check", "Claim", "Copy", "Count",
    "Create", "Declare", "End", "Export", "Find", "Finish", "Follow", "Get", "Hide", "Import",
    "Keep", "Leave", "Link", "List", "Make", "Mark", "Move", "Open", "Pause", "Preview", "Receive",
    "Record", "Redeem", "Register", "Remove", "Replace", "Report", "Resume", "Return", "Revoke",
    "Search", "Send", "Set", "Show", "Sign", "Start", "Submit", "Supersede", "Update", "Wait",
    "Withdraw",
})
# fmt: on
# Words with a plainer one in the field's vocabulary; CONTRIBUTING.md says which.
BANNED = re.compile(
    r"""
    \b(?:
      [Pp]ost(?:s|ed|ing)? | letters? | e?mail(?:s|ed)?
    | told | tells? | said | says? | asked | given | own | whole(?!\ numbers?) | beside
    | stands? | stood | shall | whoever | whatever | whomever | whichever
    | of\ late | of\ such | for\ ever | by\ itself | human\ beings?
    | running\ cop(?:y|ies) | dealt\ with | put\ away | (?:take|taken|takes|took)\ back
    | nothing\ to\ (?:say|do) | nobody\ has\ seen | (?:has|have)\ (?:ever|never)?\ ?been\ here
    | late
    )\b
    """,
    re.VERBOSE,
)
CLAUSE = re.compile(r"(?:Who|What|Whatever|Whoever|Where|Whom|Whose)\b(?!.*\?)")


def faults(texts: Iterable[str]) -> list[str]:
    """Return the texts that use a banned word or begin with a clause; names in backquotes, values
    in quotes and addresses are not words.
    """
    bare = {text: re.sub(r"`[^`]*`|'[^']*'|https?:\S+", "", text) for text in texts}
    return sorted(
        {
            f"{found[0]!r} in: {text}" if found and not clause else text
            for text, plain in bare.items()
            for clause, found in [(CLAUSE.match(plain.strip()), BANNED.search(plain))]
            if clause or found
        }
    )


def test_errors_and_hints_use_plain_words() -> None:
    written = [text for pair in texts() for text in pair]
    assert len(written) > 200
    assert faults(written) == []


def test_operations_use_plain_words() -> None:
    assert faults(line for operation in EVERY for line in operation.description.split("\n\n")) == []


def test_fields_use_plain_words() -> None:
    assert (
        faults(
            text
            for operation in EVERY
            for shape in (operation.params, operation.result)
            for schema in components(shape)[1].values()
            for text in (
                schema.get("description", ""),
                *map(describe, schema.get("properties", {}).values()),
            )
        )
        == []
    )


def test_a_field_is_described_by_a_noun_phrase() -> None:
    clause = re.compile(r"(?:How|When|Which|Why|Since|Only|Also|To|Leave|Say|Give|If)\b")
    assert [
        f"{name}.{field}: {describe(schema)}"
        for operation in EVERY
        for shape in (operation.params, operation.result)
        for name, part in components(shape)[1].items()
        for field, schema in part.get("properties", {}).items()
        if clause.match(describe(schema))
    ] == []


def test_settings_use_plain_words() -> None:
    assert faults(setting.help for setting in SETTINGS) == []


def test_commands_use_plain_words() -> None:
    assert (
        faults(
            text for verb in verbs() for text in (verb.help, *(help for _, help in verb.options))
        )
        == []
    )


def test_tools_use_plain_words() -> None:
    assert faults(tool.description for tool in TOOLS) == []


@pytest.mark.parametrize("face", ["tui", "cli"])
def test_strings_on_a_terminal_use_plain_words(face: str) -> None:
    shown = [
        str(node.value)
        for path in sorted((ROOT / "src/ackbox/faces" / face).rglob("*.py"))
        for node in _shown_nodes(tree(path))
    ]
    assert len(shown) > 100
    assert faults(shown) == []


def _shown_nodes(tree: ast.Module) -> Iterator[ast.Constant]:
    """Return the texts of a module, without docstrings: what has a space and a letter."""
    docs = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docs
            and re.search(r"[A-Za-z]{2,} [A-Za-z]|^[A-Z][a-z]+$", node.value)
        ):
            yield node


def test_strings_of_the_dashboard_use_plain_words() -> None:
    static = ROOT / "src/ackbox/faces/web/static"
    shown = [
        text
        for path in sorted(static.rglob("*.js"))
        if "vendor" not in path.parts
        for text in map(javascript.without_tags, javascript.texts(path.read_text("utf-8")))
        if re.search(r"[A-Za-z]{2,} [A-Za-z]|^[A-Z][a-z]+$", text.strip())
    ]
    assert len(shown) > 300
    # A term of a filter, such as is:late, is not a word.
    assert faults(re.sub(r"\b[a-z]+:[a-z]+", "…", text) for text in shown) == []


def test_the_texts_of_a_script_are_its_strings_and_templates_without_code() -> None:
    source = """
    // "a comment" and `another`
    const one = { given: /["`]/g, text: "one text" };
    html`<p class=${`told ${one}`} title="A title">Whole ${own.map((it) => html`<b>${it}</b> in`)}`;
    """
    found = [javascript.without_tags(text) for text in javascript.texts(source)]
    assert found == ["one text", "A titleWhole …", "… in"]


def test_headings_of_pages_use_plain_words() -> None:
    pages = [
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / name for name in ("README.md", "SECURITY.md")),
    ]
    headings = [
        line.lstrip("# ")
        for path in pages
        for line in re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.S).splitlines()
        if re.match(r"#+ ", line)
    ]
    assert len(headings) > 200
    assert faults(headings) == []


# Old turns of phrase that no reader should meet, in comments and docstrings too.
WORN = re.compile(
    r"signs? of life|\bfor ever\b|\bwhoever\b|\bwhatever\b|unread post\b|nobody has (?:had|used)"
    r"|\b(?:is|are) told (?:by|of)\b|is told to|\bstands? for (?:a|it|one)\b",
    re.I,
)


def test_code_and_pages_use_no_worn_phrases() -> None:
    paths = [
        *OURS,
        *(ROOT / "src").rglob("*.js"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    ]
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in paths
        if path != Path(__file__)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if WORN.search(line)
    ]
    assert len(paths) > 500
    assert found == []


def test_the_glossary_names_each_word_once() -> None:
    words = [
        word
        for line in (ROOT / "docs/glossary.md").read_text("utf-8").splitlines()
        if line.startswith("| ") and line != "| word | means |"
        for word in line.split("|")[1].strip().split(", ")
    ]
    assert len(words) > 40
    assert sorted({word for word in words if words.count(word) > 1}) == []


@pytest.mark.parametrize("path", make_reference.PAGES)
def test_generated_pages_are_fresh(path: str) -> None:
    assert (ROOT / path).read_text("utf-8") == make_reference.PAGES[path](), (
        f"{path} is stale: run `make docs`"
    )


def test_the_changelog_has_every_fragment() -> None:
    assert (ROOT / "CHANGELOG.md").read_text("utf-8") == make_changelog.page(), "run `make docs`"


@pytest.mark.parametrize("operation", EVERY, ids=lambda operation: operation.name)
def test_an_operation_says_what_it_does_and_what_it_raises(operation: Operation) -> None:
    assert re.fullmatch(r"[A-Z`].*[.]", operation.summary)
    assert len(operation.summary) <= 72
    assert operation.summary.split()[0] in IMPERATIVES
    known = {name for name, value in vars(errors).items() if isinstance(value, type)}
    raised = set(
        re.findall(
            r"\b[A-Z][A-Za-z]+\b", " ".join(re.findall(r"Raises ([^.]*)\.", operation.description))
        )
    )
    assert raised - known <= {"RFC"}


@pytest.mark.parametrize("operation", EVERY, ids=lambda operation: operation.name)
def test_every_field_of_an_operation_is_described(operation: Operation) -> None:
    bare = [
        f"{name}.{field}"
        for shape in (operation.params, operation.result)
        for name, schema in components(shape)[1].items()
        for field, each in schema.get("properties", {}).items()
        if not described(each, components(shape)[1])
    ]
    assert bare == []


def described(field: dict[str, Any], parts: dict[str, Any]) -> bool:
    """Whether a field has a sentence: its own, or its struct's."""
    if describe(field):
        return True
    choices = [field, *field.get("anyOf", []), field.get("items", {})]
    return any(parts.get(each.get("$ref", ""), {}).get("description") for each in choices)


def test_every_operation_has_a_tool_and_a_command_or_a_reason_not_to() -> None:
    assert {name for name in OPERATIONS if not tools_of(name)} == set(WITHOUT["MCP"])
    assert {name for name in OPERATIONS if not verbs_of(name)} == set(WITHOUT["command"])
    assert [name for tool in TOOLS for name in tool.operations if name not in OPERATIONS] == []


def test_every_command_that_a_text_names_exists() -> None:
    paths = [
        *(ROOT / "src/ackbox").rglob("*.py"),
        *(ROOT / "src/ackbox").rglob("*.js"),
        *(ROOT / "docs").rglob("*.md"),
        ROOT / "README.md",
    ]
    named = {
        (path.name, found[1])
        for path in paths
        for found in re.finditer(
            r"`ackbox (?:--as \w+ )?([a-z]+(?: [a-z_-]+)?)", path.read_text("utf-8")
        )
    }
    groups = {verb.path.split()[1] for verb in verbs() if verb.path.count(" ") == 2}
    there = {verb.path.removeprefix("ackbox ") for verb in verbs()}
    assert len(named) > 50
    assert {
        (path, words)
        for path, words in named
        if (words if words.split()[0] in groups else words.split()[0]) not in there
    } == set()


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
        assert kind is errors.AckboxError or re.search(
            rf"{kind.__name__}\s+{kind.code}\s+{kind.status}\s", tree
        ), kind.__name__


def test_an_error_writes_the_name_of_a_parameter_in_backquotes() -> None:
    # So a dialect finds it and says the caller's own name for it, or leaves it out.
    parameters = {
        field for operation in EVERY for field in operation.params.__struct_encode_fields__
    }
    plain = [re.sub(r"`[^`]*`", "", f"{message} {hint}") for message, hint in texts()]
    assert len(plain) > 100
    named = {
        (text, name)
        for text in plain
        for name in re.findall(r"\b[a-z]+(?=\=)|\b[a-z]+(?:_[a-z]+)+\b", text)
    }
    assert {(text, name) for text, name in named if name in parameters} == set()


def test_every_setting_has_a_sentence_and_an_environment_variable() -> None:
    for setting in SETTINGS:
        assert setting.help
        assert setting.env == f"ACKBOX_{setting.name.upper()}"
