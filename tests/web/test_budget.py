"""The budgets of `python -m bench.browser`, in short: what is exact is held as it is, times
only against what no machine should need.
"""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

import pytest
from playwright.async_api import Browser

from bench import browser as bench
from bench.server import running
from bench.terminal import fill

pytestmark = pytest.mark.anyio


async def test_live_holds_two_hundred_messages_a_second_in_a_few_nodes(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "SECONDS", 1.0)
    with ExitStack() as stack:
        server = await asyncio.to_thread(stack.enter_context, running())
        await asyncio.to_thread(fill, server, 1_000)
        context, page = await bench.opened(browser, server)
        assert await bench.first_row(page, server) < 10_000
        told = await bench.under_load(page, server)
        assert told["nodes"] < 3_000
        assert told["longest"] < 2_000
        await context.close()
