"""S18: what calls that wait cost: a send beside 1,000 of them, and 5,000 that wait for nothing.

Each wait is `inbox.wait` of another agent, in this process, on each engine; the messages are for
none of them. Both apps of a pair run in one process, in turn, so that noise falls on both.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from ackbox.app.call import App, open_app
from bench.frame import ROUNDS, figure, ratios
from tests.engines import ENGINES, fresh_database

BESIDE, IDLE = 1_000, 5_000
SENDS = 100
IDLE_S = 20.0


class Waited:
    """One app, and the calls that wait on it."""

    def __init__(self, app: App, key: str) -> None:
        self.app, self.key = app, key
        self._waits: list[asyncio.Task[None]] = []
        self._ended = False

    async def start(self, waits: int) -> None:
        self._waits = [asyncio.create_task(self._wait(f"agent-{n}")) for n in range(waits)]
        while self.app.bell.waiting < waits:
            await asyncio.sleep(0.1)
        # Each looks once more before it is quiet.
        await asyncio.sleep(3)

    async def _wait(self, agent: str) -> None:
        while not self._ended:
            await self.app.call("inbox.wait", {"agent": agent, "wait_s": 50}, credential=self.key)

    async def send(self) -> float:
        """Return the median time of a send in milliseconds, of two clients."""
        times: list[float] = []

        async def client(name: str) -> None:
            for number in range(SENDS):
                start = time.perf_counter()
                send = {"agent": name, "to": "bob", "body": f"message {number}, {start}"}
                await self.app.call("message.send", send, credential=self.key)
                times.append((time.perf_counter() - start) * 1000)

        await asyncio.gather(client("ana"), client("cy"))
        return statistics.median(times)

    async def end(self) -> None:
        self._ended = True
        await self.app.close()
        await asyncio.gather(*self._waits)


async def opened(engine: str, where: Path) -> Waited:
    app = await open_app(await asyncio.to_thread(fresh_database, engine, where))
    key = await app.ensure(workspace="default", operator_key=None)
    assert key is not None
    return Waited(app, key)


async def beside(engine: str, where: Path, waits: int) -> tuple[list[float], list[float]]:
    """Return the times of sends on an app where calls wait, and on one where none does."""
    busy, free = await opened(engine, where), await opened(engine, where)
    await busy.start(waits)
    with_waits, without = [], []
    for _ in range(ROUNDS + 1):
        without.append(await free.send())
        with_waits.append(await busy.send())
    await busy.end()
    await free.end()
    return with_waits[1:], without[1:]


async def idle(engine: str, where: Path, waits: int, seconds: float) -> float:
    """Return the share of a core that this process takes while calls wait for nothing."""
    waited = await opened(engine, where)
    await waited.start(waits)
    start, cpu = time.perf_counter(), time.process_time()
    await asyncio.sleep(seconds)
    share = (time.process_time() - cpu) / (time.perf_counter() - start)
    await waited.end()
    return share * 100


def main() -> None:
    for engine in ENGINES:
        with tempfile.TemporaryDirectory(prefix="ackbox-bench-") as directory:
            where = Path(directory)
            busy, free = asyncio.run(beside(engine, where, BESIDE))
            figure(
                "S18",
                f"a send beside {BESIDE:,} calls that wait to one beside none, {engine}: time",
                ratios(busy, free),
                limit="at most 1.1",
                parts={"ms beside waits": busy, "ms alone": free},
            )
            figure(
                "S18",
                f"{IDLE:,} calls that wait for nothing, {engine}: share of a core",
                [asyncio.run(idle(engine, where, IDLE, IDLE_S))],
                limit="at most 10",
                unit="%",
            )


if __name__ == "__main__":
    main()
