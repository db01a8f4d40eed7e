"""The project checks itself: where its parts come from, under which licences, and that its
first page is true.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT = PYPROJECT["project"]
README = (ROOT / "README.md").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")

PYTHON_HOSTS = ("https://pypi.org/", "https://files.pythonhosted.org/")
PERMISSIVE = re.compile(
    r"\b(MIT|BSD|Apache|ISC|PSF|Python Software"
    r" Foundation|0BSD|Unlicense|Zlib|any-OSI|PostgreSQL|CC0|MIT-CMU|HPND|Public Domain)\b",
    re.IGNORECASE,
)
# File-wise copyleft; used unchanged, as its own package.
MPL = re.compile(r"\b(MPL|Mozilla)\b", re.IGNORECASE)
FORBIDDEN = re.compile(r"\b(A?GPL|SSPL|BUSL|Commons Clause|Affero)\b|General Public", re.IGNORECASE)


def test_every_address_in_the_lock_file_is_on_a_public_python_host() -> None:
    found = re.findall(r"""["'](https?://[^"']+)["']""", (ROOT / "uv.lock").read_text("utf-8"))
    assert len(found) > 100
    assert [address for address in found if not address.startswith(PYTHON_HOSTS)] == []


def package_locks() -> list[Path]:
    return [
        path
        for path in ROOT.rglob("package-lock.json")
        if not {"node_modules", ".venv"} & set(path.parts)
    ]


def test_every_address_in_a_node_lock_file_is_on_the_public_registry() -> None:
    for path in package_locks():
        found = [
            each["resolved"]
            for each in json.loads(path.read_text("utf-8"))["packages"].values()
            if "resolved" in each
        ]
        assert [
            address for address in found if not address.startswith("https://registry.npmjs.org/")
        ] == []


def direct() -> dict[str, list[str]]:
    """Return what the project asks for: extra or group ("" for always) → requirements."""
    return {
        "": PROJECT["dependencies"],
        **PROJECT["optional-dependencies"],
        **PYPROJECT["dependency-groups"],
    }


@cache
def installed() -> dict[str, Distribution]:
    """Return every distribution that the project and its extras pull in, as far as it is
    installed here.
    """
    found: dict[str, Distribution] = {}
    todo = [Requirement(text) for texts in direct().values() for text in texts]
    while todo:
        wanted = todo.pop()
        name = canonicalize_name(wanted.name)
        if name in found:
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue
        extras = [*wanted.extras, ""]
        for text in found[name].requires or []:
            needed = Requirement(text)
            if needed.marker is None or any(
                needed.marker.evaluate({"extra": extra}) for extra in extras
            ):
                todo.append(needed)
    return found


def licence(of: Distribution) -> str:
    """Return what a distribution says about its licence, in one line."""
    said = of.metadata.get_all("License-Expression") or []
    said += [each[:200] for each in of.metadata.get_all("License") or []]
    said += [
        each for each in of.metadata.get_all("Classifier") or [] if each.startswith("License ::")
    ]
    if not any(said):
        # Some name only the file: its first line is the licence's name.
        files = of.metadata.get_all("License-File") or []
        said += [(of.read_text(f"licenses/{each}") or "").partition("\n")[0] for each in files]
    return " | ".join(line.replace("\n", " ") for line in said if line)


def test_what_is_asked_for_is_installed() -> None:
    assert {
        canonicalize_name(Requirement(text).name)
        for text in [*PROJECT["dependencies"], *PYPROJECT["dependency-groups"]["dev"]]
    } <= set(installed())


@pytest.mark.parametrize("name", sorted(installed()))
def test_every_dependency_has_a_licence_that_lets_people_use_it(name: str) -> None:
    said = licence(installed()[name])
    assert PERMISSIVE.search(said) or MPL.search(said), f"{name}: {said or 'says nothing'}"
    # "MIT OR GPL" leaves the choice; anything else with one of these words does not.
    assert not FORBIDDEN.search(said) or " OR " in said, f"{name}: {said}"


def test_every_dependency_has_its_reason() -> None:
    text = (ROOT / "docs/why/dependencies.md").read_text("utf-8")
    named = set(re.findall(r"[a-z][a-z0-9.-]+", text))
    assert [
        name
        for texts in direct().values()
        for name in (Requirement(line).name for line in texts)
        if name not in named
    ] == []


def commands(text: str) -> Iterator[str]:
    """Every `make` target that a page names in code."""
    for block in re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL):
        yield from re.findall(r"\bmake ([a-z]+)", block)


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_make_target_on_a_page_exists(page: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    named = set(commands((ROOT / page).read_text("utf-8")))
    assert {"up", "test"} <= named <= targets


def test_the_first_screen_has_the_two_commands_and_a_picture() -> None:
    first = "\n".join(README.splitlines()[:40])
    assert "make up" in first and "make test" in first
    picture = re.search(r"!\[[^\]]+\]\(([^)]+)\)", first)
    assert picture and (ROOT / picture[1]).exists()


def test_every_command_on_the_first_page_exists() -> None:
    from tools.reading import verbs

    known = {verb.path for verb in verbs()}
    for line in re.findall(
        r"^(?:uv run )?ackbox (.*)$",
        "\n".join(re.findall(r"```\w*\n(.*?)```", README, re.DOTALL)),
        re.MULTILINE,
    ):
        words = re.sub(r"--(?:as|instance|workspace|url|key) \S+ ?", "", line).split()
        assert f"ackbox {words[0]}" in known, line


def test_the_python_versions_agree() -> None:
    assert PROJECT["requires-python"] == ">=3.11"
    assert "3.11" in README and "3.11" in (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    tools: dict[str, Any] = PYPROJECT["tool"]
    assert (tools["ruff"]["target-version"], tools["mypy"]["python_version"]) == ("py311", "3.11")
