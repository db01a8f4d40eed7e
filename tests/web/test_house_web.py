"""The house checks its dashboard: vendored files as locked, no inline script or style, and how
much a browser must fetch.
"""

from __future__ import annotations

import json
import posixpath
import re
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Collection
from pathlib import Path

import httpx2
import pytest

from ackbox.faces.web import views
from ackbox.model.text import is_ignorable
from tests.npm import install
from tests.serving import Served
from tools import vendor

pytestmark = pytest.mark.anyio
HERE = Path(__file__).parent
STATIC = HERE.parent.parent / "src/ackbox/faces/web/static"
OWN = sorted(path for path in STATIC.rglob("*.js") if "vendor" not in path.parts)
GIVEN = r"^export (?:async )?(?:function|const|let|class) (\w+)"


def imported(name: str, found: set[str] | None = None) -> set[str]:
    """Return a script and all it must have before it runs, by their paths."""
    found = set() if found is None else found
    if name not in found:
        found.add(name)
        for other in re.findall(
            r'(?:\bfrom|\bimport) ?"(\.[^"]+)"', (STATIC / name).read_text("utf-8")
        ):
            imported(posixpath.normpath(posixpath.join(posixpath.dirname(name), other)), found)
    return found


def gzipped(names: Collection[str]) -> int:
    """Return how many bytes of these files go over the line."""
    return sum(len(views.packed()[name]) for name in names)


def test_vendored_files_are_as_locked() -> None:
    assert vendor.check() == []


def test_a_changed_file_and_an_unlisted_one_are_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(vendor.PLACE, tmp_path / "vendor")
    with (tmp_path / "vendor/htm.js").open("ab") as file:
        file.write(b" ")
    (tmp_path / "vendor/extra.js").write_text("x")
    monkeypatch.setattr(vendor, "PLACE", tmp_path / "vendor")
    assert vendor.check() == ["extra.js is not listed", "htm.js is changed"]


def test_what_a_page_names_to_be_fetched_is_what_its_first_script_imports() -> None:
    assert set(views.AT_ONCE) == imported("core/app.js")


def test_scripts_are_under_60_kb_gzipped_at_first() -> None:
    assert gzipped(imported("core/app.js")) < 60_000


def test_a_page_fetched_later_adds_under_15_kb_and_all_but_charts_and_colours_is_under_140() -> (
    None
):
    at_once = imported("core/app.js")
    pages = re.findall(r'import\("\.\./([^"]+)"\)', (STATIC / "core/pages.js").read_text("utf-8"))
    assert {
        page: size for page in pages if (size := gzipped(imported(page) - at_once)) > 15_000
    } == {}
    scripts = {name for name in views.assets() if name.endswith(".js")}
    colours = {name for name in scripts if name.startswith("vendor/highlight/")}
    assert gzipped(scripts - colours - {"vendor/uplot.js"}) < 140_000
    assert 0 < gzipped(colours) < 12_000


def test_templates_hold_no_script_style_or_handler_of_their_own() -> None:
    for path in (STATIC.parent / "templates").glob("*.html"):
        text = path.read_text("utf-8")
        assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:", text) == [], path.name
        assert all(
            "src=" in tag or 'type="application/json"' in tag
            for tag in re.findall(r"<script[^>]*>", text)
        ), path.name


def test_no_script_makes_html_or_code_of_text() -> None:
    wrong = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|dangerouslySetInnerHTML|\beval\(|new"
        r" Function|srcdoc|setTimeout\(['\"]"
    )
    assert [
        f"{path.name}: {found}" for path in OWN for found in wrong.findall(path.read_text("utf-8"))
    ] == []


def test_every_script_imports_only_what_is_here() -> None:
    dead = [
        f"{path.name}: {name}"
        for path in OWN
        for pair in re.findall(
            r'^import [^"]*"([^"]+)"|import\("([^"]+)"\)', path.read_text("utf-8"), re.MULTILINE
        )
        for name in pair
        if name
        and (
            (not name.startswith("../") and not name.startswith("./"))
            or not (path.parent / name).exists()
        )
    ]
    assert dead == []


