"""A real browser for tests: the system's Chromium, driven by Playwright, and what axe-core
finds on a page.
"""

from __future__ import annotations

import functools
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.npm import install
from tests.serving import Served

# Machines that run tests are busy; a condition that holds is not waited for.
expect.set_options(timeout=20_000)
HERE = Path(__file__).parent
# What WCAG 2.0 to 2.2 ask at levels A and AA, and what is good practice.
AXE = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}


def chromium() -> str:
    """Return where Chromium is; without it these tests fail, they are not skipped."""
    found = next(
        (
            path
            for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
            if path
        ),
        None,
    )
    assert found is not None, "Chromium is needed: apt-get install chromium"
    return found


@asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    """A browser until the block ends."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium(), args=["--disable-gpu", "--font-render-hinting=none"]
        )
        try:
            yield browser
        finally:
            await browser.close()


@functools.cache
def axe() -> str:
    """Return the script of axe-core, as package-lock.json names it; installed once."""
    install(HERE)
    return (HERE / "node_modules/axe-core/axe.min.js").read_text("utf-8")


# What another theme can change.
COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}


async def barriers(
    page: Page, *, only_colours: bool = False, within: str = "html"
) -> list[dict[str, Any]]:
    """Return what axe finds serious or critical on a page, or in parts of it, which must be
    open in a context made with `bypass_csp`.
    """
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(axe())
    found = await page.evaluate(
        "([parts, options]) => axe.run(document.querySelectorAll(parts), options)",
        [within, COLOURS if only_colours else AXE],
    )
    return [
        {
            "rule": each["id"],
            "impact": each["impact"],
            "where": [node["target"] for node in each["nodes"]][:5],
        }
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
    ]


async def rows(page: Page) -> list[str]:
    """Return the first lines of the messages on screen, in their order."""
    return await page.locator(".list [role=option] .line bdi").all_inner_texts()


async def link(
    served: Served, name: str = "ana", *, workspace: str = "default", as_owner: bool = False
) -> str:
    """Return the path of a one-time link for a person."""
    return str(
        (
            await served.app.call(
                "login.link",
                {"workspace": workspace, "name": name, "as_owner": as_owner},
                credential=served.key,
            )
        ).path
    )


async def sign_in(
    served: Served,
    context: BrowserContext,
    path: str | None = None,
    *,
    name: str = "ana",
    workspace: str = "default",
    as_owner: bool = False,
) -> Page:
    """Return a page that is signed in and shows the dashboard, or the part of it that `path`
    names.
    """
    page = await context.new_page()
    page.set_default_timeout(20_000)
    await page.goto(served.url + await link(served, name, workspace=workspace, as_owner=as_owner))
    await page.wait_for_url("**/w/**", wait_until="commit")
    if path is not None:
        await page.goto(f"{served.url}/w/{workspace}/{path}")
    await page.locator(".view").first.wait_for()
    return page
