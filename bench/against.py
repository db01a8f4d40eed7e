"""Benchmarks of this tree against those of an older commit, in turn on one machine.

Example: `python -m bench.against v0.1.0 sends inbox --rounds 5`. Each round runs each script once
in both trees, in another order each time, so that noise falls on both. It prints, for each figure
and each of its parts, the median of the rounds' ratios (this tree to the older one) with the range.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.frame import HERE

ROOT = HERE.parent
LONGEST_S = 900

Values = dict[str, float]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.against", description=__doc__)
    parser.add_argument("commit", help="the older commit")
    parser.add_argument("scripts", nargs="+", help="names of scripts in bench/, such as sends")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each script in each tree")
    given = parser.parse_args()
    with older(given.commit) as before:
        for script in given.scripts:
            rounds = [measure(script, before, number) for number in range(given.rounds)]
            for what in rounds[0][0]:
                pairs = [(old[what], new[what]) for old, new in rounds if what in old]
                show(script, what, pairs)
    return 0


@contextmanager
def older(commit: str) -> Iterator[Path]:
    """Check a commit out beside this tree for as long as it is measured."""
    with tempfile.TemporaryDirectory(prefix="ackbox-before-") as directory:
        tree = Path(directory) / "tree"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(tree), commit], check=True)
        try:
            yield tree
        finally:
            subprocess.run([*git, "remove", "--force", str(tree)], check=True)


def measure(script: str, before: Path, number: int) -> tuple[Values, Values]:
    """Run one script in both trees; every second round begins with the other tree."""
    trees = [before, ROOT] if number % 2 == 0 else [ROOT, before]
    found = {tree: run(script, tree) for tree in trees}
    print(f"{script}: round {number + 1}", file=sys.stderr, flush=True)
    return found[before], found[ROOT]


def run(script: str, tree: Path) -> Values:
    """Return a script's figures and their parts by name. Raises CalledProcessError."""
    environment = {**os.environ, "PYTHONPATH": f"{tree / 'src'}{os.pathsep}{tree}"}
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{script}"],
        cwd=tree,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        timeout=LONGEST_S,
        check=True,
    )
    values: Values = {}
    for line in done.stdout.splitlines():
        if line.startswith("{"):
            figure = json.loads(line)
            name = f"{figure['goal']} {figure['what']} ({figure['unit']})"
            values[name] = figure["median"]
            values |= {f"{name}, {part}": value for part, value in figure["parts"].items()}
    return values


def show(script: str, what: str, pairs: list[tuple[float, float]]) -> None:
    """Print the ratio of one figure, and the medians that it is made of."""
    ratios = sorted(new / old for old, new in pairs if old)
    if not ratios:
        return
    line = {
        "script": script,
        "what": what,
        "ratio": round(statistics.median(ratios), 3),
        "low": round(ratios[0], 3),
        "high": round(ratios[-1], 3),
        "before": statistics.median(old for old, _ in pairs),
        "now": statistics.median(new for _, new in pairs),
        "rounds": len(ratios),
    }
    print(json.dumps(line, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    sys.exit(main())