def test_every_script_is_valid() -> None:
    node = shutil.which("node")
    assert node is not None, "node is needed: https://nodejs.org, or apt-get install nodejs"
    for path in OWN:
        done = subprocess.run(
            [node, "--input-type=module", "--check"],
            input=path.read_bytes(),
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, f"{path.name}: {done.stderr.decode()}"


def test_no_script_imports_what_it_does_not_use() -> None:
    unused = []
    for path in OWN:
        text = path.read_text("utf-8")
        names = [
            name.strip().rpartition(" as ")[2]
            for group in re.findall(r"^import \{([^}]*)\} from", text, re.MULTILINE)
            for name in group.split(",")
            if name.strip()
        ]
        unused += [
            f"{path.name}: {name}" for name in names if len(re.findall(rf"\b{name}\b", text)) < 2
        ]
    assert unused == []


def test_every_name_that_a_script_imports_of_another_is_given_away_there() -> None:
    given = {path: set(re.findall(GIVEN, path.read_text("utf-8"), re.MULTILINE)) for path in OWN}
    dead = [
        f"{path.name}: {name}"
        for path in OWN
        for names, other in re.findall(
            r'^import \{([^}]*)\} from "(\.[^"]+)"', path.read_text("utf-8"), re.MULTILINE
        )
        if "vendor/" not in other
        for each in names.split(",")
        if (name := each.strip().partition(" as ")[0])
        and name not in given[(path.parent / other).resolve()]
    ]
    assert len(given) > 30
    assert dead == []


def test_every_script_keeps_to_itself_what_no_other_uses() -> None:
    texts = {path.name: path.read_text("utf-8") for path in OWN} | {
        "": "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("*.py"))
    }
    names = [
        (path, name)
        for path, text in texts.items()
        for name in re.findall(GIVEN, text, re.MULTILINE)
    ]
    assert [
        f"{path}: {name}"
        for path, name in names
        if not any(
            re.search(rf"\b{name}\b", text) for other, text in texts.items() if other != path
        )
    ] == []


async def test_a_browser_is_given_scripts_packed_and_fonts_as_they_are(served: Served) -> None:
    told = {}
    async with httpx2.AsyncClient() as http:
        for name in ("core/app.js", "vendor/inter.woff2"):
            for asked in ("gzip, br", "identity"):
                answer = await http.get(
                    f"{served.url}/assets/{views.digest()}/{name}",
                    headers={"Accept-Encoding": asked},
                )
                assert answer.content == views.assets()[name]
                told[name, asked] = answer.headers.get("content-encoding")
    assert told == {
        ("core/app.js", "gzip, br"): "gzip",
        ("core/app.js", "identity"): None,
        ("vendor/inter.woff2", "gzip, br"): None,
        ("vendor/inter.woff2", "identity"): None,
    }


def node(*arguments: str, given: str = "") -> str:
    """Return what a node program prints."""
    command = shutil.which("node")
    assert command is not None, "node is needed: https://nodejs.org, or apt-get install nodejs"
    done = subprocess.run(
        [command, *arguments], input=given, capture_output=True, text=True, check=True, timeout=100
    )
    return done.stdout


def compact_forms_that_differ(forms: dict[str, list[str]]) -> list[str]:
    """Return the paths whose script and compact form differ in more than comments and indents."""
    install(HERE)
    found: list[str] = json.loads(node(str(HERE / "check_compact.mjs"), given=json.dumps(forms)))
    return found


def test_our_scripts_are_served_compact_with_the_same_meaning_and_line_numbers() -> None:
    forms = {}
    for path in OWN:
        name = path.relative_to(STATIC).as_posix()
        kept, served = path.read_text("utf-8"), views.assets()[name].decode()
        assert len(kept.splitlines()) == len(served.splitlines()), name
        assert re.findall(r"^[ \t]|^//|^/\*\*", served, re.MULTILINE) == [], name
        forms[name] = [kept, served]
    assert compact_forms_that_differ(forms) == []
    assert views.assets()["vendor/htm.js"] == (STATIC / "vendor/htm.js").read_bytes()


def test_a_compact_form_that_cuts_into_a_text_is_noticed() -> None:
    forms = {
        "markup": ["a = html`<p>\n  b</p>`; // why", "a = html`<p>\nb</p>`;"],
        "text": ["a = `x\n  // y\n`", "a = `x\n\n`"],
        "code": ["f(1);", "f(2);"],
    }
    assert compact_forms_that_differ(forms) == ["text", "code"]


def test_the_server_joins_every_style() -> None:
    styles = {path.stem: path.read_bytes() for path in (STATIC / "styles").glob("*.css")}
    assert set(views.STYLES) == set(styles)
    assert views.assets()["styles.css"] == b"\n".join(styles[name] for name in views.STYLES)


def test_scripts_styles_and_templates_have_short_lines_and_at_most_500_of_them() -> None:
    tests = [path for path in HERE.parent.rglob("*.*js") if "node_modules" not in path.parts]
    templates = (STATIC.parent / "templates").glob("*.html")
    lines = {
        path: path.read_text("utf-8").splitlines()
        for path in [*OWN, *STATIC.glob("styles/*.css"), *templates, *tests]
    }
    assert len(lines) > 50
    assert [
        f"{path.name}:{at}"
        for path, all in lines.items()
        for at, line in enumerate(all, 1)
        if len(line) > 100
    ] == []
    assert [path.name for path, all in lines.items() if len(all) > 500] == []


def statement(name: str) -> str:
    """Return the statement of ui.js that defines a constant."""
    found = re.search(
        rf"^(?:export )?const {name} =.*?;$",
        (STATIC / "widgets/ui.js").read_text("utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    assert found is not None, name
    return found[0].removeprefix("export ")


def safe(texts: list[str]) -> list[str]:
    """Return texts as the dashboard shows them: its own lines, run without a browser."""
    names = ("IGNORABLE", "EMOJI", "CONTROL", "ODD", "safe")
    script = "\n".join(
        [
            *(statement(name) for name in names),
            "const texts = JSON.parse(require('fs').readFileSync(0, 'utf8'));",
            "console.log(JSON.stringify(texts.map(safe)));",
        ]
    )
    return list(json.loads(node("-e", script, given=json.dumps(texts))))


def test_the_dashboard_marks_the_characters_that_nobody_sees_and_no_others() -> None:
    known = [
        chr(code)
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) not in ("Cn", "Cs")
    ]
    unseen = [
        c
        for c in known
        if is_ignorable(c)
        or (c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cf", "Co", "Zl", "Zp"))
    ]
    assert [
        c
        for c, shown in zip(known, safe(known), strict=True)
        if shown == "\ufffd" and c != "\ufffd"
    ] == unseen
    table = json.loads(
        node("-e", f"{statement('IGNORABLE')} console.log(JSON.stringify(IGNORABLE))")
    )
    ours = re.compile(re.sub(r"\\u\{(\w+)\}", lambda found: f"\\U{found[1]:0>8}", table))
    assert [
        code
        for code in range(sys.maxunicode + 1)
        if bool(ours.match(chr(code))) != is_ignorable(chr(code))
    ] == []


def test_the_dashboard_leaves_what_shapes_an_emoji_and_marks_it_anywhere_else() -> None:
    kept = [
        "\u26a0\ufe0f",
        "1\ufe0f\u20e3",
        "\U0001f469\u200d\U0001f4bb",
        "\U0001f469\U0001f3fd\u200d\U0001f4bb",
        "\u2764\ufe0f\u200d\U0001f525",
        "a\n\tb",
    ]
    assert safe(kept) == kept
    odd = [
        "bob\ufe0f",
        "hu\ufe0eman",
        "a\u200db",
        "\u2764\ufe0f\ufe0f",
        "\u200d",
        "1\ufe0f",
        "a\u202eb",
        "a\rb",
    ]
    assert [text.count("\ufffd") for text in safe(odd)] == [1] * len(odd)
