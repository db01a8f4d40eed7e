"""The files of the project for the tests that read code; each is parsed once."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src/ackbox"


def _python(folder: Path) -> Iterator[Path]:
    for where, folders, files in os.walk(folder):
        # What npm installs below the tests is not ours, and a hundred thousand files.
        folders[:] = [name for name in folders if name not in ("node_modules", "__pycache__")]
        yield from (Path(where, name) for name in files if name.endswith(".py"))


FILES = sorted(_python(SOURCE))
TESTS = sorted(_python(ROOT / "tests"))
OURS = [*FILES, *TESTS, *sorted(_python(ROOT / "tools")), *sorted(_python(ROOT / "bench"))]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))
