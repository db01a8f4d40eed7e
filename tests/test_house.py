"""The house checks itself: layers, homes of libraries, sizes, and that what is said about the
code is so.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.sources import FILES, OURS, ROOT, SOURCE, tree

# Each third-party library and where it may be imported. A library that is not here has no home yet:
# give it one.
HOMES: dict[str, str | tuple[str, ...]] = {
    "apsw": "store/",
    "asyncpg": "store/",
    "starlette": "faces/",
    "uvicorn": "faces/",
    "jinja2": "faces/",
    "structlog": "faces/",
    "prometheus_client": "faces/",
    "mcp": "faces/mcp/",
    "mcp_types": "faces/mcp/",
    "click": "faces/cli/",
    "cronsim": "model/",
    "cryptography": "vault/",
    "httpcore2": "app/sender",
    "jq": "faces/cli/",
    "keyring": "client/keychain",
    "pyrage": "client/backup",
    "textual": "faces/tui/",
    "rich": "faces/tui/",
    "msgspec": "",
    "websockets": ("faces/ws/", "client/socket"),
}


def imports(path: Path) -> Iterator[str]:
    """Every module that a file names in an import, wherever it stands."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_imports_go_downward() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=_environment(),
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_library_stays_in_its_home() -> None:
    strays = []
    for path in FILES:
        for module in imports(path):
            top = module.partition(".")[0]
            if top in sys.stdlib_module_names or top == "ackbox":
                continue
            inside = path.relative_to(SOURCE).as_posix()
            if top not in HOMES or not inside.startswith(HOMES[top]):
                strays.append(f"{inside}: {top}")
    assert sorted(set(strays)) == []


def test_files_have_at_most_500_lines() -> None:
    assert [
        f"{name_of(path)}: {len(path.read_text('utf-8').splitlines())}"
        for path in OURS
        if len(path.read_text("utf-8").splitlines()) > 500
    ] == []


def test_functions_have_at_most_60_lines() -> None:
    long = []
    for path in OURS:
        for node in ast.walk(tree(path)):
            if (
                isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                and node.end_lineno
                and node.end_lineno - node.lineno + 1 > 60
            ):
                long.append(f"{name_of(path)}: {node.name}")
    assert long == []


def test_every_module_says_what_lives_in_it_and_where_it_is_explained() -> None:
    silent = []
    for path in FILES:
        text = ast.get_docstring(tree(path))
        if not text or (
            path.name not in ("__init__.py", "__main__.py")
            and "xplained in docs/" not in " ".join(text.split())
        ):
            silent.append(name_of(path))
    assert silent == []


def test_every_page_named_in_the_source_exists() -> None:
    named = {
        found
        for path in [*FILES, *SOURCE.rglob("*.sql"), ROOT / "Makefile"]
        for found in re.findall(r"\bdocs/[\w/.-]*\w\.(?:md|svg)\b", path.read_text("utf-8"))
    }
    assert sorted(page for page in named if not (ROOT / page).exists()) == []


def test_every_path_on_the_map_exists() -> None:
    text = (ROOT / "docs/map.md").read_text("utf-8")
    paths = [
        found
        for found in re.findall(r"`([\w./-]+)`", text)
        if "/" in found or found.endswith((".toml", ".md"))
    ]
    assert len(paths) > 20
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_link_between_pages_leads_somewhere() -> None:
    dead = []
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
        for target in [
            *re.findall(r"\]\(([^)\s]+)\)", text),
            *re.findall(r'\bsrc(?:set)?="([^"]+)"', text),
        ]:
            if "://" in target or target.startswith("mailto:"):
                continue
            file, _, heading = target.partition("#")
            there = (page.parent / file) if file else page
            if not there.exists() or (
                heading and there.suffix == ".md" and heading not in anchors(there)
            ):
                dead.append(f"{name_of(page)}: {target}")
    assert dead == []


@cache
def anchors(page: Path) -> frozenset[str]:
    from tools.shapes import anchor

    text = page.read_text("utf-8")
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return frozenset(
        [
            *(anchor(re.sub(r"[`\[\]]", "", heading)) for heading in headings),
            *re.findall(r'<a name="([\w-]+)"', text),
        ]
    )


TEXTS = {".py", ".sql", ".html", ".css", ".js", ".txt", ".svg", ".json", ".toml"}
DIALECTS = sorted(
    path for path in (SOURCE / "dialects").glob("*/*.py") if path.parent.name != "engine"
)
SYSTEMS = sorted({path.parent.name for path in DIALECTS})


def test_the_names_of_other_systems_stand_only_in_their_dialects() -> None:
    # Whole words and parts of words, in any case: also in SQL, pages, styles and scripts.
    names = re.compile(
        "|".join(
            ("vantage.?peers", "super.?portia", "golem", "gxv", "kavi", "exo.?vault", *SYSTEMS)
        ),
        re.IGNORECASE,
    )
    rest = [
        path
        for path in SOURCE.rglob("*")
        if path.is_file()
        and "dialects" not in path.relative_to(SOURCE).parts
        and path.suffix in TEXTS
    ]
    assert len(rest) > 100
    assert [name_of(path) for path in rest if names.search(path.read_text("utf-8"))] == []


def test_public_names_are_listed_once_and_exist() -> None:
    import ackbox

    assert sorted(ackbox.__all__) == ackbox.__all__
    assert {name for name in ackbox.__all__ if getattr(ackbox, name, None) is None} == set()


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(ROOT / "src"), "NO_COLOR": "1"}


def loaded_by(*arguments: str) -> set[str]:
    """Return the top-level packages that a Python command imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        capture_output=True,
        text=True,
        env=_environment(),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )
    # Set-up files of the environment run before any of our code; what they import is not ours.
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    names = [line.rpartition("|")[2].strip() for line in lines]
    start = names.index("site") if "site" in names else 0
    return {name.partition(".")[0] for name in names[start:]}


HEAVY = {
    "mcp",
    "mcp_types",
    "pydantic",
    "starlette",
    "uvicorn",
    "apsw",
    "asyncpg",
    "anyio",
    "jinja2",
    "structlog",
    "prometheus_client",
    "textual",
    "rich",
    "websockets",
    "httptools",
}


def test_importing_ackbox_costs_no_third_party_import() -> None:
    extra = loaded_by("-c", "import ackbox") - loaded_by("-c", "pass")
    assert {name for name in extra if name not in sys.stdlib_module_names} == {"ackbox"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["send", "--help"],
        ["--url", "http://127.0.0.1:9", "send", "bob", "hello"],
        ["mcp", "--help"],
        ["--url", "http://127.0.0.1:9", "mcp", "--as", "bob"],
    ],
    ids=" ".join,
)
def test_a_command_that_only_talks_loads_nothing_heavy(arguments: list[str]) -> None:
    assert loaded_by("-m", "ackbox", *arguments) & HEAVY == set()


def test_no_file_is_a_place_for_anything() -> None:
    # A function without a home is a missing noun.
    names = re.compile(r"(utils?|helpers?|common|misc|base|managers?|shared|tools?|stuff)$")
    assert [
        name_of(path)
        for path in FILES
        if any(names.match(part) for part in path.relative_to(SOURCE).with_suffix("").parts)
    ] == []


def test_the_module_of_an_operation_is_its_noun() -> None:
    from ackbox import ops  # noqa: F401  (fills the table)
    from ackbox.ops.table import OPERATIONS

    homes = {each.name: each.run.__module__ for each in OPERATIONS.values()}
    assert {
        name: home for name, home in homes.items() if home.split(".")[2] != name.partition(".")[0]
    } == {}
