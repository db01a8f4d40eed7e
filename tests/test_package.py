"""What users install: the source and the wheel are reproducible and work, and the descriptions of
the package elsewhere are true.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
import yaml

from ackbox import __version__, config
from tests.test_project import PROJECT, PYPROJECT, ROOT
from tools.reading import verbs


def build(source: Path, into: Path, *, umask: int) -> list[Path]:
    """Build the source distribution and the wheel, as `python -m build` would."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(into)],
        cwd=source,
        check=True,
        capture_output=True,
        umask=umask,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"},
    )
    return sorted(into.iterdir())


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return build(ROOT, tmp_path_factory.mktemp("built"), umask=0o022)


def test_the_source_builds_the_same_files_again(built: list[Path], tmp_path: Path) -> None:
    source, wheel = sorted(built, key=lambda path: path.suffix == ".whl")
    with tarfile.open(source) as archive:
        archive.extractall(tmp_path, filter="data")
    unpacked = tmp_path / f"ackbox-{__version__}"
    (unpacked / "README.md").touch()
    again = build(unpacked, tmp_path / "again", umask=0o077)
    assert {path.name: path.read_bytes() for path in again} == {
        path.name: path.read_bytes() for path in (source, wheel)
    }


def test_the_wheel_runs_where_it_is_installed(built: list[Path], tmp_path: Path) -> None:
    wheel = next(path for path in built if path.suffix == ".whl")
    site = tmp_path / "site"
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    subprocess.run(
        [uv, "pip", "install", "--quiet", "--no-deps", "--target", str(site), str(wheel)],
        check=True,
        cwd=tmp_path,
    )
    code = (
        "import ackbox, pathlib; from ackbox.faces.web.page import *;"
        "print(ackbox.__version__, pathlib.Path(ackbox.__file__).parent)"
    )
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(site)}
    ran = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, env=environment
    )
    assert ran.stdout.split() == [__version__, str(site / "ackbox")], ran.stderr
    assert (site / "ackbox/py.typed").exists()
    assert not [path for path in site.rglob("*") if path.suffix == ".jsonl"]


def test_a_package_index_shows_the_first_page_with_its_pictures(built: list[Path]) -> None:
    wheel = next(path for path in built if path.suffix == ".whl")
    with zipfile.ZipFile(wheel) as archive:
        metadata = message_from_bytes(archive.read(f"ackbox-{__version__}.dist-info/METADATA"))
    page = metadata.get_payload()
    assert isinstance(page, str) and "](docs/" not in page and '"docs/' not in page
    home = PROJECT["urls"]["Homepage"]
    assert f"]({home}/docs/pictures/first-run.svg)" in page
    assert f'srcset="{home}/docs/pictures/live-dark.png"' in page
    assert metadata["Author"] == "The ackbox authors"
    assert "Typing :: Typed" in metadata.get_all("Classifier", [])


def test_the_addresses_of_the_project_agree() -> None:
    home = PROJECT["urls"]["Homepage"]
    replaced = PYPROJECT["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]["substitutions"]
    assert all(url.startswith(home) for url in PROJECT["urls"].values())
    assert all(f"{home}/" in each["replacement"] for each in replaced)


def known_flags(path: str) -> set[str]:
    found = {verb.path: verb for verb in verbs()}
    return {
        word.strip("`,")
        for verb in ("ackbox", path)
        for text, _ in found[verb].options
        for word in text.split()
        if word.startswith("`-")
    }


def test_the_entry_for_the_registry_starts_the_bridge() -> None:
    entry = json.loads((ROOT / "server.json").read_text("utf-8"))
    package = entry["packages"][0]
    assert (entry["version"], package["version"]) == (__version__, __version__)
    assert len(entry["description"]) <= 100
    assert (package["registryType"], package["identifier"]) == ("pypi", PROJECT["name"])
    verb, *options = package["packageArguments"]
    assert {option["name"] for option in options} <= known_flags(f"ackbox {verb['value']}")
    assert {each["name"] for each in package["environmentVariables"]} <= {
        setting.env for setting in config.SETTINGS
    }
    # The registry looks for this line on the package's page.
    assert f"mcp-name: {entry['name']}" in (ROOT / "README.md").read_text("utf-8")


def instructions() -> list[tuple[str, str]]:
    text = (ROOT / "Containerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def test_the_container_runs_a_command_of_ours_as_another_user_than_root() -> None:
    found = instructions()
    assert [word for word, _ in found] == (
        [
            "FROM",
            "RUN",
            "COPY",
            "RUN",
            "USER",
            "ENV",
            "VOLUME",
            "EXPOSE",
            "HEALTHCHECK",
            "ENTRYPOINT",
            "CMD",
        ]
    )
    last: dict[str, str] = dict(found)
    assert last["USER"] == "ackbox" and f"--create-home {last['USER']}" in found[1][1]
    variable, _, value = last["ENV"].partition("=")
    assert variable in {setting.env for setting in config.SETTINGS} and value == last["VOLUME"]
    verb, *words = json.loads(last["CMD"])
    assert json.loads(last["ENTRYPOINT"]) == ["ackbox"]
    assert {word for word in words if word.startswith("-")} <= known_flags(f"ackbox {verb}")
    assert words[words.index("--port") + 1] == last["EXPOSE"]
    assert last["EXPOSE"] in last["HEALTHCHECK"]


def test_the_services_of_the_compose_file_fit_together() -> None:
    compose: Any = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    services = compose["services"]
    named = {volume.partition(":")[0] for each in services.values() for volume in each["volumes"]}
    assert named == set(compose["volumes"])
    ports = [port for each in services.values() for port in each.get("ports", [])]
    assert [port.rpartition(":")[0] for port in ports] == ["127.0.0.1:7717", "127.0.0.1:7718"]
    for each in services.values():
        assert set(each.get("depends_on", {})) <= set(services)
        assert each.get("build", {"dockerfile": "Containerfile"})["dockerfile"] == "Containerfile"
    settings = {setting.env for setting in config.SETTINGS}
    assert set(services["ackbox-postgres"]["environment"]) <= settings
