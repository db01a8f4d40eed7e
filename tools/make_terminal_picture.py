"""Draw docs/pictures/tui.svg and tui-light.svg: the terminal UI as it really looks, on the demo's
workspace.

    .venv/bin/python tools/make_terminal_picture.py            what docs/ shows
    .venv/bin/python tools/make_terminal_picture.py DIRECTORY  every tab, for looking at

The second draws each tab in three sizes and three sets of colours.

Starts a server on a fresh data directory, plays the demo, opens the terminal UI without a terminal,
and keeps what
Textual says stands on its screen. Fonts are the viewer's own: the picture asks no other host for
anything.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs/pictures"
COLUMNS, LINES = 150, 25
SIZES = ((160, 45), (110, 32), (80, 24))
COLOURS = ("dark", "light", "sixteen-dark")
LONG = "builder-of-what-takes-long-" + "x" * 170
sys.path.insert(0, str(ROOT / "src"))


def run(environment: dict[str, str], *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "ackbox", *arguments],
        env={**environment, "ACKBOX_OUTPUT": "json"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def play(environment: dict[str, str]) -> str:
    """Start a server with something on it; returns its address."""
    url = json.loads(run(environment, "up", "--port", "0", "--detach", "--no-open"))["url"]
    run(environment, "--as", "ana", "demo", "--fast", "--no-wait")
    for sender, to, text, *more in (
        (
            "planner",
            "codex",
            "GET /api/users/:id gives id, name, email, role. Please build the page.",
            "--intent",
            "handoff",
        ),
        (
            "tester",
            "planner",
            "The retry budget test needs a fixed clock.",
            "--intent",
            "review_request",
        ),
        (
            "codex",
            "tester",
            "sessionGuard, since March: see the note in web/session.ts",
            "--intent",
            "context_share",
        ),
        (
            "tester",
            "*",
            "Merge freeze until the suite is green again",
            "--intent",
            "alert",
            "--urgent",
        ),
    ):
        run(environment, "-w", "demo", "--as", sender, "send", to, text, *more)
    return str(url)


def strain(environment: dict[str, str]) -> None:
    """Add what is hard to draw: long names, wide letters, joined emoji, tasks of many words."""
    for sender, to, text in (
        (LONG, "codex", "word " * 200),
        ("設計担当", "ana", "承認してもよいですか？" * 8),
        ("codex", LONG, "👨‍👩‍👧 family ❤️ flags 🇩🇪 " * 6),
    ):
        run(environment, "-w", "demo", "--as", sender, "send", to, text)
    for title, to in (
        ("Write the export", "codex"),
        ("エクスポートを書く 🚀", "設計担当"),
        ("long " * 60, LONG),
    ):
        run(environment, "-w", "demo", "--as", "ana", "task", "add", title, "--to", to)


def terminal_on(url: str, key: str, theme: str) -> Any:
    from ackbox.client.http import HttpCaller
    from ackbox.faces.tui.app import Terminal
    from ackbox.faces.tui.state.link import Link

    link = Link(lambda: HttpCaller(url, key, face="tui"), {"workspace": "demo"}, hz=10, rows=200)
    return Terminal(link, hz=10, theme=theme, acts_as="ana", person="ana")


async def draw(url: str, key: str, theme: str, target: Path) -> None:
    terminal = terminal_on(url, key, theme)
    async with terminal.run_test(size=(COLUMNS, LINES)) as pilot:
        while not (terminal.member.mirror.rows and terminal.member.mirror.people):
            await pilot.pause(0.05)
        blocked = next(row for row in terminal.member.mirror.rows if row.intent == "blocked")
        terminal.live.go_to(blocked.seq)
        await pilot.press("r", *"Yes, after a backup.")
        # What stands beside the list is asked for once the cursor rests.
        await pilot.pause(1.5)
        picture = terminal.export_screenshot(title="ackbox tui")
        terminal.member.link.stop()
    target.write_text(own_fonts(picture), "utf-8")


async def draw_all(url: str, key: str, colours: str, size: tuple[int, int], where: Path) -> None:
    """Draw every tab, and the actions of a selection."""
    terminal = terminal_on(url, key, "dark")
    async with terminal.run_test(size=size) as pilot:
        terminal.theme = f"ackbox-{colours}"
        while not (terminal.member.mirror.rows and terminal.member.mirror.people):
            await pilot.pause(0.05)
        for name, keys in (
            *((tab.title, (str(n),)) for n, tab in enumerate(terminal.tabs, 1)),
            ("selected", ("1", "g", "shift+down")),
            ("actions", (".",)),
        ):
            await pilot.press(*keys)
            await pilot.pause(1)
            picture = terminal.export_screenshot(title=f"{name} {size[0]} by {size[1]}, {colours}")
            (where / f"{name.lower().replace(' ', '-')}-{size[0]}-{colours}.svg").write_text(
                own_fonts(picture), "utf-8"
            )
        terminal.member.link.stop()


def own_fonts(picture: str) -> str:
    """Return the picture without the fonts it would fetch from elsewhere."""
    picture = re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)
    return picture.replace(
        "Fira Code, monospace",
        "ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono, monospace",
    )


def main(where: Path | None) -> None:
    with tempfile.TemporaryDirectory() as home:
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("XDG_", "ACKBOX_")) and name != "NO_COLOR"
        }
        environment = {
            **clean,
            "HOME": home,
            "PYTHONPATH": str(ROOT / "src"),
            "ACKBOX_DATA_DIR": f"{home}/data",
        }
        os.environ.pop("NO_COLOR", None)
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
        url = play(environment)
        try:
            key = (Path(home) / "data/operator.key").read_text().strip()
            if where is None:
                for theme, name in (("dark", "tui.svg"), ("light", "tui-light.svg")):
                    asyncio.run(draw(url, key, theme, PICTURES / name))
                    print((PICTURES / name).relative_to(ROOT))
                return
            strain(environment)
            where.mkdir(parents=True, exist_ok=True)
            for colours in COLOURS:
                for size in SIZES:
                    asyncio.run(draw_all(url, key, colours, size, where))
            print(f"{len(list(where.glob('*.svg')))} pictures in {where}")
        finally:
            run(environment, "stop")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
