"""What every test of the dashboard may ask for: one browser for all of them, and a served app."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext

from tests.serving import Served, serving
from tests.web.browsing import browsing


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    # One event loop for the browser, the servers and the tests.
    return "asyncio"


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with browsing() as it:
        yield it


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(f"sqlite:///{tmp_path}/ackbox.db") as it:
        yield it


@pytest.fixture
async def context(browser: Browser, served: Served) -> AsyncIterator[BrowserContext]:
    """A browser without a past: no cookies, nothing stored. It is gone before the server goes."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)
    yield context
    await context.close()
