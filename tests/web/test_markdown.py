"""The reader of Markdown: what it understands, and that no text costs it more than its length."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

STATIC = Path(__file__).parent.parent.parent / "src/ackbox/faces/web/static"
SHOWN = """
const parts = (t) => t.items ? t.items.map((i) => short(i.tokens))
  : t.header ? [t.header, ...t.rows].map((row) => row.map((cell) => short(cell.tokens)))
  : t.tokens ? short(t.tokens)
  : t.text !== undefined ? [t.text] : [];
const one = (t) => t.type === "text" ? t.text : [t.type, ...(t.href ? [t.href] : []), ...parts(t)];
const short = (tokens) => tokens.map(one);
"""
EXAMPLES: dict[str, Any] = {
    "# A *title*": [["heading", "A ", ["em", "title"]]],
    "**b** _i_ ~~d~~ `c` ***both***": [
        [
            "paragraph",
            ["strong", "b"],
            " ",
            ["em", "i"],
            " ",
            ["del", "d"],
            " ",
            ["codespan", "c"],
            " ",
            ["strong", ["em", "both"]],
        ]
    ],
    "snake_case_name a * b * c **open": [["paragraph", "snake_case_name a * b * c **open"]],
    "one\ntwo\n\nthree": [["paragraph", "one", ["br"], "two"], ["paragraph", "three"]],
    "- a\n- b\n  - c\n\nend": [["list", ["a"], ["b", ["list", ["c"]]]], ["paragraph", "end"]],
    "2. a\n3. b": [["list", ["a"], ["b"]]],
    "> q\n> r": [["blockquote", ["paragraph", "q", ["br"], "r"]]],
    "```py\na < b\n```": [["code", "a < b"]],
    "| a | b |\n|---|---|\n| 1 | **2** |": [["table", [["a"], ["b"]], [["1"], [["strong", "2"]]]]],
    "see https://a.example/x. [t](http://b.example/(x))": [
        [
            "paragraph",
            "see ",
            ["link", "https://a.example/x", "https://a.example/x"],
            ". ",
            ["link", "http://b.example/(x)", "t"],
        ]
    ],
    "![i](http://e.example) <b>x</b> \\*y\\*": [
        ["paragraph", "![i](http://e.example) <b>x</b> *y*"]
    ],
    "a\n\n---\n\nb": [["paragraph", "a"], ["hr"], ["paragraph", "b"]],
}
LONG = [
    "*a ",
    "[",
    "[a](",
    "`a``b```",
    ">",
    "- ",
    "_a",
    "**a ",
    "<http://",
    "http://",
    "|",
    "\n",
    "~~a",
    "*_**__~~`[",
    "- a\n",
    "1. a\n  - b\n",
    "-",
    " ",
    "# ",
    "![",
    "\\",
    "&lt;",
    "> - ",
]


def run(script: str, place: Path) -> Any:
    node = shutil.which("node")
    assert node is not None, "node is needed: https://nodejs.org, or apt-get install nodejs"
    # By its name node knows it as a module; in the page the page says so.
    shutil.copy(STATIC / "core/markdown.js", place / "markdown.mjs")
    (place / "run.mjs").write_text(
        f'import {{ lexer }} from "./markdown.mjs";\n{SHOWN}\n{script}', "utf-8"
    )
    done = subprocess.run([node, place / "run.mjs"], capture_output=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def test_what_is_understood_becomes_tokens_and_the_rest_stays_as_typed(tmp_path: Path) -> None:
    told = run(
        f"console.log(JSON.stringify({json.dumps(list(EXAMPLES))}.map((text) =>"
        " short(lexer(text)))))",
        tmp_path,
    )
    assert dict(zip(EXAMPLES, told, strict=True)) == EXAMPLES


@pytest.mark.timeout(120)
def test_no_text_of_the_longest_length_takes_long(tmp_path: Path) -> None:
    told = run(
        f"""console.log(JSON.stringify({json.dumps(LONG)}.map((part) => {{
        const text = part.repeat(50000).slice(0, 50000), start = performance.now();
        lexer(text);
        return [part, performance.now() - start];
        }})))""",
        tmp_path,
    )
    # A text that is read step by step takes a fraction of a second; one that is not takes minutes.
    assert [part for part, ms in told if ms > 5000] == []
