"""What the command line says of itself: an example for each verb, every verb in the list, every
exit code kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from ackbox.faces.cli.main import FAMILIES, VERBS, cli
from tests.command import Command
from tools.reading import verbs as described_verbs


def verbs(
    command: click.Command, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if path:
        yield path, command
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            found = command.get_command(click.Context(command), name)
            assert found is not None
            yield from verbs(found, (*path, name))


EVERY = list(verbs(cli))


@pytest.mark.parametrize(("path", "command"), EVERY, ids=[" ".join(path) for path, _ in EVERY])
def test_every_verb_says_what_it_does_then_gives_an_example(
    path: tuple[str, ...], command: click.Command
) -> None:
    parts = (command.help or "").split("\n\n")
    assert parts[0].strip()
    assert parts[1].strip().startswith("Example")
    assert path[0] in parts[1]
    assert [
        parameter.name
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.hidden and not parameter.help
    ] == []


def test_every_argument_is_described() -> None:
    assert [
        (verb.path, name) for verb in described_verbs() for name, text in verb.arguments if not text
    ] == []


def test_the_verbs_of_all_families_have_the_same_names() -> None:
    names = {name for path, _ in EVERY for name in path[1:]}
    assert names & {"add", "delete", "rm", "new", "view", "ls"} == set()


def test_the_list_has_every_verb_under_a_title_and_cuts_no_sentence(tmp_path: Path) -> None:
    text = Command(tmp_path)("--help").stdout
    assert [name for name in VERBS if f"\n  {name} " not in text] == []
    assert [title for title in FAMILIES.values() if text.count(f"\n{title}:\n") != 1] == []
    assert "..." not in text.partition("\n\n")[2]
    assert text.index("\nRun:\n") < text.index("\nOptions:\n")


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    command = Command(Path(tmp_path_factory.mktemp("help")))
    command.up()
    command("workspace", "create", "empty")
    yield command
    command.stop()


@pytest.mark.parametrize(
    "arguments",
    [
        path
        for path, verb in EVERY
        if any("--fail-empty" in parameter.opts for parameter in verb.params)
    ],
    ids=" ".join,
)
def test_nothing_found_ends_with_six_where_that_is_asked(
    command: Command, arguments: tuple[str, ...]
) -> None:
    words = ["nothing-has-this-word"] if "search" in arguments else []
    done = command("--as", "ana", *arguments, "--fail-empty", *words)
    assert (done.returncode, done.stdout) == (6, "")


# The list of keys is never empty: the operator key, which reads it, is in it.
LISTS = [
    ("who",),
    ("needs",),
    ("threads",),
    ("flow",),
    ("task", "list"),
    ("session", "list"),
    ("note", "list"),
    ("schedule", "list"),
    ("webhook", "list"),
    ("webhook", "out", "list"),
    ("search", "nothing-has-this-word"),
]


@pytest.mark.parametrize("arguments", LISTS, ids=" ".join)
def test_an_empty_list_teaches_on_a_terminal_and_is_silent_in_a_pipe(
    command: Command, arguments: tuple[str, ...]
) -> None:
    piped = command("-w", "empty", *arguments)
    assert (piped.returncode, piped.stdout, piped.stderr) == (0, "", "")
    shown = command("-w", "empty", *arguments, "--text")
    assert (shown.returncode, shown.stdout, bool(shown.stderr.strip())) == (0, "", True)


@pytest.mark.parametrize(("path", "command"), EVERY, ids=[" ".join(path) for path, _ in EVERY])
def test_the_first_line_of_help_is_one_imperative_sentence(
    path: tuple[str, ...], command: click.Command
) -> None:
    first = " ".join((command.help or "").split("\n\n")[0].split())
    assert len(first) <= 72
    assert first.endswith(".") and not first.split()[0].endswith(("s", "ing"))
