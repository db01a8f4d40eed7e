"""Short commands run without click and behave the same: they read arguments in the same way and
have the same output and exit code.
"""

from __future__ import annotations

import contextlib
import io
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import click
import pytest

from ackbox.faces.cli import main as with_click
from ackbox.faces.cli import start
from ackbox.faces.cli.context import CliContext
from ackbox.faces.cli.main import VERBS, cli
from ackbox.faces.cli.parameters import (
    SHARED,
    Option,
    Unsure,
    WrongUsage,
    keep_shared,
    read_arguments,
)
from tests.command import Command

COMMANDS = {name: command for name in start.SHORT if (command := start._find(name)) is not None}
WORDS = ["bob", "", "-", "--", "hi there", "-x", "--no-such", "=", "a=b", "-1", "5", "0x5", " 7 "]
# Each takes as long as the rest of a short command, or longer.
SLOW = {
    *("click", "msgspec", "http", "email", "ssl", "urllib", "asyncio", "uuid", "tempfile"),
    *("pathlib", "typing", "datetime", "dataclasses", "inspect", "logging", "subprocess"),
    *("stringprep", "shutil", "random", "hashlib", "difflib", "argparse"),
}


@pytest.fixture(scope="module")
def ackbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    command = Command(tmp_path_factory.mktemp("short"))
    command.up()
    yield command
    command.stop()


def test_all_short_commands_are_commands_and_their_modules_hold_no_others() -> None:
    assert {name: VERBS[name] for name in COMMANDS} == start.SHORT
    assert {name for name, module in VERBS.items() if module in start.SHORT.values()} == set(
        COMMANDS
    )


def shortly(words: list[str]) -> tuple[str, dict[str, Any], dict[str, Any]] | None:
    """Return what the short way reads: the command, the shared options and the values; None when
    it leaves the words to click.
    """
    options: dict[str, Any] = {}
    try:
        command, levels, values = read_arguments(words, COMMANDS.get)
        for level in levels:
            for name, value in level.items():
                keep_shared(options, name, value)
    except (Unsure, WrongUsage):
        return None
    return command.name, options, values


def by_click(words: list[str]) -> tuple[str, dict[str, Any], dict[str, Any]] | None:
    """Return what click reads; None when it ends the command: with an error, or with help."""
    ctx = CliContext()
    try:
        outer = cli.make_context("ackbox", list(words), obj=ctx)
        if not outer._protected_args:
            return None
        name, command, left = cli.resolve_command(outer, [*outer._protected_args, *outer.args])
        inner = command.make_context(name, left, parent=outer)
    except (click.exceptions.Exit, click.ClickException):
        return None
    return str(name), ctx.options, inner.params


def some_words(chance: random.Random) -> list[str]:
    """Return arguments as people write and mistype them."""
    name = chance.choice(list(COMMANDS))
    words = [*_options(chance, SHARED, chance.choice([0, 0, 1, 2])), name]
    rest = [[chance.choice(WORDS)] for _ in range(chance.choice([0, 1, 1, 2, 3]))]
    own = (*COMMANDS[name].options, *SHARED)
    rest += [_options(chance, own, 1) for _ in range(chance.choice([0, 1, 2, 3]))]
    chance.shuffle(rest)
    return words + [word for each in rest for word in each]


def _options(chance: random.Random, known: tuple[Option, ...], count: int) -> list[str]:
    words = []
    # A file with a key is read when its option is met.
    likely = [each for each in known if each.name != "key_file"]
    for option in chance.choices(likely, k=count):
        flag = chance.choice(option.flags)
        value = chance.choice([*WORDS, *option.choices, "3"])
        forms = [[flag, value], [flag, value], [flag], [f"{flag}={value}"], [f"{flag}{value}"]]
        words += [flag] if option.is_flag and chance.random() < 0.8 else chance.choice(forms)
    return words


def test_what_is_read_without_click_is_what_click_reads() -> None:
    chance = random.Random(13)
    lists = [some_words(chance) for _ in range(2_000)]
    found = [(words, shortly(words)) for words in lists]
    read = [(words, result) for words, result in found if result is not None]
    assert [(words, by_click(words)) for words, _ in read] == read
    # What it leaves to click is wrong, or rare: a value in the same word as a short flag, and what
    # has no options before its name.
    left = [words for words, result in found if result is None and by_click(words) is not None]
    assert [words for words in left if not any(re.match("-w.|--$", word) for word in words)] == []
    assert len(read) > 500


def by_name(name: str, run: Callable[[], None]) -> tuple[str, int | str | None, str, str]:
    """Return how a command ended, and what it printed on both streams."""
    out, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
        try:
            run()
            code: int | str | None = 0
        except SystemExit as ended:
            code = ended.code
    return name, code, _settled(out.getvalue()), _settled(errors.getvalue())


