"""Make docs/pictures/*.png: Live, Flow and the receipts matrix, as the dashboard really draws them,
in both themes.

    .venv/bin/python -m tools.make_pictures            what docs/ shows (`make pictures`)
    .venv/bin/python -m tools.make_pictures DIRECTORY  every page, for looking at

Needs Chromium.

Plays the scene of tests/web/scene.py on a fresh database and a free port.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page

from tests.serving import Served, serving
from tests.web.browsing import browsing, sign_in
from tests.web.scene import PERSON, PLACE, Clock, Scene

TARGET = Path(__file__).parent.parent / "docs/pictures"
THEMES: tuple[Any, ...] = ("light", "dark")
SIZE: Any = {"width": 1360, "height": 820}
# Name of the picture, the page it is of, and what stands on it once it is drawn.
SHOWN = (
    ("live", "live?m={everyone}", ".pane .receipts"),
    ("flow", "flow", "canvas"),
    ("receipts", "a/planner?box=receipts", ".matrix"),
)
ALL = (
    *SHOWN,
    ("needs", "needs", ".need"),
    ("threads", "threads", ".threads li"),
    ("thread", "t/{talk}", ".post"),
    ("mailbox", "a/claude", ".view"),
    ("agents", "agents", ".spark"),
    ("tasks", "tasks?task={task}", ".pane .moves"),
    ("task-list", "tasks?view=list", "table.rows"),
    ("matrix", "flow?view=matrix", "table.pairs"),
    ("health", "health?window=6h", ".plot canvas"),
    ("search", "search?q=profile", ".hit mark"),
    ("connect", "connect", "[role=tab]"),
    ("settings", "settings", "fieldset"),
    ("schedules", "schedules", ".entry"),
    ("webhooks", "webhooks", ".empty"),
    ("sessions", "sessions", ".entry"),
    ("notes", "notes", ".entry"),
)


async def shoot(
    browser: Browser,
    served: Served,
    theme: Any,
    pages: tuple[tuple[str, str, str], ...],
    ids: dict[str, str],
    target: Path,
) -> None:
    """Make the pictures of some pages in one theme."""
    context = await browser.new_context(
        viewport=SIZE, color_scheme=theme, timezone_id="Europe/Berlin", locale="en-GB"
    )
    page = await sign_in(served, context, workspace=PLACE, name=PERSON)
    for name, path, stands in pages:
        await page.goto(f"{served.url}/w/{PLACE}/{path.format(**ids)}")
        await page.locator(stands).first.wait_for()
        await _move(page, name)
        await page.evaluate("document.fonts.ready")
        await page.wait_for_timeout(700)
        await page.screenshot(path=target / f"{name}-{theme}.png")
    await context.close()


async def _move(page: Page, name: str) -> None:
    """Let something travel where travelling is the point, and open what a click opens."""
    if name == "receipts":
        await page.locator("td[title*='injected'][title*='acknowledged']").first.click()
    if name == "flow":
        await page.locator("#scrubber").evaluate(
            "bar => { bar.value = Number(bar.max) - 90_000; bar.dispatchEvent(new Event('input', {"
            " bubbles: true })) }"
        )
        await page.get_by_role("button", name="Replay").click()


async def main(target: Path, pages: tuple[tuple[str, str, str], ...]) -> None:
    clock = Clock()
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        async with (
            serving(f"sqlite:///{place}/ackbox.db", clock=clock) as served,
            browsing() as browser,
        ):
            scene = Scene(served.app, served.key, clock)
            ids = await scene.play()
            await scene.automate()
            task = (
                await served.app.call(
                    "task.list", {"workspace": PLACE, "status": "blocked"}, credential=served.key
                )
            ).tasks[0]
            for theme in THEMES:
                await shoot(browser, served, theme, pages, {**ids, "task": task.id}, target)


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1].startswith("-"):
        print(__doc__)
    elif len(sys.argv) > 1:
        asyncio.run(main(Path(sys.argv[1]), ALL))
    else:
        asyncio.run(main(TARGET, SHOWN))
