"""Every benchmark in turn, into results.jsonl; then the page.

A figure measured again takes its old line's place, so that one script can be run again by name:
`python -m bench.all sends disk`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any

from bench import report
from bench.frame import HERE, RESULTS

SCRIPTS = (
    "sends",
    "brokers",
    "disk",
    "inbox",
    "hooks",
    "bridge",
    "startup",
    "tools",
    "postgres_sends",
    "searching",
    "terminal",
    "browser",
    "sockets",
    "waits",
    "commands",
    "peer",
    "sealed",
)
LONGEST_S = 900


def main() -> int:
    wanted = sys.argv[1:] or [name for name in SCRIPTS if (HERE / f"{name}.py").exists()]
    failed = []
    for name in wanted:
        start = time.monotonic()
        done = _run(name)
        found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        keep(found)
        print(f"{name}: {len(found)} figures in {time.monotonic() - start:.0f} s", file=sys.stderr)
        for each in found:
            held = {True: "met", False: "NOT MET", None: "-"}[each["met"]]
            print(
                f"  {each['goal']} {each['what']}: {each['median']} {each['unit']} ({held})",
                file=sys.stderr,
            )
        if done.returncode:
            failed.append(name)
            print(done.stderr[-2000:], file=sys.stderr)
    report.main()
    return 1 if failed else 0


def _run(name: str) -> subprocess.CompletedProcess[str]:
    places = [str(HERE.parent / "src"), str(HERE.parent), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(place for place in places if place)}
    command = [sys.executable, "-m", f"bench.{name}"]
    try:
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=LONGEST_S
        )
    except subprocess.TimeoutExpired as late:
        text = late.stdout.decode() if isinstance(late.stdout, bytes) else late.stdout or ""
        return subprocess.CompletedProcess(
            command, 1, text, f"{name} took longer than {LONGEST_S} s"
        )


def keep(found: list[dict[str, Any]]) -> None:
    """Put figures into results.jsonl, each in its old one's place."""
    kept = {(each["goal"], each["what"]): each for each in report.results()}
    kept |= {(each["goal"], each["what"]): each for each in found}
    lines = [
        json.dumps(each, ensure_ascii=False)
        for _, each in sorted(kept.items(), key=lambda item: (int(item[0][0][1:]), item[0][1]))
    ]
    RESULTS.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
