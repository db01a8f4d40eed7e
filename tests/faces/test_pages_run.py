"""Pages run: every command of ours on the first page, in the tutorial and in the how-tos, in the
order that it is written, in a fresh workspace for each page.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import Command

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "docs/tutorial.md",
    *sorted((ROOT / "docs/howto").glob("*.md")),
]
# Pages that need another set-up, and where their commands are tested.
APART = {"sealed-workspaces": "needs two machines: tests/client/test_vault_commands.py"}
# What cannot run here, and where else it is tested.
ELSEWHERE = {
    r"ackbox (run|connect|disconnect|join) ": "needs agent programs: tests/programs",
    r"ackbox service": "needs systemd: tests/faces/test_cli_install.py",
    r"ackbox rpc": "ends with Ctrl-C only: tests/dialects/test_local_rpc.py",
    r"\btui\b": "needs a terminal: tests/tui",
    r"\btail\b": "ends with Ctrl-C only: tests/faces/test_cli.py",
    r"ackbox up .*--": "other options than those of the running server: tests/faces/test_up.py",
    r"ackbox stop": "the other pages need the server",
    r"webhook out test": "needs a receiver: tests/web/test_outgoing.py",
    r"https://(?!gate\.|hooks\.)|abx_|--key-file|\$KEY": "needs a server and its key: tests/client",
    r"docker |uv tool|pip install|createdb": "installs or starts something else",
}
# Exit codes of commands that wait in vain: nobody answers here.
IN_VAIN = {"wait": 5, "ask": 5}
MORE = {
    "wait": ["--timeout", "0.1"],
    "ask": ["--timeout", "0.1"],
    "demo": ["--fast"],
    # Their reader is asked.
    "remove": ["--yes"],
    "revoke": ["--yes"],
}
SIGNS_OF_AN_ID = re.compile(r"^(?:ID|KEY_ID|0199…|\$ID)$")


def blocks(page: Path) -> Iterator[list[str]]:
    text = page.read_text("utf-8")
    for block in re.findall(r"^```(?:sh|)\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        yield block.replace("\\\n", " ").splitlines()


def commands(page: Path) -> Iterator[str]:
    """Every command of ours on a page that can run here, in order."""
    for block in blocks(page):
        for line in block:
            found = re.match(r"(?:\w+=\$\()?(ackbox .*?)(?: \| head -1\))?$", line)
            if re.match(r"export ACKBOX_(?:KEY|URL)", line):
                # What follows in the block is for a server elsewhere.
                break
            if found and not any(re.search(form, line) for form in ELSEWHERE):
                yield found[1]


def words_of(typed: str, id: str, where: Path) -> list[str]:
    words = shlex.split(typed, comments=True)[1:]
    found = []
    for word in words:
        if SIGNS_OF_AN_ID.match(word):
            word = id
        elif word.startswith("~/") or word.endswith((".jsonl", ".db")):
            word = str(where / Path(word).name)
        found.append(word)
    return found + [more for word in words for more in MORE.get(word, [])]


def id_in(printed: str, before: str) -> str:
    """Return the id of what a command made, or the one before; lists name nothing."""
    lines = printed.splitlines()
    told = json.loads(lines[0]) if len(lines) == 1 and lines[0].startswith("{") else {}
    return told["id"] if isinstance(told.get("id"), str) else before


@pytest.fixture(scope="module")
def ackbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    command = Command(tmp_path_factory.mktemp("pages"))
    command.up()
    command.json("workspace", "create", "shop")
    yield command
    command.stop()


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if page.stem not in APART and any(commands(page))],
    ids=lambda p: p.stem,
)
def test_the_commands_of_a_page_run_in_their_order(
    page: Path, ackbox: Command, tmp_path: Path
) -> None:
    ackbox.json("workspace", "create", page.stem)
    id = ""
    for typed in commands(page):
        words = words_of(typed, id, tmp_path)
        done = ackbox(*words, ACKBOX_WORKSPACE=page.stem, HOME=str(tmp_path))
        allowed = {0, *(code for word, code in IN_VAIN.items() if word in words)}
        assert done.returncode in allowed, f"{typed}\n{done.stdout}{done.stderr}"
        id = id_in(done.stdout, id)


def test_the_pages_have_many_commands_and_few_that_run_elsewhere() -> None:
    run = sum(len(list(commands(page))) for page in PAGES)
    written = sum(
        line.startswith("ackbox ") for page in PAGES for block in blocks(page) for line in block
    )
    assert run > 60 and written - run < 60
