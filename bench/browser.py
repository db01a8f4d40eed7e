"""U2: the dashboard in a browser, with 100,000 messages stored and two hundred new ones a second.

The browser is the system's Chromium, drawing in software; its renderer's CPU time is read from
outside. Long tasks are
what the browser itself reports. The first row is timed by the page, from the start of its
navigation.
"""

from __future__ import annotations

import asyncio
import subprocess
import threading
import time
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page

from bench.frame import figure
from bench.server import Running, cpu_s, running
from bench.terminal import fill, send
from tests.web.browsing import browsing

ROWS = 100_000
SECONDS = 30.0
A_SECOND = 200
# Runs before anything of the page: when the first row is drawn, and every task of more than 50 ms.
WATCH = """
window.seen = {row: 0, tasks: []};
const note = (list) => window.seen.tasks.push(...list.getEntries().map((each) => each.duration));
new PerformanceObserver(note).observe({type: "longtask", buffered: true});
const look = () => {
  if (document.querySelector(".list .row")) window.seen.row = performance.now();
  else requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


async def opened(browser: Browser, server: Running) -> tuple[BrowserContext, Page]:
    """A signed-in browser on Live."""
    link = server.call("login.link", name="ana")
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    await page.goto(server.url + link["path"])
    await page.locator(".view").first.wait_for()
    await context.add_init_script(WATCH)
    return context, page


async def first_row(page: Page, server: Running) -> float:
    await page.goto(f"{server.url}/w/default/live")
    await page.wait_for_function("() => window.seen.row > 0")
    return float(await page.evaluate("window.seen.row"))


def renderers() -> list[int]:
    """Return the processes that draw pages; the busiest of them is ours."""
    told = subprocess.run(
        ["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True
    ).stdout
    return [int(line.split()[0]) for line in told.splitlines() if "--type=renderer" in line]


async def under_load(page: Page, server: Running) -> dict[str, Any]:
    """Return what the page did while two hundred messages a second came."""
    stop = threading.Event()
    sender = threading.Thread(target=send, args=(server, A_SECOND, stop))
    sender.start()
    try:
        await asyncio.sleep(2)
        await page.evaluate("window.seen.tasks.length = 0")
        before, start = {pid: cpu_s(pid) for pid in renderers()}, time.monotonic()
        await asyncio.sleep(SECONDS)
        took = time.monotonic() - start
        spent = max(cpu_s(pid) - before.get(pid, 0) for pid in renderers() if pid in before)
        tasks = await page.evaluate("window.seen.tasks")
        session = await page.context.new_cdp_session(page)
        await session.send("HeapProfiler.collectGarbage")
        counted = await session.send("Memory.getDOMCounters")
        behind = await page.locator("#linked").inner_text()
        return {
            "cpu": spent / took * 100,
            "longest": max(tasks, default=0),
            "nodes": counted["nodes"],
            "line": behind,
        }
    finally:
        stop.set()
        sender.join()


async def measure(server: Running) -> None:
    async with browsing() as browser:
        _, page = await opened(browser, server)
        rows = [await first_row(page, server) for _ in range(6)][1:]
        runs = [await under_load(page, server) for _ in range(3)]
    note = (
        "software drawing; a browser tells of tasks from 50 ms on; the page said:"
        f" {' '.join(runs[-1]['line'].split())}"
    )
    figure(
        "U2",
        "dashboard, 100,000 messages stored: first row drawn",
        rows,
        limit="at most 500",
        unit="ms",
    )
    longest = [each["longest"] for each in runs]
    figure(
        "U2",
        "dashboard, 200 new messages a second for 30 s: longest task",
        longest,
        limit="at most 200",
        unit="ms",
        note=note,
    )
    figure(
        "U2",
        "dashboard, the same: the renderer's share of a core",
        [each["cpu"] for each in runs],
        limit="at most 60",
        unit="%",
    )
    figure(
        "U2",
        "dashboard, the same: DOM nodes after collection",
        [float(each["nodes"]) for each in runs],
        limit="at most 3000",
        unit="nodes",
    )


def main() -> None:
    with running() as server:
        fill(server, ROWS)
        asyncio.run(measure(server))


if __name__ == "__main__":
    main()
