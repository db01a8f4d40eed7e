"""S13: 64 concurrent sends on PostgreSQL, grouped, against one commit for each on the same server.

Both are ackbox in this process, over the server that the tests start; the engine's `together` is
the only difference.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from ackbox.app.call import App
from ackbox.store.engines.postgres import PostgresEngine
from bench.frame import figure, interleave, ratios
from bench.sends import BODY
from tests.engines import fresh_database

AT_ONCE = 64
SECONDS = 3.0


async def _press(url: str, together: bool) -> float:
    app = App(PostgresEngine(url, together=together))
    await app.open()
    try:
        key = await app.ensure(workspace="default", operator_key=None)
        # A benchmark sends the same text many times.
        await app.call("workspace.settings", {"repeats_limit": 0}, credential=key)
        await app.call("agent.heartbeat", {"agent": "bob"}, credential=key)
        send = {"agent": "ana", "to": "bob", "body": BODY}
        await app.call("message.send", send, credential=key)
        start, done = time.perf_counter(), 0

        async def one() -> None:
            nonlocal done
            while time.perf_counter() < start + SECONDS:
                await app.call("message.send", send, credential=key)
                done += 1

        await asyncio.gather(*(one() for _ in range(AT_ONCE)))
        return done / (time.perf_counter() - start)
    finally:
        await app.close()


def speed(*, together: bool) -> float:
    """Return sends a second on a database of its own."""
    return asyncio.run(_press(fresh_database("postgres", Path("/nowhere")), together))


def main() -> None:
    found = interleave(
        {"grouped": lambda: speed(together=True), "alone": lambda: speed(together=False)}
    )
    figure(
        "S13",
        "sends a second on PostgreSQL, 64 at once: grouped to one commit each",
        ratios(found["grouped"], found["alone"]),
        limit="at least 3",
        parts={"grouped/s": found["grouped"], "one commit each/s": found["alone"]},
    )


if __name__ == "__main__":
    main()
