"""The command line speaks UTF-8 in every locale, and shows no control character."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import Command


@pytest.fixture
def ackbox(tmp_path: Path) -> Iterator[Command]:
    command = Command(tmp_path)
    yield command
    command.stop()


def test_a_c_locale_reads_and_writes_utf8_and_nothing_a_terminal_obeys(ackbox: Command) -> None:
    ackbox.up()
    environment = {
        **ackbox.environment,
        "LANG": "C",
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
    }
    text = "夏哥 😀 \x1b[31m red \x9b31m \u202e"
    run = [sys.executable, "-m", "ackbox", "--as", "ana"]
    sent = subprocess.run(
        [*run, "--json", "send", "Mac CLI 小克", "-"],
        input=text.encode(),
        env=environment,
        capture_output=True,
        check=True,
    )
    assert json.loads(sent.stdout)["recipients"][0]["agent"] == "Mac CLI 小克"
    for form in ("--json", "--text"):
        shown = subprocess.run(
            [*run[:-1], "Mac CLI 小克", form, "read", "--no-mark"],
            env=environment,
            capture_output=True,
            check=True,
        ).stdout.decode()
        assert "夏哥 😀" in shown and all(c.isprintable() or c == "\n" for c in shown)
        if form == "--json":
            assert json.loads(shown)["body"] == text
