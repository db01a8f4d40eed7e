"""A real server under attack: its process, the keys of both sides, and what is measured while
clients misbehave.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ackbox.client.http import HttpCaller
from tests.command import SOURCE, Command
from tests.faults.shapes import Shape
from tests.faults.wires import Aim, Gone, Wire, held_ports, memory_of

GRACE_S = 2.0
LOOK_S = 0.1
# Clients come one after another: what is measured is their shape, not how fast this machine can
# connect.
APART_S = 0.01
# What a client that is to end by itself may take.
PATIENCE_S = 40.0
# A deadline may begin in the middle of a talk, once a socket is open.
LATE_START_S = 5.0
SETTLE_S = 1.5
MOST_GROWTH = 32 << 20
ROOT = str(Path(SOURCE).parent)


@contextmanager
def server(where: Path, *more: str, descriptors: int | None = None) -> Iterator[Aim]:
    """Start a server as users do, with a workspace and keys for each side, until the block ends."""
    command = Command(where)

    def limit() -> None:
        if descriptors is not None:
            resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

    with (where / "server.log").open("w") as log:
        process = subprocess.Popen(
            [*command.argv, "up", "--port", "0", "--json", "--no-open", *more],
            env=command.environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            preexec_fn=limit,
        )
    try:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        operator = HttpCaller(told["url"], (command.data / "operator.key").read_text().strip())
        yield _furnished(told, operator)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _furnished(told: Any, operator: HttpCaller) -> Aim:
    def call(operation: str, **params: Any) -> Any:
        return operator.call(operation, params, timeout_s=60)

    for name in ("attacker", "neighbour"):
        call("workspace.create", name=name)
    keys = {
        kind: call("key.create", workspace="attacker", name=name, kind=kind)["key"]
        for kind, name in (("agent", "mallory"), ("read-only", "watcher"), ("admin", "eve"))
    }
    neighbour = call("key.create", workspace="neighbour", name="good", kind="agent")["key"]
    call("agent.check_in", workspace="neighbour", agent="reader")
    address = urlsplit(told["url"])
    return Aim(
        str(address.hostname),
        int(address.port or 0),
        told["pid"],
        keys["agent"],
        keys["read-only"],
        keys["admin"],
        neighbour,
        operator=operator,
    )


@dataclass
class Bystander:
    """What another tenant's sends took, as far as its process has said."""

    samples: list[tuple[float, float, int]] = field(default_factory=list)

    def within(self, start: float, end: float) -> list[float]:
        return [took for began, took, status in self.samples if start <= began <= end and status]

    def failed(self, start: float, end: float) -> int:
        return sum(start <= began <= end and status != 201 for began, _, status in self.samples)


