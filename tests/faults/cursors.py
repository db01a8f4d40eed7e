"""Six writers and a reader that keeps a cursor: does it see everything?

python -m tests.faults.cursors --messages 100000 [--engine postgres]
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from ackbox.app.call import open_app
from tests.engines import fresh_database

WRITERS = 6


async def missed(url: str, *, messages: int, servers: int, tell: bool = False) -> int:
    """Write from six writers, spread over so many servers, read by cursor all the while, and
    return how many were not seen.
    """
    apps = [await open_app(url) for _ in range(servers)]
    key = await apps[0].ensure(workspace="default", operator_key=None)

    async def call(server: int, operation: str, **params: Any) -> Any:
        return await apps[server % servers].call(operation, params, credential=key)

    for name in ("reader", *(f"w{number}" for number in range(WRITERS))):
        await call(0, "agent.check_in", agent=name)
    cursor = (await call(servers - 1, "event.feed", agent="reader")).cursor
    written, seen = set[str](), set[str]()

    async def write(number: int) -> None:
        for count in range(messages // WRITERS):
            written.add(
                (
                    await call(
                        number, "message.send", agent=f"w{number}", to="reader", body=str(count)
                    )
                ).id
            )

    writing = asyncio.gather(*map(write, range(WRITERS)))
    started = time.monotonic()
    while True:
        is_last = writing.done()
        page = await call(servers - 1, "event.feed", agent="reader", cursor=cursor, limit=50)
        cursor = page.cursor
        seen.update(event.id for event in page.events if event.kind == "message.sent")
        if not page.events:
            if is_last:
                break
            await asyncio.sleep(0)
        if tell:
            rate = len(seen) / (time.monotonic() - started)
            print(
                f"\r{len(seen)} of {messages}, {rate:.0f}/s,"
                f" {(messages - len(seen)) / max(rate, 1):.0f} s left ",
                end="",
                file=sys.stderr,
            )
    await writing
    for app in apps:
        await app.close()
    return len(written - seen)


def main() -> None:
    """Run by hand, as long as wanted."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--messages", type=int, default=100_000)
    asked.add_argument("--engine", choices=["sqlite", "postgres"], default="sqlite")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="ackbox-cursors-") as where:
        url = fresh_database(given.engine, Path(where))
        found = asyncio.run(
            missed(
                url,
                messages=given.messages,
                servers=2 if given.engine == "postgres" else 1,
                tell=True,
            )
        )
    print(f"\n{given.engine}: {given.messages} messages, {found} missed")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
