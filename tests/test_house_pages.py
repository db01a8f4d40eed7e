"""The house checks its pages: every command on them exists with its options, and every page can
be found.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.reading import Verb, verbs

ROOT = Path(__file__).parent.parent
BY_PATH = {verb.path: verb for verb in verbs()}
SHARED = {
    flag for text, _ in BY_PATH["ackbox"].options for flag in re.findall(r"`(-[\w-]+)`", text)
} | {"--help"}


def commands() -> Iterator[tuple[str, str]]:
    """Every command of ours in a block of code on a page: (page, what is typed)."""
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        if "reference" in page.parts:
            continue
        for block in re.findall(
            r"^```(?:sh|)\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE
        ):
            for line in block.replace("\\\n", " ").splitlines():
                for found in re.findall(r"(?:^|\$\(|&& |uv run )(ackbox [^|)]*)", line):
                    yield page.relative_to(ROOT).as_posix(), found


def parts(typed: str) -> tuple[Verb, set[str]]:
    """Return the command that is typed, and the options given to it."""
    words = shlex.split(typed.replace("…", "x"), comments=True)
    path, flags, takes_value = (
        "ackbox",
        set(),
        {
            "--data-dir",
            "--url",
            "--key",
            "--key-file",
            "--workspace",
            "-w",
            "--as",
            "--instance",
            "--fields",
        },
    )
    rest = iter(words[1:])
    for word in rest:
        if word.startswith("-") and len(word) > 1:
            flags.add(word.partition("=")[0])
            if word in takes_value:
                next(rest, None)
        elif f"{path} {word}" in BY_PATH:
            path = f"{path} {word}"
        else:
            assert path != "ackbox", f"there is no command {word!r}"
            flags |= {each.partition("=")[0] for each in rest if each.startswith("--")}
    return BY_PATH[path], flags


@pytest.mark.parametrize(("page", "typed"), sorted(set(commands())))
def test_a_command_on_a_page_exists_with_its_options(page: str, typed: str) -> None:
    verb, flags = parts(typed)
    known = SHARED | {flag for text, _ in verb.options for flag in re.findall(r"`(-[\w-]+)`", text)}
    assert sorted(flags - known) == [], f"{page}: {typed}"


def test_every_page_is_in_a_list_of_pages() -> None:
    lists = "".join(
        (ROOT / page).read_text("utf-8") for page in ("docs/README.md", "docs/why/README.md")
    )
    pages = [page for page in (ROOT / "docs").rglob("*.md") if page.name != "README.md"]
    assert [page.name for page in pages if f"{page.name})" not in lists] == []