@asynccontextmanager
async def bystander(aim: Aim) -> AsyncIterator[Bystander]:
    """Let another tenant send, in a process of its own, until the block ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.faults.bystander",
        aim.host,
        str(aim.port),
        aim.neighbour,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    found = Bystander()

    async def listen() -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            began, took, status = json.loads(line)
            found.samples.append((began, took, status))

    listening = asyncio.create_task(listen())
    try:
        yield found
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        await listening


def p99(took: list[float]) -> float:
    return sorted(took)[min(int(len(took) * 0.99), len(took) - 1)] if took else 0.0


@dataclass
class Row:
    """What came of one shape."""

    name: str
    count: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    longest_s: float = 0.0
    grown: int = 0
    left: int = 0
    start: float = 0.0
    end: float = 0.0
    misses: list[str] = field(default_factory=list)
    p99_ms: float = 0.0
    failed: int = 0
    is_judged_later: bool = True

    def as_dict(self) -> dict[str, Any]:
        return {
            "shape": self.name,
            "count": self.count,
            "answers": {str(each): many for each, many in sorted(self.answers.items())},
            "longest_open_s": round(self.longest_s, 2),
            "grown_mib": round(self.grown / (1 << 20), 1),
            "left_mib": round(self.left / (1 << 20), 1),
            "p99_ms": round(self.p99_ms, 1),
            "failed": self.failed,
            "misses": self.misses,
        }


class Watch:
    """Looks, as long as an attack lasts, which connections the server holds and how much memory."""

    def __init__(self, aim: Aim) -> None:
        self._aim = aim
        self.wires: list[Wire] = []
        self.before = memory_of(aim.pid)
        self.most = self.before
        self.held = 0

    async def run(self) -> None:
        while True:
            self.look()
            await asyncio.sleep(LOOK_S)

    def look(self) -> None:
        now, held = time.monotonic(), held_ports(self._aim.port)
        self.most = max(self.most, memory_of(self._aim.pid))
        self.held = 0
        for wire in self.wires:
            if wire.port in held and not wire.is_forgotten:
                wire.held_at, wire.was_held = now, True
                self.held += 1
            elif wire.was_held:
                wire.is_let_go = True


async def attack(aim: Aim, shape: Shape, *, count: int | None = None, least_s: float = 0.0) -> Row:
    """Let many clients of one shape at the server; return what came of it."""
    row, watch = Row(shape.name, start=time.monotonic()), Watch(aim)
    looking = asyncio.create_task(watch.run())
    patience = PATIENCE_S if shape.deadline_s is None else shape.deadline_s + GRACE_S + 2
    try:
        while not row.count or (time.monotonic() - row.start < least_s and not row.misses):
            wires = await _batch(aim, shape, count or shape.count, watch, patience)
            _note(row, shape, wires)
            for wire in wires:
                wire.end(reset=True)
                wire.is_forgotten = True
        row.end = time.monotonic()
        await asyncio.sleep(SETTLE_S)
    finally:
        looking.cancel()
    watch.look()
    row.grown, row.left = watch.most - watch.before, memory_of(aim.pid) - watch.before
    if row.grown > MOST_GROWTH:
        row.misses.append(f"memory grew by {row.grown >> 20} MiB")
    if not await is_answering(aim):
        row.misses.append("the server does not answer afterwards")
    return row


async def _batch(aim: Aim, shape: Shape, count: int, watch: Watch, patience: float) -> list[Wire]:
    """Open connections, let each talk, and wait until the server holds none of them or patience
    ends.
    """
    wires: list[Wire] = []

    async def one(number: int) -> None:
        await asyncio.sleep(number * APART_S)
        wire = await Wire.open(
            aim.host, aim.port, reads=shape.reads, receive_bytes=0 if shape.reads else 4096
        )
        wires.append(wire)
        watch.wires.append(wire)
        with contextlib.suppress(Gone, TimeoutError):
            async with asyncio.timeout(
                patience + (0.0 if shape.deadline_s is None else LATE_START_S)
            ):
                await shape.talk(wire, aim)

    talking = [asyncio.create_task(one(number)) for number in range(count)]
    try:
        await asyncio.wait(talking)
        watch.look()
        # From when the last one's deadline began: on a busy machine that is long after the first.
        until = max([wire.clock_from or wire.opened_at for wire in wires], default=0.0) + patience
        while watch.held and time.monotonic() < until and shape.deadline_s is not None:
            await asyncio.sleep(LOOK_S)
    finally:
        for task in talking:
            task.cancel()
        ended = await asyncio.gather(*talking, return_exceptions=True)
    for failed in ended:
        if isinstance(failed, Exception) and not isinstance(failed, OSError | TimeoutError):
            raise failed
    return wires


def _note(row: Row, shape: Shape, wires: list[Wire]) -> None:
    """Add what came of one batch to a row."""
    row.count += len(wires)
    row.answers.update((wire.statuses or [0])[0] for wire in wires)
    row.longest_s = max([row.longest_s, *(wire.open_s for wire in wires)])
    wrong = sorted(
        {
            status
            for wire in wires
            for status in wire.statuses[:1] or [0]
            if status not in shape.answers
        }
    )
    wrong += sorted(
        {
            status
            for wire in wires
            for status in wire.statuses
            if status >= 500 and status not in wrong
        }
    )
    if wrong:
        row.misses.append(f"answered {wrong}, not {sorted(shape.answers)}")
    if b"Traceback" in b"".join(wire.received for wire in wires):
        row.misses.append("answered with a traceback")
    if shape.deadline_s is not None and row.longest_s > shape.deadline_s + GRACE_S:
        row.misses.append(
            f"open for {row.longest_s:.1f} s, not {shape.deadline_s:.0f} + {GRACE_S:.0f}"
        )


async def is_answering(aim: Aim, within_s: float = 10.0) -> bool:
    """Whether the server answers a new client with a key."""
    try:
        wire = await Wire.open(aim.host, aim.port)
    except (OSError, TimeoutError):
        return False
    try:
        await wire.send(aim.request("GET", "/v1/me", key=aim.neighbour))
        return await wire.answer(within_s) == 200
    except Gone:
        return False
    finally:
        wire.end()


@dataclass
class Judge:
    """Compares another tenant's sends under attack with those of the same run's quiet times."""

    seen: Bystander
    quiet: list[tuple[float, float]] = field(default_factory=list)

    async def rest(self, seconds: float) -> None:
        """A quiet time.

        Not from its first moment, since what was sent before is still under way.
        """
        await asyncio.sleep(0.3)
        start = time.monotonic()
        await asyncio.sleep(seconds)
        self.quiet.append((start, time.monotonic()))

    def judge(self, rows: list[Row], *, factor: float, slack_ms: float) -> dict[str, float]:
        """Add to each row what its attack did to the other tenant; return the quiet figures."""
        parts = [self.seen.within(*each) for each in self.quiet]
        quiet = p99([took for part in parts for took in part])
        for row in rows:
            row.p99_ms, row.failed = (
                p99(self.seen.within(row.start, row.end)),
                self.seen.failed(row.start, row.end),
            )
            if row.p99_ms > factor * quiet + slack_ms:
                row.misses.append(
                    f"another tenant's p99 is {row.p99_ms:.1f} ms, quiet {quiet:.1f} ms"
                )
            if row.failed:
                row.misses.append(f"{row.failed} sends of another tenant failed")
        return {
            "quiet_p99_ms": round(quiet, 1),
            "quiet_worst_p99_ms": round(max(map(p99, parts), default=0.0), 1),
            "quiet_sends": sum(map(len, parts)),
        }
