"""Workspaces take turns, long work leaves the event loop, and a workspace's writes keep their
order all the same.
"""

from __future__ import annotations

import asyncio
import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ackbox.store.engines.fairness import FairQueue, Threads
from ackbox.store.engines.sqlite import SqliteEngine
from ackbox.store.engines.sqlite_budget import ROWS

pytestmark = pytest.mark.anyio


def test_workspaces_take_turns_and_each_keeps_its_order() -> None:
    queue: FairQueue[str] = FairQueue()
    for of, item in (("a", "a1"), ("a", "a2"), ("a", "a3"), ("b", "b1"), ("c", "c1"), ("b", "b2")):
        queue.put(of, item)
    assert (queue.take(4), queue.take(4), bool(queue)) == (
        ["a1", "b1", "c1", "a2"],
        ["b2", "a3"],
        False,
    )


def test_what_waits_again_is_ahead_of_the_others_of_its_workspace() -> None:
    queue: FairQueue[str] = FairQueue()
    queue.put("a", "a3")
    queue.put_back("a", ["a1", "a2"])
    queue.put("b", "b1")
    assert (
        queue.take_of_next(2),
        queue.take_of_next(2),
        queue.take_all_of("a"),
        queue.take_all_of("a"),
    ) == (["a1", "a2"], ["b1"], ["a3"], [])


async def test_a_workspace_that_asks_much_delays_another_by_one_turn() -> None:
    threads, ran, go = Threads(1), list[str](), threading.Event()

    def first() -> None:
        go.wait(20)

    waiting = [asyncio.create_task(threads.run("loud", first))]
    await asyncio.sleep(0)
    waiting += [
        asyncio.create_task(threads.run("loud", partial(ran.append, f"loud {n}"))) for n in range(5)
    ]
    await asyncio.sleep(0)
    waiting.append(asyncio.create_task(threads.run("quiet", lambda: ran.append("quiet"))))
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(*waiting)
    assert ran[:2] == ["loud 0", "quiet"]


async def opened(path: Path) -> SqliteEngine:
    engine = SqliteEngine(str(path / "ackbox.db"))
    await engine.open()
    return engine


async def where(tx: Any, statements: int) -> bool:
    """Do so much, and say whether it was done off the event loop's thread."""
    for _ in range(statements):
        await tx.rows("workspace_by_name", name="x")
    return threading.current_thread() is not threading.main_thread()


@pytest.mark.parametrize(("statements", "is_far"), [(1, False), (20_000, True)])
@pytest.mark.parametrize("how", ["read", "write"])
async def test_work_that_takes_long_is_done_in_a_thread(
    tmp_path: Path, how: str, statements: int, is_far: bool
) -> None:
    engine = await opened(tmp_path)
    assert await getattr(engine, how)(lambda tx: where(tx, statements), ws=1) is is_far
    await engine.close()


async def test_work_that_is_given_more_rows_than_a_page_is_done_in_a_thread(tmp_path: Path) -> None:
    engine = await opened(tmp_path)
    await engine.write(
        lambda tx: tx.run_many(
            "hidden_add", [{"ws": 1, "reader": 1, "seq": seq} for seq in range(ROWS + 1)]
        ),
        ws=1,
    )

    async def look(tx: Any) -> tuple[int, bool]:
        rows = await tx.rows("hidden_within", ws=1, reader=1, low=0, high=ROWS * 2)
        return len(rows), threading.current_thread() is threading.main_thread()

    assert await engine.read(look, ws=1) == (ROWS + 1, False)
    await engine.close()


async def test_writes_of_a_workspace_keep_their_order_when_one_takes_long(tmp_path: Path) -> None:
    engine = await opened(tmp_path)
    order: list[tuple[int, int]] = []

    async def one(tx: Any, ws: int, number: int) -> None:
        await tx.run("hidden_add", ws=ws, reader=1, seq=number)
        await where(tx, 20_000 if (ws, number) == (1, 3) else 1)
        order.append((ws, number))

    await asyncio.gather(
        *(engine.write(partial(one, ws=ws, number=n), ws=ws) for n in range(12) for ws in (1, 2))
    )
    # What was dropped and begun again counts by its last time.
    last = {each: place for place, each in enumerate(order)}
    assert [sorted((n for n in range(12)), key=lambda n: last[ws, n]) for ws in (1, 2)] == [
        list(range(12))
    ] * 2
    stored = await engine.read(
        lambda tx: tx.rows("hidden_within", ws=1, reader=1, low=0, high=100), ws=1
    )
    assert sorted(row[0] for row in stored) == list(range(12))
    await engine.close()
