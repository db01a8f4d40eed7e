"""The house checks its dashboard: vendored files as locked, no inline script or style, and how much a browser must fetch."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ackbox.faces.web import views
from tools import vendor

STATIC = Path(__file__).parent.parent.parent / "src/ackbox/faces/web/static"
OWN = sorted(STATIC.glob("*.js"))
# What is fetched when it is first needed: a page beside those for messages, a chart.
LATER = {"vendor/uplot.js", "agents.js", "complete.js", "connect.js", "flow.js", "health.js", "lookup.js", "many.js", "notices.js", "refer.js", "ring.js", "search.js", "settings.js", "tasks.js"}


def test_vendored_files_are_as_locked() -> None:
    assert vendor.check() == []


def test_a_changed_file_and_an_unlisted_one_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(vendor.PLACE, tmp_path / "vendor")
    with (tmp_path / "vendor/htm.js").open("ab") as file:
        file.write(b" ")
    (tmp_path / "vendor/extra.js").write_text("x")
    monkeypatch.setattr(vendor, "PLACE", tmp_path / "vendor")
    assert vendor.check() == ["extra.js is not listed", "htm.js is changed"]


def test_scripts_are_under_60_kb_gzipped_at_first() -> None:
    scripts = {name: raw for name, raw in views.assets().items() if name.endswith(".js") and name not in LATER}
    assert sum(len(gzip.compress(raw, 9)) for raw in scripts.values()) < 60_000


def test_templates_hold_no_script_style_or_handler_of_their_own() -> None:
    for path in (STATIC.parent / "templates").glob("*.html"):
        text = path.read_text("utf-8")
        assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:", text) == [], path.name
        assert all("src=" in tag or 'type="application/json"' in tag for tag in re.findall(r"<script[^>]*>", text)), path.name


def test_no_script_makes_html_or_code_of_text() -> None:
    wrong = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|dangerouslySetInnerHTML|\beval\(|new Function|srcdoc|setTimeout\(['\"]")
    assert [f"{path.name}: {found}" for path in OWN for found in wrong.findall(path.read_text("utf-8"))] == []


def test_every_script_imports_only_what_is_here() -> None:
    dead = [f"{path.name}: {name}" for path in OWN for pair in re.findall(r'^import .*?"([^"]+)"|import\("([^"]+)"\)', path.read_text("utf-8"), re.MULTILINE)
            for name in pair if name and (not name.startswith("./") or not (STATIC / name).exists())]
    assert dead == []


def test_every_script_is_valid() -> None:
    node = shutil.which("node")
    assert node is not None, "node is needed: https://nodejs.org, or apt-get install nodejs"
    for path in OWN:
        done = subprocess.run([node, "--input-type=module", "--check"], input=path.read_bytes(), capture_output=True, check=False)
        assert done.returncode == 0, f"{path.name}: {done.stderr.decode()}"


def test_no_script_imports_what_it_does_not_use() -> None:
    unused = []
    for path in OWN:
        text = path.read_text("utf-8")
        names = [name.strip().rpartition(" as ")[2] for group in re.findall(r"^import \{([^}]*)\} from", text, re.MULTILINE) for name in group.split(",") if name.strip()]
        unused += [f"{path.name}: {name}" for name in names if len(re.findall(rf"\b{name}\b", text)) < 2]
    assert unused == []