def _settled(text: str) -> str:
    """Return output without what differs between two runs."""
    text = re.sub(r"[0-9a-f]{32}|#\d+", "ID", text)
    text = re.sub(r'"seq": \d+|"(cursor|mark)": "[^"]*"', "SEQ", text)
    return re.sub(r"\d{4}-\d\d-\d\d[T ][0-9:.]+Z?|\d\d:\d\d:\d\d", "TIME", text)


LINES = [
    ["send", "bob", "hi"],
    ["send", "--text", "bob", "hi", "there", "--urgent"],
    ["--as", "cy", "send", "bob,dee", "hi", "--json", "--fields", "sender,recipients"],
    ["send", "bob", "hi", "--dry-run"],
    ["send", "bob", "--text", "hi", "--ref", "src/a.py:3-9", "--ref", "url:http://x", "--dry-run"],
    ["send", "bob", "--", "--not-an-option"],
    ["send", "bob", "tschüß \u202e \x1b[31m"],
    ["send", "--text", "bobb", "hi", "--unknown", "refuse"],
    ["send", "bobb", "hi", "--unknown", "refuse"],
    ["send", "--text", "bob", "hi", "--priority", "9"],
    ["send", "bob", "hi", "--priority", "high"],
    ["send", "--text", "", ""],
    ["send", "bob", "hi", "--re", "nothing"],
    ["send", "--text", "bob", "hi", "--reply-by", "someday"],
    ["send", "--key-file", "/nowhere", "bob", "hi"],
    ["send", "--key", "a", "--key-file", "/nowhere", "bob", "hi"],
    ["send", "--key", "abx_wrong", "bob", "hi"],
    ["--text", "--url", "http://127.0.0.1:1", "send", "bob", "hi"],
    ["--url", "nonsense:abc", "send", "bob", "hi"],
    ["--data-dir", "/nowhere", "send", "bob", "hi"],
    ["-w", "elsewhere", "send", "--text", "bob", "hi"],
    ["send", "bob"],
    ["send"],
    ["send", "--help"],
    ["--", "--url", "x"],
    ["--", "--help"],
    ["reply", "nothing", "yes"],
    ["reply", "--text", "nothing", "yes", "--all"],
    ["ask", "bob", "why", "--timeout", "0"],
    ["ask", "bob", "why", "--timeout", "soon"],
    ["withdraw", "nothing"],
    ["inbox"],
    ["--as", "bob", "inbox", "--text", "--limit", "2"],
    ["--as", "bob", "inbox", "--all", "--limit", "3", "--fields", "sender,body"],
    ["--as", "nobody", "inbox", "--text"],
    ["--as", "ana", "inbox", "--fail-empty", "--text"],
    ["--as", "bob", "inbox", "--limit", "0"],
    ["--as", "ana", "read"],
    ["--as", "bob", "read", "--no-mark", "--text"],
    ["--as", "bob", "ack", "nothing"],
    ["--as", "bob", "archive", "--undo", "nothing", "--text"],
    ["thread", "nothing"],
    ["--as", "bob", "search", "hi", "there", "--limit", "1"],
    ["search", "no such words", "--fail-empty"],
]


@pytest.mark.parametrize("words", LINES, ids=" ".join)
def test_a_short_command_prints_and_ends_as_with_click(
    ackbox: Command, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "ACKBOX_DATA_DIR"):
        monkeypatch.setenv(name, ackbox.environment[name])
    monkeypatch.setattr(sys, "argv", ["ackbox", *words])
    monkeypatch.setattr(sys, "stdin", io.StringIO("piped"))

    def run_short() -> None:
        start.run_short(words, 0o077)
        with_click.main(0o077)

    short = by_name("", run_short)
    monkeypatch.setattr(sys, "stdin", io.StringIO("piped"))
    assert short == by_name("", lambda: with_click.main(0o077))


@pytest.mark.parametrize(
    "arguments",
    [
        ["send", "--as", "ana", "bob", "hi"],
        ["send", "bob", "hi"],
        ["--as", "nobody", "inbox"],
        ["hook", "claude", "--as", "bob", "--check"],
    ],
    ids=" ".join,
)
def test_a_short_command_loads_nothing_slow(ackbox: Command, arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *ackbox.argv[1:], *arguments],
        input='{"hook_event_name": "SessionStart", "session_id": "s", "source": "startup"}',
        capture_output=True,
        text=True,
        env=ackbox.environment,
        check=True,
    )
    names = [line.rpartition("|")[2].strip() for line in done.stderr.splitlines()]
    # Set-up files of the environment run before any of our code; what they import is not ours.
    ours = {name.partition(".")[0] for name in names[names.index("site") :]}
    assert ("ackbox" in ours, ours & SLOW) == (True, set())
