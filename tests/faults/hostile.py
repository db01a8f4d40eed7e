"""A real server against slow, broken and greedy clients, while another tenant sends.

    python -m tests.faults.hostile --minutes 10
    python -m tests.faults.hostile --only slow_head --only pipeline

Each shape of client must get the right answer and be gone by its deadline and 2 s; the server may
grow by 32 MiB; the other
tenant's p99 may double against the quiet times of the same run. Prints a table and one line of
JSON; exits 1 on a miss.
The attacker steps back a little (nice), since it shares the processor with the server that it
attacks.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import functools
import json
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from tests.faults import talk_http as http
from tests.faults import talk_ws as ws
from tests.faults.floods import HEAVY, flood, furnish
from tests.faults.shapes import EVERY, Shape
from tests.faults.siege import GRACE_S, Judge, Row, attack, bystander, is_answering, server
from tests.faults.smuggling import corpus
from tests.faults.wires import Aim, Gone, Wire

FACTOR, SLACK_MS = 2.0, 5.0
QUIET_S, FLOOD_S = 3.0, 3.0
CROWD, DESCRIPTORS = 300, 256


async def smuggle(aim: Aim) -> Row:
    """Send each request of the corpus on a connection of its own: one refusal, and the end."""
    row = Row("smuggling corpus", start=time.monotonic())
    for name, data in corpus(aim).items():
        wire = await Wire.open(aim.host, aim.port)
        with contextlib.suppress(Gone):
            await wire.send(data)
            # Something that would be answered, were it taken for a request of its own.
            await wire.send(aim.request("GET", "/v1/me", key=aim.key))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE_S):
                await wire.silence()
        row.count += 1
        row.answers.update(wire.statuses or [0])
        row.longest_s = max(row.longest_s, time.monotonic() - wire.opened_at)
        right = (
            wire.is_ended
            and len(wire.statuses) == 1
            and (400 <= wire.statuses[0] < 500 or wire.statuses[0] == 505)
        )
        if not right:
            row.misses.append(f"{name}: {wire.statuses}{'' if wire.is_ended else ', left open'}")
        wire.end(reset=True)
    row.end = time.monotonic()
    return row


async def crowd(aim: Aim, shape: Shape) -> Row:
    """More connections than the server has descriptors for: once their deadline is over, a new
    client is answered.
    """
    row, wires = Row(f"crowd of {shape.name}", start=time.monotonic()), []

    async def one() -> None:
        wire = await Wire.open(aim.host, aim.port, reads=shape.reads)
        wires.append(wire)
        with contextlib.suppress(Gone):
            await shape.talk(wire, aim)

    talking = [asyncio.create_task(one()) for _ in range(CROWD)]
    await asyncio.sleep((shape.deadline_s or 0.0) + GRACE_S)
    start = time.monotonic()
    if not await is_answering(aim):
        row.misses.append("a new client gets no answer")
    row.longest_s, row.count, row.end = time.monotonic() - start, len(wires), time.monotonic()
    row.answers.update((wire.statuses or [0])[0] for wire in wires)
    for task in talking:
        task.cancel()
    await asyncio.gather(*talking, return_exceptions=True)
    for wire in wires:
        wire.end(reset=True)
    return row


async def crowds(where: Path, chosen: list[str]) -> list[Row]:
    """Let crowds at servers with few descriptors."""
    rows = []
    for shape in (http.silent, http.early_answer_then_silence, ws.ws_wrong, ws.ws_refused):
        (kind,) = [each for each in EVERY if each.talk is shape]
        if chosen and f"crowd of {kind.name}" not in chosen and "crowd" not in chosen:
            continue
        (where / kind.name).mkdir()
        with server(where / kind.name, descriptors=DESCRIPTORS) as aim:
            rows.append(await crowd(aim, kind))
            print(f"  {rows[-1].name}: {rows[-1].misses or 'right'}", file=sys.stderr, flush=True)
    return rows


async def run(
    where: Path, *, minutes: float, chosen: list[str], messages: int, factor: float, slack_ms: float
) -> tuple[list[Row], dict[str, Any]]:
    """Run everything once, then again until the time is over."""
    until, rows = time.monotonic() + minutes * 60, list[Row]()
    heavy = [name for name in HEAVY if not chosen or name in chosen or "floods" in chosen]
    attacks: list[Callable[[Aim], Awaitable[Row]]] = [
        functools.partial(attack, shape=shape, least_s=FLOOD_S)
        for shape in EVERY
        if not chosen or shape.name in chosen
    ]
    attacks += [functools.partial(flood, operation=name, seconds=FLOOD_S) for name in heavy]
    attacks += [smuggle] if not chosen or "smuggling corpus" in chosen else []
    (where / "main").mkdir()
    with server(where / "main") as aim:
        if heavy:
            furnish(aim, messages=messages, agents=messages // 5)
        async with bystander(aim) as seen:
            judge = Judge(seen)
            await asyncio.sleep(1.0)
            while attacks and (len(rows) < len(attacks) or time.monotonic() < until):
                await judge.rest(QUIET_S)
                rows.append(await attacks[len(rows) % len(attacks)](aim))
                print(
                    f"  {rows[-1].name}: {rows[-1].misses or 'right'}", file=sys.stderr, flush=True
                )
            await judge.rest(QUIET_S)
        quiet = judge.judge(rows, factor=factor, slack_ms=slack_ms)
    return [*rows, *await crowds(where, chosen)], quiet


def table(rows: list[Row]) -> str:
    """Return the rows as a table."""
    lines = [
        f"{'shape':36} {'count':>5} {'answers':22} {'open s':>7} {'grown':>6} {'left':>6}"
        f" {'p99 ms':>8}  misses"
    ]
    for row in rows:
        answers = " ".join(f"{status}:{many}" for status, many in sorted(row.answers.items()))
        lines.append(
            f"{row.name:36} {row.count:5} {answers[:22]:22} {row.longest_s:7.1f}"
            f" {row.grown >> 20:6} {row.left >> 20:6} {row.p99_ms:8.1f}  "
            + "; ".join(row.misses[:3])
            + (f"; and {len(row.misses) - 3} more" if len(row.misses) > 3 else "")
        )
    return "\n".join(lines)


def main() -> None:
    """Run by hand, as long as wanted."""
    asked = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument(
        "--minutes",
        type=float,
        default=0.0,
        help="go on for so long; everything once when left out",
    )
    asked.add_argument(
        "--only",
        action="append",
        default=[],
        help=(
            "a shape, an operation, 'floods', 'smuggling corpus' or 'crowd'; several times for more"
        ),
    )
    asked.add_argument(
        "--messages",
        type=int,
        default=50_000,
        help="how many messages the flooding workspace has; a fifth as many agents",
    )
    asked.add_argument("--factor", type=float, default=FACTOR)
    asked.add_argument("--slack-ms", type=float, default=SLACK_MS)
    given = asked.parse_args()
    os.nice(5)
    with tempfile.TemporaryDirectory(prefix="ackbox-hostile-") as where:
        rows, quiet = asyncio.run(
            run(
                Path(where),
                minutes=given.minutes,
                chosen=given.only,
                messages=given.messages,
                factor=given.factor,
                slack_ms=given.slack_ms,
            )
        )
    print(table(rows))
    missed = sorted({row.name for row in rows if row.misses})
    print(json.dumps({"quiet": quiet, "missed": missed, "rows": [row.as_dict() for row in rows]}))
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
